"""When it was booked and the day it counts for stand side by side wherever days are shown or chosen."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from beancount import loader
from beancount.core import data

from hub.domain.ledger import Entry
from hub_hookspecs import Kind, Mode, Observation
from tests.bookkeeping.desk import Desk
from tests.bookkeeping.referee import agreed
from tests.cli.conftest import call

Desks = Callable[[str], Desk]
ZONE = ZoneInfo("America/Costa_Rica")


@pytest.fixture
def late(desk_for: Desks) -> Desk:
    """An invoice of 1 March that was typed in on 2 April and paid on the 5th, which was learnt on the 9th."""
    desk = desk_for("CR")
    desk.clock.now += timedelta(days=31)
    desk.do("invoice FE-1 100.00 owes 70.00")
    desk.do("pays A FE-1 70.00")
    occurred, desk.clock.now = desk.clock.now + timedelta(days=3), desk.clock.now + timedelta(days=7)
    vouched = frozenset({"movement", "amount", "occurred_at"})
    paid = Observation(kind=Kind.PAID, movement="M", amount=desk.money("70"), occurred_at=occurred, vouched=vouched)
    desk._tell("A", paid)
    return desk


def in_beancount(desk: Desk) -> dict[str, tuple[date, str]]:
    """Day and day of booking of each entry, by its key."""
    assert agreed(desk.exported()) == desk.balances()
    entries, _errors, _options = loader.load_string(desk.exported())
    found = [entry for entry in entries if isinstance(entry, data.Transaction)]
    return {entry.meta["key"].split(":")[0]: (entry.date, str(entry.meta.get("booked"))) for entry in found}


DAYS = {
    "bill": (date(2026, 3, 1), "2026-04-02"),
    "outside": (date(2026, 3, 1), "2026-04-02"),
    "capture": (date(2026, 4, 5), "2026-04-09"),
    "alloc": (date(2026, 4, 5), "2026-04-09"),
}


def test_the_books_as_beancount_have_both_days(late: Desk) -> None:
    assert in_beancount(late) == DAYS


def test_the_entries_at_the_command_line_have_both_days(late: Desk) -> None:
    listed = json.loads(call("ledger", "entries", "--json", "--data", str(late.opened.settings.data)).out)

    assert {
        item["key"].split(":")[0]: (date.fromisoformat(item["value_on"]), item["booked_on"]) for item in listed
    } == DAYS
    (head, first, *_) = call("ledger", "entries", "--data", str(late.opened.settings.data)).out.splitlines()
    assert head.split()[:3] == ["BOOKED", "VALUE", "KEY"]
    assert first.split()[:2] == ["2026-04-02", "2026-03-01"]


def test_a_payout_is_awaited_from_the_day_of_the_capture(late: Desk) -> None:
    (awaited,) = late.read(lambda tx: tx.settlements.awaited("acct"))

    assert awaited.counts_on(ZONE) == date(2026, 4, 5)
    late.do("settled L1 A 70.00 fee 1.00 on 2026-04-20")
    assert late.read(lambda tx: tx.settlements.covered_since("acct", 3, ZONE)) == date(2026, 4, 5)


def test_what_a_providers_clock_says_of_tomorrow_counts_for_today(late: Desk) -> None:
    late.do("invoice FE-2 10.00")
    late.do("pays B FE-2 10.00")
    ahead = late.clock.now + timedelta(hours=20)
    vouched = frozenset({"movement", "amount", "occurred_at"})
    paid = Observation(kind=Kind.PAID, movement="N", amount=late.money("10"), occurred_at=ahead, vouched=vouched)
    late._tell("B", paid)

    assert in_beancount(late)["capture"] == (date(2026, 4, 9), "2026-04-09")


def test_control_entries_that_know_the_day_of_booking_alone(late: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Entry, "counts_on", Entry.booked_on)

    assert in_beancount(late) != DAYS
    assert {day for day, _ in in_beancount(late).values()} == {date(2026, 4, 2), date(2026, 4, 9)}
    assert late.read(lambda tx: tx.ledger.verify()) == ()
    assert late.read(lambda tx: tx.ledger.entries(late.merchant.id, Mode.TEST))
