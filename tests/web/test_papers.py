"""PDFs as people get them: from a link, from the merchant's pages, beside a mail; and the mail of a day."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from pypdf import PdfReader

from hub.domain.intake import Share
from hub.domain.merchant import Merchant
from hub.domain.message import DeliveryKind
from hub.domain.moved import By
from hub.domain.payment import Payment, Status
from hub.domain.payments_document import Direction
from hub.flows.corrections.record_receipt import record_for_payment
from hub.flows.mails.owe_digests import last_day, owe_digests
from hub.flows.merchants.save_options import save_options
from hub.flows.merchants.sign_in import request_sign_in, sign_in, sign_in_token
from hub.flows.payments.open_payment import PayRequest
from hub.flows.payments.start_payment import start_payment
from hub.flows.payments.view_payment import view_payment
from hub.flows.statements.send_statement import copy_link, revoke_link, send_statement
from hub.flows.views.print_payments import movements_in, payments_pdf
from hub.flows.views.print_receipt import verify_token
from hub.flows.views.print_statement import preview_statement_pdf
from hub.web.pages import open_pages
from hub_hookspecs import Channel, Mode, Money
from tests.web.conftest import Debtor, House, Seat

PHONE = "3998764643"


def words_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def pdf(answer: httpx.Response) -> str:
    """The words of a downloaded PDF."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert re.fullmatch(r'attachment; filename="[A-Za-z0-9.-]+\.pdf"', answer.headers["content-disposition"])
    return words_of(answer.content)


def attached(message: EmailMessage) -> list[tuple[str, str]]:
    """Names and words of a mail's PDFs."""
    return [(part.get_filename() or "", words_of(part.get_content())) for part in message.iter_attachments()]


def start(house: House, country: str, debtor: Debtor) -> Payment:
    account, invoice = house.accounts[country], debtor.invoices[0]
    request = PayRequest(
        account_id=account.id,
        way="form" if country == "CR" else "push",
        channel=Channel.STATEMENT,
        customer_id=debtor.customer.id,
        shares=[Share(invoice.id, invoice.total)],
        fields={} if country == "CR" else {"phone": PHONE},
        email=f"pagador{debtor.invoices[0].number.lower()}@correo.example",
        name="Pagadora",
    )
    payment = house.run(start_payment(house.hub, request))
    return house.until(lambda: in_status(house, payment.id, Status.PENDING))


def pay(house: House, country: str, debtor: Debtor) -> Payment:
    """Let the customer pay the first invoice, and the provider say so."""
    payment = start(house, country, debtor)
    reference = payment.reference if country == "CR" else payment.memory["message_id"]
    house.control(house.accounts[country].provider, "approve", reference=reference)
    return house.until(lambda: in_status(house, payment.id, Status.PAID))


def in_status(house: House, payment_id: str, status: Status) -> Payment | None:
    found: Payment = house.read(lambda tx: tx.payments.get(payment_id))
    return found if found.status is status else None


def page_of(house: House, payment: Payment) -> str:
    view = house.run(view_payment(house.hub, payment.id))
    return str(view.url.removeprefix(house.base))


def mail_to(house: House, recipient: str, subject: str) -> Any:
    return house.until(lambda: next((mail for mail in house.mailbox.to(recipient) if subject in mail.subject), None))


def test_a_statement_can_be_taken_home(house: House) -> None:
    debtor = house.debtor("CR", (1500050, -30), (4825000, 10))
    with house.browser() as browser:
        assert f"{debtor.path}/estado-de-cuenta.pdf" in browser.get(debtor.path).text
        plain = pdf(browser.get(f"{debtor.path}/estado-de-cuenta.pdf"))
        english = pdf(browser.get(f"{debtor.path}/estado-de-cuenta.pdf?lang=en"))
    assert debtor.customer.name in plain
    assert "Total 63 250,50" in plain
    assert "PRUEBA - SIN VALOR · SIMULADO" in plain
    assert "Pagar en línea" in plain
    assert "Statement of account" in english


