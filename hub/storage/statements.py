"""SQLAlchemy statements made ready for the driver: compiled once, run on its cursor.

SQLAlchemy's own connection would cost five times what the database does (thirteen rows of a payment).
"""

from __future__ import annotations

import functools
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from operator import itemgetter
from typing import Any, Final, Protocol

import attrs
from sqlalchemy import Column, Table, bindparam, func, insert, literal_column, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.dml import Insert, Update
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Text

DIALECT = sqlite.dialect(paramstyle="qmark")
"""Values by position: by name, the driver lets the interpreter's lock go once for each."""


class Runs(Protocol):
    """What a noun asks of its transaction.

    Attributes:
        changes: How many rows were written so far; it grows with each.
    """

    @property
    def changes(self) -> int: ...
    def run(self, statement: ClauseElement, values: Mapping[str, Any] | None = None) -> sqlite3.Cursor: ...
    def add(self, statement: Insert, rows: Sequence[Mapping[str, Any]]) -> int: ...
    def change(self, statement: ClauseElement, values: Any) -> None: ...
    def whole(self) -> AbstractContextManager[None]: ...


@attrs.frozen
class Ready:
    """A statement in the driver's words, the names of its values by position, and those that stand in it itself."""

    sql: str
    names: tuple[str, ...]
    fixed: dict[str, Any]
    _picked: Callable[[Mapping[str, Any]], Sequence[Any]] = attrs.field(init=False, eq=False, repr=False)

    @_picked.default
    def _picks(self) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
        if len(self.names) > 1:
            return itemgetter(*self.names)
        return lambda found: [found[name] for name in self.names]

    def values(self, given: Mapping[str, Any] | None) -> Sequence[Any]:
        """What is handed to the driver: the given values beside the fixed ones."""
        found = {**self.fixed, **given} if self.fixed and given else given or self.fixed
        return self._picked(found)


@functools.lru_cache(maxsize=1024)
def ready(statement: ClauseElement) -> Ready:
    """Compile a statement; the one that stands in a module is compiled once."""
    compiled = statement.compile(dialect=DIALECT)
    binds = getattr(compiled, "binds", {})
    names = tuple(getattr(compiled, "positiontup", None) or ())
    return Ready(str(compiled), names, {name: binds[name].value for name in names if not binds[name].required})


TOGETHER: Final = 50
"""Rows that one statement inserts, of many: the database prepares to take a statement back, once for each of them."""
ONE_ROW: Final = re.compile(r"(?<= VALUES )\(\?(?:, \?)*\)")


@functools.lru_cache(maxsize=256)
def ready_together(statement: Insert) -> str | None:
    """The words of an insert that adds ``TOGETHER`` rows at once; None where its rows are not values alone."""
    sql, found = ONE_ROW.subn(lambda row: ", ".join([row[0]] * TOGETHER), ready(statement).sql)
    return sql if found == 1 else None


def written_out(statement: ClauseElement) -> str:
    """A statement or condition in the database's words, with its values in it."""
    return str(statement.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))


class listed(FunctionElement[Any]):  # noqa: N801 - reads as SQL does
    """The texts of a JSON list, for ``column.in_(listed(bindparam("ids")))``: as many as there are, in one value."""

    type = Text()
    inherit_cache = True
    name = "listed"


@compiles(listed, "sqlite")
def _listed_on_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **kw)}))"


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether a column is one of the texts of the JSON list given as ``name``."""
    return column.op("IN")(listed(bindparam(name)))


def next_of(number: Column[int], scope: Column[Any]) -> ColumnElement[int]:
    """The number after the last of its scope, which the values name; the scopes of two merchants never meet."""
    last = select(func.max(number)).where(scope == bindparam(scope.name)).scalar_subquery()
    return func.coalesce(last, literal_column("0")) + literal_column("1")


def inserted(table: Table) -> Insert:
    """Insert one row of a table; the values are named like its columns, but for those that triggers keep up to date."""
    names = [column.name for column in table.columns if column.computed is None and not column.info.get("tally")]
    return insert(table).values({name: bindparam(name) for name in names})


def changed(table: Table, *columns: Column[Any]) -> Update:
    """Change these columns of the row whose first key column is ``this``; the values are named like the columns."""
    key = next(iter(table.primary_key.columns))
    return update(table).where(key == bindparam("this")).values({column: bindparam(column.name) for column in columns})
