"""Money going back, what is withdrawn, and grants that end: once,
and never against the truth (F20, F24, F25)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest

import hub.flows.payments.check_payment
import hub.flows.payments.send_operation
import hub.providers.exchange
import hub_nequi.wire
from hub.domain.operation import OperationStatus
from hub.domain.payment import Payment, Status
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.run_operation import cancel_payment, refund_payment, undo_payment
from hub_hookspecs import Kind, Money, Observation, Repeat, repeat_for
from tests.faults.harness import HANGING, Debtor, World, broken, tell_time

Plant = Callable[[Any, str, Any], None]
Size = Callable[[int, int], int]

PUSH, STATUS, REVERSAL = "unregisteredpayment", "getstatuspayment", "reversetransaction"
TOKEN = "oauth2/token"


def paid(world: World) -> tuple[Debtor, Payment]:
    debtor = world.debtor("CO", 90_000)
    payment = world.pay(debtor)
    world.approve(payment)
    world.deliver(payment)
    return debtor, world.payment(payment)


def all_at_once(world: World, make: Callable[[], Coroutine[Any, Any, Any]], times: int) -> list[Any]:
    async def gather() -> list[Any]:
        return await asyncio.gather(*(make() for _ in range(times)), return_exceptions=True)

    made = world.run(gather())
    world.work()
    return made


def returned(world: World, payment: Payment) -> int:
    """How often the provider gave this payment back, by the requests that it got."""
    return sum(path.endswith(REVERSAL) for path in world.front.paths)


def test_a_refund_that_is_pressed_five_times_is_sent_once(world: World) -> None:
    debtor, payment = paid(world)
    made = all_at_once(world, lambda: refund_payment(world.hub, payment.id, by="Ana"), 5)

    assert sum(not isinstance(item, Exception) for item in made) == 1
    assert returned(world, payment) == 1
    assert [item.status for item in world.operations(payment)] == [OperationStatus.DONE]
    assert world.due(debtor.payables[0]) == 90_000
    assert broken(world) + world.book_differences() == []


def test_control_without_a_compare_and_set_a_refund_is_sent_several_times(world: World, plant: Plant) -> None:
    _debtor, payment = paid(world)
    right = hub.flows.payments.send_operation._perform

    async def send(operation: Any) -> None:
        await right(world.hub, operation)

    operation = world.run(refund_payment(world.hub, payment.id, by="Ana"))
    all_at_once(world, lambda: send(operation), 2)

    assert returned(world, payment) == 3


@pytest.mark.parametrize("lost", ["cut_after", "hang_after", "status_after"])
def test_a_refund_whose_answer_is_lost_is_unknown_is_not_resent_and_is_put_before_a_person(
    world: World, lost: str
) -> None:
    _debtor, payment = paid(world)
    world.fault("nequi", f"*{REVERSAL}", lost, seconds=2 * HANGING)
    operation = world.run(refund_payment(world.hub, payment.id, by="Ana"))
    assert operation.status is OperationStatus.UNKNOWN
    with pytest.raises(NotAllowed):
        world.run(refund_payment(world.hub, payment.id, by="Ana"))
    world.pass_time(hours=2)

    assert returned(world, payment) == 1
    assert "operation_unknown" in world.causes(payment)
    assert broken(world) == []


@pytest.mark.parametrize(("minor", "code"), [(90_001, "full_only"), (1, "full_only"), (0, "full_only")])
def test_more_or_less_than_was_captured_is_refused_where_only_all_can_go_back(
    world: World, minor: int, code: str
) -> None:
    _debtor, payment = paid(world)
    with pytest.raises(NotAllowed) as refusal:
        world.run(refund_payment(world.hub, payment.id, amount=Money(minor, "COP"), by="Ana"))

    assert refusal.value.code == code
    assert returned(world, payment) == 0


def test_a_payment_whose_outcome_is_unknown_is_not_refunded(world: World) -> None:
    world.fault("nequi", f"*{PUSH}", "cut_after")
    payment = world.pay(world.debtor("CO", 90_000))
    with pytest.raises(NotAllowed) as refusal:
        world.run(refund_payment(world.hub, payment.id, by="Ana"))

    assert refusal.value.code == "unknown"


def test_two_workers_undo_an_unknown_payment_once(world: World) -> None:
    world.control("nequi", "options", reports="denied")
    world.fault("nequi", f"*{PUSH}", "cut_after")
    payment = world.pay(world.debtor("CO", 90_000))
    world.approve(payment)
    world.clock.now += timedelta(minutes=31)
    all_at_once(world, lambda: undo_payment(world.hub, payment.id), 4)

    assert returned(world, payment) == 1
    assert [item.kind for item in world.operations(payment)] == ["undo"]
    assert broken(world) + world.book_differences() == []


def test_a_refunded_payment_is_not_refunded_again(world: World) -> None:
    _debtor, payment = paid(world)
    world.run(refund_payment(world.hub, payment.id, by="Ana"))
    with pytest.raises(NotAllowed):
        world.run(refund_payment(world.hub, payment.id, by="Ana"))

    assert returned(world, payment) == 1


def cancelled_against_the_truth(world: World, runs: int) -> list[str]:
    """Cancels that race the payer's approval: what is cancelled although it was captured, or the reverse."""
    wrong = []
    for run in range(runs):
        debtor = world.debtor("CO", 90_000)
        payment = world.pay(debtor)
        if run % 3 == 1:
            world.approve(payment)
        if run % 3 == 2:
            world.fault("nequi", "*cancelunregisteredpayment", "cut_after")
        world.run(cancel_payment(world.hub, payment.id, by="Ana"))
        world.pass_time(minutes=20)
        captured = world.charged(debtor.payables, "nequi")
        after = world.payment(payment)
        if (after.status is Status.PAID) != bool(captured) or after.is_live:
            wrong.append(f"captured {captured} times, {after.status} {after.reason}")
    return wrong + broken(world) + world.book_differences()


