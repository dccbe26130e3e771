"""What is open in the books of a month: payout lines, money without a receipt, invoices that a file tells otherwise."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import and_, bindparam, case, exists, func, literal_column, not_, or_, select

from hub.domain.month_close import ReceivedOnTerms, Span
from hub_hookspecs import Mode, Money

from .closes import book_values, within
from .entries import IN_CHAIN
from .rows import json_text
from .schema import (
    ONE,
    UNEXPLAINED,
    ZERO,
    account,
    allocation,
    balance,
    cash_receipt,
    customer,
    entry,
    intake,
    ledger_account,
    literal,
    payable,
    seal,
    settlement_line,
)
from .statements import Runs, among

Counted = tuple[int, Mapping[str, int]]
"""How many there are, and what they come to by currency."""

LINES = (
    select(
        func.count().label("count"),
        settlement_line.c.currency,
        func.sum(settlement_line.c.gross).label("amount"),
    )
    .join(account, account.c.id == settlement_line.c.account)
    .where(
        account.c.merchant == bindparam("merchant"),
        account.c.mode == bindparam("mode"),
        settlement_line.c.state == literal("open"),
    )
    .group_by(settlement_line.c.currency)
)
AWAITED = (
    select(func.count().label("count"), ledger_account.c.currency, func.sum(balance.c.amount).label("amount"))
    .join(balance, balance.c.ledger_account == ledger_account.c.id)
    .where(
        ledger_account.c.merchant == bindparam("merchant"),
        ledger_account.c.mode == bindparam("mode"),
        ledger_account.c.kind == literal("provider_clearing"),
        balance.c.amount != 0,
    )
    .group_by(ledger_account.c.currency)
)
DIFFERENCES = (
    select(
        func.count().label("count"),
        payable.c.currency,
        func.sum(
            payable.c.stated_balance - payable.c.total + payable.c.outside + payable.c.counted - payable.c.counted_back
        ).label("amount"),
    )
    .where(
        payable.c.merchant == bindparam("merchant"),
        payable.c.mode == bindparam("mode"),
        literal_column(UNEXPLAINED),
        payable.c.voided_at.is_(None),
        payable.c.undone_at.is_(None),
    )
    .group_by(payable.c.currency)
)
CAPTURED = and_(
    entry.c.merchant == bindparam("merchant"),
    entry.c.mode == bindparam("mode"),
    entry.c.key >= literal("capture:"),
    entry.c.key < literal("capture;"),
)
RECORDED = exists(ONE).where(cash_receipt.c.payment == entry.c.payment, cash_receipt.c.voided_at.is_(None))
UNRECORDED = (
    select(
        func.count().label("count"),
        intake.c.currency,
        func.sum(intake.c.amount - intake.c.returned).label("amount"),
    )
    .select_from(entry)
    .join(seal, seal.c.entry == entry.c.id)
    .join(intake, intake.c.entry == entry.c.id)
    .where(
        CAPTURED,
        seal.c.seq > bindparam("before_seq"),
        or_(
            entry.c.value_on <= bindparam("last"),
            and_(entry.c.value_on.is_(None), entry.c.at < bindparam("until")),
        ),
        intake.c.amount > intake.c.returned,
        ~RECORDED,
    )
    .group_by(intake.c.currency)
)
SINCE = UNRECORDED.where(IN_CHAIN)


RECEIVED = (
    select(
        payable.c.id,
        payable.c.number,
        payable.c.terms,
        payable.c.currency,
        customer.c.name,
        func.sum(
            case((allocation.c.effect == literal("reopened"), -allocation.c.amount), else_=allocation.c.amount)
        ).label("amount"),
    )
    .select_from(payable)
    .join(customer, customer.c.id == payable.c.customer)
    .join(allocation, allocation.c.payable == payable.c.id)
    .join(entry, entry.c.id == allocation.c.entry)
    .join(seal, seal.c.entry == entry.c.id)
    .where(
        payable.c.merchant == bindparam("merchant"),
        payable.c.mode == bindparam("mode"),
        payable.c.terms != literal(""),
        among(payable.c.terms, "terms"),
        allocation.c.effect.in_([literal("allocated"), literal("reopened")]),
        within(),
        not_(within("before_")),
    )
    .group_by(payable.c.id, customer.c.name)
    .having(
        func.sum(case((allocation.c.effect == literal("reopened"), -allocation.c.amount), else_=allocation.c.amount))
        > ZERO
    )
    .order_by(customer.c.name, payable.c.number)
)
"""What invoices of some terms received, by invoice; what went back again is no payment."""


class OpenItems:
    """What of a book waits for somebody."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def payout_lines(self, merchant_id: str, mode: Mode) -> Counted:
        """Lines of payouts that settle nothing yet."""
        return _counted(self._tx.run(LINES, {"merchant": merchant_id, "mode": mode.value}))

    def awaited(self, merchant_id: str, mode: Mode) -> Counted:
        """What the providers still have to pay out, and of how many accounts."""
        return _counted(self._tx.run(AWAITED, {"merchant": merchant_id, "mode": mode.value}))

    def differences(self, merchant_id: str, mode: Mode) -> Counted:
        """Invoices of which a file states another balance than what is known explains."""
        return _counted(self._tx.run(DIFFERENCES, {"merchant": merchant_id, "mode": mode.value}))

    def unrecorded(self, merchant_id: str, mode: Mode, span: Span, before: Span) -> Counted:
        """Captures that were booked since a close, count for a day of the books, and have no cash receipt."""
        statement = SINCE if before.seq else UNRECORDED
        return _counted(self._tx.run(statement, book_values(merchant_id, mode, span, before)))

    def received_on(
        self, merchant_id: str, mode: Mode, span: Span, before: Span, terms: Collection[str]
    ) -> tuple[ReceivedOnTerms, ...]:
        """What invoices of these terms received by entries of some books that those before did not have."""
        values = {**book_values(merchant_id, mode, span, before), "terms": json_text(sorted(terms))}
        return tuple(
            ReceivedOnTerms(
                payable_id=row["id"],
                number=row["number"],
                customer=row["name"],
                terms=row["terms"],
                amount=Money(row["amount"], row["currency"]),
            )
            for row in self._tx.run(RECEIVED, values)
        )


def _counted(rows: Iterable[sqlite3.Row]) -> Counted:
    found = list(rows)
    return sum(row["count"] for row in found), {row["currency"]: row["amount"] for row in found}
