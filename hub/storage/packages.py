"""The packages of closed months: made once in the background, kept in pieces, handed out as they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from hub.domain.month_close import StoredPackage

from .rows import maybe_moment, micros
from .schema import month_package, month_package_part
from .statements import Runs, changed, inserted

WANT = (
    insert(month_package)
    .values(close=bindparam("close"), due_at=bindparam("due_at"), sha256=bindparam("sha256"), size=bindparam("size"))
    .on_conflict_do_nothing()
)
GET = select(month_package).where(month_package.c.close == bindparam("close"))
DUE = (
    select(month_package.c.close)
    .where(month_package.c.due_at <= bindparam("now"), month_package.c.due_at.is_not(None))
    .order_by(month_package.c.due_at)
    .limit(bindparam("limit"))
)
MOVE = changed(month_package, month_package.c.due_at)
MADE = changed(
    month_package,
    *(month_package.c.due_at, month_package.c.sha256, month_package.c.size, month_package.c.made_at),
)
ADD_PART = inserted(month_package_part)
EMPTY = delete(month_package_part).where(month_package_part.c.close == bindparam("close"))
PART = select(month_package_part.c.content).where(
    month_package_part.c.close == bindparam("close"), month_package_part.c.position == bindparam("position")
)


class Packages:
    """The packages of closed months."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def want(self, close_id: str, at: datetime) -> None:
        """Let it be made; nothing where it is wanted already."""
        self._tx.run(WANT, {"close": close_id, "due_at": micros(at), "sha256": "", "size": 0})

    def get(self, close_id: str) -> StoredPackage | None:
        """How far it is; None where nobody wants it."""
        row = self._tx.run(GET, {"close": close_id}).fetchone()
        return StoredPackage(row["sha256"], row["size"], maybe_moment(row["made_at"])) if row else None

    def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[str, ...]:
        """Take packages that are to be made, and move their due time."""
        found = tuple(row["close"] for row in self._tx.run(DUE, {"now": micros(now), "limit": limit}).fetchall())
        for close_id in found:
            self._tx.change(MOVE, {"this": close_id, "due_at": micros(until)})
        return found

    def begin(self, close_id: str) -> None:
        """Forget the pieces of a try that did not end.

        Raises:
            Conflict: ``append_only`` where it is made.
        """
        self._tx.run(EMPTY, {"close": close_id})

    def add_part(self, close_id: str, position: int, content: bytes) -> None:
        """Keep a piece.

        Raises:
            Conflict: ``append_only`` where it is made.
        """
        self._tx.add(ADD_PART, [{"close": close_id, "position": position, "content": content}])

    def finish(self, close_id: str, sha256: str, size: int, at: datetime) -> None:
        """It is whole.

        Raises:
            Conflict: ``append_only`` where it is made.
        """
        values = {"this": close_id, "due_at": None, "sha256": sha256, "size": size, "made_at": micros(at)}
        self._tx.change(MADE, values)

    def part(self, close_id: str, position: int) -> bytes | None:
        """A piece; None after the last."""
        row = self._tx.run(PART, {"close": close_id, "position": position}).fetchone()
        return bytes(row["content"]) if row else None

    def parts(self, close_id: str) -> Iterator[bytes]:
        """Its pieces, one after the other."""
        position = 0
        while (content := self.part(close_id, position)) is not None:
            yield content
            position += 1
