"""A store order, from the shop's call to the shopper's result page."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hub.domain.payment import Status
from hub.flows.merchants.issue_api_key import issue_api_key
from tests.web.conftest import House, Seat, seen_in

Forms = Callable[[str], list[dict[str, Any]]]
NUMBERS = itertools.count(1)


def order(house: House, country: str = "CR", **changes: Any) -> dict[str, Any]:
    """An order that was placed by the shop."""
    key = house.run(issue_api_key(house.hub, house.merchants[country], "tienda"))
    number = next(NUMBERS)
    cart = {
        "number": f"W-{number}",
        "currency": "CRC" if country == "CR" else "COP",
        "items": [{"sku": "T-1", "description": "Taladro", "quantity": 2, "price": 2500000}],
        "customer": {"name": "Ana", "email": f"ana{number}@tienda.example"},
        "return_url": "https://tienda.example/pedido",
        **changes,
    }
    with house.browser() as browser:
        answer = browser.post(
            "/v1/orders", json=cart, headers={"Authorization": f"Bearer {key}", "Idempotency-Key": f"k{number}"}
        )
        assert answer.status_code == 201, answer.text
        return {**answer.json(), "key": key, "path": answer.json()["page"].removeprefix(house.base)}


def state(house: House, placed: dict[str, Any]) -> dict[str, Any]:
    with house.browser() as browser:
        answer = browser.get(f"/v1/orders/{placed['id']}", headers={"Authorization": f"Bearer {placed['key']}"})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.parametrize(
    ("country", "provider", "typed"),
    [("CR", "greenpay", {}), ("CO", "nequi", {"field.push.phone": "3001234567"})],
)
def test_an_order_is_paid_with_the_providers_of_its_country(
    house: House, forms: Forms, country: str, provider: str, typed: dict[str, str]
) -> None:
    placed = order(house, country)
    assert state(house, placed)["status"] == "open"
    with house.browser() as browser:
        html = browser.get(placed["path"]).text
        assert "Taladro" in html
        assert f"/pay?provider={provider}" in html
        assert 'href="https://tienda.example/pedido"' in html
        chosen = browser.get(f"{placed['path']}?provider={provider}").headers["location"]  # the mail's button
        form = next(form for form in forms(browser.get(chosen).text) if "total" in form["fields"])
        started = browser.post(form["action"], data={**form["fields"], **typed})
        held = browser.post(form["action"], data={**form["fields"], **typed})
        waiting = browser.get(placed["path"]).text
    path = started.headers["location"].removeprefix(house.base).partition("?")[0]
    payment = house.payment(path)

    assert held.headers["location"] == f"{house.base}{path}"
    assert "Pago en proceso" in waiting
    assert "/pay?provider" not in waiting
    assert state(house, placed)["status"] == "in_process"
    house.control(provider, "approve", reference=payment.reference)
    house.until(lambda: house.payment(path).status is Status.PAID)

    paid = state(house, placed)
    assert (paid["status"], paid["provider"], paid["reference"]) == ("paid", provider, payment.reference)
    assert paid["due"]["minor"] == 0
    with house.browser() as browser:
        page = browser.get(placed["path"]).text
        result = browser.get(path).text
        again = browser.get(f"{placed['path']}/pay")
    assert "Ver el soporte de pago" in page
    assert "Aprobada" in result
    assert "Volver al pedido" in result
    assert again.headers["location"] == placed["path"]


def test_an_order_whose_hold_is_over_is_not_offered(house: House, forms: Forms) -> None:
    placed = order(house, hold_minutes=1)
    with house.browser() as browser:
        html = browser.get(f"{placed['path']}/pay?provider=greenpay").text
        form = next(form for form in forms(html) if "total" in form["fields"])
        house.time.ahead = timedelta(minutes=2)
        try:
            page = browser.get(placed["path"]).text
            late = browser.post(form["action"], data=form["fields"])
            told = state(house, placed)
        finally:
            house.time.ahead = timedelta()

    assert "La reserva de este pedido venció" in page
    assert "/pay?provider" not in page
    assert late.headers["location"] == placed["path"]
    assert told["status"] == "expired"


def test_the_order_mail_reaches_the_shopper(house: House) -> None:
    placed = order(house)
    mail = house.until(lambda: house.mailbox.to(f"ana{placed['number'].removeprefix('W-')}@tienda.example"))

    assert placed["number"] in mail[0].text


@pytest.mark.parametrize(
    ("asked", "browser_says", "page_says", "mail_says"),
    [
        ("en", "es-CR", "Credit or debit card", "Your order"),
        ("es", "en-US", "Tarjeta de crédito o débito", "Su pedido"),
        ("", "en-US", "Credit or debit card", "Su pedido"),
        ("", "es-CR", "Tarjeta de crédito o débito", "Su pedido"),
    ],
)
def test_an_order_speaks_the_language_in_which_the_shop_placed_it(
    house: House, seen: Callable[[str], str], asked: str, browser_says: str, page_says: str, mail_says: str
) -> None:
    placed = order(house, **({"language": asked} if asked else {}))
    with house.browser() as browser:
        html = browser.get(placed["path"], headers={"accept-language": browser_says}).text
    mail = house.until(lambda: house.mailbox.to(f"ana{placed['number'].removeprefix('W-')}@tienda.example"))[0]

    assert page_says in seen(html)
    assert mail_says in mail.subject


def test_an_english_order_ends_in_an_english_result_and_receipt(
    house: House, forms: Forms, seen: Callable[[str], str]
) -> None:
    placed = order(house, "CO", language="en")
    spanish = {"accept-language": "es-CO"}
    with house.browser() as browser:
        html = browser.get(f"{placed['path']}/pay?provider=nequi", headers=spanish).text
        form = next(form for form in forms(html) if "total" in form["fields"])
        fields = {**form["fields"], "field.push.phone": "3001234568"}
        path = browser.post(form["action"], data=fields, headers=spanish).headers["location"]
    path = path.removeprefix(house.base).partition("?")[0]
    house.control("nequi", "approve", reference=house.payment(path).reference)
    house.until(lambda: house.payment(path).status is Status.PAID)
    with house.browser() as browser:
        result = seen(browser.get(path, headers=spanish).text)
    address = f"ana{placed['number'].removeprefix('W-')}@tienda.example"
    mails = house.until(lambda: (mails := house.mailbox.to(address)) and len(mails) > 1 and mails)

    assert "Payment method" in html
    assert "Approved" in result
    assert "Aprobada" not in result
    assert [mail.subject for mail in mails if "Su " in mail.subject or "Tu " in mail.subject] == []
    assert any("Proof of payment" in mail.subject or "receipt" in mail.subject.lower() for mail in mails), mails


def test_the_page_says_who_joined_a_shopper_and_when(house: House, seat: Callable[..., Seat]) -> None:
    debtor = house.debtor("CR", email="clienta@correo.example")
    placed, desk = order(house), seat(house.merchants["CR"])
    shopper = house.read(lambda tx: tx.payables.get(placed["id"].removeprefix("ord_"))).customer_id
    path = f"/m/customers/{shopper}"

    page = seen_in(desk.go(f"{path}/join", customer=debtor.customer.email))
    assert debtor.customer.name in page
    assert f"por {desk.email}" in page
    parted = seen_in(desk.go(f"{path}/join", customer=""))
    assert f"Separado por {desk.email}" in parted
