"""A customer's credit that may be used: the one place from which it is read to be paid out or exchanged."""

from __future__ import annotations

from hub.domain.intake import Intake
from hub_hookspecs import Mode, Money

from .ports import Tx


def free_credit(tx: Tx, customer_id: str, mode: Mode, currency: str) -> tuple[Intake, ...]:
    """A customer's intakes that have something free, oldest first."""
    return tx.ledger.free_intakes(customer_id, mode, currency)


def free_sums(tx: Tx, customer_id: str, mode: Mode) -> tuple[Money, ...]:
    """What is free of a customer's credit, one sum a currency."""
    sums = (
        Money(sum(intake.unapplied for intake in free_credit(tx, customer_id, mode, currency)), currency)
        for currency in tx.ledger.credit_of(customer_id, mode)
    )
    return tuple(free for free in sums if free)
