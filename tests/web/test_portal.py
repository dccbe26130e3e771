"""What a customer sees and can do behind the mailed link."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import attrs
import httpx
import pytest

from hub.domain.figures import date_text
from hub.domain.merchant import LinkKind, Options
from hub.domain.payment import Payment, Status
from hub.flows.payments.check_payment import check_payment
from hub.flows.payments.run_operation import refund_payment
from hub.flows.payments.view_payment import payment_link_id
from hub.texts.engine import texts_for
from hub.web.portal.words import REASONS
from hub_hookspecs import Done, PostForm, ReasonKind, ShowReference
from tests.web.conftest import House

Forms = Callable[[str], list[dict[str, Any]]]


def step(browser: httpx.Client, path: str, provider: str, *invoices: str) -> str:
    """The pay step's page, as the mail's provider button opens it."""
    answer = browser.get(f"{path}/pay", params={"provider": provider, "invoice": list(invoices)})
    assert answer.status_code == 200, answer.text
    return answer.text


def pay_form(forms: Forms, html: str) -> dict[str, Any]:
    return next(form for form in forms(html) if "total" in form["fields"])


def press_pay(browser: httpx.Client, forms: Forms, html: str, **changes: Any) -> httpx.Response:
    """Press the one button of the step."""
    form = pay_form(forms, html)
    return browser.post(form["action"], data={**form["fields"], **changes})


def start(house: House, forms: Forms, country: str, **changes: Any) -> tuple[Any, str, Payment]:
    """A debtor who has just pressed Pagar: the debtor, the payment's address, the payment."""
    debtor = house.debtor(country, (1500000, -30), email="ana@correo.example")
    with house.browser() as browser:
        html = step(browser, debtor.path, "greenpay" if country == "CR" else "nequi")
        answer = press_pay(browser, forms, html, **changes)
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"].removeprefix(house.base)
    return debtor, path, house.payment(path)


def page(house: House, path: str) -> str:
    with house.browser() as browser:
        answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def words(html: str) -> str:
    """What a person reads, on one line."""
    body = html.partition("<main")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ")


PHONE = {"field.push.phone": "300 123 45 67"}


def test_the_statement_shows_what_is_owed_with_the_overdue_invoices_ticked(house: House) -> None:
    debtor = house.debtor("CR", (1500050, -30), (4825000, 10))

    html = page(house, debtor.path)

    assert "₡63 250,50" in words(html)
    assert "Vencida: 30 días" in words(html)
    assert f'value="{debtor.invoices[0].id}" checked' in html
    assert f'value="{debtor.invoices[1].id}">' in html
    assert "Pagar en línea" in words(html)
    assert "PRUEBA - SIN VALOR" in html
    assert "SIMULADO" in html


def test_the_page_says_when_its_link_ends_where_the_company_is(house: House) -> None:
    here = ZoneInfo("America/Costa_Rica")
    evening = datetime.combine(datetime.now(here).date() + timedelta(days=1), time(19), here)
    house.time.ahead = evening - datetime.now(here)
    try:
        debtor = house.debtor("CR", (1500050, -30))
        html = page(house, debtor.path)
    finally:
        house.time.ahead = timedelta()

    ends = evening.date() + timedelta(days=house.hub.link_days)
    assert f"Este enlace vence el {date_text(ends, 'es_CR')}." in words(html)


def test_who_owes_nothing_is_thanked(house: House) -> None:
    assert "No tiene facturas pendientes" in page(house, house.debtor("CR").path)
    assert "No tienes facturas pendientes" in page(house, house.debtor("CO").path)


def test_a_get_never_starts_a_payment(house: House) -> None:
    debtor = house.debtor("CR", (1500050, -30))
    with house.browser() as browser:
        for query in ("", "?provider=greenpay", "?provider=greenpay&way=form&total=1500050&form=x"):
            assert browser.get(f"{debtor.path}/pay{query}").status_code == 200
        assert browser.head(f"{debtor.path}/pay?provider=greenpay").status_code < 500

    assert not house.read(lambda tx: tx.payments.of_customer(debtor.customer.id, debtor.invoices[0].mode))


def test_from_the_mails_button_to_the_card_page_are_two_presses(house: House, forms: Forms) -> None:
    debtor = house.debtor("CR", (1500050, -30), (4825000, 10), email="ana@correo.example")
    with house.browser() as browser:
        html = browser.get(f"{debtor.path}/pay?currency=CRC&provider=greenpay").text  # the mail's button
        answer = press_pay(browser, forms, html)
        leads_on = browser.get(answer.headers["location"]).text

    assert "Pagar ₡15 000,50" in words(html)
    onward = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', leads_on)
    assert onward
    assert urlsplit(onward[1]).path.startswith("/sim/greenpay/form/")
    assert ">Continuar a la página de Greenpay<" in leads_on


