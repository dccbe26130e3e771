"""Customers that a person writes down and corrects in the browser: what that means for files, links and mails."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from hub.domain.files.layout import FileKind
from hub.domain.intake import Share
from hub.domain.merchant import Customer, Merchant
from hub.domain.message import DeliveryKind, DeliveryState
from hub.domain.receipt_document import ReceiptDocument
from hub.flows.ground.open_link import url_of
from hub.flows.ground.ports import Tx
from hub.flows.imports import save_customers
from hub.flows.imports.hand_in import hand_in
from hub.flows.imports.import_files import import_customers, import_invoices
from hub.flows.imports.take_in import take_at_once
from hub.flows.imports.undo import undo_import
from hub.flows.mails.resend_mail import NotAgain, resend_mail
from hub.flows.merchants import save_customer
from hub.flows.merchants.read_customer import CustomerForm, form_of
from hub.flows.merchants.save_customer import edit_customer
from hub.flows.payments.open_payment import PayRequest
from hub.flows.payments.start_payment import start_payment
from hub.flows.payments.view_payment import payment_link_id, view_of
from hub.flows.statements.send_statement import copy_link, send_statement
from hub.flows.views.print_receipt import proof_of
from hub.storage.customer_edits import CustomerEdits
from hub_hookspecs import Channel
from tests.web.conftest import House, Seat

COLON = 100
ANA = {"name": "Ana Rojas", "identity_type": "CF", "identity_number": "1-0234-0567"}


@pytest.fixture
def desk(company: Callable[..., Merchant], seat: Callable[..., Seat], request: pytest.FixtureRequest) -> Seat:
    """The owner of a company of its own."""
    return seat(company("CR", f"mano{abs(hash(request.node.name)) % 10**8}"))


def customers_of(desk: Seat) -> list[Customer]:
    return list(desk.house.read(lambda tx: tx.customers.of(desk.merchant.id)))


def there(desk: Seat, customer_id: str) -> Customer:
    found = desk.house.read(lambda tx: tx.customers.get(customer_id))
    assert found
    return found


def created(desk: Seat, **typed: str) -> Customer:
    answer = desk.post("/m/customers/new", **{**ANA, **typed})
    assert answer.status_code == 303, answer.text[-3000:]
    return there(desk, answer.headers["location"].partition("?")[0].rpartition("/")[2])


def typed_of(customer: Customer, **changes: Any) -> dict[str, Any]:
    """What the form of a customer sends, with what somebody changed in it."""
    asked = form_of(customer)
    fields = {field.name: getattr(asked, field.name) for field in attrs.fields(CustomerForm)}
    kept = {name: value for name, value in fields.items() if isinstance(value, str)}
    return {**kept, **({} if asked.reminders else {"no_reminders": "1"}), **changes}


def correct(desk: Seat, customer: Customer, **changes: Any) -> Customer:
    answer = desk.post(f"/m/customers/{customer.id}/edit", **typed_of(customer, **changes))
    assert answer.status_code == 303, answer.text[-3000:]
    return there(desk, customer.id)


def test_a_customer_is_written_down_with_all_that_is_known(desk: Seat, seen: Callable[[str], str]) -> None:
    ana = created(
        desk,
        emails="ana@x.example\ncaja@x.example",
        phones="8888 7777\n+506 2222 1111",
        contact="Luis",
        language="en",
        address="Avenida 7",
        no_reminders="1",
    )

    assert ana.document
    assert (ana.document.type, ana.document.number) == ("CF", "102340567")
    assert (ana.email, ana.other_emails) == ("ana@x.example", ("caja@x.example",))
    assert (ana.phone, ana.other_phones, ana.contact, ana.language) == (
        *("8888 7777", ("+506 2222 1111",), "Luis", "en"),
    )
    assert ana.unsubscribed_at
    for text in ("88887777", "2222-1111", "1-0234-0567", "caja@x", "luis", "ANA ROJAS"):
        assert ana.id in desk.read(f"/m/customers?q={text}"), text
    page = seen(desk.read(f"/m/customers/{ana.id}"))
    for text in ("8888 7777, +506 2222 1111", "Luis", "caja@x.example", "Cambios a mano"):
        assert text in page


def test_a_form_that_is_sent_twice_makes_one_customer(desk: Seat) -> None:
    drawn = re.search(r'name="customer_id" value="([^"]+)"', desk.read("/m/customers/new"))
    assert drawn
    answers = [desk.post("/m/customers/new", name="Sin cédula", customer_id=drawn[1]) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(customers_of(desk)) == 1


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "", "Falta el nombre"),
        ("identity_number", "12", "Cédula física"),
        ("emails", "ana@", "No se acepta «ana@»"),
        ("phones", "no sé", "no parece un teléfono"),
        ("emails", "\n".join(f"a{at}@x.example" for at in range(7)), "caben 6"),
    ],
)
def test_what_cannot_be_stands_beside_its_field_and_nothing_is_saved(
    desk: Seat, seen: Callable[[str], str], field: str, typed: str, words: str
) -> None:
    answer = desk.post("/m/customers/new", **{**ANA, field: typed})

    assert answer.status_code == 422
    assert words in seen(answer.text)
    assert customers_of(desk) == []


def test_who_has_the_identity_is_offered_instead_of_a_second_record(desk: Seat, seen: Callable[[str], str]) -> None:
    ana = created(desk)
    other = created(desk, name="Luis", identity_number="1-0999-0567")

    again = desk.post("/m/customers/new", **{**ANA, "name": "Ana R.", "identity_number": "102340567"})
    assert again.status_code == 422
    assert "Ya hay un cliente con esta identificación" in seen(again.text)
    assert f'href="/m/customers/{ana.id}"' in again.text
    corrected = desk.post(f"/m/customers/{other.id}/edit", **typed_of(other, identity_number="102340567", same="1"))
    assert corrected.status_code == 422
    assert f'href="/m/customers/{ana.id}"' in corrected.text
    assert len(customers_of(desk)) == 2


def test_the_same_number_of_another_type_may_be_somebody_else(
    company: Callable[..., Merchant], seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    desk = seat(company("CO", "mismonumero"))
    created(desk, name="Ana", identity_type="CC", identity_number="52123456")

    typed = {"name": "Ana SAS", "identity_type": "NIT", "identity_number": "52123456"}
    asked = desk.post("/m/customers/new", **typed)
    assert asked.status_code == 422
    assert "con otro tipo de identificación" in seen(asked.text)
    assert desk.post("/m/customers/new", **typed, apart="1").status_code == 303


def test_a_change_is_recorded_with_who_when_and_what_stood_there(desk: Seat, seen: Callable[[str], str]) -> None:
    ana = created(desk, emails="ana@x.example")
    correct(desk, ana, emails="nueva@x.example", contact="Marta")

    edits = desk.house.read(lambda tx: tx.customer_edits.of(ana.id))
    mail = next(edit for edit in edits if edit.field == "email")
    assert (mail.before, mail.after, mail.by) == ("ana@x.example", "nueva@x.example", desk.email)
    page = seen(desk.read(f"/m/customers/{ana.id}"))
    assert "ana@x.example → nueva@x.example" in page
    assert correct(desk, there(desk, ana.id)) == there(desk, ana.id)
    assert len(desk.house.read(lambda tx: tx.customer_edits.of(ana.id))) == len(edits)


def test_another_identity_is_taken_only_where_somebody_says_that_it_is_the_same_customer(
    desk: Seat, seen: Callable[[str], str]
) -> None:
    ana = created(desk)
    refused = desk.post(f"/m/customers/{ana.id}/edit", **typed_of(ana, identity_number="1-0234-9999"))

    assert refused.status_code == 422
    assert "Si es otro, créelo aparte" in seen(refused.text)
    assert there(desk, ana.id).document == ana.document
    after = correct(desk, ana, identity_number="1-0234-9999", same="1")
    assert after.document
    assert after.document.number == "102349999"


# ---- links and mails that went out before


@pytest.mark.parametrize(
    "change", [{"emails": "otra@x.example"}, {"identity_number": "1-0234-9999", "same": "1"}], ids=["mail", "identity"]
)
def test_a_changed_mail_or_identity_ends_every_link_that_went_out(
    desk: Seat, seen: Callable[[str], str], change: dict[str, str]
) -> None:
    ana = created(desk, emails="ana@x.example")
    desk.house.write(lambda tx: tx.customers.remember(ana.id, {"phone": "88887777"}))
    old = desk.house.run(copy_link(desk.house.hub, desk.merchant, ana.id))
    with desk.house.browser() as stranger:
        assert stranger.get(old).status_code == 200
        page = desk.go(f"/m/customers/{ana.id}/edit", **typed_of(there(desk, ana.id), **change))
        assert "Los enlaces que ya se habían enviado dejan de abrir" in seen(page)
        assert stranger.get(old).status_code != 200
    assert there(desk, ana.id).remembered == {}


def test_another_phone_ends_no_link(desk: Seat) -> None:
    ana = created(desk, emails="ana@x.example")
    old = desk.house.run(copy_link(desk.house.hub, desk.merchant, ana.id))
    correct(desk, ana, phones="8888 1234", contact="Luis")
    with desk.house.browser() as browser:
        assert browser.get(old).status_code == 200


def test_control_a_link_that_outlives_the_change_of_mail_is_found(desk: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(save_customer, "WHO_IT_IS", frozenset())
    with pytest.raises(AssertionError):
        test_a_changed_mail_or_identity_ends_every_link_that_went_out(
            desk, lambda text: text + "Los enlaces que ya se habían enviado dejan de abrir", {"emails": "o@x.example"}
        )


def test_a_statement_that_waited_does_not_leave_to_the_address_of_before(desk: Seat) -> None:
    ana = created(desk, emails="antes@x.example")
    house = desk.house
    sent = house.run(send_statement(house.hub, desk.merchant, ana.id))
    house.until(lambda: mail_of(house, sent.delivery_id).state is DeliveryState.SENT)
    waiting = attrs.evolve(mail_of(house, sent.delivery_id), id="w" * 26, state=DeliveryState.DUE, sent_at=None)
    waiting = attrs.evolve(waiting, due_at=house.time() + (house.time() - house.time()), created_at=house.time())
    changed = edit_customer(
        house.hub, desk.merchant, ana.id, attrs.evolve(form_of(ana), emails="hoy@x.example"), by=desk.email
    )
    house.run(changed)
    house.write(lambda tx: tx.deliveries.add(waiting))
    house.hub.wake()
    house.until(lambda: mail_of(house, waiting.id).state is not DeliveryState.DUE)
    assert mail_of(house, waiting.id).state is DeliveryState.DEAD


def mail_of(house: House, delivery_id: str) -> Any:
    return house.read(lambda tx: tx.deliveries.get(delivery_id))


def test_an_old_receipt_is_sent_again_neither_to_the_address_of_before_nor_to_that_of_today(desk: Seat) -> None:
    house = desk.house
    ana = created(desk, emails="antes@x.example")
    statement = house.run(send_statement(house.hub, desk.merchant, ana.id))
    receipt = attrs.evolve(
        mail_of(house, statement.delivery_id), id="r" * 26, kind=DeliveryKind.RECEIPT, state=DeliveryState.SENT
    )
    house.write(lambda tx: tx.deliveries.add(receipt))
    correct(desk, ana, emails="hoy@x.example")

    with pytest.raises(NotAgain) as refused:
        house.run(resend_mail(house.hub, desk.merchant, receipt.id))
    assert refused.value.message.id == "mail.address_replaced"
    mails = house.read(lambda tx: tx.deliveries.of(merchant_id=desk.merchant.id, subject_id=ana.id))
    assert {mail.recipient for mail in mails if mail.kind == DeliveryKind.RECEIPT} == {"antes@x.example"}
    back = correct(desk, there(desk, ana.id), emails="antes@x.example")
    assert back.email == "antes@x.example"
    assert house.run(resend_mail(house.hub, desk.merchant, receipt.id)).recipient == "antes@x.example"


def of_a_payment(house: House) -> tuple[Customer, str, str]:
    """A customer who pays, the address of that payment's page as a mail has it, and the path of the statement."""
    debtor = house.debtor("CR", (100_000, -2), (50_000, -1), email="antes@x.example")
    request = PayRequest(
        account_id=house.accounts["CR"].id,
        way="form",
        channel=Channel.STATEMENT,
        customer_id=debtor.customer.id,
        shares=[Share(debtor.invoices[0].id, debtor.invoices[0].total)],
        email="antes@x.example",
        name="Pagadora",
    )
    payment = house.run(start_payment(house.hub, request))
    house.until(lambda: (found := house.read(lambda tx: tx.payments.get(payment.id))) and found.status == "pending")
    link = house.read(lambda tx: tx.links.get(payment_link_id(payment.id)))
    assert link
    return debtor.customer, url_of(house.hub, link), debtor.path


