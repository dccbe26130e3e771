"""Instalments that somebody agreed by hand: on the invoice's page, before the payer, and past the next file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from hub.domain.instalment import Instalment
from hub.domain.merchant import Role
from hub.flows.books import revise_bill
from tests.web.conftest import Debtor, House, Seat, forms_in
from tests.web.test_import_pages import HEAD, bring, row, run_id, send


@pytest.fixture
def clerk(house: House, seat: Callable[..., Seat]) -> Seat:
    return seat(house.merchants["CR"], Role.ACCOUNTANT)


@pytest.fixture
def debtor(house: House) -> Debtor:
    return house.debtor("CR", (5_000_000, -2))


def fields(page: str) -> dict[str, Any]:
    form = next(form for form in forms_in(page) if form["action"].endswith("/plan"))
    return {name: values[0] for name, values in form["fields"].items()}


def path_of(debtor: Debtor) -> str:
    return f"/m/invoices/{debtor.invoices[0].id}/plan"


def agree(clerk: Seat, debtor: Debtor, **typed: str) -> Any:
    path = path_of(debtor)
    return clerk.browser.post(path, data={**fields(clerk.read(path)), **typed})


def plan_of(house: House, debtor: Debtor) -> tuple[Instalment, ...]:
    found = house.read(lambda tx: tx.payables.get(debtor.invoices[0].id))
    assert found
    return found.plan


def test_equal_parts_are_written_into_the_form_and_saved(house: House, clerk: Seat, debtor: Debtor) -> None:
    shown = agree(clerk, debtor, share="1", count="3", first="2027-01-31")
    assert shown.status_code == 200
    assert plan_of(house, debtor) == (), "nothing is saved by it"
    again = fields(shown.text)
    assert [again[f"amount-{at}"] for at in range(3)] == ["16666,00", "16666,00", "16668,00"]
    assert clerk.browser.post(path_of(debtor), data=again).status_code == 303
    assert plan_of(house, debtor) == (
        Instalment(date(2027, 1, 31), 1_666_600),
        Instalment(date(2027, 2, 28), 1_666_600),
        Instalment(date(2027, 3, 31), 1_666_800),
    )
    with house.browser() as payer:
        assert "Cuota 2 de 3" in payer.get(debtor.path).text


@pytest.mark.parametrize(
    "typed",
    [
        {"on-0": "2027-01-15", "amount-0": "20000"},
        {"on-0": "2027-01-15", "amount-0": "20000", "on-1": "2027-01-15", "amount-1": "30000"},
        {"on-0": "2020-01-15", "amount-0": "20000", "on-1": "2027-01-15", "amount-1": "30000"},
        {"on-0": "", "amount-0": "20000", "on-1": "2027-01-15", "amount-1": "30000"},
        {"on-0": "2027-01-15", "amount-0": "-20000", "on-1": "2027-02-15", "amount-1": "70000"},
        {},
    ],
)
def test_parts_that_are_not_what_is_owed_are_refused(
    house: House, clerk: Seat, debtor: Debtor, typed: dict[str, str]
) -> None:
    assert agree(clerk, debtor, **typed).status_code == 422
    assert plan_of(house, debtor) == ()


HALVES = {"on-0": "2027-01-15", "amount-0": "20000", "on-1": "2027-02-15", "amount-1": "30000"}


def test_a_plan_is_taken_away_again(house: House, clerk: Seat, debtor: Debtor) -> None:
    assert agree(clerk, debtor, **HALVES).status_code == 303
    assert agree(clerk, debtor, none="1").status_code == 303
    assert plan_of(house, debtor) == ()


def kept_past_a_file(house: House, seat: Seat, debtor: Debtor, number: str) -> None:
    """Billed by a file, agreed by hand, and stated again by the next file with one due date."""
    first = send(seat, bring(seat, f"{HEAD}\n{row(number, debtor)}"))
    house.until(lambda: not house.read(lambda tx: tx.imports.get(run_id(first))).is_under_way)
    bill = house.read(lambda tx: tx.payables.numbered(seat.merchant.id, seat.merchant.mode, [number]))[number]
    path = f"/m/invoices/{bill.id}/plan"
    half = bill.due // 2
    typed = {
        **fields(seat.read(path)),
        "on-0": "2027-01-15",
        "amount-0": f"{half / 100:.2f}".replace(".", ","),
        "on-1": "2027-02-15",
        "amount-1": f"{(bill.due - half) / 100:.2f}".replace(".", ","),
    }
    answer = seat.browser.post(path, data=typed)
    assert answer.status_code == 303, answer.text[:2000]
    again = send(seat, bring(seat, f"{HEAD}\n{row(number, debtor)}{row(number + '-B', debtor)}", name="otro.csv"))
    house.until(lambda: not house.read(lambda tx: tx.imports.get(run_id(again))).is_under_way)
    after = house.read(lambda tx: tx.payables.numbered(seat.merchant.id, seat.merchant.mode, [number]))[number]
    assert [part.due_on for part in after.plan] == [date(2027, 1, 15), date(2027, 2, 15)]
    assert after.due == bill.due


@pytest.fixture
def own(company: Callable[..., Any], seat: Callable[..., Seat], request: pytest.FixtureRequest) -> Seat:
    return seat(company("CR", f"cuotas-{len(request.node.name)}"))


def test_the_next_file_keeps_what_was_agreed(house: House, own: Seat) -> None:
    kept_past_a_file(house, own, house.debtor("CR", merchant=own.merchant), "CU-1")


def test_control_a_file_that_knows_no_agreement_drops_it(
    house: House, own: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = revise_bill.revised

    def careless(before: Any, row: Any, *rest: Any) -> Any:
        import attrs

        return attrs.evolve(right(before, row, *rest), plan=row.plan)

    monkeypatch.setattr(revise_bill, "revised", careless)
    with pytest.raises(AssertionError):
        kept_past_a_file(house, own, house.debtor("CR", merchant=own.merchant), "CU-2")
