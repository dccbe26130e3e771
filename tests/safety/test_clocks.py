"""Clocks that jump, days that are not there, and the year 2038: nothing ends early and no id comes twice."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import httpx
import pytest

from hub import bootstrap
from hub.bootstrap import TimeOrderedIds
from hub.domain.allowance import Allowance
from hub.domain.cells import Unreadable, read_date
from hub.domain.figures import datetime_text
from hub.domain.merchant import Customer
from hub.domain.payment import Status
from hub.domain.round import HOUR, Every, next_time
from hub.domain.statement import compute_statement
from hub.flows.accounts.open_account import CACHED_FOR, opened_by_token
from hub.flows.merchants.sign_in import request_sign_in
from hub.flows.statements.send_statement import copy_link
from hub.providers import exchange
from hub.providers.exchange import Exchanger
from hub.providers.limits import Limits
from hub.providers.ran import Ran
from hub.providers.registry import Registry
from hub.storage.rows import micros, moment
from hub_hookspecs import Company, Done, IdentityDocument, Money, Observation, Outcome, PaymentStarted, opens_session
from tests.documents.conftest import owed
from tests.providers.conftest import Listener
from tests.providers.conftest import account_at as account_at
from tests.providers.conftest import behave as behave
from tests.providers.conftest import provider_with as provider_with
from tests.safety.people import People
from tests.web.conftest import House

from .people import stranger

HOURS = (timedelta(hours=1), timedelta(hours=-1))


@attrs.define
class Wall:
    """A wall clock that somebody sets."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture(autouse=True)
