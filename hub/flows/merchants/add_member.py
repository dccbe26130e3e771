"""Add a member: a person who may sign in for a merchant."""

from __future__ import annotations

from hub.domain.identity import FieldError, Invalid
from hub.domain.mail_address import AddressRefused, read_address
from hub.domain.merchant import Member, Merchant, Role
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell

from .invite import Invitation, invite


def checked_address(email: str) -> str:
    """A member's address as it is stored.

    Raises:
        Invalid: It is no mail address.
    """
    try:
        return read_address(email).lower()
    except AddressRefused as refusal:
        raise Invalid((FieldError("email", refusal.message),)) from None


async def add_member(
    hub: Hub, merchant: Merchant, email: str, role: Role, *, language: str = "", invitation: Invitation | None = None
) -> Member:
    """Let a person sign in by mailed link.

    Args:
        invitation: That person is told by mail, with a first link; else nobody is.

    Raises:
        Invalid: No mail address, or a member already.
    """
    address = checked_address(email)
    member = Member(merchant_id=merchant.id, email=address, role=role, language=language)

    def add(tx: Tx) -> Member:
        if any(known.email == address for known in tx.merchants.members(merchant.id)):
            raise Invalid((FieldError("email", Text("member.exists", address=address, merchant=merchant.slug)),))
        tx.merchants.add_member(member)
        if invitation:
            invite(tx, hub, merchant, member, invitation)
        tell(tx, "member_added", merchant=merchant.id, role=role.value)
        return member

    return await hub.store.write(add)
