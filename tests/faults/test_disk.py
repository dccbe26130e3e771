"""Disks that fill up and locks that others hold: what was acknowledged is there,
and it goes on by itself (F05, F07).

One case each with its details, and what else a disk may do (F06, F08),
stands in tests/operator/test_trouble.py.
"""

from __future__ import annotations

import contextlib
import json
import random
import resource
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

from hub.domain.payment import Payment, Status
from hub.domain.refusals import Unavailable
from hub.flows.payments.receive_message import Answer
from hub.web import notifications
from tests.faults.harness import News, World, broken
from tests.faults.test_messages import key_of, signed

Plant = Callable[[Any, str, Any], None]
Size = Callable[[int, int], int]


@contextlib.contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """A disk on which no file grows beyond this."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def genuine(world: World, payment: Payment) -> News:
    """The provider's signed approval."""
    proof = signed(key_of(world), f"status:200,orderId:{payment.reference}")
    return News(body=json.dumps({"status": 200, "orderId": payment.reference, "_signature": proof}).encode())


def lost_when_full(world: World, dice: random.Random, rounds: int) -> list[str]:
    """Fill the disk up at any moment again and again: what is acknowledged and not there,
    wrongly refused, or stuck."""
    wrong: list[str] = []
    acknowledged: list[Payment] = []
    refused = 0
    for _ in range(rounds):
        payments = world.sent_all(world.debtors("CR", 5, 12_345))
        log = world.path.with_name("hub.db-wal")
        with files_end_at(log.stat().st_size + dice.randrange(0, 1_500_000)):
            for payment in payments:
                answer = world.post("CR", genuine(world, payment))
                if answer.status_code == 200:
                    acknowledged.append(payment)
                    continue
                refused += 1
                if answer.status_code != 503 or int(answer.headers["retry-after"]) <= 0:
                    wrong.append(f"answered {answer.status_code}")
                if world.payment(payment).status is not Status.PENDING:  # and reading goes on
                    wrong.append(f"refused, and {world.payment(payment).status}")
        answer = world.post("CR", genuine(world, payments[-1]))
        if answer.status_code != 200:
            wrong.append(f"{answer.status_code} although there is room again")
    wrong += [f"{item.reference} is lost" for item in acknowledged if world.payment(item).status is not Status.PAID]
    if not (refused and acknowledged):
        wrong.append(f"{refused} refused, {len(acknowledged)} acknowledged: the disk was never half full")
    return wrong + broken(world)


def test_on_a_disk_that_fills_up_nothing_is_acknowledged_that_is_not_there(
    world: World, dice: random.Random, size: Size
) -> None:
    assert lost_when_full(world, dice, size(40, 1000)) == []


def test_control_a_full_disk_that_is_passed_over_loses_what_was_acknowledged(
    world: World, dice: random.Random, plant: Plant
) -> None:
    swallow(plant)

    assert any("is lost" in text for text in lost_when_full(world, dice, 10))


def swallow(plant: Plant) -> None:
    """Say yes although it could not be stored."""
    right = notifications.receive_notification

    async def receive(*given: Any, **named: Any) -> Answer:
        try:
            return await right(*given, **named)
        except Unavailable:
            return Answer(200)

    plant(notifications, "receive_notification", receive)


def lost_when_locked(world: World) -> list[str]:
    """Another process holds the lock beyond the time-out, three times: what is acknowledged and not there."""
    world.opened.store._writer_connection.execute("PRAGMA busy_timeout=100")  # type: ignore[union-attr]
    wrong = []
    for payment in world.sent_all(world.debtors("CR", 3, 12_345)):
        with contextlib.closing(sqlite3.connect(world.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            status = world.post("CR", genuine(world, payment)).status_code
            if world.payment(payment).status is not Status.PENDING:
                wrong.append("nobody can have written that")
        if status != 503:
            wrong.append(f"answered {status} while the lock was held")
        if world.post("CR", genuine(world, payment)).status_code != 200:
            wrong.append("the lock is free again")
    return wrong


def test_while_another_process_holds_the_lock_nothing_is_acknowledged_and_reading_goes_on(world: World) -> None:
    assert lost_when_locked(world) == []


def test_control_an_answer_before_the_lock_acknowledges_what_nobody_stored(world: World, plant: Plant) -> None:
    swallow(plant)

    assert "answered 200 while the lock was held" in lost_when_locked(world)
