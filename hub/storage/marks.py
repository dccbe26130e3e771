"""Named marks of the deployment: when the last backup was made, what was alerted, who holds back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from .rows import micros, moment, pattern
from .schema import mark
from .statements import Runs

_set = insert(mark).values({column.name: bindparam(column.name) for column in mark.columns})
SET = _set.on_conflict_do_update(
    index_elements=[mark.c.name], set_={"value": _set.excluded.value, "at": _set.excluded.at}
)
GET = select(mark).where(mark.c.name == bindparam("name"))
LIKE = select(mark).where(mark.c.name.like(bindparam("pattern"), escape="\\"))
DROP = delete(mark).where(mark.c.name == bindparam("name"))


class Marks:
    """Named marks of the deployment."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def set(self, name: str, value: str, at: datetime) -> None:
        """Write a mark, or overwrite it."""
        self._tx.run(SET, {"name": name, "value": value, "at": micros(at)})

    def get(self, name: str) -> tuple[str, datetime] | None:
        """Value and time of a mark."""
        row = self._tx.run(GET, {"name": name}).fetchone()
        return None if row is None else (row["value"], moment(row["at"]))

    def beginning(self, prefix: str) -> Mapping[str, tuple[str, datetime]]:
        """Marks whose names begin so, by the rest of their names."""
        rows = self._tx.run(LIKE, {"pattern": pattern(prefix).removeprefix("%")})
        return {row["name"].removeprefix(prefix): (row["value"], moment(row["at"])) for row in rows}

    def drop(self, name: str) -> None:
        """Delete a mark."""
        self._tx.run(DROP, {"name": name})
