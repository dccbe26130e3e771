"""A customer's credit: what there is, what live payments hold of it, and what their captures used."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, func, select

from hub.domain.payment import Payment
from hub_hookspecs import Mode

from .schema import (
    ONE,
    ZERO,
    allocation,
    balance,
    customer,
    entry,
    intake,
    ledger_account,
    literal,
    observation,
    payment,
    payment_line,
)
from .statements import Runs

CREDIT_OF = (
    select(ledger_account.c.currency, balance.c.amount)
    .join(balance, balance.c.ledger_account == ledger_account.c.id)
    .where(
        ledger_account.c.merchant
        == select(customer.c.merchant).where(customer.c.id == bindparam("customer")).scalar_subquery(),
        ledger_account.c.mode == bindparam("mode"),
        ledger_account.c.kind == literal("customer_credit"),
        ledger_account.c.owner == bindparam("customer"),
        balance.c.amount != ZERO,
    )
    .order_by(ledger_account.c.currency)
)
HELD_OF = (
    select(payment.c.currency, func.sum(payment_line.c.credit).label("held"))
    .join(payment_line, payment_line.c.payment == payment.c.id)
    .where(
        payment.c.customer == bindparam("customer"),
        payment.c.mode == bindparam("mode"),
        payment_line.c.live == ONE,
        payment_line.c.credit > ZERO,
    )
    .group_by(payment.c.currency)
)
CREDIT_USED = (
    select(allocation.c.payable, func.sum(allocation.c.amount).label("amount"))
    .join(entry, entry.c.id == allocation.c.entry)
    .join(intake, intake.c.entry == allocation.c.intake)
    .where(
        allocation.c.payable.in_(select(payment_line.c.payable).where(payment_line.c.payment == bindparam("payment"))),
        allocation.c.effect == literal("allocated"),
        allocation.c.amount > ZERO,
        intake.c.payment.is_distinct_from(bindparam("payment")),
        entry.c.observation.in_(
            select(observation.c.id).where(
                observation.c.payment == bindparam("payment"), observation.c.kind == literal("paid")
            )
        ),
    )
    .group_by(allocation.c.payable)
)


def credit_of(tx: Runs, customer_id: str, mode: Mode) -> Mapping[str, int]:
    """A customer's credit by currency, minor units, positive."""
    rows = tx.run(CREDIT_OF, {"customer": customer_id, "mode": mode.value})
    return {row["currency"]: -row["amount"] for row in rows}


def held_credit(tx: Runs, customer_id: str, mode: Mode) -> Mapping[str, int]:
    """What live payments hold of a customer's credit, by currency, minor units."""
    rows = tx.run(HELD_OF, {"customer": customer_id, "mode": mode.value})
    return {row["currency"]: row["held"] for row in rows}


def credit_used(tx: Runs, paid: Payment) -> Mapping[str, int]:
    """What a payment's captures let the customer's credit settle, by payable; whatever became of it since."""
    rows = tx.run(CREDIT_USED, {"payment": paid.id})
    return {row["payable"]: row["amount"] for row in rows}
