"""What was observed in worlds, told again to empty databases: the same to the byte,
and in any order the same (F83).

``HUB_WORLDS=20000 ./run pytest -m long tests/worlds``; one alone: ``python -m tests.worlds.replay SEED``.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

import hub.flows.payments.record_observations
from hub_hookspecs import Kind, Money
from tests.faults.harness import seed_for

from .replay import Event, Told, differing_books, differing_tables, events_of, retell, shuffled
from .world import Origin, play

CI = 100
LONG = int(os.environ.get("HUB_WORLDS", "5000"))

Lived = Callable[[str, int, int], tuple[list[str], list[str]]]


@pytest.mark.parametrize("worlds", [CI, pytest.param(LONG, marks=pytest.mark.long)])
def test_what_was_observed_makes_the_same_books_again_in_any_order(lived: Lived, worlds: int) -> None:
    first = seed_for("replay") % 10**9
    figures, broken = lived("tests.worlds.replay", first, worlds)
    print(f"HUB_TEST_SEED={first}: {figures}")  # noqa: T201

    assert broken == []
    assert sum(int(line.split()[0]) for line in figures) == worlds


@pytest.fixture(scope="module")
def stored(origin: Origin, scratch: Path) -> Path:
    """The database of a world in which a push was paid."""
    for seed in range(1, 20):
        path = scratch / f"kept-for-controls-{seed}.db"
        play(seed, origin, scratch, bookkeeping=False, keep=path)
        if any(_names_amount(event) for event in events_of(path)):
            return path
    raise AssertionError("nobody paid in any of these worlds")


def _names_amount(event: Event) -> bool:
    return isinstance(event, Told) and any(
        item.observation.kind is Kind.PAID and item.observation.amount for item in event.news
    )


def test_control_one_minor_unit_is_found(origin: Origin, scratch: Path, stored: Path) -> None:
    events = events_of(stored)
    at = next(i for i, event in enumerate(events) if _names_amount(event))
    told: Any = events[at]

    def more(item: Any) -> Any:
        amount = item.observation.amount
        return attrs.evolve(
            item,
            observation=attrs.evolve(item.observation, amount=amount and Money(amount.minor + 1, amount.currency)),
        )

    events[at] = attrs.evolve(told, news=tuple(more(item) for item in told.news))
    retell(origin, events, again := scratch / "off-by-one.db")

    assert differing_tables(stored, again)


def test_control_a_door_that_believes_the_last_news_is_found(
    origin: Origin, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = hub.flows.payments.record_observations.status_of  # type: ignore[attr-defined]
    monkeypatch.setattr(
        hub.flows.payments.record_observations, "status_of", lambda phase, kinds: right(phase, list(kinds)[-1:])
    )
    found: list[str] = []
    for seed in range(1, 30):
        path = scratch / f"last-news-{seed}.db"
        with monkeypatch.context() as unplanted:
            unplanted.setattr(hub.flows.payments.record_observations, "status_of", right)
            play(seed, origin, scratch, bookkeeping=False, keep=path)
        try:
            retell(origin, shuffled(events_of(path), random.Random(seed)), again := scratch / f"last-again-{seed}.db")
            found += differing_books(path, again)
        except Exception as refusal:  # noqa: BLE001 - the database's own guard: closed never becomes live again
            found.append(str(refusal))
        if found:
            return
    raise AssertionError("it was not found")
