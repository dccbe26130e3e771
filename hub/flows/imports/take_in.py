"""Take in what was shown of a file: an import is a row before it is books.

Whoever confirms writes that it is being taken; the loop goes through its rows in portions, each of which is one
transaction with how far it is. So a large file holds nobody up, and a process that dies goes on where it was.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final

import attrs

from hub.domain.files.sheet import Table
from hub.domain.import_run import AHEAD, ATTEMPTS, Choices, ImportRun, RunState
from hub.domain.merchant import Merchant
from hub.domain.text import Refusal, Text
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell, warn

from .hand_in import NoContent, content_in
from .import_report import ImportReport
from .layouts import remember_run
from .look_at import run_file
from .told_report import stored_report

PATIENCE: Final = 3.0
"""Seconds that whoever confirms waits for the result, before the page tells how far it is."""
LOOK: Final = 0.05

TAKEN_BY: Final = "taken_by"
FAILED: Final = "failed"
STOPPED: Final = "stopped"
"""Of an import that is shown again: how many rows were gone through when it came to a stop."""


class Busy(Refusal):
    """Another import of the same merchant is being taken, or taken back."""

    def __init__(self, other: ImportRun) -> None:
        if other.state is RunState.CLOSING:
            super().__init__(Text("handed.busy_closing", name=other.name))
        elif other.state is RunState.UNDOING:
            super().__init__(Text("handed.busy_undoing", name=other.name, by=other.undone_by))
        else:
            super().__init__(Text("handed.busy", name=other.name, by=other.by))
        self.other = other


async def begin(
    hub: Hub,
    merchant: Merchant,
    run_id: str,
    *,
    by: str,
    rows: int = 0,
    choices: Choices | None = None,
    is_here: bool = False,
) -> ImportRun:
    """Say that an import is to be taken; what is being taken or was taken already is only given back.

    Args:
        rows: How many it has, for whoever waits.
        choices: With what was said of what a complete list lacks.
        is_here: It is taken by whoever says so; the loop goes on with it only where they are gone.

    Raises:
        LookupError: No such import of this merchant; ``NoContent``: its file was dropped.
        Busy: Another one of this merchant is being taken, or taken back.
        FormChanged: What was shown holds no more.
    """
    now = hub.clock()

    def write(tx: Tx) -> ImportRun:
        run = own_record(tx.imports.get(run_id), merchant, run_id)
        if run.state is not RunState.SHOWN:
            return run
        if tx.imports.content(run.id) is None:
            raise NoContent(run.id)
        if other := tx.imports.taking(merchant.id, merchant.mode):
            raise Busy(other)
        due_at = now + AHEAD if is_here else now
        begun = attrs.evolve(run, state=RunState.TAKING, due_at=due_at, done=0, rows=rows, report={TAKEN_BY: by})
        begun = attrs.evolve(begun, choices=choices or run.choices)
        tx.imports.save(begun)
        tell(tx, "import_begun", run=run.id, merchant=merchant.id, what=run.kind.value)
        tx.after_commit(hub.wake)
        return begun

    return await hub.store.write(write)


async def take_at_once(hub: Hub, merchant: Merchant, run: ImportRun, content: bytes | Table) -> ImportReport:
    """Take what was handed in, or its rows, here and now, for whoever waits; if this process dies, the loop goes on.

    Raises:
        Busy: Another one of this merchant is being taken.
    """
    begun = await begin(hub, merchant, run.id, by=run.by, is_here=True)
    report = await run_file(hub, merchant, begun, content)
    await hub.store.write(lambda tx: _end(tx, hub, run.id, report))
    return report


async def wait_for(hub: Hub, merchant: Merchant, run_id: str) -> ImportRun:
    """The import once it was taken, or after a few seconds as far as it is by then."""
    until = time.monotonic() + PATIENCE
    while True:
        run = await hub.store.read(lambda tx: own_record(tx.imports.get(run_id), merchant, run_id))
        if not run.is_under_way or time.monotonic() > until:
            return run
        await asyncio.sleep(LOOK)


async def continue_import(hub: Hub, run_id: str) -> None:
    """Go on with an import that is being taken; safe to run twice."""

    def read(tx: Tx) -> tuple[ImportRun, Merchant, bytes] | None:
        run = tx.imports.get(run_id)
        if run is None or run.state is not RunState.TAKING:
            return None
        merchant = tx.merchants.get(run.merchant_id)
        return (run, merchant, content_in(tx, hub, run)) if merchant else None

    found = await hub.store.read(read)
    if found is None:
        return
    run, merchant, content = found
    try:
        report = await run_file(hub, attrs.evolve(merchant, mode=run.mode), run, content)
    except Exception:
        await hub.store.write(lambda tx: _count_failure(tx, run_id))
        raise
    await hub.store.write(lambda tx: _end(tx, hub, run_id, report))


def _count_failure(tx: Tx, run_id: str) -> None:
    """What fails again and again is shown again, so that it keeps no other file waiting; what it took stays taken."""
    run = tx.imports.get(run_id)
    if run is None or run.state is not RunState.TAKING:
        return
    failed = run.report.get(FAILED, 0) + 1
    if failed < ATTEMPTS:
        tx.imports.save(attrs.evolve(run, report={**run.report, FAILED: failed}))
        return
    shown = attrs.evolve(run, state=RunState.SHOWN, due_at=None, done=0, report={STOPPED: run.done})
    tx.imports.save(shown)
    warn(tx, "import_stopped", run=run.id, merchant=run.merchant_id, what=run.kind.value, rows=run.done)


def _end(tx: Tx, hub: Hub, run_id: str, report: ImportReport) -> None:
    run = tx.imports.get(run_id)
    if run is None or run.state is not RunState.TAKING:
        return
    if report.faults or report.is_open:  # it was taken at another moment than it was shown, and nothing of it can be
        tx.imports.save(attrs.evolve(run, state=RunState.SHOWN, due_at=None, done=0, report={}))
        return
    ended = attrs.evolve(
        run,
        state=RunState.TAKEN,
        due_at=None,
        taken_at=hub.clock(),
        done=report.reading.seen,
        rows=report.reading.seen,
        report={**stored_report(report), TAKEN_BY: run.report.get(TAKEN_BY, run.by)},
    )
    tx.imports.save(ended)
    remember_run(tx, hub, run, report.reading, ended.report[TAKEN_BY])
    tell(tx, "import_ended", run=run.id, merchant=run.merchant_id, what=run.kind.value, rows=ended.rows)
