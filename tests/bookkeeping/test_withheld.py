"""What the payer kept back goes with the money of its payment, and comes back with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import hub.flows.correct_entry
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


@pytest.mark.xfail(strict=True, reason="B4: the withholding is owed again and never booked again")
def test_a_dispute_that_is_won_brings_the_withholding_back(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CO")

    assert played(desk, *WON) == 250_000


def test_control_a_win_that_brings_back_the_money_alone_leaves_the_withholding_owed(
    desk_for: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.flows.correct_entry, "book_withheld", lambda *_given: None, raising=False)

    assert played(desk_for("CO"), *WON) == 0
