"""Rows of reports as they stream: one statement each, however many rows there are, and never all of them at once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from datetime import date

from sqlalchemy import and_, bindparam, case, func, or_, select

from hub.domain.instalment import Instalment, next_due
from hub.domain.receipt import label_of
from hub.domain.report import Bill, Debtor, Issued, Who
from hub_hookspecs import Mode, Money

from .owed import WHO, who_in
from .rows import json_text, maybe_day, maybe_moment
from .schema import ZERO, balance, cash_receipt, customer, ledger_account, literal, payable, payment
from .statements import Runs, among

BILLS = (
    select(
        *(payable.c[name] for name in ("id", "number", "customer", "currency", "total", "due", "issued_on", "due_on")),
        *(payable.c[name] for name in ("plan", "voided_total", "voided_currency", "rebilled_at", "voided_at")),
        *WHO,
    )
    .join(customer, customer.c.id == payable.c.customer)
    .where(
        *(payable.c.merchant == bindparam("merchant"), payable.c.mode == bindparam("mode")),
        *(payable.c.kind == literal("invoice"), payable.c.undone_at.is_(None)),
        payable.c.issued_on.between(bindparam("first"), bindparam("last")),
    )
    .order_by(payable.c.issued_on, payable.c.number)
)
RECEIPTS = (
    select(
        *(cash_receipt.c[name] for name in ("id", "series", "number", "received_on", "received_from", "means")),
        *(cash_receipt.c[name] for name in ("currency", "cash", "advance", "lines", "bank_reference", "voided_at")),
        cash_receipt.c.customer,
        *WHO,
    )
    .join(customer, customer.c.id == cash_receipt.c.customer)
    .where(
        *(cash_receipt.c.merchant == bindparam("merchant"), cash_receipt.c.mode == bindparam("mode")),
        cash_receipt.c.received_on.between(bindparam("first"), bindparam("last")),
    )
    .order_by(cash_receipt.c.received_on, cash_receipt.c.series, cash_receipt.c.number)
)
SUMMED = {
    kind: func.sum(case((ledger_account.c.kind == literal(kind), balance.c.amount), else_=ZERO)).label(kind)
    for kind in ("receivable", "customer_credit")
}
DEBTORS = (
    select(customer.c.id, customer.c.email, customer.c.phone, *WHO, ledger_account.c.currency, *SUMMED.values())
    .select_from(customer)
    .join(
        ledger_account,
        and_(
            ledger_account.c.merchant == customer.c.merchant,
            ledger_account.c.mode == bindparam("mode"),
            ledger_account.c.kind.in_([literal("receivable"), literal("customer_credit")]),
            ledger_account.c.owner == customer.c.id,
        ),
        isouter=True,
    )
    .join(balance, balance.c.ledger_account == ledger_account.c.id, isouter=True)
    .where(
        customer.c.merchant == bindparam("merchant"),
        or_(customer.c.is_shopper == ZERO, ledger_account.c.id.is_not(None)),
    )
    .group_by(customer.c.name, customer.c.id, ledger_account.c.currency)
    .order_by(customer.c.name, customer.c.id, ledger_account.c.currency)
)
NAMED = select(customer.c.id, *WHO).where(among(customer.c.id, "ids"))
REFERENCES = select(payment.c.id, payment.c.reference, payment.c.provider, payment.c.customer).where(
    among(payment.c.id, "ids")
)
LABELS = select(
    *(cash_receipt.c[name] for name in ("id", "series", "number", "means", "customer")),
).where(among(cash_receipt.c.id, "ids"))
NUMBERS = select(payable.c.id, payable.c.number).where(among(payable.c.id, "ids"))


class ReportRows:
    """Rows of reports as they stream."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def bills(self, merchant_id: str, mode: Mode, first: date, last: date) -> Iterator[Bill]:
        """Invoices that were issued on these days, oldest first."""
        return map(_bill, self._tx.run(BILLS, _days(merchant_id, mode, first, last)))

    def receipts(self, merchant_id: str, mode: Mode, first: date, last: date) -> Iterator[Issued]:
        """Cash receipts of money that was received on these days, void ones included."""
        return map(_issued, self._tx.run(RECEIPTS, _days(merchant_id, mode, first, last)))

    def debtors(self, merchant_id: str, mode: Mode) -> Iterator[Debtor]:
        """Customers by name, each once a currency in which something is or was owed; once where nothing ever was."""
        return map(_debtor, self._tx.run(DEBTORS, {"merchant": merchant_id, "mode": mode.value}))

    def names(self, customer_ids: Collection[str]) -> Mapping[str, Who]:
        """Who these customers are."""
        rows = self._tx.run(NAMED, {"ids": json_text(sorted(customer_ids))})
        return {row["id"]: who_in(row, row["id"]) for row in rows}

    def references(self, payment_ids: Collection[str]) -> Mapping[str, tuple[str, str, str]]:
        """(reference, provider, customer id) of these payments."""
        rows = self._tx.run(REFERENCES, {"ids": json_text(sorted(payment_ids))})
        return {row["id"]: (row["reference"], row["provider"], row["customer"]) for row in rows}

    def labels(self, receipt_ids: Collection[str]) -> Mapping[str, tuple[str, str, str]]:
        """(label, means, customer id) of these cash receipts."""
        rows = self._tx.run(LABELS, {"ids": json_text(sorted(receipt_ids))})
        return {row["id"]: (label_of(row["series"], row["number"]), row["means"], row["customer"]) for row in rows}

    def numbers(self, payable_ids: Collection[str]) -> Mapping[str, str]:
        """The numbers of these payables."""
        rows = self._tx.run(NUMBERS, {"ids": json_text(sorted(payable_ids))})
        return {row["id"]: row["number"] for row in rows}


def _days(merchant_id: str, mode: Mode, first: date, last: date) -> Mapping[str, str]:
    return {"merchant": merchant_id, "mode": mode.value, "first": first.isoformat(), "last": last.isoformat()}


def _bill(row: sqlite3.Row) -> Bill:
    is_void = row["voided_at"] is not None and row["rebilled_at"] is None
    plan = [Instalment(date.fromisoformat(day), amount) for day, amount in json.loads(row["plan"])]
    return Bill(
        id=row["id"],
        number=row["number"],
        who=who_in(row, row["customer"]),
        issued_on=date.fromisoformat(row["issued_on"]),
        due_on=next_due(plan, row["due"]) or maybe_day(row["due_on"]),
        total=Money(row["total"], row["currency"]),
        due=Money(row["due"], row["currency"]),
        voided=Money(row["voided_total"], row["voided_currency"]) if is_void else None,
    )


def _issued(row: sqlite3.Row) -> Issued:
    return Issued(
        id=row["id"],
        label=label_of(row["series"], row["number"]),
        who=who_in(row, row["customer"]),
        received_from=json.loads(row["received_from"]).get("name", ""),
        received_on=date.fromisoformat(row["received_on"]),
        means=row["means"],
        bank_reference=row["bank_reference"],
        cash=Money(row["cash"], row["currency"]),
        lines=tuple(line[1] for line in json.loads(row["lines"])),
        voided_at=maybe_moment(row["voided_at"]),
    )


def _debtor(row: sqlite3.Row) -> Debtor:
    currency = row["currency"]
    return Debtor(
        who=who_in(row, row["id"]),
        email=row["email"],
        phone=row["phone"],
        currency=currency or "",
        owes=Money(row["receivable"] or 0, currency) if currency else None,
        credit=Money(-(row["customer_credit"] or 0), currency) if currency else None,
    )
