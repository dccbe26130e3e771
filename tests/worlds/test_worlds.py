"""Seeded worlds of payers, merchants, providers, networks and crashes (F80): no money lost,
doubled or invented.

``HUB_WORLDS=20000 ./run pytest -m long tests/worlds`` lives through as many as one likes;
a world that breaks something is told, step by step, by ``python -m tests.worlds SEED``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

import hub.domain.entry_keys
import hub.domain.payment
import hub.flows.imports.save_invoices
import hub.flows.payments.record_observations
import hub.providers.exchange
from hub.domain.payment import Phase, Status
from hub.domain.stated import InvoiceStanding, Stated, StatedChange
from hub_hookspecs import Kind, Mark, Repeat
from tests.faults.harness import seed_for

from .world import Origin, Outcome, play

CI = 250
LONG = int(os.environ.get("HUB_WORLDS", "20000"))

Plant = Callable[[Any, str, Any], None]
Lived = Callable[[str, int, int], tuple[list[str], list[str]]]


def test_nothing_is_lost_doubled_or_invented_in_any_world(lived: Lived) -> None:
    first = seed_for("worlds") % 10**9
    print(f"HUB_TEST_SEED={first}; a world alone: python -m tests.worlds SEED")  # noqa: T201
    figures, broken = lived("tests.worlds", first, CI)
    print(figures)  # noqa: T201

    assert broken == []
    assert sum(int(line.split()[0]) for line in figures) == CI


@pytest.mark.long
def test_nothing_is_lost_doubled_or_invented_in_very_many_worlds(lived: Lived) -> None:
    first = seed_for("worlds") % 10**9
    figures, broken = lived("tests.worlds", first, LONG)
    print(f"HUB_TEST_SEED={first}: {figures}")  # noqa: T201

    assert broken == []
    assert sum(int(line.split()[0]) for line in figures) == LONG


def test_the_same_seed_is_the_same_world(origin: Origin, scratch: Path) -> None:
    assert play(7, origin, scratch) == play(7, origin, scratch)


def found(origin: Origin, scratch: Path, worlds: int, *signs: str, first: int = 1) -> Outcome | None:
    """The first world that shows a bug by one of its signs."""
    for seed in range(first, first + worlds):
        outcome = play(seed, origin, scratch)
        if any(sign in problem for problem in outcome.problems for sign in signs):
            return outcome
    return None


def test_control_a_charge_that_is_sent_twice_is_found(origin: Origin, scratch: Path, plant: Plant) -> None:
    right = hub.providers.exchange.repeat_for

    def eager(mark: Mark, outcome: Any) -> Repeat:
        return Repeat.AGAIN if mark is Mark.CHARGING and isinstance(outcome, Exception) else right(mark, outcome)

    plant(hub.providers.exchange, "repeat_for", eager)

    assert found(origin, scratch, 30, "a second time", "more than once")


def test_control_a_status_that_believes_the_last_news_is_found(origin: Origin, scratch: Path, plant: Plant) -> None:
    right = hub.domain.payment.status_of

    def last_news_wins(phase: Phase, kinds: Any) -> tuple[Status, str]:
        return right(phase, list(kinds)[-1:])

    plant(hub.flows.payments.record_observations, "status_of", last_news_wins)

    assert found(origin, scratch, 30, "its observations", "legal_status")


def test_control_a_receipt_key_without_its_movement_is_found(origin: Origin, scratch: Path, plant: Plant) -> None:
    plant(hub.domain.entry_keys, "capture_key", lambda account_id, _movement: f"capture:{account_id}")
    plant(hub.domain.entry_keys, "own_key", lambda key, _payment: key)

    assert found(origin, scratch, 30, "nothing is booked")


def test_control_a_closed_payment_that_was_charged_is_found(origin: Origin, scratch: Path, plant: Plant) -> None:
    """Whoever takes silence for a refusal tells payers that nothing was charged."""
    right = hub.domain.payment.status_of

    def impatient(phase: Phase, kinds: Any) -> tuple[Status, str]:
        status, reason = right(phase, kinds)
        silent = status is Status.UNKNOWN and phase is Phase.SENT
        return (Status.CLOSED, Kind.NEVER_SENT.value) if silent else (status, reason)

    plant(hub.flows.payments.record_observations, "status_of", impatient)

    assert found(origin, scratch, 30, "its observations", "G5")


def test_control_a_payment_without_a_next_look_is_found(origin: Origin, scratch: Path, plant: Plant) -> None:
    plant(hub.flows.payments.record_observations, "next_check", lambda *_given, **_named: None)

    assert found(origin, scratch, 10, "I10")


def test_control_a_file_that_books_what_came_here_is_found(origin: Origin, scratch: Path, plant: Plant) -> None:
    """What was settled here is forgotten, so that a file that knows of it tells of money from elsewhere."""
    right = hub.flows.imports.save_invoices.stated_change

    def forgetful(standing: InvoiceStanding, stated: Stated) -> StatedChange:
        nothing = attrs.evolve(standing, settled=standing.counted, reopened=standing.counted_back)
        return right(nothing, stated)

    plant(hub.flows.imports.save_invoices, "stated_change", forgetful)

    assert found(origin, scratch, 10, "a file")
