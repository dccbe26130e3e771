"""Credit that is paid out and money in another currency on the merchant's pages: forms book once what they show."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from hub.domain.merchant import Merchant, Role
from hub.flows.corrections.record_receipt import record_by_hand
from hub_hookspecs import Money
from tests.web.conftest import House, Seat, seen_in


@pytest.fixture
def merchant(house: House) -> Merchant:
    return house.merchants["CR"]


def balance(house: House, merchant: Merchant, kind: str, currency: str, owner: str = "") -> int:
    rows = house.read(lambda tx: tx.ledger.balances(merchant.id, merchant.mode))
    return sum(amount for name, who, cur, amount in rows if (name, cur) == (kind, currency) and owner in (who, ""))


def fields_of(forms: list[dict[str, Any]], ending: str) -> dict[str, Any]:
    (found,) = [form for form in forms if form["action"].endswith(ending)]
    return dict(found["fields"])


def test_credit_is_paid_out_and_voided_on_the_customers_page(
    house: House, merchant: Merchant, seat: Callable[..., Seat], forms: Callable[[str], list[dict[str, Any]]]
) -> None:
    debtor, owner = house.debtor("CR", (700_000, -1), email="ana@correo.example"), seat(merchant)
    customer = debtor.customer.id
    advance = {"means": "cash", "cash": Money(5_000_000, "CRC"), "shares": [], "by": "x"}
    house.run(record_by_hand(house.hub, merchant, customer, **advance))
    path = f"/m/customers/{customer}/disbursement"
    fields = fields_of(forms(owner.read(path)), "/disbursement")
    typed = {**fields, "means": "sinpe", "amount": "20000", "why": "lo pidió", "reference": "12345"}

    page = owner.go(path, **typed)
    again = owner.post(path, **typed)
    stale = owner.post(path, **{**typed, "disbursement_id": house.hub.fresh_id()})

    assert "CE-00000" in page
    assert again.status_code == 303
    assert stale.status_code == 422
    assert balance(house, merchant, "customer_credit", "CRC", customer) == -3_000_000
    voided = owner.go(f"{again.headers['location']}/void", reason="no vino")
    assert "Anulado" in seen_in(voided)
    assert balance(house, merchant, "customer_credit", "CRC", customer) == -5_000_000
    kinds = [item.kind for item in house.read(lambda tx: tx.deliveries.of(merchant_id=merchant.id))]
    assert kinds.count("disbursement") == 2


@pytest.mark.parametrize(
    ("typed", "currency", "told"),
    [
        ("1e9", "CRC", "Escriba el monto sin separador de miles"),
        ("USD 5", "CRC", "la moneda elegida es CRC"),
        ("#VALUE!", "CRC", "Escriba el monto sin separador de miles"),
        ("95.000", "USD", "Escriba el monto sin separador de miles"),
        ("95,000", "USD", "Escriba el monto sin separador de miles"),
    ],
)
def test_an_amount_that_is_none_is_told_as_in_a_form_and_not_as_in_a_file(
    house: House,
    merchant: Merchant,
    seat: Callable[..., Seat],
    forms: Callable[[str], list[dict[str, Any]]],
    typed: str,
    currency: str,
    told: str,
) -> None:
    debtor, owner = house.debtor("CR", (700_000, -1)), seat(merchant)
    path = f"/m/customers/{debtor.customer.id}/receipt"
    fields = fields_of(forms(owner.read(path)), "/receipt")

    page = seen_in(owner.post(path, **{**fields, "means": "cash", "currency": currency, "amount": typed}).text)

    assert told in page
    assert not [word for word in ("Excel", "columna", "fila") if word in page]


@pytest.mark.parametrize(
    ("country", "typed", "told"),
    [("CR", "95.000", "₡95 000,00"), ("CR", "95,000", "₡95 000,00"), ("CO", "95.000", "$95.000"), ("CO", "95,000", "")],
)
def test_thousandths_that_somebody_types_are_thousands_unless_the_country_writes_decimals_so(
    house: House,
    seat: Callable[..., Seat],
    forms: Callable[[str], list[dict[str, Any]]],
    country: str,
    typed: str,
    told: str,
) -> None:
    """What was understood is shown before it is recorded; where the comma is decimal, 95,000 may be either."""
    debtor = house.debtor(country, (700_000, -1))
    owner, path = seat(house.merchants[country]), f"/m/customers/{debtor.customer.id}/receipt"
    currency = "COP" if country == "CO" else "CRC"
    fields = fields_of(forms(owner.read(path)), "/receipt")

    answer = owner.post(path, **{**fields, "means": "cash", "currency": currency, "amount": typed})

    page = seen_in(answer.text).replace("\u00a0", " ")
    assert (answer.status_code == 200) == bool(told)
    assert (told or "sin separador de miles") in page


def test_an_accountant_pays_no_credit_out(merchant: Merchant, house: House, seat: Callable[..., Seat]) -> None:
    debtor, accountant = house.debtor("CR", (700_000, -1)), seat(merchant, Role.ACCOUNTANT)

    assert accountant.post(f"/m/customers/{debtor.customer.id}/disbursement", amount="1").status_code == 403


def test_dollars_settle_colones_after_two_people_said_the_same(
    house: House, merchant: Merchant, seat: Callable[..., Seat], forms: Callable[[str], list[dict[str, Any]]]
) -> None:
    debtor = house.debtor("CR", (5_000_000, -1))
    path = f"/m/customers/{debtor.customer.id}/conversion"
    typed = {
        "means": "cash",
        "currency": "USD",
        "settles_in": "CRC",
        "amount": "100",
        "base": "USD",
        "rate": "520,25",
        "source": "BCCR",
        "why": "así pagó",
    }
    accountant, owner = seat(merchant, Role.ACCOUNTANT), seat(merchant)
    for name, first in (("currency", "USD"), ("settles_in", "CRC")):
        assert re.search(rf'<select[^>]*name="{name}"[^>]*>\s*<option value="{first}"', accountant.read(path)), name
    assert "CRC · debe ₡50 000,00" in seen_in(accountant.read(path)).replace("\u00a0", " ")

    def record(person: Seat) -> Any:
        fields = fields_of(forms(person.read(path)), "/conversion")
        shown = person.post(path, **{**fields, **typed}).text
        assert "52" in seen_in(shown)
        confirmed = fields_of(forms(shown), "/conversion")
        return person.post(path, **confirmed, record="1")

    proposed = record(accountant)
    done = record(owner)

    assert "Es la primera tasa" in proposed.text
    assert done.status_code == 303
    page = owner.read(done.headers["location"])
    assert "520,25" in page
    (link,) = set(re.findall(r'href="(/m/receipts/[0-9a-f]+)"', page))
    receipt = seen_in(owner.read(link))
    assert "USD 100" in receipt
    assert "520,25" in receipt
    assert "BCCR" in receipt
    assert f"{link}/void" not in owner.read(link)
    assert owner.post(f"{link}/void", reason="x").status_code == 422
    assert house.read(lambda tx: tx.payables.get(debtor.invoices[0].id)).due == 0


def test_a_rate_of_zero_is_refused_in_the_field(
    house: House, merchant: Merchant, seat: Callable[..., Seat], forms: Callable[[str], list[dict[str, Any]]]
) -> None:
    debtor, owner = house.debtor("CR", (5_000_000, -1)), seat(merchant)
    path = f"/m/customers/{debtor.customer.id}/conversion"
    fields = fields_of(forms(owner.read(path)), "/conversion")
    typed = {"means": "cash", "currency": "USD", "settles_in": "CRC", "amount": "100", "base": "USD", "rate": "0"}

    answer = owner.post(path, **{**fields, **typed, "source": "BCCR", "why": "x"})

    assert answer.status_code == 422
    assert "mayor que cero" in answer.text