def test_the_codes_of_a_statement_lead_to_its_own_pay_step(house: House) -> None:
    debtor = house.debtor("CO", (18500000, -10))
    with house.browser() as browser:
        content = browser.get(f"{debtor.path}/estado-de-cuenta.pdf").content
        notes = [note.get_object() for page in PdfReader(io.BytesIO(content)).pages for note in page["/Annots"]]
        links = {note["/A"]["/URI"] for note in notes}
        pay = f"{house.base}{debtor.path}/pay?currency=COP&all=1&asked=18500000&provider=nequi"
        assert links == {pay, f"{house.base}{debtor.path}"}
        assert browser.get(pay).status_code == 200


def test_a_revoked_or_forged_link_gives_no_paper(house: House) -> None:
    debtor = house.debtor("CR", (1500050, -30))
    with house.browser() as browser:
        assert browser.get(f"{debtor.path[:-3]}abc/estado-de-cuenta.pdf").status_code == 404
        assert browser.get(f"{debtor.path.replace('/s/', '/p/')}/soporte.pdf").status_code == 404
        house.run(revoke_link(house.hub, house.merchants["CR"], debtor.customer.id))
        assert browser.get(f"{debtor.path}/estado-de-cuenta.pdf").status_code == 410


def test_a_paid_payment_has_a_receipt_and_another_has_none(house: House) -> None:
    debtor = house.debtor("CR", (1500050, -30))
    payment = start(house, "CR", debtor)
    path = page_of(house, payment)
    with house.browser() as browser:
        assert browser.get(f"{path}/soporte.pdf").status_code == 404
        assert "soporte.pdf" not in browser.get(path).text
        house.control("greenpay", "approve", reference=payment.reference)
        house.until(lambda: in_status(house, payment.id, Status.PAID))
        assert f"{path}/soporte.pdf" in browser.get(path).text
        plain = pdf(browser.get(f"{path}/soporte.pdf"))
    for fact in ("Soporte de pago", "₡15 000,50", payment.reference, debtor.invoices[0].number, "pagada por completo"):
        assert fact in plain


def test_a_third_party_can_check_a_receipt_and_learns_nothing_else(house: House) -> None:
    debtor = house.debtor("CR", (1500050, -30))
    payment = pay(house, "CR", debtor)
    token = verify_token(house.hub, payment.id)
    with house.browser() as browser:
        content = browser.get(f"{page_of(house, payment)}/soporte.pdf").content
        notes = [note.get_object() for page in PdfReader(io.BytesIO(content)).pages for note in page["/Annots"]]
        assert {note["/A"]["/URI"] for note in notes} == {f"{house.base}/v/{token}"}
        page = browser.get(f"/v/{token}").text
        assert "Este soporte es verdadero" in page
        assert payment.reference in page
        for private in (debtor.customer.name, "Pagadora", payment.payer.email, debtor.path, "/p/", "/s/"):
            assert private not in page
        for forged in (f"{payment.id}.{token.partition('.')[2][:-1]}x", f"{payment.id}.", payment.id, "x.y", "ñ"):
            assert browser.get(f"/v/{forged}").status_code == 404


def owner(house: House, country: str) -> httpx.Client:
    """The owner's browser, signed in."""
    email = f"duena@{country.lower()}.example"
    house.run(request_sign_in(house.hub, email))
    sent = house.read(lambda tx: tx.deliveries.of(merchant_id=house.merchants[country].id))
    newest = max((item for item in sent if item.kind == "sign_in"), key=lambda item: item.created_at)
    browser: httpx.Client = house.browser()
    browser.cookies.set("session", house.run(sign_in(house.hub, sign_in_token(house.hub, newest.id))).token)
    return browser


def test_a_cash_receipt_is_a_file_for_its_own_merchant_only(house: House) -> None:
    merchant = house.merchants["CR"]
    payment = pay(house, "CR", house.debtor("CR", (123456750, -2)))
    receipt = house.run(record_for_payment(house.hub, merchant, payment.id, by="Marta", notes="Caja 1"))
    path = f"/m/receipts/{receipt.id}/pdf"
    with owner(house, "CR") as own, owner(house, "CO") as other, house.browser() as stranger:
        assert path in own.get(f"/m/receipts/{receipt.id}").text
        plain = pdf(own.get(path))
        assert other.get(path).status_code == 404
        assert stranger.get(path).status_code == 303
    words = "un millón doscientos treinta y cuatro mil quinientos sesenta y siete colones con 50/100"
    assert words in plain.lower()
    assert receipt.label in plain
    assert "Caja 1" in plain


