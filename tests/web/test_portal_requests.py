"""What a customer may ask for besides paying: cancel, send again, write to the merchant,
report a payment, withhold."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import attrs
import httpx
import pytest

from hub.domain.ledger import EntryKind
from hub.domain.payment import Status
from hub.domain.payment_checks import conclusion_due
from hub.flows.payments.check_payment import check_payment
from hub.flows.payments.run_operation import refund_payment
from hub.flows.payments.view_payment import view_payment
from hub.flows.statements.send_statement import revoke_link
from tests.web.conftest import Debtor, House

Forms = Callable[[str], list[dict[str, Any]]]
PHONE = {"field.push.phone": "300 123 45 67"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 200


def form_of(forms: Forms, html: str, action: str) -> dict[str, Any]:
    return next(form for form in forms(html) if form["action"].endswith(action))


def start(house: House, forms: Forms, country: str, debtor: Debtor = None, **changes: Any) -> tuple[Any, str]:
    """A debtor who has just pressed Pagar, and the payment's address."""
    debtor = debtor or house.debtor(country, (1500000, -30), email="ana@correo.example")
    with house.browser() as browser:
        html = browser.get(f"{debtor.path}/pay?provider={'greenpay' if country == 'CR' else 'nequi'}").text
        form = form_of(forms, html, "/pay")
        answer = browser.post(form["action"], data={**form["fields"], **changes})
    assert answer.status_code == 303, answer.text
    return debtor, urlsplit(answer.headers["location"]).path


def plain_words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.partition("<main")[2])).replace("\u00a0", " ")


def test_a_request_is_cancelled_at_the_provider_and_only_then_sent_again(house: House, forms: Forms) -> None:
    debtor, path = start(house, forms, "CO", **PHONE)
    with house.browser() as browser:
        form = next(form for form in forms(browser.get(path).text) if "then" in form["fields"])
        answer = browser.post(form["action"], data=form["fields"])
        again = urlsplit(answer.headers["location"])
        step = browser.get(f"{again.path}?{again.query}").text

    assert house.payment(path).status is Status.CLOSED
    assert house.payment(path).reason == "cancelled"
    asked = parse_qs(again.query)
    assert (asked["invoice"], asked["provider"], asked["way"]) == ([debtor.invoices[0].id], ["nequi"], ["push"])
    assert "300***4567" in step
    _debtor, second = start(house, forms, "CO", debtor, **{"field.push.phone": "310 222 33 44"})
    assert second != path
    assert house.payment(second).payer.fields == {"phone": "3102223344"}


def test_a_cancelled_payment_says_so_and_can_be_tried_again(house: House, forms: Forms) -> None:
    _debtor, path = start(house, forms, "CO", **PHONE)
    with house.browser() as browser:
        form = next(item for item in forms(browser.get(path).text) if "then" not in item["fields"])
        answer = browser.post(form["action"], data=form["fields"])
        html = browser.get(path).text

    assert answer.headers["location"] == path
    assert "Pago cancelado" in plain_words(html)
    assert "No se te cobró nada" in plain_words(html)
    assert "Intentar de nuevo" in plain_words(html)


@pytest.mark.parametrize("forged", ["", "forged"])
def test_a_form_that_is_not_ours_cancels_nothing(house: House, forms: Forms, forged: str) -> None:
    _debtor, path = start(house, forms, "CO", **PHONE)
    with house.browser() as browser:
        assert browser.post(f"{path}/cancel", data={"form": forged}).headers["location"] == path
    assert house.payment(path).status is Status.PENDING


def test_what_the_provider_cannot_cancel_is_not_offered(house: House, forms: Forms) -> None:
    for country, changes in (("CR", {}), ("CO", {"way": "qr"})):
        _debtor, path = start(house, forms, country, **changes)
        with house.browser() as browser:
            assert "/cancel" not in browser.get(path).text


def test_who_does_not_pay_now_withdraws_the_request_where_the_provider_can(house: House, forms: Forms) -> None:
    _debtor, path = start(house, forms, "CO", **PHONE)
    with house.browser() as browser:
        html = browser.get(path).text
        assert "No voy a pagar ahora" in plain_words(html)
        form = next(item for item in forms(html) if "then" not in item["fields"])
        browser.post(form["action"], data=form["fields"])

    assert house.payment(path).reason == "cancelled"


