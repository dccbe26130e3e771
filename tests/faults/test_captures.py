"""Held money is captured once, at most what was authorised and is due, and never twice whatever breaks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

import hub.flows.payments.read_hold
import hub.flows.payments.record_observations
import hub.flows.payments.send_operation
from hub.domain.account import CaptureChoice
from hub.domain.decision import Signed
from hub.domain.observation import ObservedBy
from hub.domain.operation import OperationStatus
from hub.domain.payment import Payment, Status
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.record_observations import Claim, record_observations
from hub.flows.payments.record_outcome import conclude_operation
from hub.flows.payments.run_operation import cancel_payment, capture_payment
from hub.flows.payments.send_operation import send_operation
from hub_hookspecs import Kind, Money, Observation
from tests.faults.harness import World, broken
from tests.faults.holding import Holding, holding
from tests.faults.test_crash import victim_of
from tests.operator.test_decisions import PANEL

Plant = Callable[[Any, str, Any], None]

pytestmark = pytest.mark.filterwarnings(  # the dead leave their sockets behind
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture
def house(world: World) -> Holding:
    return holding(world)


@pytest.fixture
def by_hand(house: Holding) -> Holding:
    house.choose(capture=CaptureChoice.BY_HAND)
    return house


def press(house: Holding, payment: Payment, minor: int | None = None, times: int = 1) -> list[Any]:
    """A person presses capture, several times at once."""
    amount = None if minor is None else Money(minor, "CRC")

    async def gather() -> list[Any]:
        presses = (capture_payment(house.world.hub, payment.id, amount=amount, by="Ana") for _ in range(times))
        return await asyncio.gather(*presses, return_exceptions=True)

    made = house.world.run(gather())
    house.world.work()
    return list(made)


def code_of(refusal: Any) -> str:
    assert isinstance(refusal, NotAllowed), refusal
    return refusal.code


def wrong_in(house: Holding, payment: Payment) -> list[str]:
    """What hub and provider say differently of a payment, and what is broken in the books."""
    after, taken = house.world.payment(payment), house.book.taken(payment.reference)
    found = list(broken(house.world))
    if house.book.takes.count(payment.reference) > 1:
        found.append(f"captured {house.book.takes.count(payment.reference)} times")
    due = house.world.due(house.world.read(lambda tx: tx.payables.get(payment.lines[0].payable_id)))
    if payment.amount.minor - due != taken:
        found.append(f"{taken} taken there, {payment.amount.minor - due} settled here")
    if (after.status is Status.PAID) != bool(taken):
        found.append(f"{taken} taken, and {after.status} here")
    return found


def test_what_is_authorised_is_captured_within_a_second_by_itself(house: Holding) -> None:
    debtor, payment = house.pay()
    assert house.look(payment).status is Status.PENDING
    assert house.book.takes == []
    house.world.pass_time(seconds=2)

    assert house.world.payment(payment).status is Status.PAID
    assert house.world.due(debtor.payables[0]) == 0
    (operation,) = house.world.operations(payment)
    assert (operation.kind, operation.status, operation.decided_by) == ("capture", OperationStatus.DONE, "rule")
    assert operation.reference != payment.reference
    assert wrong_in(house, payment) == []


def test_where_the_merchant_chose_so_nothing_is_captured_until_somebody_says_so(by_hand: Holding) -> None:
    _debtor, payment = by_hand.pay()
    by_hand.look(payment)
    by_hand.world.pass_time(days=2)
    assert (by_hand.world.payment(payment).status, by_hand.book.takes) == (Status.PENDING, [])
    assert wrong_in(by_hand, payment) == []

    press(by_hand, payment)
    assert by_hand.world.payment(payment).status is Status.PAID
    assert wrong_in(by_hand, payment) == []


def test_a_capture_that_is_pressed_five_times_is_sent_once(by_hand: Holding) -> None:
    _debtor, payment = by_hand.pay()
    by_hand.look(payment)
    made = press(by_hand, payment, times=5)

    assert sum(not isinstance(item, Exception) for item in made) == 1
    assert by_hand.book.takes == [payment.reference]
    assert wrong_in(by_hand, payment) == []


def test_control_without_a_compare_and_set_a_capture_is_sent_several_times(by_hand: Holding) -> None:
    _debtor, payment = by_hand.pay()
    by_hand.look(payment)
    (operation,) = press(by_hand, payment)
    by_hand.world.run(send_operation(by_hand.world.hub, operation))

    assert len(by_hand.book.takes) == 2


def test_a_part_may_be_taken_once_and_settles_that_part_without_a_flag(by_hand: Holding) -> None:
    debtor, payment = by_hand.pay()
    by_hand.look(payment)
    press(by_hand, payment, 30_000)
    after = by_hand.world.payment(payment)

    assert (after.status, after.flags) == (Status.PAID, frozenset())
    assert by_hand.world.due(debtor.payables[0]) == 60_000
    assert by_hand.world.causes(payment) == set()
    assert code_of(press(by_hand, payment, 1_000)[0]) == "not_held"
    assert wrong_in(by_hand, payment) == []


@pytest.mark.parametrize("heard", ["answer", "query"])
def test_a_part_of_which_the_provider_states_no_amount_is_booked_as_that_part(by_hand: Holding, heard: str) -> None:
    _debtor, payment = by_hand.pay()
    by_hand.look(payment)
    by_hand.book.silent = True
    by_hand.book.lose = {"take": "after"} if heard == "query" else {}
    press(by_hand, payment, 30_000)
    by_hand.world.pass_time(minutes=2)

    assert by_hand.world.payment(payment).status is Status.PAID
    assert wrong_in(by_hand, payment) == []


def test_control_a_part_taken_for_the_whole_would_invent_money(by_hand: Holding, plant: Plant) -> None:
    plant(hub.flows.payments.record_observations, "as_captured", lambda _tx, _payment, news: news)
    _debtor, payment = by_hand.pay()
    by_hand.look(payment)
    by_hand.book.silent = True
    press(by_hand, payment, 30_000)

    assert wrong_in(by_hand, payment)


def taken_after_all(house: Holding, ended: str) -> Payment:
    """A part is taken and its answer lost; the capture is held for over, and then the provider says that it took it."""
    world = house.world
    _debtor, payment = house.pay()
    house.look(payment)
    house.book.silent, house.book.lose = True, {"take": "after"}
    press(house, payment, 30_000)
    known = house.book.payments[payment.reference]
    if ended == "by the provider":
        known["state"] = "lapsed"
        house.look(payment)
    else:
        signed = Signed(by="Ana", why="panel", evidence=PANEL)
        world.run(conclude_operation(world.hub, payment.id, done=False, signed=signed))
    assert [item.status for item in world.operations(payment)] == [OperationStatus.CLOSED]
    known["state"] = "taken"
    if ended == "by a person, and refused again":
        house.book.lose = {}
        (again,) = press(house, payment, 60_000)
        assert again.status is OperationStatus.CLOSED
    claims = [Claim(observation=item, source=ObservedBy.QUERY) for item in silently_taken(payment)]
    now = world.clock.now
    world.write(lambda tx: record_observations(tx, world.hub, tx.payments.get(payment.id), claims, now=now))
    return payment


def silently_taken(payment: Payment) -> tuple[Observation, ...]:
    vouched = frozenset({"reference", "movement"})
    movement = f"M-{payment.reference}"
    return (Observation(kind=Kind.PAID, reference=payment.reference, movement=movement, vouched=vouched),)


ENDED = ("by the provider", "by a person", "by a person, and refused again")


@pytest.mark.parametrize("ended", ENDED)
def test_a_part_that_was_taken_though_its_capture_seemed_over_is_booked_as_that_part(
    by_hand: Holding, ended: str
) -> None:
    payment = taken_after_all(by_hand, ended)

    assert by_hand.book.taken(payment.reference) == 30_000
    assert [text for text in wrong_in(by_hand, payment) if not text.startswith("captured 2")] == []


def test_control_a_capture_that_is_forgotten_once_it_seems_over_invents_money(by_hand: Holding, plant: Plant) -> None:
    plant(hub.flows.payments.read_hold, "_refused", lambda _tx, _operation: True)

    assert wrong_in(by_hand, taken_after_all(by_hand, "by a person"))


@pytest.mark.parametrize("minor", [0, 90_001, 50_001])
def test_never_more_than_was_authorised_is_asked_for(by_hand: Holding, minor: int) -> None:
    _debtor, payment = by_hand.pay(cents=50_000)
    by_hand.look(payment)

    assert code_of(press(by_hand, payment, minor)[0]) == "amount"
    assert by_hand.book.takes == []


def test_by_itself_the_hub_takes_what_was_authorised_and_no_more(house: Holding) -> None:
    debtor, payment = house.pay(cents=50_000)
    house.look(payment)
    house.world.pass_time(seconds=2)

    assert house.book.taken(payment.reference) == 50_000
    assert house.world.due(debtor.payables[0]) == 40_000
    assert wrong_in(house, payment) == []


def test_the_database_refuses_what_the_code_would_let_through(by_hand: Holding, plant: Plant) -> None:
    """Whoever asks for too much by a bug of ours is refused where the sending is committed."""
    _debtor, payment = by_hand.pay(cents=50_000)
    by_hand.look(payment)
    plant(
        hub.flows.payments.run_operation,
        "capturable",
        lambda _tx, _hub, _payment, amount: amount,
    )

    assert code_of(press(by_hand, payment, 50_001)[0]) == "in_progress"
    assert by_hand.book.takes == []


def test_what_is_due_no_longer_is_not_captured_and_a_person_is_asked(house: Holding, plant: Plant) -> None:
    plant(hub.flows.payments.allow_capture, "_still_due", lambda _tx, payment: Money(0, payment.amount.currency))
    _debtor, payment = house.pay()
    house.look(payment)
    house.world.pass_time(hours=30)

    assert house.book.takes == []
    assert house.world.causes(payment) == {"unresolved"}
    assert house.world.payment(payment).is_live


@pytest.mark.parametrize("lost", ["before", "after"])
def test_a_capture_whose_answer_is_lost_is_unknown_never_sent_again_and_asked_about(house: Holding, lost: str) -> None:
    _debtor, payment = house.pay()
    house.look(payment)
    house.book.lose = {"take": lost}
    house.world.pass_time(hours=2)

    assert house.book.asked.count("take") == 1
    (operation,) = house.world.operations(payment)
    after = house.world.payment(payment)
    if lost == "after":
        assert (operation.status, after.status) == (OperationStatus.DONE, Status.PAID)
        assert house.world.causes(payment) == set()
    else:
        assert (operation.status, after.status) == (OperationStatus.UNKNOWN, Status.PENDING)
        assert "operation_unknown" in house.world.causes(payment)
    assert wrong_in(house, payment) == []


def test_a_capture_that_may_have_taken_the_money_keeps_the_hold_from_lapsing_by_rule(house: Holding) -> None:
    _debtor, payment = house.pay()
    house.look(payment)
    house.book.lose = {"take": "before"}
    house.world.pass_time(days=9)
    assert house.world.payment(payment).is_live

    house.book.payments[payment.reference]["state"] = "lapsed"  # the provider's own word ends it, and its capture
    house.world.pass_time(days=2)
    (operation,) = house.world.operations(payment)
    assert (house.world.payment(payment).reason, operation.status) == ("expired", OperationStatus.CLOSED)
    assert wrong_in(house, payment) == []


def test_a_capture_that_is_refused_is_put_before_a_person_and_not_tried_again_by_itself(house: Holding) -> None:
    _debtor, payment = house.pay()
    house.look(payment)
    house.book.refuse = {"take"}
    house.world.pass_time(hours=5)

    assert house.book.takes == [payment.reference]
    assert house.world.causes(payment) == {"unresolved"}
    house.book.refuse.clear()
    press(house, payment)  # who has looked may try again
    assert house.book.taken(payment.reference) == 90_000
    assert house.world.payment(payment).status is Status.PAID


def test_what_provably_never_left_is_tried_again_ever_more_rarely(house: Holding) -> None:
    _debtor, payment = house.pay()
    house.look(payment)
    right = house.world.hub.registry.providers
    served = right[house.account.provider]
    house.world.hub.registry.providers = {
        **right,
        house.account.provider: attrs.evolve(served, overrides={"api": "http://127.0.0.1:1"}),
    }
    house.world.pass_time(hours=1)
    tries = len(house.world.operations(payment))
    assert 3 < tries < 20
    assert {item.reason for item in house.world.operations(payment)} == {"never_sent"}
    assert house.world.payment(payment).is_live

    house.world.hub.registry.providers = right
    house.world.pass_time(hours=2)
    assert house.book.takes == [payment.reference]
    assert wrong_in(house, payment) == []


def test_money_that_is_held_still_as_the_provider_says_does_not_lapse_by_rule(by_hand: Holding) -> None:
    by_hand.book.days = 2
    _debtor, payment = by_hand.pay()
    by_hand.look(payment)
    by_hand.book.payments[payment.reference]["until"] = None  # it goes on, and names no end any more
    by_hand.world.pass_time(days=4)
    assert by_hand.world.payment(payment).is_live

    by_hand.book.payments[payment.reference]["state"] = "open"  # nobody holds it any more
    by_hand.world.pass_time(days=1)
    assert by_hand.world.payment(payment).reason == "expired"
    assert wrong_in(by_hand, payment) == []


def test_after_its_end_nothing_is_captured(by_hand: Holding) -> None:
    by_hand.book.days = 1
    _debtor, payment = by_hand.pay()
    by_hand.look(payment)
    by_hand.world.clock.now += timedelta(days=1)

    assert code_of(press(by_hand, payment)[0]) == "lapsed"
    assert by_hand.book.takes == []


def test_cancelling_lets_the_money_go_and_nothing_is_captured_after_it(by_hand: Holding) -> None:
    debtor, payment = by_hand.pay()
    by_hand.look(payment)
    by_hand.world.run(cancel_payment(by_hand.world.hub, payment.id, by="Ana"))
    by_hand.world.work()

    assert by_hand.world.payment(payment).reason == "cancelled"
    assert by_hand.book.payments[payment.reference]["state"] == "void"
    assert code_of(press(by_hand, payment)[0]) == "not_held"
    assert by_hand.world.due(debtor.payables[0]) == 90_000


def test_who_asked_to_cancel_does_not_find_it_captured_by_itself(house: Holding) -> None:
    _debtor, payment = house.pay()
    house.look(payment)
    house.book.lose = {"void": "before"}
    house.world.run(cancel_payment(house.world.hub, payment.id, by="Ana"))
    house.world.pass_time(hours=3)

    assert house.book.takes == []


def deaths(house: Holding) -> tuple[list[str], set[str]]:
    """Die at every commit and request between the authorisation and the capture in turn; the next process goes on."""
    wrong: list[str] = []
    names: set[str] = set()
    for fatal in range(1, 60):
        _debtor, payment = house.pay()
        with victim_of(house.world, fatal) as victim:
            house.install(victim.opened.hub)
            house.world.write(lambda tx, due=payment: tx.payments.make_due(due.id, house.world.clock.now))  # type: ignore[misc]
            survived = house.world.run(victim.live(victim.take_up(house.world, seconds=3)))
        names |= set(victim.points.names)
        house.world.pass_time(hours=3)
        wrong += [f"{fatal} ({victim.points.names[-1]}): {text}" for text in wrong_in(house, payment)]
        taken = house.book.taken(payment.reference)
        after = house.world.payment(payment)
        if taken and after.status is not Status.PAID:
            wrong.append(f"{fatal}: taken, and {after.status}")
        if not taken and not house.world.causes(payment):
            wrong.append(f"{fatal}: neither taken nor before a person")
        if survived:
            return wrong, names
    raise AssertionError("a capture has no end of failpoints")


def test_a_process_that_dies_anywhere_takes_the_money_once_or_leaves_it_to_a_person(house: Holding) -> None:
    wrong, names = deaths(house)

    assert wrong == []
    assert {"before a commit", "after a commit", "before a request", "after a request"} <= names


def test_a_payment_of_a_restored_backup_is_not_captured_by_itself(house: Holding, plant: Plant) -> None:
    plant(hub.flows.payments.read_hold, "is_from_a_backup", lambda _tx, _payment: True)
    _debtor, payment = house.pay()
    house.look(payment)
    house.world.pass_time(days=1)

    assert house.book.takes == []
