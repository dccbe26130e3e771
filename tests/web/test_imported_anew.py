"""Taken, taken back, mended, taken again, and again: what the customer, the company and the books see each time."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import attrs
import httpx
import pytest

from hub.domain.import_run import RunState
from hub.flows.imports import take_back
from hub.flows.statements.send_statement import send_statement
from hub.flows.views.list_invoices import list_invoices
from tests.per_customer import broken_at
from tests.web.conftest import Debtor, House, Seat, seen_in
from tests.web.test_import_pages import HEAD, bring, person, run_id, send
from tests.web.test_undo_pages import pressed, stored

COMPANIES, NUMBERS = itertools.count(1), itertools.count(1)


@pytest.fixture
def clerk(company: Callable[..., Any], seat: Callable[..., Seat]) -> Seat:
    """The owner of a company that nobody else uses."""
    return seat(company("CR", f"anew-{next(COMPANIES)}"))


@pytest.fixture
def debtor(house: House, clerk: Seat) -> Debtor:
    return house.debtor("CR", (700_00, 5), merchant=clerk.merchant, email="ana@correo.example")


def file_of(debtor: Debtor, **totals: str) -> str:
    rows = (
        f"{number.replace('_', '-')};{person(debtor)};01/02/2026;01/03/2026;CRC;{total};\n"
        for number, total in totals.items()
    )
    return f"{HEAD}\n{''.join(rows)}"


def taken(clerk: Seat, file: str, name: str = "cartera.csv") -> httpx.Response:
    done = send(clerk, bring(clerk, file, name=name))
    assert "El archivo se importó" in seen_in(done.text)
    return done


def undone(clerk: Seat, page: httpx.Response) -> None:
    assert "Esta importación se deshizo" in seen_in(pressed(clerk, page).text)


def everybody_sees(house: House, clerk: Seat, debtor: Debtor, **totals: int) -> None:
    """These invoices and their totals, and no other of the series: customer, company, balance, books."""
    names = {number.replace("_", "-"): total for number, total in totals.items()}
    with house.browser() as payer:
        statement = seen_in(payer.get(debtor.path).text)
    own = seen_in(clerk.read(f"/m/customers/{debtor.customer.id}"))
    listed = seen_in(clerk.read("/m/invoices"))
    for text in (statement, own, listed):
        assert set(re.findall(r"\bAN\d+-\d\b", text)) == set(names), text[:2000]
    bills = house.run(list_invoices(house.hub, clerk.merchant, "")).rows
    assert {one.payable.number: one.payable.total for one in bills if one.payable.number.startswith("AN")} == names
    owed = f"{(700_00 + sum(names.values())) // 100:,}".replace(",", " ")
    assert f"₡{owed}" in statement.replace("\u202f", " ").replace("\xa0", " "), statement[:1500]
    assert house.read(lambda tx: tx.ledger.verify()) == ()
    assert broken_at(house.opened.settings.data / "hub.db") == []


def goes_round(house: House, clerk: Seat, debtor: Debtor) -> None:
    begins = f"AN{next(NUMBERS)}"
    first, second, third = (f"{begins}_{at}" for at in range(1, 4))
    wrong = file_of(debtor, **{first: "100,00", second: "20,00"})
    mended = file_of(debtor, **{first: "90,00", third: "5,00"})
    everybody_sees(house, clerk, debtor)
    for _round in range(2):
        page = taken(clerk, wrong)
        everybody_sees(house, clerk, debtor, **{first: 100_00, second: 20_00})
        undone(clerk, page)
        everybody_sees(house, clerk, debtor)
        page = taken(clerk, mended, "corregida.csv")
        everybody_sees(house, clerk, debtor, **{first: 90_00, third: 5_00})
        undone(clerk, page)
        everybody_sees(house, clerk, debtor)
    taken(clerk, mended)
    everybody_sees(house, clerk, debtor, **{first: 90_00, third: 5_00})
    number = first.replace("_", "-")
    with_rows = seen_in(clerk.read(f"/m/customers/{debtor.customer.id}/activity"))
    assert with_rows.count(number) == 8, "every bill and every reversal, but the first, which counts on its own day"


def test_whatever_is_taken_back_and_taken_again_is_owed_as_the_last_file_says(
    house: House, clerk: Seat, debtor: Debtor
) -> None:
    goes_round(house, clerk, debtor)


def test_control_an_invoice_that_counts_as_never_billed_and_is_shown_is_found(
    house: House, clerk: Seat, debtor: Debtor, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = take_back.never_billed
    monkeypatch.setattr(take_back, "never_billed", lambda *given: attrs.evolve(real(*given), undone_at=None))
    with pytest.raises(AssertionError):
        goes_round(house, clerk, debtor)


def test_what_a_later_file_changed_too_is_taken_back_after_it_and_the_first_is_refused_with_the_list(
    house: House, clerk: Seat, debtor: Debtor
) -> None:
    begins = f"AN{next(NUMBERS)}"
    one, two = (f"{begins}_{at}" for at in (1, 2))
    older = taken(clerk, file_of(debtor, **{one: "100,00", two: "20,00"}), "marzo.csv")
    later = taken(clerk, file_of(debtor, **{one: "110,00"}), "abril.csv")
    refused = pressed(clerk, older)
    assert refused.status_code == 422
    text = seen_in(refused.text)
    assert f"{one.replace('_', '-')} el archivo «abril.csv»" in text
    assert two.replace("_", "-") not in text
    everybody_sees(house, clerk, debtor, **{one: 110_00, two: 20_00})
    undone(clerk, later)
    everybody_sees(house, clerk, debtor, **{one: 100_00, two: 20_00})
    undone(clerk, older)
    everybody_sees(house, clerk, debtor)


def test_the_statement_that_was_mailed_with_it_is_named_before_it_is_taken_back(
    house: House, clerk: Seat, debtor: Debtor
) -> None:
    page = taken(clerk, file_of(debtor, **{f"AN{next(NUMBERS)}_1": "100,00"}))
    sent = house.run(send_statement(house.hub, clerk.merchant, debtor.customer.id))
    house.until(lambda: house.read(lambda tx: tx.deliveries.get(sent.delivery_id)).state == "sent")
    asked = seen_in(clerk.read(f"/m/import/{run_id(page)}/undo"))
    assert "Ya salieron estados de cuenta con lo que trajo" in asked
    assert "ana@correo.example" in asked
    undone(clerk, page)
    assert stored(house, page).state is RunState.UNDONE
