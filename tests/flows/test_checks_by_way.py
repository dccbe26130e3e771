"""How often a provider is asked: by what its way says, by how long a session lives, and after it was paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import hub.domain.payment_checks
from hub.domain.observation import ObservedBy
from hub.domain.payment import Payment, Status
from hub.flows.payments.check_payment import look_now
from hub.flows.payments.follow_hints import hint
from hub_hookspecs import Kind, QueryBy
from tests.faults.harness import World, broken
from tests.flows.preferences import Preferences, news, preferences

Plant = Callable[[Any, str, Any], None]
VOUCHER = 3 * 24 * 60


def waiting(there: Preferences) -> Payment:
    """A payment whose provider says each time that the payer has not paid yet."""
    payment: Payment = there.started(there.world.debtor("CO", 100_000))
    there.told = [{"kind": "accepted", "id": "9001"}]
    there.take()
    return payment


def test_a_voucher_of_three_days_is_asked_about_at_most_thirty_times_until_it_is_given_up(world: World) -> None:
    with preferences(world, expiry_minutes=VOUCHER, cancel=False) as there:
        payment = waiting(there)
        world.pass_time(days=4)
        assert world.payment(payment).reason == "session_expired"
        world.pass_time(days=8)
        assert 15 <= len(there.take()) <= 30


def test_a_voucher_that_can_be_withdrawn_is_at_its_end_and_is_given_up_by_its_providers_word(world: World) -> None:
    with preferences(world, expiry_minutes=VOUCHER) as there:
        payment = waiting(there)
        world.pass_time(days=4)
        assert world.payment(payment).reason == "cancelled"
        assert [path for path in there.take() if path.startswith("POST")] == ["POST /cancels/9001"]


def test_a_way_says_itself_when_it_is_asked_about(world: World) -> None:
    with preferences(world, expiry_minutes=60, check_minutes=(2, 10)) as there:
        waiting(there)
        world.pass_time(minutes=59)
        assert len(there.take()) == 6  # after 2, 12, 22, 32, 42 and 52 minutes


def test_a_look_at_the_page_and_a_hint_are_followed_at_once_however_rarely_it_is_asked_about(world: World) -> None:
    with preferences(world, expiry_minutes=VOUCHER) as there:
        payment = waiting(there)
        world.pass_time(hours=7)
        there.take()
        world.run(look_now(world.hub, world.payment(payment)))
        world.pass_time(minutes=1)
        assert there.take() == ["GET /payments/9001"]
        world.write(lambda tx: hint(tx, world.payment(payment), world.clock.now))
        world.pass_time(minutes=1)
        assert there.take() == ["GET /payments/9001"]
        world.pass_time(hours=4, minutes=50)
        assert there.take() == []


def test_a_voucher_that_lives_for_a_week_is_put_before_no_person_while_it_may_be_paid(world: World) -> None:
    with preferences(world, expiry_minutes=7 * 24 * 60) as there:
        payment = waiting(there)
        world.pass_time(days=6)
        assert (world.payment(payment).status, world.causes(payment)) == (Status.PENDING, set())


def paid(there: Preferences) -> Payment:
    payment = waiting(there)
    there.world.tell(payment, news(kind="paid", reference=payment.reference, id="9001", minor=100_000))
    there.told = [{"kind": "paid", "id": "9001", "minor": 100_000}]
    return there.world.payment(payment)


RETURNED = {"kind": "returned", "id": "9001", "minor": 40_000}


def test_where_a_provider_does_not_tell_of_returns_a_paid_payment_is_asked_about_ever_more_rarely_to_the_end(
    world: World,
) -> None:
    with preferences(world, watch_paid_days=30) as there:
        payment = paid(there)
        start = world.clock.now
        asked = []
        while due := world.payment(payment).next_check_at:
            world.pass_time(seconds=(due - world.clock.now).total_seconds())
            asked.append((due - start) / timedelta(hours=1))
            assert there.take() == ["GET /payments/9001"]
        assert asked == [1, 24, 48, 96, 168, 336, 504, 672, 720]
        assert (world.payment(payment).status, world.causes(payment)) == (Status.PAID, set())


def test_what_a_watched_payment_gave_back_is_booked_as_by_any_channel(world: World) -> None:
    with preferences(world, watch_paid_days=30) as there:
        payment = paid(there)
        there.told = [*there.told, RETURNED]
        world.pass_time(hours=2)
        world.pass_time(days=3)
        (back,) = [item for item in world.seen(payment) if item.observation.kind is Kind.RETURNED]

        assert back.source is ObservedBy.QUERY
        assert world.balance("CO", "provider_clearing") == 60_000
        assert broken(world) == []


def test_control_a_paid_payment_that_nobody_asks_about_keeps_what_went_back(world: World, plant: Plant) -> None:
    plant(hub.domain.payment_checks, "_next_watched", lambda *_given: None)
    with preferences(world, watch_paid_days=30) as there:
        paid(there)
        there.told = [*there.told, RETURNED]
        world.pass_time(days=3)

        assert world.balance("CO", "provider_clearing") == 100_000


@pytest.mark.parametrize("way", [{}, {"watch_paid_days": 30, "query_by": QueryBy.NONE}], ids=["unsaid", "no query"])
def test_a_paid_payment_that_is_not_watched_is_due_never_again(world: World, way: dict[str, Any]) -> None:
    with preferences(world, **way) as there:
        payment = paid(there)
        world.write(lambda tx: hint(tx, payment, world.clock.now))

        assert payment.next_check_at is None
        assert world.payment(payment).next_check_at is None
        world.pass_time(days=40)
        assert there.take() == []


def test_a_hint_makes_a_watched_payment_due_and_no_answer_is_asked_for_again_the_next_day(world: World) -> None:
    with preferences(world, watch_paid_days=30) as there:
        payment = paid(there)
        world.pass_time(days=8)
        there.take()
        world.write(lambda tx: hint(tx, world.payment(payment), world.clock.now))
        world.pass_time(minutes=1)
        assert there.take() == ["GET /payments/9001"]
        there.silent = True
        world.write(lambda tx: hint(tx, world.payment(payment), world.clock.now))
        world.pass_time(minutes=1)
        due = world.payment(payment).next_check_at
        assert due
        assert due - world.clock.now <= timedelta(days=1)


def test_a_watched_payment_whose_provider_is_not_here_any_more_is_looked_at_once_a_day(world: World) -> None:
    with preferences(world, watch_paid_days=30) as there:
        payment = paid(there)
        provider = world.hub.providers.pop(payment.provider)
        world.pass_time(hours=2)
        due = world.payment(payment).next_check_at
        world.hub.providers[payment.provider] = provider
        assert due
        assert timedelta(hours=22) < due - world.clock.now <= timedelta(days=1)
