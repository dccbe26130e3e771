"""What is ticked on a statement is added up: by a script of ours, by a button without it; the server decides."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from hub.web.pages import STATIC
from tests.web.conftest import Debtor, House, seen_in
from tests.web.test_pay_with_credit import debtor_with

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

OWED = ((1_500_050, -50), (4_825_000, -17), (123_456_750, -95), (9_680_000, 2), (2_240_007, 21))
PESOS = ((1_500_000, -50), (4_825_033, -17), (123_456_700, 9))
SEEN = "form.tally output"


@pytest.fixture
def browse(house: House, chromium: Browser) -> Iterator[Any]:
    """A phone on a page: browse(path, scripts=…, locale=…)."""
    opened: list[BrowserContext] = []

    def open_page(path: str, *, scripts: bool = True, locale: str = "es-CR") -> Page:
        context = chromium.new_context(
            base_url=house.base,
            viewport={"width": 390, "height": 844},
            java_script_enabled=scripts,
            locale=locale,
        )
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(path)
        return page

    yield open_page
    for context in opened:
        context.close()


def total(page: Page) -> str:
    """The total that is shown."""
    return plain(page.locator(SEEN).inner_text())


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


def tick(page: Page, debtor: Debtor, *chosen: int) -> None:
    """These invoices, and no other ones."""
    for at, invoice in enumerate(debtor.invoices):
        page.locator(f"input[value='{invoice.id}']").set_checked(at in chosen)


def asked_at_pay_step(page: Page) -> str:
    """What the pay step of the choice asks for."""
    page.locator("form.tally .buttons button").first.click()
    page.wait_for_url("**/pay?**")
    return re.sub(r"^(Pagar|Pay) ", "", plain(page.locator("h1").inner_text()))


LANGUAGES = [("CR", OWED, ""), ("CR", OWED, "?lang=en"), ("CO", PESOS, ""), ("CO", PESOS, "?lang=en")]


@pytest.mark.parametrize(("country", "owed", "query"), LANGUAGES)
def test_the_script_adds_what_the_server_asks_for(
    house: House, browse: Any, country: str, owed: Any, query: str
) -> None:
    dice = random.Random(len(owed))
    debtor = house.debtor(country, *owed)
    page = browse(f"{debtor.path}{query}")
    assert not page.get_by_role("button", name=re.compile("Ver el total|See the total")).is_visible()
    for _turn in range(4):
        chosen = dice.sample(range(len(owed)), dice.randint(1, len(owed)))
        tick(page, debtor, *chosen)
        shown = total(page)
        assert asked_at_pay_step(page) == shown, chosen
        page.go_back()
        page.locator(SEEN).wait_for()
        page.wait_for_function(f"document.querySelector('{SEEN}').closest('form').classList.contains('live')")
        assert total(page) == shown  # what the browser ticks again is counted again


def test_credit_is_used_first_in_the_total_too(house: House, browse: Any) -> None:
    debtor = debtor_with(house, 400_000, (1_500_000, -30), (900_000, 12), email="suma@correo.example")
    page = browse(debtor.path)
    tick(page, debtor, 0)
    assert total(page) == "₡11 000,00"
    tick(page, debtor, 0, 1)
    assert total(page) == "₡20 000,00"
    tick(page, debtor)
    assert total(page) == "₡0,00"
    tick(page, debtor, 1)
    assert (total(page), asked_at_pay_step(page)) == ("₡5 000,00", "₡5 000,00")


def test_without_a_script_a_button_has_the_server_add(house: House, browse: Any) -> None:
    debtor = house.debtor("CR", *OWED)
    page = browse(debtor.path, scripts=False)
    again = page.get_by_role("button", name="Ver el total")
    assert total(page) == "₡1 297 818,00"
    assert not again.is_visible()  # the total is of what is ticked

    tick(page, debtor, 0, 3)
    assert not page.locator(SEEN).is_visible()  # an old total is not shown beside another choice
    again.click()
    page.wait_for_url("**sum=1**")

    assert total(page) == "₡111 800,50"
    assert not again.is_visible()
    ticked = [debtor.invoices[at].id for at in (0, 3)]
    assert {box.get_attribute("value") for box in page.locator("[name=invoice]:checked").all()} == set(ticked)
    assert asked_at_pay_step(page) == "₡111 800,50"


@pytest.mark.parametrize("scripts", [True, False])
def test_whoever_ticks_nothing_is_asked_to_choose(house: House, browse: Any, scripts: bool) -> None:
    debtor = house.debtor("CR", *OWED)
    page = browse(debtor.path, scripts=scripts)
    tick(page, debtor)
    page.locator("form.tally .buttons button").first.click()

    page.get_by_role("alert").wait_for()
    assert "Marque al menos una factura para pagarla." in page.inner_text("main")


def test_a_total_that_lies_changes_nothing(house: House, browse: Any) -> None:
    debtor = house.debtor("CR", *OWED)
    page = browse(debtor.path)
    tick(page, debtor, 0)
    page.evaluate("document.querySelector('[data-minor]').dataset.minor = 1")
    page.evaluate(f"document.querySelector('{SEEN}').textContent = '₡1,00'")

    assert asked_at_pay_step(page) == "₡15 000,50"


def test_the_policy_lets_no_other_script_run(house: House, browse: Any) -> None:
    """One that stands in the page, one of ours that is none, and a stranger's, beside the one that may."""
    debtor = house.debtor("CR", *OWED)
    page = browse(debtor.path)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    for source in ("", "/static/hub.css", "/static/payer.css", "data:text/javascript,window.ran=1"):
        page.evaluate(
            "source => { const item = document.createElement('script'); if (source) item.src = source;"
            " else item.textContent = 'window.ran = 1'; document.head.append(item); }",
            source,
        )
    page.wait_for_timeout(300)

    assert page.evaluate("window.ran") is None
    assert len([text for text in complaints if "Content Security Policy" in text]) >= 4
    assert page.evaluate("document.querySelector('form.tally').classList.contains('live')")


