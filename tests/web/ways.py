"""A house with a Colombian company at the made-up provider of ``tests/plugins/ways-co`` beside Nequi."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import partial
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import attrs
import httpx
import pytest

from hub.domain.payment import Payment
from hub.flows.accounts.connect_account import connect_account
from hub.flows.accounts.validate_account import confirm_account
from tests.conftest import install_plugin
from tests.web.conftest import NAMES, Debtor, House, _live, forms_in, living

RIGHT = {
    "field.bank.bank": "1007",
    "field.bank.person": "0",
    "field.bank.paper": "CC",
    "field.bank.number": "1020304050",
    "terms.bank.contract": "1",
    "terms.bank.privacy": "1",
}
"""What a payer answers who pays by bank."""


@attrs.frozen
class Ways:
    """What the tests of the payer's forms do all the time."""

    house: House

    @property
    def offers(self) -> dict[str, Any]:
        """What the provider offers, and what arrived there."""
        return self.house.configs["ways-co"]

    @property
    def orders(self) -> list[dict[str, Any]]:
        """The orders that arrived at the provider."""
        return list(self.offers["orders"].values())

    def debtor(self, **given: Any) -> Debtor:
        return self.house.debtor("CO", (1_500_000, -3), **given)

    def step(self, path: str, query: str = "") -> str:
        """The pay step of a statement or an order."""
        with self.house.browser() as browser:
            return browser.get(f"{path}/pay?provider=ways-co{query}").text

    def form(self, path: str, query: str = "") -> dict[str, Any]:
        """What its form carries before anything is answered."""
        form = next(form for form in forms_in(self.step(path, query)) if "total" in form["fields"])
        return {name: values[0] for name, values in form["fields"].items()}

    def send(self, path: str, fields: dict[str, Any]) -> httpx.Response:
        with self.house.browser() as browser:
            return browser.post(f"{path}/pay", data=fields)

    def pay(self, path: str, way: str = "bank", **changes: Any) -> httpx.Response:
        """Open the pay step, answer it, and press Pagar."""
        answers = RIGHT if way == "bank" else {}
        return self.send(path, {**self.form(path), "way": way, **answers, **changes})

    def paid(self, path: str, way: str = "bank", **changes: Any) -> tuple[Payment, str]:
        """The payment that this starts, and its page."""
        answer = self.pay(path, way, **changes)
        assert answer.status_code == 303, words_in(answer.text)
        page = urlsplit(answer.headers["location"]).path
        return self.house.payment(page), page


def words_in(html: str) -> str:
    """What a reader sees of a page, blanks reduced."""
    return " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)).split())


async def _connected(house: House) -> None:
    hub, merchant = house.hub, house.merchants["CO"]
    await hub.store.write(lambda tx: tx.countries.set("CO", "ways-co", True))
    values = dict(house.simulators["ways-co"].settings(house.configs["ways-co"], "m1"))
    account = (await connect_account(hub, merchant.id, "ways-co", values, by="duena")).account
    if account.status == "needs_confirmation":
        account = await confirm_account(hub, account.id, by="duena")
    assert account.status == "active", account
    house.accounts["ways-co"] = account


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ways]:
    with pytest.MonkeyPatch.context() as patch:
        install_plugin("ways-co", tmp_path_factory.mktemp("ways"), patch)
        names = {"nequi": NAMES["nequi"], "ways-co": {}}
        with living(partial(_live, tmp_path_factory.mktemp("hub"), names=names, companies=("CO",))) as house:
            house.run(_connected(house))
            yield Ways(house)
    for name in [name for name in sys.modules if name.partition(".")[0] == "hub_ways_co"]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def house(ways: Ways) -> House:
    return ways.house


@pytest.fixture(autouse=True)
def as_ever(ways: Ways) -> Iterator[None]:
    """After each test the provider offers again what it offers, and the clock is right."""
    before = {name: ways.offers[name] for name in ("banks", "documents", "keep", "silent", "answers", "reference")}
    ways.house.hub.cached.clear()
    yield
    ways.offers.update(before)
    ways.house.time.ahead *= 0
