"""Move credit: allocate the money of a payment to what it was paid for, or take it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from hub.domain.intake import Intake, Share, allocations, settled_by, shares_of
from hub.domain.ledger import When
from hub.domain.payment import Payment, Status
from hub.flows.ground.ports import Tx

from .bill_order import asked_again, bill_order, close_order


def settle_from(
    tx: Tx,
    payment: Payment,
    key: str,
    when: When,
    *,
    on: date | None = None,
    observation: str | None,
    is_new: bool = True,
) -> None:
    """Allocate an intake to its payment's lines, in their order, up to what is due.

    Money stays its payer's: a line whose payable is somebody else's by now, or in another currency, takes nothing.

    Args:
        is_new: It has just come; else it is credit, of which live payments may hold a part.
    """
    intake = tx.ledger.intake(payment.merchant_id, payment.mode, key)
    if intake is None or intake.unapplied <= 0:
        return
    payables = tx.payables.many([line.payable_id for line in payment.lines])
    due = {
        payable.id: payable.due
        for payable in asked_again(tx, payables)
        if payable.customer_id == intake.customer_id and payable.currency == intake.currency
    }
    had = settled_by(tx.ledger.intakes_of(payment.id))
    wanted = [Share(line.payable_id, line.amount - had.get(line.payable_id, 0)) for line in payment.lines]
    shares = shares_of(intake.unapplied if is_new else free_of(tx, intake), wanted, due)
    move_credit(tx, intake, shares, at=when.now, on=on, observation=observation)
    for payable in payables:
        if payable.id in due and due[payable.id] != payable.due:
            close_order(tx, payable.id, at=when.now, on=on)


def free_of(tx: Tx, intake: Intake) -> int:
    """What of an intake may be applied: what is left of it, but nothing that a live payment holds of the credit."""
    return min(intake.unapplied, tx.ledger.free_credit(intake.customer_id, intake.mode).get(intake.currency, 0))


def move_credit(
    tx: Tx,
    intake: Intake,
    shares: Sequence[Share],
    *,
    at: datetime,
    on: date | None = None,
    observation: str | None = None,
    note: str = "",
) -> None:
    """Allocate an intake to payables; negative shares take back."""
    if not shares:
        return
    for share in shares:
        if share.amount > 0:
            bill_order(tx, share.payable_id, at=at, on=on)
    times = tx.ledger.times(intake.merchant_id, intake.mode, intake.key)
    for entry in allocations(
        intake, shares, customer_id=intake.customer_id, at=at, on=on, times=times, observation=observation, note=note
    ):
        tx.ledger.write(entry)


def settle_by_others(
    tx: Tx, payment: Payment, payable_ids: Sequence[str], when: When, *, observation: str | None
) -> None:
    """A bill that is due again takes what another payment brought for it and found nothing due."""
    for other in other_payments(tx, payment, payable_ids):
        for intake in tx.ledger.intakes_of(other.id):
            if intake.currency == other.amount.currency:
                settle_from(tx, other, intake.key, when, observation=observation, is_new=False)


def other_payments(tx: Tx, payment: Payment, payable_ids: Sequence[str]) -> tuple[Payment, ...]:
    """Other paid payments of these payables."""
    found = tx.payments.with_payables(payable_ids) if payable_ids else ()
    return tuple(other for other in found if other.id != payment.id and other.status is Status.PAID)
