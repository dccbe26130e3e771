"""Functions that wait for the writer: each is run in its transaction, and whoever waits is answered."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import attrs

from .transaction import SqliteTx


@attrs.define(eq=False)
class QueuedWrite:
    """A function that waits to be written, and who waits for it: a task of ``loop``, or a thread."""

    fn: Callable[[SqliteTx], Any]
    synced: bool
    loop: asyncio.AbstractEventLoop | None
    waiter: asyncio.Future[Any] | Future[Any]
    result: Any = None
    error: BaseException | None = None
    calls: list[Callable[[], None]] = attrs.Factory(list)

    def run(self, connection: sqlite3.Connection) -> None:
        """Run the function in the open transaction and store how it ended."""
        self.result, self.error, self.calls = None, None, []
        tx = SqliteTx(connection)
        try:
            self.result = self.fn(tx)
            self.calls = tx.calls
        except StopIteration as error:
            self.error = RuntimeError("a transaction function raised StopIteration")
            self.error.__cause__ = error
        except BaseException as error:  # noqa: BLE001 - it is handed to the caller, whatever it is
            self.error = error

    def answer(self) -> None:
        """Hand the end to whoever waits; a task that was cancelled meanwhile has its row all the same."""
        if not self.waiter.done():
            if self.error is None:
                self.waiter.set_result(self.result)
            else:
                self.waiter.set_exception(self.error)


def run_apart(connection: sqlite3.Connection, job: QueuedWrite) -> None:
    """Run one function of a group so that its failure is its own."""
    connection.execute("SAVEPOINT one")
    job.run(connection)
    if job.error is not None:
        connection.execute("ROLLBACK TO one")
    connection.execute("RELEASE one")


def answer_all(jobs: list[QueuedWrite]) -> None:
    """Answer whoever waits: threads here, tasks in their own loops, one hand-over a loop."""
    loops: dict[asyncio.AbstractEventLoop, list[QueuedWrite]] = {}
    for job in jobs:
        if job.loop is None:
            job.answer()
        else:
            loops.setdefault(job.loop, []).append(job)
    for loop, waiting in loops.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_answer_in_loop, loop, waiting)


def _answer_in_loop(loop: asyncio.AbstractEventLoop, jobs: list[QueuedWrite]) -> None:
    for job in jobs:
        job.answer()
        for call in job.calls:
            loop.call_soon(call)
