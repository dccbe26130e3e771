"""What the safety tests share: the house with everything running, people, chance, and planted bugs."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator

import pytest

from hub.web.app import Front, create_app
from tests.web.conftest import House
from tests.web.conftest import forms as forms
from tests.web.conftest import house as house

from .people import People


@pytest.fixture(scope="module")
def people(house: House) -> Iterator[People]:
    """Whoever is needed."""
    made = People(house)
    yield made
    for browser in made.opened:
        browser.close()


@pytest.fixture(scope="module")
def front(house: House) -> Front:
    """The application of the house once more, to be asked what it is made of."""
    return create_app(house.hub)


@pytest.fixture
def dice(request: pytest.FixtureRequest) -> random.Random:
    """Chance that is the same at every run of a test."""
    return random.Random(zlib.crc32(request.node.name.encode()))


@pytest.fixture(params=["change", pytest.param("claim", marks=pytest.mark.long)])
def size(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """size(ci, long): how often; a test that asks for it is there twice, the second time in the long set."""
    at = ["change", "claim"].index(request.param)
    return lambda *sizes: sizes[at]


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """plant(module, name, bug): put a bug where the right thing was, for a control that must turn red."""
    return monkeypatch.setattr
