"""Revise a bill as a file states it: a new one is booked whole, of one that is known the difference."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import attrs

from hub.domain import billing
from hub.domain.card_numbers import mask_card_numbers
from hub.domain.files.invoice_file import InvoiceRow
from hub.domain.ledger import Entry, LedgerKind
from hub.domain.merchant import Merchant
from hub.domain.payable import Payable, PayableKind
from hub.domain.stated import Stated, StatedChange
from hub.flows.ground.ports import Tx

from .reverse_entry import with_fixes


def stated_in(row: InvoiceRow) -> Stated:
    """Total and balance that a row states."""
    return Stated(row.total.minor, None if row.balance is None else row.balance.minor)


@attrs.frozen
class NewBill:
    """A bill that is new here, and what is booked of it.

    Attributes:
        payable: As it is stored before anything is booked.
    """

    payable: Payable
    entries: tuple[Entry, ...]


def new_bill(
    payable_id: str, merchant: Merchant, row: InvoiceRow, customer_id: str, now: datetime, *, credited: int = 0
) -> NewBill:
    """A bill, and what the row says was paid elsewhere; nothing is written yet.

    Args:
        credited: What credit notes of the same file take off it, minor units: of what the row says was settled, so much
            is those notes.
    """
    payable = Payable(
        id=payable_id,
        merchant_id=merchant.id,
        mode=merchant.mode,
        kind=PayableKind.INVOICE,
        number=row.number,
        customer_id=customer_id,
        currency=row.total.currency,
        total=row.total.minor,
        issued_on=row.issued_on,
        due_on=row.due_on,
        description=mask_card_numbers(row.description),
        branch=row.branch,
        terms=row.terms,
        plan=row.plan,
        stated=stated_in(row),
        counted=min(credited, _settled_in(row)),
        created_at=now,
    )
    return NewBill(payable, _entries_of(payable, _outside_in(row, credited), now))


def add_bills(tx: Tx, bills: Sequence[NewBill]) -> None:
    """Store and book bills that are new here, in this order."""
    tx.payables.add_many([bill.payable for bill in bills])
    tx.ledger.write_many([entry for bill in bills for entry in bill.entries])


def bill_anew(
    tx: Tx, undone: Payable, row: InvoiceRow, customer_id: str, now: datetime, *, credited: int = 0
) -> Payable:
    """Book a bill whose import was taken back as one that is new here: a revision of what counted as never billed.

    What was booked and reversed before then is counted: no file speaks of it any more.
    """
    settled, reopened = tx.ledger.settled_here([undone.id]).get(undone.id, (0, 0))
    payable = attrs.evolve(
        undone,
        customer_id=customer_id,
        currency=row.total.currency,
        total=row.total.minor,
        issued_on=row.issued_on,
        due_on=row.due_on,
        description=mask_card_numbers(row.description),
        branch=row.branch,
        terms=row.terms,
        plan=row.plan,
        stated=stated_in(row),
        counted=settled + min(credited, _settled_in(row)),
        counted_back=reopened,
        undone_at=None,
        revision=undone.revision + 1,
    )
    tx.payables.revise(payable)
    outside = _outside_in(row, credited)
    for entry in _entries_of(payable, outside, now):
        tx.ledger.write(entry)
    return attrs.evolve(payable, outside=outside)


def _settled_in(row: InvoiceRow) -> int:
    """What a row says is settled of its invoice."""
    return row.total.minor - row.balance.minor if row.balance is not None else 0


def _outside_in(row: InvoiceRow, credited: int) -> int:
    """What a row says was paid elsewhere, credit notes of its file taken off."""
    return _settled_in(row) - min(credited, _settled_in(row))


def _entries_of(payable: Payable, outside: int, now: datetime) -> tuple[Entry, ...]:
    """What is booked of a bill that is new here."""
    bill = billing.bill(payable, difference=payable.total, at=now)
    return (bill, billing.paid_elsewhere(payable, amount=outside, at=now)) if outside else (bill,)


def revised(before: Payable, row: InvoiceRow, customer_id: str, update: StatedChange) -> Payable:
    """The invoice as a row makes it; it is ``before`` itself where nothing changes, not even what was stated.

    What the file has no column for stays as it is; what it has an empty cell for is emptied. Instalments that were
    agreed by hand stay until a file states others.
    """
    keeps_plan = "due_on" in row.keeps or bool(before.plan_by and not row.plan)
    after = attrs.evolve(
        before,
        customer_id=customer_id,
        total=before.total + update.revision,
        issued_on=row.issued_on,
        due_on=before.due_on if "due_on" in row.keeps else row.due_on,
        description=before.description if "description" in row.keeps else mask_card_numbers(row.description),
        branch=before.branch if "branch" in row.keeps else row.branch,
        terms=before.terms if "terms" in row.keeps else row.terms,
        plan=before.plan if keeps_plan else row.plan,
        plan_by=before.plan_by if keeps_plan else "",
        stated=update.last,
        counted=before.counted + update.counted,
        counted_back=before.counted_back + update.counted_back,
    )
    if after == before and not update.outside:
        return before
    stated = attrs.evolve(before, stated=after.stated, counted=after.counted, counted_back=after.counted_back)
    return attrs.evolve(after, revision=before.revision + bool(after != stated or update.outside))


def revise_bill(
    tx: Tx, merchant: Merchant, before: Payable, row: InvoiceRow, customer_id: str, update: StatedChange, now: datetime
) -> Payable:
    """The invoice as it stands after a row; what the row states is booked, and that it was stated is stored."""
    after = revised(before, row, customer_id, update)
    if after is before:
        return before
    return book_revision(tx, merchant, before, after, now, outside=update.outside)


def book_revision(
    tx: Tx, merchant: Merchant, before: Payable, after: Payable, now: datetime, *, outside: int = 0, note: str = ""
) -> Payable:
    """Book what sets two revisions of a bill apart, and store the later one.

    Args:
        outside: By how much what was paid elsewhere changes.
        note: Who revised it and why, where a person did.
    """
    elsewhere = attrs.evolve(billing.paid_elsewhere(after, amount=outside, at=now), note=note) if outside else None
    if elsewhere and outside < 0:
        tx.ledger.write(elsewhere)
    tx.payables.revise(after)
    if after.customer_id != before.customer_id:
        _move_bill(tx, merchant, before, after, now)
    else:
        if after.issued_on != before.issued_on:
            _redate(tx, merchant, before, after, now)
        if difference := after.total - before.total:
            tx.ledger.write(attrs.evolve(billing.bill(after, difference=difference, at=now), note=note))
    if elsewhere and outside > 0:
        tx.ledger.write(elsewhere)
    return attrs.evolve(after, outside=before.outside + outside)


def _move_bill(tx: Tx, merchant: Merchant, before: Payable, after: Payable, now: datetime) -> None:
    """Another customer owes it, and did from the day of the document on; for the one each day is reversed on itself."""
    days = owed_by_day(tx, merchant, before, "bill", "outside")
    for number, (day, owed) in enumerate(sorted(days.items())):
        reversal = billing.bill(attrs.evolve(before, revision=after.revision), difference=-owed, at=now)
        key = f"{reversal.key}:moved" + (f":{number}" if number else "")
        tx.ledger.write(attrs.evolve(reversal, key=key, value_on=day))
    bill = billing.bill(after, difference=after.total, at=now)
    tx.ledger.write(attrs.evolve(bill, value_on=after.issued_on))


def _redate(tx: Tx, merchant: Merchant, before: Payable, after: Payable, now: datetime) -> None:
    """It is of another day than was stated: what counts for the one is booked for the other."""
    old = attrs.evolve(before, revision=after.revision)
    billed = owed_by_day(tx, merchant, before, "bill").get(before.issued_on, 0)
    standing = tx.payables.get(before.id)
    paid = -owed_by_day(tx, merchant, before, "outside").get(before.issued_on, 0)
    outside = min(paid, standing.outside if standing else 0)
    pairs = []
    if billed:
        pairs.append([billing.bill(old, difference=amount, at=now) for amount in (-billed, billed)])
    if outside > 0:
        pairs.append([billing.paid_elsewhere(old, amount=amount, at=now) for amount in (-outside, outside)])
    for back, again in pairs:
        tx.ledger.write(attrs.evolve(back, key=f"{back.key}:undated", value_on=before.issued_on))
        tx.ledger.write(attrs.evolve(again, key=f"{again.key}:dated", value_on=after.issued_on))


def owed_by_day(tx: Tx, merchant: Merchant, payable: Payable, *begin: str) -> dict[date, int]:
    """What files made its customer owe of it, as corrected, by the day that this counts for."""
    zone, sums = ZoneInfo(merchant.company.zone), dict[date, int]()
    booked = [entry for name in begin for entry in tx.ledger.keyed(merchant.id, merchant.mode, f"{name}:{payable.id}")]
    for entry in (item for first in booked for item in with_fixes(tx, first)):
        for leg in entry.postings:
            if leg.kind is LedgerKind.RECEIVABLE and leg.owner == payable.customer_id:
                day = entry.counts_on(zone)
                sums[day] = sums.get(day, 0) + leg.amount
    return {day: amount for day, amount in sums.items() if amount}