def given_up(house: House, path: str) -> tuple[str, str]:
    """What the page of a session says while it is open, and once the hub has stopped waiting."""
    with house.browser() as browser:
        before = plain_words(browser.get(path).text)
        house.time.ahead = timedelta(hours=2)
        try:
            house.run(check_payment(house.hub, house.payment(path).id))
            return before, plain_words(browser.get(path).text)
        finally:
            house.time.ahead = timedelta()


def test_who_does_not_pay_now_is_told_until_when_a_session_holds_what_was_chosen(house: House, forms: Forms) -> None:
    _debtor, path = start(house, forms, "CR")
    payment = house.payment(path)
    held = house.run(view_payment(house.hub, payment.id)).held_until

    before, after = given_up(house, path)

    zone = ZoneInfo(house.merchants["CR"].company.zone)
    assert held > payment.expires_at
    assert f"{held.astimezone(zone):%M}" in before.partition("No voy a pagar ahora")[2].partition("queda apartado")[0]
    assert "queda sin confirmar" in before
    assert house.payment(path).reason == "session_expired"
    assert "Sin confirmar" in after
    assert "No voy a pagar ahora" not in after


def refused_once(house: House, forms: Forms) -> str:
    """What the page says of a session in which one card was refused, and nothing else came."""
    _debtor, path = start(house, forms, "CR")
    house.control("greenpay", "reject", reference=house.payment(path).reference)
    house.until(lambda: house.run(view_payment(house.hub, house.payment(path).id)).last_try)
    before, after = given_up(house, path)
    return f"{before} {after}"


def test_one_refused_card_is_one_try(house: House, forms: Forms) -> None:
    assert "Intentos" not in refused_once(house, forms)


