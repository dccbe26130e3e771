"""Close what a complete list lacks: booked as was decided, at once or when a second person approves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final

import attrs

from hub.domain.complete_list import Closing
from hub.domain.decision import Decision, Signed
from hub.domain.import_before import before_of
from hub.domain.import_run import RunRow, RunState, RunSubject
from hub.domain.merchant import Merchant
from hub.domain.missing_bills import BILL, DAY, Closed, MissingBill
from hub.domain.payable import Payable, PayableKind
from hub.domain.stated import InvoiceStanding, Stated, stated_change
from hub.domain.text import Text
from hub.flows.books.revise_bill import book_revision
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell
from hub.flows.payments.decide import NotAllowed, decide

from .void_bill import book_void
from .why_left import why_left

GONE: Final = (RunState.UNDOING, RunState.UNDONE)


async def close_decided(hub: Hub, merchant: Merchant, proposed: Decision, *, signed: Signed) -> Decision:
    """Close what one person proposed and a second one approves; what changed since then refuses all of it.

    Raises:
        NotAllowed: Something of it is not as it was proposed.
    """
    now, decision_id = hub.clock(), hub.fresh_id()

    def write(tx: Tx) -> Decision:
        bills = tuple(_as_proposed(tx, merchant, proposed))
        day = date.fromisoformat(proposed.content[DAY])
        run = tx.imports.get(proposed.evidence.text)
        if why_left(tx, merchant, [bill.payable for bill in bills], day, now) or (run and run.state in GONE):
            raise NotAllowed("changed", Text("decision.changed"))
        wanted = attrs.evolve(proposed, id=decision_id, by=signed.by, why=signed.why, via=signed.via, proposed_at=now)
        made = decide(tx, hub, wanted, now=now, by_two=True)
        book_closing(tx, merchant, bills, made, run.id if run else "", now)
        return made

    return await hub.store.write(write)


def _as_proposed(tx: Tx, merchant: Merchant, proposed: Decision) -> Iterator[MissingBill]:
    """The invoices of a proposal.

    Raises:
        NotAllowed: One owes another amount than it did.
    """
    for name, said in proposed.content.items():
        if not name.startswith(BILL):
            continue
        number = name.removeprefix(BILL)
        payable = tx.payables.by_number(merchant.id, merchant.mode, PayableKind.INVOICE, number)
        becomes = Closing(said.split()[0])
        bill = MissingBill(payable, "", becomes) if payable else None
        if bill is None or said != bill.said:
            raise NotAllowed("changed", Text("decision.changed"))
        yield bill


def book_closing(
    tx: Tx, merchant: Merchant, bills: Iterable[MissingBill], made: Decision, run_id: str, now: datetime
) -> Closed:
    """Close each as was decided, and remember it with the import; nothing while a second person is missing."""
    if not made.is_done:
        return Closed(decision=made)
    rows, numbers = [], []
    for bill in bills:
        before = bill.payable
        after = (
            book_void(tx, before, made, now)
            if bill.becomes is Closing.VOID
            else _elsewhere(tx, merchant, before, made, now)
        )
        numbers.append(before.number)
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
    tell(tx, "missing_closed", merchant=merchant.id, decision=made.id, invoices=len(numbers))
    return Closed(decision=made, numbers=tuple(numbers))


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