def test_a_preview_has_pay_links_only_where_the_customer_has_a_link(house: House) -> None:
    merchant, debtor = house.merchants["CR"], house.debtor("CR", (1500050, -30))
    file = house.run(preview_statement_pdf(house.hub, merchant, debtor.customer.id))
    assert "Pagar en línea" in words_of(file.content)
    house.run(revoke_link(house.hub, merchant, debtor.customer.id))
    file = house.run(preview_statement_pdf(house.hub, merchant, debtor.customer.id))
    assert "Pagar en línea" not in words_of(file.content)
    with pytest.raises(LookupError):
        house.run(preview_statement_pdf(house.hub, house.merchants["CO"], debtor.customer.id))


def test_a_payment_report_agrees_with_the_ledger(house: House) -> None:
    merchant, account = house.merchants["CO"], house.accounts["CO"]
    for minor in (18500000, 9900000):
        pay(house, "CO", house.debtor("CO", (minor, -2)))
    today = house.time().astimezone(ZoneInfo(merchant.company.zone)).date()
    found = house.read(lambda tx: movements_in(tx, house.hub, merchant, Mode.TEST, today, today))
    came = sum(item.amount.minor for _, item in found if item.direction is Direction.RECEIVED)
    balances = house.read(lambda tx: tx.ledger.balances(merchant.id, Mode.TEST))
    [clearing] = [amount for kind, who, _, amount in balances if (kind, who) == ("provider_clearing", account.id)]
    assert came == clearing > 0
    assert not house.read(lambda tx: movements_in(tx, house.hub, merchant, Mode.LIVE, today, today))
    file = house.run(payments_pdf(house.hub, merchant, today - timedelta(days=30), today))
    plain = words_of(file.content)
    assert f"Nequi · COP {len(found)} {came // 100:,}".replace(",", ".") in plain
    assert house.read(lambda tx: tx.ledger.head(merchant.id, Mode.TEST))[1] in plain
    empty = house.run(payments_pdf(house.hub, merchant, date(2020, 1, 1), date(2020, 1, 31)))
    assert "No hubo pagos" in words_of(empty.content)
    assert empty.name == "pagos-2020-01-01-2020-01-31.pdf"
    for since, until in ((today, today - timedelta(days=1)), (date(2020, 1, 1), today)):
        with pytest.raises(ValueError, match="days"):
            house.run(payments_pdf(house.hub, merchant, since, until))


def test_statement_and_receipt_travel_with_their_mails(house: House) -> None:
    debtor = house.debtor("CR", (1500050, -30), email="viajera@correo.example")
    house.run(send_statement(house.hub, house.merchants["CR"], debtor.customer.id))
    mail = mail_to(house, "viajera@correo.example", "estado de cuenta")
    [(name, plain)] = attached(mail.message)
    assert re.fullmatch(r"estado-de-cuenta-\d{4}-\d\d-\d\d\.pdf", name)
    assert "Total 15 000,50" in plain
    assert "cid:" not in mail.html
    assert "data:image/png;base64," in mail.html, "Greenpay's logo came along"
    payment = pay(house, "CR", debtor)
    [(name, plain)] = attached(mail_to(house, payment.payer.email, "Soporte").message)
    assert name == f"soporte-de-pago-{payment.reference}.pdf"
    assert payment.reference in plain


def test_an_automatic_cash_receipt_travels_with_the_notice(house: House) -> None:
    merchant = house.merchants["CO"]
    house.run(save_options(house.hub, merchant.id, auto_record=True, notify=["auto@correo.example"]))
    payment = pay(house, "CO", house.debtor("CO", (18500000, -2)))
    mail = mail_to(house, "auto@correo.example", "Pago recibido")
    [(name, plain)] = attached(mail.message)
    receipt = house.read(lambda tx: next(iter(tx.receipts.standing(payment.id)), None))
    assert name == f"recibo-de-caja-{receipt.label}.pdf"
    assert payment.reference in plain
    house.run(save_options(house.hub, merchant.id, auto_record=False, notify=[]))