def changed_mail(house: House, customer: Customer) -> str:
    """Another mail is written by hand, and the new one is sent its link."""
    form = attrs.evolve(form_of(customer), emails="hoy@x.example")
    house.run(edit_customer(house.hub, house.merchants["CR"], customer.id, form, by="duena"))
    return house.run(copy_link(house.hub, house.merchants["CR"], customer.id))


def test_the_page_of_an_older_payment_leads_to_no_statement_any_more(house: House) -> None:
    customer, page, path = of_a_payment(house)
    with house.browser() as browser:
        assert path in browser.get(page).text
        new = changed_mail(house, customer).removeprefix(house.base)
        shown = browser.get(page)
        assert shown.status_code == 200
        assert "/s/" not in shown.text
        assert browser.get(new).status_code == 200


def proof(house: House, payment_id: str) -> ReceiptDocument:
    """The payer's proof as it is drawn now."""

    def read(tx: Tx) -> ReceiptDocument:
        payment = tx.payments.get(payment_id)
        assert payment
        return proof_of(tx, house.hub, view_of(tx, house.hub, payment, house.time()))

    return house.read(read)


def test_an_old_proof_keeps_the_identity_of_then_and_tells_nothing_of_today(house: House) -> None:
    customer, page, _path = of_a_payment(house)
    payment_id = page.rpartition("/p/")[2][1:27]
    before = proof(house, payment_id)
    assert before.left
    number = customer.document.number if customer.document else ""
    assert number[-4:] in before.payer_identity.replace("-", "")

    form = attrs.evolve(form_of(customer), identity_number="7-0999-0888", same=True)
    house.run(edit_customer(house.hub, house.merchants["CR"], customer.id, form, by="duena"))

    after = proof(house, payment_id)
    assert (after.payer_identity, after.left) == (before.payer_identity, ())
    with house.browser() as browser:
        assert "0888" not in browser.get(page).text


