"""What a trigger is, as data: what happens to which row, and what is refused or moved then.

Conditions are expressions over the columns, so that another database can have them in its own words. A refusal reads
``rule: why``; the rule is what a ``Conflict`` names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import attrs
from sqlalchemy import Table, literal_column, or_, select
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import Exists

from .schema import ONE
from .statements import written_out

Condition = ColumnElement[bool]


@attrs.frozen
class AliasedRow:
    """The row that a trigger looks at: ``NEW`` as it will be, ``OLD`` as it was; one attribute a column."""

    _alias: Literal["NEW", "OLD"]
    _table: Table

    def __getattr__(self, name: str) -> ColumnElement[Any]:
        """A column of the row, which belongs to no FROM."""
        column = self._table.c.get(name)
        if column is None:
            raise AttributeError(name)
        return literal_column(f"{self._alias}.{name}", column.type)


def rows_of(table: Table) -> tuple[AliasedRow, AliasedRow]:
    """The row of a table as it will be, and as it was."""
    return AliasedRow("NEW", table), AliasedRow("OLD", table)


@attrs.frozen
class RowEvent:
    """What happens to a row of a table.

    Attributes:
        columns: Of an update: only one that sets any of these.
        when: Only if this holds.
    """

    kind: Literal["INSERT", "UPDATE", "DELETE"]
    table: Table
    columns: tuple[str, ...] = ()
    when: Condition | None = None


@attrs.frozen
class RowRefusal:
    """What is refused; without a condition, always."""

    rule: str
    why: str
    condition: Condition | None = None


@attrs.frozen
class Trigger:
    """Refusals before something happens; or what it moves afterwards, and what is refused then."""

    name: str
    event: RowEvent
    refusals: tuple[RowRefusal, ...] = ()
    moves: tuple[ClauseElement, ...] = ()

    @property
    def statement(self) -> str:
        """The statement that makes it on SQLite."""
        steps = (*map(written_out, self.moves), *map(_raise, self.refusals))
        return f"CREATE TRIGGER {self.name} {_when(self)} BEGIN {' '.join(f'{step};' for step in steps)} END"


def guard(name: str, event: RowEvent, *refusals: RowRefusal) -> Trigger:
    """A trigger that only refuses."""
    return Trigger(name, event, refusals)


def never_deleted(table: Table) -> Trigger:
    """Rows of this table are never deleted."""
    refusal = RowRefusal("append_only", f"{table} is never deleted")
    return guard(f"{table}_kept", RowEvent("DELETE", table), refusal)


def append_only(table: Table) -> Iterator[Trigger]:
    """Rows of this table are neither changed nor deleted."""
    refusal = RowRefusal("append_only", f"{table} is never changed")
    yield guard(f"{table}_unchanged", RowEvent("UPDATE", table), refusal)
    yield never_deleted(table)


def fixed(table: Table, *columns: str) -> Trigger:
    """These columns are written once."""
    new, old = rows_of(table)
    changed = or_(*(getattr(new, name).is_distinct_from(getattr(old, name)) for name in columns))
    refusal = RowRefusal("fixed", f"these columns of {table} are written once")
    return guard(f"{table}_fixed", RowEvent("UPDATE", table, columns, changed), refusal)


def row_in(table: Any, **values: Any) -> Exists:
    """Whether a table has a row with these values."""
    return select(ONE).where(*(table.c[name] == value for name, value in values.items())).exists()


def _when(trigger: Trigger) -> str:
    event = trigger.event
    time = "AFTER" if trigger.moves else "BEFORE"
    columns = f" OF {', '.join(event.columns)}" if event.columns else ""
    condition = "" if event.when is None else f" WHEN {written_out(event.when)}"
    return f"{time} {event.kind}{columns} ON {event.table}{condition}"


def _raise(refusal: RowRefusal) -> str:
    where = "" if refusal.condition is None else f" WHERE {written_out(refusal.condition)}"
    return f"SELECT RAISE(ABORT, '{refusal.rule}: {refusal.why}'){where}"
