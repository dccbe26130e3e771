"""A session whose time is over is ended at its provider, once, and the provider's word decides what is free."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import hub.flows.payments.check_payment
import hub.flows.payments.run_operation
from hub.domain.ids import derived_id
from hub.domain.operation import Operation, OperationKind, OperationStatus
from hub.domain.payment import Payment, Status
from hub.flows.payments.check_payment import check_payment
from hub.flows.payments.run_operation import cancel_payment
from hub.flows.payments.send_operation import _perform
from tests.faults.harness import World, broken, tell_time
from tests.faults.onvo import MINUTES, Onvo
from tests.faults.test_crash import victim_of

Plant = Callable[[Any, str, Any], None]


@pytest.fixture
def onvo(world: World) -> Onvo:
    return Onvo.connected(world)


def ended(onvo: Onvo, payment: Payment) -> tuple[Status, str]:
    after = onvo.world.payment(payment)
    return after.status, after.reason


def test_a_session_that_nobody_paid_is_ended_at_its_time_and_its_invoice_is_free_at_once(onvo: Onvo) -> None:
    world, debtor = onvo.world, onvo.world.debtor("CR", 100_000)
    payment = onvo.pay(debtor)
    world.pass_time(minutes=MINUTES - 1)
    assert (world.payment(payment).status, onvo.asked("/expire")) == (Status.PENDING, 0)

    world.pass_time(minutes=2)

    assert ended(onvo, payment) == (Status.CLOSED, "cancelled")
    assert not world.payment(payment).is_unproven
    assert [(item.kind, item.status, item.decided_by) for item in world.operations(payment)] == [
        (OperationKind.CANCEL, OperationStatus.DONE, "rule")
    ]
    again = onvo.pay(debtor)
    onvo.play(again, "approve")
    onvo.deliver(again)
    assert (world.payment(again).status, onvo.booked()) == (Status.PAID, 100_000)
    assert broken(world) == []


def test_a_transfer_on_its_way_frees_nothing_and_is_booked_once_when_it_comes(onvo: Onvo) -> None:
    world = onvo.world
    payment = onvo.pay(world.debtor("CR", 100_000))
    onvo.play(payment, "sinpe")
    world.pass_time(minutes=MINUTES + 10)
    assert (world.payment(payment).status, onvo.asked("/expire")) == (Status.PENDING, 1)

    onvo.play(payment, "transfer")
    onvo.deliver(payment)
    world.pass_time(hours=3)

    assert (world.payment(payment).status, onvo.booked(), onvo.held(payment)) == (Status.PAID, 100_000, 100_000)
    assert [(item.status, item.reason) for item in world.operations(payment)] == [(OperationStatus.CLOSED, "paid")]
    assert (onvo.asked("/expire"), world.causes(payment), broken(world)) == (1, set(), [])


def test_a_lost_answer_is_not_asked_for_again_and_silence_decides_as_ever(onvo: Onvo) -> None:
    world = onvo.world
    payment = onvo.pay(world.debtor("CR", 100_000))
    world.fault("onvo", "*/expire", "cut_after")
    world.pass_time(minutes=MINUTES + 10)
    assert (world.payment(payment).status, onvo.asked("/expire")) == (Status.PENDING, 1)

    world.pass_time(hours=3)

    assert ended(onvo, payment) == (Status.CLOSED, "session_expired")
    assert (onvo.asked("/expire"), broken(world)) == (1, [])


def test_whoever_slept_over_the_end_asks_first_and_concludes_nothing_by_silence(onvo: Onvo) -> None:
    world = onvo.world
    payment = onvo.pay(world.debtor("CR", 100_000))
    world.clock.now = world.payment(payment).expires_at or world.clock.now
    world.run(_sleep(world, hours=5))
    world.work()
    assert ended(onvo, payment) == (Status.CLOSED, "cancelled")


async def _sleep(world: World, **duration: float) -> None:
    world.clock.now += timedelta(**duration)
    await tell_time(world.town, world.clock)


def test_what_its_payer_gave_up_already_is_not_ended_again(onvo: Onvo) -> None:
    world = onvo.world
    payment = onvo.pay(world.debtor("CR", 100_000))
    onvo.play(payment, "sinpe")
    world.run(cancel_payment(world.hub, payment.id, by="pagador"))
    world.pass_time(hours=3)
    assert onvo.asked("/expire") == 1


def test_a_payment_of_a_restored_backup_is_ended_by_nobody(onvo: Onvo, plant: Plant) -> None:
    plant(hub.flows.payments.run_operation, "is_from_a_backup", lambda _tx, _payment: True)
    payment = onvo.pay(onvo.world.debtor("CR", 100_000))
    onvo.world.pass_time(hours=3)
    assert (onvo.asked("/expire"), ended(onvo, payment)) == (0, (Status.CLOSED, "session_expired"))


def test_an_account_that_is_closed_sends_nothing(onvo: Onvo, plant: Plant) -> None:
    plant(hub.flows.payments.run_operation, "is_locked", lambda _tx, _hub, _record: True)
    payment = onvo.pay(onvo.world.debtor("CR", 100_000))
    onvo.world.pass_time(minutes=MINUTES + 10)
    assert (onvo.asked("/expire"), onvo.world.payment(payment).status) == (0, Status.PENDING)


def test_a_process_that_dies_anywhere_ends_a_session_once_at_most_and_leaves_no_limbo(onvo: Onvo) -> None:
    wrong, visited = deaths_while_ending(onvo)

    assert wrong == []
    assert {"before a commit", "after a commit", "before a request", "after a request"} <= visited


def test_control_without_the_commit_that_comes_first_it_is_sent_again(onvo: Onvo, plant: Plant) -> None:
    plant(hub.flows.payments.check_payment, "end_session", _sent_before_it_is_written)
    wrong, _visited = deaths_while_ending(onvo)

    assert any(": sent " in text for text in wrong)


async def _sent_before_it_is_written(hub: Any, payment_id: str) -> None:
    """What forgets that it was sent."""
    payment = await hub.store.read(lambda tx: tx.payments.get(payment_id))
    operation = Operation(
        id=derived_id("forgotten", payment_id),
        payment_id=payment.id,
        account_id=payment.account_id,
        merchant_id=payment.merchant_id,
        mode=payment.mode,
        kind=OperationKind.CANCEL,
        reference=payment.reference,
        amount=payment.amount,
        created_at=hub.clock(),
    )
    await _perform(hub, operation)


def deaths_while_ending(onvo: Onvo) -> tuple[list[str], set[str]]:
    """Die at every failpoint of the check at a session's end: what is ended twice, or held for ever."""
    world, wrong, visited = onvo.world, list[str](), set[str]()
    for fatal in range(1, 100):
        payment = onvo.pay(world.debtor("CR", 70_000))
        world.clock.now = world.payment(payment).expires_at or world.clock.now
        before = onvo.asked("/expire")
        with victim_of(world, fatal) as victim:
            survived = world.run(victim.live(check_payment(victim.opened.hub, payment.id)))
        visited |= set(victim.points.names)
        world.pass_time(hours=3)
        sent = onvo.asked("/expire") - before
        name = f"{fatal} ({victim.points.names[-1]})"
        if sent > 1:
            wrong.append(f"{name}: sent {sent} times")
        if world.payment(payment).is_live:
            wrong.append(f"{name}: {world.payment(payment).status}")
        if survived:
            return wrong + broken(world), visited
    raise AssertionError("the check has no end of failpoints")
