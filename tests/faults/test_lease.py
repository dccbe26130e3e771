"""Who sends, and who may conclude: nothing before a lease is over, nothing sent after,
no row forgotten (F88, F89)."""

from __future__ import annotations

import asyncio
import collections
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import hub.flows.mails.deliver
import hub.flows.payments.check_payment
import hub.flows.payments.send_payment
import hub.storage.deliveries
from hub.domain.payment import LEASE, Payment, Phase, Status
from hub.flows.payments.check_payment import check_payment
from hub_hookspecs import Kind, Observation
from tests.faults.harness import Clock, Desk, World, broken, copied, rows

Folder = Callable[[], Path]
Plant = Callable[[Any, str, Any], None]
Size = Callable[[int, int], int]

START_PATH = {"CR": "/merchant", "CO": "unregisteredpayment"}
SECOND = timedelta(seconds=1)


def look(colleague: Desk, payments: list[Payment]) -> None:
    """A colleague who starts now, and looks at every payment whether it is due or not."""

    async def check() -> None:
        for payment in payments:
            await check_payment(colleague.hub, payment.id)

    asyncio.run(check())


def concluded_early(world: World, country: str, count: int, moments: int) -> list[str]:
    """What a colleague who starts again and again concludes while this process is in its exchanges."""
    world.hold(START_PATH[country])
    begun = world.clock.now
    payments = [world.begin(world.debtor(country, 70_000)) for _ in range(count)]
    wrong, bare = [], 0
    for at in range(moments):
        world.clock.now = begun + (LEASE - SECOND) * at / moments
        with Desk.open(world.data, clock=world.clock) as colleague:
            look(colleague, payments)
            for payment in payments:
                after = colleague.payment(payment)
                bare += after.phase is Phase.SENDING
                if after.status not in (Status.UNKNOWN, Status.PENDING) or after.checks:
                    wrong.append(f"{country} at {at}: {after.phase} {after.status} {after.reason}")
        if wrong:
            break
    world.clock.now = begun
    world.let_go()
    world.work()
    for payment in payments:
        if world.payment(payment).status is not Status.PENDING:
            wrong.append(f"{country} in the end: {world.payment(payment).status} {world.payment(payment).reason}")
    return wrong or ([] if bare >= count else ["nothing was found in the middle of sending"])


@pytest.mark.parametrize("country", ["CR", "CO"])
def test_a_colleague_concludes_nothing_from_a_bare_sending_before_the_lease_is_over(world: World, country: str) -> None:
    assert concluded_early(world, country, count=20, moments=5) == []


def test_control_a_process_that_concludes_at_start_up_closes_what_is_being_sent(world: World, plant: Plant) -> None:
    plant(hub.flows.payments.check_payment, "_lease_over", lambda _payment, _now: True)
    right = hub.domain.payment_checks.conclusion_due
    plant(
        hub.flows.payments.check_payment,
        "conclusion_due",
        lambda payment, way, now, *_hold: right(payment, way, now + LEASE),
    )

    assert concluded_early(world, "CR", count=2, moments=2)


@pytest.mark.parametrize(("country", "end"), [("CR", "never_sent"), ("CO", "")])
def test_after_the_lease_a_session_was_never_opened_and_a_charge_is_unknown(
    world: World, country: str, end: str
) -> None:
    world.hold(START_PATH[country])
    payment = world.begin(world.debtor(country, 70_000))
    assert world.reached(START_PATH[country])
    world.clock.now += LEASE
    with Desk.open(world.data, clock=world.clock) as colleague:
        look(colleague, [payment])
        after = colleague.payment(payment)
    world.let_go()

    assert (after.status, after.reason) == ((Status.CLOSED, end) if end else (Status.UNKNOWN, ""))


def test_a_late_session_is_kept_and_watched_but_not_handed_out(world: World) -> None:
    world.hold("/merchant")
    debtor = world.debtor("CR", 70_000)
    payment = world.begin(debtor)
    assert world.reached("/merchant")
    world.clock.now += LEASE
    with Desk.open(world.data, clock=world.clock) as colleague:
        look(colleague, [payment])
    world.let_go()
    world.work()  # our own answer comes after all
    after = world.payment(payment)

    assert (after.status, after.reason, after.action) == (Status.CLOSED, "never_sent", None)
    assert after.provider_reference
    assert "conflict" in after.flags
    retry = world.pay(debtor)
    assert retry.id != payment.id
    world.approve(payment)
    world.deliver(payment)
    assert world.payment(payment).status is Status.PAID  # money wins all the same
    assert "late" in world.payment(payment).flags


