"""Whatever an accountant, a provider and a customer do, in whatever order: what was owed on a day is the ledger's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.ledger import LedgerKind
from hub.domain.moved import By
from hub.storage.transaction import SqliteTx
from hub_hookspecs import Mode
from tests.bookkeeping.desk import Desk
from tests.bookkeeping.test_random import EVENTS, attempt

ZONE = ZoneInfo("America/Costa_Rica")


def wrong_days(desk: Desk) -> list[str]:
    """Where a figure is not what the legs of the receivables say until that day, or stands behind no payable."""
    merchant = desk.merchant
    zone = ZoneInfo(merchant.company.zone)

    def read(tx: SqliteTx) -> list[str]:
        entries, wrong = tx.ledger.entries(merchant.id, Mode.TEST), []
        days = {day for entry in entries for day in (entry.booked_on(zone), entry.counts_on(zone))}
        for day in sorted(days | {day - timedelta(days=1) for day in days}):
            for by in By:
                legs: Counter[tuple[str, str]] = Counter()
                for entry in entries:
                    if (entry.counts_on(zone) if by is By.VALUE else entry.booked_on(zone)) <= day:
                        for leg in entry.postings:
                            legs[leg.owner, entry.currency] += leg.amount * (leg.kind is LedgerKind.RECEIVABLE)
                end = datetime.combine(day + timedelta(days=1), time(), zone)
                found: Counter[tuple[str, str]] = Counter()
                for item in tx.owed.items(merchant.id, Mode.TEST, day, end, by):
                    found[item.who.id, item.currency] += item.minor
                    if not item.payable_id:
                        wrong.append(f"{day} {by}: {item}")
                if {k: v for k, v in legs.items() if v} != {k: v for k, v in found.items() if v}:
                    wrong.append(f"{day} {by}: {found}, the ledger says {legs}")
        now: Counter[str] = Counter()
        for item in tx.owed.now(merchant.id, Mode.TEST):
            now[item.currency] += item.minor
        if dict(now) != tx.owed.by_currency(merchant.id, Mode.TEST):
            wrong.append(f"now: {now}")
        return wrong

    return desk.read(read)


@given(st.lists(EVENTS, min_size=6, max_size=30))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_figure_of_each_day_is_the_ledgers_whatever_happened(fresh: Callable[[], Desk], events: list[str]) -> None:
    desk = fresh()
    done = [line for line in ("invoice FE-1 100.00", "invoice FE-2 60.00", *events) if attempt(desk, line)]

    assert wrong_days(desk) == [], done


def test_an_invoice_of_march_that_is_typed_in_in_april_was_owed_in_march_and_not_in_the_books_of_march(
    desk_for: Callable[[str], Desk],
) -> None:
    desk = desk_for("CR")
    desk.clock.now += timedelta(days=31)
    desk.do("invoice FE-1 100.00")
    march = date(2026, 3, 31)

    def owed(by: By) -> int:
        end = datetime.combine(march + timedelta(days=1), time(), ZONE)
        return desk.read(
            lambda tx: sum(item.minor for item in tx.owed.items(desk.merchant.id, Mode.TEST, march, end, by))
        )

    assert (owed(By.VALUE), owed(By.BOOKED)) == (10_000, 0)
    desk.do("received cash 30.00 for FE-1 30.00")  # of April: March stays as it was
    assert (owed(By.VALUE), owed(By.BOOKED)) == (10_000, 0)
