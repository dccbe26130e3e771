"""Who buys in a store is nobody's customer until the merchant says so: anybody can type any mail there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from hub.domain.identity import Invalid
from hub.domain.merchant import Customer
from hub.domain.order import OrderItem
from hub.domain.payable import PayableKind
from hub.domain.refusals import Conflict
from hub.flows.statements import join_shopper as module
from hub.flows.statements.join_shopper import join_shopper
from hub.flows.statements.place_order import Cart, place_order
from hub.flows.views.list_customers import list_customers
from hub.flows.views.view_customers import view_customer
from hub.storage.customers import Customers
from hub_hookspecs import Mode
from tests.bookkeeping.desk import Desk, run

Desks = Callable[[str], Desk]
MAIL = "c1@correo.example"


def buys(desk: Desk, number: str, mail: str = MAIL) -> Customer:
    """The shopper of an order that is placed with this mail."""
    items = (OrderItem(sku="T", description="Taladro", quantity=1, price=50_000),)
    cart = Cart(number=number, currency="CRC", items=items, name="Quien sea", email=mail)
    run(place_order(desk.hub, desk.merchant, Mode.TEST, f"key-{number}", cart))

    def shopper(tx: Any) -> Customer:
        order = tx.payables.by_number(desk.merchant.id, Mode.TEST, PayableKind.ORDER, number)
        found: Customer = tx.customers.get(order.customer_id)
        return found

    return desk.read(shopper)


def test_an_order_with_a_customers_mail_is_not_that_customers(desk_for: Desks) -> None:
    desk = desk_for("CR")
    shopper, again = buys(desk, "W-1"), buys(desk, "W-2")

    assert shopper.is_shopper
    assert shopper.id == again.id != "c1"
    assert [row.customer.id for row in run(list_customers(desk.hub, desk.merchant)).rows] == ["c1"]
    assert desk.read(lambda tx: [item.id for item in tx.customers.find(desk.merchant.id, email=MAIL)]) == ["c1"]
    assert desk.balances() == {}


def test_only_the_merchant_says_which_customer_a_shopper_is(desk_for: Desks) -> None:
    desk = desk_for("CR")
    shopper = buys(desk, "W-1")
    with pytest.raises(Invalid):
        run(join_shopper(desk.hub, desk.merchant, shopper.id, "nadie@correo.example", by="Ana"))
    with pytest.raises(LookupError):
        run(join_shopper(desk.hub, desk.merchant, "c1", MAIL, by="Ana"))

    run(join_shopper(desk.hub, desk.merchant, shopper.id, MAIL, by="Ana"))

    customer, joined = (run(view_customer(desk.hub, desk.merchant, person)) for person in ("c1", shopper.id))
    assert [item.id for item in customer.shoppers] == [shopper.id]
    assert joined.joined is not None
    assert joined.joined.id == "c1"
    assert run(join_shopper(desk.hub, desk.merchant, shopper.id, "", by="Luis")).joined_to == ""


def test_who_joined_a_shopper_and_when_is_kept_until_somebody_says_otherwise(desk_for: Desks) -> None:
    desk = desk_for("CR")
    shopper, started = buys(desk, "W-1"), desk.clock.now
    assert (shopper.joined_by, shopper.joined_at) == ("", None)

    run(join_shopper(desk.hub, desk.merchant, shopper.id, MAIL, by="Ana"))
    desk.clock.now += timedelta(days=1)
    run(join_shopper(desk.hub, desk.merchant, shopper.id, MAIL, by="Luis"))  # says the same again

    def kept() -> tuple[str, str, datetime | None]:
        found = run(view_customer(desk.hub, desk.merchant, shopper.id)).customer
        return found.joined_to, found.joined_by, found.joined_at

    assert kept() == ("c1", "Ana", started)
    assert buys(desk, "W-2").joined_by == "Ana"
    run(join_shopper(desk.hub, desk.merchant, shopper.id, "", by="Luis"))
    assert kept() == ("", "Luis", started + timedelta(days=1))


def test_control_a_join_that_forgets_who_said_so_is_refused_by_the_database(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgets = attrs.evolve

    def evolve(record: Any, **changes: Any) -> Any:
        return forgets(record, **{name: value for name, value in changes.items() if name != "joined_by"})

    monkeypatch.setattr(module.attrs, "evolve", evolve)

    with pytest.raises(Conflict):
        test_who_joined_a_shopper_and_when_is_kept_until_somebody_says_otherwise(desk_for)


def test_control_a_store_that_takes_any_mail_for_its_customer_gives_the_order_away(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_for("CR")
    found = Customers.find

    def taken(self: Customers, merchant_id: str, **who: Any) -> tuple[Customer, ...]:
        return tuple(attrs.evolve(item, is_shopper=True) for item in found(self, merchant_id, **who))

    monkeypatch.setattr(Customers, "find", taken)

    assert buys(desk, "W-1").id == "c1"
