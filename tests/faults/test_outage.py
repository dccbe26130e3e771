"""A provider that is down for an hour while people pay: few tries reach it,
and all is asked when it is back (F22)."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

import hub.providers.exchange
import hub.providers.limits
from hub.domain.payment import Status
from hub.flows.payments.open_payment import NotPossible
from tests.faults.harness import SHORT, World, broken

Plant = Callable[[Any, str, Any], None]
Size = Callable[[int, int], int]
Folder = Callable[[], Path]

LIMITS = attrs.evolve(SHORT, trips=5, probe_every=30.0)
BEFORE = 12
"""Payments that were waiting for their payers when it went down."""


@pytest.fixture
def world(folder: Folder, plant: Plant) -> Iterator[World]:
    """A world whose breaker goes by the world's clock."""
    opened = World.open(folder(), limits=LIMITS)
    plant(hub.providers.exchange, "time", types.SimpleNamespace(monotonic=lambda: opened.clock.now.timestamp()))
    yield opened
    opened.close()


@attrs.define
class Hour:
    """What an outage came to.

    Attributes:
        tries: Requests that reached the provider meanwhile.
        refused: Payers who were told at once to choose something else, or whose payment was closed with proof.
    """

    world: World
    tries: int = 0
    refused: int = 0
    wrong: list[str] = attrs.Factory(list)

    def play(self, per_minute: int, minutes: int = 60) -> None:
        """So many minutes without an answer, then the provider is back."""
        world = self.world
        waiting = [world.pay(world.debtor("CO", 50_000)) for _ in range(BEFORE)]
        world.front.down = "/sim/nequi"
        for payment in waiting[: BEFORE // 2]:
            world.approve(payment)
        start = self.asked()
        for _ in range(minutes * per_minute):
            self.press()
            world.pass_time(seconds=60 / per_minute)
        self.tries = self.asked() - start
        live = [payment for payment in waiting if world.payment(payment).is_live]
        if len(live) != BEFORE:
            self.wrong.append(f"{BEFORE - len(live)} were concluded while nobody could know")
        world.front.down = ""
        world.pass_time(seconds=60)  # nobody pays now: one of those that wait is the probe
        for at, payment in enumerate(waiting):
            after = world.payment(payment)
            if (after.status is Status.PAID) != (at < BEFORE // 2) or after.is_live:
                self.wrong.append(f"a minute after it is back: {after.status} {after.reason}")
        self.wrong += broken(world) + world.book_differences()

    def asked(self) -> int:
        return sum(path.startswith("/sim/nequi") for path in self.world.front.paths)

    def press(self) -> None:
        """Somebody pays, or tries to."""
        try:
            payment = self.world.pay(self.world.debtor("CO", 50_000))
        except NotPossible:
            self.refused += 1
            return
        self.refused += (payment.status, payment.reason) == (Status.CLOSED, "never_sent")


def test_a_provider_that_is_down_for_an_hour_gets_a_probe_in_thirty_seconds_and_is_asked_all_when_it_is_back(
    world: World, size: Size
) -> None:
    hour = Hour(world)
    hour.play(size(2, 50))

    assert hour.wrong == []
    assert hour.tries <= LIMITS.trips + 60 * 2 + BEFORE, (
        "a probe in thirty seconds, and what was on its way when it opened"
    )
    assert hour.refused >= 60 * size(2, 50) - hour.tries
    other = world.debtor("CR", 50_000)
    assert world.pay(other).status is Status.PENDING


def test_control_without_a_breaker_every_payer_costs_the_provider_a_try(world: World, plant: Plant) -> None:
    plant(hub.providers.limits.Breaker, "lets_through", lambda _self, _now: True)
    hour = Hour(world)
    hour.play(6, minutes=12)

    assert hour.tries > LIMITS.trips + 12 * 2 + 2
