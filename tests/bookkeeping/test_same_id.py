"""One id of the provider's for two payments: what belongs to each is booked once, and nothing is dropped."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from hub.domain import entry_keys, ledger
from tests.bookkeeping.desk import Desk

TWO = ("invoice FE-1 50.00", "invoice FE-2 70.00", "pays A FE-1 50.00", "pays B FE-2 70.00")
RETURNS = ("returned A 10.00 as EV", "returned B 20.00 as EV", "chargeback A 5.00 as EV", "chargeback B 50.00 as EV")


def played(desk: Desk, *lines: str) -> dict[tuple[str, str], int]:
    for line in lines:
        desk.do(line)
    assert desk.read(lambda tx: tx.ledger.verify()) == ()
    return desk.balances()


def keys(desk: Desk, beginning: str) -> list[str]:
    entries = desk.read(lambda tx: tx.ledger.entries(desk.merchant.id, desk.merchant.mode))
    return [entry.key for entry in entries if entry.key.startswith(beginning)]


def test_returns_of_two_payments_under_one_id_come_to_the_same_in_any_order(desk_for: Callable[[str], Desk]) -> None:
    orders = [RETURNS, RETURNS[::-1], (*RETURNS[1::2], *RETURNS[::2])]
    found = [played(desk_for("CR"), *TWO, "paid A", "paid B", *order, *order) for order in orders]

    assert [balances["provider_clearing", "CRC"] for balances in found] == [3_500] * 3
    assert all(balances == found[0] for balances in found)


@pytest.mark.parametrize("order", list(itertools.permutations(("paid A 50.00 as M", "paid B 70.00 as M"))))
def test_a_movement_of_two_payments_is_booked_for_each_and_asked_about_once(
    desk_for: Callable[[str], Desk], order: tuple[str, str]
) -> None:
    desk = desk_for("CR")
    balances = played(desk, *TWO, *order, *order)

    assert balances["provider_clearing", "CRC"] == 12_000
    assert desk.causes() == ["contradicting_claims"]


def test_a_certificate_is_shown_with_the_payment_of_its_receipt(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CO")
    balances = played(
        desk,
        *("invoice FV-1 50000.00", "invoice FV-2 70000.00", "pays A FV-1 50000.00", "pays B FV-2 68000.00"),
        *("paid A 50000.00 as M", "paid B 68000.00 as M", "receipt A as RA", "receipt B as RB"),
        "certificate C-77 withheld FV-2 retefuente 2000.00 as RB",
    )
    entries = desk.read(lambda tx: tx.ledger.entries(desk.merchant.id, desk.merchant.mode, payment_id="pay-B"))
    captured = next(entry for entry in entries if entry.kind is ledger.EntryKind.CAPTURE)

    assert balances["withholding_receivable retefuente", "COP"] == 200_000
    assert {entry.observation for entry in entries if entry.key.startswith("withheld:")} == {captured.observation}


def test_control_keys_that_forget_the_payment_lose_its_return(
    desk_for: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry_keys, "own_key", lambda key, _payment: key)

    balances = played(desk_for("CR"), *TWO, "paid A", "paid B", "returned A 10.00 as EV", "returned B 20.00 as EV")

    assert balances["provider_clearing", "CRC"] == 11_000