def test_control_a_payment_page_that_hands_the_new_link_on_is_found(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CustomerEdits, "who_it_is_since", lambda _self, _customer: None)
    with pytest.raises(AssertionError):
        test_the_page_of_an_older_payment_leads_to_no_statement_any_more(house)


# ---- files afterwards

HEAD = "Tipo de identificación,Identificación,Nombre,Correo,Teléfono\n"


def takes(desk: Seat, rows: str) -> Any:
    return desk.house.run(import_customers(desk.house.hub, desk.merchant, (HEAD + rows).encode(), name="c.csv"))


def test_a_file_leaves_what_a_person_wrote_and_says_so(desk: Seat) -> None:
    takes(desk, "CF,102340567,Ana Rojas,vieja@x.example,88880000\n")
    (ana,) = customers_of(desk)
    correct(desk, ana, emails="buena@x.example")

    report = takes(desk, "CF,102340567,Ana Rojas Mora,vieja@x.example,88881111\n")

    after = there(desk, ana.id)
    assert (after.email, after.name, after.phone) == ("buena@x.example", "Ana Rojas Mora", "88881111")
    assert [(str(row.column), row.value) for row in report.warnings] == [("Correo", "vieja@x.example")]
    assert takes(desk, "CF,102340567,Ana Rojas Mora,vieja@x.example,88881111\n").unchanged == 1


