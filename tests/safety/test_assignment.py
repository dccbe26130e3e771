"""Fields that nobody asked for and prices that somebody made up change nothing."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from hub.bootstrap import DATABASE
from hub.domain.payment import Status
from hub.flows.statements import place_order
from hub.web import pay_step
from hub.web.api import orders, records
from tests.safety.people import People
from tests.web.conftest import House, forms_in

from .people import stranger
from .routes import KEY, belongings, routes_of

NUMBERS = itertools.count(1)
EXTRA = {
    "id": "01AAAAAAAAAAAAAAAAAAAAAAAA",
    "merchant_id": "OTHER",
    "merchant": "OTHER",
    "customer_id": "OTHER",
    "account_id": "OTHER",
    "status": "paid",
    "state": "sent",
    "phase": "sent",
    "paid": "true",
    "settled": "1500000",
    "due": "0",
    "balance": "0",
    "amount_minor": "1",
    "minor": "1",
    "price": "1",
    "role": "owner",
    "mode": "live",
    "locale": "en_US",
    "slug": "robada",
    "confirmed_by": "yo",
    "auto_approved": "1",
    "issued_by": "yo",
    "number": "1",
    "created_at": "2020-01-01",
    "version": "99",
    "__class__": "x",
    "merchant.id": "OTHER",
    "options[partial]": "true",
}
"""Names of columns and records, as somebody might guess them."""

VALUES = ("OTHER", "robada", "en_US", "01AAAAAAAAAAAAAAAAAAAAAAAA")


@pytest.fixture(scope="module")
def mine(house: House, people: People) -> Any:
    return belongings(house, people)


def traces(house: House) -> list[str]:
    """Rows that hold one of the smuggled values."""
    database = sqlite3.connect(f"file:{house.opened.settings.data / DATABASE}?mode=ro", uri=True)
    try:
        found = []
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ):
            rows = database.execute(f'SELECT * FROM "{name}"').fetchall()
            found += [f"{name}: {row!r}" for row in rows if any(value in map(str, row) for value in VALUES)]
        return found
    finally:
        database.close()


def test_no_form_takes_a_field_that_it_did_not_ask_for(house: House, people: People, front: Any, mine: Any) -> None:
    """Every form of the merchant's pages, with its token and all those names beside what it asks for."""
    clerk = people.clerk(mine.merchant)
    before = house.read(lambda tx: tx.merchants.get(mine.merchant.id))
    accounts = house.read(lambda tx: tx.accounts.get(house.accounts["CR"].id))
    for route in routes_of(front):
        if "POST" not in route.methods or route.proof == KEY or route.path in ("/m/sign-out",):
            continue
        answer = clerk.browser.post(mine.path(route), data={**EXTRA, "form": clerk.csrf}, headers=stranger())
        assert answer.status_code < 500, route.path

    after = house.read(lambda tx: tx.merchants.get(mine.merchant.id))
    house.write(lambda tx: tx.merchants.save(before))
    kept = ("id", "slug", "mode", "locale", "company", "created_at")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    now = house.read(lambda tx: tx.accounts.get(accounts.id))
    house.write(lambda tx: tx.accounts.save(accounts))
    same = ("id", "merchant_id", "mode", "provider", "confirmed_by", "settings", "path_token")
    assert [getattr(now, name) for name in same] == [getattr(accounts, name) for name in same]
    paid = house.read(lambda tx: tx.payments.get(mine.payment.id))
    assert attrs.evolve(paid, checks=mine.payment.checks) == mine.payment, "a form may ask the provider once more"
    assert house.read(lambda tx: tx.payments.get(mine.live.id)).status is Status.PENDING
    roles = {item.email: item.role for item in house.read(lambda tx: tx.merchants.members(mine.merchant.id))}
    assert [str(role) for role in roles.values()].count("owner") == 1
    assert traces(house) == []


def test_the_payers_form_takes_no_status_and_no_amount(house: House, people: People) -> None:
    debtor = house.debtor("CR", (1500000, -30))
    browser = people.browser()
    form = next(
        item for item in forms_in(browser.get(f"{debtor.path}/pay?provider=greenpay").text) if "total" in item["fields"]
    )
    smuggled = {
        **EXTRA,
        "amount": "1",
        f"amount.{debtor.invoices[0].id}": "1,00",
        "shares": "1",
        "fields": "x",
        "warned": "1",
    }
    started = browser.post(form["action"], data={**smuggled, **form["fields"]})
    assert "/p/" in started.headers["location"]
    payment = house.payment(started.headers["location"].partition("?")[0])

    assert payment.amount.minor == 1500000
    assert [line.amount for line in payment.lines] == [1500000]
    assert payment.status is not Status.PAID
    assert (payment.merchant_id, payment.customer_id) == (house.merchants["CR"].id, debtor.customer.id)


@pytest.fixture(scope="module")
def send(house: House, people: People) -> Any:
    """send(body) -> the answer to an order."""
    key, browser = people.api_key(house.merchants["CR"]), people.browser()

    def send(body: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"a{next(NUMBERS)}"}
        return browser.post(
            "/v1/orders", content=json.dumps(body), headers={**headers, "Content-Type": "application/json"}
        )

    return send


