"""A payer who presses Pagar for what was closed, voided or paid meanwhile is told which invoice it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hub.flows.corrections.void_bill import void_bill
from hub.web.portal import statement
from tests.web.conftest import Debtor, House
from tests.web.test_portal import press_pay, step, words

Forms = Callable[[str], list[Any]]

KIND = "ya no está pendiente. No tiene que pagar nada por ella ahora, y no se le cobró nada."


def voided(house: House, debtor: Debtor, at: int) -> str:
    """Nothing is owed of it from now on; its number."""
    number = str(debtor.invoices[at].number)
    house.run(void_bill(house.hub, house.merchants["CR"], number, by="ana", reason="era de otro"))
    return number


def says_which(house: House, forms: Forms, *, pressed: bool) -> None:
    """By the link of a mail, or by the button of a page that was open since before."""
    debtor = house.debtor("CR", (1_500_000, -30), email="ana@correo.example")
    with house.browser() as browser:
        html = step(browser, debtor.path, "greenpay")
        number = voided(house, debtor, 0)
        if pressed:
            answer = press_pay(browser, forms, html)
        else:
            answer = browser.get(f"{debtor.path}/pay", params={"invoice": debtor.invoices[0].id})
        assert answer.status_code == 303
        shown = words(browser.get(answer.headers["location"]).text)
    assert f"La factura {number} {KIND}" in shown
    assert house.read(lambda tx: tx.payments.with_payables([debtor.invoices[0].id])) == ()


@pytest.mark.parametrize("pressed", [True, False])
def test_whoever_pays_what_was_closed_meanwhile_reads_which_one(house: House, forms: Forms, pressed: bool) -> None:
    says_which(house, forms, pressed=pressed)


def test_control_a_statement_that_says_nothing_is_found(
    house: House, forms: Forms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statement, "_without", lambda request, _asked: statement.address_of(request))

    with pytest.raises(AssertionError):
        says_which(house, forms, pressed=True)


def test_of_several_the_others_are_still_paid_and_the_one_is_named(house: House, forms: Forms) -> None:
    debtor = house.debtor("CR", (1_500_000, -30), (400_000, -20), email="ana@correo.example")
    with house.browser() as browser:
        html = step(browser, debtor.path, "greenpay", *(invoice.id for invoice in debtor.invoices))
        number = voided(house, debtor, 0)
        answer = press_pay(browser, forms, html)
        again = step(browser, debtor.path, "greenpay", *(invoice.id for invoice in debtor.invoices))

    assert answer.status_code == 422
    for shown in (words(answer.text), words(again)):
        assert f"La factura {number} {KIND}" in shown
        assert "Pagar ₡4 000" in shown


def test_two_are_named_together(house: House) -> None:
    debtor = house.debtor("CR", (1_500_000, -30), (400_000, -20))
    first, second = voided(house, debtor, 0), voided(house, debtor, 1)
    with house.browser() as browser:
        asked = {"invoice": [invoice.id for invoice in debtor.invoices]}
        answer = browser.get(f"{debtor.path}/pay", params=asked, follow_redirects=True)

    assert f"Las facturas {first}, {second} ya no están pendientes. No tiene que pagar nada" in words(answer.text)


def test_nobody_learns_the_number_of_another_customers_invoice(house: House) -> None:
    debtor, other = house.debtor("CR", (1_500_000, -30)), house.debtor("CR", (400_000, -20))
    number = voided(house, other, 0)
    with house.browser() as browser:
        answer = browser.get(f"{debtor.path}/pay", params={"invoice": other.invoices[0].id}, follow_redirects=True)

    assert "Lo que eligió ya no está pendiente." in words(answer.text)
    assert number not in answer.text


def test_a_statement_that_nobody_wanted_to_pay_from_says_nothing_of_it(house: House) -> None:
    debtor = house.debtor("CR", (1_500_000, -30))
    with house.browser() as browser:
        assert "ya no está pendiente" not in words(browser.get(debtor.path).text)