def test_a_person_may_let_files_change_it_again(desk: Seat) -> None:
    takes(desk, "CF,102340567,Ana Rojas,vieja@x.example,88880000\n")
    (ana,) = customers_of(desk)
    ana = correct(desk, ana, emails="buena@x.example")
    ana = correct(desk, ana, from_files="1")

    takes(desk, "CF,102340567,Ana Rojas,archivo@x.example,88880000\n")
    assert there(desk, ana.id).email == "archivo@x.example"


def test_a_number_that_was_corrected_still_names_its_customer_in_files_with_his_name(desk: Seat) -> None:
    takes(desk, "CF,102340567,Ana Rojas,,\n")
    (ana,) = customers_of(desk)
    correct(desk, ana, identity_number="1-0234-9999", same="1")

    takes(desk, "CF,102340567,ANA ROJAS,,88881111\n")
    invoices = (
        "Número,Identificación,Nombre del cliente,Fecha,Total,Moneda\nF-1,102340567,Ana Rojas,2026-01-05,1000,CRC\n"
    )
    desk.house.run(import_invoices(desk.house.hub, desk.merchant, invoices.encode(), name="f.csv"))

    (after,) = customers_of(desk)
    assert after.document
    assert (after.document.number, after.phone) == ("102349999", "88881111")
    bill = desk.house.read(lambda tx: tx.payables.search(desk.merchant.id, desk.merchant.mode))[0]
    assert bill.customer_id == ana.id


