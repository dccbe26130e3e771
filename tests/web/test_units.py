"""An amount that is finer than a provider's unit: the offer says so, and what the unit can carry is paid."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest

from hub.domain.payment import Payment
from hub.flows.merchants.save_options import save_options
from tests.web.conftest import Debtor, House, seen_in

Forms = Callable[[str], list[dict[str, Any]]]
PHONE = {"field.push.phone": "300 123 45 67"}


def offered_part(house: House, debtor: Debtor) -> tuple[str, str]:
    """What the pay step says of the whole amount, and the address at which the part is paid."""
    with house.browser() as browser:
        html = browser.get(f"{debtor.path}/pay?provider=nequi").text
    found = re.search(r'href="([^"]*[?&]whole=nequi[^"]*)"', unescape(html))
    return seen_in(html), found[1] if found else ""


def paid_part(house: House, forms: Forms, path: str) -> Payment:
    """The payment of the part, as its page says it."""
    with house.browser() as browser:
        html = browser.get(path).text
        form = next(item for item in forms(html) if item["action"].endswith("/pay"))
        answer = browser.post(form["action"], data={**form["fields"], **PHONE})
    assert answer.status_code == 303, seen_in(answer.text)[:300]
    return house.payment(answer.headers["location"].removeprefix(house.base))


def test_an_amount_with_cents_is_said_at_the_offer_and_the_rest_of_it_can_be_paid(house: House, forms: Forms) -> None:
    debtor = house.debtor("CO", (11_900_045, -30))

    said, path = offered_part(house, debtor)

    assert "no recibe pagos con céntimos de este tamaño; puede recibir" in said
    assert re.search(r"Pagar \S*119\.000 con Nequi", said.replace("\u00a0", ""))
    payment = paid_part(house, forms, path)
    assert payment.amount.minor == 11_900_000
    assert [line.amount for line in payment.lines] == [11_900_000]
    house.control("nequi", "approve", reference=payment.reference)
    house.until(lambda: house.read(lambda tx: tx.payables.get(debtor.invoices[0].id)).due == 45)


def test_what_is_whole_already_is_offered_whole(house: House) -> None:
    debtor = house.debtor("CO", (11_900_000, -30))

    said, path = offered_part(house, debtor)

    assert "céntimos" not in said
    assert path == ""


@pytest.fixture
def forgiving(house: House) -> Iterator[None]:
    """The company writes off what a provider's unit cannot carry."""
    merchant = house.merchants["CO"]
    house.run(save_options(house.hub, merchant.id, write_off_rest=True))
    yield
    house.run(save_options(house.hub, merchant.id, write_off_rest=False))


def due_of(house: House, debtor: Debtor) -> int:
    return house.read(lambda tx: sum(tx.payables.get(item.id).due for item in debtor.invoices))


@pytest.mark.usefixtures("forgiving")
def test_a_rest_below_the_unit_is_written_off_with_the_payment_of_all_that_is_owed(house: House, forms: Forms) -> None:
    debtor = house.debtor("CO", (11_900_045, -30))

    _said, path = offered_part(house, debtor)
    with house.browser() as browser:
        assert "los da por pagados con este pago" in seen_in(browser.get(path).text)
    payment = paid_part(house, forms, path)
    assert [line.rest for line in payment.lines] == [45]
    house.control("nequi", "approve", reference=payment.reference)

    house.until(lambda: due_of(house, debtor) == 0)
    entries = house.read(lambda tx: tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id))
    assert [entry.key for entry in entries if entry.key.startswith("writeoff:")] == [
        f"writeoff:{payment.id}:{debtor.invoices[0].id}"
    ]


@pytest.mark.usefixtures("forgiving")
def test_control_a_hub_that_forgets_the_rest_leaves_it_due(
    house: House, forms: Forms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.flows.books.book_money.book_rest", lambda *_all: None)
    debtor = house.debtor("CO", (11_900_045, -30))
    payment = paid_part(house, forms, offered_part(house, debtor)[1])
    house.control("nequi", "approve", reference=payment.reference)

    house.until(lambda: due_of(house, debtor) < 11_900_045)
    assert due_of(house, debtor) == 45


def test_control_an_offer_that_knows_no_part_leaves_the_payer_without_a_way(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.flows.payments.offer_buttons.part_of", lambda *_all: None)
    debtor = house.debtor("CO", (11_900_045, -30))

    assert offered_part(house, debtor)[1] == ""
