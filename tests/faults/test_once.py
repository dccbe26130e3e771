"""Pressed twice, sent twice, from two tabs, devices or providers: one live payment, one order (F62, F63)."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import attrs

import hub.flows.payments.open_payment
import hub.storage.payments
from hub.domain.intake import Share
from hub.domain.order import OrderItem
from hub.domain.payment import Payment
from hub.flows.payments.open_payment import NotPossible, PayRequest
from hub.flows.payments.start_payment import start_payment
from hub.flows.statements import place_order as placing
from hub.flows.statements.place_order import Cart, KeyReused, place_order
from hub_hookspecs import Mode
from tests.faults.harness import Debtor, World, broken, rows

Plant = Callable[[Any, str, Any], None]
Size = Callable[[int, int], int]

LIVE_LINES = (
    "SELECT l.payable, count(*) FROM payment_line l JOIN payment p ON p.id = l.payment"
    " WHERE p.status IN ('created', 'pending', 'unknown') GROUP BY l.payable HAVING count(*) > 1"
)


def presses(world: World, debtor: Debtor, dice: random.Random) -> list[PayRequest]:
    """What a hurried payer's browsers send: the same again, another way, some of the invoices,
    another order."""
    whole = world.request(debtor)
    some = attrs.evolve(whole, shares=whole.shares[: dice.randint(1, len(whole.shares))])
    part = attrs.evolve(whole, shares=[Share(share.payable_id, share.amount // 2) for share in whole.shares])
    qr = attrs.evolve(whole, way="qr", fields={}) if debtor.country == "CO" else whole
    turned = attrs.evolve(whole, shares=list(reversed(whole.shares)))
    return [dice.choice([whole, some, part, qr, turned]) for _ in range(dice.randint(2, 6))]


async def press_all(world: World, requests: list[PayRequest]) -> list[Payment | str]:
    """All of them at the same moment."""

    async def press(request: PayRequest) -> Payment | str:
        try:
            return await start_payment(world.hub, request)
        except NotPossible as refusal:
            return refusal.code

    pressed = await asyncio.gather(*(press(request) for request in requests))
    while running := set(world.opened.tasks.running):
        await asyncio.wait(running)
    return list(pressed)


def doubled(world: World, runs: int, dice: random.Random) -> list[str]:
    """Bursts of presses that lead to more than one live payment of an invoice, or to more than one charge."""
    wrong = []
    for run in range(runs):
        country = ("CR", "CO")[run % 2]
        debtor = world.debtor(country, *(dice.randrange(100, 10_000) * 200 for _ in range(dice.randint(1, 3))))
        pressed = world.run(press_all(world, presses(world, debtor, dice)))
        if twice := rows(world.path, LIVE_LINES):
            wrong.append(f"{country}: in two live payments: {twice}")
        payments = {item.id: item for item in pressed if isinstance(item, Payment)}
        if refused := [item for item in pressed if isinstance(item, str)]:
            wrong.append(f"{country}: refused: {refused}")
        for payment in payments.values():
            world.approve(payment)
        for payment in payments.values():
            world.deliver(payment)
        world.pass_time(seconds=6)  # nothing tells of a code but the answer to a question
        for payable in debtor.payables:
            if (count := world.charged([payable], world.accounts[country].provider)) > 1:
                wrong.append(f"{country}: {payable.number} was charged {count} times")
    return wrong + broken(world) + world.book_differences()


def test_however_often_and_wherever_it_is_pressed_there_is_one_live_payment(
    world: World, dice: random.Random, size: Size
) -> None:
    assert doubled(world, size(20, 1000), dice) == []


def pull_the_guards(world: World, *, trigger: bool = True) -> None:
    """Take the database's own guards away."""
    with closing(sqlite3.connect(world.path)) as connection:
        connection.execute("DROP INDEX one_live")
        if trigger:
            connection.execute("DROP TRIGGER payment_sends")


def look_away(plant: Plant) -> None:
    """The code no longer looks for a live payment, and asks no table of acts."""
    plant(hub.storage.payments.Payments, "live_with", lambda _self, _ids: ())
    plant(hub.flows.payments.open_payment, "objection_to", lambda *_args, **_named: None)


def test_control_with_no_guard_left_two_presses_are_two_payments(
    world: World, dice: random.Random, plant: Plant
) -> None:
    pull_the_guards(world)
    look_away(plant)

    assert any("two live payments" in text for text in doubled(world, 4, dice))


