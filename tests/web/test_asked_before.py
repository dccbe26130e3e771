"""What the payer is asked before a payment starts: choices in force, what depends on them, and accepted terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from hub.domain.intake import Share
from hub.flows.merchants.issue_api_key import issue_api_key
from hub.flows.payments import fetch_form
from hub.flows.payments.open_payment import NotPossible, PayRequest
from hub.flows.payments.start_payment import start_payment
from hub_hookspecs import AcceptedTerms, Channel, Choice, PaymentForm, Terms
from tests.web.conftest import House, Seat, seen_in
from tests.web.ways import RIGHT, Ways, as_ever, house, ways, words_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

OFFERED = PaymentForm(
    choices={"bank": (Choice("1007", "Bancolombia"),)},
    terms=(Terms(code="contract", label="Acepto", url="https://caminos.example/c", version="t-1"),),
)
__all__ = ["as_ever", "house", "ways"]


def options_of(html: str, name: str) -> list[str]:
    found = re.search(rf'<select[^>]*name="{re.escape(name)}".*?</select>', html, re.DOTALL)
    assert found, name
    return re.findall(r'<option value="([^"]*)"', found[0])


# Choices.


def test_banks_are_chosen_from_what_the_provider_offers_now(ways: Ways) -> None:
    debtor = ways.debtor()
    html = ways.step(debtor.path)

    assert options_of(html, "field.bank.bank") == ["", "1007", "1551"]
    assert options_of(html, "field.bank.paper") == ["", "CC", "CE", "NIT"]
    for label in ("Persona", "Empresa"):
        assert f'<optgroup label="{label}"' in html

    payment, page = ways.paid(debtor.path)
    assert payment.payer.fields == {"bank": "1007", "person": "0", "paper": "CC", "number": "1020304050"}
    assert ways.offers["orders"][payment.reference]["fields"] == dict(payment.payer.fields)
    with ways.house.browser() as browser:
        seen = seen_in(browser.get(page).text)
    assert "Banco Bancolombia" in seen
    assert "Tipo de persona Persona" in seen
    assert "Número de documento 1***" in seen


def test_a_bank_that_is_offered_no_more_is_asked_again_and_the_rest_stays(ways: Ways) -> None:
    debtor = ways.debtor()
    fields = {**ways.form(debtor.path), **RIGHT, "way": "bank", "field.bank.bank": "1551"}
    ways.offers["banks"] = ways.offers["banks"][:1]
    ways.house.time.ahead += timedelta(minutes=9)
    before = len(ways.orders)

    answer = ways.send(debtor.path, fields)

    assert answer.status_code == 422
    assert "Esta opción ya no se ofrece" in words_in(answer.text)
    assert options_of(answer.text, "field.bank.bank") == ["", "1007"]
    assert 'value="1020304050"' in answer.text
    assert '<option value="CC" selected>' in answer.text
    assert len(ways.orders) == before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"field.bank.bank": ""}, "Elige una opción"),
        ({"field.bank.bank": "1007; drop"}, "ya no se ofrece"),
        ({"field.bank.person": "2"}, "ya no se ofrece"),
        ({"field.bank.paper": "NIT"}, "No va con lo demás"),
        ({"field.bank.number": "x"}, "Escriba solo números"),
        ({"field.bank.person": "1", "field.bank.paper": "NIT", "field.bank.firm": ""}, "nombre de la empresa"),
    ],
)
def test_whatever_a_form_says_only_what_is_offered_goes_to_the_provider(
    ways: Ways, changes: dict[str, str], words: str
) -> None:
    before = len(ways.orders)
    answer = ways.pay(ways.debtor().path, **changes)
    assert answer.status_code == 422
    assert words in words_in(answer.text)
    assert len(ways.orders) == before


def test_what_does_not_concern_the_payer_is_left_out(ways: Ways) -> None:
    """A person who typed a company's name first."""
    payment, _page = ways.paid(ways.debtor().path, **{"field.bank.firm": "Café SAS"})
    assert "firm" not in payment.payer.fields
    firm = {"field.bank.person": "1", "field.bank.paper": "NIT", "field.bank.firm": "Café SAS"}
    payment, _page = ways.paid(ways.debtor().path, **firm)
    assert payment.payer.fields["firm"] == "Café SAS"


