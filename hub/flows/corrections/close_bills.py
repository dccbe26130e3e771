"""Close what a complete list lacks: booked as was decided, at once or when a second person approves.

Many are closed portion after portion, each of them one transaction: what was decided is the decision, and each invoice
is looked at again when its turn comes. A process that dies goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Final

import attrs

from hub.domain.collector import resting
from hub.domain.complete_list import Closing
from hub.domain.decision import Decision, Signed
from hub.domain.import_before import before_of
from hub.domain.import_run import AHEAD, ATTEMPTS, ImportRun, RunRow, RunState, RunSubject
from hub.domain.merchant import Merchant
from hub.domain.missing_bills import BILL, DAY, Closed, LeftAlone, MissingBill
from hub.domain.payable import Payable
from hub.domain.stated import InvoiceStanding, Stated, stated_change
from hub.domain.text import Text
from hub.flows.books.revise_bill import book_revision
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.proposals import GONE, why_lapsed
from hub.flows.ground.tell import tell, warn
from hub.flows.payments.decide import NotAllowed, decide

from .void_bill import book_void, standing_on
from .why_left import why_left

PORTION: Final = 250
"""Invoices that are closed in one transaction."""
DECIDED: Final = "closes_by"
"""Beside what an import took: the decision by which it closes what the list lacks."""
CLOSING: Final = "closing"
"""What became of it, in the report of an import."""
FAILED: Final = "closing_failed"


async def close_decided(hub: Hub, merchant: Merchant, proposed: Decision, *, signed: Signed) -> Decision:
    """Close what one person proposed and a second one approves; what changed since then refuses all of it.

    Raises:
        NotAllowed: Something of it is not as it was proposed, or another file of the company is under way.
    """
    now, decision_id = hub.clock(), hub.fresh_id()

    def write(tx: Tx) -> Closed:
        bills = tuple(_as_proposed(tx, merchant, proposed))
        day = date.fromisoformat(proposed.content[DAY])
        run = tx.imports.get(proposed.evidence.text)
        if lapsed := why_lapsed(tx, proposed, now):
            raise NotAllowed("lapsed", lapsed)
        if run and (run.is_under_way or (len(bills) > PORTION and tx.imports.taking(merchant.id, merchant.mode))):
            raise NotAllowed("under_way", Text("missing.file_under_way"))
        others = why_left(tx, merchant, [bill.payable for bill in bills], day, now)
        if others or (run and run.state is not RunState.TAKEN):
            raise NotAllowed("changed", Text("decision.changed"))
        wanted = attrs.evolve(proposed, id=decision_id, by=signed.by, why=signed.why, via=signed.via, proposed_at=now)
        made = decide(tx, hub, wanted, now=now, by_two=True)
        begun = begin_closing(tx, merchant, bills, made, run.id if run else "", now)
        if stored := tx.imports.get(run.id) if run else None:
            closing = attrs.evolve(stored, state=RunState.CLOSING, due_at=now + AHEAD)
            tx.imports.save(closing if begun.is_begun else _told(stored, begun.numbers))
        return begun

    begun = await hub.store.write(write)
    assert begun.decision
    if begun.is_begun:
        await continue_closing(hub, proposed.evidence.text)
    return begun.decision


def _as_proposed(tx: Tx, merchant: Merchant, proposed: Decision) -> Iterator[MissingBill]:
    """The invoices of a proposal.

    Raises:
        NotAllowed: One owes another amount than it did.
    """
    said = _said_in(proposed)
    payables = tx.payables.numbered(merchant.id, merchant.mode, list(said), undone=False)
    for number in said:
        bill = _as_said(payables, number, said[number])
        if bill is None:
            raise NotAllowed("changed", Text("decision.changed"))
        yield bill


def _said_in(decision: Decision) -> Mapping[str, str]:
    """What was decided of each invoice, by number."""
    return {name.removeprefix(BILL): said for name, said in decision.content.items() if name.startswith(BILL)}


def _as_said(payables: Mapping[str, Payable], number: str, said: str) -> MissingBill | None:
    """An invoice that still owes what was said of it."""
    payable = payables.get(number)
    bill = MissingBill(payable, "", Closing(said.split()[0])) if payable else None
    return bill if bill and bill.said == said else None


def begin_closing(
    tx: Tx, merchant: Merchant, bills: Sequence[MissingBill], made: Decision, run_id: str, now: datetime
) -> Closed:
    """Close a few as was decided; of many remember the decision. Nothing while a second person is missing."""
    if not made.is_done:
        return Closed(decision=made)
    if run := tx.imports.get(run_id) if run_id else None:
        tx.imports.save(attrs.evolve(run, report={**run.report, DECIDED: made.id}))
    if run and len(bills) > PORTION:
        return Closed(decision=made, is_begun=True)
    _book(tx, merchant, bills, made, run_id, now)
    tell(tx, "missing_closed", merchant=merchant.id, decision=made.id, invoices=len(bills))
    return Closed(decision=made, numbers=tuple(bill.payable.number for bill in bills))


def closing_of(tx: Tx, run_id: str) -> Decision | None:
    """The decision by which an import closes what its list lacks, once there is one."""
    run = tx.imports.get(run_id)
    if run is None or DECIDED not in run.report:
        return None
    every = tx.decisions.of(f"{run.merchant_id}:{run.mode}")
    return next((made for made in every if made.is_done and made.id == run.report[DECIDED]), None)


async def close_rest(hub: Hub, merchant: Merchant, begun: Closed, run: ImportRun | None) -> Closed:
    """Close what was decided, portion after portion; safe to run twice."""
    if not begun.is_begun or begun.decision is None or run is None:
        return begun
    made, said = begun.decision, list(_said_in(begun.decision).items())
    numbers: list[str] = []
    left: list[LeftAlone] = []
    for first in range(0, len(said), PORTION):
        part = dict(said[first : first + PORTION])
        done = await hub.store.write(partial(resting, partial(_portion, hub, merchant, made, run.id, part)))
        numbers += done.numbers
        left += done.left
    return attrs.evolve(begun, numbers=tuple(numbers), left=tuple(left))


def _portion(hub: Hub, merchant: Merchant, made: Decision, run_id: str, part: Mapping[str, str], tx: Tx) -> Closed:
    """Close some; what does not stand as it was decided, or has something under way with it now, stays open."""
    now, run = hub.clock(), tx.imports.get(run_id)
    if run is None or run.state in GONE:
        return Closed()
    payables = tx.payables.numbered(merchant.id, merchant.mode, list(part), undone=False)
    bills = [bill for number, said in part.items() if (bill := _as_said(payables, number, said))]
    kept = dict(why_left(tx, merchant, [bill.payable for bill in bills], date.fromisoformat(made.content[DAY]), now))
    for bill in bills:
        if bill.becomes is Closing.VOID and (why := next(standing_on(tx, merchant, bill.payable), None)):
            kept.setdefault(bill.payable.id, why.message)
    closing = [bill for bill in bills if bill.payable.id not in kept]
    _book(tx, merchant, closing, made, run_id, now)
    if run.is_under_way:
        tx.imports.save(attrs.evolve(run, due_at=now + AHEAD))
    as_said = {bill.payable.id for bill in bills}
    others = [payable for payable in payables.values() if payable.id not in as_said]
    before = tx.imports.closed_by([payable.id for payable in others])  # by this very import: nobody else is at one
    if closing:
        tell(tx, "missing_closed", merchant=merchant.id, decision=made.id, invoices=len(closing))
    return Closed(
        numbers=tuple(
            payable.number
            for payable in payables.values()
            if payable.id in before or (payable.id in as_said and payable.id not in kept)
        ),
        left=tuple(
            LeftAlone(payable, kept.get(payable.id) or Text("missing.changed_since"))
            for payable in payables.values()
            if payable.id in kept or (payable.id not in as_said and payable.id not in before)
        ),
    )


async def continue_closing(hub: Hub, run_id: str) -> None:
    """Go on with what a second person approved; safe to run twice."""

    def read(tx: Tx) -> tuple[ImportRun, Merchant, Decision] | None:
        run = tx.imports.get(run_id)
        if run is None or run.state is not RunState.CLOSING:
            return None
        merchant, made = tx.merchants.get(run.merchant_id), closing_of(tx, run_id)
        return (run, attrs.evolve(merchant, mode=run.mode), made) if merchant and made else None

    found = await hub.store.read(read)
    if found is None:
        return
    run, merchant, made = found
    try:
        done = await close_rest(hub, merchant, Closed(decision=made, is_begun=True), run)
    except Exception:
        await hub.store.write(lambda tx: _count_failure(tx, run_id, made))
        raise
    await hub.store.write(lambda tx: _end(tx, run_id, done.numbers, [item.payable.number for item in done.left]))


def _end(tx: Tx, run_id: str, numbers: Sequence[str], left: Sequence[str]) -> None:
    run = tx.imports.get(run_id)
    if run is None or run.state is not RunState.CLOSING:
        return
    tx.imports.save(_told(attrs.evolve(run, state=RunState.TAKEN, due_at=None), numbers, left))


def _told(run: ImportRun, numbers: Sequence[str], left: Sequence[str] = ()) -> ImportRun:
    """The import, telling what became of what waited for a second person."""
    before = run.report.get(CLOSING, {})
    told = {"refused": [], **before, "closed": list(numbers), "waits": False}
    return attrs.evolve(run, report={**run.report, CLOSING: {**told, "left": [*before.get("left", ()), *left]}})


def _count_failure(tx: Tx, run_id: str, made: Decision) -> None:
    """What fails again and again keeps no file waiting: what was closed stays so; the rest stays open, and is told."""
    run = tx.imports.get(run_id)
    if run is None or run.state is not RunState.CLOSING:
        return
    failed = run.report.get(FAILED, 0) + 1
    if failed < ATTEMPTS:
        tx.imports.save(attrs.evolve(run, report={**run.report, FAILED: failed}))
        return
    payables = tx.payables.numbered(run.merchant_id, run.mode, list(_said_in(made)), undone=False)
    closed = tx.imports.closed_by([payable.id for payable in payables.values()])
    numbers = [payable.number for payable in payables.values() if payable.id in closed]
    left = [payable.number for payable in payables.values() if payable.id not in closed]
    _end(tx, run_id, numbers, left)
    warn(tx, "missing_closing_stopped", run=run_id, merchant=run.merchant_id, invoices=len(numbers), left=len(left))


def _book(tx: Tx, merchant: Merchant, bills: Iterable[MissingBill], made: Decision, run_id: str, now: datetime) -> None:
    """Close each as was decided, and remember it with the import."""
    rows = []
    for bill in bills:
        before = bill.payable
        after = (
            book_void(tx, before, made, now)
            if bill.becomes is Closing.VOID
            else _elsewhere(tx, merchant, before, made, now)
        )
        rows.append(
            RunRow(
                run_id=run_id,
                line=0,
                subject=RunSubject.PAYABLE,
                subject_id=before.id,
                what="closed",
                before=before_of(before),
                revision=after.revision,
            )
        )
    if run_id:
        tx.imports.add_rows(rows)


def _elsewhere(tx: Tx, merchant: Merchant, before: Payable, made: Decision, now: datetime) -> Payable:
    """Book that a file says nothing is owed any more."""
    assert before.stated
    settled, reopened = tx.ledger.settled_here([before.id]).get(before.id, (0, 0))
    standing = InvoiceStanding(
        total=before.total,
        settled=settled,
        reopened=reopened,
        outside=before.outside,
        counted=before.counted,
        counted_back=before.counted_back,
        last=before.stated,
    )
    change = stated_change(standing, Stated(before.stated.total, 0))
    after = attrs.evolve(
        before,
        stated=change.last,
        counted=before.counted + change.counted,
        counted_back=before.counted_back + change.counted_back,
        revision=before.revision + 1,
    )
    note = f"{made.people}: {made.reasons}"
    return book_revision(tx, merchant, before, after, now, outside=change.outside, note=note)
