"""The payer's way from the mail to the provider, counted in a browser; the way back; and what follows a no."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import attrs
import pytest

from hub.domain.cells import read_typed
from hub.domain.figures import grouped
from hub.domain.observation import ObservedBy
from hub.domain.payment import Payment
from hub.flows.ground.ports import Tx
from hub.flows.payments.record_observations import Claim, record_observations
from hub.flows.statements.send_statement import send_statement
from hub_hookspecs import Kind, Money, Observation, Reason, ReasonKind
from tests.web.conftest import Debtor, House, seen_in
from tests.web.test_payer_screens import PHONE, Screens

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MAILBOX = "http://correo.example/mensaje"

COUNT = """
const count = (what, event) => event.isTrusted && counted(what);
addEventListener("click", event => count("press", event), true);
addEventListener("change", event => event.target.matches("input, select, textarea") && count("field", event), true);
"""
"""What a person does, told from the events that only a person (or a driver of the real input) can cause."""

MAX_PRESSES, MAX_FIELDS = 2, 1


@attrs.frozen
class Payer:
    """A phone that counts what its owner does."""

    page: Page
    done: Counter[str]


@pytest.fixture
def phone(house: House, chromium: Browser) -> Iterator[Callable[..., Payer]]:
    """A payer with a phone: phone(scripts=…); without scripts nothing can be counted."""
    opened = []

    def take(**more: Any) -> Payer:
        context = chromium.new_context(
            base_url=house.base, viewport={"width": 390, "height": 844}, locale="es-CR", has_touch=True, **more
        )
        opened.append(context)
        done: Counter[str] = Counter()
        context.expose_binding("counted", lambda _source, what: done.update([what]))
        context.add_init_script(COUNT)
        page = context.new_page()
        page.set_default_timeout(60_000)
        return Payer(page, done)

    yield take
    for context in opened:
        context.close()


def open_mail(house: House, payer: Payer, debtor: Debtor, country: str) -> None:
    """The statement's mail stands before the payer."""
    seen = len(house.mailbox.to(debtor.customer.email))
    house.run(send_statement(house.hub, house.merchants[country], debtor.customer.id))
    html = str(house.until(lambda: house.mailbox.to(debtor.customer.email)[seen:])[0].html)
    payer.page.route(MAILBOX, lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=html))
    payer.page.goto(MAILBOX)


def to_the_provider_by_card(house: House, payer: Payer) -> None:
    """From the mail to the provider's page."""
    debtor = house.debtor("CR", (1_500_050, -30), (4_825_000, 10), email="camino@correo.example")
    open_mail(house, payer, debtor, "CR")
    payer.page.get_by_role("link", name="Greenpay").click()
    payer.page.get_by_role("button", name="Pagar ₡15").click()
    payer.page.wait_for_url("**/sim/greenpay/form/**")


def test_by_card_the_provider_is_two_presses_from_the_mail(house: House, phone: Callable[..., Payer]) -> None:
    payer = phone()
    to_the_provider_by_card(house, payer)

    assert payer.done["press"] == MAX_PRESSES
    assert payer.done["field"] == 0


def test_by_wallet_it_is_two_presses_and_one_field(house: House, phone: Callable[..., Payer]) -> None:
    debtor = house.debtor("CO", (1_500_000, -30), (900_000, 10), email="camino.co@correo.example")
    payer = phone()
    open_mail(house, payer, debtor, "CO")
    payer.page.get_by_role("link", name="Nequi").click()
    payer.page.get_by_label("Celular Nequi").fill("300 123 4567")
    payer.page.get_by_role("button", name="Pagar $15.000").click()
    payer.page.get_by_text("Aprueba el pago en tu aplicación").wait_for()

    assert payer.done["press"] == MAX_PRESSES
    assert payer.done["field"] == MAX_FIELDS


def test_control_one_press_more_is_counted(house: House, phone: Callable[..., Payer]) -> None:
    debtor = house.debtor("CR", (1_500_050, -30), email="control.camino@correo.example")
    payer = phone()
    open_mail(house, payer, debtor, "CR")
    payer.page.get_by_role("link", name="Ver estado de cuenta").click()
    payer.page.get_by_role("button", name="Greenpay").click()
    payer.page.get_by_role("button", name="Pagar ₡15").click()
    payer.page.wait_for_url("**/sim/greenpay/form/**")

    assert payer.done["press"] > MAX_PRESSES


