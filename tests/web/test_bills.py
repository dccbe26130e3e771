"""One invoice on the merchant's pages: voided by a form, and billed anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hub.domain.decision import Signed
from hub.domain.disbursement import PaidOut
from hub.domain.drawn_from import DrawnFrom
from hub.domain.merchant import Role
from hub.domain.payable import Payable
from hub.domain.payment import Status
from hub.flows.corrections.disburse_credit import disburse_credit
from hub_hookspecs import Kind
from tests.web.conftest import House, Seat
from tests.web.test_in_clarification import hear, start, status

Seen = Callable[[str], str]


@pytest.fixture
def clerk(house: House, seat: Callable[..., Seat]) -> Seat:
    return seat(house.merchants["CR"], Role.ACCOUNTANT)


def fields_of(clerk: Seat, forms: Any, path: str, action: str) -> dict[str, str]:
    (form,) = [form for form in forms(clerk.read(path)) if form["action"] == f"{path}/{action}"]
    return {"drawn": form["fields"]["drawn"][0]}


def test_a_bill_is_voided_and_billed_anew_on_its_page(house: House, clerk: Seat, forms: Any, seen: Seen) -> None:
    debtor = house.debtor("CR", (10_000_000, -2))
    path = f"/m/invoices/{debtor.invoices[0].id}"
    assert path in clerk.read(f"/m/customers/{debtor.customer.id}")
    assert "no anula ninguna factura electrónica" in seen(clerk.read(path))

    fields = fields_of(clerk, forms, path, "void")
    unexplained = clerk.post(f"{path}/void", **fields, reason=" ")
    voided = seen(clerk.go(f"{path}/void", **fields, reason="se hizo dos veces"))

    assert unexplained.status_code == 422
    assert f"por {clerk.email}" in voided
    assert "se hizo dos veces" in voided
    assert "Factura anulada" in seen(clerk.read(f"/m/invoices?q={debtor.invoices[0].number}"))

    fields = fields_of(clerk, forms, path, "rebill")
    anew = seen(clerk.go(f"{path}/rebill", **fields, total="200", currency="USD", customer="", reason="en dólares"))

    assert "Facturada de nuevo" in anew
    assert house.read(lambda tx: tx.payables.get(debtor.invoices[0].id)).balance.decimal == 200


def test_a_form_that_was_drawn_from_another_state_books_nothing(
    house: House, clerk: Seat, forms: Any, seen: Seen
) -> None:
    debtor = house.debtor("CR", (5_000_000, -2))
    path = f"/m/invoices/{debtor.invoices[0].id}"
    void = fields_of(clerk, forms, path, "void")
    clerk.go(f"{path}/void", **void, reason="error")
    anew = fields_of(clerk, forms, path, "rebill")
    clerk.go(f"{path}/rebill", **anew, total="400", currency="CRC", customer="", reason="era menos")

    late = clerk.post(f"{path}/void", **void, reason="error")
    twice = clerk.post(f"{path}/rebill", **anew, total="400", currency="CRC", customer="", reason="era menos")

    assert [answer.status_code for answer in (late, twice)] == [422, 422]
    assert "esto cambió desde que abrió el formulario: Lo que se debe." in seen(late.text)
    assert house.read(lambda tx: tx.payables.get(debtor.invoices[0].id)).due == 40_000


def test_who_only_looks_has_no_form(house: House, seat: Callable[..., Seat], forms: Any) -> None:
    debtor = house.debtor("CR", (5_000_000, -2))
    path = f"/m/invoices/{debtor.invoices[0].id}"
    operator = seat(house.merchants["CR"], Role.OPERATOR)

    assert not [form for form in forms(operator.read(path)) if form["action"].startswith(path)]
    assert operator.post(f"{path}/void", reason="x").status_code == 403


def test_above_the_limit_a_second_person_voids_it_with_the_same_form(
    house: House, clerk: Seat, seat: Callable[..., Seat], forms: Any, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.hub, "second_person_above", {"CRC": 1_000_000})
    debtor = house.debtor("CR", (10_000_000, -2))
    path = f"/m/invoices/{debtor.invoices[0].id}"
    fields = fields_of(clerk, forms, path, "void")

    proposed = seen(clerk.go(f"{path}/void", **fields, reason="se hizo dos veces"))
    again = clerk.post(f"{path}/void", **fields, reason="se hizo dos veces")

    assert f"{clerk.email} propuso anularla: se hizo dos veces. Falta que otra persona haga lo mismo." in proposed
    assert again.status_code == 422
    assert not house.read(lambda tx: tx.payables.get(debtor.invoices[0].id)).is_voided

    owner = seat(house.merchants["CR"])
    voided = seen(owner.go(f"{path}/void", **fields, reason="lo confirmo"))

    assert f"por {clerk.email} y {owner.email}" in voided
    assert "propuso" not in voided


def debit_note(house: House) -> Payable:
    """A customer's credit was paid out, and then its money went back all the same: what a debit note bills."""
    debtor, merchant = house.debtor("CO", (10_000_000, -2)), house.merchants["CO"]
    bill = debtor.invoices[0]
    payment = start(house, debtor, bill)
    house.until(lambda: status(house, payment, Status.PENDING))
    hear(house, payment, Kind.PAID, 2 * bill.total)
    out = PaidOut(amount=bill.balance, means="cash", paid_on=house.today)
    house.run(disburse_credit(house.hub, merchant, debtor.customer.id, out, signed=Signed(by="Ana", why="lo pidió")))
    hear(house, payment, Kind.RETURNED, bill.total)
    (found,) = (item for item in house.read(lambda tx: tx.payables.open_of(debtor.customer.id, payment.mode)))
    assert found.number.startswith("ND-")
    return found