def test_a_paid_payment_shows_status_and_summary(house: House, forms: Forms) -> None:
    _debtor, path, payment = start(house, forms, "CR")
    house.control("greenpay", "approve", reference=payment.reference)
    house.until(lambda: house.payment(path).status is Status.PAID)

    text = words(page(house, path))

    for fact in (
        "Aprobada",
        "Ferretería El Tornillo S.A.",
        "3-101-234567",
        "₡15 000,00",
        "Tarjeta · Greenpay",
        "Visa ****",
        payment.reference,
        "Autorización",
        "Transacción de Greenpay",
        "(UTC-6)",
        "pagada por completo",
        "Saldo pendiente ₡0,00",
        "El soporte llega a su correo",
    ):
        assert fact in text
    assert 'http-equiv="refresh"' not in page(house, path)
    mail = house.until(lambda: [m for m in house.mailbox.to("ana@correo.example") if payment.reference in m.text])
    assert len(mail) == 1


def test_a_returned_payment_still_says_what_it_was_for(house: House, forms: Forms) -> None:
    _debtor, path, payment = start(house, forms, "CO", **{"field.push.phone": "3001234567"})
    house.control("nequi", "approve", reference=payment.reference)
    house.until(lambda: house.payment(path).status is Status.PAID)
    house.run(refund_payment(house.hub, payment.id, by="dueño"))

    text = words(page(house, path))

    assert "Devuelta" in text
    assert re.search(r"Factura FE-\d+-1 \$15\.000", text)
    assert "Valor $15.000 Devuelto −$15.000" in text


def test_a_double_click_gives_one_payment(house: House, forms: Forms) -> None:
    debtor = house.debtor("CR", (1500000, -30))
    with house.browser() as browser:
        html = step(browser, debtor.path, "greenpay")
        first, second = press_pay(browser, forms, html), press_pay(browser, forms, html)
        third = browser.get(f"{debtor.path}/pay", params={"invoice": debtor.invoices[0].id})
        statement = browser.get(debtor.path).text

    path = urlsplit(first.headers["location"]).path
    assert [urlsplit(item.headers["location"]).path for item in (second, third)] == [path, path]
    assert len(house.read(lambda tx: tx.payments.of_customer(debtor.customer.id, debtor.invoices[0].mode))) == 1
    assert "Pago en proceso" in statement
    assert f'href="{house.base}{path}">Volver a la página de Greenpay' in statement
    assert not forms(statement)[0]["fields"].get("invoice")


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"form": "forged"}, 403, "No se cobró nada"),
        ({"form": ""}, 403, "No se cobró nada"),
        ({"total": "1"}, 422, "cambió mientras tanto"),
        ({"total": ""}, 422, "cambió mientras tanto"),
        ({"provider": "paypal"}, 422, "no está disponible"),
        ({"way": "cash"}, 422, "no está disponible"),
    ],
)
def test_a_form_that_is_not_what_the_payer_saw_starts_nothing(
    house: House, forms: Forms, changes: dict[str, str], status: int, said: str
) -> None:
    debtor = house.debtor("CR", (1500000, -30))
    with house.browser() as browser:
        html = step(browser, debtor.path, "greenpay")
        answer = press_pay(browser, forms, html, **changes)

    assert answer.status_code == status
    assert said in words(answer.text)
    assert not house.read(lambda tx: tx.payments.of_customer(debtor.customer.id, debtor.invoices[0].mode))


def test_a_form_of_one_link_does_not_pay_for_another(house: House, forms: Forms) -> None:
    mine, theirs = house.debtor("CR", (1500000, -30)), house.debtor("CR", (1500000, -30))
    with house.browser() as browser:
        stolen = pay_form(forms, step(browser, theirs.path, "greenpay"))
        own = pay_form(forms, step(browser, mine.path, "greenpay"))
        token = browser.post(own["action"], data={**own["fields"], "form": stolen["fields"]["form"]})
        invoice = browser.post(own["action"], data={**own["fields"], "invoice": stolen["fields"]["invoice"]})
        unknown = browser.post(own["action"], data={**own["fields"], "invoice": "0" * 26})
        shown, nothing = (browser.get(answer.headers["location"]) for answer in (invoice, unknown))

    assert token.status_code == 403
    assert invoice.headers["location"].partition("?")[0] == mine.path
    assert theirs.invoices[0].number not in shown.text
    assert words(shown.text) == words(nothing.text), "whose an id is that is not mine nobody learns"
    for debtor in (mine, theirs):
        assert not house.read(lambda tx, d=debtor: tx.payments.of_customer(d.customer.id, d.invoices[0].mode))


