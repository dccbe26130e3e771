"""Book what the payer of a payment declared to keep back, once its money is there."""

from __future__ import annotations

import attrs

from hub.domain import billing, correction_entries, entry_keys
from hub.domain.intake import settled_by
from hub.domain.ledger import Entry, EntryKind, When
from hub.domain.payable import Payable
from hub.domain.payment import Payment, PaymentLine, Withholding
from hub.flows.ground.ports import Tx

from .read_intakes import left_of
from .withheld_waits import WithheldAnswer, answer_to, ask_about_withheld, ask_no_more


def book_withheld(tx: Tx, payment: Payment, when: When) -> None:
    """Let what the payer declared to keep back follow the payment's money, which the books know.

    It is booked once all of the money is there, corrected when nothing is left of it, and booked again, under a further
    key, when it comes back. A line counts only where the payment's money reached it whole, and never above what its
    invoice still owes. What is above the merchant's cap is booked once a person accepted it; until then one is asked.
    """
    if not any(line.withholdings for line in payment.lines):
        return
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    own = [entry for entry in entries if entry.currency == payment.amount.currency]
    money = [entry for entry in own if entry_keys.root_of(entry.key).startswith(entry_keys.OF_MONEY)]
    proof = next((entry for entry in reversed(money) if entry.observation), None)
    if proof is None:
        return
    left = left_of(tx, payment, payment.amount.currency)
    if left <= 0:
        _correct_withheld(tx, payment, proof, when)
    elif left >= payment.amount.minor:
        taken = next(entry for entry in reversed(money) if entry.kind is EntryKind.CAPTURE)
        _book_declared(tx, payment, taken, when)


def _book_declared(tx: Tx, payment: Payment, taken: Entry, when: When) -> None:
    had = settled_by(tx.ledger.intakes_of(payment.id))
    for line in payment.lines:
        if had.get(line.payable_id, 0) < line.amount:
            continue
        for withholding in _that_count(tx, payment, line, when):
            earlier = withheld_of(tx, payment, line.payable_id, withholding.tax)
            # One that stands is there; one that a person corrected stays corrected.
            if earlier and not (earlier[-1].correction and earlier[-1].correction.observation):
                continue
            payable = tx.payables.get(line.payable_id)
            amount = min(withholding.amount, payable.due) if payable and _is_as_asked(payable, payment) else 0
            if payable and amount > 0:
                again = len(earlier)
                day = None if again else taken.value_on
                booked = billing.withheld(payment.id, payable, tax=withholding.tax, amount=amount, at=when.now, on=day)
                tx.ledger.write(
                    attrs.evolve(
                        booked,
                        key=f"{booked.key}:{again}" if again else booked.key,
                        payment_id=payment.id,
                        observation=taken.observation,
                        note=f"base {withholding.base}",
                    )
                )


def _that_count(tx: Tx, payment: Payment, line: PaymentLine, when: When) -> tuple[Withholding, ...]:
    """What was declared of an invoice, but for what waits for a person, who is asked, or was refused."""
    if not any(part.waits for part in line.withholdings):
        return line.withholdings
    answer = answer_to(tx, payment, line.payable_id)
    if answer is None:
        ask_about_withheld(tx, payment, line, when.now)
    return line.withholdings if answer is WithheldAnswer.ACCEPT else ()


def _is_as_asked(payable: Payable, payment: Payment) -> bool:
    """Whether a bill is still owed by the customer, and in the currency, that the payment was for."""
    return (payable.customer_id, payable.currency) == (payment.customer_id, payment.amount.currency)


@attrs.frozen
class Withheld:
    """What was booked beside the money of a payment, such as a withholding, and what took it back."""

    entry: Entry
    correction: Entry | None


def withheld_of(tx: Tx, payment: Payment, payable_id: str, tax: str) -> tuple[Withheld, ...]:
    """Each time that a withholding was booked; oldest first. At most the last of them stands."""
    return times_booked(tx, payment, f"withheld:{payment.id}:{payable_id}:{tax}")


def times_booked(tx: Tx, payment: Payment, key: str) -> tuple[Withheld, ...]:
    """Each time that what follows a payment's money was booked under a key; oldest first."""
    booked = tx.ledger.keyed(payment.merchant_id, payment.mode, key)
    fixes = tx.ledger.keyed(payment.merchant_id, payment.mode, f"fix:{key}")
    corrected = {entry_keys.reverses(fix.key): fix for fix in fixes}
    return tuple(Withheld(entry, corrected.get(entry.key)) for entry in booked)


def _correct_withheld(tx: Tx, payment: Payment, proof: Entry, when: When) -> None:
    """Nothing is left of the money; the correction rests on an observation, which distinguishes it from a person's."""
    for line in payment.lines:
        if any(part.waits for part in line.withholdings):
            ask_no_more(tx, payment, line, when.now)
        for withholding in line.withholdings:
            for booked in withheld_of(tx, payment, line.payable_id, withholding.tax):
                if booked.correction is None:
                    fix = correction_entries.correction(booked.entry, number=0, at=when.now, note="returned")
                    tx.ledger.write(attrs.evolve(fix, observation=proof.observation))
