"""What the payer kept back goes with the money of its payment, and comes back with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import hub.flows.corrections.correct_entry
from hub.domain.ledger import EntryKind
from hub_hookspecs import Mode
from tests.bookkeeping.desk import Desk

WON = (
    "invoice FV-1 100000.00",
    "pays A FV-1 97500.00 withheld FV-1 retefuente 2500.00",
    "paid A",
    "chargeback A as CASE-1",
    "correct chargeback:acct:CASE-1",
)


def withheld(desk: Desk) -> list[str]:
    """Keys of the withholdings that were booked, and of their corrections."""
    entries = desk.read(lambda tx: tx.ledger.entries(desk.merchant.id, Mode.TEST))
    return [entry.key for entry in entries if entry.kind is EntryKind.WITHHELD or entry.key.startswith("fix:withheld:")]


def played(desk: Desk, *lines: str) -> int:
    """What is left of withholdings after these events, minor units."""
    for line in lines:
        desk.do(line)
    assert desk.read(lambda tx: tx.ledger.verify()) == ()
    return desk.balances().get(("withholding_receivable retefuente", "COP"), 0)


def test_a_dispute_that_is_won_brings_the_withholding_back(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CO")

    assert played(desk, *WON) == 250_000


def test_it_is_booked_under_a_further_key_each_time_and_once(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CO")
    played(desk, *WON, "chargeback A as CASE-2", "correct chargeback:acct:CASE-2", "paid A", "chargeback A as CASE-1")
    key = f"withheld:pay-A:{desk._payable('FV-1').id}:retefuente"

    assert withheld(desk) == [key, f"fix:{key}:0", f"{key}:1", f"fix:{key}:1:0", f"{key}:2"]


def test_it_stands_on_the_receipt_that_is_issued_afterwards(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CO")
    played(desk, *WON, "receipt A as R")
    receipt = desk.read(lambda tx: tx.receipts.get(desk.receipts["R"]))

    assert [(line.applied, dict(line.withholdings)) for line in receipt.lines] == [(9_750_000, {"retefuente": 250_000})]


def test_a_capture_that_is_corrected_to_nothing_takes_it_along(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CO")

    assert played(desk, *WON[:3], "correct capture:acct:REFA 0.00") == 0
    assert played(desk, "correct capture:acct:REFA 97500.00") == 0
    assert played(desk, "use-credit FV-1 97500.00") == 250_000


def test_credit_of_two_payments_that_settles_all_of_a_bill_leaves_nothing_to_be_withheld(
    desk_for: Callable[[str], Desk],
) -> None:
    desk = desk_for("CO")
    lines = (*WON[:3], "returned A 97500.00 as R1", "correct refund:acct:R1", "received cash 2500.00")

    assert played(desk, *lines, "use-credit FV-1 100000.00") == 0


def test_a_second_payment_that_takes_the_place_of_a_disputed_one_brings_its_own(
    desk_for: Callable[[str], Desk],
) -> None:
    desk = desk_for("CO")
    other = "pays B FV-1 97500.00 withheld FV-1 retefuente 2500.00"

    assert played(desk, WON[0], WON[1], "unheard A", other, "paid B", "paid A", "chargeback B as CASE-1") == 250_000


def test_control_a_win_that_brings_back_the_money_alone_leaves_the_withholding_owed(
    desk_for: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.flows.corrections.correct_entry, "record_observations", lambda *_given, now: None)

    assert played(desk_for("CO"), *WON) == 0
