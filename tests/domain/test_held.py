"""What the books hold of a payment, as a table: what came, what went back, what is left,
what may be given back."""

from __future__ import annotations

from typing import Any

import pytest

from hub.domain.held import Cleared, Held, MoneyState, held_as, held_in, refundable_of, state_of


def rows(*items: tuple[Any, ...]) -> tuple[Held, ...]:
    """Entries as (key, amount) or (key, amount, currency)."""
    return held_in(Cleared(key, (*more, "COP")[0], amount) for key, amount, *more in items)


CAPTURE, LESS, MORE = ("capture:a:M", 100), ("fix:capture:a:M:0", -40), ("fix:capture:a:M:0", 60)
REFUND, DISPUTE, WON = ("refund:a:R", -30), ("chargeback:a:D", -100), ("fix:chargeback:a:D:0", 100)
SECOND = ("capture:a:M2", 50)

TABLE: dict[str, tuple[list[tuple[Any, ...]], int, tuple[int, int, int, int], MoneyState, int]] = {
    # name: entries, on its way back, (came, returned, charged back, left), state, may be given back
    "held": ([CAPTURE], 0, (100, 0, 0, 100), MoneyState.HELD, 100),
    "corrected downwards": ([CAPTURE, LESS], 0, (60, 0, 0, 60), MoneyState.HELD, 60),
    "corrected upwards": ([CAPTURE, MORE], 0, (160, 0, 0, 160), MoneyState.HELD, 100),
    "corrected up and down": ([CAPTURE, MORE, ("fix:capture:a:M:1", -80)], 0, (80, 0, 0, 80), MoneyState.HELD, 80),
    "corrected to nothing": ([CAPTURE, ("fix:capture:a:M:0", -100)], 0, (0, 0, 0, 0), MoneyState.NOT_RECEIVED, 0),
    "a part returned": ([CAPTURE, REFUND], 0, (100, 30, 0, 70), MoneyState.PARTLY_RETURNED, 70),
    "a part returned of less": ([CAPTURE, LESS, REFUND], 0, (60, 30, 0, 30), MoneyState.PARTLY_RETURNED, 30),
    "a part returned of more": ([CAPTURE, MORE, REFUND], 0, (160, 30, 0, 130), MoneyState.PARTLY_RETURNED, 70),
    "returned in parts": ([CAPTURE, REFUND, ("refund:a:S", -70)], 0, (100, 100, 0, 0), MoneyState.RETURNED, 0),
    "a rest booked later": ([CAPTURE, REFUND, ("refund:a:R#1", -70)], 0, (100, 100, 0, 0), MoneyState.RETURNED, 0),
    "a return that was not": ([CAPTURE, REFUND, ("fix:refund:a:R:0", 30)], 0, (100, 0, 0, 100), MoneyState.HELD, 100),
    "disputed": ([CAPTURE, DISPUTE], 0, (100, 0, 100, 0), MoneyState.CHARGED_BACK, 0),
    "a part disputed": (
        *([CAPTURE, ("chargeback:a:D", -60)], 0, (100, 0, 60, 40)),
        *(MoneyState.PARTLY_CHARGED_BACK, 40),
    ),
    "a dispute that was won": ([CAPTURE, DISPUTE, WON], 0, (100, 0, 0, 100), MoneyState.HELD, 100),
    "won, and a part returned": ([CAPTURE, DISPUTE, WON, REFUND], 0, (100, 30, 0, 70), MoneyState.PARTLY_RETURNED, 70),
    "disputed after a part was returned": (
        *([CAPTURE, REFUND, ("chargeback:a:D", -70)], 0, (100, 30, 70, 0)),
        *(MoneyState.CHARGED_BACK, 0),
    ),
    "on its way back": ([CAPTURE], 30, (100, 0, 0, 100), MoneyState.HELD, 70),
    "all on its way back": ([CAPTURE], 100, (100, 0, 0, 100), MoneyState.HELD, 0),
    "more on its way than is left": ([CAPTURE, LESS], 100, (60, 0, 0, 60), MoneyState.HELD, 0),
    "captured twice": ([CAPTURE, SECOND], 0, (150, 0, 0, 150), MoneyState.HELD, 150),
    "captured twice, one was less and one was more": (
        *([CAPTURE, MORE, SECOND, ("fix:capture:a:M2:0", -20)], 0, (190, 0, 0, 190)),
        *(MoneyState.HELD, 130),
    ),
    "paid out": ([CAPTURE, ("settle:a:L", -97), ("fee:a:L", -3)], 0, (100, 0, 0, 100), MoneyState.HELD, 100),
    "a payout line that was withdrawn": (
        *([CAPTURE, ("settle:a:L", -100), ("fix:settle:a:L:0", 100)], 0, (100, 0, 0, 100)),
        *(MoneyState.HELD, 100),
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_what_the_books_hold(name: str) -> None:
    entries, reserved, (came, returned, charged_back, left), state, refundable = TABLE[name]
    (held,) = found = rows(*entries)

    assert (held.came, held.returned, held.charged_back, held.left) == (came, returned, charged_back, left)
    assert state_of(found) is state
    assert refundable_of(held, reserved) == refundable


def test_each_currency_is_told_by_itself_and_what_was_asked_for_comes_first() -> None:
    found = rows(("capture:a:U", 20, "USD"), CAPTURE, ("refund:a:R", -20, "USD"))

    assert [(item.currency, item.came, item.left) for item in found] == [("USD", 20, 0), ("COP", 100, 100)]
    assert state_of(found) is MoneyState.PARTLY_RETURNED
    assert held_as(found, "COP").came == 100
    assert held_as(rows(("capture:a:U", 20, "USD")), "COP").currency == "USD"


def test_of_what_never_came_nothing_is_held() -> None:
    assert (state_of(()), held_as((), "COP")) == (MoneyState.NOT_RECEIVED, Held(currency="COP"))