def frozen(world: World, plant: Plant, country: str) -> Payment:
    """A process that freezes between the commit of sending and its first request, past its lease."""
    right = hub.flows.payments.send_payment.order_for

    def freeze(*given: Any, **more: Any) -> Any:
        world.clock.now += LEASE + SECOND
        return right(*given, **more)

    plant(hub.flows.payments.send_payment, "order_for", freeze)
    payment = world.pay(world.debtor(country, 70_000))
    plant(hub.flows.payments.send_payment, "order_for", right)
    return payment


@pytest.mark.parametrize("country", ["CR", "CO"])
def test_a_process_that_froze_past_its_lease_sends_nothing(world: World, plant: Plant, country: str) -> None:
    payment = frozen(world, plant, country)

    assert (payment.status, payment.reason) == (Status.CLOSED, "never_sent")
    with pytest.raises(Exception, match="404"):
        world.approve(payment)


def test_control_without_the_lease_check_a_frozen_process_sends(world: World, plant: Plant) -> None:
    right = world.hub.exchanger.run

    async def run(*given: Any, **named: Any) -> Any:
        return await right(*given, **{**named, "lease_until": None})

    plant(world.hub.exchanger, "run", run)
    payment = frozen(world, plant, "CR")

    assert payment.provider_reference
    world.approve(payment)  # and so it can be paid


def test_a_restarted_process_goes_on_with_what_was_due(folder: Folder) -> None:
    data = folder()
    world = World.open(data)
    payment = world.pay(world.debtor("CO", 70_000))
    world.approve(payment)
    world.close()
    later = Clock(world.clock.now + timedelta(minutes=1))
    again = World.open(copied(data, data.with_name("restarted")), clock=later)
    try:
        assert again.payment(payment).status is Status.PENDING
        assert again.payment(payment).next_check_at <= later.now  # type: ignore[operator]
    finally:
        again.close()


def owe_receipts(world: Desk, count: int) -> list[Payment]:
    """Paid payments whose mails are due."""
    payments = world.sent_all(world.debtors("CR", count, 70_000))
    for payment in payments:
        world.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference))
    return payments


def two_workers(data: Path, count: int) -> list[str]:
    """Mails that two workers on one file send twice or not at all."""
    desks = [Desk.open(data) for _ in range(2)]
    owe_receipts(desks[0], count)
    threads = [threading.Thread(target=desk.do_what_is_due) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = collections.Counter((mail.recipient, mail.message_id) for desk in desks for mail in desk.mails.mails)
    left = rows(desks[0].path, "SELECT kind, recipient FROM delivery WHERE state <> 'sent'")
    problems = [f"{key} was sent {times} times" for key, times in sent.items() if times > 1]
    problems += [f"{row} was not sent" for row in left] + broken(desks[0])
    for desk in desks:
        desk.close()
    return problems


def test_two_workers_send_each_mail_once(folder: Folder) -> None:
    assert two_workers(folder(), 40) == []


def test_control_a_claim_that_moves_no_due_time_sends_mails_twice(folder: Folder, plant: Plant) -> None:
    right = hub.storage.deliveries.Deliveries.claim_due
    plant(
        hub.storage.deliveries.Deliveries,
        "claim_due",
        lambda self, now, _until, limit, **which: right(self, now, now, limit, **which),
    )

    async def held(_hub: Any, delivery: Any, _seen_at: Any) -> Any:
        return delivery

    plant(hub.flows.mails.deliver, "_held", held)  # it looks again who has the mail, and takes it as its own

    assert any("times" in text for text in two_workers(folder(), 40))


def test_a_claimed_row_comes_due_again_by_itself_after_two_minutes(desk: Desk) -> None:
    owe_receipts(desk, 5)
    now, limit = desk.clock.now, timedelta(seconds=120)
    first = desk.write(lambda tx: tx.deliveries.claim_due(now, now + limit, 200))
    assert len(first) > 0

    assert desk.write(lambda tx: tx.deliveries.claim_due(now, now + limit, 200)) == ()
    later = now + limit
    assert set(desk.write(lambda tx: tx.deliveries.claim_due(later, later + limit, 200))) == set(first)
