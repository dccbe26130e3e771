"""The files of a close's package: the workbook, the books as Beancount text, the sealed entries as SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hub.domain.beancount import beancount_lines
from hub.domain.close_words import ACCOUNTS, ENTRIES, OPEN
from hub.domain.export import Cell
from hub.domain.ledger import Entry, LedgerKind
from hub.domain.merchant import Merchant
from hub.domain.month_close import NOTHING, MonthClose, span_of
from hub.domain.text import Text
from hub.domain.workbook import Sheet, write_workbook
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Money

from .read_open import received_on_terms

Row = list[Cell]
RECEIVED = (LedgerKind.CASH, LedgerKind.BANK, LedgerKind.PROVIDER_CLEARING)
PEOPLES = (LedgerKind.CUSTOMER_CREDIT, LedgerKind.RECEIVABLE)


def write_beancount(tx: Tx, merchant: Merchant, close: MonthClose, file: Any) -> None:
    """The whole books up to the close, and the balances that must come out."""
    book = merchant.id, close.mode
    balances = [
        (item.kind, item.owner, item.currency, item.closing) for item in tx.closes.figures(*book, close.span, NOTHING)
    ]
    lines = beancount_lines(
        lambda: tx.closes.entries(*book, close.span, NOTHING),
        balances,
        merchant=merchant.slug,
        mode=close.mode,
        zone=close.zone,
        head=close.head,
    )
    for line in lines:
        file.write(f"{line}\n".encode())


def write_audit(tx: Tx, close: MonthClose, path: Path) -> None:
    """The entries up to the close's position, by ids alone; the chain can be verified from it."""
    tx.ledger.export_sealed(str(path), close.merchant_id, close.mode, close.seq)


def write_tables(tx: Tx, hub: Hub, merchant: Merchant, close: MonthClose, before: MonthClose | None, file: Any) -> None:
    """The workbook, in the company's own language whoever reads it."""
    tables = Tables(tx, hub, merchant, close, before)
    write_workbook(file, [*tables.always(), *tables.payment_receipts()])


