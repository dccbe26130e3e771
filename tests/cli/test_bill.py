"""Voiding a bill and billing it anew at the command line."""

import json
from pathlib import Path

from .conftest import Run


def test_a_bill_is_voided_and_billed_anew(run: Run, shop: Path) -> None:
    voided = run("bill", "void", "FE-001", "--why", "se hizo dos veces")
    again = run("bill", "void", "FE-001", "--why", "se hizo dos veces")
    found = run("find", "FE-001")
    told = json.loads(
        run("bill", "rebill", "FE-001", "--total", "200.00", "--currency", "usd", "--customer", "2-0456-0789",
            "--why", "era en dólares", "--json").out
    )  # fmt: skip

    assert voided.code == 0
    assert "it was 1234567.50 CRC. Its electronic invoice, where there is one, is not voided by this" in voided.out
    assert again.code == 1
    assert "voided already" in again.err
    assert "bill rebill FE-001" in found.out
    assert (told["state"], told["due"]["minor"], told["was"]["minor"]) == ("open", 20_000, 123_456_750)
    assert told["reason"] == "se hizo dos veces"
    assert run("ledger", "verify").code == 0


def test_a_bill_on_which_something_stands_is_not_voided(run: Run, shop: Path) -> None:
    refused = run("bill", "void", "FE-002", "--why", "error")
    unknown = run("bill", "rebill", "FE-002", "--total", "10.00", "--currency", "XXX", "--why", "error")

    assert refused.code == 1
    assert "8250.75 CRC paid elsewhere" in refused.err
    assert unknown.code == 2
