"""What people corrected counts wherever it is asked how much went back, and is looked at once it is corrected."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import hub.flows.record_observations
from hub.domain.payment import Flag
from tests.bookkeeping.desk import Desk

PAID = ("invoice FE-1 100.00", "pays A FE-1 100.00", "paid A")
WON = ("chargeback A as CASE-1", "correct chargeback:acct:CASE-1")


def after(desk: Desk, *lines: str) -> Desk:
    for line in lines:
        desk.do(line)
    assert desk.read(lambda tx: tx.ledger.verify()) == ()
    return desk


def is_over(desk: Desk) -> bool:
    return Flag.OVER_REFUND in desk._payment("A").flags


@pytest.mark.parametrize(
    ("lines", "over"),
    [
        ((*WON, "chargeback A as CASE-2"), False),
        ((*WON, "returned A as R1"), False),
        ((*WON, "returned A as R1", "chargeback A 1.00 as CASE-2"), True),
        (("correct capture:acct:REFA 60.00", "returned A 60.00 as R1"), False),
        (("correct capture:acct:REFA 60.00", "returned A 100.00 as R1"), True),
        (("correct capture:acct:REFA 160.00", "returned A 160.00 as R1"), False),
        (("chargeback A 60.00 as CASE-1", "returned A 100.00 as R1"), True),
    ],
)
def test_more_went_back_than_came_only_where_the_books_say_so(
    desk_for: Callable[[str], Desk], lines: tuple[str, ...], over: bool
) -> None:
    desk = after(desk_for("CR"), *PAID, *lines)

    assert is_over(desk) is over
    assert ("over_refund" in desk.causes()) is over


def test_a_refund_that_found_nothing_is_booked_once_there_is_money_for_it(desk_for: Callable[[str], Desk]) -> None:
    lines = ("chargeback A as CASE-1", "returned A 30.00 as R1", "correct chargeback:acct:CASE-1")
    desk = after(desk_for("CR"), *PAID, *lines)

    assert desk.balances()["provider_clearing", "CRC"] == 7_000
    assert not is_over(desk)
    assert after(desk, "paid A", "returned A 30.00 as R1").balances()["provider_clearing", "CRC"] == 7_000


def test_control_flags_that_add_up_observations_call_a_second_dispute_too_much(
    desk_for: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.flows.record_observations, "corrected_of", lambda *_given: {})

    assert is_over(after(desk_for("CR"), *PAID, *WON, "chargeback A as CASE-2"))
