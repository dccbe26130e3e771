"""The bookkeeping cases: done by the hub's flows, they come to the accountant's figures,
and Beancount agrees."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.domain import billing
from hub.domain.ledger import Entry
from hub.domain.refusals import Conflict
from hub.flows.statements.view_statement import preview_statement
from hub_hookspecs import Money
from tests.bookkeeping.desk import Case, Desk, read_case
from tests.bookkeeping.referee import agreed
from tests.bookkeeping.told import untrue
from tests.per_customer import broken_at

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))


@pytest.fixture(params=CASES, ids=lambda path: path.stem)
def case(request: pytest.FixtureRequest) -> Case:
    return read_case(request.param)


def test_the_case_comes_to_the_accountants_figures(case: Case, desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for(case.country)

    for line in (*case.sections.get("given", ()), *case.sections["events"]):
        desk.do(line)
        assert desk.read(lambda tx: tx.ledger.verify()) == (), line
        assert broken_at(desk.data / "hub.db") == [], line

    assert desk.balances() == dict(_expected(case, desk))
    assert _owed(desk, case) == _due(case, desk)
    assert untrue(desk) == {}
    if "reviews" in case.sections:
        assert desk.causes() == sorted(case.sections["reviews"])
    assert agreed(desk.exported()) == desk.balances()


def test_a_kind_that_does_not_count_in_what_is_due_is_refused(
    desk_for: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a withholding that settles nothing, planted past the code's own assertion,
    stops at the database."""

    def planted(*bill: Any, **more: Any) -> Entry:
        entry = whole(*bill, **more)
        object.__setattr__(entry, "applied", ())
        return entry

    whole = billing.withheld
    monkeypatch.setattr(billing, "withheld", planted)
    desk = desk_for("CO")
    desk.do("invoice FV-1 100000.00")

    with pytest.raises(Conflict, match="applied"):
        desk.do("received transfer 96000.00 for FV-1 96000.00 withheld FV-1 retefuente 4000.00")


def _expected(case: Case, desk: Desk) -> Iterator[tuple[tuple[str, str], int]]:
    """``bank  Dr 100.00`` or ``tax_withheld iva  Dr 2.00 USD``."""
    for line in case.sections["expected"]:
        words = line.split()
        side = next(at for at, word in enumerate(words) if word in ("Dr", "Cr"))
        currency = words[side + 2] if len(words) > side + 2 else desk.currency
        minor = desk.money(words[side + 1], currency).minor
        yield (" ".join(words[:side]), currency), minor if words[side] == "Dr" else -minor


def _due(case: Case, desk: Desk) -> dict[str, Money]:
    found = {}
    for line in case.sections["due"]:
        number, amount, *currency = line.split()
        found[number] = desk.money(amount, *currency)
    return found


def _owed(desk: Desk, case: Case) -> dict[str, Money]:
    """What the statement says of the invoices; one that it does not list owes nothing."""
    rows: dict[str, Money] = {}
    customers = desk.read(lambda tx: tx.customers.of(desk.merchant.id))
    for customer in customers:
        view = asyncio.run(preview_statement(desk.hub, desk.merchant, customer.id))
        for section in view.statement.sections:
            rows |= {row.item.number: row.item.balance for row in section.open_rows}
    named = [line.split() for line in case.sections["due"]]
    return {
        number: rows.pop(number, Money(0, currency[0] if currency else desk.currency))
        for number, _amount, *currency in named
    } | rows