def test_the_script_is_small_and_the_only_one(house: House) -> None:
    scripts = [path for path in STATIC.iterdir() if path.suffix == ".js"]
    assert [path.name for path in scripts] == ["tally.js"]
    text = scripts[0].read_text(encoding="utf-8")
    assert len(text.encode()) < 2_000
    assert not re.search(r"fetch|XMLHttp|innerHTML|eval|import|cookie|Storage|location|http", text)
    with house.browser() as browser:
        answer = browser.get("/static/tally.js")
    assert answer.headers["content-type"].startswith("text/javascript")


def test_only_a_payers_statement_names_it(house: House) -> None:
    debtor = house.debtor("CR", *OWED)
    with house.browser() as browser:
        statement = browser.get(debtor.path)
        others = [browser.get(f"{debtor.path}{path}") for path in ("/pay", "/activity", "/note", "/report")]

    allowed = f"script-src {house.base}/static/tally.js;"
    assert allowed in statement.headers["content-security-policy"]
    assert re.findall(r"<script[^>]*>.*?</script>", statement.text) == re.findall(
        r'<script src="/static/tally\.js\?[0-9a-f]{12}" defer></script>', statement.text
    )
    assert "<script" in statement.text
    for answer in others:
        assert answer.status_code == 200
        assert "script" not in answer.headers["content-security-policy"]
        assert "<script" not in answer.text


NO_WAY = "no recibe pagos en línea en EUR."


def test_a_currency_that_nobody_takes_says_why_instead_of_a_button(house: House) -> None:
    debtor = house.debtor("CR", (1_500_000, -30), email="euros@correo.example")
    house.add_invoice(debtor, f"EUR-{debtor.invoices[0].number}", 99_000, "EUR")
    with house.browser() as browser:
        html = browser.get(debtor.path).text
        step = seen_in(browser.get(f"{debtor.path}/pay?currency=EUR").text)
        english = seen_in(browser.get(f"{debtor.path}?lang=en").text)
    section = html[html.index('id="s-EUR"') :]

    assert NO_WAY in seen_in(section)
    assert "Para pagar, comuníquese con Ferretería El Tornillo: 2222-1100" in seen_in(section)
    assert "/pay?" not in section
    assert 'type="checkbox"' not in section
    assert NO_WAY in step
    assert "takes no online payments in EUR." in english


def test_a_company_without_a_provider_says_so_on_page_and_in_mail(house: House, company: Any) -> None:
    from hub.flows.statements.send_statement import send_statement

    merchant = company("CO", "sin-proveedor")
    debtor = house.debtor("CO", (1_500_000, -30), email="sinproveedor@correo.example", merchant=merchant)
    with house.browser() as browser:
        html = browser.get(debtor.path).text
    house.run(send_statement(house.hub, merchant, debtor.customer.id))
    mail = house.until(lambda: house.mailbox.to(debtor.customer.email))[0]

    for said in (seen_in(html), seen_in(str(mail.html)), str(mail.text)):
        assert "Café de la Montaña todavía no recibe pagos en línea." in " ".join(said.split())
        assert "comunícate con Café de la Montaña: 601 555 0100" in " ".join(said.split())
        assert "Puedes pagar en línea" not in said
    assert "/pay?" not in html
