"""A connection to SQLite on which every rule of the schema holds, and what a refusal of the database means.

What the driver raises, and what comes out of ``write`` and ``read``:

    sqlite3.IntegrityError    Conflict(rule)   a trigger's own rule, ``one_live``, ``unique``, ``foreign_key``,
                                               or a CHECK's name such as ``payable_due``
    sqlite3.OperationalError  Unavailable      locked, full, read-only or failing disk; all else is a bug of ours
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from hub.domain.refusals import Conflict, Unavailable

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "busy_timeout": 5000,
    "secure_delete": 1,
}
"""What every connection must say of itself; without any of these a rule of the schema would not hold."""

CACHE_KIB = 65536
CHECKPOINT_PAGES = 8192
"""32 MiB of log before it is folded into the database; SQLite's own figure would do so every few groups."""

CHUNK = 1 << 20

BUSY = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PROTOCOL,
    }
)


BROKEN = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN})
"""After these the writer's connection is opened anew and the log written again: not all of it may be on disk."""


class UnusableDatabase(Exception):
    """The database may not be used as it is; ``problems`` says why, and the text names the remedy."""

    def __init__(self, path: str, problems: tuple[str, ...]) -> None:
        listed = "; ".join(problems)
        super().__init__(
            f"{path}: {listed}. Run `payment-hub migrate`, which brings the database up to date, or says why it cannot."
        )
        self.problems = problems


def connect(path: str | Path, *, query_only: bool = False) -> sqlite3.Connection:
    """Open a connection on which every rule of the schema holds.

    Raises:
        Unusable: SQLite did not accept a setting, e.g. WAL on a network disk.
    """
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    connection.row_factory = sqlite3.Row
    try:
        for name, value in PRAGMAS.items():
            connection.execute(f"PRAGMA {name}={value}")
        problems = tuple(pragma_problems(connection))
    except sqlite3.OperationalError as error:
        connection.close()
        raise meaning_of(error) from error
    if problems:
        connection.close()
        raise UnusableDatabase(str(path), problems)
    connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
    connection.execute("PRAGMA temp_store=MEMORY")  # a savepoint of a few dozen pages would become a file
    connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
    if query_only:
        connection.execute("PRAGMA query_only=ON")
    return connection


def write_again(connection: sqlite3.Connection, path: str | Path) -> None:
    """Hand the whole log to the disk once more.

    After a failed sync the system takes what it could not write for written. The log is still read as if it were whole,
    and what is appended behind the gap would be lost with the power.

    Raises:
        OSError: The disk still fails.
    """
    execute(connection, "BEGIN IMMEDIATE")  # nobody else appends meanwhile
    try:
        with contextlib.suppress(FileNotFoundError), Path(f"{path}-wal").open("r+b") as log:
            while piece := log.read(CHUNK):
                log.seek(-len(piece), os.SEEK_CUR)
                log.write(piece)
            log.flush()
            os.fsync(log.fileno())
    finally:
        execute(connection, "ROLLBACK")


def wait_for_the_disk(connection: sqlite3.Connection, wait: bool) -> None:
    """Whether the next commit returns once it is on the disk, or already in the log.

    In the log it outlives this process; a power cut may take it back, until a later commit that is waited for.
    """
    connection.execute(f"PRAGMA synchronous={PRAGMAS['synchronous'] if wait else 1}")


def pragma_problems(connection: sqlite3.Connection) -> Iterator[str]:
    """Settings that a connection does not have."""
    for name, wanted in PRAGMAS.items():
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
        if found != wanted:
            yield f"SQLite's {name} is {found}, not {wanted}"


def meaning_of(error: sqlite3.Error) -> Exception:
    """What a refusal of the driver means to the hub; the error itself when it is a bug of ours."""
    if isinstance(error, sqlite3.IntegrityError):
        return _conflict(str(error))
    return Unavailable(str(error)) if code_of(error) in BUSY | BROKEN else error


def code_of(error: BaseException | None) -> int:
    """SQLite's primary code of an error, or of what caused it; 0 where there is none."""
    while error is not None:
        code = getattr(error, "sqlite_errorcode", None)
        if isinstance(code, int):
            return code & 0xFF
        error = error.__cause__
    return 0


def execute(connection: sqlite3.Connection, sql: str) -> sqlite3.Cursor:
    """Execute past a transaction's seam, with the same meaning of what is refused."""
    try:
        return connection.execute(sql)
    except sqlite3.Error as error:
        raise_meaning(error)


def raise_meaning(error: sqlite3.Error) -> NoReturn:
    """Raise what a refusal of the driver means; the error itself when it is a bug of ours."""
    meaning = meaning_of(error)
    if meaning is error:
        raise error
    raise meaning from error


def _conflict(text: str) -> Conflict:
    match text.partition(" constraint failed"):
        case ("UNIQUE", _, where):
            detail = where.removeprefix(": ")
            return Conflict("one_live" if detail == "payment_line.payable" else "unique", detail)
        case ("CHECK", _, where):
            return Conflict(where.removeprefix(": "))
        case ("FOREIGN KEY", _, _):
            return Conflict("foreign_key")
        case ("NOT NULL", _, where):
            return Conflict("not_null", where.removeprefix(": "))
    rule, _, why = text.partition(": ")
    return Conflict(rule, why)