def cart(**changes: Any) -> dict[str, Any]:
    return {
        "number": f"A-{next(NUMBERS)}",
        "currency": "CRC",
        "items": [{"sku": "T", "description": "Taladro", "quantity": 2, "price": 2500}],
        "customer": {"email": "ana@correo.example"},
        **changes,
    }


def smuggled(send: Any) -> list[str]:
    """Names that an order took beside its own."""
    names = [*EXTRA, "amount", "total", "hold_until", "page", "key", "discount", "payable_id"]
    inner = [
        ("customer", {"email": "ana@correo.example", "id": "OTHER"}),
        ("customer", {"email": "ana@correo.example", "remembered": {"phone": "1"}}),
        ("items", [{"description": "T", "quantity": 1, "price": 100, "total": 1}]),
        ("items", [{"description": "T", "quantity": 1, "price": 100, "discount": 99}]),
    ]
    new = [name for name in names if name not in cart()]
    taken = [name for name in new if send(cart(**{name: "1"})).status_code != 422]
    return taken + [name for name, value in inner if send(cart(**{name: value})).status_code != 422]


def test_an_order_with_a_field_of_ours_is_refused(send: Any) -> None:
    assert smuggled(send) == []


def test_control_binding_the_body_blindly_takes_them(send: Any, plant: Callable[..., None]) -> None:
    @attrs.frozen
    class Blind:
        """Takes what it knows and lets the rest pass."""

        ValidationError = orders.msgspec.ValidationError
        to_builtins = staticmethod(orders.msgspec.to_builtins)

        def convert(self, body: dict[str, Any], kind: type, *, strict: bool) -> Any:
            known = {name: value for name, value in body.items() if name in records.NewOrder.__struct_fields__}
            return orders_convert(known, kind, strict=strict)

    orders_convert = orders.msgspec.convert
    plant(orders, "msgspec", Blind())

    assert smuggled(send)


@pytest.mark.parametrize(
    "item",
    [
        {"quantity": -1, "price": 2500},
        {"quantity": 0, "price": 2500},
        {"quantity": 1_000_000_000, "price": 2500},
        {"quantity": 2**63, "price": 2500},
        {"quantity": 1.5, "price": 2500},
        {"quantity": "2", "price": 2500},
        {"quantity": True, "price": 2500},
        {"quantity": 1, "price": -2500},
        {"quantity": 1, "price": 2**63},
        {"quantity": 1, "price": 0.01},
        {"quantity": 1, "price": 1e18},
        {"quantity": 1, "price": None},
        {"quantity": 100_000, "price": 10**12},
    ],
)
def test_a_quantity_or_price_out_of_range_is_refused(send: Any, item: dict[str, Any]) -> None:
    assert send(cart(items=[{"description": "T", **item}])).status_code == 422


def test_a_discount_by_a_negative_position_is_refused(send: Any) -> None:
    items = [{"description": "T", "quantity": 1, "price": 5000}, {"description": "D", "quantity": -1, "price": 4999}]
    assert send(cart(items=items)).status_code == 422


def paid_for(house: House, people: People, send: Any) -> int | None:
    """What a shopper pays who writes another total into the form; None when nothing is started."""
    placed = send(cart()).json()
    browser, path = people.browser(), placed["page"].removeprefix(house.base)
    page = browser.get(f"{path}/pay?provider=greenpay").text
    form = next(item for item in forms_in(page) if "total" in item["fields"])
    lines = {name: "0,01" for name in form["fields"] if name.startswith("amount.")}
    order_id = placed["id"].removeprefix("ord_")
    answer = browser.post(form["action"], data={**form["fields"], **lines, f"amount.{order_id}": "0,01", "total": "1"})
    if "/p/" not in answer.headers.get("location", ""):
        return None
    return int(house.payment(answer.headers["location"].partition("?")[0]).amount.minor)


def test_the_server_adds_up_and_nobody_pays_a_total_of_his_own(house: House, people: People, send: Any) -> None:
    assert send(cart()).json()["total"] == {"minor": 5000, "currency": "CRC"}
    assert paid_for(house, people, send) is None


def test_control_trusting_the_forms_amount_sells_for_a_cent(
    house: House, people: People, send: Any, plant: Callable[..., None]
) -> None:
    trusted = pay_step.with_amounts

    def trusts(basket: Any, typed: Any) -> Any:
        return attrs.evolve(trusted(attrs.evolve(basket, partial=True), typed), partial=False)

    plant(pay_step, "with_amounts", trusts)

    assert paid_for(house, people, send) == 1


def test_the_sum_of_a_cart_is_ours(plant: Callable[..., None]) -> None:
    items = (place_order.OrderItem(sku="", description="T", quantity=3, price=7),)
    made = place_order.Cart(number="1", currency="CRC", items=items, name="", email="a@b.example")
    assert place_order.checked_total(made).minor == 21