def test_the_databases_guards_alone_keep_one_live_payment(world: World, dice: random.Random, plant: Plant) -> None:
    look_away(plant)
    debtor = world.debtor("CO", 50_000)
    pressed = world.run(press_all(world, [world.request(debtor)] * 4))

    assert len([item for item in pressed if isinstance(item, Payment)]) == 1
    assert rows(world.path, LIVE_LINES) == []


def test_the_trigger_alone_keeps_one_live_payment(world: World, plant: Plant) -> None:
    pull_the_guards(world, trigger=False)
    look_away(plant)
    debtor = world.debtor("CO", 50_000)
    pressed = world.run(press_all(world, [world.request(debtor)] * 4))

    assert len([item for item in pressed if isinstance(item, Payment)]) == 1


def test_the_code_alone_keeps_one_live_payment(world: World, dice: random.Random) -> None:
    pull_the_guards(world)

    assert doubled(world, 4, dice) == []


def test_pressing_again_after_it_was_paid_starts_nothing(world: World) -> None:
    debtor = world.debtor("CO", 50_000)
    asked = world.request(debtor)
    payment = world.pay(debtor)
    world.approve(payment)
    world.deliver(payment)

    assert world.run(press_all(world, [asked, asked])) == ["not_owed", "not_owed"]


def test_two_providers_pages_share_one_live_payment(world: World) -> None:
    """The other provider's button, pressed while the first payment lives, leads to the first."""
    debtor = world.debtor("CO", 50_000)
    first = world.pay(debtor)
    other = attrs.evolve(world.request(debtor), account_id=world.accounts["CR"].id, way="form", fields={})

    assert [item.id for item in world.run(press_all(world, [other])) if isinstance(item, Payment)] == [first.id]


CART = Cart(
    number="T-1",
    currency="CRC",
    items=(OrderItem(sku="A", description="Caja", quantity=2, price=500_000),),
    name="Compra",
    email="compra@correo.example",
)
ORDERS = "SELECT count(*) FROM store_order"


def place(world: World, cart: Cart, key: str, country: str = "CR", times: int = 1) -> list[Any]:
    """Send an order, several times at the same moment."""
    merchant = world.companies[country]

    async def send() -> list[Any]:
        placing_all = (place_order(world.hub, merchant, Mode.TEST, key, cart) for _ in range(times))
        return await asyncio.gather(*placing_all, return_exceptions=True)

    return world.run(send())


def test_a_hundred_parallel_orders_with_one_key_are_one_order_with_one_answer(world: World) -> None:
    answers = place(world, CART, "key-1", times=100)

    assert rows(world.path, ORDERS) == [(1,)]
    assert len({answer.body["id"] for answer in answers}) == 1
    assert sorted({answer.status for answer in answers}) == [200, 201]
    assert [answer.status for answer in answers].count(201) == 1
    world.work()
    assert len(world.mailed(CART.email)) == 1


def test_the_same_key_with_another_body_changes_nothing(world: World) -> None:
    (placed,) = place(world, CART, "key-1")
    (refused,) = place(world, attrs.evolve(CART, number="T-2"), "key-1")

    assert isinstance(refused, KeyReused)
    assert rows(world.path, ORDERS) == [(1,)]
    (again,) = place(world, CART, "key-1")
    assert again.body["id"] == placed.body["id"]


def test_an_answer_is_kept_for_a_month_and_after_a_restart(world: World) -> None:
    (placed,) = place(world, CART, "key-1")
    world.pass_time(days=31)
    (again,) = place(world, CART, "key-1")

    assert (again.status, again.body["id"]) == (200, placed.body["id"])


def test_a_key_is_the_merchants_own(world: World) -> None:
    (here,) = place(world, CART, "key-1")
    (there,) = place(world, attrs.evolve(CART, currency="COP"), "key-1", country="CO")

    assert here.body["id"] != there.body["id"]


def test_control_an_ignored_key_makes_several_orders(world: World, plant: Plant) -> None:
    numbers = iter(range(1000))
    right = placing._place

    def ignore_key(tx: Any, hub: Any, merchant: Any, wanted: Any) -> Any:
        at = next(numbers)
        cart = attrs.evolve(wanted.cart, number=f"N-{at}")
        return right(tx, hub, merchant, attrs.evolve(wanted, key=f"key-{at}", cart=cart))

    plant(placing, "_place", ignore_key)
    place(world, CART, "key-1", times=10)

    assert rows(world.path, ORDERS) == [(10,)]
