"""The companies in which one person may sign in, and the way from one to another without a new mailed link."""

from __future__ import annotations

from hub.domain.merchant import Merchant, Session
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell
from hub_hookspecs import CROCKFORD

from .sign_in import SignedIn, member_of, session_of, token_hash


async def companies_of(hub: Hub, email: str) -> tuple[Merchant, ...]:
    """Where this address may sign in, by short name."""

    def read(tx: Tx) -> tuple[Merchant, ...]:
        found = (tx.merchants.get(member.merchant_id) for member in tx.merchants.members_by_email(email))
        return tuple(sorted(filter(None, found), key=lambda merchant: merchant.slug))

    return await hub.store.read(read)


async def switch_company(hub: Hub, session: Session, merchant_id: str) -> SignedIn:
    """A session in another company of the same person, as long as this one; this one stays what it is.

    Raises:
        LookupError: This person is no member there.
    """
    token, csrf = hub.random_text(52, CROCKFORD), hub.random_text(52, CROCKFORD)

    def write(tx: Tx) -> SignedIn:
        member = member_of(tx, merchant_id, session.email)
        if member is None:
            raise LookupError(merchant_id)
        opened = session_of(
            member, token_hash(token), csrf, signed_in_at=session.signed_in_at, expires_at=session.expires_at
        )
        tx.merchants.add_session(opened)
        tell(tx, "signed_in", merchant=merchant_id, role=member.role.value)
        return SignedIn(token=token, session=opened)

    return await hub.store.write(write)
