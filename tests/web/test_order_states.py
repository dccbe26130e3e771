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
from hub.flows.statements import view_order
from hub.flows.statements.view_order import OrderView, PaidOutOfOrder, find_order
from hub.web.api.orders import WENT, _state, _status
from hub.web.api.records import Amount, OrderState
from hub_hookspecs import Mode, Money
from tests.bookkeeping.conftest import desk_for as desk_for
from tests.bookkeeping.conftest import empty_hub as empty_hub
from tests.bookkeeping.desk import START, Desk, run

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


def told_shop(desk: Desk, number: str = "P-1") -> OrderState:
    """What the API says of an order."""
    found = run(find_order(desk.hub, desk.merchant, Mode.TEST, f"order-{number}"))
    assert found is not None
    return _state(found)


def test_a_shop_is_told_of_money_in_another_currency_with_rate_source_and_days(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for event in ("order P-1 100.00", "pays A P-1 100.00", "paid A 0.20 USD", "convert A at 520 as X"):
        desk.do(event)

    told = told_shop(desk)

    (made,) = told.conversions
    assert (made.came, made.settles) == (Amount(minor=20, currency="USD"), Amount(minor=10_400, currency="CRC"))
    assert (made.rate, made.base, made.quote, made.source, made.void_reason) == ("520", "USD", "CRC", "BCCR", None)
    assert made.rate_on == made.value_on == desk.clock.now.date().isoformat()
    assert (told.status, told.credit) == ("paid", Amount(minor=400, currency="CRC"))

    desk.do("void-conversion X")

    assert told_shop(desk).conversions[0].void_reason == "otra tasa"
    assert told_shop(desk).credit.minor == 0


def test_a_shop_is_told_what_of_its_money_is_the_shoppers_credit_until_it_is_paid_out(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for event in ("order P-1 100.00", "pays A P-1 100.00", "paid A 130.00"):
        desk.do(event)
    assert told_shop(desk).credit == Amount(minor=3_000, currency="CRC")

    desk.do("disburse cash 20.00")

    assert told_shop(desk).credit.minor == 1_000


OVERPAID = ("order P-1 100.00", "pays A P-1 100.00", "paid A 130.00", "disburse cash 20.00 as E")


def test_a_shop_is_told_what_of_its_money_was_paid_out_and_what_is_owed_back(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for event in (*OVERPAID, "order P-2 50.00", "pays B P-2 50.00", "paid B"):
        desk.do(event)

    (out,) = told_shop(desk).disbursements
    assert (out.number, out.amount, out.void_reason) == ("CE-000001", Amount(minor=2_000, currency="CRC"), None)
    assert out.paid_on == desk.clock.now.date().isoformat()
    assert told_shop(desk).debit_notes == []
    assert told_shop(desk, "P-2").disbursements == []

    desk.do("returned A 130.00")
    (note,) = told_shop(desk).debit_notes
    assert (note.number, note.amount.minor, note.due.minor) == ("ND-000001", 2_000, 2_000)
    assert told_shop(desk, "P-2").debit_notes == []
    desk.do("received cash 5.00 for ND-000001 5.00")
    assert told_shop(desk).debit_notes[0].due.minor == 1_500


def test_a_shop_is_told_that_what_was_paid_out_is_void(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for event in (*OVERPAID, "void-disbursement E"):
        desk.do(event)

    told = told_shop(desk)
    assert ([out.void_reason for out in told.disbursements], told.credit.minor) == (["no se entregó"], 3_000)


def test_control_an_order_that_names_every_document_of_its_shopper_is_found(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def every(tx: Any, order: Any, _payments: object) -> tuple[PaidOutOfOrder, ...]:
        found = tx.disbursements.of_customer(order.customer_id, order.mode)
        return tuple(PaidOutOfOrder(made, made.paid.amount) for made in found)

    monkeypatch.setattr(view_order, "_disbursed_of", every)
    with pytest.raises(AssertionError):
        test_a_shop_is_told_what_of_its_money_was_paid_out_and_what_is_owed_back(desk_for)


def test_control_an_order_whose_credit_nobody_reads_says_there_is_none(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view_order, "_credit_of", lambda *_all: 0)
    with pytest.raises(AssertionError):
        test_a_shop_is_told_what_of_its_money_is_the_shoppers_credit_until_it_is_paid_out(desk_for)
