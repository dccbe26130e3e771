"""View a report of a company, or write all of it into a file: both from one snapshot of the books."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from hub.domain.ageing import Aged, Owed, added_up
from hub.domain.merchant import Merchant
from hub.domain.moved import By
from hub.domain.report import Asked, Report, ReportKind, ReportRow, summed
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Money

from .report_rows import CURRENCY, aged_in, columns_of, owed_in, rows_in

SHOWN: Final = 100
"""Rows of a page; the file has all of them."""


async def view_report(hub: Hub, merchant: Merchant, asked: Asked, *, shown: int = SHOWN) -> Report:
    """The first rows of a report, and what all of it adds up to."""
    return await hub.store.read(lambda tx: report_in(tx, hub, merchant, asked, shown=shown))


def report_in(tx: Tx, hub: Hub, merchant: Merchant, asked: Asked, *, shown: int = SHOWN) -> Report:
    """The same of what this transaction sees."""
    sums: dict[str, list[Money | None]] = {}
    found = summed(rows_in(tx, hub, merchant, asked), sums)
    rows, columns = tuple(islice(found, shown)), columns_of(merchant, asked.kind)
    count = len(rows) + sum(1 for _row in found)
    at = columns.index(CURRENCY)
    totals = tuple((*own[:at], currency, *own[at + 1 :]) for currency, own in sorted(sums.items()))
    return Report(asked=asked, columns=columns, rows=rows, totals=totals, count=count)


async def write_report(
    hub: Hub, merchant: Merchant, asked: Asked, write: Callable[[Sequence[Text], Iterator[ReportRow]], None]
) -> None:
    """Hand the heads and every row of a report over, as they stream."""

    def read(tx: Tx) -> None:
        write(columns_of(merchant, asked.kind), rows_in(tx, hub, merchant, asked))

    await hub.store.read(read)


async def age_debts(hub: Hub, merchant: Merchant, asked: Asked | None = None) -> tuple[Aged, ...]:
    """What all customers owe by age, one record a currency: now, or on the day that is asked for."""
    today = hub.clock().astimezone(ZoneInfo(merchant.company.zone)).date()
    wanted = asked or Asked(kind=ReportKind.AGEING)
    return await hub.store.read(lambda tx: added_up(aged_in(tx, merchant, wanted, today)))


async def owed_on(hub: Hub, merchant: Merchant, day: date, *, by: By = By.VALUE) -> tuple[Owed, ...]:
    """What was owed of each payable on a day, by the ledger."""
    asked = Asked(kind=ReportKind.OWED, last=day, by=by)
    return await hub.store.read(lambda tx: tuple(owed_in(tx, merchant, asked)))
