"""Merchants, who signs in for them, and their API keys."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from sqlalchemy import bindparam, func, select

from hub.domain.logo import Logo
from hub.domain.merchant import ApiKey, Member, Merchant, Role, Session, SignIn
from hub_hookspecs import Mode

from .rows import company_from, company_text, maybe_moment, micros, moment, options_from, options_text
from .schema import api_key, logo, member, merchant, session, sign_in
from .statements import Runs, changed, inserted

ADD = inserted(merchant)
SAVE = changed(merchant, merchant.c.slug, merchant.c.company, merchant.c.locale, merchant.c.mode, merchant.c.options)
WITH_LOGO = select(merchant, logo.c.sha256, logo.c.width, logo.c.height).join(
    logo, logo.c.merchant == merchant.c.id, isouter=True
)
GET = WITH_LOGO.where(merchant.c.id == bindparam("id"))
BY_SLUG = WITH_LOGO.where(merchant.c.slug == bindparam("slug"))
ALL = WITH_LOGO.order_by(merchant.c.slug)

ADD_MEMBER = inserted(member)
MEMBERS = select(member).where(member.c.merchant == bindparam("merchant")).order_by(member.c.email)
BY_EMAIL = (
    select(member).where(func.lower(member.c.email) == bindparam("email")).order_by(member.c.merchant, member.c.email)
)

ADD_SIGN_IN = inserted(sign_in)
SIGN_IN = select(sign_in).where(sign_in.c.token_hash == bindparam("token_hash"))
USE = changed(sign_in, sign_in.c.used_at).where(sign_in.c.used_at.is_(None), sign_in.c.expires_at > bindparam("now"))

ADD_SESSION = inserted(session)
SESSION = select(session).where(
    session.c.token_hash == bindparam("token_hash"), session.c.expires_at > bindparam("now")
)
END_SESSION = session.delete().where(session.c.token_hash == bindparam("token_hash"))

ADD_KEY = inserted(api_key)
KEY = select(api_key.c.merchant, api_key.c.mode).where(
    api_key.c.key_hash == bindparam("key_hash"), api_key.c.revoked_at.is_(None)
)
KEYS = (
    select(api_key)
    .where(api_key.c.merchant == bindparam("merchant"))
    .order_by(api_key.c.created_at.desc(), api_key.c.key_hash)
)
REVOKE = changed(api_key, api_key.c.revoked_at).where(
    api_key.c.merchant == bindparam("owner"), api_key.c.revoked_at.is_(None)
)
SET_LANGUAGE = (
    member.update()
    .where(member.c.merchant == bindparam("owner"), func.lower(member.c.email) == bindparam("address"))
    .values(language=bindparam("language"))
)
REMOVE_MEMBER = member.delete().where(
    member.c.merchant == bindparam("merchant"), func.lower(member.c.email) == bindparam("email")
)
END_SESSIONS = session.delete().where(
    session.c.merchant == bindparam("merchant"), func.lower(session.c.email) == bindparam("email")
)
VOID_SIGN_INS = sign_in.delete().where(
    sign_in.c.merchant == bindparam("merchant"), func.lower(sign_in.c.email) == bindparam("email")
)


class Merchants:
    """Merchants and who signs in for them."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, merchant: Merchant) -> None:
        """Insert a merchant."""
        self._tx.run(ADD, {**_values(merchant), "id": merchant.id, "created_at": micros(merchant.created_at)})

    def save(self, merchant: Merchant) -> None:
        """Write everything but its id."""
        self._tx.change(SAVE, {**_values(merchant), "this": merchant.id})

    def get(self, merchant_id: str) -> Merchant | None:
        """A merchant by id."""
        return _maybe(self._tx.run(GET, {"id": merchant_id}).fetchone())

    def by_slug(self, slug: str) -> Merchant | None:
        """A merchant by its short name."""
        return _maybe(self._tx.run(BY_SLUG, {"slug": slug}).fetchone())

    def all(self) -> tuple[Merchant, ...]:
        """Every merchant, by short name."""
        return tuple(_merchant(row) for row in self._tx.run(ALL))

    def add_member(self, member: Member) -> None:
        """Let a person sign in."""
        self._tx.run(ADD_MEMBER, _member_values(member))

    def members(self, merchant_id: str) -> tuple[Member, ...]:
        """Who may sign in for a merchant."""
        return tuple(_member(row) for row in self._tx.run(MEMBERS, {"merchant": merchant_id}))

    def members_by_email(self, email: str) -> tuple[Member, ...]:
        """Where this address may sign in, whatever its case."""
        return tuple(_member(row) for row in self._tx.run(BY_EMAIL, {"email": email.lower()}))

    def set_language(self, merchant_id: str, email: str, language: str) -> None:
        """Store the language in which a member reads."""
        self._tx.run(SET_LANGUAGE, {"owner": merchant_id, "address": email.lower(), "language": language})

    def remove_member(self, merchant_id: str, email: str) -> None:
        """Remove a member, and end every session of this address."""
        for statement in (REMOVE_MEMBER, END_SESSIONS, VOID_SIGN_INS):
            self._tx.run(statement, {"merchant": merchant_id, "email": email.lower()})

    def add_sign_in(self, sign_in: SignIn) -> None:
        """Store the hash of a mailed sign-in link."""
        self._tx.run(
            ADD_SIGN_IN,
            {
                "token_hash": sign_in.token_hash,
                "merchant": sign_in.merchant_id,
                "email": sign_in.email,
                "expires_at": micros(sign_in.expires_at),
                "used_at": None if sign_in.used_at is None else micros(sign_in.used_at),
            },
        )

    def use_sign_in(self, token_hash: bytes, now: datetime) -> SignIn | None:
        """Use a sign-in once; None when it is unknown, used or expired."""
        at = micros(now)
        if self._tx.run(USE, {"this": token_hash, "used_at": at, "now": at}).rowcount != 1:
            return None
        row = self._tx.run(SIGN_IN, {"token_hash": token_hash}).fetchone()
        return SignIn(
            token_hash=row["token_hash"],
            merchant_id=row["merchant"],
            email=row["email"],
            expires_at=moment(row["expires_at"]),
            used_at=maybe_moment(row["used_at"]),
        )

    def add_session(self, session: Session) -> None:
        """Store the session of a signed-in browser."""
        self._tx.run(
            ADD_SESSION,
            {
                "token_hash": session.token_hash,
                "merchant": session.merchant_id,
                "email": session.email,
                "role": session.role.value,
                "csrf": session.csrf,
                "signed_in_at": micros(session.signed_in_at),
                "expires_at": micros(session.expires_at),
            },
        )

    def session(self, token_hash: bytes, now: datetime) -> Session | None:
        """A session that has not expired."""
        row = self._tx.run(SESSION, {"token_hash": token_hash, "now": micros(now)}).fetchone()
        if row is None:
            return None
        return Session(
            token_hash=row["token_hash"],
            merchant_id=row["merchant"],
            email=row["email"],
            role=Role(row["role"]),
            csrf=row["csrf"],
            signed_in_at=moment(row["signed_in_at"]),
            expires_at=moment(row["expires_at"]),
        )

    def end_session(self, token_hash: bytes) -> None:
        """Sign a browser out."""
        self._tx.run(END_SESSION, {"token_hash": token_hash})

    def add_api_key(self, key_hash: bytes, merchant_id: str, mode: Mode, name: str, now: datetime) -> None:
        """Store the hash of an API key."""
        values = {"key_hash": key_hash, "merchant": merchant_id, "mode": mode.value, "name": name}
        self._tx.run(ADD_KEY, {**values, "created_at": micros(now), "revoked_at": None})

    def api_key(self, key_hash: bytes) -> tuple[str, Mode] | None:
        """Merchant id and mode of an API key that is not revoked."""
        row = self._tx.run(KEY, {"key_hash": key_hash}).fetchone()
        return (row["merchant"], Mode(row["mode"])) if row else None

    def api_keys(self, merchant_id: str) -> tuple[ApiKey, ...]:
        """A merchant's keys, the newest first."""
        return tuple(_key(row) for row in self._tx.run(KEYS, {"merchant": merchant_id}))

    def revoke_api_key(self, merchant_id: str, key_id: str, now: datetime) -> None:
        """Revoke an API key; LookupError when there is no such key."""
        for row in self._tx.run(KEYS, {"merchant": merchant_id}).fetchall():
            if _key(row).id == key_id and row["revoked_at"] is None:
                values = {"this": row["key_hash"], "owner": merchant_id, "revoked_at": micros(now)}
                self._tx.change(REVOKE, values)
                return
        raise LookupError(f"no key {key_id}")