def test_a_number_that_was_corrected_is_nobodys_under_another_name(desk: Seat) -> None:
    takes(desk, "CF,102340567,Ana Rojas,,\n")
    (ana,) = customers_of(desk)
    correct(desk, ana, identity_number="1-0234-9999", same="1")

    report = takes(desk, "CF,102340567,Pedro Mora,pedro@x.example,\n")
    invoices = "Número,Identificación,Nombre del cliente,Fecha,Total,Moneda\nF-1,102340567,Pedro,2026-01-05,1000,CRC\n"
    bills = desk.house.run(import_invoices(desk.house.hub, desk.merchant, invoices.encode(), name="f.csv"))

    assert [str(row.message) for row in report.set_aside] == ["import.number_corrected"]
    assert [str(row.message) for row in bills.set_aside] == ["import.number_corrected"]
    assert len(customers_of(desk)) == 1
    created(desk, name="Pedro Mora", identity_number="102340567")
    assert takes(desk, "CF,102340567,Pedro Mora,pedro@x.example,\n").set_aside == ()


def test_an_import_that_is_taken_back_leaves_what_a_person_wrote_since(desk: Seat) -> None:
    takes(desk, "CF,102340567,Ana Rojas,uno@x.example,\n")
    hub, rows = desk.house.hub, f"{HEAD}CF,102340567,Ana Rojas,dos@x.example,88881111\n".encode()
    run = desk.house.run(hand_in(hub, desk.merchant, rows, kind=FileKind.CUSTOMERS, name="c.csv", by=desk.email))
    desk.house.run(take_at_once(hub, desk.merchant, run, rows))
    (ana,) = customers_of(desk)
    assert ana.email == "dos@x.example"
    correct(desk, ana, emails="persona@x.example")

    desk.house.run(undo_import(desk.house.hub, desk.merchant, run.id, by=desk.email))
    assert (there(desk, ana.id).email, there(desk, ana.id).phone) == ("persona@x.example", "")


def test_control_a_file_that_undoes_a_person_is_found(desk: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(save_customers, "left_by_files", lambda _before, stated: stated)
    with pytest.raises(AssertionError):
        test_a_file_leaves_what_a_person_wrote_and_says_so(desk)


# ---- WhatsApp


def test_whatsapp_opens_the_customers_own_number_and_each_of_several(desk: Seat) -> None:
    ana = created(desk, phones="8888 7777\n+57 300 123 4567")
    desk.post(f"/m/customers/{ana.id}/link", copy="1")
    page = desk.read(f"/m/customers/{ana.id}")
    assert re.findall(r"https://wa\.me/(\d*)\?", page) == ["50688887777", "573001234567"]
    correct(desk, ana, phones="")
    assert re.findall(r"https://wa\.me/(\d*)\?", desk.read(f"/m/customers/{ana.id}")) == [""]
