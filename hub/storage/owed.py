"""What was owed on a day, by the ledger: by what counts for it, or by what was booked until its end."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, literal_column, or_, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from hub.domain.ageing import Owed
from hub.domain.instalment import Instalment
from hub.domain.moved import By
from hub.domain.report import Who
from hub_hookspecs import IdentityDocument, Mode

from .rows import maybe_day, micros
from .schema import ZERO, allocation, balance, customer, entry, ledger_account, literal, payable, posting
from .statements import Runs

BOOKED = entry.c.at < bindparam("until")
LAST: Mapping[By, ColumnElement[bool]] = {
    By.BOOKED: BOOKED,
    By.VALUE: or_(entry.c.value_on <= bindparam("day"), and_(entry.c.value_on.is_(None), BOOKED)),
}
OURS = and_(entry.c.merchant == bindparam("merchant"), entry.c.mode == bindparam("mode"))
RECEIVABLES = and_(
    ledger_account.c.merchant == bindparam("merchant"),
    ledger_account.c.mode == bindparam("mode"),
    ledger_account.c.kind == literal("receivable"),
)
OF_RECEIVABLE = and_(ledger_account.c.id == posting.c.ledger_account, ledger_account.c.kind == literal("receivable"))
"""Without its company, which is the entry's: else SQLite goes through all entries once for each customer."""
AFTER_BILL = func.substr(entry.c.key, literal_column("6"))
IS_BILL = and_(entry.c.key >= literal("bill:"), entry.c.key < literal("bill;"))
IS_NOTE = or_(
    *(and_(entry.c.key >= literal(f"{key}:"), entry.c.key < literal(f"{key};")) for key in ("debit", "fix:debit"))
)
BILLED = case(
    (IS_BILL, func.substr(AFTER_BILL, literal_column("1"), func.instr(AFTER_BILL, literal(":")) - literal_column("1"))),
    else_=entry.c.payable,
)
"""The payable of an entry ``bill:PAYABLE:REVISION``, or of a debit note."""
WHO = tuple(customer.c[name] for name in ("name", "document_type", "document_number", "document_check"))
SETTLED = case((allocation.c.effect == literal("reopened"), allocation.c.amount), else_=-allocation.c.amount)


def _totals(last: ColumnElement[bool]) -> Select[Any]:
    return (
        select(
            ledger_account.c.owner,
            ledger_account.c.currency,
            *WHO,
            func.sum(posting.c.amount).label("owed"),
        )
        .select_from(entry)
        .join(posting, posting.c.entry == entry.c.id)
        .join(ledger_account, OF_RECEIVABLE)
        .join(customer, customer.c.id == ledger_account.c.owner, isouter=True)
        .where(OURS, last)
        .group_by(ledger_account.c.owner, ledger_account.c.currency)
        .having(func.sum(posting.c.amount) != ZERO)
        .order_by(customer.c.name, ledger_account.c.owner, ledger_account.c.currency)
    )


def _items(last: ColumnElement[bool]) -> Select[Any]:
    billed = (
        select(ledger_account.c.owner, entry.c.currency, BILLED.label("payable"), posting.c.amount)
        .select_from(entry)
        .join(posting, posting.c.entry == entry.c.id)
        .join(ledger_account, OF_RECEIVABLE)
        .where(OURS, last, or_(IS_BILL, IS_NOTE))
    )
    settled = (
        select(ledger_account.c.owner, entry.c.currency, allocation.c.payable, SETTLED)
        .select_from(entry)
        .join(allocation, allocation.c.entry == entry.c.id)
        .join(posting, posting.c.entry == entry.c.id)
        .join(ledger_account, OF_RECEIVABLE)
        .where(OURS, last)
    )
    moved = union_all(billed, settled).subquery()
    return (
        select(
            *(moved.c.owner, moved.c.currency, moved.c.payable, func.sum(moved.c.amount).label("owed")),
            *WHO,
            *(payable.c[name] for name in ("number", "issued_on", "due_on", "plan")),
        )
        .select_from(moved)
        .join(customer, customer.c.id == moved.c.owner, isouter=True)
        .join(payable, payable.c.id == moved.c.payable, isouter=True)
        .group_by(moved.c.owner, moved.c.currency, moved.c.payable)
        .having(func.sum(moved.c.amount) != ZERO)
        .order_by(customer.c.name, moved.c.owner, moved.c.currency, payable.c.due_on, payable.c.number)
    )