def test_the_bank_of_the_last_payment_is_used_again_unless_another_is_chosen(ways: Ways) -> None:
    debtor = ways.debtor()
    first, _page = ways.paid(debtor.path)
    other = attrs.evolve(debtor.invoices[0], id=ways.house.hub.fresh_id(), number="FE-OTRA")
    ways.house.write(lambda tx: tx.payables.add(other))
    html = ways.step(debtor.path)
    assert "Usar B***, de tu pago anterior" in html
    again, _page = ways.paid(debtor.path, **{"field.bank.bank": ""})
    assert again.id != first.id
    assert again.payer.fields["bank"] == "1007"


def test_what_was_fetched_is_offered_to_the_next_payer_for_as_long_as_the_provider_says(ways: Ways) -> None:
    first, second = ways.debtor(), ways.debtor()
    ways.offers["asked"].clear()
    ways.step(first.path)
    ways.step(second.path)
    assert ways.offers["asked"] == ["banks", "terms"]
    ways.house.time.ahead += timedelta(minutes=5)  # half of it: there must be time to read
    ways.step(second.path)
    assert ways.offers["asked"] == ["banks", "terms"] * 2


def test_a_way_whose_provider_does_not_answer_says_so_and_the_others_go_on(ways: Ways) -> None:
    ways.offers["answers"] = False
    debtor = ways.debtor()
    seen = words_in(ways.step(debtor.path))
    assert "Débito bancario PSE: no está disponible en este momento" in seen
    payment, _page = ways.paid(debtor.path, "key")
    assert payment.way == "key"


def test_nobody_waits_for_a_silent_provider(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_form, "WAIT_SECONDS", 0.05)
    ways.offers["silent"] = 5.0
    debtor = ways.debtor()
    assert "no está disponible en este momento" in words_in(ways.step(debtor.path))
    answer = ways.send(debtor.path, {**ways.form(debtor.path), **RIGHT, "way": "bank"})
    assert answer.status_code == 422
    assert "no responde en este momento. No se cobró nada" in words_in(answer.text)


def test_a_form_that_is_sent_twice_starts_one_payment(ways: Ways) -> None:
    debtor = ways.debtor()
    fields = {**ways.form(debtor.path), **RIGHT, "way": "bank"}
    first, second = ways.send(debtor.path, fields), ways.send(debtor.path, fields)
    assert first.status_code == second.status_code == 303
    assert first.headers["location"].partition("?")[0] == second.headers["location"].partition("?")[0]
    made = ways.house.read(lambda tx: tx.payments.with_payables([debtor.invoices[0].id]))
    assert [item.reference in ways.offers["orders"] for item in made] == [True]


# Terms.


def test_the_terms_that_were_shown_are_handed_over_and_kept_with_the_payment(ways: Ways) -> None:
    debtor = ways.debtor()
    html = ways.step(debtor.path)
    for text in ("Acepto el contrato de Caminos", "Autorizo el uso de mis datos", "https://caminos.example/c/1"):
        assert text in html
    assert "terms.bank.contract" in html

    payment, _page = ways.paid(debtor.path)

    assert ways.offers["orders"][payment.reference]["terms"] == {"contract": "t-1", "privacy": "p-1"}
    assert [(item.code, item.version) for item in payment.terms] == [("contract", "t-1"), ("privacy", "p-1")]
    assert all(item.accepted_at == payment.created_at for item in payment.terms)


def test_the_merchant_sees_what_was_accepted_and_never_the_token(ways: Ways, seat: Callable[..., Seat]) -> None:
    payment, page = ways.paid(ways.debtor().path)
    at_desk = seat(ways.house.merchants["CO"]).read(f"/m/payments/{payment.id}")
    assert re.search("Términos que aceptó contract, privacy [0-9]", words_in(at_desk))
    with ways.house.browser() as browser:
        for html in (at_desk, browser.get(page).text):
            assert "t-1" not in html
            assert "p-1" not in html


