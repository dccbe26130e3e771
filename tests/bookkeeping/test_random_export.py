"""Whatever happens in whatever order, on whatever days: the export,
the statements of activity and the ledger agree."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.activity import Movement
from hub.domain.identity import Invalid
from hub.domain.moved import By, Moved, What
from hub.domain.refusals import Conflict
from hub.flows.corrections.record_receipt import record_by_hand
from hub.flows.imports.import_files import import_invoices
from hub.flows.views import export_payments as flow
from hub_hookspecs import Kind, Observation
from tests.bookkeeping import compared
from tests.bookkeeping.compared import disagreements, exported, left_out_or_twice
from tests.bookkeeping.desk import Desk, Missing, Refused
from tests.bookkeeping.referee import agreed
from tests.bookkeeping.test_activity import differences
from tests.bookkeeping.test_random import AMOUNTS, EVENTS, amount, number, payment, said

LONG = 1_000
PERIOD = st.tuples(st.integers(0, 90), st.integers(0, 40))
AGO = st.sampled_from(("0", "1", "3", "17", "45"))

DATED = st.one_of(
    said("wait", st.sampled_from(("1", "2", "9", "30"))),
    said("states", number, amount, st.sampled_from((*AMOUNTS, "-")), AGO, st.sampled_from(("c1", "c2"))),
    said("states", number, "130.50", amount, st.sampled_from(("-2", "20")), "c1"),
    said("heard", payment, amount, st.sampled_from(("M1", "M2", "M4")), st.one_of(AGO, st.just("-1"))),
    said("back", payment, amount, st.sampled_from(("R1", "R2")), AGO),
    said("counted", st.sampled_from(("cash", "sinpe")), amount, AGO),
    said("order", st.sampled_from(("W-1", "W-2")), amount),
    said("pays", payment, st.sampled_from(("W-1", "W-2")), amount),
)
"""What happened on another day than the one on which it is learnt;
``-2`` days ago is the day after tomorrow."""


def state(desk: Desk, number: str, total: str, balance: str, ago: str, customer: str) -> None:
    """A file states an invoice of some days ago."""
    desk._ensure_customer(customer)
    balance = "" if balance == "-" else balance
    row = f"{number},1{int(customer[1:]):08d},{_day(desk, ago)},CRC,{total},{balance}"
    file = f"number,customer,issued_on,currency,total,balance\n{row}\n".encode()
    report = asyncio.run(import_invoices(desk.hub, desk.merchant, file, decimal="."))
    if report.faults or report.set_aside:
        raise Refused(str(report))


def hear(desk: Desk, kind: Kind, name: str, amount: str, movement: str, ago: str) -> None:
    """The provider names the day on which it happened."""
    desk._tell(
        name,
        Observation(
            kind=kind,
            movement=movement,
            event_id=movement,
            amount=desk.money(amount),
            occurred_at=desk.clock.now - timedelta(days=int(ago)),
            vouched=frozenset({"movement", "amount", "occurred_at", "event_id"}),
        ),
    )


def count(desk: Desk, means: str, amount: str, ago: str) -> None:
    """Money that was received some days ago is recorded."""
    day, cash = _day(desk, ago), desk.money(amount)
    recorded = record_by_hand(
        desk.hub, desk.merchant, "c1", means=means, cash=cash, shares=[], received_on=day, by="contadora"
    )
    asyncio.run(recorded)


def _day(desk: Desk, ago: str) -> date:
    return desk.clock.now.date() - timedelta(days=int(ago))


def do(desk: Desk, line: str) -> None:
    """One line of a random book."""
    verb, *words = line.split()
    if verb == "wait":
        desk.clock.now += timedelta(days=int(words[0]))
        return
    desk.clock.now += timedelta(minutes=1)
    match verb:
        case "states":
            state(desk, *words)
        case "heard":
            hear(desk, Kind.PAID, *words)
        case "back":
            hear(desk, Kind.RETURNED, *words)
        case "counted":
            count(desk, *words)
        case _:
            desk.do(line)


def played(desk: Desk, events: list[str]) -> list[str]:
    """What of these events could be done."""
    done = []
    for line in events:
        try:
            do(desk, line)
        except (KeyError, Missing, Invalid, Conflict, Refused, LookupError):
            if line.split()[0] in ("paid", "heard", "back") and line.split()[1] in desk.payments:
                raise
        else:
            done.append(line)
    return done


def of_random_books(books: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """So many books, a period to look at and a length of the windows for each."""

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        events = st.lists(st.one_of(EVENTS, DATED), min_size=5, max_size=25)
        drawn = given(events=events, period=PERIOD, days=st.integers(7, 40))(test)
        return settings(max_examples=books, deadline=None, suppress_health_check=list(HealthCheck))(drawn)

    return decorate


def agree(desk: Desk, events: list[str], period: tuple[int, int], days: int) -> list[str]:
    """The three tellings agree about a book, in sum and over any days; what of it could be done."""
    done = played(desk, ["invoice FE-1 100.00", *events])
    since = date(2026, 2, 1) + timedelta(days=period[0])

    assert desk.read(lambda tx: tx.ledger.verify()) == (), done
    assert disagreements(desk, [(since, since + timedelta(days=period[1]))]) == [], done
    assert left_out_or_twice(desk, days, By.BOOKED) == [], done
    assert left_out_or_twice(desk, days, By.VALUE) == [], done
    assert differences(desk) == [], done
    return done


@of_random_books(50)
def test_export_activity_and_ledger_agree_on_any_book(
    fresh: Callable[[], Desk], events: list[str], period: tuple[int, int], days: int
) -> None:
    agree(fresh(), events, period, days)


@pytest.mark.long
@of_random_books(LONG)
def test_export_activity_and_ledger_agree_on_a_thousand_books(
    fresh: Callable[[], Desk], events: list[str], period: tuple[int, int], days: int
) -> None:
    desk = fresh()
    agree(desk, events, period, days)
    assert agreed(desk.exported()) == desk.balances()


SHRUNK = {
    "converted cash": ("converted cash 1.00 USD to CRC at 33.335",),
    "a conversion is voided on a later day": (
        "converted cash 1.00 USD to CRC at 60",
        "wait 2",
        "void-conversion X",
    ),
    "out of suspense, and a part goes back": (
        "pays A FE-1 60.00",
        "paid A 20.00 USD as M3",
        "convert A at 4.99 as Y",
        "wait 2",
        "returned A 10.00 USD as R1",
    ),
    "credit is paid out": ("received cash 100.00", "wait 2", "disburse cash 60.00", "void-disbursement CE-000001"),
    "money goes back whose credit was paid out": (
        "pays A FE-1 100.00",
        "paid A 130.50",
        "disburse cash 30.50",
        "wait 2",
        "returned A 130.50 as R1",
    ),
}
"""Books of a few lines on which the three did not agree once."""


@pytest.mark.parametrize("book", SHRUNK)
def test_the_three_agree_on_a_short_book(fresh: Callable[[], Desk], book: str) -> None:
    done = agree(fresh(), list(SHRUNK[book]), (20, 20), 7)

    assert done[1:] == list(SHRUNK[book])


BOOK = (
    "states FE-1 100.00 60.00 20 c1",
    "states FE-2 130.50 - 3 c1",
    "pays A FE-1 60.00",
    "wait 2",
    "heard A 60.00 M1 1",
    "back A 10.00 R1 1",
    "received sinpe 33.33 for FE-2 33.33 withheld FE-2 iva 10.00",
    "counted cash 60.00 17",
    "wait 2",
    "use-credit FE-2 60.00",
    "correct manual:{RC-000001} 10.00",
    "pays B FE-1 10.00",
    "paid B 20.00 USD as M3",
)

OF_MOVEMENTS: dict[str, Callable[[tuple[Moved, ...]], tuple[Moved, ...]]] = {
    "what was observed": lambda found: tuple(item for item in found if item.what is What.PAYMENT),
    "what a person received is left out": lambda found: tuple(item for item in found if item.what is not What.RECEIPT),
    "what goes back is positive": lambda found: tuple(attrs.evolve(item, amount=abs(item.amount)) for item in found),
    "what was withheld is blank": lambda found: tuple(attrs.evolve(item, withheld=0) for item in found),
    "corrections are left out": lambda found: tuple(item for item in found if not item.corrects),
    "credit that is used later is left out": lambda found: tuple(
        item for item in found if item.what is not What.APPLIED
    ),
    "the currency is the one that was asked for": lambda found: tuple(
        attrs.evolve(item, currency="CRC") for item in found
    ),
}
"""Other readings of the same entries; the first is what the export was."""


@pytest.mark.parametrize("reading", OF_MOVEMENTS)
def test_control_another_reading_of_the_entries_does_not_agree(
    fresh: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch, reading: str
) -> None:
    desk = fresh()
    assert len(played(desk, list(BOOK))) == len(BOOK)
    assert disagreements(desk) == []

    whole = flow.movements_of
    monkeypatch.setattr(flow, "movements_of", lambda *given: OF_MOVEMENTS[reading](whole(*given)))
    assert disagreements(desk) != []


def each_day(desk: Desk, by: By) -> tuple[Counter[str], Counter[str]]:
    """The keys of daily exports, each of the days since the last one; and those that there are in the end."""
    told, since = Counter[str](), desk.clock.now.date()
    for line in (*BOOK, "wait 1"):
        played(desk, [line])
        if line.startswith("wait"):
            until = desk.clock.now.date() - timedelta(days=1)
            told.update(item.moved.key for item in exported(desk, since, until, by).lines)
            since = until + timedelta(days=1)
    return told, Counter(item.moved.key for item in exported(desk).lines)


def test_who_exports_each_day_since_yesterday_has_everything_once(fresh: Callable[[], Desk]) -> None:
    told, whole = each_day(fresh(), By.BOOKED)

    assert told == whole
    assert len(whole) == 7


def test_control_who_chooses_the_day_that_it_counts_for_loses_late_news(fresh: Callable[[], Desk]) -> None:
    told, whole = each_day(fresh(), By.VALUE)

    assert [key.partition(":")[0] for key in whole - told] == ["capture", "refund", "manual"]


def test_control_an_activity_by_the_day_of_booking_opens_with_another_balance(
    fresh: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = fresh()
    played(desk, list(BOOK))
    whole, period = compared.activity_of, (date(2026, 2, 10), date(2026, 3, 2))
    assert disagreements(desk, [period]) == []

    def booked(*given: Any) -> tuple[Movement, ...]:
        return tuple(attrs.evolve(item, on=item.at.date()) for item in whole(*given))

    monkeypatch.setattr(compared, "activity_of", booked)
    assert disagreements(desk, [period]) != []