def test_a_cancel_that_races_the_approval_ends_as_the_provider_says(world: World, size: Size) -> None:
    assert cancelled_against_the_truth(world, size(12, 1000)) == []


def test_control_believing_our_own_cancel_hides_a_capture(world: World, plant: Plant) -> None:
    def believe(cancel: Any, account: Any) -> Any:
        yield hub_nequi.wire.request_for(
            hub_nequi.wire.CANCEL, {"code": "x"}, account=account, message_id=cancel.call_id, now=cancel.now
        )
        return (Observation(kind=Kind.CANCELLED),)

    provider = world.hub.providers["nequi"]
    right = provider.call

    def call(hook: str, **records: Any) -> Any:
        return believe(**records) if hook == "cancel_payment" else right(hook, **records)

    plant(type(provider), "call", lambda _self, hook, **records: call(hook, **records))
    plant(hub.flows.payments.check_payment, "_can_ask", lambda *_given: False)

    assert cancelled_against_the_truth(world, 2)


def asked(world: World, end: str) -> int:
    return sum(path.endswith(end) for path in world.front.paths)


def test_one_grant_serves_many_payments_and_is_renewed_once_when_it_ends(world: World, size: Size) -> None:
    for _ in range(5):
        world.pay(world.debtor("CO", 50_000))
    before = asked(world, TOKEN)
    assert before <= 1
    times = size(1, 200)
    for at in range(1, times + 1):
        world.clock.now += timedelta(minutes=59, seconds=30)  # less than a minute of life is left
        world.run(tell_time(world.town, world.clock))
        world.pay(world.debtor("CO", 50_000))
        world.pay(world.debtor("CO", 50_000))
        assert asked(world, TOKEN) == before + at

    assert asked(world, PUSH) == 5 + 2 * times


def test_a_query_refused_for_its_grant_is_asked_once_more_with_a_new_one(world: World, size: Size) -> None:
    for _ in range(size(1, 200)):
        world.clock.now += timedelta(hours=3)  # later than the provider was made to believe
        world.run(tell_time(world.town, world.clock))
        payment = world.pay(world.debtor("CO", 50_000))
        world.approve(payment)
        tokens, queries = asked(world, TOKEN), asked(world, STATUS)
        world.clock.now += timedelta(seconds=6)
        world.forget_grants()
        world.work()

        assert world.payment(payment).status is Status.PAID
        assert (asked(world, TOKEN) - tokens, asked(world, STATUS) - queries) == (1, 2)


def refused_charge(world: World) -> tuple[Payment, Debtor]:
    """A push that is answered 401: the provider no longer takes our grant."""
    world.pay(world.debtor("CO", 50_000))
    world.forget_grants()
    debtor = world.debtor("CO", 50_000)
    return world.pay(debtor), debtor


def test_a_charge_refused_for_its_grant_is_never_repeated_and_the_next_press_has_a_new_one(
    world: World, size: Size
) -> None:
    for _ in range(size(1, 200)):
        world.clock.now += timedelta(hours=3)  # later than the provider was made to believe
        world.run(tell_time(world.town, world.clock))
        before = asked(world, PUSH)
        payment, debtor = refused_charge(world)

        assert (payment.status, payment.reason, asked(world, PUSH)) == (Status.CLOSED, "never_sent", before + 2)
        assert world.pay(debtor).status is Status.PENDING
        assert asked(world, PUSH) == before + 3


def test_control_a_driver_that_repeats_a_refused_charge_is_found_out(world: World, plant: Plant) -> None:
    right = repeat_for

    def repeat(mark: Any, outcome: Any) -> Repeat:
        if getattr(outcome, "status_code", 0) == 401:
            return Repeat.WITH_NEW_GRANT
        return right(mark, outcome)

    plant(hub.providers.exchange, "repeat_for", repeat)
    refused_charge(world)

    assert asked(world, PUSH) == 3


def test_a_clock_that_is_two_hours_off_costs_a_grant_and_no_payment(world: World) -> None:
    world.clock.now -= timedelta(hours=2)
    first = world.pay(world.debtor("CO", 50_000))
    world.clock.now += timedelta(hours=4)
    second = world.pay(world.debtor("CO", 50_000))

    assert (first.status, second.status) == (Status.PENDING, Status.PENDING)
