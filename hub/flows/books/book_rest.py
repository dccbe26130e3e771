"""Write off what only the unit of a payment's provider could not carry, as long as all of its money is here."""

from __future__ import annotations

import attrs

from hub.domain import billing, correction_entries, entry_keys
from hub.domain.intake import settled_by
from hub.domain.ledger import Entry, EntryKind, When
from hub.domain.payment import Payment, PaymentLine
from hub.flows.ground.ports import Tx
from hub.flows.ground.read_held import held_of

from .bill_order import close_order
from .book_withheld import times_booked
from .read_intakes import left_of


def book_rest(tx: Tx, payment: Payment, when: When) -> None:
    """Let the rest of a payment of the whole due, less than one unit, follow the payment's money.

    It is written off once all of the money is there, and is due again as soon as some of it went back. A rest that a
    person corrected stays so, and one whose invoice owes more than the rest by now is not the last of it.
    """
    rests = [line for line in payment.lines if line.rest]
    if not rests:
        return
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    money = [entry for entry in entries if entry_keys.root_of(entry.key).startswith(entry_keys.OF_MONEY)]
    proof = next((entry for entry in reversed(money) if entry.observation), None)
    if proof is None:
        return
    if left_of(tx, payment, payment.amount.currency) < payment.amount.minor:
        _correct(tx, payment, rests, proof, when)
        return
    taken = next((entry for entry in reversed(money) if entry.kind is EntryKind.CAPTURE), proof)
    had = settled_by(tx.ledger.intakes_of(payment.id))
    for line in rests:
        if had.get(line.payable_id, 0) >= line.amount:
            _write_off(tx, payment, line, taken, when)


def _key(payment: Payment, line: PaymentLine) -> str:
    return f"writeoff:{payment.id}:{line.payable_id}"


def _write_off(tx: Tx, payment: Payment, line: PaymentLine, taken: Entry, when: When) -> None:
    earlier = times_booked(tx, payment, _key(payment, line))
    payable = tx.payables.get(line.payable_id)
    if earlier and not (earlier[-1].correction and earlier[-1].correction.observation):
        return
    if payable is None or payable.customer_id != payment.customer_id or not 0 < payable.due <= line.rest:
        return
    again = len(earlier)
    booked = billing.write_off(payable, number=again, amount=payable.due, at=when.now, note="below the provider's unit")
    tx.ledger.write(
        attrs.evolve(
            booked,
            key=f"{_key(payment, line)}:{again}" if again else _key(payment, line),
            value_on=None if again else taken.value_on,
            payment_id=payment.id,
            observation=taken.observation,
        )
    )


def _correct(tx: Tx, payment: Payment, rests: list[PaymentLine], proof: Entry, when: When) -> None:
    """Some of the money went back: nothing of the rest was let off; of an order, which is never due again, nor sold."""
    went_back = any(held.gone for held in held_of(tx, payment))
    for line in rests:
        for booked in times_booked(tx, payment, _key(payment, line)):
            if booked.correction is None:
                fix = correction_entries.correction(booked.entry, number=0, at=when.now, note="returned")
                tx.ledger.write(attrs.evolve(fix, observation=proof.observation))
                if went_back:
                    close_order(tx, line.payable_id, at=when.now, on=None)