def fresh(house: House, bill: Payable) -> Payable:
    found: Payable = house.read(lambda tx: tx.payables.get(bill.id))
    return found


def written_off(owner: Seat, forms: Any, bill: Payable) -> dict[str, str]:
    """The fields of the form, as it is drawn now."""
    return fields_of(owner, forms, f"/m/invoices/{bill.id}", "write-off")


def test_an_owner_writes_a_debit_note_off_on_its_page(
    house: House, seat: Callable[..., Seat], forms: Any, seen: Seen
) -> None:
    note, owner = debit_note(house), seat(house.merchants["CO"])
    path = f"/m/invoices/{note.id}"
    assert path in owner.read(f"/m/customers/{note.customer_id}")
    assert f"{path}#write-off" in owner.read("/m/reviews")

    fields = written_off(owner, forms, note)
    unexplained = owner.post(f"{path}/write-off", **fields, amount="", reason=" ")
    too_much = owner.post(f"{path}/write-off", **fields, amount="100001", reason="no vuelve")
    no_amount = owner.post(f"{path}/write-off", **fields, amount="mucho", reason="no vuelve")
    assert [answer.status_code for answer in (unexplained, too_much, no_amount)] == [422, 422, 422]
    assert fresh(house, note).due == note.due

    part = seen(owner.go(f"{path}/write-off", **fields, amount="40000", reason="no vuelve"))
    assert "$60.000" in part
    rest = owner.go(f"{path}/write-off", **written_off(owner, forms, note), amount="", reason="tampoco")
    assert fresh(house, note).due == 0
    assert f"{path}/write-off" not in rest


def test_a_write_off_that_was_drawn_from_another_state_books_nothing(
    house: House, seat: Callable[..., Seat], forms: Any, seen: Seen
) -> None:
    bill, owner = house.debtor("CR", (5_000_000, -2)).invoices[0], seat(house.merchants["CR"])
    fields = written_off(owner, forms, bill)
    owner.go(f"/m/invoices/{bill.id}/write-off", **fields, amount="100", reason="redondeo")

    twice = owner.post(f"/m/invoices/{bill.id}/write-off", **fields, amount="100", reason="redondeo")

    assert twice.status_code == 422
    assert "cambió desde que abrió el formulario" in seen(twice.text)
    assert fresh(house, bill).due == 4_990_000


def test_control_a_write_off_that_is_not_compared_is_booked_twice(
    house: House, seat: Callable[..., Seat], forms: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DrawnFrom, "changed_since", lambda *_given: ())
    bill, owner = house.debtor("CR", (5_000_000, -2)).invoices[0], seat(house.merchants["CR"])
    fields = written_off(owner, forms, bill)
    for _ in range(2):
        owner.go(f"/m/invoices/{bill.id}/write-off", **fields, amount="100", reason="redondeo")
    assert fresh(house, bill).due != 4_990_000


def test_above_the_limit_a_second_owner_writes_it_off_with_the_same_form(
    house: House, seat: Callable[..., Seat], forms: Any, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.hub, "second_person_above", {"CRC": 1_000_000})
    bill, first = house.debtor("CR", (10_000_000, -2)).invoices[0], seat(house.merchants["CR"])
    path = f"/m/invoices/{bill.id}/write-off"

    proposed = seen(first.go(path, **written_off(first, forms, bill), amount="", reason="no aparece"))
    again = first.post(path, **written_off(first, forms, bill), amount="", reason="no aparece")
    assert f"{first.email} propuso castigar" in proposed
    assert again.status_code == 422
    assert fresh(house, bill).due == 10_000_000

    second = seat(house.merchants["CR"], email="socia@correo.example")
    second.go(path, **written_off(second, forms, bill), amount="", reason="lo confirmo")
    assert fresh(house, bill).due == 0


def test_only_an_owner_writes_off(house: House, clerk: Seat, forms: Any) -> None:
    bill = house.debtor("CR", (5_000_000, -2)).invoices[0]
    assert "write-off" not in clerk.read(f"/m/invoices/{bill.id}")
    assert clerk.post(f"/m/invoices/{bill.id}/write-off", amount="", reason="x", drawn="").status_code == 403
