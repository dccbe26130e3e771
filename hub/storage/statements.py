"""SQLAlchemy statements made ready for the driver: compiled once, run on its cursor.

SQLAlchemy's own connection would cost five times what the database does (thirteen rows of a payment).
"""

from __future__ import annotations

import functools
import sqlite3
from contextlib import AbstractContextManager
from typing import Any, Protocol

import attrs
from sqlalchemy import Column, Table, bindparam, insert, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.dml import Insert, Update
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Text

DIALECT = sqlite.dialect(paramstyle="named")


class Runs(Protocol):
    """What a noun asks of its transaction."""

    def run(self, statement: ClauseElement, values: Any = None) -> sqlite3.Cursor: ...
    def change(self, statement: ClauseElement, values: Any) -> None: ...
    def whole(self) -> AbstractContextManager[None]: ...
    def load(self, table: str, rows: list[dict[str, Any]]) -> None: ...


@attrs.frozen
class Ready:
    """A statement in the driver's words, with the values that stand in the statement itself."""

    sql: str
    fixed: dict[str, Any]

    def values(self, given: Any) -> Any:
        """What is handed to the driver: the given values beside the fixed ones."""
        return {**self.fixed, **given} if self.fixed and given else given or self.fixed


@functools.lru_cache(maxsize=1024)
def ready(statement: ClauseElement) -> Ready:
    """Compile a statement; the one that stands in a module is compiled once."""
    compiled = statement.compile(dialect=DIALECT)
    binds = getattr(compiled, "binds", {})
    fixed = {name: bind.value for name, bind in binds.items() if not bind.required and name in compiled.params}
    return Ready(str(compiled), {name: value for name, value in fixed.items() if f":{name}" in str(compiled)})


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


def inserted(table: Table) -> Insert:
    """Insert one row of a table; the values are named like its columns."""
    names = [column.name for column in table.columns if column.computed is None and column.server_default is None]
    return insert(table).values({name: bindparam(name) for name in names})


def changed(table: Table, *columns: Column[Any]) -> Update:
    """Change these columns of the row whose first key column is ``this``; the values are named like the columns."""
    key = next(iter(table.primary_key.columns))
    return update(table).where(key == bindparam("this")).values({column: bindparam(column.name) for column in columns})