TOTALS = {by: _totals(last) for by, last in LAST.items()}
ITEMS = {by: _items(last) for by, last in LAST.items()}
NOW_TOTALS = (
    select(ledger_account.c.owner, ledger_account.c.currency, *WHO, balance.c.amount.label("owed"))
    .join(balance, balance.c.ledger_account == ledger_account.c.id)
    .join(customer, customer.c.id == ledger_account.c.owner, isouter=True)
    .where(RECEIVABLES, balance.c.amount != ZERO)
    .order_by(customer.c.name, ledger_account.c.owner, ledger_account.c.currency)
)
NOW_ITEMS = (
    select(
        *(payable.c.customer.label("owner"), payable.c.currency, payable.c.id.label("payable")),
        *(payable.c.due.label("owed"), *WHO),
        *(payable.c[name] for name in ("number", "issued_on", "due_on", "plan")),
    )
    .join(customer, customer.c.id == payable.c.customer)
    .where(
        *(payable.c.merchant == bindparam("merchant"), payable.c.mode == bindparam("mode")),
        *(payable.c.kind == literal("invoice"), payable.c.due > ZERO),
    )
    .order_by(customer.c.name, payable.c.customer, payable.c.currency, payable.c.due_on, payable.c.number)
)
BALANCES = (
    select(ledger_account.c.currency, func.sum(balance.c.amount).label("owed"))
    .join(balance, balance.c.ledger_account == ledger_account.c.id)
    .where(RECEIVABLES)
    .group_by(ledger_account.c.currency)
)


class OwedOnDays:
    """What was owed on a day."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def items(self, merchant_id: str, mode: Mode, day: date, end: datetime, by: By) -> Iterator[Owed]:
        """What is owed of each payable, by customer, currency and due day; with what stands behind no payable it is,
        customer by customer, what the ledger says.

        Args:
            day: The day.
            end: When it is over where the merchant is.
            by: Whether what counts for a day until then is meant, or what was booked until then.
        """
        values = {"merchant": merchant_id, "mode": mode.value, "day": day.isoformat(), "until": micros(end)}
        return self._told(self._tx.run(TOTALS[by], values), self._tx.run(ITEMS[by], values))

    def now(self, merchant_id: str, mode: Mode) -> Iterator[Owed]:
        """The same of this moment, from what the books keep of each payable and customer."""
        values = {"merchant": merchant_id, "mode": mode.value}
        return self._told(self._tx.run(NOW_TOTALS, values), self._tx.run(NOW_ITEMS, values))

    @staticmethod
    def _told(totals: Iterable[sqlite3.Row], items: Iterable[sqlite3.Row]) -> Iterator[Owed]:
        left = {(row["owner"], row["currency"]): row for row in totals}
        for whose, rows in groupby(items, key=itemgetter("owner", "currency")):
            rest, who = 0, None
            for who in rows:
                rest -= who["owed"]
                yield _owed(who)
            total = left.pop(whose, None)
            yield from _rest(rest + (total["owed"] if total else 0), who)
        for total in left.values():
            yield from _rest(total["owed"], total)

    def by_currency(self, merchant_id: str, mode: Mode) -> Mapping[str, int]:
        """What all customers owe now by the ledger's balances; minor units."""
        rows = self._tx.run(BALANCES, {"merchant": merchant_id, "mode": mode.value})
        return {row["currency"]: int(row["owed"]) for row in rows if row["owed"]}


def _owed(row: sqlite3.Row) -> Owed:
    plan = json.loads(row["plan"] or "[]")
    return Owed(
        who=who_in(row, row["owner"]),
        currency=row["currency"],
        payable_id=row["payable"] or "",
        number=row["number"] or "",
        issued_on=maybe_day(row["issued_on"]),
        due_on=maybe_day(row["due_on"]),
        plan=tuple(Instalment(date.fromisoformat(day), amount) for day, amount in plan),
        minor=row["owed"],
    )


def _rest(minor: int, row: sqlite3.Row | None) -> Iterator[Owed]:
    if minor and row is not None:
        yield Owed(
            who=who_in(row, row["owner"]),
            currency=row["currency"],
            payable_id="",
            number="",
            issued_on=None,
            due_on=None,
            minor=minor,
        )


def who_in(row: sqlite3.Row, customer_id: str) -> Who:
    """The customer of a row that has ``WHO``."""
    kind, number = row["document_type"], row["document_number"]
    return Who(customer_id, row["name"] or "", IdentityDocument(kind, number, row["document_check"]) if kind else None)
