"""Cash receipts on pages, mails and paper: one a movement, as they were,
and a certificate that comes later."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from pypdf import PdfReader

from hub.domain.intake import Share
from hub.domain.merchant import LinkKind, Merchant
from hub.domain.observation import ObservedBy
from hub.domain.payment import Payment, Status
from hub.flows.corrections.record_receipt import record_for_payment
from hub.flows.ground.open_link import url_of
from hub.flows.mails.mail_cash_receipt import mail_cash_receipt
from hub.flows.merchants.save_options import save_options
from hub.flows.payments.open_payment import PayRequest
from hub.flows.payments.record_observations import Claim, record_observations
from hub.flows.payments.start_payment import start_payment
from hub_hookspecs import Channel, Kind, Money, Observation
from tests.web.conftest import Debtor, House, Seat


def pay(house: House, debtor: Debtor, minor: int, *more: tuple[str, int]) -> Payment:
    """A Colombian customer pays a part of its first invoice; ``more`` are further captures, by movement."""
    request = PayRequest(
        account_id=house.accounts["CO"].id,
        way="push",
        channel=Channel.STATEMENT,
        customer_id=debtor.customer.id,
        shares=[Share(debtor.invoices[0].id, minor)],
        fields={"phone": "3998764643"},
        email=debtor.customer.email,
    )
    payment = house.run(start_payment(house.hub, request))
    waiting = house.until(lambda: in_status(house, payment.id, Status.PENDING))
    house.control("nequi", "approve", reference=waiting.memory["message_id"])
    paid: Payment = house.until(lambda: in_status(house, payment.id, Status.PAID))
    for movement, amount in more:
        claim = Observation(
            kind=Kind.PAID, movement=movement, amount=Money(amount, "COP"), vouched=frozenset({"movement", "amount"})
        )
        told = Claim(observation=claim, source=ObservedBy.NOTIFICATION)
        house.write(
            lambda tx, told=told: record_observations(tx, house.hub, tx.payments.get(paid.id), [told], now=house.time())
        )
    return paid


def in_status(house: House, payment_id: str, status: Status) -> Payment | None:
    found: Payment = house.read(lambda tx: tx.payments.get(payment_id))
    return found if found.status is status else None


@pytest.fixture(scope="module")
def partial(house: House) -> Merchant:
    """The Colombian company, which lets its customers pay in parts."""
    merchant: Merchant = house.merchants["CO"]
    house.run(save_options(house.hub, merchant.id, partial=True))
    return merchant


@pytest.fixture(scope="module")
def clerk(partial: Merchant, seat: Callable[..., Seat]) -> Seat:
    return seat(partial)


def words_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def mails(house: House, address: str, subject: str, count: int) -> list[Any]:
    """So many mails to an address, once they are there."""

    def there() -> list[Any]:
        found = [mail for mail in house.mailbox.to(address) if subject in mail.subject]
        return found if len(found) >= count else []

    found: list[Any] = house.until(there)
    assert len(found) == count
    return found


def test_a_payment_that_was_captured_twice_has_two_forms_two_receipts_and_two_mails(
    house: House, clerk: Seat, forms: Any, seen: Callable[[str], str]
) -> None:
    debtor = house.debtor("CO", (10_000_000, -2), email="doble@correo.example")
    payment = pay(house, debtor, 10_000_000, ("M2", 3_000_000))
    first, second = mails(house, "doble@correo.example", "Soporte", 2)
    assert "Pago aprobado: $100.000" in first.text
    assert "Pago aprobado: $30.000" in second.text
    noticed = [mail for mail in house.mailbox.to(clerk.merchant.company.email) if payment.reference in mail.text]
    assert len(noticed) == 2

    path = f"/m/payments/{payment.id}/receipt"
    page = seen(clerk.read(path))
    assert "Cobro 1 de 2" in page
    assert "Cobro 2 de 2" in page
    fields = [form["fields"] for form in forms(clerk.read(path)) if "movement" in form["fields"]]
    assert [item["movement"] for item in fields] == [[payment.reference], ["M2"]]

    written = seen(clerk.go(path, movement="M2"))
    assert "Abono a cuenta" in written
    listed = seen(clerk.read(f"/m/payments?q={payment.reference}"))
    assert "RC-" in listed
    assert "Agregar" in listed
    assert "Cobro 2 de 2 Recibo de caja RC-" in seen(clerk.read(path))
    clerk.go(path, movement=payment.reference)
    receipts = house.read(lambda tx: tx.receipts.all_of_payment(payment.id))
    assert [(item.movement, item.cash.minor) for item in receipts] == [
        ("M2", 3_000_000),
        (payment.reference, 10_000_000),
    ]
    shown = seen(clerk.read(f"/m/payments/{payment.id}"))
    assert all(item.label in shown for item in receipts)
    assert "Agregar recibo de caja" not in shown


def test_the_mails_button_records_the_capture_that_is_chosen(
    house: House, forms: Any, seen: Callable[[str], str]
) -> None:
    debtor = house.debtor("CO", (5_000_000, -2), email="boton@correo.example")
    payment = pay(house, debtor, 5_000_000, ("M3", 1_000_000))
    link = house.until(
        lambda: house.read(lambda tx: tx.links.find(LinkKind.RECEIPT, payment.id, payment.mode, house.time()))
    )
    path = url_of(house.hub, link).removeprefix(house.base)
    with house.browser() as browser:
        fields = [form["fields"] for form in forms(browser.get(path).text)]
        sent = {name: values[0] for name, values in fields[1].items()}
        assert sent["movement"] == "M3"
        assert browser.post(path, data=sent).status_code == 303
        page = seen(browser.get(path).text)
    assert "Abono a cuenta" in page
    assert "Cobro 1 de 2" in page
    (receipt,) = house.read(lambda tx: tx.receipts.all_of_payment(payment.id))
    assert receipt.movement == "M3"


def test_a_receipt_is_shown_printed_and_mailed_as_it_was(
    house: House, partial: Merchant, clerk: Seat, seen: Callable[[str], str]
) -> None:
    debtor = house.debtor("CO", (10_000_000, -2), email="como-era@correo.example")
    first, second = (pay(house, debtor, minor) for minor in (6_000_000, 4_000_000))
    receipts = [
        house.run(record_for_payment(house.hub, partial, payment.id, by="Marta")) for payment in (second, first)
    ]
    rest, half = receipts
    name = debtor.customer.name

    def rename(tx: Any) -> None:
        tx.customers.save(attrs.evolve(tx.customers.get(debtor.customer.id), name="Otra persona del todo"))

    house.write(rename)
    before = house.read(lambda tx: tx.merchants.get(partial.id))
    other = attrs.evolve(before, company=attrs.evolve(before.company, trade_name="Otra Marca"))
    house.write(lambda tx: tx.merchants.save(other))
    try:
        printed = clerk.browser.get(f"/m/receipts/{half.id}/pdf")
        house.run(mail_cash_receipt(house.hub, partial, half.id))
        (mail,) = mails(house, "como-era@correo.example", half.label, 1)
        (paper,) = re.findall(r"<article.*</article>", clerk.read(f"/m/receipts/{half.id}"), re.DOTALL)
        for text in (seen(paper), words_of(printed.content), mail.text):
            assert name in text
            assert before.company.name in text
            assert "Otra persona" not in text
            assert "Otra Marca" not in text
        page = seen(clerk.read(f"/m/receipts/{half.id}"))
        assert "$100.000 $60.000 $40.000" in page
        assert "$40.000 $40.000 $0" in seen(clerk.read(f"/m/receipts/{rest.id}"))
    finally:
        house.write(lambda tx: tx.merchants.save(before))


def test_a_certificate_that_comes_later_is_recorded_from_its_receipts_page_once(
    house: House, clerk: Seat, partial: Merchant, seen: Callable[[str], str]
) -> None:
    debtor = house.debtor("CO", (10_000_000, -2), email="certificado@correo.example")
    payment = pay(house, debtor, 9_750_000)
    receipt = house.run(record_for_payment(house.hub, partial, payment.id, by="Marta"))
    path = f"/m/receipts/{receipt.id}"
    fields = {
        "invoice": debtor.invoices[0].id,
        "tax": "retefuente",
        "amount": "2.500,00",
        "certificate": "RF-2026-7",
        "certified_on": f"{house.today:%Y-%m-%d}",
    }
    assert "Registrar una retención" in seen(clerk.read(path))

    for wrong, said in (
        ({"invoice": "otra"}, "Elige la factura"),
        ({"tax": ""}, "Elige qué se retuvo"),
        ({"amount": "0"}, "mayor que cero"),
        ({"certified_on": "2099-01-01"}, "futuro"),
        ({"certificate": ""}, "número del certificado"),
        ({"certificate": debtor.customer.document.number}, "número de identificación del cliente"),
        ({"amount": "2.500,01"}, "no se le puede descontar más"),
    ):
        refused = clerk.post(f"{path}/withheld", **{**fields, **wrong})
        assert refused.status_code == 422
        assert said.lower() in seen(refused.text).lower(), wrong
        assert not house.read(lambda tx: tx.ledger.keyed(partial.id, payment.mode, "withheld:certificate-RF-2026-7"))

    for _press in range(2):
        answer = clerk.post(f"{path}/withheld", **fields)
        assert answer.status_code == 200
        assert "La retención quedó registrada" in seen(answer.text)
    assert house.read(lambda tx: tx.payables.get(debtor.invoices[0].id)).due == 0
    late = seen(clerk.post(f"{path}/withheld", **{**fields, "certificate": "RF-2026-8"}).text)
    assert "lo retenido también se pagó" in late
    assert house.read(lambda tx: tx.ledger.verify()) == ()
