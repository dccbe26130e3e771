"""Sign in by a mailed link: shown by GET, used once by POST, since mail scanners open links."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import attrs

from hub.domain.mail_address import folded
from hub.domain.merchant import Member, Merchant, Session, SignIn
from hub.domain.message import About, DeliveryKind, owed_mail
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell, warn
from hub_hookspecs import CROCKFORD

LINK_LIFE = timedelta(minutes=20)
SESSION_LIFE = timedelta(hours=12)


def token_hash(token: str) -> bytes:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).digest()


def sign_in_token(hub: Hub, sign_in_id: str) -> str:
    """The token of a sign-in; computed when its mail is handed over, never stored."""
    return f"{sign_in_id}.{hub.vault.form_token('sign-in', sign_in_id)}"


async def request_sign_in(hub: Hub, email: str) -> None:
    """Mail a link to a member; says nothing about whether the address is known."""
    now = hub.clock()
    address = folded(email)
    members = await hub.store.read(lambda tx: tx.merchants.members_by_email(address))
    if not members:
        return
    links = [(member, hub.random_text(26, CROCKFORD)) for member in members]

    def write(tx: Tx) -> None:
        for member, sign_in_id in links:
            _owe(tx, hub, member, sign_in_id, now)
        tx.after_commit(hub.wake)

    await hub.store.write(write)


async def request_proof(hub: Hub, session: Session) -> None:
    """Mail a link to whoever is signed in, who has to prove again who he is."""
    now, sign_in_id = hub.clock(), hub.random_text(26, CROCKFORD)

    def write(tx: Tx) -> None:
        member = member_of(tx, session.merchant_id, session.email)
        if member is not None:
            _owe(tx, hub, member, sign_in_id, now)
            tx.after_commit(hub.wake)

    await hub.store.write(write)


def member_of(tx: Tx, merchant_id: str, email: str) -> Member | None:
    """The member of a merchant by this address, as it is stored; None where there is none."""
    return next((member for member in tx.merchants.members(merchant_id) if member.email == email), None)


def _owe(tx: Tx, hub: Hub, member: Member, sign_in_id: str, now: datetime) -> None:
    merchant = tx.merchants.get(member.merchant_id)
    if merchant is None:
        return
    add_sign_in(tx, hub, member, sign_in_id, now)
    about, details = About(merchant.id, merchant.id, merchant.mode), {"expires_at": (now + LINK_LIFE).isoformat()}
    tx.deliveries.add(owed_mail(sign_in_id, DeliveryKind.SIGN_IN, member.email, about, now, details=details))


def add_sign_in(
    tx: Tx, hub: Hub, member: Member, sign_in_id: str, now: datetime, *, life: timedelta = LINK_LIFE
) -> None:
    """From now on the token of this id signs the member in, once, as long as ``life``."""
    tx.merchants.add_sign_in(
        SignIn(
            token_hash=token_hash(sign_in_token(hub, sign_in_id)),
            merchant_id=member.merchant_id,
            email=member.email,
            expires_at=now + life,
        )
    )


@attrs.frozen(kw_only=True)
class SignedIn:
    """A fresh session; the token goes into the browser's cookie and nowhere else."""

    token: str
    session: Session


async def sign_in(hub: Hub, token: str, *, instead: str = "") -> SignedIn | None:
    """Use a mailed link; None when it is unknown, used or over.

    Args:
        hub: The hub.
        token: Of the link.
        instead: Token of the session that the browser has. The same person's is over, and forms that were drawn in
            it are forms of the new one, so that what somebody was asked to prove for can be sent again.
    """
    now = hub.clock()
    session_token = hub.random_text(52, CROCKFORD)
    csrf = hub.random_text(52, CROCKFORD)

    def use(tx: Tx) -> SignedIn | None:
        used = tx.merchants.use_sign_in(token_hash(token), now)
        if used is None:
            warn(tx, "sign_in_refused")
            return None
        member = member_of(tx, used.merchant_id, used.email)
        if member is None:
            return None
        before = tx.merchants.session(token_hash(instead), now) if instead else None
        is_again = before is not None and (before.merchant_id, before.email) == (used.merchant_id, used.email)
        if is_again:
            tx.merchants.end_session(token_hash(instead))
        session = session_of(
            member,
            token_hash(session_token),
            before.csrf if before and is_again else csrf,
            signed_in_at=now,
            expires_at=now + SESSION_LIFE,
        )
        tx.merchants.add_session(session)
        tell(tx, "signed_in", merchant=member.merchant_id, role=member.role.value)
        return SignedIn(token=session_token, session=session)

    return await hub.store.write(use)


def session_of(member: Member, hashed: bytes, csrf: str, *, signed_in_at: datetime, expires_at: datetime) -> Session:
    """A member's session, under the hash of its token."""
    return Session(
        token_hash=hashed,
        merchant_id=member.merchant_id,
        email=member.email,
        role=member.role,
        csrf=csrf,
        signed_in_at=signed_in_at,
        expires_at=expires_at,
    )


@attrs.frozen
class Known:
    """Who is signed in, and in which language they read: ``es``, ``en``, or empty where they never chose one."""

    session: Session
    merchant: Merchant
    language: str


async def who(hub: Hub, session_token: str) -> Known | None:
    """The signed-in member and merchant of a browser's cookie."""
    if not session_token:
        return None
    now = hub.clock()

    def read(tx: Tx) -> Known | None:
        session = tx.merchants.session(token_hash(session_token), now)
        merchant = tx.merchants.get(session.merchant_id) if session else None
        if session is None or merchant is None:
            return None
        members = tx.merchants.members(merchant.id)
        spoken = next((member.language for member in members if member.email == session.email), "")
        return Known(session, merchant, spoken)

    return await hub.store.read(read)


async def sign_out(hub: Hub, session_token: str) -> None:
    """End a session."""
    await hub.store.write(lambda tx: tx.merchants.end_session(token_hash(session_token)))
