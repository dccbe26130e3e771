"""The daily comparison with a provider that reports by itself: once a day of the merchant's,
caught up, told."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

import hub.flows.payments.record_observations
from hub.domain.account import AccountStatus
from hub.domain.reconciliation import last_whole_day, next_comparison, pause_after, period_for
from hub.domain.text import read_stored
from hub.flows.operations.examine import examine
from hub.flows.operations.raise_alerts import raise_alerts
from hub.flows.payments.run_operation import refund_payment
from hub.flows.settlements.record_payout import Payout, record_payout
from hub_hookspecs import Kind, Money, Observation
from tests.cli.conftest import call
from tests.faults.harness import World, broken
from tests.spoken import spoken

BOGOTA = ZoneInfo("America/Bogota")


@pytest.fixture
def world(world: World) -> World:
    """A hub that compares daily; it is eleven in the morning in Bogotá, on Monday."""
    world.hub.reconcile_daily = True
    world.work()
    return world


def paid(world: World) -> Any:
    """A payment that was approved and is known to be."""
    payment = world.pay(world.debtor("CO", 150_000))
    world.approve(payment)
    world.pass_time(seconds=20)
    assert world.payment(payment).status == "paid"
    return payment


def standing(world: World) -> Any:
    """The daily row of the company in Colombia."""
    return world.read(lambda tx: tx.reconciliations.get(world.accounts["CO"].id))


def asked(world: World) -> int:
    """How often the report was asked for."""
    return sum(path.endswith("getreports") for path in world.front.paths)


def causes(world: World) -> list[str]:
    return sorted(review.cause for review in world.read(lambda tx: tx.reviews.of()))


def until_local(world: World, day: int, hour: int, minute: int = 0) -> None:
    """Let time pass until this moment in Bogotá."""
    there = datetime(2026, 11, day, hour, minute, tzinfo=BOGOTA)
    world.pass_time(seconds=(there - world.clock.now).total_seconds())


def test_each_day_is_compared_once_after_it_is_over_there(world: World) -> None:
    payment = paid(world)
    until_local(world, 24, 4, 59)
    assert (asked(world), standing(world).covered) == (0, None)
    until_local(world, 24, 5, 1)
    assert (asked(world), standing(world).covered) == (1, date(2026, 11, 23))
    assert world.seen(payment)[-1].observation.kind is Kind.SETTLED
    until_local(world, 26, 12)
    assert (asked(world), standing(world).covered) == (3, date(2026, 11, 25))
    assert standing(world).outcome.endswith("0 differences")
    assert causes(world) == []
    assert broken(world) == []


def test_money_that_is_in_transit_for_a_week_is_told_until_its_payout_is_recorded(world: World) -> None:
    paid(world)
    until_local(world, 24, 6)
    assert (world.balance("CO", "in_transit"), world.balance("CO", "bank")) == (150_000, 0)
    assert not [finding for finding in world.run(examine(world.hub)) if "in transit" in finding.what]
    world.pass_time(seconds=8 * 86_400)

    (finding,) = [finding for finding in world.run(examine(world.hub)) if "in transit" in finding.what]

    assert finding.remedy.startswith("payment-hub reconcile payout nequi --company ")
    assert "1500.00 COP" in finding.what
    merchant = world.read(lambda tx: tx.merchants.get(world.accounts["CO"].merchant_id))
    money = [Money(minor, "COP") for minor in (145_000, 4_000, 1_000)]
    told = Payout(arrived=money[0], fee=money[1], fee_tax=money[2], on=date(2026, 11, 24), reference="B-1")
    world.run(record_payout(world.hub, merchant, world.accounts["CO"], told, by="Ana"))
    assert not [finding for finding in world.run(examine(world.hub)) if "in transit" in finding.what]
    assert broken(world) == []


def test_greenpay_reports_nothing_and_is_never_asked(world: World) -> None:
    assert world.read(lambda tx: tx.reconciliations.get(world.accounts["CR"].id)) is None


def test_money_that_was_given_back_is_not_looked_for_in_a_report_of_sales(world: World) -> None:
    payment = paid(world)
    world.run(refund_payment(world.hub, payment.id, by="Marta"))
    world.pass_time(seconds=20)
    assert [operation.status for operation in world.operations(payment)] == ["done"]
    until_local(world, 25, 6)
    assert causes(world) == ["returned_bill"], "only what the money that went back asks"


def test_money_that_the_report_does_not_know_becomes_a_review_once(world: World) -> None:
    strange = world.sent(world.debtor("CO", 90_000))
    world.tell(strange, Observation(kind=Kind.PAID, movement=strange.reference, amount=strange.amount))
    until_local(world, 24, 6)
    assert causes(world) == ["settlement_missing"]
    until_local(world, 26, 6)
    assert causes(world) == ["settlement_missing"]


def late_in_the_evening(world: World) -> list[str]:
    """Why a person is asked when somebody pays at half past ten at night, which is tomorrow in UTC."""
    paid(world)
    until_local(world, 24, 6)
    until_local(world, 24, 22, 30)
    paid(world)
    until_local(world, 25, 12)
    until_local(world, 26, 12)
    return causes(world)


def test_who_pays_late_in_the_evening_is_found_in_the_report_of_that_day(world: World) -> None:
    assert late_in_the_evening(world) == []
    assert broken(world) == []


def test_control_days_of_another_zone_would_miss_what_is_paid_in_the_evening(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    until_local(world, 23, 22, 30)
    strange = world.sent(world.debtor("CO", 90_000))
    monkeypatch.setattr(hub.flows.payments.record_observations, "zone_of", lambda _merchant: ZoneInfo("UTC"))
    world.tell(strange, Observation(kind=Kind.PAID, movement=strange.reference, amount=strange.amount))
    until_local(world, 24, 6)
    assert causes(world) == []  # in the merchant's zone its day is over, and it is missing


def test_a_report_that_does_not_come_is_asked_for_again_and_the_days_are_caught_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = paid(world)
    world.control("nequi", "options", reports="denied")
    until_local(world, 24, 5, 1)
    first = standing(world)
    assert (first.covered, first.tries) == (None, 1)
    assert "no respondió bien" in spoken(read_stored(first.trouble))
    until_local(world, 24, 20)
    tried = asked(world)
    assert 4 <= standing(world).tries <= 10
    monkeypatch.setenv("HUB_DATA", str(world.data))
    monkeypatch.setenv("HUB_LOG_LEVEL", "debug")
    listed = {row["provider"]: row for row in json.loads(call("reconcile", "list", "--json").out)}
    assert "did not answer well" in listed["nequi"]["trouble"]
    assert listed["greenpay"]["by"] == "file"
    assert "did not answer well" in call("reconcile", "list", "--company", world.companies["CO"].slug).out
    assert any("could not be compared" in finding.what for finding in world.run(examine(world.hub)))
    until_local(world, 25, 12)
    assert asked(world) - tried < 20

    world.control("nequi", "options", reports="yes")
    until_local(world, 26, 12)
    done = standing(world)
    assert (done.trouble, done.tries, done.covered) == ("", 0, date(2026, 11, 25))
    assert world.payment(payment).status == "paid"


def test_an_account_that_is_not_let_in_is_left_alone_until_it_is(world: World) -> None:
    account = world.accounts["CO"]
    paid(world)
    record = world.read(lambda tx: tx.accounts.get(account.id))
    world.write(lambda tx: tx.accounts.save(attrs.evolve(record, status=AccountStatus.SUSPENDED)))
    until_local(world, 25, 12)
    assert asked(world) == 0
    assert "suspended" in standing(world).trouble
    world.write(lambda tx: tx.accounts.save(record))
    until_local(world, 26, 12)
    assert standing(world).covered == date(2026, 11, 25)
    assert causes(world) == []


def test_an_account_without_the_report_product_is_told_so_and_nobody_is_woken(world: World) -> None:
    world.hub.disk_free = lambda: 0.5
    world.control("nequi", "options", reports="closed")
    until_local(world, 25, 12)
    assert "closed to the account" in standing(world).trouble
    account = world.read(lambda tx: tx.accounts.get(world.accounts["CO"].id))
    assert account.status is AccountStatus.ACTIVE
    raised = {alert.cause.value for alert in world.run(raise_alerts(world.hub))}
    assert "credentials_refused" not in raised
    assert causes(world) == []


def test_nothing_is_compared_where_it_is_switched_off(world: World) -> None:
    paid(world)
    world.hub.reconcile_daily = False
    until_local(world, 26, 12)
    assert asked(world) == 0


@pytest.mark.parametrize(
    ("now", "begins", "whole"),
    [
        ("2026-11-22T00:28:00", "2026-11-22T10:00:00", date(2026, 11, 20)),  # the evening before, there
        ("2026-11-22T05:30:00", "2026-11-22T10:00:00", date(2026, 11, 20)),
        ("2026-11-22T09:59:59", "2026-11-22T10:00:00", date(2026, 11, 20)),
        ("2026-11-22T10:00:00", "2026-11-23T10:00:00", date(2026, 11, 21)),
        ("2026-11-22T23:59:00", "2026-11-23T10:00:00", date(2026, 11, 21)),
    ],
)
def test_a_day_is_over_at_five_the_next_morning_there(now: str, begins: str, whole: date) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert next_comparison(moment, "America/Bogota") == datetime.fromisoformat(begins).replace(tzinfo=UTC)
    assert last_whole_day(moment, "America/Bogota") == whole


@pytest.mark.parametrize(
    ("covered", "created", "period"),
    [
        (None, 10, (10, 20)),
        (20, 10, None),
        (19, 10, (18, 20)),
        (12, 10, (11, 20)),
        (19, 19, (19, 20)),
        (None, 21, None),
    ],
)
def test_a_period_reaches_back_to_what_was_compared_and_a_little_further(
    covered: int | None, created: int, period: tuple[int, int] | None
) -> None:
    def day(number: int) -> date:
        return date(2026, 11, number)

    wanted = (day(period[0]), day(period[1])) if period else None
    assert period_for(day(covered) if covered else None, day(created), day(20)) == wanted
    assert period_for(date(2026, 1, 1), date(2026, 1, 1), day(30)) == (day(1), day(30))


def test_pauses_grow_to_four_hours() -> None:
    assert [pause_after(tries) // timedelta(minutes=1) for tries in (0, 1, 2, 5, 6, 100)] == [5, 10, 20, 160, 240, 240]