def test_control_a_count_that_adds_the_next_try_says_two(
    house: House, forms: Forms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.flows.payments.view_payment.tries_in", lambda seen: 2)

    assert "Intentos 2" in refused_once(house, forms)


def test_control_a_grace_that_is_left_out_promises_too_much(
    house: House, forms: Forms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.flows.payments.view_payment.session_over_at", lambda payment, _way: payment.expires_at)
    _debtor, path = start(house, forms, "CR")
    payment = house.payment(path)
    told = house.run(view_payment(house.hub, payment.id)).held_until

    assert conclusion_due(payment, house.hub.providers["greenpay"].info.way(payment.way), told) is None


def test_a_second_tab_and_a_reload_show_the_same_payment(house: House, forms: Forms) -> None:
    debtor, path = start(house, forms, "CO", way="qr")
    with house.browser() as one, house.browser() as other:
        codes = [re.search(r'class="qr" src="([^"]+)"', tab.get(path).text) for tab in (one, other, one)]
        statement = other.get(debtor.path).text
    assert len({code[1] for code in codes if code}) == 1
    assert f'{path}">Ver el código QR' in statement


def test_the_code_can_be_saved_as_an_image(house: House, forms: Forms) -> None:
    _debtor, path = start(house, forms, "CO", way="qr")
    with house.browser() as browser:
        html = browser.get(path).text
        saved = browser.get(f"{path}/qr.png")
        gone = browser.get(f"{start(house, forms, 'CR')[1]}/qr.png")

    assert f'href="{path}/qr.png" download' in html
    assert saved.headers["content-type"] == "image/png"
    assert saved.headers["content-disposition"].startswith("attachment;")
    assert saved.content.startswith(b"\x89PNG")
    assert gone.status_code == 404


def test_a_waiting_page_has_no_script_and_looks_again_by_itself(house: House, forms: Forms) -> None:
    for country, changes in (("CO", PHONE), ("CO", {"way": "qr"}), ("CR", {})):
        _debtor, path = start(house, forms, country, **changes)
        with house.browser() as browser:
            answer = browser.get(path)
        assert "<script" not in answer.text
        assert 'http-equiv="refresh"' in answer.text
        assert "script-src" not in answer.headers["content-security-policy"]


def test_a_revoked_link_mails_a_new_one_and_opens_nothing(house: House, forms: Forms) -> None:
    debtor = house.debtor("CR", (1500000, -30), email="revocada@correo.example")
    house.run(revoke_link(house.hub, house.merchants["CR"], debtor.customer.id))
    with house.browser() as browser:
        shut = browser.get(debtor.path)
        form = forms(shut.text)[0]
        sent = browser.post(form["action"], data=form["fields"])
        still = browser.get(debtor.path)

    assert (shut.status_code, still.status_code) == (410, 410)
    assert "ya no está activo" in shut.text
    assert all(word not in shut.text + sent.text for word in ("Alejandro", "revocada@", debtor.invoices[0].number))
    house.until(lambda: house.mailbox.to("revocada@correo.example"))


def test_a_note_reaches_the_merchant_and_changes_nothing(house: House, forms: Forms) -> None:
    debtor = house.debtor("CR", (1500000, -30))
    with house.browser() as browser:
        form = form_of(forms, browser.get(f"{debtor.path}/note").text, "/note")
        empty = browser.post(form["action"], data={**form["fields"], "text": "  "})
        forged = browser.post(form["action"], data={"form": "x", "text": "hola"})
        sent = browser.post(form["action"], data={**form["fields"], "text": "¿Me envían la <b>factura</b>?"})
        statement = browser.get(sent.headers["location"]).text

    assert (empty.status_code, forged.status_code, sent.status_code) == (422, 422, 303)
    assert "Su mensaje quedó enviado" in statement
    mine = [item for item in house.read(lambda tx: tx.reviews.of(merchant_id=debtor.customer.merchant_id))
            if item.subject.startswith(debtor.customer.id)]  # fmt: skip
    assert [(item.cause, item.details) for item in mine] == [("customer_note", "¿Me envían la <b>factura</b>?")]
    mails = house.until(
        lambda: [m for m in house.mailbox.to("administracion@eltornillo.example") if debtor.customer.name in m.subject]
    )
    assert "¿Me envían la <b>factura</b>?" in mails[0].text
    assert "<b>factura" not in mails[0].html


def test_a_day_takes_only_so_many_notes(house: House, forms: Forms) -> None:
    debtor = house.debtor("CR", (1500000, -30))
    with house.browser() as browser:
        form = form_of(forms, browser.get(f"{debtor.path}/note").text, "/note")
        answers = [browser.post(form["action"], data={**form["fields"], "text": "hola"}) for _ in range(12)]
    assert [answer.status_code for answer in answers] == [303] * 10 + [422] * 2
    assert "Ya envió varios mensajes hoy" in answers[-1].text


def report(browser: httpx.Client, forms: Forms, debtor: Debtor, *, file: Any = None, **changes: Any) -> httpx.Response:
    form = form_of(forms, browser.get(f"{debtor.path}/report").text, "/report")
    data = {
        **form["fields"],
        "invoice": [debtor.invoices[0].id],
        "amount": "15.000,00",
        "proof": [],
        "means": "transfer",
        "number": "998877",
        **changes,
    }
    return browser.post(form["action"], data=data, files={"proof": file or ("", b"")})


def test_a_reported_payment_waits_for_the_merchant_with_its_proof(house: House, forms: Forms) -> None:
    debtor = house.debtor("CR", (1500000, -30))
    with house.browser() as browser:
        sent = report(browser, forms, debtor, file=("../../etc/recibo 1.exe", io.BytesIO(PNG), "text/html"))
        statement = browser.get(sent.headers["location"]).text

    assert "El saldo cambia cuando la empresa confirme" in statement
    assert "₡15 000,00" in plain_words(statement)
    review = next(
        item
        for item in house.read(lambda tx: tx.reviews.of(merchant_id=debtor.customer.merchant_id))
        if item.subject.startswith(debtor.customer.id)
    )
    assert review.cause == "payment_reported"
    for fact in (
        "Transferencia bancaria",
        "998877",
        debtor.invoices[0].number,
        "recibo 1.png",
        "₡15 000,00".replace(" ", "\u00a0"),
    ):
        assert fact in review.details
    proof = house.read(lambda tx: tx.attachments.of_review(review.id))[0]
    assert (proof.kind, proof.size, proof.sha256) == ("image/png", len(PNG), hashlib.sha256(PNG).hexdigest())
    kept = house.opened.settings.data / "proofs" / proof.file
    assert kept.read_bytes() == PNG
    assert kept.stat().st_mode & 0o077 == 0
    assert house.read(lambda tx: tx.payables.get(debtor.invoices[0].id)).due == 1500000


@pytest.mark.parametrize(
    ("file", "changes", "said"),
    [
        (("a.png", b"<html><script>alert(1)</script>"), {}, "no es una imagen ni un PDF"),
        (("a.pdf", b"%PDF-1.7\n" + b"0" * (5 * 1024 * 1024)), {}, "pasa de 5 MB"),
        (("a.png", b""), {}, "está vacío"),
        (None, {"amount": "mucho"}, "Escriba el monto"),
        (None, {"amount": "0"}, "Escriba el monto"),
        (None, {"paid_on": "2999-01-01"}, "no puede ser futura"),
        (None, {"form": "forged"}, "Esta página venció"),
    ],
)
def test_a_report_that_cannot_be_taken_keeps_nothing(
    house: House, forms: Forms, file: Any, changes: dict[str, str], said: str
) -> None:
    debtor = house.debtor("CR", (1500000, -30))
    folder = house.opened.settings.data / "proofs"
    before = set(folder.iterdir()) if folder.exists() else set()
    with house.browser() as browser:
        answer = report(browser, forms, debtor, file=file, **changes)

    assert answer.status_code == 422, answer.text
    assert said in answer.text
    assert (set(folder.iterdir()) if folder.exists() else set()) == before
    assert not [
        item
        for item in house.read(lambda tx: tx.reviews.of(merchant_id=debtor.customer.merchant_id))
        if item.subject.startswith(debtor.customer.id)
    ]


def test_more_than_a_file_may_be_is_refused_before_it_is_read(house: House, forms: Forms) -> None:
    debtor = house.debtor("CR", (1500000, -30))
    with house.browser() as browser:
        answer = report(browser, forms, debtor, file=("a.pdf", b"%PDF-1.7\n" + b"0" * (6 * 1024 * 1024)))
        small = browser.post(f"{debtor.path}/note", data={"text": "x" * 300_000})
    assert answer.status_code == 413
    assert small.status_code == 413


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("ana@x.com.", "Este correo no parece válido"),
        ("josé@correo.example", "van letras sin tilde"),
        (f"{'a' * 65}@correo.example", "hay 65 caracteres, y caben 64"),
    ],
)
def test_a_payers_mail_address_that_is_none_starts_nothing(house: House, forms: Forms, typed: str, said: str) -> None:
    debtor = house.debtor("CR", (1500000, -30))
    with house.browser() as browser:
        form = form_of(forms, browser.get(f"{debtor.path}/pay?provider=greenpay").text, "/pay")
        answer = browser.post(form["action"], data={**form["fields"], "email": typed})

    assert answer.status_code == 422
    assert said in plain_words(answer.text)
    assert not house.read(lambda tx: tx.payments.live_with([debtor.invoices[0].id]))


