"""Whether a database is the one this version was written for, with every guard in place."""

from __future__ import annotations

import functools
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import CheckConstraint
from sqlalchemy.schema import CreateIndex

from .connection import connect, pragma_problems
from .exponents import exponent_problems
from .schema import HEAD, metadata
from .statements import DIALECT
from .triggers import TRIGGERS


def check(path: str | Path) -> list[str]:
    """What keeps this database from being used; empty when nothing does.

    Raises:
        Unavailable: It cannot be read now.
    """
    if not Path(path).is_file():
        return ["there is no database yet"]
    try:
        connection = connect(path, query_only=True)
        try:
            return list(_problems(connection))
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        return [f"it is no readable database ({error})"]


def _problems(connection: sqlite3.Connection) -> Iterator[str]:
    yield from pragma_problems(connection)
    of_schema = list(schema_problems(connection))
    yield from of_schema or exponent_problems(connection)


def schema_problems(connection: sqlite3.Connection) -> Iterator[str]:
    """What of the schema and its guards is not as this version has it."""
    found = _revision(connection)
    if found != HEAD:
        yield f"its schema is revision {found or 'none'}, not {HEAD}"
        return
    yield from _differences("trigger", wanted_triggers(), _stored(connection, "trigger"))
    yield from _differences("index", wanted_indices(), _stored(connection, "index"))
    yield from _differences("CHECK", wanted_checks(), stored_checks(connection))


def _revision(connection: sqlite3.Connection) -> str | None:
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return row[0] if row else None


def _differences(what: str, wanted: dict[str, str], found: dict[str, str]) -> Iterator[str]:
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            yield f"{what} {name} is missing"
        elif name not in wanted:
            yield f"{what} {name} does not belong here"
        elif wanted[name] != found[name]:
            yield f"{what} {name} is not the one of this version"


@functools.cache
def wanted_triggers() -> dict[str, str]:
    """Every trigger's text by name."""
    return {trigger.name: _plain(trigger.statement) for trigger in TRIGGERS}


@functools.cache
def wanted_indices() -> dict[str, str]:
    """Every index's text by name."""
    return {
        str(index.name): _plain(str(CreateIndex(index).compile(dialect=DIALECT)))
        for table in metadata.tables.values()
        for index in table.indexes
    }


@functools.cache
def wanted_checks() -> dict[str, str]:
    """Every CHECK's text by name."""
    return {
        str(constraint.name): _plain(str(constraint.sqltext))
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }


def _stored(connection: sqlite3.Connection, kind: str) -> dict[str, str]:
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = ? AND sql IS NOT NULL", (kind,))
    return {row["name"]: _plain(row["sql"]) for row in rows}


def stored_checks(connection: sqlite3.Connection) -> dict[str, str]:
    """Every CHECK's text by name, as the database has it."""
    found = {}
    for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL"):
        for match in re.finditer(r"CONSTRAINT (\w+) CHECK \(", sql):
            found[match[1]] = _plain(_enclosed(sql, match.end()))
    return found


def _enclosed(sql: str, start: int) -> str:
    """The text from ``start`` to the parenthesis that closes it."""
    depth = 1
    for position in range(start, len(sql)):
        depth += {"(": 1, ")": -1}.get(sql[position], 0)
        if depth == 0:
            return sql[start:position]
    return sql[start:]


def _plain(sql: str) -> str:
    """SQL without the blanks that mean nothing."""
    return " ".join(sql.split())
