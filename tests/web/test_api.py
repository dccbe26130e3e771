"""The API for shops refuses by name what it does not take, and places an order once."""

from __future__ import annotations

import itertools
import json
from typing import Any

import httpx
import pytest

from hub.flows.merchants.issue_api_key import issue_api_key
from tests.web.conftest import House

NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def key(house: House) -> str:
    """An API key of the Costa Rican company."""
    return str(house.run(issue_api_key(house.hub, house.merchants["CR"], "tienda")))


def cart(**changes: Any) -> dict[str, Any]:
    return {
        "number": f"A-{next(NUMBERS)}",
        "currency": "CRC",
        "items": [{"description": "Taladro", "quantity": 1, "price": 100}],
        "customer": {"email": "ana@tienda.example"},
        **changes,
    }


def send(house: House, key: str, body: Any, *, once: str = "", **headers: str) -> httpx.Response:
    sent = {"Authorization": f"Bearer {key}", "Idempotency-Key": once or f"k-{next(NUMBERS)}", **headers}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with house.browser() as browser:
        return browser.post("/v1/orders", content=raw, headers={"Content-Type": "application/json", **sent})


def item(**changes: Any) -> dict[str, Any]:
    return cart(items=[{"description": "Taladro", "quantity": 1, "price": 100, **changes}])


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        (b"", 400, "JSON"),
        (b"{", 400, ""),
        (b"[]", 422, "object"),
        (b'{"number":"1","number":"2"}', 400, "twice"),
        (cart(number=""), 422, "number"),
        (cart(number=5), 422, "number"),
        (cart(colour="red"), 422, "colour"),
        (cart(currency="XXX"), 422, "XXX"),
        (cart(currency="crc"), 422, "currency"),
        (cart(items=[]), 422, "items"),
        (item(price=1.5), 422, "price"),
        (item(price=100.0), 422, "price"),
        (item(price="100"), 422, "price"),
        (item(price=-1), 422, "price"),
        (item(price=True), 422, "price"),
        (item(price=0), 422, "total"),
        (item(price=10**12, quantity=100_000), 422, "limit"),
        (item(quantity=0), 422, "quantity"),
        (item(discount=5), 422, "discount"),
        (cart(customer={}), 422, "email"),
        (cart(customer={"email": "nobody"}), 422, "email"),
        (cart(customer={"email": "nobody@"}), 422, "customer.email"),
        (cart(customer={"email": "ana@tienda.example", "name": "Ana\nMora"}), 422, "customer.name"),
        (cart(number="W-1\nW-2"), 422, "number"),
        (item(description="Taladro\r\nTotal: 0"), 422, "items[0].description"),
        (item(sku="T\x00"), 422, "items[0].sku"),
        (cart(customer={"email": "a@b.example\r\nBcc: c@d.example"}), 422, "email"),
        (cart(hold_minutes=0), 422, "hold_minutes"),
        (cart(return_url="javascript:alert(1)"), 422, "return_url"),
    ],
)
def test_a_faulty_order_is_refused_with_the_field_named(
    house: House, key: str, body: Any, status: int, named: str
) -> None:
    answer = send(house, key, body)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert named in problem["detail"]


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer nobody", "Basic YTpi"])
def test_without_a_key_nothing_is_told(house: House, authorization: str) -> None:
    headers = {"Authorization": authorization}
    with house.browser() as browser:
        answers = [
            browser.post("/v1/orders", json=cart(), headers={**headers, "Idempotency-Key": "k"}),
            browser.get("/v1/orders/ord_1", headers=headers),
        ]

    for answer in answers:
        assert answer.status_code == 401
        assert ("unknown" in answer.json()["detail"]) == (authorization == "Bearer nobody")
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"


def test_an_idempotency_key_places_one_order(house: House, key: str) -> None:
    body = cart()
    first, second = send(house, key, body, once="same"), send(house, key, body, once="same")
    other = send(house, key, cart(), once="same")
    taken = send(house, key, body, once="another")

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert other.status_code == 422
    assert "Idempotency-Key" in other.json()["detail"]
    assert taken.status_code == 422
    assert "number" in taken.json()["detail"]


@pytest.mark.parametrize("given", ["", "x" * 201, "\x80"])
def test_an_order_needs_an_idempotency_key(house: House, key: str, given: str) -> None:
    with house.browser() as browser:
        headers = [(b"authorization", f"Bearer {key}".encode()), (b"idempotency-key", given.encode("latin-1"))]
        answer = browser.post("/v1/orders", json=cart(), headers=headers)

    assert answer.status_code == 400


def test_an_order_of_another_company_does_not_exist(house: House, key: str) -> None:
    placed = send(house, key, cart()).json()
    other = house.run(issue_api_key(house.hub, house.merchants["CO"], "otra"))
    with house.browser() as browser:
        answers = [
            browser.get(f"/v1/orders/{placed['id']}", headers={"Authorization": f"Bearer {given}"})
            for given in (key, other)
        ]

    assert [answer.status_code for answer in answers] == [200, 404]
    assert answers[0].json()["status"] == "open"


def test_what_is_not_there_is_a_problem_too(house: House) -> None:
    with house.browser() as browser:
        answers = [browser.get("/v1/nothing"), browser.delete("/v1/orders")]

    assert [answer.status_code for answer in answers] == [404, 405]
    assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}


def test_the_api_describes_itself(house: House) -> None:
    with house.browser() as browser:
        description = browser.get("/v1/openapi.json").json()

    assert set(description["paths"]) == {"/v1/orders", "/v1/orders/{id}", "/v1/openapi.json"}
    items = description["components"]["schemas"]["Item"]
    assert items["properties"]["price"]["type"] == "integer"
    assert items["additionalProperties"] is False
