"""What is told of a payment is what the books have of it: the control of what every bookkeeping case is held to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from hub.domain.payment import captures_in, left_of, returns_in
from hub.flows import view_payment
from tests.bookkeeping.desk import Desk
from tests.bookkeeping.told import untrue


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
