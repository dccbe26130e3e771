"""Held credit: a payment's capture applies what it held of its customer's credit; nothing else takes it meanwhile."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import date

from hub.domain.captures import captures_in
from hub.domain.identity import FieldError, Invalid
from hub.domain.intake import Intake, Share, shares_of
from hub.domain.ledger import When
from hub.domain.payment import Payment
from hub.domain.text import Text
from hub.flows.ground.ports import Tx
from hub_hookspecs import Mode, Money

from .move_credit import move_credit


def use_held(tx: Tx, payment: Payment, when: When, *, on: date | None = None, observation: str) -> bool:
    """Let the credit that a payment was to use settle its lines, the oldest credit first; whether some was missing.

    The payment is not live any more and holds nothing: what others hold, and what went back, is not there to be used,
    and that much stays due. Running it again uses no more than was asked for.

    Args:
        observation: The claim that proves its capture.
    """
    if not payment.credit:
        return False
    had = tx.ledger.credit_used(payment)
    wanted = [Share(line.payable_id, line.credit - had.get(line.payable_id, 0)) for line in payment.lines]
    due = {
        payable.id: payable.due
        for payable in tx.payables.many([share.payable_id for share in wanted if share.amount > 0])
        if (payable.customer_id, payable.currency) == (payment.customer_id, payment.amount.currency)
    }
    needed = sum(min(share.amount, due.get(share.payable_id, 0)) for share in wanted)
    left = min(needed, _free_of(tx, payment)) if needed > 0 else 0
    missing = needed - left
    for intake in _others(tx, payment) if left else ():
        shares = shares_of(min(left, intake.unapplied), wanted, due)
        move_credit(tx, intake, shares, at=when.now, on=on, observation=observation)
        took = {share.payable_id: share.amount for share in shares}
        wanted = [Share(share.payable_id, share.amount - took.get(share.payable_id, 0)) for share in wanted]
        due = {payable_id: minor - took.get(payable_id, 0) for payable_id, minor in due.items()}
        left -= sum(took.values())
    return missing > 0


def use_held_again(tx: Tx, payments: Sequence[Payment], when: When) -> None:
    """Payments whose bills are due again use the credit that found nothing due there when their money came."""
    for payment in payments:
        captures = captures_in(payment, tx.payments.seen(payment.id)) if payment.credit else ()
        own = [taken for taken in captures if taken.amount.currency == payment.amount.currency]
        if own:
            use_held(tx, payment, when, observation=own[0].key)


def _others(tx: Tx, payment: Payment) -> tuple[Intake, ...]:
    """What brought credit before: the payment's own money settles its lines by itself."""
    found = tx.ledger.unapplied(payment.customer_id, payment.mode, payment.amount.currency)
    return tuple(intake for intake in found if intake.payment_id != payment.id)


def _free_of(tx: Tx, payment: Payment) -> int:
    """What nobody holds of the credit that others brought."""
    currency = payment.amount.currency
    free = tx.ledger.free_credit(payment.customer_id, payment.mode).get(currency, 0)
    own = sum(intake.unapplied for intake in tx.ledger.intakes_of(payment.id) if intake.currency == currency)
    return max(0, free - own)


@contextlib.contextmanager
def keeping_held(tx: Tx, customer_id: str, mode: Mode, *, field: str) -> Iterator[None]:
    """What is done inside leaves a customer the credit that live payments hold; else all of it is rolled back.

    Raises:
        Invalid: It took credit, and less is there now than is held.
    """
    before = tx.ledger.credit_of(customer_id, mode)
    yield
    after = tx.ledger.credit_of(customer_id, mode)
    for currency, held in tx.ledger.held_credit(customer_id, mode).items():
        if after.get(currency, 0) < min(held, before.get(currency, 0)):
            raise Invalid((FieldError(field, Text("credit.held", held=Money(held, currency))),))
