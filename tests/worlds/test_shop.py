"""A shop, its shoppers and two providers in any order, over the hub's real API and pages,
beside a small model (F81).

Replay a failure: ``HUB_TEST_SEED=N ./run pytest tests/worlds/test_shop.py -k any_order``;
Hypothesis prints its steps.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable
from typing import Any, ClassVar

import attrs
import httpx
import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

import hub.flows.books.move_credit
from hub.flows.merchants.issue_api_key import issue_api_key
from tests.faults.harness import seed_for
from tests.web.conftest import PROVIDER, House, forms_in, house  # noqa: F401 - a fixture

CI, LONG = (50, 30), (2000, 50)
PHONE = "3001234567"
NUMBERS = itertools.count(1)


@attrs.define(kw_only=True, eq=False)
class Ordered:
    """What the model knows of an order."""

    country: str
    cart: dict[str, Any]
    once: str
    placed: dict[str, Any]
    total: int
    status: str = "open"
    reference: str = ""
    references: list[str] = attrs.Factory(list)

    @property
    def path(self) -> str:
        return "/" + str(self.placed["page"]).split("/", 3)[3]


class Shops(RuleBasedStateMachine):
    """Two shops on one hub; after each step the hub says what the model says."""

    patience: ClassVar[float] = 60
    house: ClassVar[House]
    keys: ClassVar[dict[str, str]]
    orders = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self.browser = self.house.browser()
        self.known: list[Ordered] = []

    def teardown(self) -> None:
        """The providers charged once for what is paid, and the books are right."""
        try:
            books = {code: self.browser.get(f"/sim/{code}/_control/book").json() for code in PROVIDER.values()}
            for order in self.known:
                own = [line for line in books[PROVIDER[order.country]] if line["reference"] in order.references]
                taken = sum(line["minor"] * line["captures"] for line in own)
                assert taken == (order.total if order.status == "paid" else 0), order
            assert self.house.read(lambda tx: tx.ledger.verify()) == ()
        finally:
            self.browser.close()

    # the shop

    def call(self, country: str, body: dict[str, Any], once: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.keys[country]}", "Idempotency-Key": once}
        return self.browser.post("/v1/orders", json=body, headers=headers)

    @rule(target=orders, country=st.sampled_from(("CR", "CO")), price=st.integers(20, 9_999), count=st.integers(1, 3))
    def place(self, country: str, price: int, count: int) -> Ordered:
        number = next(NUMBERS)
        cart = {
            "number": f"S-{number}",
            "currency": "CRC" if country == "CR" else "COP",
            "items": [{"description": "Taladro", "quantity": count, "price": price * 10_000}],
            "customer": {"name": "Ana", "email": f"ana{number}@tienda.example"},
            "hold_minutes": 10_000,
        }
        answer = self.call(country, cart, f"once-{number}")
        assert answer.status_code == 201, answer.text
        placed, total = answer.json(), price * 10_000 * count
        order = Ordered(country=country, cart=cart, once=f"once-{number}", placed=placed, total=total)
        assert placed["total"]["minor"] == total
        self.known.append(order)
        return order

    @rule(order=orders)
    def place_again(self, order: Ordered) -> None:
        again = self.call(order.country, order.cart, order.once)
        assert (again.status_code, again.json()) == (200, order.placed)

    @rule(order=orders)
    def place_something_else_under_its_key(self, order: Ordered) -> None:
        other = {**order.cart, "number": f"S-{next(NUMBERS)}"}
        assert self.call(order.country, other, order.once).status_code == 422
        assert self.call(order.country, order.cart, f"once-{next(NUMBERS)}").status_code == 422

    @rule(order=orders)
    def the_other_shop_asks(self, order: Ordered) -> None:
        other = "CO" if order.country == "CR" else "CR"
        headers = {"Authorization": f"Bearer {self.keys[other]}"}
        assert self.browser.get(f"/v1/orders/{order.placed['id']}", headers=headers).status_code == 404

    # the shopper

    def form_of(self, order: Ordered) -> dict[str, Any] | None:
        page = self.browser.get(f"{order.path}/pay?provider={PROVIDER[order.country]}")
        if page.status_code != 200:
            return None
        return next((form for form in forms_in(page.text) if "total" in form["fields"]), None)

    @rule(order=orders, twice=st.booleans())
    def pay(self, order: Ordered, twice: bool) -> None:
        form = self.form_of(order)
        assert (form is not None) is (order.status == "open"), (order.status, form)
        if form is None:
            return
        typed = {"field.push.phone": PHONE} if order.country == "CO" else {}
        answers = [self.browser.post(form["action"], data={**form["fields"], **typed}) for _ in range(1 + twice)]
        assert {answer.status_code for answer in answers} == {303}, [answer.text[:300] for answer in answers]
        paths = {answer.headers["location"].partition("?")[0] for answer in answers}
        assert len(paths) == 1, "two presses made two payments"
        order.status = "in_process"
        order.reference = self.house.payment(paths.pop().removeprefix(self.house.base)).reference
        assert order.reference not in order.references
        order.references.append(order.reference)

    @rule(order=orders)
    def approve(self, order: Ordered) -> None:
        if order.status != "in_process":
            return
        self.house.control(PROVIDER[order.country], "approve", reference=order.reference)
        order.status = "paid"

    @rule(order=orders)
    def reject(self, order: Ordered) -> None:
        if order.status != "in_process":
            return
        self.house.control(PROVIDER[order.country], "reject", reference=order.reference)
        if order.country == "CO":
            order.status = "open"  # a refused push is over; a declined card may be tried again in its session

    @rule(order=orders, page=st.sampled_from(("", "/pay", "?provider=greenpay", "?provider=nothing")))
    def look_around(self, order: Ordered, page: str) -> None:
        assert self.browser.get(f"{order.path}{page}").status_code in (200, 302, 303)

    # what must hold

    def state_of(self, order: Ordered) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.keys[order.country]}"}
        answer = self.browser.get(f"/v1/orders/{order.placed['id']}", headers=headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    @invariant()
    def the_api_says_what_the_model_says(self) -> None:
        end = time.monotonic() + self.patience  # news takes its way
        for order in self.known:
            while (told := self.state_of(order))["status"] != order.status and time.monotonic() < end:
                time.sleep(0.02)
            due = 0 if order.status == "paid" else order.total
            assert (told["status"], told["due"]["minor"]) == (order.status, due), order
            assert told["reference"] == (order.reference if order.status == "paid" else None)


@pytest.fixture(scope="module")
def shops(house: House) -> type[Shops]:  # noqa: F811
    """The machine, with a hub under it."""
    Shops.house = house
    Shops.keys = {
        country: house.run(issue_api_key(house.hub, house.merchants[country], "tienda")) for country in ("CR", "CO")
    }
    return Shops


def run(machine: type[Shops], examples: int, steps: int, number: int, *, phases: Iterable[Phase] = Phase) -> None:
    """Run a machine from a seed; what fails is shrunk and told, unless the phases leave that out."""
    seeded: Any = seed(number)(type("Seeded", (machine,), {}))
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seeded, settings=chosen)


@pytest.mark.parametrize("size", [CI, pytest.param(LONG, marks=pytest.mark.long)], ids=["short", "long"])
def test_shops_and_shoppers_in_any_order_find_what_the_model_says(shops: type[Shops], size: tuple[int, int]) -> None:
    number = seed_for("shop")
    print(f"HUB_TEST_SEED={number}")  # noqa: T201
    run(shops, *size, number)


def test_control_one_allocation_left_out_is_found(shops: type[Shops], monkeypatch: pytest.MonkeyPatch) -> None:
    right, calls = hub.flows.books.move_credit.move_credit, itertools.count(1)

    def forgetful(*given: Any, **named: Any) -> None:
        if next(calls) != 1:
            right(*given, **named)

    monkeypatch.setattr(hub.flows.books.move_credit, "move_credit", forgetful)
    monkeypatch.setattr(shops, "patience", 5)
    with pytest.raises((AssertionError, Flaky, BaseExceptionGroup)):
        run(shops, 20, 20, 1, phases=[Phase.generate])
