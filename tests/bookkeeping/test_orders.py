"""Store orders in the books: revenue only with the money that pays them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.domain.payable import Payable
from hub.flows.books import move_credit
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
