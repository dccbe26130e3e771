"""An invoice's page tells its whole story and does what there is to do with it; its customer and payment do so too."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from hub.domain.merchant import Role
from hub.flows.corrections.write_off import write_off_bill
from hub.flows.statements.write_note import write_note
from tests.web.conftest import Debtor, House, Seat, forms_in

Seen = Callable[[str], str]


@pytest.fixture
def clerk(house: House, seat: Callable[..., Seat]) -> Seat:
    return seat(house.merchants["CR"], Role.ACCOUNTANT)


@pytest.fixture
def debtor(house: House) -> Debtor:
    return house.debtor("CR", (5_000_000, -2), email="cliente@correo.example")


def page_of(debtor: Debtor) -> str:
    return f"/m/invoices/{debtor.invoices[0].id}"


def form_of(clerk: Seat, path: str, action: str) -> dict[str, Any]:
    (form,) = [form for form in forms_in(clerk.read(path)) if form["action"] == action]
    return {name: values[0] for name, values in form["fields"].items()}


def credit(clerk: Seat, debtor: Debtor, **typed: str) -> Any:
    path = f"{page_of(debtor)}/credit-note"
    return clerk.browser.post(path, data={**form_of(clerk, path, path), **typed})


def owed(house: House, debtor: Debtor) -> int:
    found = house.read(lambda tx: tx.payables.get(debtor.invoices[0].id))
    assert found
    return found.due


def story(clerk: Seat, path: str, seen: Seen) -> str:
    """The table of the history."""
    found = re.search(r'<section aria-labelledby="historia">.*?</section>', clerk.read(path), re.DOTALL)
    return seen(found[0]) if found else ""


def test_the_history_tells_every_entry_with_who_why_and_the_balance_after_it(
    house: House, clerk: Seat, debtor: Debtor, seen: Seen
) -> None:
    answer = credit(clerk, debtor, number="NC-81", how="part", amount="20000", reason="devolvió dos tablas")
    assert answer.status_code == 303
    said = story(clerk, page_of(debtor), seen)
    assert re.search(r"Factura .*₡50.000,00 · Saldo ₡50.000,00.*Nota de crédito NC-81", said), said
    assert f"{clerk.email}: devolvió dos tablas" in said
    assert re.search(r"[-−]₡20.000,00 · Saldo ₡30.000,00", said), said
    assert said.index("Factura") < said.index("NC-81")


def test_a_credit_note_of_all_that_is_due_leaves_nothing(house: House, clerk: Seat, debtor: Debtor) -> None:
    assert credit(clerk, debtor, number="NC-82", how="whole", reason="devolvió todo").status_code == 303
    assert owed(house, debtor) == 0


@pytest.mark.parametrize(
    "typed",
    [
        {"number": "", "how": "whole", "reason": "x"},
        {"number": "NC-83", "how": "whole", "reason": " "},
        {"number": "NC-83", "how": "part", "amount": "", "reason": "x"},
        {"number": "NC-83", "how": "part", "amount": "50001", "reason": "x"},
    ],
)
def test_a_credit_note_without_number_reason_or_amount_books_nothing(
    house: House, clerk: Seat, debtor: Debtor, typed: dict[str, str]
) -> None:
    assert credit(clerk, debtor, **typed).status_code == 422
    assert owed(house, debtor) == 5_000_000


def test_above_the_limit_another_person_records_the_same_note(
    house: House, clerk: Seat, debtor: Debtor, seat: Callable[..., Seat], seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.hub, "second_person_above", {"CRC": 1_000_000})
    typed = {"number": "NC-84", "how": "whole", "reason": "devolvió todo"}
    assert credit(clerk, debtor, **typed).status_code == 303
    assert owed(house, debtor) == 5_000_000
    assert "propuso la nota crédito NC-84" in seen(clerk.read(page_of(debtor)))
    again = credit(clerk, debtor, **typed)
    assert again.status_code == 422
    assert owed(house, debtor) == 5_000_000

    other = seat(house.merchants["CR"], Role.OWNER)
    assert credit(other, debtor, **typed).status_code == 303
    assert owed(house, debtor) == 0
    assert f"{clerk.email} y {other.email}" in story(clerk, page_of(debtor), seen)


def test_what_was_booked_wrongly_is_corrected_from_the_history(
    house: House, clerk: Seat, debtor: Debtor, seen: Seen
) -> None:
    work = write_off_bill(
        house.hub, clerk.merchant, debtor.invoices[0].number, amount=None, by=clerk.email, reason="cerró"
    )
    house.run(work)
    page = clerk.read(page_of(debtor))
    link = re.search(rf'href="({page_of(debtor)}/correct\?key=[^"]+)"', page)
    assert link
    action = f"{page_of(debtor)}/correct"
    fields = form_of(clerk, link[1].replace("&amp;", "&"), action)
    assert clerk.browser.post(action, data={**fields, "reason": ""}).status_code == 422
    answer = clerk.browser.post(action, data={**fields, "reason": "sí va a pagar"})
    assert (answer.status_code, answer.headers["location"]) == (303, page_of(debtor))
    assert owed(house, debtor) == 5_000_000
    said = story(clerk, page_of(debtor), seen)
    assert "Corrección: Saldo condonado" in said
    assert "sí va a pagar" in said
    assert "/correct?key=" not in clerk.read(page_of(debtor)), "once"


def test_what_somebody_wrote_is_erased_for_good_by_the_owner_alone(
    house: House, clerk: Seat, debtor: Debtor, seat: Callable[..., Seat], seen: Seen
) -> None:
    credit(clerk, debtor, number=f"NC-{debtor.customer.id}", how="whole", reason="lo pidió Rosa Mora")
    owner, key = seat(house.merchants["CR"], Role.OWNER), f"credit:NC-{debtor.customer.id}"
    action = f"{page_of(debtor)}/erase-note"
    fields = {"form": owner.csrf, "key": key}
    assert clerk.browser.post(action, data={**fields, "form": clerk.csrf, "reason": "x"}).status_code == 403
    assert owner.browser.post(action, data={**fields, "reason": " "}).status_code == 422
    assert "Rosa Mora" in clerk.read(page_of(debtor))
    assert owner.browser.post(action, data={**fields, "reason": "lo pidió la persona"}).status_code == 303
    said = story(owner, page_of(debtor), seen)
    assert "Rosa Mora" not in said
    assert f"El texto fue borrado por {owner.email}" in said
    assert house.read(lambda tx: tx.ledger.verify()) == ()


def test_an_entry_of_another_invoice_is_not_corrected_here(house: House, clerk: Seat, debtor: Debtor) -> None:
    other = house.debtor("CR", (700_000, -2))
    house.run(
        write_off_bill(house.hub, clerk.merchant, other.invoices[0].number, amount=None, by="otra", reason="cerró")
    )
    key = f"writeoff:{other.invoices[0].id}:0"
    assert clerk.browser.get(f"{page_of(debtor)}/correct", params={"key": key}).status_code == 404
    assert clerk.post(f"{page_of(debtor)}/correct", key=key, reason="x").status_code == 404
    assert owed(house, other) == 0


def test_the_link_to_pay_it_is_copied_from_its_page_and_opens(house: House, clerk: Seat, debtor: Debtor) -> None:
    page = clerk.go(f"{page_of(debtor)}/link")
    url = re.search(r'<input id="link"[^>]* value="([^"]+)"', page)
    assert url
    with house.browser() as payer:
        assert debtor.invoices[0].number in payer.get(url[1].removeprefix(house.base)).text


def test_it_says_who_was_told_and_what_the_customer_wrote(
    house: House, clerk: Seat, debtor: Debtor, seen: Seen
) -> None:
    assert "Todavía no se le ha avisado a nadie" in seen(clerk.read(page_of(debtor)))
    assert clerk.post(f"/m/customers/{debtor.customer.id}/send", note="").status_code == 200
    token = debtor.path.split("/")[2]
    house.run(write_note(house.hub, token, "¿Puedo pagar el viernes?"))
    said = seen(clerk.read(page_of(debtor)))
    assert "cliente@correo.example" in said
    assert "¿Puedo pagar el viernes?" in said


def test_a_receipt_for_money_from_outside_begins_with_this_invoice(house: House, clerk: Seat, debtor: Debtor) -> None:
    path = f"/m/customers/{debtor.customer.id}/receipt?invoice={debtor.invoices[0].id}"
    assert path in clerk.read(page_of(debtor))
    shown = clerk.read(path)
    assert re.search(rf'name="share-{debtor.invoices[0].id}"[^>]*value="50000,00"', shown) or re.search(
        rf'value="50000,00"[^>]*name="share-{debtor.invoices[0].id}"', shown
    )


def test_a_customers_history_has_the_running_balance(house: House, clerk: Seat, seen: Seen) -> None:
    debtor = house.debtor("CR", (5_000_000, -2), (1_000_000, -1))
    credit(clerk, debtor, number=f"NC-{debtor.customer.id}", how="whole", reason="devolvió todo")
    path = f"/m/customers/{debtor.customer.id}/history"
    assert path in clerk.read(f"/m/customers/{debtor.customer.id}")
    said = story(clerk, path, seen)
    assert re.search(
        r"₡50.000,00 · Saldo ₡50.000,00.*₡10.000,00 · Saldo ₡60.000,00.*₡50.000,00 · Saldo ₡10.000,00", said
    ), said


def test_another_companys_history_is_not_there(house: House, seat: Callable[..., Seat], debtor: Debtor) -> None:
    stranger = seat(house.merchants["CO"])
    for path in (f"/m/customers/{debtor.customer.id}/history", page_of(debtor), f"{page_of(debtor)}/credit-note"):
        assert stranger.browser.get(path).status_code == 404