def right_again(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "house" in request.fixturenames:
        request.getfixturevalue("house").time.ahead = timedelta()


def charge(order: Any, account: Any) -> Any:
    yield httpx.Request("POST", account.endpoints["api"] + "/pay")
    return PaymentStarted(action=Done(), observations=(Observation(kind="paid", movement="m"),))


def call(provider: Any, account_at: Any, behaviour: Any, jump: timedelta, wall: Wall) -> tuple[Ran, float]:
    """A charge during which the wall clock jumps, and how long it took."""

    async def play() -> tuple[Ran, float]:
        async with (
            Listener([behaviour]) as server,
            Exchanger(Registry(), limits=Limits(request=4, call=15, step=30, pauses=(0,)), clock=wall) as exchanger,
        ):
            lease = wall() + timedelta(seconds=60)
            running = asyncio.ensure_future(
                exchanger.run(
                    provider,
                    "create_payment",
                    account=account_at(server.url),
                    account_id="a",
                    lease_until=lease,
                    order=None,
                )
            )
            await asyncio.sleep(0.1)
            wall.ahead += jump
            begin = time.monotonic()
            return await running, time.monotonic() - begin

    return asyncio.run(play())


def late(behave: Any, seconds: float) -> Any:
    async def answer(_reader: Any, writer: Any) -> None:
        await asyncio.sleep(seconds)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()

    return answer


@pytest.mark.parametrize("jump", HOURS)
def test_a_jump_in_a_call_neither_ends_it_nor_lets_it_go_on_for_ever(
    provider_with: Any, account_at: Any, behave: Any, jump: timedelta
) -> None:
    provider = provider_with(create_payment=charge)
    answered, _seconds = call(provider, account_at, late(behave, 0.3), jump, Wall())
    silent, seconds = call(provider, account_at, late(behave, 30), jump, Wall())

    assert answered.conclusion.outcome is Outcome.RESULT
    assert silent.conclusion.outcome is Outcome.UNKNOWN
    assert seconds < 20


def test_control_time_outs_by_the_wall_clock_end_it_early(
    provider_with: Any, account_at: Any, behave: Any, plant: Callable[..., None]
) -> None:
    wall = Wall()

    @attrs.frozen
    class ByTheWall:
        """Time as somebody careless measures it."""

        def monotonic(self) -> float:
            return wall().timestamp()

    def asks_twice(order: Any, account: Any) -> Any:
        yield opens_session(httpx.Request("POST", account.endpoints["api"] + "/session"))
        return (yield from charge(order, account))

    provider = provider_with(create_payment=asks_twice)
    right, _seconds = call(provider, account_at, late(behave, 0.3), timedelta(seconds=20), Wall())
    plant(exchange, "time", ByTheWall())
    wrong, _seconds = call(provider, account_at, late(behave, 0.3), timedelta(seconds=20), wall)

    assert right.conclusion.outcome is Outcome.RESULT
    assert wrong.conclusion.outcome is not Outcome.RESULT


def test_limits_count_by_a_clock_that_nobody_sets(house: House) -> None:
    """A wall clock that is put forward lets nobody guess on; one that is put back shuts nobody out."""
    tries = Allowance(1, 60)
    assert tries.take("a", time.monotonic())
    for jump in HOURS:
        house.time.ahead = jump
        assert tries.wait("a", time.monotonic()) > 0


@pytest.mark.parametrize("jump", HOURS)
@pytest.mark.parametrize("country", ["CR", "CO"])
def test_a_payment_survives_a_clock_that_jumps_and_comes_back(
    house: House, people: People, country: str, jump: timedelta
) -> None:
    """The provider's word decides: money that came is booked once, whatever the clock said meanwhile."""
    debtor = house.debtor(country, (1500000, -30))
    payment = people.start(country, debtor)
    page = people.page_of(payment)
    with house.browser() as browser:
        house.time.ahead = jump
        assert browser.get(page, headers=stranger()).status_code == 200
        assert browser.get(debtor.path, headers=stranger()).status_code == 200
        assert house.read(lambda tx: tx.payments.get(payment.id)).status is not Status.PAID
        house.time.ahead = timedelta()
        assert browser.get(page, headers=stranger()).status_code == 200
    reference = payment.reference if country == "CR" else payment.memory["message_id"]
    house.control(house.accounts[country].provider, "approve", reference=reference)
    house.until(lambda: house.read(lambda tx: tx.payments.get(payment.id)).status is Status.PAID)
    captures = house.read(lambda tx: tx.ledger.intakes_of(payment.id))
    assert len(captures) == 1
    assert house.read(lambda tx: tx.payables.get(debtor.invoices[0].id)).due == 0
    assert house.read(lambda tx: tx.ledger.verify()) == ()


def test_a_clock_that_is_put_back_keeps_no_account_beyond_its_moment(house: House) -> None:
    token = house.accounts["CR"].path_token
    first = house.run(opened_by_token(house.hub, token))
    house.time.ahead = -timedelta(hours=1)
    second = house.run(opened_by_token(house.hub, token))

    assert first is not second
    assert second.read_at < first.read_at
    assert timedelta(minutes=1) > CACHED_FOR


@pytest.mark.parametrize("jump", [timedelta(days=365 * 12), timedelta(days=365 * 60)])
def test_after_2038_the_story_is_the_same(house: House, people: People, jump: timedelta) -> None:
    """Moments past the end of 32 bits are stored, compared, drawn and mailed."""
    house.time.ahead = jump
    assert house.time().year >= 2038
    debtor = house.debtor("CO", (1500000, -30))
    mails = len(house.mailbox.to("pagador@correo.example"))
    paid = people.paid("CO", debtor)
    house.until(lambda: len(house.mailbox.to("pagador@correo.example")) > mails)
    link = house.run(copy_link(house.hub, house.merchants["CO"], debtor.customer.id)).removeprefix(house.base)
    with house.browser() as browser:
        html = browser.get(link, headers=stranger()).text
        page = browser.get(people.page_of(paid), headers=stranger()).text
    house.run(request_sign_in(house.hub, "duena@co.example"))
    assert people.clerk(house.merchants["CO"]).browser.get("/m/payments").status_code == 200

    assert str(house.time().year) in html
    assert "Aprobada" in page
    assert house.read(lambda tx: tx.ledger.verify()) == ()


@pytest.mark.parametrize("year", [1970, 2026, 2038, 2039, 2106, 9998])
def test_a_moment_is_kept_to_the_microsecond(year: int) -> None:
    at = datetime(year, 1, 19, 3, 14, 8, 999_999, tzinfo=UTC)

    assert moment(micros(at)) == at


@attrs.define
class Jumpy:
    """A system clock that jumps back and forth, and stands still."""

    at: int = 1_800_000_000_000_000_000
    steps: Iterator[int] = attrs.Factory(lambda: iter([0, 0, -(3600 * 10**9), 0, 3600 * 10**9, 1, -1] * 2000))

    def time_ns(self) -> int:
        self.at += next(self.steps)
        return self.at


def test_ids_are_unique_and_ascend_whatever_the_clock_does(plant: Callable[..., None]) -> None:
    plant(bootstrap, "time", Jumpy())
    fresh = TimeOrderedIds()
    made = [fresh() for _ in range(10_000)]

    assert len(set(made)) == len(made)
    assert made == sorted(made)


def test_control_ids_of_the_clock_alone_come_twice(plant: Callable[..., None]) -> None:
    clock = Jumpy()
    made = [clock.time_ns() // 1_000_000 for _ in range(10_000)]

    assert len(set(made)) < len(made)


def test_two_processes_with_one_clock_draw_no_id_twice(plant: Callable[..., None]) -> None:
    plant(bootstrap, "time", Jumpy(steps=iter([0] * 20_000)))
    one, other = TimeOrderedIds(), TimeOrderedIds()
    made = [make() for _ in range(5000) for make in (one, other)]

    assert len(set(made)) == len(made)


COMPANY = Company(
    country="CR", document=IdentityDocument("CJ", "3101234567"), legal_name="A", zone="America/Costa_Rica"
)
ANA = Customer(id="c", merchant_id="m", name="Ana")


@pytest.mark.parametrize(
    ("due", "today", "overdue"),
    [
        (date(2028, 2, 28), date(2028, 3, 1), 2),
        (date(2028, 2, 29), date(2028, 3, 1), 1),
        (date(2027, 2, 28), date(2027, 3, 1), 1),
        (date(2028, 2, 29), date(2029, 2, 28), 365),
        (date(2028, 2, 29), date(2028, 2, 29), 0),
    ],
)
def test_a_leap_day_is_a_day(due: date, today: date, overdue: int) -> None:
    as_of = datetime(today.year, today.month, today.day, 18, tzinfo=UTC)
    items = [owed("F1", date(2027, 1, 1), due, Money(100, "CRC"))]
    row = compute_statement(company=COMPANY, customer=ANA, items=items, as_of=as_of).sections[0].rows[0]

    assert row.days_overdue == overdue


def test_a_day_that_is_not_there_is_refused_and_a_leap_day_is_read() -> None:
    assert read_date("29/02/2028") == date(2028, 2, 29)
    for text in ("29/02/2027", "30/02/2028", "31/04/2026", "2100-02-29"):
        with pytest.raises(Unreadable):
            read_date(text)


ZONES = ("America/Bogota", "America/Costa_Rica", "America/Santiago", "America/New_York", "America/Havana", "Asia/Gaza")


@pytest.mark.parametrize("zone", ZONES)
def test_a_weekly_round_comes_at_its_hour_all_year(zone: str) -> None:
    """Through both changes of the clock, a skipped and a doubled hour."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    moments = []
    for _ in range(60):
        at = next_time(Every.WEEK, 6, at, zone)
        moments.append(at)
    local = [item.astimezone(ZoneInfo(zone)) for item in moments]

    assert {item.time() for item in local} == {HOUR}
    assert {(after.date() - before.date()).days for before, after in itertools.pairwise(local)} == {7}


@pytest.mark.parametrize("zone", ZONES)
def test_the_same_moment_is_told_once_with_its_zone(zone: str) -> None:
    """Where an hour comes twice, the offset says which one is meant."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    told = [datetime_text(start + timedelta(minutes=30 * at), zone, "es_CR", with_zone=True) for at in range(17_520)]

    assert len(set(told)) == len(told)


def test_a_late_evening_is_still_today_where_the_merchant_is() -> None:
    items = [owed("F1", date(2026, 11, 1), date(2026, 11, 21), Money(100, "CRC"))]
    evening = datetime(2026, 11, 22, 5, 59, tzinfo=UTC)  # 23:59 in Costa Rica
    night = evening + timedelta(minutes=2)

    def overdue(at: datetime) -> int:
        return compute_statement(company=COMPANY, customer=ANA, items=items, as_of=at).sections[0].rows[0].days_overdue

    assert (overdue(evening), overdue(night)) == (0, 1)
