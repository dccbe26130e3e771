"""Remove a member: nobody signs in with that address any more, open sessions of it end at once, and so does all that
this person proposed and nobody approved yet."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from hub.domain.identity import FieldError, Invalid
from hub.domain.mail_address import folded
from hub.domain.merchant import Member, Merchant, Role
from hub.domain.text import Text
from hub.flows.ground.marks import MarkTable
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.proposals import withdraw_of
from hub.flows.ground.tell import tell

from .add_member import checked_address

REMOVED: Final = MarkTable("removed-member:")
"""A note of who removed whom, and when."""


@attrs.frozen
class Removal:
    """Somebody who was a member, and who ended that when."""

    merchant_id: str
    email: str
    by: str
    at: datetime


def removals_of(tx: Tx, email: str) -> tuple[Removal, ...]:
    """Where this address was a member and is none any more."""
    address, found = folded(email), []
    there = {member.merchant_id for member in tx.merchants.members_by_email(address)}
    for name, (by, at) in REMOVED.all(tx).items():
        merchant_id, _, removed = name.partition(":")
        if removed == address and merchant_id not in there:
            found.append(Removal(merchant_id, address, by, at))
    return tuple(found)


async def remove_member(hub: Hub, merchant: Merchant, email: str, *, by: str = "", owner: str = "") -> Member:
    """End a person's access.

    Args:
        by: Who removes.
        owner: Who administers the company from now on, a member already or not.

    Raises:
        LookupError: No such member of this merchant.
        Invalid: It is the last owner, without whom nobody could configure anything, and nobody else is named.
    """
    address, now = folded(email), hub.clock()
    heir = checked_address(owner) if owner else ""
    if heir and heir == address:
        raise _last_owner("owner")
    return await hub.store.write(lambda tx: _remove(tx, merchant, address, heir, by, now))


def _remove(tx: Tx, merchant: Merchant, address: str, heir: str, by: str, now: datetime) -> Member:
    members = {member.email.lower(): member for member in tx.merchants.members(merchant.id)}
    if address not in members:
        raise LookupError(address)
    if heir:
        _let_own(tx, merchant, heir, members.get(heir))
    elif [member.email.lower() for member in members.values() if member.role is Role.OWNER] == [address]:
        raise _last_owner("email")
    tx.merchants.remove_member(merchant.id, address)
    withdraw_of(tx, merchant.id, address)
    REMOVED.of(f"{merchant.id}:{address}").set(tx, by, now)
    tell(tx, "member_removed", merchant=merchant.id, role=members[address].role.value)
    return members[address]


def _last_owner(field: str) -> Invalid:
    return Invalid((FieldError(field, Text("member.last_admin")),))


def _let_own(tx: Tx, merchant: Merchant, address: str, known: Member | None) -> None:
    """Make somebody an owner; who is signed in with less signs in again."""
    if known is None:
        tx.merchants.add_member(Member(merchant_id=merchant.id, email=address, role=Role.OWNER))
        tell(tx, "member_added", merchant=merchant.id, role=Role.OWNER.value)
    elif known.role is not Role.OWNER:
        tx.merchants.remove_member(merchant.id, address)
        tx.merchants.add_member(attrs.evolve(known, role=Role.OWNER))