def test_back_is_one_press_to_the_statement_of_the_mail(house: House, phone: Callable[..., Payer]) -> None:
    debtor = house.debtor("CR", (1_500_050, -30), (4_825_000, 10), email="vuelve@correo.example")
    payer = phone()
    page = payer.page
    open_mail(house, payer, debtor, "CR")
    statement = unescape(page.get_by_role("link", name="Ver estado de cuenta").get_attribute("href") or "")
    page.get_by_role("link", name="Greenpay").click()
    page.wait_for_url("**/pay?**")
    page.get_by_role("link", name="Volver al estado de cuenta").click()
    page.wait_for_url(statement)

    _debtor, path = Screens(house, forms_of).start("CR", debtor)
    page.goto(path)
    page.get_by_role("link", name="Volver al estado de cuenta").click()
    page.get_by_role("heading", name="Estado de cuenta").wait_for()
    assert page.url.split("?")[0].startswith(f"{house.base}/s/")


def test_the_browsers_back_from_the_provider_is_one_press_and_stays(house: House, phone: Callable[..., Payer]) -> None:
    payer = phone()
    to_the_provider_by_card(house, payer)
    payer.page.go_back()

    payer.page.get_by_role("link", name="a la página de Greenpay").wait_for()
    payer.page.wait_for_timeout(1500)  # it would have led on by now
    assert urlsplit(payer.page.url).path.startswith("/p/")


def forms_of(html: str) -> list[dict[str, Any]]:
    from tests.web.conftest import forms_in

    return forms_in(html)


def test_after_a_no_there_are_few_words_and_one_button(house: House, chromium: Browser) -> None:
    path = Screens(house, forms_of).closed("reject")
    page = chromium.new_context(base_url=house.base, viewport={"width": 390, "height": 844}, locale="es").new_page()
    page.goto(path)
    main = page.get_by_role("main")

    assert main.locator("a.button:visible, button:visible").all_inner_texts() == ["Intentar de nuevo"]
    assert len(main.inner_text().split()) < 40
    assert "No se te cobró nada." in main.inner_text()
    assert page.evaluate("document.documentElement.scrollHeight") < 900
    main.get_by_role("link", name="Intentar de nuevo").click()
    page.get_by_role("heading", name="Pagar $15.000").wait_for()
    page.context.close()


def refuse(house: House, payment: Payment) -> None:
    """The provider tells that there is not enough money."""
    reason = Reason(ReasonKind.INSUFFICIENT_FUNDS)
    news = Observation(kind=Kind.DECLINED, reason=reason, event_id=f"no-{payment.id}", vouched=frozenset({"event_id"}))
    claim = Claim(observation=news, source=ObservedBy.NOTIFICATION)

    def record(tx: Tx) -> None:
        found = tx.payments.get(payment.id)
        assert found
        record_observations(tx, house.hub, found, [claim], now=house.time())

    house.write(record)


def test_the_mail_of_a_no_leads_to_the_same_choice(house: House) -> None:
    debtor = house.debtor("CO", (1_500_000, -30), (800_000, -9), email="no@correo.example")
    only = f"{debtor.path}/pay?currency=COP&invoice={debtor.invoices[1].id}&provider=nequi"
    with house.browser() as browser:
        form = next(form for form in forms_of(browser.get(only).text) if "total" in form["fields"])
        started = browser.post(form["action"], data={**form["fields"], **PHONE}).headers["location"]
    payment = house.payment(urlsplit(started).path)
    house.until(lambda: house.payment(urlsplit(started).path).status == "pending")
    refuse(house, payment)
    mail = str(house.until(lambda: house.mailbox.to("no@correo.example"))[-1].html)
    again = next(unescape(url) for url in re.findall(r'href="([^"]*/pay\?[^"]*)"', mail))
    with house.browser() as browser:
        step = seen_in(browser.get(again).text)

    assert "Pagar $8.000" in step
    assert debtor.invoices[0].number not in step