@pytest.mark.parametrize("left", ["terms.bank.contract", "terms.bank.privacy"])
def test_nothing_starts_before_all_terms_are_accepted(ways: Ways, left: str) -> None:
    before = len(ways.orders)
    answer = ways.pay(ways.debtor().path, **{left: ""})
    assert answer.status_code == 422
    assert "hay que aceptar los términos" in words_in(answer.text)
    assert 'value="1020304050"' in answer.text
    assert answer.text.count(" checked") >= 1
    assert len(ways.orders) == before


def test_a_new_token_for_the_same_terms_does_not_trouble_the_payer(ways: Ways) -> None:
    """The version that he saw is sent, not the one that came since."""
    debtor = ways.debtor()
    fields = {**ways.form(debtor.path), **RIGHT, "way": "bank"}
    ways.offers["documents"] = changed(ways, token="t-2")
    ways.house.time.ahead += timedelta(minutes=9)
    assert ways.send(debtor.path, fields).status_code == 303
    assert ways.orders[-1]["terms"]["contract"] == "t-1"


@pytest.mark.parametrize(
    ("minutes", "change"), [(9, {"url": "https://caminos.example/c/2"}), (9, {"label": "Acepto otra cosa"}), (11, {})]
)
def test_terms_that_changed_or_expired_are_shown_again(ways: Ways, minutes: int, change: dict[str, str]) -> None:
    debtor = ways.debtor()
    fields = {**ways.form(debtor.path), **RIGHT, "way": "bank"}
    ways.offers["documents"] = changed(ways, token="t-2", **change)
    ways.house.time.ahead += timedelta(minutes=minutes)
    before = len(ways.orders)

    answer = ways.send(debtor.path, fields)

    assert answer.status_code == 422
    assert "leerlos y aceptarlos de nuevo" in words_in(answer.text)
    assert not re.search(r'name="terms\.[^>]*checked', answer.text)
    assert len(ways.orders) == before
    payment, _page = ways.paid(debtor.path)
    assert payment.terms[0].version == "t-2"


@pytest.mark.parametrize(
    ("form", "accepted", "code"),
    [
        (OFFERED, ("contract",), ""),
        (OFFERED, (), "terms"),
        (OFFERED, ("other",), "terms"),
        (OFFERED, ("contract", "other"), "terms"),
        (attrs.evolve(OFFERED, terms=()), (), "provider_down"),
        (attrs.evolve(OFFERED, choices={}), ("contract",), "provider_down"),
        (PaymentForm(), (), "provider_down"),
    ],
)
def test_no_caller_starts_what_was_not_offered_or_not_accepted(
    ways: Ways, form: PaymentForm, accepted: tuple[str, ...], code: str
) -> None:
    """Whoever forgets to ask is refused by the transaction itself, before anything is sent."""
    house, debtor, before = ways.house, ways.debtor(), len(ways.orders)
    request = PayRequest(
        account_id=house.accounts["ways-co"].id,
        way="bank",
        channel=Channel.STATEMENT,
        customer_id=debtor.customer.id,
        shares=[Share(debtor.invoices[0].id, debtor.invoices[0].total)],
        fields={name.removeprefix("field.bank."): value for name, value in RIGHT.items() if name.startswith("field.")},
        form=form,
        accepted=tuple(AcceptedTerms(code=item, version="t-1", accepted_at=house.time()) for item in accepted),
    )
    if not code:
        assert house.run(start_payment(house.hub, request)).terms[0].version == "t-1"
        return
    with pytest.raises(NotPossible) as refused:
        house.run(start_payment(house.hub, request))
    assert refused.value.code == code
    assert len(ways.orders) == before
    assert house.read(lambda tx: tx.payments.with_payables([debtor.invoices[0].id])) == ()