class Tables:
    """The sheets of a close's workbook."""

    def __init__(self, tx: Tx, hub: Hub, merchant: Merchant, close: MonthClose, before: MonthClose | None) -> None:
        self._tx, self._hub, self._merchant, self._close, self._before = tx, hub, merchant, close, before
        self._country = hub.countries[merchant.company.country]
        self._zone = ZoneInfo(close.zone)
        self._book = merchant.id, close.mode
        self._spans = close.span, span_of(before)

    def always(self) -> tuple[Sheet, ...]:
        """The sheets of every close."""
        return self.summary(), self.ledger(), self.money(), self.receipts(), self.owed()

    def payment_receipts(self) -> tuple[Sheet, ...]:
        """What needs an electronic receipt of payment; no sheet where nothing does."""
        terms = self._country.payment_receipt_terms
        found = received_on_terms(self._tx, terms, self._merchant, self._close.mode, *self._spans)
        heads = self._heads(
            *(Text("export.customer"), Text("sheet.invoice"), Text("field.terms"), Text("export.currency")),
            Text("export.amount"),
        )
        rows: list[Row] = [[row.customer, row.number, row.terms, row.amount.currency, row.amount] for row in found]
        return (Sheet(self._said(Text("sheet.payment_receipts")), heads, rows),) if rows else ()

    def summary(self) -> Sheet:
        """What each account came to, what was open, and what the close is known by."""
        return Sheet(
            self._said(Text("sheet.summary")),
            self._heads(
                *(Text("sheet.account"), Text("export.currency"), Text("sheet.opening"), Text("sheet.debit")),
                *(Text("sheet.credit"), Text("sheet.closing")),
            ),
            self._summary(),
        )

    def _summary(self) -> Iterator[Row]:
        close = self._close
        for item in close.totals:
            amounts = (item.money(minor) for minor in (item.opening, item.debit, item.credit, item.closing))
            yield [self._said(ACCOUNTS[item.kind]), item.currency, *amounts]
        yield []
        yield [self._said(Text("sheet.open")), "", *(["–"] if not close.open else [])]
        for one in close.open:
            yield [self._said(OPEN[one.kind]), "", one.count, *one.money]
        yield []
        yield [self._said(Text("sheet.closed_by")), close.by]
        yield [self._said(Text("sheet.closed_at")), close.at.astimezone(self._zone)]
        if close.why:
            yield [self._said(Text("sheet.why")), close.why]
        yield [self._said(Text("sheet.position")), close.seq]
        yield [self._said(Text("sheet.head")), close.head]
        yield [self._said(Text("sheet.digest")), close.digest]

    def ledger(self) -> Sheet:
        """Every posting, by account; one of an earlier month says so."""
        return Sheet(
            self._said(Text("sheet.ledger")),
            self._heads(
                *(Text("sheet.account"), Text("sheet.owner"), Text("export.value_day"), Text("export.booked")),
                *(Text("export.movement"), Text("export.entry"), Text("export.currency"), Text("sheet.debit")),
                *(Text("sheet.credit"), Text("sheet.late")),
            ),
            self._ledger(),
        )

    def _ledger(self) -> Iterator[Row]:
        late, last = self._said(Text("sheet.is_late")), self._spans[1].last
        for row in self._tx.month_rows.postings(*self._book, *self._spans):
            booked = row.at.astimezone(self._zone)
            day = row.value_on or booked.date()
            debit, credit = (row.amount, None) if row.amount.minor > 0 else (None, -row.amount)
            yield [
                *(self._said(ACCOUNTS[row.account]), row.name or row.owner, day, booked.date()),
                *(self._said(ENTRIES[row.kind]), row.key, row.amount.currency, debit, credit),
                late if day <= last else "",
            ]

    def money(self) -> Sheet:
        """What was paid, and what went back."""
        return Sheet(
            self._said(Text("sheet.paid")),
            self._heads(
                *(Text("export.value_day"), Text("export.booked"), Text("export.movement"), Text("export.customer")),
                *(Text("export.currency"), Text("export.amount"), Text("export.entry"), Text("export.payment")),
            ),
            self._money(),
        )

    def _money(self) -> Iterator[Row]:
        names: dict[str, str] = {}
        for entry in self._tx.closes.entries(*self._book, *self._spans):
            amount = sum(entry.moved(kind) for kind in RECEIVED)
            if amount and entry.kind.value in MONEY_MOVES:
                yield [
                    *(entry.counts_on(self._zone), entry.booked_on(self._zone), self._said(ENTRIES[entry.kind])),
                    *(self._customer(entry, names), entry.currency, Money(amount, entry.currency), entry.key),
                    entry.payment_id or "",
                ]

    def _customer(self, entry: Entry, names: dict[str, str]) -> str:
        owner = next((leg.owner for leg in entry.postings if leg.kind in PEOPLES), "")
        if owner not in names:
            customer = self._tx.customers.get(owner) if owner else None
            names[owner] = customer.name if customer else ""
        return names[owner]

    def receipts(self) -> Sheet:
        """The cash receipts."""
        return Sheet(
            self._said(Text("sheet.receipts")),
            self._heads(
                *(Text("export.cash_receipt"), Text("export.value_day"), Text("export.customer")),
                *(Text("export.currency"), Text("export.amount"), Text("export.bills"), Text("sheet.voided")),
            ),
            self._receipts(),
        )

    def _receipts(self) -> Iterator[Row]:
        close, had = self._close, (span_of(self._before).last, self._before.receipts if self._before else {})
        for receipt_id in self._tx.month_rows.receipts(*self._book, close.month.last, close.receipts, had):
            if receipt := self._tx.receipts.get(receipt_id):
                is_void = receipt.voided_at is not None and receipt.voided_at <= close.at
                yield [
                    *(receipt.label, receipt.received_on, receipt.received_from.name, receipt.cash.currency),
                    *(receipt.cash, ", ".join(line.number for line in receipt.lines)),
                    self._said(Text("sheet.is_void")) if is_void else "",
                ]

    def owed(self) -> Sheet:
        """What was owed by invoice at the month's end, and for how many days it was overdue."""
        return Sheet(
            self._said(Text("sheet.owed")),
            self._heads(
                *(Text("export.customer"), Text("sheet.invoice"), Text("sheet.issued"), Text("sheet.due")),
                *(Text("sheet.days_overdue"), Text("export.currency"), Text("sheet.still_owed")),
            ),
            self._owed(),
        )

    def _owed(self) -> Iterator[Row]:
        last = self._close.month.last
        for row in self._tx.month_rows.owed(*self._book, self._close.span, NOTHING):
            days = max(0, (last - row.due_on).days) if row.due_on else None
            yield [row.name, row.number, row.issued_on, row.due_on, days, row.owed.currency, row.owed]

    def _heads(self, *texts: Text) -> list[str]:
        return [self._said(text) for text in texts]

    def _said(self, text: Text) -> str:
        return self._hub.documents.said(text, locale=self._merchant.locale)


MONEY_MOVES = frozenset(
    {"capture", "offline_receipt", "refund", "chargeback", "disbursement", "exchange", "correction"}
)
"""Entries by which money of customers came or went."""
