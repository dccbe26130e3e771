"""A customer's credit is used when a statement is paid: page, mail and charge say the same amount."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

import hub.flows.payments.pay_again
from hub.domain.drawn_from import DrawnFrom
from hub.domain.intake import Share
from hub.domain.merchant import Options, Role
from hub.domain.payment import Status
from hub.domain.round import Choice
from hub.domain.statement import Section
from hub.flows.books.settle_bill import apply_credit, credit_bill
from hub.flows.corrections.record_receipt import record_by_hand
from hub.flows.statements.send_round import start_round
from hub.flows.statements.send_statement import send_statement
from hub_hookspecs import Money
from tests.web.conftest import House, Seat
from tests.web.test_portal import press_pay, step, words

Forms = Callable[[str], list[dict[str, Any]]]


def debtor_with(house: House, credit: int, *invoices: tuple[int, int], country: str = "CR", **more: Any) -> Any:
    """A customer who owes these invoices and has this credit."""
    debtor = house.debtor(country, *invoices, **more)
    cash = Money(credit, debtor.invoices[0].currency)
    merchant = house.merchants[country]
    house.run(
        record_by_hand(house.hub, merchant, debtor.customer.id, means="transfer", cash=cash, shares=[], by="contadora")
    )
    return debtor


def free(house: House, debtor: Any) -> int:
    found = house.read(lambda tx: tx.ledger.free_credit(debtor.customer.id, debtor.invoices[0].mode))
    return int(found.get(debtor.invoices[0].currency, 0))


def due(house: House, debtor: Any) -> list[int]:
    return [house.read(lambda tx, id=item.id: tx.payables.get(id).due) for item in debtor.invoices]


def said(house: House, address: str) -> str:
    """The newest mail to an address, in one line."""
    return " ".join(house.mailbox.to(address)[-1].text.split())


@pytest.fixture
def partial(house: House) -> Iterator[None]:
    """The merchant lets parts of invoices be paid."""
    merchant = house.merchants["CR"]
    house.write(lambda tx: tx.merchants.save(attrs.evolve(merchant, options=Options(partial=True))))
    yield
    house.write(lambda tx: tx.merchants.save(merchant))


def test_page_mail_and_charge_say_the_same(house: House, forms: Forms) -> None:
    debtor = debtor_with(house, 400_000, (1_500_000, -30), email="credito@correo.example")
    house.run(send_statement(house.hub, house.merchants["CR"], debtor.customer.id))
    house.until(lambda: house.mailbox.to("credito@correo.example"))
    mail = said(house, "credito@correo.example")
    with house.browser() as browser:
        page = words(browser.get(debtor.path).text)
        html = step(browser, debtor.path, "greenpay")
        started = press_pay(browser, forms, html)
        payment = house.payment(started.headers["location"].partition("?")[0])
        own = words(browser.get(started.headers["location"].partition("?")[0]).text)
        under_way = words(browser.get(debtor.path).text)

    assert "Al pagar se usan ₡4 000,00 de su saldo a favor: quedan por pagar ₡11 000,00." in mail
    assert "Por pagar ₡11 000,00" in page
    assert "Pagar ₡11 000,00" in words(html)
    assert payment.amount == Money(1_100_000, "CRC")
    assert payment.credit == Money(400_000, "CRC")
    assert "Saldo a favor que se usa ₡4 000,00" in own
    assert "Se usa al pagar" not in under_way  # it is held
    assert free(house, debtor) == 0

    house.control("greenpay", "approve", reference=payment.reference)
    house.until(lambda: house.read(lambda tx: tx.payments.get(payment.id)).status is Status.PAID)
    assert due(house, debtor) == [0]
    with house.browser() as browser:
        paid = words(browser.get(started.headers["location"].partition("?")[0]).text)
    assert "Saldo a favor usado ₡4 000,00" in paid
    house.until(lambda: house.mailbox.to("credito@correo.example")[1:])
    assert "saldo a favor ₡4 000,00" in said(house, "credito@correo.example")


def test_credit_that_covers_everything_asks_no_provider(house: House, forms: Forms) -> None:
    debtor = debtor_with(house, 2_000_000, (1_000_000, -30), (700_000, -10))
    with house.browser() as browser:
        page = words(browser.get(debtor.path).text)
        html = step(browser, debtor.path, "greenpay")
        first, second = press_pay(browser, forms, html), press_pay(browser, forms, html)
        after = words(browser.get(first.headers["location"]).text)

    assert "Usar mi saldo a favor" in page
    assert "Usar ₡17 000,00 de mi saldo a favor" in words(html)
    assert "Método de pago" not in html
    assert (first.status_code, second.status_code) == (303, 303)
    assert "Quedó aplicado el saldo a favor." in after
    assert due(house, debtor) == [0, 0]
    assert free(house, debtor) == 300_000
    assert house.read(lambda tx: tx.payments.of_customer(debtor.customer.id, debtor.invoices[0].mode)) == ()


@pytest.mark.usefixtures("partial")
def test_pressing_twice_applies_credit_once_though_a_part_is_still_owed(house: House, forms: Forms) -> None:
    debtor = debtor_with(house, 800_000, (1_000_000, -30))
    with house.browser() as browser:
        html = step(browser, debtor.path, "greenpay")
        typed = {f"amount.{debtor.invoices[0].id}": "3000", "update": "1"}
        html = press_pay(browser, forms, html, **typed).text
        first, second = press_pay(browser, forms, html), press_pay(browser, forms, html)

    assert (first.status_code, second.status_code) == (303, 422)
    assert "Lo que debe cambió mientras tanto" in words(second.text)
    assert due(house, debtor) == [700_000]
    assert free(house, debtor) == 500_000


@pytest.mark.usefixtures("partial")
def test_control_a_form_that_does_not_say_what_it_was_drawn_from_applies_credit_twice(
    house: House, forms: Forms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DrawnFrom, "changed_since", lambda _state, _mark: ())
    debtor = debtor_with(house, 800_000, (1_000_000, -30))
    with house.browser() as browser:
        html = step(browser, debtor.path, "greenpay")
        typed = {f"amount.{debtor.invoices[0].id}": "3000", "update": "1"}
        html = press_pay(browser, forms, html, **typed).text
        press_pay(browser, forms, html), press_pay(browser, forms, html)

    assert due(house, debtor) != [700_000]


@pytest.mark.parametrize("act", ["applied", "bill"])
def test_what_changed_between_the_form_and_the_press_is_shown_anew(house: House, forms: Forms, act: str) -> None:
    debtor = debtor_with(house, 400_000, (1_500_000, -30), (300_000, -20))
    wanted, other = (item.id for item in debtor.invoices)
    merchant = house.merchants["CR"]
    with house.browser() as browser:
        html = step(browser, debtor.path, "greenpay", wanted)
        if act == "applied":
            house.run(apply_credit(house.hub, merchant, debtor.customer.id, [Share(other, 300_000)], by="contadora"))
        else:
            number = debtor.invoices[0].number
            note = credit_bill(
                *(house.hub, merchant, number), note_number=f"NC-{wanted}", amount=Money(100_000, "CRC"), by="contadora"
            )
            house.run(note)
        answer = press_pay(browser, forms, html)
        again = press_pay(browser, forms, answer.text)

    assert answer.status_code == 422
    assert again.status_code == 303
    payment = house.payment(again.headers["location"].partition("?")[0])
    assert (payment.amount.minor, payment.credit.minor) == (
        (1_400_000, 100_000) if act == "applied" else (1_000_000, 400_000)
    )


@pytest.fixture
def partial_co(house: House) -> Iterator[None]:
    """The Colombian merchant lets parts of invoices be paid."""
    merchant = house.merchants["CO"]
    house.write(lambda tx: tx.merchants.save(attrs.evolve(merchant, options=Options(partial=True))))
    yield
    house.write(lambda tx: tx.merchants.save(merchant))


def given_up_and_tried_again(house: House, forms: Forms) -> None:
    """A payer with credit does not pay now, and then does: the same is asked for, with the same credit."""
    debtor = debtor_with(house, 4_000_000, (10_000_000, -30), country="CO")
    with house.browser() as browser:
        html = step(browser, debtor.path, "nequi")
        pressed = press_pay(browser, forms, html, **{"field.push.phone": "3991234567"})
        page = browser.get(pressed.headers["location"].partition("?")[0])
        cancel = next(form for form in forms(page.text) if "then" in form["fields"])
        again = browser.post(cancel["action"], data=cancel["fields"])
        anew = browser.get(again.headers["location"]).text

    assert "Pagar $60.000" in words(html)
    assert "Pagar $60.000" in words(anew)


@pytest.mark.usefixtures("partial_co")
def test_a_payment_with_credit_that_is_given_up_is_tried_again_over_the_same(house: House, forms: Forms) -> None:
    given_up_and_tried_again(house, forms)


@pytest.mark.usefixtures("partial_co")
def test_control_an_address_that_forgets_the_credit_asks_for_less(
    house: House, forms: Forms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.flows.payments.pay_again, "_settled_by", lambda _view, line: line.asked)
    with pytest.raises(AssertionError):
        given_up_and_tried_again(house, forms)


def test_what_remains_to_be_paid_has_no_centavos_where_none_are_written(house: House, forms: Forms) -> None:
    debtor = debtor_with(house, 100_045, (11_900_000, -30), country="CO")
    with house.browser() as browser:
        started = press_pay(browser, forms, step(browser, debtor.path, "nequi"), **{"field.push.phone": "3991234567"})

    payment = house.payment(started.headers["location"].partition("?")[0])
    assert (payment.amount.minor, payment.credit.minor) == (11_800_000, 100_000)


def test_a_company_uses_its_customers_credit_once_for_what_the_form_was_drawn_from(
    house: House, seat: Callable[..., Seat], forms: Forms
) -> None:
    debtor = debtor_with(house, 800_000, (1_000_000, -30))
    accountant, address = seat(house.merchants["CR"], Role.ACCOUNTANT), f"/m/customers/{debtor.customer.id}/credit"
    html = accountant.browser.get(address).text
    form = next(form for form in forms(html) if form["action"] == address)
    typed = {**form["fields"], f"share-{debtor.invoices[0].id}": "3000"}
    first, second = (accountant.browser.post(address, data=typed) for _ in range(2))

    assert "Saldo a favor libre" in words(html)
    assert (first.status_code, second.status_code) == (303, 422)
    assert due(house, debtor) == [700_000]
    assert free(house, debtor) == 500_000


@pytest.mark.parametrize("text", ["", "0", "x", "9000"])
def test_a_company_that_types_no_amount_or_more_than_is_free_is_told(
    house: House, seat: Callable[..., Seat], forms: Forms, text: str
) -> None:
    debtor = debtor_with(house, 800_000, (1_000_000, -30))
    accountant, address = seat(house.merchants["CR"], Role.ACCOUNTANT), f"/m/customers/{debtor.customer.id}/credit"
    form = next(form for form in forms(accountant.browser.get(address).text) if form["action"] == address)
    answer = accountant.browser.post(address, data={**form["fields"], f"share-{debtor.invoices[0].id}": text})

    assert answer.status_code == 422
    assert due(house, debtor) == [1_000_000]


def in_a_round(house: House, debtor: Any, address: str) -> str:
    """The mail that a round sends to this customer, in one line."""
    before = len(house.mailbox.to(address))
    every = Choice(overdue_days=1)
    house.run(start_round(house.hub, house.merchants["CR"], every, round_id=house.hub.fresh_id(), by="ana"))
    house.until(lambda: len(house.mailbox.to(address)) > before)
    assert debtor.customer.email == address
    return said(house, address)


def test_a_reminder_of_what_credit_covers_asks_for_nothing_and_leads_to_the_credit(house: House, forms: Forms) -> None:
    address = "cubierto@correo.example"
    debtor = debtor_with(house, 2_000_000, (1_000_000, -30), (700_000, -10), email=address)
    mail = in_a_round(house, debtor, address)
    with house.browser() as browser:
        page = words(browser.get(debtor.path).text)
        html = step(browser, debtor.path, "greenpay")
        started = press_pay(browser, forms, html)

    assert "Con su saldo a favor puede pagarlo todo en su estado de cuenta, sin pagar nada más." in mail
    assert "Usar mi saldo a favor" in mail
    assert "vencido" not in mail.lower()
    assert "Pagar en línea" not in mail
    assert "greenpay" not in mail.lower()
    assert "Su saldo a favor alcanza para todo." in page
    assert started.status_code == 303
    assert due(house, debtor) == [0, 0]
    assert house.read(lambda tx: tx.payments.of_customer(debtor.customer.id, debtor.invoices[0].mode)) == ()


def test_a_reminder_says_what_a_payment_under_way_uses_of_the_credit(house: House, forms: Forms) -> None:
    address = "retenido@correo.example"
    debtor = debtor_with(house, 400_000, (1_500_000, -30), email=address)
    with house.browser() as browser:
        press_pay(browser, forms, step(browser, debtor.path, "greenpay"))
        page = words(browser.get(debtor.path).text)

    mail = in_a_round(house, debtor, address)

    assert "De él, ₡4 000,00 se usan en un pago en proceso." in mail
    assert "De él, en un pago en proceso ₡4 000,00" in page
    assert "Al pagar se usan" not in mail


def test_control_a_reminder_that_knows_no_credit_asks_for_what_is_covered(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Section, "is_covered", property(lambda _section: False))
    address = "sin.saldo@correo.example"
    debtor = debtor_with(house, 2_000_000, (1_000_000, -30), email=address)
    mail = in_a_round(house, debtor, address)

    assert "vencido" in mail.lower()
    assert "Usar mi saldo a favor" not in mail
