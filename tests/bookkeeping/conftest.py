"""A desk for each test, on a copy of one empty database."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bookkeeping.desk import Desk, make_origin


@pytest.fixture(scope="session")
def empty_hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder without a company."""
    return make_origin(tmp_path_factory.mktemp("bookkeeping") / "empty")


@pytest.fixture
def desk_for(empty_hub: Path, tmp_path: Path) -> Iterator[Callable[[str], Desk]]:
    """desk_for("CO"): a fresh desk in that country."""
    numbers, opened = itertools.count(1), list[Desk]()

    def open_one(country: str) -> Desk:
        folder = tmp_path / f"desk{next(numbers)}"
        shutil.copytree(empty_hub, folder)
        opened.append(Desk.open(folder, country))
        return opened[-1]

    yield open_one
    for desk in opened:
        desk.close()


@pytest.fixture(scope="module")
def fresh(empty_hub: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Desk]]:
    """fresh(): one more desk; the one before is closed."""
    folder, count = tmp_path_factory.mktemp("books"), itertools.count(1)
    made: list[Desk] = []

    def make() -> Desk:
        while made:
            made.pop().close()
        shutil.copytree(empty_hub, target := folder / f"desk{next(count)}")
        made.append(Desk.open(target))
        return made[-1]

    yield make
    while made:
        made.pop().close()
