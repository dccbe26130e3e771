"""Intakes: what an entry brought in, and what became of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, literal_column, or_, select

from hub.domain.intake import Intake, Share
from hub_hookspecs import Mode

from .schema import allocation, drawn, entry, intake, literal, seal
from .statements import Runs

source = entry.alias("source")
INTAKES = select(intake, entry.c.key, entry.c.merchant, entry.c.mode).join(entry, entry.c.id == intake.c.entry)
IN_ORDER = (seal.c.seq, intake.c.entry)
INTAKES_OF_PAYMENT = (
    INTAKES.join(seal, seal.c.entry == entry.c.id)
    .where(intake.c.payment == bindparam("payment"), intake.c.payment.is_not(None))
    .order_by(*IN_ORDER)
)
INTAKE = INTAKES.where(intake.c.entry == bindparam("this"))
UNAPPLIED = (
    INTAKES.join(seal, seal.c.entry == entry.c.id)
    .where(
        intake.c.customer == bindparam("customer"),
        entry.c.mode == bindparam("mode"),
        intake.c.currency == bindparam("currency"),
        intake.c.allocated + intake.c.returned < intake.c.amount,
    )
    .order_by(*IN_ORDER)
)
TIMES = (
    select(allocation.c.payable, func.count().label("times"))
    .where(
        allocation.c.intake == bindparam("intake"),
        allocation.c.intake.is_not(None),
        allocation.c.effect == literal("allocated"),
    )
    .group_by(allocation.c.payable)
)
SETTLED = (
    select(allocation.c.payable, func.sum(allocation.c.amount).label("amount"), func.min(seal.c.seq).label("first"))
    .join(seal, seal.c.entry == allocation.c.entry)
    .where(
        allocation.c.intake == bindparam("intake"),
        allocation.c.intake.is_not(None),
        allocation.c.effect == literal("allocated"),
    )
    .group_by(allocation.c.payable)
    .order_by(literal_column("first"), allocation.c.payable)
)
REOPENED = (
    select(allocation.c.payable, func.sum(allocation.c.amount).label("amount"))
    .where(
        allocation.c.intake == bindparam("intake"),
        allocation.c.intake.is_not(None),
        allocation.c.effect == literal("reopened"),
    )
    .group_by(allocation.c.payable)
)

DISBURSED = (
    select(source.c.key, func.sum(drawn.c.amount).label("amount"))
    .join(intake, intake.c.entry == source.c.id)
    .join(drawn, drawn.c.intake == intake.c.entry)
    .join(entry, entry.c.id == drawn.c.entry)
    .where(
        intake.c.payment == bindparam("payment"),
        intake.c.payment.is_not(None),
        or_(
            entry.c.kind == literal("disbursement"),
            and_(entry.c.key >= literal("fix:disburse:"), entry.c.key < literal("fix:disburse;")),
        ),
    )
    .group_by(source.c.key)
)
"""What of each intake of a payment was paid out; a disbursement that is void counts no more."""


def disbursed_of(tx: Runs, payment_id: str) -> Mapping[str, int]:
    """What of a payment's intakes was paid out to its customer, by their keys."""
    rows = tx.run(DISBURSED, {"payment": payment_id})
    return {row["key"]: int(row["amount"]) for row in rows if row["amount"]}


def intakes_in(tx: Runs, which: Select[Any], values: Mapping[str, str]) -> tuple[Intake, ...]:
    """The intakes that a statement finds."""
    return tuple(_intake(tx, row) for row in tx.run(which, values).fetchall())


def applied_to(tx: Runs, intake_id: str) -> tuple[tuple[str, int], ...]:
    """(payable id, amount) that an intake settled, in the order it did; what was re-opened since is left out."""
    values = {"intake": intake_id}
    back = {row["payable"]: int(row["amount"]) for row in tx.run(REOPENED, values)}
    rows = tx.run(SETTLED, values)
    net = [(row["payable"], int(row["amount"]) - back.get(row["payable"], 0)) for row in rows]
    return tuple((payable_id, amount) for payable_id, amount in net if amount > 0)


def _intake(tx: Runs, row: sqlite3.Row) -> Intake:
    return Intake(
        key=row["key"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        customer_id=row["customer"],
        currency=row["currency"],
        amount=row["amount"],
        allocated=row["allocated"],
        returned=row["returned"],
        payment_id=row["payment"],
        shares=tuple(Share(*share) for share in applied_to(tx, row["entry"])),
    )
