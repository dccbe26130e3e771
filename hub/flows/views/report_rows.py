"""The rows of each report as they stream out of one snapshot of the books; each column of amounts can be summed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from hub.domain.ageing import CUTS, Aged, Owed, age, labels_of
from hub.domain.export import Cell
from hub.domain.identity import show_document
from hub.domain.merchant import Merchant
from hub.domain.receipt import means_name
from hub.domain.report import Asked, Bill, Debtor, Issued, ReportKind, ReportRow, Who
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Country

from .report_paid import PAID, paid_rows

Cells: TypeAlias = tuple[Cell | Text, ...]

WHO: Final = (Text("reports.customer"), Text("reports.identity"))
CURRENCY: Final = Text("reports.currency")
COLUMNS: Final[Mapping[ReportKind, tuple[Text, ...]]] = {
    ReportKind.OWED: (
        *WHO,
        *(Text("reports.number"), Text("reports.issued"), Text("reports.due"), CURRENCY, Text("reports.owes")),
    ),
    ReportKind.PAID: PAID,
    ReportKind.RECEIPTS: (
        *(Text("reports.receipt"), Text("reports.received"), *WHO, Text("reports.received_from")),
        Text("reports.means"),
        *(Text("reports.bank_reference"), Text("reports.bills_paid"), CURRENCY),
        *(Text("reports.cash"), Text("reports.cash_voided")),
    ),
    ReportKind.BILLS: (
        *(Text("reports.number"), *WHO, Text("reports.issued"), Text("reports.due"), CURRENCY),
        *(Text("reports.total"), Text("reports.balance"), Text("reports.voided")),
    ),
    ReportKind.DEBTORS: (
        *(*WHO, Text("reports.email"), Text("reports.phone"), CURRENCY, Text("reports.owes"), Text("reports.credit")),
    ),
}


def cuts_of(merchant: Merchant) -> tuple[int, ...]:
    """The company's own ages of what is owed."""
    return merchant.options.ageing_cuts or CUTS


def columns_of(merchant: Merchant, kind: ReportKind) -> tuple[Text, ...]:
    """The heads of a report."""
    if kind is not ReportKind.AGEING:
        return COLUMNS[kind]
    return (
        *(*WHO, Text("reports.count"), Text("reports.oldest"), CURRENCY),
        *(*labels_of(cuts_of(merchant)), Text("reports.total")),
    )


def day_ends(merchant: Merchant, day: date) -> datetime:
    """When a day is over where the merchant is."""
    return datetime.combine(min(day, date.max - timedelta(days=2)) + timedelta(days=1), time(), _zone(merchant))


def _zone(merchant: Merchant) -> ZoneInfo:
    return ZoneInfo(merchant.company.zone)


def owed_in(tx: Tx, merchant: Merchant, asked: Asked) -> Iterator[Owed]:
    """What is owed of each payable, by customer, currency and due day: on a day by the ledger, or now."""
    if asked.last is None:
        return tx.owed.now(merchant.id, merchant.mode)
    return tx.owed.items(merchant.id, merchant.mode, asked.last, day_ends(merchant, asked.last), asked.by)


def aged_in(tx: Tx, merchant: Merchant, asked: Asked, today: date) -> Iterator[Aged]:
    """What each customer owes by the company's own ages, on a day or now."""
    yield from age(owed_in(tx, merchant, asked), asked.last or today, cuts_of(merchant))


def rows_in(tx: Tx, hub: Hub, merchant: Merchant, asked: Asked) -> Iterator[ReportRow]:
    """The rows of a report, under ``columns_of``."""
    today = hub.clock().astimezone(_zone(merchant)).date()
    asked = attrs.evolve(asked, first=asked.first or today.replace(day=1))
    country = hub.countries[merchant.company.country]
    return SOURCES[asked.kind](tx, hub, merchant, asked, _Names(country), today)


