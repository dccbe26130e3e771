"""Three tellings of the same books: the export of movements, the statements of activity,
and the ledger itself."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from hub.domain.activity import compute_activity, moved_by, payable_of
from hub.domain.ledger import Entry
from hub.domain.moved import By, Moved
from hub.domain.payable import PayableKind
from hub.domain.payments_document import Direction
from hub.flows.views.export_line import COLUMNS
from hub.flows.views.export_payments import Exported, export_payments
from hub.flows.views.print_payments import movements_in
from hub.flows.views.view_activity import movements_of as activity_of
from hub_hookspecs import Mode, Money
from tests.bookkeeping.desk import Desk
from tests.spoken import spoken

FIRST = date(2026, 1, 1)
HEADS = [spoken(column) for column in COLUMNS]
MONEY = {"provider_clearing", "bank", "cash", "fees", "fee_tax", "tax_withheld", "provider_reserve", "in_transit"}
"""Where the ledger has all money that came and has not gone back, whatever was paid out of it since."""

OF_MONEY = {"capture", "manual", "refund", "chargeback", "disburse", "exchange", "withheld", "alloc"}
"""Beginnings of the keys whose entries are rows of the export."""

Period: TypeAlias = tuple[date, date]


def exported(desk: Desk, first: date = FIRST, last: date | None = None, by: By = By.BOOKED) -> Exported:
    """The export of some days."""
    return asyncio.run(export_payments(desk.hub, desk.merchant, first, last, by=by))


def disagreements(desk: Desk, periods: Iterable[Period] = ()) -> list[str]:
    """Where the three do not come to the same, in sentences."""
    books = _Books(desk)
    found = [*books.totals(), *books.rows()]
    for period in (*periods, (FIRST, books.today)):
        found += books.of_period(period)
    return found


def windows(first: date, last: date, days: int) -> Iterator[Period]:
    """Consecutive periods that hold each day once."""
    while first <= last:
        yield first, min(last, first + timedelta(days=days - 1))
        first += timedelta(days=days)


def left_out_or_twice(desk: Desk, days: int, by: By) -> list[str]:
    """Movements that consecutive exports do not hold exactly once."""
    last = desk.clock.now.date() + timedelta(days=1)
    whole = Counter(line.cells for line in exported(desk, by=by).lines)
    parts = Counter(
        cells for since, until in windows(FIRST, last, days) for cells in exported(desk, since, until, by).rows
    )
    return [
        f"{cells}: {parts[cells]} times, not {count}"
        for cells, count in (whole | parts).items()
        if parts[cells] != count
    ]


class _Books:
    """What a desk has booked, read once."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.zone = ZoneInfo(desk.merchant.company.zone)
        self.today = desk.clock.now.astimezone(self.zone).date()
        self.entries: tuple[Entry, ...] = desk.read(lambda tx: tx.ledger.entries(desk.merchant.id, Mode.TEST))
        self.balances = desk.read(lambda tx: tx.ledger.balances(desk.merchant.id, Mode.TEST))
        self.customers = desk.read(lambda tx: tx.customers.of(desk.merchant.id))
        ids = {row.payable_id for entry in self.entries for row in entry.applied}
        ids |= {payable_of(entry) for entry in self.entries if entry.kind == "bill"}
        self.payables = {payable.id: payable for payable in desk.read(lambda tx: tx.payables.many(list(ids)))}
        self.orders = {item.id for item in self.payables.values() if item.kind is PayableKind.ORDER}
        self.export = {by: exported(desk, by=by) for by in By}

    def totals(self) -> Iterator[str]:
        """Each column of the file, by currency, against the ledger accounts."""
        for column, kinds in (("Monto", MONEY), ("Retención", {"withholding_receivable"})):
            told, has = Counter[str](), Counter[str]()
            for row in self.export[By.BOOKED].rows:
                cell = row[HEADS.index(column)]
                if isinstance(cell, Money):
                    told[cell.currency] += cell.minor
            for kind, _owner, currency, amount in self.balances:
                has[currency] += amount if kind in kinds else 0
            if +told != +has or -told != -has:
                yield f"{column} comes to {dict(told)}, and the ledger to {dict(has)}"
        for by in By:
            told = Counter(dict.fromkeys(_sums(self.export[by]), 0))
            for _line, item in self.desk.read(lambda tx, by=by: self._report(tx, by)):
                told[item.amount.currency] += item.amount.minor * (1 if item.direction is Direction.RECEIVED else -1)
            if (sums := _sums(self.export[by])) != told:
                yield f"the report comes to {dict(told)}, and the export to {dict(sums)}"
        for total in self.export[By.BOOKED].totals:
            rows = [line.moved for line in self.export[By.BOOKED].lines if line.moved.currency == total.currency]
            if (total.brought_in - total.went_back).minor != sum(row.amount for row in rows):
                yield f"the totals in {total.currency} are not those of the rows"

    def _report(self, tx: Any, by: By) -> Any:
        return movements_in(tx, self.desk.hub, self.desk.merchant, Mode.TEST, FIRST, date(2028, 1, 1), by=by)

    def rows(self) -> Iterator[str]:
        """Each row in itself, and the payables against what the ledger applied to them."""
        applied = Counter[str]()
        for line in self.export[By.BOOKED].lines:
            moved = line.moved
            if moved.amount != moved.settled + moved.credit + moved.suspended + moved.exchanged + moved.lost:
                yield f"{moved.key} does not add up"
            for share in moved.applied:
                applied[share.payable_id] += share.amount
        for payable in self.payables.values():
            if applied[payable.id] != (has := payable.allocated - payable.reopened):
                yield f"{applied[payable.id]} are said to be applied to {payable.number}, and {has} are"
        by_key = [sorted(line.cells[-1] for line in self.export[by].lines) for by in By]
        if by_key[0] != by_key[1]:
            yield "the two days choose different rows of everything"

    def of_period(self, period: Period) -> Iterator[str]:
        """Opening balance, rows and closing balance of each customer's activity,
        against the ledger and the export."""
        since, until = period
        until = min(until, self.today)
        if since > until:
            return
        rows = exported(self.desk, since, until, By.VALUE).lines
        before = exported(self.desk, FIRST, since - timedelta(days=1), By.VALUE).lines if since > FIRST else ()
        for customer in self.customers:
            activity = compute_activity(
                company=self.desk.merchant.company,
                customer=customer,
                movements=self.desk.read(lambda tx, c=customer: activity_of(tx, self.desk.merchant, c.id, Mode.TEST)),
                since=since,
                until=until,
                as_of=self.desk.clock.now,
                zone=str(self.zone),
            )
            for section in activity.sections:
                opening = self.owed(customer.id, section.currency, (date.min, since - timedelta(days=1)))
                opening -= _told(before, customer.id, section.currency, self.orders)
                inside = self.owed(customer.id, section.currency, (since, until))
                inside -= _told(rows, customer.id, section.currency, self.orders)
                if (section.opening.minor, (section.debits - section.credits).minor) != (opening, inside):
                    yield (
                        f"{customer.id} {since} to {until}: {section.opening} and {section.debits - section.credits},"
                        f" not {Money(opening, section.currency)} and {Money(inside, section.currency)}"
                    )

    def owed(self, customer_id: str, currency: str, period: Period) -> int:
        """What entries that move no money made a customer owe."""
        return sum(
            moved_by(entry, customer_id, self.orders)
            for entry in self.entries
            if entry.currency == currency
            and not _is_of_money(entry)
            and not (entry.kind == "bill" and self.payables[payable_of(entry)].customer_id != customer_id)
            and period[0] <= min(entry.counts_on(self.zone), entry.booked_on(self.zone)) <= period[1]
        )


def _sums(found: Exported) -> Counter[str]:
    """What moved, by currency."""
    sums = Counter[str]()
    for moved in (line.moved for line in found.lines):
        sums[moved.currency] += moved.amount
    return sums


def _is_of_money(entry: Entry) -> bool:
    begins = entry.key.replace("fix:", "").partition(":")[0]
    return begins in OF_MONEY


def _told(lines: Iterable[Any], customer_id: str, currency: str, orders: set[str]) -> int:
    """What rows of the export say a customer paid, one way or another; orders are not owed."""
    total = 0
    for moved in (line.moved for line in lines):
        assert isinstance(moved, Moved)
        if (moved.customer_id, moved.currency) == (customer_id, currency):
            total += moved.credit + moved.withheld
            total += sum(share.amount for share in moved.applied if share.payable_id not in orders)
    return total