def test_a_receipt_says_first_what_matters_and_folds_the_rest(house: House, chromium: Browser) -> None:
    make = Screens(house, forms_of)
    debtor, path = make.start("CR")
    make.paid("CR", path)
    payment = house.payment(path)
    page = chromium.new_context(base_url=house.base, viewport={"width": 390, "height": 844}, locale="es-CR").new_page()
    page.goto(path)
    said = page.inner_text("main")
    page.get_by_text("Identificaciones y referencias").click()
    unfolded = page.inner_text("main")
    page.context.close()

    for first in ("Ferretería El Tornillo S.A.", debtor.invoices[0].number, "Autorización", "Visa ****", "Alejandro"):
        assert first in said
    for later in (payment.reference, payment.provider_reference or "none", "3-101-234567"):
        assert later not in said
        assert later in unfolded


def test_a_method_looks_like_a_choice_and_the_action_like_the_action(house: House, chromium: Browser) -> None:
    debtor = house.debtor("CO", (1_500_000, -30))
    page = chromium.new_context(base_url=house.base, viewport={"width": 390, "height": 844}, locale="es").new_page()
    page.goto(f"{debtor.path}/pay?provider=nequi")
    colour = "e => getComputedStyle(e).backgroundColor"
    method = page.locator(".method.chosen").evaluate(colour)
    action = page.get_by_role("button", name="Pagar $15.000").evaluate(colour)
    surface = page.locator(".option").last.evaluate(colour)
    said = page.inner_text("main")
    page.context.close()

    assert action not in (method, surface)
    assert "Nequi ✓" in said


@pytest.mark.parametrize(
    ("minor", "currency", "sign", "text"),
    [
        (18_500_000, "COP", ",", "185.000"),
        (123_456_750, "CRC", "", "1\u00a0234\u00a0567,50"),
        (100_050, "PEN", ".", "1,000.50"),
        (99, "USD", "", "0,99"),
    ],
)
def test_an_amount_in_its_field_is_grouped_and_read_as_it_is_written(
    minor: int, currency: str, sign: str, text: str
) -> None:
    amount = Money(minor, currency)

    assert grouped(amount, sign) == text
    assert read_typed(text, currency, sign) == amount


@pytest.mark.parametrize("sign", ["", ",", "."])
def test_every_grouped_amount_is_read_back(sign: str) -> None:
    for currency in ("CRC", "COP", "USD", "PEN"):
        for minor in (1, 10, 100, 999, 1_000, 99_999, 100_000, 100_001, 123_456_789, 999_999_999_99):
            amount = Money(minor, currency)
            assert read_typed(grouped(amount, sign), currency, sign) == amount, grouped(amount, sign)


@pytest.mark.parametrize("query", ["", "?lang=en"])
def test_a_statement_in_two_currencies_is_short_and_each_amount_has_one_mark(
    house: House, chromium: Browser, query: str
) -> None:
    debtor = house.debtor("CR", (1_500_050, -50), (4_825_000, 17), (9_680_000, -2))
    house.add_invoice(debtor, f"EXP-{debtor.invoices[0].number}-1", 125_000, "USD")
    house.add_invoice(debtor, f"EXP-{debtor.invoices[0].number}-2", 48_050, "USD")
    page = chromium.new_context(base_url=house.base, viewport={"width": 390, "height": 844}, locale="es-CR").new_page()
    page.goto(f"{debtor.path}{query}")
    height = page.evaluate("document.documentElement.scrollHeight")
    sizes = page.evaluate("[...document.querySelectorAll('.owed .figure')].map(e => getComputedStyle(e).fontSize)")
    amounts = page.evaluate("[...document.querySelectorAll('.figure, .amount, output')].map(e => e.textContent.trim())")
    todo = page.get_by_role("link", name=re.compile("Pagar todo|Pay everything"))
    is_button = "button" in (todo.get_attribute("class") or "")
    page.context.close()

    assert height < 2_250
    assert len(sizes) == 2
    assert len(set(sizes)) == 1
    figures = [text for text in amounts if re.search(r"\d", text)]
    assert len(figures) > 8
    assert not [text for text in figures if len(re.findall(r"₡|\$|CRC|USD", text)) != 1]
    assert is_button
