"""Store orders in the books: revenue only with the money that pays them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.domain.identity import Invalid
from hub.domain.payable import Payable
from hub.flows.books import book_return, move_credit
from hub.flows.ground import own_customer
from hub.flows.statements.view_order import order_of
from tests.bookkeeping.desk import Desk

Desks = Callable[[str], Desk]


def order(desk: Desk) -> Payable:
    return desk._payable("P-1")


def test_carts_that_nobody_paid_are_in_no_sum(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for number in ("P-1", "P-2", "P-3"):
        desk.do(f"order {number} 250.00")

    assert desk.balances() == {}
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


def test_what_went_back_is_never_due_again(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for line in ("order P-1 250.00", "pays A P-1 250.00", "paid A"):
        desk.do(line)
    assert (order(desk).total, order(desk).due) == (25_000, 0)

    desk.do("returned A 100.00 as R1")
    assert (order(desk).total, order(desk).due) == (15_000, 0)
    desk.do("returned A 150.00 as R2")
    assert (order(desk).total, order(desk).due) == (0, 0)


def test_the_second_half_of_an_order_is_no_double_payment_once_the_first_went_back(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for line in (
        *("order P-1 250.00", "pays A P-1 100.00", "paid A", "pays B P-1 150.00"),
        *("returned A 100.00 as R1", "paid B"),
    ):
        desk.do(line)

    assert not desk.read(lambda tx: tx.payments.get("pay-B")).flags
    assert not desk.read(lambda tx: tx.reviews.of(merchant_id=desk.merchant.id))


IN_TWO_PARTS = (
    *("order P-1 250.00", "pays A P-1 250.00", "paid A 20.00 USD as M1", "convert A at 5"),
    *("paid A 150.00 as M2", "returned A 20.00 USD as R1"),
)


def test_money_that_was_converted_and_went_back_is_never_due_again(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for line in IN_TWO_PARTS:
        desk.do(line)

    assert (order(desk).total, order(desk).due) == (15_000, 0)
    assert desk.balances().get(("receivable", "CRC"), 0) == 0


def test_control_a_conversion_that_is_unwound_and_tells_nobody_leaves_the_order_due(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = book_return.unwind
    monkeypatch.setattr(book_return, "unwind", lambda *given: (done(*given), ())[1])
    desk = desk_for("CR")
    for line in IN_TWO_PARTS:
        desk.do(line)

    assert order(desk).due == 10_000


@pytest.mark.parametrize("gone", ["returned A 50.00", "returned A 99.00", "chargeback A 50.00 as K1"])
def test_the_rest_of_an_order_is_not_due_when_its_money_goes_back(desk_for: Desks, gone: str) -> None:
    desk = desk_for("CR")
    for line in ("order P-1 99.50", "resting A P-1 99.00 0.50", "paid A", gone):
        desk.do(line)

    assert order(desk).due == 0
    assert desk.balances().get(("receivable", "CRC"), 0) == 0


def test_control_the_rest_of_an_order_that_is_corrected_as_an_invoices_is_due(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.flows.books.book_rest.close_order", lambda *_order, **_when: None)

    with pytest.raises(AssertionError):
        test_the_rest_of_an_order_is_not_due_when_its_money_goes_back(desk_for, "returned A 50.00")


def test_a_return_of_an_order_is_booked_while_another_payment_of_it_is_live(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for line in ("order P-1 250.00", "pays A P-1 250.00", "unheard A", "pays B P-1 250.00", "paid A", "returned A"):
        desk.do(line)
    assert (order(desk).total, desk.balances()) == (0, {})

    desk.do("paid B")
    assert (order(desk).total, order(desk).due) == (25_000, 0)
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


@pytest.mark.parametrize(("gone", "holds"), [("A", "pay-B"), ("B", "pay-A")])
def test_the_proof_is_the_payment_that_holds_the_money(desk_for: Desks, gone: str, holds: str) -> None:
    desk = desk_for("CR")
    for line in ("order P-1 250.00", "pays A P-1 250.00", "unheard A", "pays B P-1 250.00", "paid B", "paid A"):
        desk.do(line)
    desk.do(f"returned {gone}")

    view = desk.read(lambda tx: order_of(tx, desk.hub, order(desk).id, desk.clock.now))

    assert view.is_paid
    assert view.payment is not None
    assert view.payment.id == holds


SETTLES_BY_HAND = (
    "received cash 10.00 for P-1 10.00",
    "received cash 10.00 withheld P-1 iva 10.00",
    "received cash 10.00 discount P-1 10.00",
    "certificate C-1 withheld P-1 iva 10.00",
    "use-credit P-1 10.00",
)


@pytest.mark.parametrize("paid", ["", "paid A 200.00"])
@pytest.mark.parametrize("line", SETTLES_BY_HAND)
def test_nothing_by_hand_settles_an_order(desk_for: Desks, line: str, paid: str) -> None:
    desk = desk_for("CR")
    for before in ("received transfer 50.00", "order P-1 250.00", "pays A P-1 250.00", paid or "declined A"):
        desk.do(before)
    books = desk.balances()

    with pytest.raises(Invalid) as refused:
        desk.do(line)

    assert [problem.message.id for problem in refused.value.problems] == ["bill.is_order"]
    assert desk.balances() == books


def test_what_a_payers_receipt_says_was_kept_back_of_an_order_is_refused(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for line in ("order P-1 250.00", "pays A P-1 250.00", "paid A 200.00"):
        desk.do(line)

    desk.do("refused receipt A withheld P-1 renta 10.00")

    assert order(desk).due == 5_000


@pytest.mark.parametrize("line", SETTLES_BY_HAND[:4])
def test_control_an_order_that_is_taken_for_an_invoice_is_settled_without_its_revenue(
    desk_for: Desks, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_customer, "refuse_orders", lambda *_payables: None)
    desk = desk_for("CR")
    desk.do("order P-1 250.00")
    desk.do(line)

    assert desk.balances()["receivable", "CRC"] < 0
    assert any("L4: order P-1" in problem for problem in desk.read(lambda tx: tx.ledger.verify()))


def test_control_an_order_that_is_settled_unbilled_is_found(desk_for: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(move_credit, "bill_order", lambda *_order, **_when: None)
    desk = desk_for("CR")
    for line in ("order P-1 250.00", "pays A P-1 250.00", "paid A"):
        desk.do(line)

    found = desk.read(lambda tx: tx.ledger.verify())
    assert any(problem.startswith("L4: order P-1 of 25000 is billed with 0") for problem in found)


def test_control_an_order_that_is_not_closed_is_due_again(desk_for: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.flows.books.book_return.close_order", lambda *_order, **_when: None)
    desk = desk_for("CR")
    for line in ("order P-1 250.00", "pays A P-1 250.00", "paid A", "returned A 100.00"):
        desk.do(line)

    assert order(desk).due == 10_000
