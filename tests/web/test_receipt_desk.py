"""A cash receipt after it was issued: its notes, its mails, a stranger's check, its end, and what becomes of it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from pypdf import PdfReader

import hub.flows.views.check_cash_receipt
from hub.domain.merchant import Merchant
from hub.domain.observation import ObservedBy
from hub.domain.receipt import CashReceipt, Means
from hub.domain.receipt_fingerprint import shown_fingerprint
from hub.flows.corrections.record_receipt import record_by_hand, record_for_payment
from hub.flows.payments.record_observations import Claim, record_observations
from hub.flows.views.check_cash_receipt import check_url
from hub_hookspecs import Kind, Money, Observation
from tests.web.conftest import Debtor, House, Seat
from tests.web.test_receipts import mails, pay
from tests.web.test_receipts import partial as partial


@pytest.fixture(scope="module")
def owner(partial: Merchant, seat: Callable[..., Seat]) -> Seat:
    return seat(partial)


def received(house: House, debtor: Debtor, **more: Any) -> CashReceipt:
    receipt: CashReceipt = house.run(
        record_by_hand(
            *(house.hub, house.merchants["CO"], debtor.customer.id),
            means=Means.CASH,
            cash=Money(2_000_000, "COP"),
            shares=[],
            by="dueña",
            **more,
        )
    )
    return receipt


def checked(house: House, receipt: CashReceipt) -> str:
    """What a stranger reads who scans the code."""
    with house.browser() as browser:
        answer = browser.get(check_url(house.hub, receipt.id))
    assert answer.status_code == 200
    return answer.text


def test_notes_change_until_the_first_mail_left_and_the_earlier_ones_are_kept(
    house: House, owner: Seat, seen: Callable[[str], str]
) -> None:
    debtor = house.debtor("CO", (5_000_000, -2), email="notas@correo.example")
    receipt = received(house, debtor, notes="Por la casa")
    path = f"/m/receipts/{receipt.id}"
    page = seen(owner.post(f"{path}/notes", notes="Por el local de la 72").text)
    assert "Las observaciones quedaron guardadas." in page
    assert "Observaciones Por el local de la 72" in page
    assert "Por la casa" in page
    owner.post(f"{path}/mail", **{"to-0": "notas@correo.example"})
    (mail,) = mails(house, "notas@correo.example", "Recibo de caja", 1)
    assert "Por el local de la 72" in mail.text
    answer = owner.post(f"{path}/notes", notes="Otra cosa")
    assert answer.status_code == 422
    assert "sus observaciones no cambian" in seen(answer.text)
    page = owner.read(path)
    assert "Otra cosa" not in page
    assert f'action="{path}/notes"' not in page


def test_a_receipt_is_mailed_to_the_addresses_that_are_chosen_and_its_page_says_when(
    house: House, owner: Seat, seen: Callable[[str], str]
) -> None:
    debtor = house.debtor("CO", (5_000_000, -2), email="uno@correo.example")
    several = attrs.evolve(debtor.customer, other_emails=("dos@correo.example", "tres@correo.example"))
    house.write(lambda tx: tx.customers.save(several))
    receipt = received(house, debtor)
    path = f"/m/receipts/{receipt.id}"
    answer = owner.post(f"{path}/mail", choose="1")
    assert "Elige al menos un correo" in seen(answer.text)
    owner.post(f"{path}/mail", choose="1", **{"to-1": "dos@correo.example", "to-2": "tres@correo.example"})
    mails(house, "dos@correo.example", "Recibo de caja", 1)
    mails(house, "tres@correo.example", "Recibo de caja", 1)
    assert not house.mailbox.to("uno@correo.example")
    shown = seen(owner.read(path)).partition("Correos de este recibo")[2]
    assert "dos@correo.example" in shown
    assert "tres@correo.example" in shown
    assert owner.post(f"{path}/mail", **{"to-0": "otra@persona.example"}).status_code == 404


def test_a_stranger_sees_that_the_paper_is_true_and_nothing_of_its_customer(
    house: House, owner: Seat, seen: Callable[[str], str]
) -> None:
    debtor = house.debtor("CO", (5_000_000, -2), email="secreta@correo.example")
    receipt = received(house, debtor, notes="Por la casa")
    paper = PdfReader(io.BytesIO(owner.browser.get(f"/m/receipts/{receipt.id}/pdf").content))
    printed = " ".join(" ".join(page.extract_text() for page in paper.pages).split())
    page = seen(checked(house, receipt))
    assert "Recibo de caja verdadero" in page
    for fact in (receipt.label, "$20.000", shown_fingerprint(receipt), receipt.issuer.legal_name):
        assert fact in page
        assert fact in printed
    links = {
        note.get_object()["/A"]["/URI"]
        for sheet in paper.pages
        for note in sheet.get("/Annots", [])
        if note.get_object()["/Subtype"] == "/Link"
    }
    assert links == {check_url(house.hub, receipt.id)}
    assert f'href="{check_url(house.hub, receipt.id)}"' in owner.read(f"/m/receipts/{receipt.id}")
    for secret in (debtor.customer.name, debtor.customer.email, "Por la casa", receipt.received_from.identity):
        assert not secret or secret not in checked(house, receipt)


def test_a_code_that_is_not_ours_opens_nothing(house: House) -> None:
    debtor = house.debtor("CO", (5_000_000, -2))
    one, other = received(house, debtor), received(house, debtor)
    code, proof = check_url(house.hub, one.id).rpartition("/")[2].split(".")
    stranger = check_url(house.hub, other.id).rpartition("/")[2].partition(".")[0]
    with house.browser() as browser:
        for wrong in (f"{stranger}.{proof}", f"{code}.{proof[:-1]}A" if proof[-1] != "A" else f"{code}.{proof[:-1]}E"):
            assert browser.get(f"/c/{wrong}").status_code == 404


def test_voiding_tells_the_customer_why_and_what_it_means(
    house: House, owner: Seat, seen: Callable[[str], str]
) -> None:
    debtor = house.debtor("CO", (5_000_000, -2), email="anulada@correo.example")
    receipt = received(house, debtor)
    owner.go(f"/m/receipts/{receipt.id}/void", reason="Lo anotamos dos veces", tell="on")
    (mail,) = mails(house, "anulada@correo.example", f"Anulamos el recibo de caja {receipt.label}", 1)
    for text in (mail.text, seen(mail.html)):
        assert "Lo anotamos dos veces" in text
        assert "El saldo a favor que daba este recibo ya no está." in text
        assert receipt.label in text
    assert re.search(rf"{re.escape(check_url(house.hub, receipt.id))}", mail.text)
    page = seen(checked(house, receipt))
    assert "Recibo de caja anulado" in page
    assert "ya no vale" in page
    assert "Lo anotamos dos veces" not in page


def test_nobody_is_told_where_the_box_is_unticked(house: House, owner: Seat) -> None:
    debtor = house.debtor("CO", (5_000_000, -2), email="callada@correo.example")
    receipt = received(house, debtor)
    owner.go(f"/m/receipts/{receipt.id}/void", reason="Era de prueba")
    owed = house.read(lambda tx: tx.deliveries.of(subject_id=receipt.id))
    assert [mail.kind for mail in owed] == []


@pytest.fixture
def returned(house: House, partial: Merchant) -> CashReceipt:
    """The receipt of a payment of which all went back."""
    debtor = house.debtor("CO", (5_000_000, -2), email="vuelta@correo.example")
    payment = pay(house, debtor, 5_000_000)
    receipt: CashReceipt = house.run(record_for_payment(house.hub, partial, payment.id, by="dueña"))
    back = Observation(
        kind=Kind.RETURNED, amount=Money(5_000_000, "COP"), event_id=f"B-{payment.id}", vouched=frozenset({"amount"})
    )
    told = Claim(observation=back, source=ObservedBy.NOTIFICATION)
    house.write(lambda tx: record_observations(tx, house.hub, tx.payments.get(payment.id), [told], now=house.time()))
    return receipt


def test_after_a_full_return_the_page_offers_what_to_do_and_does_nothing_by_itself(
    house: House, owner: Seat, returned: CashReceipt, seen: Callable[[str], str]
) -> None:
    path = f"/m/receipts/{returned.id}"
    page = seen(owner.read(path))
    assert "¿qué hacemos con este recibo?" in page
    for way in ("Anularlo", "agregar otro recibo", "Dejarlo vigente"):
        assert way in page
    assert "sigue vigente" in seen(owner.read(f"/m/payments/{returned.payment_id}"))
    assert house.read(lambda tx: tx.receipts.get(returned.id)).voided_at is None
    assert "El dinero se devolvió" in seen(checked(house, returned))
    page = seen(owner.post(f"{path}/leave", reason="El contador lo necesita así").text)
    assert "Se dejó vigente: El contador lo necesita así" in page
    assert "¿qué hacemos" not in page
    assert "Decidir qué hacer" not in owner.read(f"/m/payments/{returned.payment_id}")


def test_control_a_check_that_never_looks_at_the_money_calls_a_returned_receipt_true(
    house: House, returned: CashReceipt, seen: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.flows.views.check_cash_receipt, "left_by_movement", lambda *_given: {returned.movement: 1})
    assert "Recibo de caja verdadero" in seen(checked(house, returned))