def test_without_typst_mails_go_out_and_no_page_offers_a_pdf(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    debtor = house.debtor("CR", (1500050, -30), email="sinpdf@correo.example")
    house.run(send_statement(house.hub, house.merchants["CR"], debtor.customer.id))
    assert not attached(mail_to(house, "sinpdf@correo.example", "estado de cuenta").message)
    with house.browser() as browser:
        assert browser.get(f"{debtor.path}/estado-de-cuenta.pdf").status_code == 404
    assert open_pages(house.hub).environment.globals["prints"] is False


def morning_after(house: House, merchant: Merchant, at: time) -> None:
    """Move the clock to a time of the merchant's next day."""
    zone = ZoneInfo(merchant.company.zone)
    now = house.time()
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    house.time.ahead += datetime.combine(tomorrow, at, zone) - now


def test_the_days_mail_comes_once_at_seven_with_every_payment_of_the_day(house: House) -> None:
    merchant = house.merchants["CR"]
    paid = [pay(house, "CR", house.debtor("CR", (100000 * number, -2))) for number in range(1, 18)]
    recorded = house.run(record_for_payment(house.hub, merchant, paid[-1].id, by="Marta"))
    house.run(save_options(house.hub, house.merchants["CO"].id, digest=False))
    house.run(save_options(house.hub, merchant.id, notify=["dia@correo.example", "otro@correo.example"]))
    day = house.time().astimezone(ZoneInfo(merchant.company.zone)).date()

    morning_after(house, merchant, time(6, 55))
    assert house.run(owe_digests(house.hub)) == 0
    house.time.ahead += timedelta(minutes=10)
    for recipient in ("dia@correo.example", "otro@correo.example"):
        mail_to(house, recipient, "Pagos recibidos el")
    assert house.run(owe_digests(house.hub)) == 0, "a day is told once"
    house.hub.cached.clear()
    assert house.run(owe_digests(house.hub)) == 0, "by another process too"

    mail = mail_to(house, "dia@correo.example", "Pagos recibidos el")
    seen = house.read(lambda tx: movements_in(tx, house.hub, merchant, Mode.TEST, day, day, by=By.BOOKED))
    came = [item for _, item in seen if item.direction is Direction.RECEIVED]
    total = sum((item.amount for item in came), Money(0, "CRC"))
    assert mail.subject.endswith(f"{day:%d/%m/%Y}: {len(came)} pagos")
    assert len(mail.html.encode()) < 100_000
    text = mail.text.replace("\u00a0", " ")
    assert f"{total.minor // 100:,}".replace(",", " ") in text
    assert text.count("Agregar recibo de caja:") + text.count("Recibo de caja: RC-") == len(came)
    assert [payment.reference for payment in paid if payment.reference not in text] == []
    assert f"{house.base}/m/payments?since={day.isoformat()}" in text
    assert house.read(lambda tx: tx.ledger.head(merchant.id, Mode.TEST))[1] in text
    with house.browser() as browser:
        links = set(re.findall(rf"{house.base}(/r/\S+)", text))
        assert links
        assert all(browser.get(link).status_code == 200 for link in links)
    [(name, plain)] = attached(mail.message)
    assert name == f"pagos-{day.isoformat()}-{day.isoformat()}.pdf"
    whole = "".join(plain.split())  # a long reference may take two lines
    missing = [payment.reference for payment in paid if payment.reference not in whole]
    assert missing == [], f"the paper holds what the mail leaves out: {plain}"
    assert recorded.label in plain


def test_a_day_without_payments_and_a_merchant_who_wants_none_get_no_mail(house: House) -> None:
    before = len(house.mailbox.mails)
    for _ in range(3):
        morning_after(house, house.merchants["CR"], time(8))
        house.run(owe_digests(house.hub))
    told = house.read(lambda tx: tx.deliveries.of(merchant_id=house.merchants["CO"].id))
    assert not [item for item in told if item.kind == DeliveryKind.PAYMENT_DIGEST]
    assert len(house.mailbox.mails) == before


def test_days_that_the_hub_slept_through_are_told_late(house: House) -> None:
    merchant = house.merchants["CR"]
    pay(house, "CR", house.debtor("CR", (777700, -2)))
    told = last_day(merchant, house.time()) + timedelta(days=1)
    house.time.ahead += timedelta(days=4)
    mail = mail_to(house, "dia@correo.example", f"{told:%d/%m/%Y}")
    assert "₡7 777,00" in mail.text.replace("\u00a0", " ")


def test_the_link_of_a_statement_is_copied_for_its_pdf(house: House) -> None:
    debtor = house.debtor("CO", (18500000, -2))
    url = house.run(copy_link(house.hub, house.merchants["CO"], debtor.customer.id))
    with house.browser() as browser:
        assert "$185.000" in pdf(browser.get(f"{url.removeprefix(house.base)}/estado-de-cuenta.pdf"))


def test_a_customer_is_written_to_in_the_language_chosen_for_them(house: House, seat: Callable[..., Seat]) -> None:
    debtor = house.debtor("CO", (9_000_000, -3), email="asks.for.english@correo.example")
    other = house.debtor("CO", (9_000_000, -3), email="sin.eleccion@correo.example")
    clerk = seat(house.merchants["CO"])
    page = f"/m/customers/{debtor.customer.id}"

    assert clerk.post(f"{page}/language", language="en").status_code == 303
    assert clerk.post(f"{page}/language", language="xx").status_code == 404
    assert clerk.post(f"/m/customers/{house.debtor('CR').customer.id}/language", language="en").status_code == 404
    assert "Idioma de sus correos: English" in clerk.read(page)
    for customer in (debtor.customer.id, other.customer.id):
        house.run(send_statement(house.hub, house.merchants["CO"], customer))

    mail = mail_to(house, "asks.for.english@correo.example", "Your statement of account")
    [(name, plain)] = attached(mail.message)
    assert name.startswith("statement-")
    assert "Statement of account" in plain
    assert '<html lang="en"' in mail.html
    assert "Tu estado de cuenta" in mail_to(house, "sin.eleccion@correo.example", "estado de cuenta").subject
    assert "Your statement of account" in clerk.read(f"{page}/mail")
    assert "Statement of account" in pdf(clerk.browser.get(f"{page}/pdf"))


def test_who_pays_in_english_gets_the_receipt_in_english_and_the_merchant_reads_spanish(
    house: House, forms: Any
) -> None:
    debtor = house.debtor("CR", (2_345_600, -1))
    with house.browser() as browser:
        browser.get(f"{debtor.path}?lang=en")
        page = browser.get(f"{debtor.path}/pay?currency=CRC&provider=greenpay")
        form = next(item for item in forms(page.text) if item["action"].endswith("/pay"))
        answer = browser.post(form["action"], data={**form["fields"], "email": "payer.reads@correo.example"})
    assert answer.status_code == 303, answer.text
    payment = house.payment(answer.headers["location"].partition("?")[0])
    assert payment.locale == "en"
    house.control("greenpay", "approve", reference=payment.reference)

    receipt = mail_to(house, "payer.reads@correo.example", "Ferretería El Tornillo")
    assert "Receipt" in receipt.subject
    assert re.search(r"[₡C][RC0-9 \u00a0]*23,456\.00", receipt.text)
    notice = house.until(
        lambda: next(
            (
                mail
                for person in house.mailbox.recipients()
                for mail in house.mailbox.to(person)
                if payment.reference in mail.text and "Agregar recibo de caja" in mail.text
            ),
            None,
        )
    )
    assert "Agregar recibo de caja" in notice.text


def test_a_statement_has_one_number_on_its_page_its_mail_and_its_paper(house: House) -> None:
    debtor = house.debtor("CR", (4_200_000, -3), email="numero@correo.example")
    other = house.debtor("CR", (4_200_000, -3))
    house.run(send_statement(house.hub, house.merchants["CR"], debtor.customer.id))
    mail = mail_to(house, "numero@correo.example", "estado de cuenta")
    with house.browser() as browser:
        page, strange = browser.get(debtor.path).text, browser.get(other.path).text
        paper = pdf(browser.get(f"{debtor.path}/estado-de-cuenta.pdf"))
    number = re.search(rf"EC-{house.today:%y%m%d}-[0-9A-Z]{{6}}", page)
    assert number
    assert number[0] not in strange
    assert number[0] in paper, paper[:400]
    assert number[0] in mail.text
    assert number[0] in attached(mail.message)[0][1]
