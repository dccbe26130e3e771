"""What became of a payment's money, on the command line: from the books, with what remains."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from hub.cli import standing
from hub.domain.held import MoneyState
from hub.domain.payment import Payment, Withholding
from hub.flows.corrections.record_receipt import record_for_payment
from hub_hookspecs import Kind, Money
from tests.cli.conftest import Ended
from tests.faults.harness import World
from tests.flows.test_held import corrected, dispute, won
from tests.flows.test_returns import paid, returned
from tests.operator.test_messages import shell as shell

Shell = Callable[..., Ended]


def shown(shell: Shell, payment: Payment) -> tuple[str, Any, dict[str, str], str]:
    """The page, its data, the payment's row of the list, and what a search says."""
    rows = csv.DictReader(io.StringIO(shell("payment", "list", "--format", "csv").out))
    return (
        shell("payment", "show", payment.reference).out,
        json.loads(shell("payment", "show", payment.reference, "--json").out),
        next(row for row in rows if row["reference"] == payment.reference),
        shell("find", payment.reference).out,
    )


def test_the_command_line_says_what_became_of_the_money_and_what_remains(world: World, shell: Shell) -> None:
    payment = world.sent(world.debtor("CO", 10_000_000))
    world.tell(payment, paid(payment, 10_000_000))
    world.tell(payment, returned(payment, 100_000, event=f"R-{payment.id}"))
    page, facts, row, found = shown(shell, payment)

    assert page.startswith(f"Payment {payment.reference}: paid, partly returned")
    assert "$100.000 COP came, $1.000 returned, $99.000 remain" in page.replace("\u00a0", " ")
    assert (facts["status"], facts["state"]) == ("paid", "partly_returned")
    assert [item["remaining"] for item in facts["money"]] == [{"minor": 9_900_000, "currency": "COP"}]
    assert (row["status"], row["remains"]) == ("paid, partly returned", "99000.00")
    assert "paid, partly returned" in found

    dispute("D", 9_900_000)(world, payment)
    page, facts, row, _found = shown(shell, payment)

    assert page.startswith(f"Payment {payment.reference}: paid, charged back")
    assert (facts["state"], row["remains"]) == ("charged_back", "0.00")

    won(world, payment, "D")
    corrected(world, payment, 6_000_000)
    page, facts, row, _found = shown(shell, payment)

    assert "corrected from $100.000" in page
    assert (facts["state"], row["remains"]) == ("partly_returned", "59000.00")


def test_what_was_withheld_stands_on_the_page_and_in_its_data(world: World, shell: Shell) -> None:
    kept = Withholding(tax="retefuente", base=10_000_000, amount=192_500)
    made = world.made(world.debtor("CO", 10_000_000))
    line = attrs.evolve(made.lines[0], amount=9_807_500, withholdings=(kept,))
    payment = world.started(attrs.evolve(made, lines=(line,), amount=Money(9_807_500, "COP")))
    world.tell(payment, paid(payment, 9_807_500))
    page, facts, _row, _found = shown(shell, payment)

    assert "retefuente $1.925" in page.replace("\u00a0", " ")
    assert facts["lines"][0]["withheld"] == {"minor": 192_500, "currency": "COP"}

    merchant = world.companies["CO"]
    receipt = world.run(record_for_payment(world.hub, merchant, payment.id, by="Ana"))
    show = ("receipt", "show", receipt.label, "--company", merchant.slug)

    assert "98075.00 COP applied, 1925.00 COP retefuente of 100000.00 COP" in shell(*show).out
    (row,) = json.loads(shell(*show, "--json").out)["lines"]
    assert row["withholdings"] == {"retefuente": {"minor": 192_500, "currency": "COP"}}


def test_control_a_list_that_asks_the_status_alone(world: World, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = world.sent(world.debtor("CO", 10_000_000))
    world.tell(payment, paid(payment, 10_000_000))
    world.tell(payment, returned(payment, 10_000_000, event=f"R-{payment.id}", kind=Kind.CHARGED_BACK))
    monkeypatch.setattr(standing, "state_of", lambda _held: MoneyState.HELD)

    assert shown(shell, payment)[2]["status"] == "paid"
