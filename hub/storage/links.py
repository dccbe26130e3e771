"""Mailed links; their tokens are never stored."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from sqlalchemy import bindparam, select

from hub.domain.merchant import Link, LinkKind
from hub_hookspecs import Mode

from .rows import maybe_micros, maybe_moment, micros, moment
from .schema import link
from .statements import Runs, changed, inserted

ADD = inserted(link)
SAVE = changed(link, link.c.version, link.c.expires_at, link.c.revoked_at, link.c.opened_at)
GET = select(link).where(link.c.id == bindparam("id"))
FIND = (
    select(link)
    .where(
        link.c.target == bindparam("target"),
        link.c.kind == bindparam("kind"),
        link.c.mode == bindparam("mode"),
        link.c.revoked_at.is_(None),
        link.c.expires_at > bindparam("now"),
    )
    .order_by(link.c.expires_at.desc(), link.c.id.desc())
)


class LinkTable:
    """Mailed links."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, link: Link) -> None:
        """Insert a link."""
        fixed = {
            "id": link.id,
            "merchant": link.merchant_id,
            "mode": link.mode.value,
            "kind": link.kind.value,
            "target": link.target,
        }
        self._tx.run(ADD, {**fixed, **_values(link)})

    def get(self, link_id: str) -> Link | None:
        """A link by id."""
        row = self._tx.run(GET, {"id": link_id}).fetchone()
        return None if row is None else _link(row)

    def find(self, kind: LinkKind, target: str, mode: Mode, now: datetime) -> Link | None:
        """The newest open link to this target."""
        values = {"kind": kind.value, "target": target, "mode": mode.value, "now": micros(now)}
        row = self._tx.run(FIND, values).fetchone()
        return None if row is None else _link(row)

    def save(self, link: Link) -> None:
        """Write version, expiry, revocation and first opening."""
        self._tx.change(SAVE, {**_values(link), "this": link.id})


def _values(record: Link) -> dict[str, object]:
    return {
        "version": record.version,
        "expires_at": micros(record.expires_at),
        "revoked_at": maybe_micros(record.revoked_at),
        "opened_at": maybe_micros(record.opened_at),
    }


def _link(row: sqlite3.Row) -> Link:
    return Link(
        id=row["id"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        kind=LinkKind(row["kind"]),
        target=row["target"],
        version=row["version"],
        expires_at=moment(row["expires_at"]),
        revoked_at=maybe_moment(row["revoked_at"]),
        opened_at=maybe_moment(row["opened_at"]),
    )
