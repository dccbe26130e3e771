"""Backups: one file, consistent, made while the hub runs; and the way back. Both are verified before they count."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from .check import schema_problems
from .connection import connect
from .transaction import SqliteTx

T = TypeVar("T")

PARTIAL = ".partial"


class BackupRefused(Exception):
    """Nothing was written, or what was written does not count; the text says why and what helps."""


def back_up(database: str | Path, target: str | Path) -> None:
    """Copy a database that may be in use to one new file that holds everything committed before this began.

    Raises:
        BackupRefused: There is a file already, or the copy is not sound.
        OSError: It cannot be written.
    """
    target = Path(target)
    if target.exists():
        raise BackupRefused(f"{target} is already there: give each backup a name of its own")
    partial = target.with_name(target.name + PARTIAL)
    partial.unlink(missing_ok=True)
    try:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with (
            contextlib.closing(connect(database, query_only=True)) as source,
            contextlib.closing(sqlite3.connect(partial)) as copy,
        ):
            source.backup(copy)  # all pages in one step, on one snapshot: writers go on meanwhile
            copy.execute("PRAGMA journal_mode=DELETE")  # so that the backup is one file
        _synced(partial)
        if problems := verify_file(partial):
            raise BackupRefused(f"the copy is not sound: {'; '.join(problems[:5])}")
        partial.replace(target)
        _synced(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def read_backup(backup: str | Path, fn: Callable[[SqliteTx], T]) -> T:
    """Read a backup, which is not changed.

    Raises:
        BackupRefused: It is not sound.
    """
    try:
        with contextlib.closing(_only_read(Path(backup))) as connection:
            return fn(SqliteTx(connection))
    except sqlite3.DatabaseError as error:
        raise BackupRefused(f"{backup} is not sound: {error}") from error


def restore(
    backup: str | Path, database: str | Path, *, prepare: Callable[[SqliteTx], None] = lambda _tx: None
) -> None:
    """Put a verified backup where no database is.

    Args:
        prepare: What is written into it before it can be found there.

    Raises:
        BackupRefused: There is a database, or the backup is not sound.
        OSError: It cannot be written.
    """
    backup, database = Path(backup), Path(database)
    if left := sorted(path.name for path in database.parent.glob(f"{database.name}*")):
        raise BackupRefused(f"{database.parent} is not empty: it holds {', '.join(left)}; move them elsewhere first")
    if problems := verify_file(backup):
        raise BackupRefused(f"{backup} is not sound: {'; '.join(problems[:5])}")
    database.parent.mkdir(parents=True, exist_ok=True)
    partial = database.with_name(database.name + PARTIAL)
    try:
        shutil.copyfile(backup, partial)
        partial.chmod(0o600)
        calls = _prepared(partial, prepare)
        _synced(partial)
        partial.replace(database)
        _synced(database.parent)
    finally:
        partial.unlink(missing_ok=True)
    for call in calls:
        call()


def _prepared(path: Path, prepare: Callable[[SqliteTx], None]) -> list[Callable[[], None]]:
    """Write into a copy that nobody uses yet; what is to be called once it is in place."""
    with contextlib.closing(connect(path)) as connection:
        tx = SqliteTx(connection)
        connection.execute("BEGIN IMMEDIATE")
        prepare(tx)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=DELETE")  # so that it is one file
    return tx.calls


def verify_file(path: str | Path) -> list[str]:
    """What is wrong with a backup: damage, another schema, missing guards, broken books; nothing is changed."""
    if not Path(path).is_file():
        return ["there is no such file"]
    try:
        with contextlib.closing(_only_read(Path(path))) as connection:
            return list(_problems(connection))
    except sqlite3.DatabaseError as error:
        return [f"it is no readable database ({error})"]


def _only_read(path: Path) -> sqlite3.Connection:
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def _problems(connection: sqlite3.Connection) -> Iterator[str]:
    damage = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
    if damage != ["ok"]:
        yield from damage
        return
    wrong = list(schema_problems(connection))
    yield from wrong
    if not wrong:
        strays = connection.execute("PRAGMA foreign_key_check").fetchmany(5)
        yield from (f"a row of {row[0]} names a row of {row[2]} that is not there" for row in strays)
        yield from SqliteTx(connection).ledger.verify()


def _synced(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