@attrs.frozen
class _Names:
    """How customers are named in the cells of a row."""

    country: Country

    def __call__(self, who: Who | None) -> tuple[str, str]:
        if who is None:
            return "", ""
        return who.name, show_document(self.country, who.document) if who.document else ""


def _ageing(tx: Tx, _hub: Hub, merchant: Merchant, asked: Asked, names: _Names, today: date) -> Iterator[ReportRow]:
    for row in aged_in(tx, merchant, asked, today):
        cells: Cells = (*names(row.who), row.count, row.oldest, row.currency, *row.money, row.total)
        yield ReportRow(cells, row.currency, _customer(row.who))


def _owed(tx: Tx, _hub: Hub, merchant: Merchant, asked: Asked, names: _Names, _today: date) -> Iterator[ReportRow]:
    for item in owed_in(tx, merchant, asked):
        number: str | Text = item.number or Text("reports.no_bill")
        cells: Cells = (
            *(*names(item.who), number, item.issued_on, item.falls_due_on),
            *(item.currency, item.balance),
        )
        yield ReportRow(cells, item.currency, f"/m/invoices/{item.payable_id}" if item.payable_id else "")


def _paid(tx: Tx, hub: Hub, merchant: Merchant, asked: Asked, names: _Names, today: date) -> Iterator[ReportRow]:
    assert asked.first is not None
    return paid_rows(tx, hub, merchant, asked.first, asked.last or today, asked.by, names)


def _receipts(tx: Tx, _hub: Hub, merchant: Merchant, asked: Asked, names: _Names, today: date) -> Iterator[ReportRow]:
    assert asked.first is not None
    for item in tx.report_rows.receipts(merchant.id, merchant.mode, asked.first, asked.last or today):
        yield ReportRow(_receipt(item, names), item.cash.currency, f"/m/receipts/{item.id}")


def _receipt(item: Issued, names: _Names) -> Cells:
    cash = (item.cash, None) if item.voided_at is None else (None, item.cash)
    return (
        *(item.label, item.received_on, *names(item.who), item.received_from),
        *(means_name(item.means, names.country), item.bank_reference, " | ".join(item.lines)),
        *(item.cash.currency, *cash),
    )


def _bills(tx: Tx, _hub: Hub, merchant: Merchant, asked: Asked, names: _Names, today: date) -> Iterator[ReportRow]:
    assert asked.first is not None
    for item in tx.report_rows.bills(merchant.id, merchant.mode, asked.first, asked.last or today):
        yield ReportRow(_bill(item, names), item.total.currency, f"/m/invoices/{item.id}")


def _bill(item: Bill, names: _Names) -> Cells:
    voided = item.voided if item.voided and item.voided.currency == item.total.currency else None
    return (
        *(item.number, *names(item.who), item.issued_on, item.due_on),
        *(item.total.currency, item.total, item.due, voided),
    )


def _debtors(tx: Tx, _hub: Hub, merchant: Merchant, _asked: Asked, names: _Names, _today: date) -> Iterator[ReportRow]:
    for item in tx.report_rows.debtors(merchant.id, merchant.mode):
        yield ReportRow(_debtor(item, names), item.currency, _customer(item.who))


def _debtor(item: Debtor, names: _Names) -> Cells:
    owes, credit = (amount if amount and amount.minor else None for amount in (item.owes, item.credit))
    return (*names(item.who), item.email, item.phone, item.currency, owes, credit)


def _customer(who: Who | None) -> str:
    return f"/m/customers/{who.id}" if who else ""


Source: TypeAlias = Callable[[Tx, Hub, Merchant, Asked, _Names, date], Iterator[ReportRow]]
SOURCES: Final[Mapping[ReportKind, Source]] = {
    ReportKind.AGEING: _ageing,
    ReportKind.OWED: _owed,
    ReportKind.PAID: _paid,
    ReportKind.RECEIPTS: _receipts,
    ReportKind.BILLS: _bills,
    ReportKind.DEBTORS: _debtors,
}
