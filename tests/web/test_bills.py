"""One invoice on the merchant's pages: voided by a form, and billed anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hub.domain.merchant import Role
from tests.web.conftest import House, Seat

Seen = Callable[[str], str]


@pytest.fixture
def clerk(house: House, seat: Callable[..., Seat]) -> Seat:
    return seat(house.merchants["CR"], Role.ACCOUNTANT)


def fields_of(clerk: Seat, forms: Any, path: str, action: str) -> dict[str, str]:
    (form,) = [form for form in forms(clerk.read(path)) if form["action"] == f"{path}/{action}"]
    return {"revision": form["fields"]["revision"][0]}


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
    assert "cambió mientras tanto" in seen(late.text)
    assert house.read(lambda tx: tx.payables.get(debtor.invoices[0].id)).due == 40_000


def test_who_only_looks_has_no_form(house: House, seat: Callable[..., Seat], forms: Any) -> None:
    debtor = house.debtor("CR", (5_000_000, -2))
    path = f"/m/invoices/{debtor.invoices[0].id}"
    operator = seat(house.merchants["CR"], Role.OPERATOR)

    assert not [form for form in forms(operator.read(path)) if form["action"].startswith(path)]
    assert operator.post(f"{path}/void", revision="0", reason="x").status_code == 403


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

    assert f"por {clerk.email} and {owner.email}" in voided
    assert "propuso" not in voided
