"""What every trial uses: worlds and desks on copies of one data folder, seeds that are printed,
planted bugs."""

from __future__ import annotations

import itertools
import logging
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from hub.bootstrap import open_hub
from tests.faults.harness import Clock, Desk, World, Zygote, copied, founded, seed_for


@pytest.fixture(scope="session", autouse=True)
def quiet() -> Iterator[None]:
    """What is planned to go wrong is not logged."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with two connected companies, to be copied."""
    return founded(tmp_path_factory.getbasetemp() / "origin")


@pytest.fixture
def folder(origin: Path, tmp_path: Path) -> Callable[[], Path]:
    """folder(): a fresh copy."""
    numbers = itertools.count(1)
    return lambda: copied(origin, tmp_path / f"data{next(numbers)}")


@pytest.fixture(scope="session")
def origin_of_today(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, begun with the real clock."""
    return founded(tmp_path_factory.getbasetemp() / "origin-of-today", today=True)


@pytest.fixture
def folder_of_today(origin_of_today: Path, tmp_path: Path) -> Callable[[], Path]:
    """folder_of_today(): a fresh copy for processes of their own, which live by the real clock."""
    numbers = itertools.count(1)
    return lambda: copied(origin_of_today, tmp_path / f"today{next(numbers)}")


@pytest.fixture
def desk(folder: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A hub without a server."""
    with Desk.open(folder()) as opened:
        share_the_clock(opened.clock, monkeypatch)
        yield opened


@pytest.fixture
def world(folder: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A hub with its providers, its payers and its mail server."""
    opened = World.open(folder())
    share_the_clock(opened.clock, monkeypatch)
    yield opened
    opened.close()


def share_the_clock(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that a test runs beside a house in the same process live by its clock, not by the real one."""
    assert open_hub.__kwdefaults__
    monkeypatch.setitem(open_hub.__kwdefaults__, "clock", clock)


@pytest.fixture
def today(folder_of_today: Callable[[], Path]) -> Iterator[World]:
    """A world whose clock began with this machine's, for processes of their own."""
    opened = World.open(folder_of_today(), clock=Clock.today())
    yield opened
    opened.close()


@pytest.fixture
def dice(request: pytest.FixtureRequest) -> random.Random:
    """Seeded chance; a failure prints the seed, and HUB_TEST_SEED replays it."""
    seed = seed_for(request.node.name)
    print(f"HUB_TEST_SEED={seed}")  # noqa: T201 - pytest shows it with a failure
    return random.Random(seed)


@pytest.fixture(params=["change", pytest.param("claim", marks=pytest.mark.long)])
def size(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """size(ci, long): how often; a test that asks for it is there twice, the second time in the long set."""
    at = ["change", "claim"].index(request.param)
    return lambda *sizes: sizes[at]


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str, Any], None]:
    """plant(module, name, bug): put a bug where the right thing was, for a control that must turn red."""
    return monkeypatch.setattr


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """Makes processes that may be killed."""
    made = Zygote.start()
    yield made
    made.end()
