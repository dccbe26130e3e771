"""What a shop and a shopper are told of an order whose money went back, and whose payment proves it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

from hub.domain.held import Held, MoneyState
from hub.domain.order import StoreOrder
from hub.domain.payable import Payable, PayableKind
from hub.flows.statements.view_order import OrderView
from hub.web.api.orders import WENT, _status
from hub_hookspecs import Mode, Money
from tests.bookkeeping.desk import START, Desk

Desks = Callable[[str], Desk]

ORDER = StoreOrder(
    id="o1",
    merchant_id="m1",
    mode=Mode.TEST,
    number="P-1",
    customer_id="c1",
    items=(),
    total=Money(250, "CRC"),
    hold_until=START + timedelta(hours=1),
    created_at=START,
)


def view(due: int, **held: int) -> OrderView:
    payable = Payable(
        id="o1",
        merchant_id="m1",
        mode=Mode.TEST,
        kind=PayableKind.ORDER,
        number="P-1",
        customer_id="c1",
        currency="CRC",
        total=due,
        issued_on=START.date(),
        created_at=START,
    )
    nothing: Any = None
    return OrderView(
        order=ORDER,
        payable=payable,
        merchant=nothing,
        customer=nothing,
        buttons=(),
        payment=None,
        payment_url="",
        held=Held(currency="CRC", **held),
        disputes=(),
        is_held=True,
        link=None,
        simulated=False,
    )


@pytest.mark.parametrize(
    ("due", "held", "status"),
    [
        (250, {}, "open"),
        (0, {"came": 250}, "paid"),
        (0, {"came": 250, "returned": 100}, "partly_refunded"),
        (0, {"came": 250, "returned": 250}, "refunded"),
        (0, {"came": 250, "charged_back": 100}, "partly_charged_back"),
        (0, {"came": 250, "charged_back": 250}, "charged_back"),
        (0, {"came": 250, "returned": 100, "charged_back": 150}, "charged_back"),
        (0, {"came": 500, "returned": 250}, "paid"),
        (0, {"came": 500, "charged_back": 250}, "paid"),
        (50, {"came": 200}, "open"),
    ],
)
def test_an_order_says_what_became_of_its_money(due: int, held: dict[str, int], status: str) -> None:
    assert _status(view(due, **held)) == status
    assert view(due, **held).is_paid is (status == "paid")


def test_every_state_of_money_has_a_word_for_shops() -> None:
    assert set(WENT) == set(MoneyState)


def test_control_a_status_that_asks_only_what_is_due_calls_a_returned_order_paid() -> None:
    returned = view(0, came=250, returned=250)

    assert attrs.evolve(returned, held=Held(currency="CRC", came=250)).is_paid
