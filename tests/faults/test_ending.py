"""The signal to end, with exchanges on their way: they end as they would have,
or are provably unknown (F11)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest

import hub.bootstrap
import hub.flows.payments.start_payment
import hub.jobs.process
from hub.domain.payment import LEASE, Payment, Phase, Status
from hub.domain.refusals import Unavailable
from hub.flows.payments.start_payment import start_payment
from hub.jobs.process import Process
from tests.faults.harness import World, broken, until

Plant = Callable[[Any, str, Any], None]
Size = Callable[[int, int], int]

AT_ONCE = 20
START_PATH = {"CR": "/merchant", "CO": "unregisteredpayment"}


def end(world: World, country: str, dice: random.Random, *, answers: bool) -> tuple[list[Payment], int]:
    """Begin many payments and end the process in the middle of them; these,
    and how many requests were sent."""
    before = len(world.front.paths)

    def sent() -> int:
        return sum(path.endswith(START_PATH[country]) for path in world.front.paths[before:])

    world.hold(START_PATH[country])
    payments = [world.begin(world.debtor(country, 70_000)) for _ in range(AT_ONCE)]
    request = world.request(world.debtor(country, 70_000))
    # Those that are answered in time are ended wherever they are; the others are given up on with all of them asked.
    assert until(lambda: sent() >= (1 if answers else AT_ONCE))

    async def stop() -> None:
        process = Process(world.opened, "serve", works=False)
        process.begin_to_stop()
        with pytest.raises(Unavailable):
            await start_payment(world.hub, request)
        if answers:
            asyncio.get_running_loop().call_later(dice.random() / 10, world.let_go)
        await asyncio.gather(*world._pressed, return_exceptions=True)  # a server lets open requests end
        await process.stop()

    world.run(stop())
    world.let_go()
    world._pressed.clear()
    return payments, sent()


LEFT = {
    ("CR", True): {(Phase.SENT, Status.PENDING, "")},
    ("CO", True): {(Phase.SENT, Status.PENDING, "")},
    ("CR", False): {(Phase.SENDING, Status.UNKNOWN, ""), (Phase.SENT, Status.CLOSED, "never_sent")},
    ("CO", False): {(Phase.SENDING, Status.UNKNOWN, ""), (Phase.SENT, Status.UNKNOWN, "")},
}


def wrong_after_an_end(world: World, dice: random.Random, country: str, *, answers: bool) -> list[str]:
    """What is not as it must be when the signal has come, and once the next process has taken over."""
    payments, sent = end(world, country, dice, answers=answers)
    world.take_over()
    wrong = [] if sent == AT_ONCE else [f"{country}: {sent} of {AT_ONCE} sent"]
    for payment in payments:
        after = world.payment(payment)
        left = (after.phase, after.status, after.reason)
        if left not in LEFT[country, answers]:
            wrong.append(f"{country}: left as {left}")
    world.clock.now += LEASE
    world.pass_time(minutes=50)
    for payment in payments:
        after = world.payment(payment)
        if after.is_live:
            wrong.append(f"{country}: {after.status} after 50 minutes")
    return wrong + broken(world) + world.book_differences()


@pytest.mark.parametrize("answers", [True, False], ids=["answered in time", "never answered"])
@pytest.mark.parametrize("country", ["CR", "CO"])
def test_at_the_signal_exchanges_end_or_are_provably_unknown_and_nothing_new_is_sent(
    world: World, dice: random.Random, plant: Plant, size: Size, country: str, answers: bool
) -> None:
    plant(hub.flows.payments.start_payment, "WAIT_SECONDS", 0.2)
    if not answers:
        plant(hub.jobs.process, "GRACE", 0.4)

    for _ in range(size(1, 3)):
        assert wrong_after_an_end(world, dice, country, answers=answers) == []


def test_control_exchanges_that_die_with_the_signal_leave_what_was_answered_unknown(
    world: World, dice: random.Random, plant: Plant
) -> None:
    async def at_once(tasks: Any, _grace: float) -> None:
        for task in set(tasks.running):
            task.cancel()
        await asyncio.gather(*set(tasks.running), return_exceptions=True)

    plant(hub.bootstrap.Tasks, "finish", at_once)

    assert any("left as" in text for text in wrong_after_an_end(world, dice, "CO", answers=True))
