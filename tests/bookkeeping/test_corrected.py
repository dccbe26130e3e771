"""What people corrected counts wherever it is asked how much went back,
and is looked at once it is corrected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import hub.flows.corrections.correct_entry
import hub.flows.payments.record_observations
import hub.flows.receipts.draft_receipt
from hub.domain.identity import Invalid
from hub.domain.payment import Flag
from hub.flows.books.read_intakes import by_movement, intakes_in
from hub.flows.receipts.draft_receipt import drafts_for_payment
from tests.bookkeeping.desk import Desk
from tests.spoken import refused

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
    monkeypatch.setattr(hub.flows.payments.record_observations, "corrected_of", lambda *_given: {})

    assert is_over(after(desk_for("CR"), *PAID, *WON, "chargeback A as CASE-2"))


DISPUTED = (*PAID, "chargeback A as K1", "received cash 100.00 for FE-1 100.00")
TAKEN = "correct alloc:capture:acct:REFA:{FE-1}:0"


def test_what_a_disputed_payment_had_settled_becomes_no_credit(desk_for: Callable[[str], Desk]) -> None:
    desk = after(desk_for("CR"), *DISPUTED)

    with refused(Invalid, match="el banco del cliente retiró ese dinero"):
        desk.do(TAKEN)
    assert ("customer_credit", "CRC") not in desk.balances()


def test_control_an_allocation_that_is_reversed_unasked_makes_credit_of_money_that_is_gone(
    desk_for: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.flows.corrections.correct_entry, "_refuse_gone", lambda *_given: None)
    monkeypatch.setattr(hub.flows.corrections.correct_entry, "_is_gone", lambda *_given: False)
    desk = after(desk_for("CR"), *DISPUTED, TAKEN)

    assert desk.balances()["customer_credit", "CRC"] == -10_000


PARTS = ("order P-1 200.00", "pays A P-1 200.00", "paid A 100.00 as M1", "paid A 100.00 as M2")


def drafted(desk: Desk) -> list[tuple[str, int]]:
    """The receipts that the desk's payment would have: movement and money."""
    drafts = desk.read(lambda tx: drafts_for_payment(tx, desk.hub, desk.merchant, desk._payment("A")))
    return [(draft.movement, draft.cash.minor) for draft in drafts]


@pytest.mark.parametrize(
    ("disputed", "left"),
    [
        ("chargeback A 30.00 as K1", [("M1", 10_000), ("M2", 7_000)]),
        ("chargeback A 100.00 as K1", [("M1", 10_000)]),
        ("chargeback A 150.00 as K1", [("M1", 5_000)]),
        ("chargeback A 200.00 as K1", []),
    ],
)
def test_receipts_of_an_order_are_for_what_is_left_of_each_capture(
    desk_for: Callable[[str], Desk], disputed: str, left: list[tuple[str, int]]
) -> None:
    assert drafted(after(desk_for("CR"), *PARTS, disputed)) == left


def test_control_where_each_capture_is_asked_alone_a_dispute_is_in_no_receipt(
    desk_for: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    def alone(tx: Any, payment: Any) -> dict[str, int]:
        brought = by_movement(payment, intakes_in(tx, payment, payment.amount.currency))
        return {movement: sum(intake.not_returned for intake in intakes) for movement, intakes in brought.items()}

    monkeypatch.setattr(hub.flows.receipts.draft_receipt, "left_by_movement", alone)

    assert drafted(after(desk_for("CR"), *PARTS, "chargeback A 100.00 as K1")) == [("M1", 10_000), ("M2", 10_000)]


DISPUTED_ORDER = ("order P-1 250.00", "pays A P-1 250.00", "paid A", "chargeback A 100.00 as K1")


def test_a_disputed_order_is_not_corrected_to_less_than_the_bank_took(desk_for: Callable[[str], Desk]) -> None:
    """The order stays settled by what the bank took, so no bill tells of it."""
    desk = desk_for("CR")
    for line in DISPUTED_ORDER:
        desk.do(line)
    books = desk.balances()

    for key in ("capture:acct:REFA 99.99", "capture:acct:REFA 0.00", "alloc:capture:acct:REFA:order-P-1:0"):
        with pytest.raises(Invalid) as not_done:
            desk.do(f"correct {key}")
        assert [problem.message.id for problem in not_done.value.problems] in (
            ["entry.went_back"],
            ["entry.money_gone"],
        )
    assert desk.balances() == books

    desk.do("correct capture:acct:REFA 100.00")
    assert desk.balances().get(("provider_clearing", "CRC"), 0) == 0
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


@pytest.mark.parametrize("key", ["capture:acct:REFA 0.00", "alloc:capture:acct:REFA:order-P-1:0"])
def test_control_a_correction_that_forgets_what_a_bank_took_makes_money(
    desk_for: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setattr(hub.flows.corrections.correct_entry, "_is_gone", lambda *_given: False)
    desk = desk_for("CR")
    for line in (*DISPUTED_ORDER, f"correct {key}"):
        desk.do(line)

    books = desk.balances()
    there = books.get(("provider_clearing", "CRC"), 0) + books.get(("customer_credit", "CRC"), 0)
    assert there < 0, "the bank took 100.00; less came, or all of it is credit"


def test_what_a_correction_made_due_again_moves_with_its_invoice(desk_for: Callable[[str], Desk]) -> None:
    desk = after(
        desk_for("CR"), "invoice FE-1 99.50 owes 49.75", "correct outside:{FE-1}:0", "invoice FE-1 99.50 of c2"
    )
    assert desk._payable("FE-1").due == 9950