@pytest.fixture
def withholds(house: House) -> Iterator[None]:
    """The Colombian merchant lets customers declare what they withhold."""
    merchant = house.merchants["CO"]
    options = attrs.evolve(merchant.options, withholdings=True)
    house.write(lambda tx: tx.merchants.save(attrs.evolve(merchant, options=options)))
    yield
    house.write(lambda tx: tx.merchants.save(merchant))


def declared(invoice: Any, **taxes: tuple[str, str]) -> dict[str, str]:
    return {
        f"{tax}.{part}.{invoice.id}": value
        for tax, pair in taxes.items()
        for part, value in zip(("base", "amount"), pair, strict=True)
    }


@pytest.mark.usefixtures("withholds")
def test_what_the_payer_withholds_is_taken_off_and_booked_when_the_money_is_proven(house: House, forms: Forms) -> None:
    debtor = house.debtor("CO", (119000000, -30), email="t@correo.example")
    taxes = declared(debtor.invoices[0], retefuente=("1.000.000", "25.000"), reteiva=("190.000", "28.500"))
    with house.browser() as browser:
        form = form_of(forms, browser.get(f"{debtor.path}/pay?provider=nequi").text, "/pay")
        data = {**form["fields"], **PHONE, **taxes}
        shown = browser.post(form["action"], data={**data, "update": "1"})
        unseen = browser.post(form["action"], data=data)
        seen = form_of(forms, shown.text, "/pay")
        paid = browser.post(seen["action"], data={**seen["fields"], **PHONE})
    path = urlsplit(paid.headers["location"]).path

    assert (shown.status_code, unseen.status_code, paid.status_code) == (200, 422, 303)
    assert "Pagar $1.136.500" in plain_words(shown.text)
    payment = house.payment(path)
    assert payment.amount.minor == 113650000
    assert payment.lines[0].withheld == 5350000
    assert house.read(lambda tx: tx.payables.get(debtor.invoices[0].id)).withheld == 0
    house.control("nequi", "approve", reference=payment.reference)
    house.until(lambda: house.payment(path).status is Status.PAID)

    invoice = house.read(lambda tx: tx.payables.get(debtor.invoices[0].id))
    assert (invoice.due, invoice.allocated, invoice.withheld) == (0, 113650000, 5350000)
    entries = house.read(lambda tx: tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id))
    assert sorted(entry.key for entry in entries if entry.kind is EntryKind.WITHHELD) == [
        f"withheld:{payment.id}:{invoice.id}:retefuente",
        f"withheld:{payment.id}:{invoice.id}:reteiva",
    ]
    with house.browser() as browser:
        result = plain_words(browser.get(path).text)
    assert "Retenciones que declaraste $53.500" in result
    assert "pagada por completo" in result
    assert not house.read(lambda tx: tx.ledger.verify())