def test_the_phone_is_asked_once_and_then_shown_masked(house: House, forms: Forms) -> None:
    debtor, path, payment = start(house, forms, "CO", **PHONE)
    assert payment.payer.fields == {"phone": "3001234567"}
    waiting = words(page(house, path))
    assert "Aprueba el pago en tu aplicación Nequi" in waiting
    assert "Tienes hasta las" in waiting
    house.control("nequi", "reject", reference=payment.reference)
    house.until(lambda: house.payment(path).status is Status.CLOSED)
    closed = words(page(house, path))
    assert "No se te cobró nada" in closed
    assert "Intentar de nuevo" in closed

    with house.browser() as browser:
        html = step(browser, debtor.path, "nequi")
        again = press_pay(browser, forms, html)

    assert "300***4567" in html
    assert "3001234567" not in html
    assert house.payment(again.headers["location"].partition("?")[0]).payer.fields == {"phone": "3001234567"}


@pytest.mark.parametrize("typed", ["", "12345", "+57 300 123 4567", "<b>3001234567</b>"])
def test_a_wrong_phone_is_named_beside_its_field(house: House, forms: Forms, typed: str) -> None:
    debtor = house.debtor("CO", (1500000, -30))
    with house.browser() as browser:
        html = step(browser, debtor.path, "nequi")
        answer = press_pay(browser, forms, html, **{"field.push.phone": typed})

    assert answer.status_code == 422
    assert "Escribe los 10 números del celular" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "<b>300" not in answer.text


def test_a_qr_is_drawn_and_looks_again_by_itself(house: House, forms: Forms) -> None:
    _debtor, path, payment = start(house, forms, "CO", way="qr")

    html = page(house, path)

    assert 'src="data:image/svg+xml' in html
    assert f'content="4;url={path.partition("?")[0]}"' in html
    house.control("nequi", "approve", reference=payment.reference)
    house.until(lambda: house.payment(path).status is Status.PAID)
    assert "Aprobada" in words(page(house, path))


def test_a_refused_try_is_told_and_leads_back_to_the_same_page(house: House, forms: Forms) -> None:
    _debtor, path, payment = start(house, forms, "CR")
    house.control("greenpay", "reject", reference=payment.reference)
    house.until(lambda: "El pago no se aprobó" in page(house, path))

    html = page(house, f"{path}?continuar=1")

    assert ">Volver a la página de Greenpay<" in html
    assert "0;url=" not in html


def test_an_unknown_outcome_never_invites_to_pay_again(house: House, forms: Forms) -> None:
    house.control("nequi", "fault", path="*unregisteredpayment*", kind="cut_after", times=1)
    debtor, path, _payment = start(house, forms, "CO", **PHONE)

    with house.browser() as browser:
        html = browser.get(path).text
        elsewhere = browser.get(f"{debtor.path}/pay?provider=nequi&invoice={debtor.invoices[0].id}")

    assert "Por confirmar" in words(html)
    assert "No pagues de nuevo" in words(html)
    assert 'http-equiv="refresh"' in html
    assert "<form" not in html
    assert elsewhere.headers["location"] == f"{house.base}{path.partition('?')[0]}"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (PostForm("https://pay.example/go", {"a": '"><script>'}), "Continuar a Greenpay"),
        (ShowReference("1234 5678"), "1234 5678"),
        (Done(), "Esperamos el resultado"),
    ],
)
def test_every_next_action_has_its_page(house: House, forms: Forms, action: Any, expected: str) -> None:
    _debtor, path, payment = start(house, forms, "CR")
    house.write(lambda tx: tx.payments.save(attrs.evolve(payment, action=action)))

    with house.browser() as browser:
        answer = browser.get(path)

    assert expected in words(answer.text)
    assert "<script" not in answer.text
    outside = "form-action 'self' https://pay.example" in answer.headers["content-security-policy"]
    assert outside is isinstance(action, PostForm)


def test_paying_after_an_unproven_close_takes_a_confirmation(house: House, forms: Forms) -> None:
    debtor, path, payment = start(house, forms, "CR")
    house.time.ahead = timedelta(hours=2)
    try:
        house.run(check_payment(house.hub, payment.id))
        assert "Sin confirmar" in words(page(house, path))
        with house.browser() as browser:
            html = step(browser, debtor.path, "greenpay")
            warned = press_pay(browser, forms, html)
            agreed = press_pay(browser, forms, warned.text, warned="1")
    finally:
        house.time.ahead = timedelta()

    assert warned.status_code == 422
    assert "Un pago anterior quedó sin confirmar" in words(warned.text)
    assert agreed.status_code == 303
    assert house.payment(agreed.headers["location"].partition("?")[0]).warned


