"""What is told of a payment is what the books have of it:
the control of what every bookkeeping case is held to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from hub.domain.captures import captures_in
from hub.domain.returns import left_of, returns_in
from hub.flows.payments import view_payment
from tests.bookkeeping.desk import Desk
from tests.bookkeeping.told import untrue, views


def test_control_what_was_observed_is_not_what_the_books_have(
    desk_for: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = view_payment.held_of

    def observed(tx: Any, payment: Any) -> Any:
        seen = tx.payments.seen(payment.id)
        came = left_of(captures_in(payment, seen), returns_in(seen))
        return tuple(
            attrs.evolve(item, came=came[item.currency], returned=0, charged_back=0) for item in held(tx, payment)
        )

    monkeypatch.setattr(view_payment, "held_of", observed)
    desk = desk_for("CR")
    for line in ("invoice FE-1 100.00", "pays A FE-1 100.00", "paid A", "correct capture:acct:REFA 60.00"):
        desk.do(line)

    assert untrue(desk) != {}


BESIDE = (
    *("invoice FE-1 100.00", "invoice FE-2 50.00", "pays A FE-1 100.00", "paid A"),
    "receipt A withheld FE-2 iva 1.00 discount FE-2 0.50",
)


def test_what_a_receipt_says_of_another_invoice_is_told_with_its_payment(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CR")
    for line in BESIDE:
        desk.do(line)
    (view,) = views(desk)

    assert [(line.number, line.withheld.minor, line.discount.minor) for line in view.used] == [("FE-2", 100, 50)]
    assert untrue(desk) == {}


def test_control_a_page_that_knows_the_paid_invoices_alone_leaves_it_out(
    desk_for: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = view_payment._lines

    def settled_alone(*given: Any, **more: Any) -> Any:
        own, used = lines(*given, **more)
        return own, tuple(line for line in used if line.applied)

    monkeypatch.setattr(view_payment, "_lines", settled_alone)
    desk = desk_for("CR")
    for line in BESIDE:
        desk.do(line)

    assert untrue(desk) != {}
