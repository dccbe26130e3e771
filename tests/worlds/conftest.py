"""What worlds share: the database that each starts from, a place to live, planted bugs, and more hands."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.faults.harness import World, copied, founded

from .world import Origin, make_origin

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Origin:
    """Two companies, connected, and who owes them."""
    return make_origin(tmp_path_factory.mktemp("origin") / "data")


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where worlds live."""
    return tmp_path_factory.mktemp("worlds")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A hub with its providers over real HTTP."""
    folder = tmp_path_factory.mktemp("served")
    world = World.open(copied(founded(folder / "origin-of-all"), folder / "data"))
    yield world
    world.close()


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str, Any], None]:
    """plant(module, name, bug): put a bug where the right thing was, for a control that must turn red."""
    return monkeypatch.setattr


@pytest.fixture(scope="session")
def lived() -> Callable[[str, int, int], tuple[list[str], list[str]]]:
    """lived(module, first, count): many worlds, in two processes; their figures, and what broke.

    What follows the module's name after a colon is its first argument.
    """

    def live(module: str, first: int, count: int, hands: int = 2) -> tuple[list[str], list[str]]:
        size = -(-count // hands)

        def part(start: int) -> str:
            name, _, more = module.partition(":")
            command = [
                sys.executable,
                "-m",
                name,
                *([more] if more else []),
                str(start),
                str(min(size, first + count - start)),
            ]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            whole = done.returncode in (0, 1) and " broken, " in done.stdout
            return done.stdout if whole else f"world {start} or later: {' | '.join(done.stderr[-2000:].splitlines())}\n"

        with ThreadPoolExecutor(hands) as pool:
            told = "".join(pool.map(part, range(first, first + count, size))).splitlines()
        return [line for line in told if " worlds, " in line], [line for line in told if line.startswith("world ")]

    return live