def test_parts_of_an_invoice_are_paid_only_where_the_merchant_allows_it(house: House, forms: Forms) -> None:
    merchant = house.merchants["CR"]
    debtor = house.debtor("CR", (1500000, -30))
    amount = f"amount.{debtor.invoices[0].id}"
    with house.browser() as browser:
        html = step(browser, debtor.path, "greenpay")
        assert amount not in html
        house.write(lambda tx: tx.merchants.save(attrs.evolve(merchant, options=Options(partial=True))))
        try:
            html = step(browser, debtor.path, "greenpay")
            too_much = press_pay(browser, forms, html, **{amount: "15000,01"})
            unseen = press_pay(browser, forms, html, **{amount: "5000,25"})
            paid = press_pay(browser, forms, unseen.text)
        finally:
            house.write(lambda tx: tx.merchants.save(merchant))

    assert "hasta el saldo" in too_much.text
    assert unseen.status_code == 422
    assert "Pagar ₡5 000,25" in words(unseen.text)
    assert house.payment(paid.headers["location"].partition("?")[0]).amount.minor == 500025


def test_unknown_and_forged_links_look_the_same_and_so_do_those_that_were_cut(house: House) -> None:
    path = house.debtor("CR", (1500000, -30)).path
    token = path.removeprefix("/s/")
    forged = [f"{path[:-2]}xx", f"/s/{'0' * 26}.{'A' * 43}", f"/p/{token}", f"/o/{token}"]
    cut = ["/s/none", "/s/%00", f"/s/{token.partition('.')[0]}.", path[:-1]]
    with house.browser() as browser:
        for paths in (forged, cut):
            answers = [browser.get(item) for item in paths]
            assert {(item.status_code, item.text) for item in answers} == {(404, answers[0].text)}


def test_an_expired_link_mails_a_new_one_without_showing_the_address(house: House, forms: Forms) -> None:
    debtor = house.debtor("CR", (1500000, -30), email="vieja@correo.example")

    def expire(tx: Any) -> None:
        link = tx.links.find(LinkKind.STATEMENT, debtor.customer.id, debtor.invoices[0].mode, house.time())
        tx.links.save(attrs.evolve(link, expires_at=house.time() - timedelta(days=1)))

    house.write(expire)
    with house.browser() as browser:
        shut = browser.get(debtor.path)
        form = forms(shut.text)[0]
        forged = browser.post(form["action"], data={"form": "forged"})
        sent = [browser.post(form["action"], data=form["fields"]) for _ in range(3)]

    assert shut.status_code == 410
    assert "Enviar un enlace nuevo" in shut.text
    assert forged.status_code == 404
    assert {answer.status_code for answer in sent} == {200}
    assert all("vieja@" not in answer.text for answer in (shut, *sent))
    house.until(lambda: house.mailbox.to("vieja@correo.example"))
    assert len(house.mailbox.to("vieja@correo.example")) == 1


def test_an_expired_payment_link_offers_nothing(house: House, forms: Forms) -> None:
    _debtor, path, payment = start(house, forms, "CR")

    def expire(tx: Any) -> None:
        link = tx.links.get(payment_link_id(payment.id))
        tx.links.save(attrs.evolve(link, expires_at=house.time() - timedelta(days=1)))

    house.write(expire)
    with house.browser() as browser:
        answer = browser.get(path)

    assert answer.status_code == 410
    assert not forms(answer.text)


def test_every_page_carries_its_headers(house: House, forms: Forms) -> None:
    debtor, path, _payment = start(house, forms, "CR")
    with house.browser() as browser:
        answers = [browser.get(item) for item in (debtor.path, f"{debtor.path}/pay", path, "/s/none", "/nothing")]

    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers


def test_static_files_are_kept_and_nothing_else_is_there(house: House) -> None:
    with house.browser() as browser:
        link = re.search(r'href="(/static/hub\.css\?\w+)"', browser.get("/nothing").text)
        assert link
        assert "immutable" in browser.get(link[1]).headers["cache-control"]
        assert browser.get("/static/..%2fpages.py").status_code == 404
        assert browser.get("/static/pages.py").status_code == 404
        assert browser.get("/healthz").text == "ok\n"
        assert browser.get("/readyz").text == "ready\n"


def test_every_reason_has_words_for_the_payer() -> None:
    assert set(REASONS) == set(ReasonKind)
    for locale in ("es_CO", "en"):
        assert all(texts_for(locale).say(text) != text for text in REASONS.values()), locale
