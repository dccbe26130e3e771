"""An invoice with instalments shows them, and offers what is due now beside the whole: page, pay step, mail, PDF."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import attrs
import pytest

import hub.web.basket as basket_module
from hub.domain.instalment import Instalment
from hub.domain.intake import Share
from hub.domain.merchant import Options, Role
from hub.domain.payment import Status
from hub.domain.round import Choice
from hub.flows.corrections.record_receipt import record_by_hand
from hub.flows.statements.send_round import plan_round
from hub.flows.statements.send_statement import send_statement
from hub_hookspecs import Money
from tests.web.conftest import House, Seat
from tests.web.test_portal import pay_form, press_pay, words

Forms = Callable[[str], list[dict[str, Any]]]
Seats = Callable[..., Seat]


def planned(house: House, *days: int, country: str = "CR", amount: int = 1_000_000, **more: Any) -> Any:
    """A customer with one invoice in instalments that fall due so many days from today, and one that does at once."""
    debtor = house.debtor(country, (amount * len(days), days[-1]), (500_000, 20), **more)
    today = debtor.invoices[0].due_on - timedelta(days=days[-1])
    plan = tuple(Instalment(today + timedelta(days=away), amount) for away in days)
    house.write(lambda tx: tx.payables.revise(attrs.evolve(debtor.invoices[0], plan=plan)))
    return attrs.evolve(debtor, invoices=(attrs.evolve(debtor.invoices[0], plan=plan), *debtor.invoices[1:]))


def due(house: House, debtor: Any) -> list[int]:
    return [house.read(lambda tx, id=item.id: tx.payables.get(id).due) for item in debtor.invoices]


def received(house: House, debtor: Any, minor: int) -> None:
    """So much of the invoice was paid in cash."""
    cash = Money(minor, debtor.invoices[0].currency)
    shares = [Share(debtor.invoices[0].id, minor)]
    merchant = house.merchants["CR"]
    house.run(
        record_by_hand(house.hub, merchant, debtor.customer.id, means="cash", cash=cash, shares=shares, by="contadora")
    )


def page(house: House, path: str) -> str:
    with house.browser() as browser:
        answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def link_in(html: str, text: str) -> str:
    """Where the link goes that says this."""
    found = [
        unescape(where)
        for where, said in re.findall(r'<a[^>]*href="([^"]*)"[^>]*>(.*?)</a>', html, re.DOTALL)
        if text in words(f"<main>{said}")
    ]
    assert found, text
    return found[0]


def test_the_statement_shows_each_instalment_and_what_is_due_now(house: House) -> None:
    debtor = planned(house, -40, -5, 25)
    received(house, debtor, 1_300_000)

    html = page(house, debtor.path)

    said = words(html)
    assert re.search(r"Cuota 1 de 3 · \S+ · ₡10 000,00 · pagada", said)
    assert re.search(r"Cuota 2 de 3 · \S+ · ₡10 000,00 · vencida · faltan ₡7 000,00", said)
    assert re.search(r"Cuota 3 de 3 · \S+ · ₡10 000,00 · la próxima", said)
    assert "Vencido ₡7 000,00" in said
    assert "Vencida: 5 días" in said
    assert "Lo que vence ahora: ₡7 000,00" in said
    assert "Pagar lo que vence ahora: ₡7 000,00" in said
    assert "now=1" in link_in(html, "Pagar lo que vence ahora")


def test_an_invoice_without_instalments_offers_nothing_of_the_kind(house: House) -> None:
    debtor = house.debtor("CR", (1_500_000, -30), (500_000, 20))

    said = words(page(house, debtor.path))

    assert "vence ahora" not in said
    assert "Cuota" not in said


@pytest.mark.parametrize("days", [(-40, -5), (5, 25)], ids=["all is due", "nothing is due"])
def test_where_all_or_nothing_is_due_there_is_nothing_to_choose(house: House, days: tuple[int, ...]) -> None:
    debtor = planned(house, *days)

    assert "vence ahora" not in words(page(house, debtor.path))


def books_what_is_due(house: House, forms: Forms, debtor: Any) -> None:
    """The form that pays what is due now asks the provider for exactly that, and it fills the oldest."""
    with house.browser() as browser:
        statement = browser.get(debtor.path).text
        html = browser.get(link_in(statement, "Lo que vence ahora") + "&provider=greenpay").text
        started = press_pay(browser, forms, html)
        assert started.status_code == 303, words(started.text)
        payment = house.payment(started.headers["location"].partition("?")[0])

    assert "Pagar ₡20 000,00" in words(html)
    assert payment.amount == Money(2_000_000, "CRC")
    house.control("greenpay", "approve", reference=payment.reference)
    house.until(lambda: house.read(lambda tx: tx.payments.get(payment.id)).status is Status.PAID)
    assert due(house, debtor) == [1_000_000, 500_000]
    assert "Cuota 3 de 3" in words(page(house, debtor.path))
    assert "vencida" not in words(page(house, debtor.path))


def test_paying_what_is_due_now_books_exactly_that(house: House, forms: Forms) -> None:
    books_what_is_due(house, forms, planned(house, -40, -5, 25))


def test_control_a_form_that_forgets_that_only_what_is_due_was_meant_is_found(
    house: House, forms: Forms, monkeypatch: pytest.MonkeyPatch
) -> None:
    debtor = planned(house, -40, -5, 25)
    monkeypatch.setattr(basket_module, "_of_now", lambda basket: basket)

    with pytest.raises(AssertionError):
        books_what_is_due(house, forms, debtor)


def test_the_step_offers_the_other_choice_both_ways(house: House) -> None:
    debtor = planned(house, -40, -5, 25)
    whole = page(house, f"{debtor.path}/pay?invoice={debtor.invoices[0].id}&provider=greenpay")

    now = page(house, link_in(whole, "Pagar solo lo que vence ahora: ₡20 000,00"))
    again = page(house, link_in(now, "Pagar el saldo completo: ₡30 000,00"))

    assert "Pagar ₡30 000,00" in words(whole)
    assert "Pagar ₡20 000,00" in words(now)
    assert "Cuota 2 de 3" in words(now)
    assert "Pagar ₡30 000,00" in words(again)


def test_an_invoice_of_which_nothing_is_due_yet_is_left_out_and_comes_back(house: House, forms: Forms) -> None:
    debtor = planned(house, -40, 25)
    first, second = debtor.invoices
    later = tuple(Instalment(second.due_on + timedelta(days=away), 250_000) for away in (0, 30))
    house.write(lambda tx: tx.payables.revise(attrs.evolve(second, plan=later)))
    both = f"{debtor.path}/pay?invoice={first.id}&invoice={second.id}&provider=greenpay"

    now = page(house, f"{both}&now=1")

    fields = pay_form(forms, now)["fields"]
    assert (fields["total"], fields["now"], fields["invoice"]) == (["1000000"], ["1"], [first.id])
    assert "Pagar ₡25 000,00" in words(page(house, link_in(now, "Pagar el saldo completo: ₡25 000,00")))


def test_what_changed_since_the_form_was_drawn_is_not_booked(house: House, forms: Forms) -> None:
    debtor = planned(house, -40, -5, 25)
    with house.browser() as browser:
        html = browser.get(f"{debtor.path}/pay?invoice={debtor.invoices[0].id}&provider=greenpay&now=1").text
        received(house, debtor, 300_000)
        refused = press_pay(browser, forms, html)

    assert refused.status_code == 422
    assert "Pagar ₡17 000,00" in words(refused.text)
    assert not house.read(lambda tx: tx.payments.of_customer(debtor.customer.id, debtor.invoices[0].mode))


@pytest.fixture
def partial(house: House) -> Iterator[None]:
    """The merchant lets parts of invoices be paid."""
    merchant = house.merchants["CR"]
    house.write(lambda tx: tx.merchants.save(attrs.evolve(merchant, options=Options(partial=True))))
    yield
    house.write(lambda tx: tx.merchants.save(merchant))


@pytest.mark.usefixtures("partial")
def test_where_parts_may_be_paid_the_amount_is_filled_in_and_can_be_changed(house: House, forms: Forms) -> None:
    debtor = planned(house, -40, -5, 25)
    with house.browser() as browser:
        html = browser.get(f"{debtor.path}/pay?invoice={debtor.invoices[0].id}&provider=greenpay&now=1").text
        field = f"amount.{debtor.invoices[0].id}"
        assert pay_form(forms, html)["fields"][field] == ["20\xa0000,00"]
        seen = press_pay(browser, forms, html, **{field: "15000", "total": "1500000"})
        payment = house.payment(seen.headers["location"].partition("?")[0])

    assert payment.amount == Money(1_500_000, "CRC")


def test_mail_and_paper_say_the_same(house: House) -> None:
    debtor = planned(house, -40, -5, 25, email="cuotas@correo.example")
    house.run(send_statement(house.hub, house.merchants["CR"], debtor.customer.id))
    house.until(lambda: house.mailbox.to("cuotas@correo.example"))

    mail = " ".join(house.mailbox.to("cuotas@correo.example")[-1].text.split())

    assert "Vence ahora: ₡20 000,00. En la página puede pagar solo eso, o el saldo completo." in mail
    assert re.search(r"Cuota 1 de 3: [^,]+, ₡?10 000,00, vencida", mail)
    assert re.search(r"Cuota 3 de 3: [^,]+, ₡?10 000,00, la próxima", mail)
    with house.browser() as browser:
        paper = browser.get(f"{debtor.path}/estado-de-cuenta.pdf")
    assert paper.status_code == 200


def test_the_merchants_pages_show_the_plan(house: House, seat: Seats) -> None:
    debtor = planned(house, -40, -5, 25)
    owner = seat(house.merchants["CR"], Role.OWNER)

    bill = words(owner.browser.get(f"/m/invoices/{debtor.invoices[0].id}").text)
    listed = words(owner.browser.get(f"/m/invoices?search={debtor.invoices[0].number}").text)

    assert re.search(r"Cuotas Cuota 1 de 3 · \S+ · ₡10 000,00 · vencida", bill)
    assert "Vencida, 40 días" in listed


def test_a_round_counts_by_the_oldest_unpaid_instalment(house: House) -> None:
    debtor = planned(house, -40, -5, 25, email="ronda@correo.example")

    def days() -> list[int]:
        plan = house.run(plan_round(house.hub, house.merchants["CR"], Choice()))
        return [item.days_overdue for item in plan.reached if item.customer.id == debtor.customer.id]

    before = days()
    received(house, debtor, 1_000_000)

    assert (before, days()) == ([40], [5])
