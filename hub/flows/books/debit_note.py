"""A debit note: what a customer owes because money went back that had been paid out to it before."""

from __future__ import annotations

from datetime import datetime

from hub.domain import billing
from hub.domain.entry_keys import DEBIT_NOTE
from hub.domain.ids import derived_id
from hub.domain.intake import Share
from hub.domain.known_returns import Return
from hub.domain.ledger import Entry, When
from hub.domain.message import review_of
from hub.domain.payable import Payable, PayableKind
from hub.domain.payment import Payment
from hub.domain.receipt import label_of
from hub.flows.ground.open_review import open_review
from hub.flows.ground.ports import Tx
from hub_hookspecs import Money

from .move_credit import move_credit
from .read_intakes import billed_again, intakes_in, paid_out_of

CAUSE = "debit_note"


def owe_disbursed(tx: Tx, payment: Payment, back: Return, key: str, amount: Money, when: When) -> None:
    """Bill the customer what goes back of credit that was paid out; the return may draw that much afterwards.

    Args:
        key: Of the return's entry.
    """
    intakes = intakes_in(tx, payment, amount.currency)
    free = sum(intake.unapplied for intake in intakes)
    owed = min(amount.minor - free, paid_out_of(tx, payment, intakes) - billed_again(intakes))
    if owed <= 0:
        return
    note = Payable(
        id=derived_id("debit_note", payment.merchant_id, payment.mode.value, key),
        merchant_id=payment.merchant_id,
        mode=payment.mode,
        kind=PayableKind.INVOICE,
        number=_number(tx, payment, key),
        customer_id=payment.customer_id,
        currency=amount.currency,
        total=owed,
        issued_on=when.day(back.at),
        description=billing.debit_note_concept(),
        created_at=when.now,
    )
    tx.payables.add(note)
    tx.ledger.write(billing.debit_note(note, payment, returned_as=key, at=when.now, observation=back.key))
    details = f"payment {payment.reference}: {note.balance} went back after it was paid out; {note.number} bills it"
    open_review(
        tx, review_of(CAUSE, payment, details, when.now, occasion=key, payment_id=payment.id, subject=note.number)
    )


def is_debit_note(tx: Tx, payable: Payable) -> bool:
    """Whether a payable bills money that went back; nothing of it was ever revenue."""
    if not payable.number.startswith(billing.DEBIT_NOTES):
        return False
    notes = tx.ledger.keyed(payable.merchant_id, payable.mode, DEBIT_NOTE.removesuffix(":"))
    return any(note.payable_id == payable.id for note in notes)


def owed_back_by(tx: Tx, disbursed: Entry) -> tuple[str, ...]:
    """Numbers of the debit notes that bill what a disbursement paid out, as far as no other paid out as much."""
    out = {row.intake: row.amount for row in disbursed.drawn}
    found = [tx.ledger.intake(disbursed.merchant_id, disbursed.mode, key) for key in out]
    numbers: list[str] = []
    for payment_id in dict.fromkeys(intake.payment_id for intake in found if intake and intake.payment_id):
        intakes = [item for item in tx.ledger.intakes_of(payment_id) if item.currency == disbursed.currency]
        every = tx.ledger.disbursed(payment_id)
        billed = [item for item in intakes if item.key.startswith(DEBIT_NOTE)]
        went_back = sum(item.returned - every.get(item.key, 0) for item in billed)
        kept = sum(every.get(item.key, 0) - out.get(item.key, 0) for item in intakes)
        if kept < went_back:
            notes = (_billed_by(tx, disbursed, item.key) for item in billed)
            numbers += [note.number for note in notes if note]
    return tuple(numbers)


def _number(tx: Tx, payment: Payment, key: str) -> str:
    """The next number; one that a file brought for another invoice is told apart by the return's key."""
    series = billing.DEBIT_NOTES
    label = label_of(series, tx.receipts.next_number(payment.merchant_id, payment.mode, series))
    taken = tx.payables.by_number(payment.merchant_id, payment.mode, PayableKind.INVOICE, label, undone=True)
    return f"{label} ({key})" if taken else label


def settle_debit_notes(tx: Tx, corrected: Entry, *, at: datetime, note: str) -> None:
    """Where a return was none after all, what it gives back of a debit note's credit settles that note."""
    for row in corrected.drawn:
        intake = tx.ledger.intake(corrected.merchant_id, corrected.mode, row.intake)
        payable = _billed_by(tx, corrected, row.intake) if row.intake.startswith(DEBIT_NOTE) else None
        if intake is None or payable is None or tx.payments.live_with([payable.id]):
            continue
        if (part := min(intake.unapplied, payable.due)) > 0 and payable.customer_id == intake.customer_id:
            move_credit(tx, intake, [Share(payable.id, part)], at=at, note=note)


def _billed_by(tx: Tx, of: Entry, key: str) -> Payable | None:
    found = [item for item in tx.ledger.keyed(of.merchant_id, of.mode, key) if item.key == key]
    return tx.payables.get(found[0].payable_id) if found and found[0].payable_id else None