def test_a_seal_of_another_page_or_by_somebody_else_accepts_nothing(ways: Ways) -> None:
    mine, other = ways.debtor(), ways.debtor()
    stolen = ways.form(other.path)["seal.bank"]
    body, _, mac = ways.form(mine.path)["seal.bank"].partition(".")
    before = len(ways.orders)
    for seal in (stolen, "", "x", f"{body[:-4]}AAAA.{mac}", f".{mac}", f"{body}."):
        assert ways.pay(mine.path, **{"seal.bank": seal}).status_code == 422, seal
    assert len(ways.orders) == before


def test_the_stores_checkout_asks_the_same(ways: Ways) -> None:
    path = ordered(ways)
    assert options_of(ways.step(path), "field.bank.bank") == ["", "1007", "1551"]
    assert ways.pay(path, **{"terms.bank.contract": ""}).status_code == 422
    payment, _page = ways.paid(path)
    assert ways.orders[-1]["terms"] == {"contract": "t-1", "privacy": "p-1"}
    assert payment.terms[1].version == "p-1"


def changed(ways: Ways, **change: str) -> dict[str, Any]:
    documents = ways.offers["documents"]
    return {**documents, "contract": {**documents["contract"], **change}}


def ordered(ways: Ways) -> str:
    house = ways.house
    key = house.run(issue_api_key(house.hub, house.merchants["CO"], "tienda"))
    number = f"W-{next(house.numbers)}"
    cart = {
        "number": number,
        "currency": "COP",
        "items": [{"sku": "T-1", "description": "Taladro", "quantity": 1, "price": 2500000}],
        "customer": {"name": "Ana Mora", "email": f"{number}@tienda.example".lower()},
    }
    with house.browser() as browser:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": number}
        answer = browser.post("/v1/orders", json=cart, headers=headers)
    return str(answer.json()["page"]).removeprefix(house.base)


# In a browser.


@pytest.fixture
def tab(house: House, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, scripts = request.param
    context = chromium.new_context(
        base_url=house.base, viewport={"width": width, "height": 800}, locale="es", java_script_enabled=scripts,
        bypass_csp=scripts,
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(90_000)
    yield page
    context.close()


@pytest.mark.parametrize("tab", [(320, False), (390, False), (1280, False)], indirect=True, ids=str)
def test_a_payer_answers_by_keyboard_and_without_any_script(ways: Ways, tab: Page) -> None:
    debtor = ways.debtor()
    tab.goto(f"{debtor.path}/pay?provider=ways-co")
    firm = tab.get_by_label("Nombre de la empresa")
    assert not firm.is_visible()
    tab.get_by_label("Tipo de persona").select_option("Empresa")
    assert firm.is_visible()
    tab.get_by_label("Banco", exact=True).select_option("Bancolombia")
    tab.get_by_label("Tipo de documento").select_option("NIT")
    tab.get_by_label("Número de documento").fill("900123456")
    firm.fill("Café SAS")
    for label in ("Acepto el contrato de Caminos", "Autorizo el uso de mis datos"):
        box = tab.get_by_role("checkbox", name=label)
        box.focus()
        tab.keyboard.press("Space")
        assert box.is_checked()
    tab.get_by_role("button", name="Pagar $15.000").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/pay/**" if "/pay/" in tab.url else "**/p/**")
    assert ways.orders[-1]["fields"]["firm"] == "Café SAS"


@pytest.mark.parametrize("tab", [(320, True), (390, True), (1280, True)], indirect=True, ids=str)
@pytest.mark.parametrize("language", ["es", "en"])
def test_axe_finds_nothing_and_nothing_is_cut(ways: Ways, tab: Page, language: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    debtor = ways.debtor()
    tab.goto(f"{debtor.path}/pay?provider=ways-co&lang={language}")
    assert "Kind of person" in tab.inner_text("main") or language == "es"
    assert not Axe().run(tab).response["violations"]
    assert tab.evaluate("document.documentElement.scrollWidth") <= tab.evaluate("innerWidth")
    tab.get_by_role("button", name=re.compile("15")).first.click()
    assert tab.locator("[role=alert]").count() == 1
    assert not Axe().run(tab).response["violations"]
