"""The rows of a close's workbook: its postings by account, what was owed at its end, its cash receipts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import date, datetime

import attrs
from sqlalchemy import bindparam, case, func, literal_column, select, union_all

from hub.domain.month_close import Span
from hub_hookspecs import Mode, Money

from .closes import IN_CLOSE, book_values
from .rows import moment
from .schema import (
    ZERO,
    allocation,
    cash_receipt,
    customer,
    entry,
    ledger_account,
    literal,
    payable,
    posting,
    seal,
)
from .statements import Runs

POSTINGS = (
    select(
        ledger_account.c.kind.label("account"),
        ledger_account.c.owner,
        customer.c.name,
        entry.c.currency,
        entry.c.value_on,
        entry.c.at,
        entry.c.kind,
        entry.c.key,
        posting.c.amount,
    )
    .select_from(seal)
    .join(entry, entry.c.id == seal.c.entry)
    .join(posting, posting.c.entry == entry.c.id)
    .join(ledger_account, ledger_account.c.id == posting.c.ledger_account)
    .join(customer, customer.c.id == ledger_account.c.owner, isouter=True)
    .where(IN_CLOSE)
    .order_by(ledger_account.c.kind, ledger_account.c.owner, ledger_account.c.currency, seal.c.seq, posting.c.position)
)
BILLED = (
    select(
        func.coalesce(
            entry.c.payable,
            func.substr(
                entry.c.key,
                literal_column("6"),
                func.instr(func.substr(entry.c.key, literal_column("6")), literal(":")) - 1,
            ),
        ).label("payable"),
        posting.c.amount,
    )
    .select_from(seal)
    .join(entry, entry.c.id == seal.c.entry)
    .join(posting, posting.c.entry == entry.c.id)
    .join(ledger_account, ledger_account.c.id == posting.c.ledger_account)
    .where(
        IN_CLOSE,
        ledger_account.c.kind == literal("receivable"),
        entry.c.kind.in_([literal("bill"), literal("debit_note")]),
    )
)
SETTLED = (
    select(
        allocation.c.payable,
        case((allocation.c.effect == literal("reopened"), allocation.c.amount), else_=-allocation.c.amount),
    )
    .select_from(seal)
    .join(entry, entry.c.id == seal.c.entry)
    .join(allocation, allocation.c.entry == entry.c.id)
    .where(IN_CLOSE)
)
MOVED = union_all(BILLED, SETTLED).subquery()
OWED = (
    select(
        payable.c.number,
        customer.c.name,
        payable.c.currency,
        payable.c.issued_on,
        payable.c.due_on,
        func.sum(MOVED.c.amount).label("owed"),
    )
    .select_from(MOVED)
    .join(payable, payable.c.id == MOVED.c.payable)
    .join(customer, customer.c.id == payable.c.customer)
    .group_by(payable.c.id, customer.c.name)
    .having(func.sum(MOVED.c.amount) != ZERO)
    .order_by(customer.c.name, payable.c.due_on, payable.c.number)
)
RECEIPTS = (
    select(cash_receipt.c.id, cash_receipt.c.series, cash_receipt.c.number, cash_receipt.c.received_on)
    .where(
        cash_receipt.c.merchant == bindparam("merchant"),
        cash_receipt.c.mode == bindparam("mode"),
        cash_receipt.c.received_on <= bindparam("last"),
    )
    .order_by(cash_receipt.c.series, cash_receipt.c.number)
)


@attrs.frozen(kw_only=True)
class PostingRow:
    """One posting of a close's entries; ``name`` is its customer's, where its account has one."""

    account: str
    owner: str
    name: str
    kind: str
    key: str
    value_on: date | None
    at: datetime
    amount: Money


@attrs.frozen(kw_only=True)
class OwedRow:
    """What was owed of one invoice."""

    number: str
    name: str
    issued_on: date
    due_on: date | None
    owed: Money


class MonthRows:
    """The rows of a close's workbook."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def postings(self, merchant_id: str, mode: Mode, span: Span, before: Span) -> Iterator[PostingRow]:
        """The postings of the entries in some books that those before did not have, by account."""
        return map(_posting, self._tx.run(POSTINGS, book_values(merchant_id, mode, span, before)))

    def owed(self, merchant_id: str, mode: Mode, span: Span, nothing: Span) -> Iterator[OwedRow]:
        """What was owed by invoice, by some books."""
        return map(_owed, self._tx.run(OWED, book_values(merchant_id, mode, span, nothing)))

    def receipts(
        self,
        merchant_id: str,
        mode: Mode,
        last: date,
        numbers: Mapping[str, int],
        before: tuple[date, Mapping[str, int]],
    ) -> tuple[str, ...]:
        """Ids of the cash receipts up to a day and to the last numbers, less those of the close before."""
        earlier, had = before
        rows = self._tx.run(RECEIPTS, {"merchant": merchant_id, "mode": mode.value, "last": last.isoformat()})
        return tuple(
            row["id"]
            for row in rows
            if row["number"] <= numbers.get(row["series"], 0)
            and not (row["received_on"] <= earlier.isoformat() and row["number"] <= had.get(row["series"], 0))
        )


def _posting(row: sqlite3.Row) -> PostingRow:
    return PostingRow(
        account=row["account"],
        owner=row["owner"],
        name=row["name"] or "",
        kind=row["kind"],
        key=row["key"],
        value_on=date.fromisoformat(row["value_on"]) if row["value_on"] else None,
        at=moment(row["at"]),
        amount=Money(row["amount"], row["currency"]),
    )


def _owed(row: sqlite3.Row) -> OwedRow:
    return OwedRow(
        number=row["number"],
        name=row["name"],
        issued_on=date.fromisoformat(row["issued_on"]),
        due_on=date.fromisoformat(row["due_on"]) if row["due_on"] else None,
        owed=Money(row["owed"], row["currency"]),
    )