def _key(row: sqlite3.Row) -> ApiKey:
    return ApiKey(
        id=row["key_hash"].hex()[:12],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        name=row["name"],
        created_at=moment(row["created_at"]),
        revoked_at=maybe_moment(row["revoked_at"]),
    )


def _values(record: Merchant) -> dict[str, object]:
    return {
        "slug": record.slug,
        "company": company_text(record.company),
        "locale": record.locale,
        "mode": record.mode.value,
        "options": options_text(record.options),
    }


def _maybe(row: sqlite3.Row | None) -> Merchant | None:
    return None if row is None else _merchant(row)


def _merchant(row: sqlite3.Row) -> Merchant:
    return Merchant(
        id=row["id"],
        slug=row["slug"],
        company=company_from(row["company"]),
        locale=row["locale"],
        mode=Mode(row["mode"]),
        options=options_from(row["options"]),
        created_at=moment(row["created_at"]),
        logo=Logo(sha256=row["sha256"], width=row["width"], height=row["height"]) if row["sha256"] else None,
    )


def _member_values(record: Member) -> dict[str, str]:
    return {
        "merchant": record.merchant_id,
        "email": record.email,
        "role": record.role.value,
        "language": record.language,
    }


def _member(row: sqlite3.Row) -> Member:
    return Member(merchant_id=row["merchant"], email=row["email"], role=Role(row["role"]), language=row["language"])
