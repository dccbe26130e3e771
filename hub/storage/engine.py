"""SQLite: one writer thread that commits in groups, and readers on snapshots."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from hub.domain.refusals import Unavailable

from .check import check
from .connection import (
    BROKEN,
    UnusableDatabase,
    code_of,
    connect,
    execute,
    meaning_of,
    wait_for_the_disk,
    write_again,
)
from .due import earliest_due
from .exponents import keep_missing_exponents
from .queued_writes import QueuedWrite, answer_all, run_apart
from .transaction import SqliteTx

T = TypeVar("T")

MAX_GROUP = 256
"""Most functions that share one commit."""

NOBODY_CAN = BROKEN | {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY}
"""After these it is of no use to try the functions of a group one by one; a full disk may still take a small one."""


class SqliteStore:
    """One SQLite file: a writer thread with group commit, and readers on snapshots."""

    def __init__(self, path: str | Path, *, readers: int = 4) -> None:
        self.path = Path(path)
        self.commits = 0
        self._jobs: queue.SimpleQueue[QueuedWrite | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._due_lock = threading.Lock()
        self._due_reader = connect(path, query_only=True)
        self._free: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        self._readers = [connect(path, query_only=True) for _ in range(readers)]
        for connection in self._readers:
            self._free.put(connection)
        self._pool = ThreadPoolExecutor(readers, thread_name_prefix="hub-reader")
        self.write_error = ""
        self._writer_connection: sqlite3.Connection | None = connect(path)
        self._writer = threading.Thread(target=self._write_on, name="hub-writer", daemon=True)
        self._writer.start()

    async def write(self, fn: Callable[[SqliteTx], T], *, synced: bool = True) -> T:
        """Run ``fn`` in one durable transaction and return its result once it is on disk.

        With ``synced`` off, once the system has it: it outlives this process, and a power cut may take it back until
        the next transaction that is synced.

        Raises:
            Conflict: The database refused it; nothing was changed.
            Unavailable: The database cannot write now; nothing was changed.
        """
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[T] = loop.create_future()
        self._put(QueuedWrite(fn, synced, loop, waiter))
        return await waiter

    def write_now(self, fn: Callable[[SqliteTx], T]) -> T:
        """``write`` for a caller without an event loop."""
        waiter: Future[T] = Future()
        job = QueuedWrite(fn, True, None, waiter)
        self._put(job)
        result = waiter.result()
        for call in job.calls:
            call()
        return result

    async def read(self, fn: Callable[[SqliteTx], T]) -> T:
        """Run ``fn`` on a consistent snapshot; writes are refused."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self.read_now, fn)

    def read_now(self, fn: Callable[[SqliteTx], T]) -> T:
        """``read`` for a caller without an event loop."""
        connection = self._free.get()
        try:
            execute(connection, "BEGIN")
            try:
                return fn(SqliteTx(connection))
            finally:
                if connection.in_transaction:
                    execute(connection, "ROLLBACK")
        finally:
            self._free.put(connection)

    def next_due(self) -> datetime | None:
        """The earliest due time of anything that the loop does."""
        with self._due_lock:
            return earliest_due(self._due_reader)

    def problems(self) -> tuple[str, ...]:
        """What of schema, triggers, indices and checks is not as this version has it."""
        return tuple(check(self.path))

    async def close(self) -> None:
        """Write what is queued and close every connection."""
        await asyncio.to_thread(self.close_now)

    def close_now(self) -> None:
        """``close`` for a caller without an event loop."""
        with self._gate:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        self._writer.join()
        self._pool.shutdown()
        for connection in (*self._readers, self._due_reader):
            connection.close()

    def _put(self, job: QueuedWrite) -> None:
        with self._gate:
            if self._closed:
                raise Unavailable("the store is closed")
            self._jobs.put(job)

    def _write_on(self) -> None:
        """The writer thread: take what is queued, commit it together, answer; it lives whatever happens to a group."""
        open_ = True
        while open_:
            jobs, open_ = self._taken()
            if not jobs:
                continue
            try:
                self._write_group(jobs)
            except BaseException as error:  # noqa: BLE001 - whoever waits gets the error, and the thread goes on
                self._fail(jobs, Unavailable(f"the writer failed: {type(error).__name__}"))
                self._drop()
            answer_all(jobs)
        self._drop()

    def _taken(self) -> tuple[list[QueuedWrite], bool]:
        """What is queued, at least one; and whether more may come."""
        group = [self._jobs.get()]
        while group[-1] is not None and len(group) < MAX_GROUP:
            try:
                group.append(self._jobs.get_nowait())
            except queue.Empty:
                break
        return [job for job in group if job is not None], group[-1] is not None

    def _write_group(self, jobs: list[QueuedWrite]) -> None:
        """Commit the group at once; if that fails, one by one, so that only the guilty one fails.

        Where nobody could write now, everyone in the group gets this error at once: each would wait for it again.
        """
        error = self._commit(jobs)
        if error is None:
            return
        if isinstance(error, Unavailable) and (len(jobs) == 1 or code_of(error) in NOBODY_CAN):
            self._fail(jobs, error)
        elif len(jobs) == 1:
            jobs[0].error = jobs[0].error or error
        else:
            for job in jobs:
                self._write_group([job])

    def _fail(self, jobs: list[QueuedWrite], error: Unavailable) -> None:
        """Nothing of the group is durable."""
        self.write_error = str(error) or type(error).__name__
        for job in jobs:
            job.result, job.calls, job.error = None, [], error

    def _commit(self, jobs: list[QueuedWrite]) -> Exception | None:
        alone = len(jobs) == 1
        try:
            connection = self._writing()
        except Exception as error:  # noqa: BLE001 - it is opened again for the next group
            return error if isinstance(error, Unavailable) else Unavailable(str(error))
        try:
            wait_for_the_disk(connection, any(job.synced for job in jobs))
            connection.execute("BEGIN IMMEDIATE")
            before = connection.total_changes
            for job in jobs:
                if alone:
                    job.run(connection)
                else:
                    run_apart(connection, job)
            if alone and jobs[0].error is not None:
                self._roll_back(connection)
                return self._error_inside(jobs)
            connection.execute("COMMIT")
            if self.write_error and connection.total_changes != before:
                self.write_error = ""
        except Exception as error:  # noqa: BLE001 - the writer goes on, whatever happened to this group
            self._roll_back(connection)
            if code_of(error) in BROKEN:
                self._drop()
            meaning = self._with_cause(error)
            return meaning if isinstance(meaning, Unavailable) else self._error_inside(jobs) or meaning
        self.commits += 1
        return None

    @staticmethod
    def _with_cause(error: Exception) -> Exception:
        meaning = meaning_of(error) if isinstance(error, sqlite3.Error) else error
        if meaning is not error:
            meaning.__cause__ = error
        return meaning

    def _error_inside(self, jobs: list[QueuedWrite]) -> Unavailable | None:
        """What the database refused a function inside the transaction, which it may have ended by that."""
        for job in jobs:
            if isinstance(job.error, Unavailable):
                if code_of(job.error) in BROKEN:
                    self._drop()
                return job.error
        return None

    def _writing(self) -> sqlite3.Connection:
        """The writer's connection, opened anew after a failure of the disk."""
        if self._writer_connection is None:
            connection = connect(self.path)
            try:
                write_again(connection, self.path)
            except BaseException:
                connection.close()
                raise
            self._writer_connection = connection
        return self._writer_connection

    def _drop(self) -> None:
        """Write no more on this connection: what it holds in memory may not be what is on disk."""
        dropped, self._writer_connection = self._writer_connection, None
        if dropped is not None:
            with contextlib.suppress(sqlite3.Error):
                if dropped.in_transaction:
                    dropped.execute("ROLLBACK")
            with contextlib.suppress(sqlite3.Error):
                dropped.close()

    def _roll_back(self, connection: sqlite3.Connection) -> None:
        """End the transaction if SQLite has not ended it already; a connection that cannot is not used again."""
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            self._drop()


def open_store(path: str | Path, *, readers: int = 4) -> SqliteStore:
    """Open a database that is up to date and whose guards stand.

    Raises:
        Unusable: It is missing, out of date, or a trigger, CHECK or setting is not as it should be.
        Unavailable: It is locked, cannot be read, or may not be written.
    """
    problems = check(path)
    if problems:
        raise UnusableDatabase(str(path), tuple(problems))
    connection = connect(path)
    try:
        keep_missing_exponents(connection)
        _refuse_read_only(path, connection)
    finally:
        connection.close()
    return SqliteStore(path, readers=readers)


def _refuse_read_only(path: str | Path, connection: sqlite3.Connection) -> None:
    """A database that may only be read is found out at the start, not by the first payment."""
    try:
        connection.execute("PRAGMA busy_timeout=0")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(f"PRAGMA user_version={version}")  # the lock alone may be had on a file that cannot change
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if code_of(error) == sqlite3.SQLITE_READONLY:
            raise Unavailable(
                f"{path} is read-only here: give this user the right to write the file and its folder"
            ) from error