@pytest.mark.usefixtures("withholds")
def test_money_that_goes_back_takes_the_withholding_with_it(house: House, forms: Forms) -> None:
    debtor = house.debtor("CO", (100000000, -30))
    taxes = declared(debtor.invoices[0], retefuente=("1.000.000", "25.000"))
    with house.browser() as browser:
        form = form_of(forms, browser.get(f"{debtor.path}/pay?provider=nequi").text, "/pay")
        shown = browser.post(form["action"], data={**form["fields"], **PHONE, **taxes, "update": "1"})
        seen = form_of(forms, shown.text, "/pay")
        path = urlsplit(browser.post(seen["action"], data={**seen["fields"], **PHONE}).headers["location"]).path
    house.control("nequi", "approve", reference=house.payment(path).reference)
    house.until(lambda: house.payment(path).status is Status.PAID)
    assert house.read(lambda tx: tx.payables.get(debtor.invoices[0].id)).due == 0

    house.run(refund_payment(house.hub, house.payment(path).id, by="dueño"))

    invoice = house.until(
        lambda: next(
            (found for found in [house.read(lambda tx: tx.payables.get(debtor.invoices[0].id))] if found.due), None
        )
    )
    assert (invoice.due, invoice.withheld) == (100000000, 0)
    assert not house.read(lambda tx: tx.ledger.verify())


@pytest.mark.usefixtures("withholds")
@pytest.mark.parametrize(
    ("taxes", "said"),
    [
        ({"retefuente": ("1.000.000", "900.000")}, "son más de lo que se retiene"),
        ({"retefuente": ("10.000", "25.000")}, "no menor que lo retenido"),
        ({"retefuente": ("", "25.000")}, "Escribe también la base"),
        ({"reteica": ("1.000.000", "966,50")}, "pesos enteros"),
        ({"reteica": ("1.000.000", "-5")}, "no menor que lo retenido"),
    ],
)
def test_a_withholding_that_cannot_be_right_is_named(
    house: House, forms: Forms, taxes: dict[str, tuple[str, str]], said: str
) -> None:
    debtor = house.debtor("CO", (100000000, -30))
    with house.browser() as browser:
        form = form_of(forms, browser.get(f"{debtor.path}/pay?provider=nequi").text, "/pay")
        answer = browser.post(form["action"], data={**form["fields"], **PHONE, **declared(debtor.invoices[0], **taxes)})
    assert answer.status_code == 422
    assert said in answer.text
    assert not house.read(lambda tx: tx.payments.of_customer(debtor.customer.id, debtor.invoices[0].mode))


def test_without_the_merchants_leave_nothing_can_be_withheld(house: House, forms: Forms) -> None:
    debtor = house.debtor("CO", (100000000, -30))
    taxes = declared(debtor.invoices[0], retefuente=("1.000.000", "25.000"))
    with house.browser() as browser:
        html = browser.get(f"{debtor.path}/pay?provider=nequi").text
        form = form_of(forms, html, "/pay")
        paid = browser.post(form["action"], data={**form["fields"], **PHONE, **taxes})
    assert "Declarar retenciones" not in html
    assert house.payment(urlsplit(paid.headers["location"]).path).amount.minor == 100000000
