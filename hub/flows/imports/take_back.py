"""Take an import back row by row: a portion is one transaction with how far it is, and it only goes forward.

So a large one holds nobody up, and a process that dies goes on where it was. Each row is judged again in the
transaction that takes it back: what something was built on meanwhile stays as it is, and is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

import attrs

from hub.domain.collector import resting
from hub.domain.customer_edit import left_by_files
from hub.domain.files.sheet import RowError
from hub.domain.import_before import customer_restored, notes_in, outside_before, restored
from hub.domain.import_run import AHEAD, ATTEMPTS, ImportRun, RunRow, RunState, RunSubject
from hub.domain.merchant import Merchant
from hub.domain.payable import Payable
from hub.domain.text import packed, unpacked
from hub.flows.books.reverse_entry import reverse
from hub.flows.books.revise_bill import book_revision
from hub.flows.corrections.close_bills import continue_closing
from hub.flows.ground.open_review import close_review
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.proposals import withdraw_closing
from hub.flows.ground.tell import tell, warn

from .import_report import ImportReport
from .save_invoices import BALANCE_ROSE
from .take_in import continue_import
from .told_report import stored_report
from .why_not_undone import reasons

PORTION: Final = 250
"""Rows that are taken back in one transaction: each costs more than a row that is taken."""
UNDO: Final = "undo"
"""Beside what an import took: how far it was taken back."""
UNDONE: Final = "the import that brought it was taken back"


@attrs.frozen(kw_only=True)
class Progress:
    """How far an import was taken back.

    Attributes:
        note: Who took it back and why, as it stands at each entry.
        done: Rows that were gone through, bills before customers.
        rows: In all.
        invoices: How many of them were taken back.
        kept: Rows that stay, since something was built on them while others were taken back.
        failed: How often it failed since it last went on.
        is_stopped: It failed again and again; a person lets it go on.
    """

    note: str = ""
    done: int = 0
    rows: int = 0
    invoices: int = 0
    kept: tuple[RowError, ...] = ()
    failed: int = 0
    is_stopped: bool = False


def progress_of(run: ImportRun) -> Progress | None:
    """How far an import was taken back; None where nobody began that."""
    kept: Mapping[str, Any] | None = run.report.get(UNDO)
    if kept is None:
        return None
    rows = tuple(RowError(line, unpacked(column), shown, unpacked(why)) for line, column, shown, why in kept["kept"])
    return Progress(**{**kept, "kept": rows})


def _with(run: ImportRun, progress: Progress, **changes: Any) -> ImportRun:
    kept = [[row.line, packed(row.column), row.value, packed(row.message)] for row in progress.kept]
    stored = {field.name: getattr(progress, field.name) for field in attrs.fields(Progress)}
    return attrs.evolve(run, report={**run.report, UNDO: {**stored, "kept": kept}}, **changes)


def begin(tx: Tx, run: ImportRun, rows: Sequence[RunRow], *, by: str, why: str, due_at: datetime) -> ImportRun:
    """Say that an import is to be taken back, of which nothing stands in the way."""
    if run.state is RunState.SHOWN:  # it came to a stop in the middle, and nobody wrote what it took until then
        whats = [row.what for row in rows]
        took = ImportReport(new=whats.count("new"), changed=whats.count("changed"), closed=whats.count("closed"))
        run = attrs.evolve(run, report={**stored_report(took), **run.report})
    progress = Progress(note=f"{by}: {why}" if why else by, rows=len(rows))
    begun = _with(run, progress, state=RunState.UNDOING, due_at=due_at, undone_at=None, undone_by=by)
    tx.imports.save(begun)
    withdraw_closing(tx, begun)
    tell(tx, "import_undo_begun", run=run.id, merchant=run.merchant_id, rows=len(rows))
    return begun


async def go_on(hub: Hub, run_id: str) -> None:
    """Go on with an import that is being taken, closed or taken back; safe to run twice."""
    await continue_import(hub, run_id)
    await continue_closing(hub, run_id)
    await continue_undo(hub, run_id)


async def continue_undo(hub: Hub, run_id: str) -> None:
    """Go on with an import that is being taken back; safe to run twice."""

    def read(tx: Tx) -> tuple[Merchant, tuple[RunRow, ...]] | None:
        run = tx.imports.get(run_id)
        merchant = tx.merchants.get(run.merchant_id) if run and run.state is RunState.UNDOING else None
        return (attrs.evolve(merchant, mode=run.mode), tx.imports.rows(run_id)) if run and merchant else None

    found = await hub.store.read(read)
    if found is None:
        return
    merchant, rows = found
    portion = partial(_portion, hub, merchant, run_id, _in_order(rows))
    try:
        while await hub.store.write(partial(resting, portion)):
            pass
    except Exception:
        await hub.store.write(lambda tx: _count_failure(tx, hub, run_id))
        raise


def _in_order(rows: Sequence[RunRow]) -> tuple[RunRow, ...]:
    """Bills first: a customer whom nothing names goes."""
    return tuple(sorted(rows, key=lambda row: row.subject is RunSubject.CUSTOMER))


def _portion(hub: Hub, merchant: Merchant, run_id: str, rows: Sequence[RunRow], tx: Tx) -> bool:
    """Take the next rows back; whether there are more."""
    run = tx.imports.get(run_id)
    progress = progress_of(run) if run and run.state is RunState.UNDOING else None
    if run is None or progress is None:
        return False
    now, part = hub.clock(), rows[progress.done : progress.done + PORTION]
    kept, invoices = _take_back(tx, merchant, run, part, progress.note, now)
    progress = attrs.evolve(
        progress,
        done=progress.done + len(part),
        invoices=progress.invoices + invoices,
        kept=(*progress.kept, *kept),
        failed=0,
    )
    if progress.done < len(rows):
        tx.imports.save(_with(run, progress, due_at=now + AHEAD))
        return True
    tx.imports.save(_with(run, progress, state=RunState.UNDONE, due_at=None, undone_at=now))
    tell(tx, "import_undone", run=run.id, merchant=merchant.id, invoices=progress.invoices, kept=len(progress.kept))
    return False


def _take_back(
    tx: Tx, merchant: Merchant, run: ImportRun, part: Sequence[RunRow], note: str, now: datetime
) -> tuple[tuple[RowError, ...], int]:
    """Take some rows back; those that stay, with the reasons, and how many invoices did not."""
    part = [row for row in part if row.undone_at is None]
    bills = [row for row in part if row.subject is RunSubject.PAYABLE]
    payables = {payable.id: payable for payable in tx.payables.many([row.subject_id for row in bills])}
    found = tuple(reasons(tx, merchant, run, part, payables, now))
    stay = {subject_id for subject_id, _why in found}
    for row in part:
        if row.subject_id not in stay:
            if row.subject is RunSubject.PAYABLE:
                _undo_bill(tx, merchant, row, payables[row.subject_id], now, note, run.undone_by)
            else:
                _undo_customer(tx, row, now)
    return tuple(why for _id, why in found), sum(row.subject_id not in stay for row in bills)


def _undo_bill(tx: Tx, merchant: Merchant, row: RunRow, before: Payable, now: datetime, note: str, by: str) -> None:
    """Reverse what one row did of its invoice."""
    for key in notes_in(row.before):
        for entry in tx.ledger.keyed(merchant.id, merchant.mode, key)[:1]:
            reverse(tx, entry, at=now, note=note)
    if notes_in(row.before):
        before = tx.payables.get(before.id) or before
    if row.what == "new":
        after, outside = never_billed(before, now), -before.outside
    else:
        after, outside = restored(before, row.before), outside_before(row.before) - before.outside
    after = attrs.evolve(after, revision=before.revision + 1)
    book_revision(tx, merchant, before, after, now, outside=outside, note=note)
    tx.imports.undone(row, after.revision, now)
    about = tx.reviews.about(merchant.id, {BALANCE_ROSE}, f"invoice {before.number}")
    for review in (review for review in about if review.mode is merchant.mode):
        close_review(tx, review, UNDONE, now, by)


def never_billed(payable: Payable, now: datetime) -> Payable:
    """An invoice of which nothing is owed, since the import that billed it was taken back."""
    return attrs.evolve(payable, total=0, undone_at=now, stated=None, counted=0, counted_back=0, plan=(), plan_by="")


def _undo_customer(tx: Tx, row: RunRow, now: datetime) -> None:
    """Earlier values come back; who was created is removed, unless something else names them."""
    customer = tx.customers.get(row.subject_id)
    if customer and row.what != "new":
        tx.customers.save(left_by_files(customer, customer_restored(customer, row.before)))
    elif customer:
        tx.customers.remove(customer.id)
    tx.imports.undone(row, row.revision, now)


def _count_failure(tx: Tx, hub: Hub, run_id: str) -> None:
    """What fails again and again waits for a person, and keeps no file waiting; what was taken back stays so."""
    run = tx.imports.get(run_id)
    progress = progress_of(run) if run and run.state is RunState.UNDOING else None
    if run is None or progress is None:
        return
    failed = attrs.evolve(progress, failed=progress.failed + 1)
    if failed.failed < ATTEMPTS:
        tx.imports.save(_with(run, failed))
        return
    taken_at = run.taken_at or hub.clock()
    stopped = attrs.evolve(failed, is_stopped=True)
    tx.imports.save(_with(run, stopped, state=RunState.TAKEN, due_at=None, taken_at=taken_at, undone_by=""))
    warn(tx, "import_undo_stopped", run=run.id, merchant=run.merchant_id, rows=progress.done)
