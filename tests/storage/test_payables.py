"""Invoices and orders."""

import contextlib
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from hub.domain import billing
from hub.domain.order import OrderItem, StoreOrder
from hub.domain.payable import Payable, PayableKind, Voided
from hub.domain.refusals import Conflict
from hub.storage import SqliteStore, SqliteTx, payables
from hub.storage.statements import ready
from hub_hookspecs import Mode, Money
from tests.storage.conftest import World


def test_payables_come_back_as_they_were(furnished: SqliteStore, world: World) -> None:
    order = world.payable("p3", kind=PayableKind.ORDER, due_on=None, offered_until=world.now, description="Pintura ñ")
    furnished.write_now(lambda tx: tx.payables.add(order))

    def by_number(number: str, kind: PayableKind) -> Any:
        return furnished.read_now(lambda tx: tx.payables.by_number("m1", Mode.TEST, kind, number))

    assert furnished.read_now(lambda tx: tx.payables.get("p3")) == order
    assert by_number("F-p3", PayableKind.ORDER) == order
    assert by_number("F-p3", PayableKind.INVOICE) is None
    assert furnished.read_now(lambda tx: [p.id for p in tx.payables.many(["p3", "nobody", "p1"])]) == ["p3", "p1"]
    assert furnished.read_now(lambda tx: tx.payables.many([])) == ()


def test_a_number_is_used_once_per_merchant_mode_and_kind(furnished: SqliteStore, world: World) -> None:
    with pytest.raises(Conflict) as refused:
        furnished.write_now(lambda tx: tx.payables.add(world.payable("p9", number="F-p1")))

    assert refused.value.rule == "unique"
    furnished.write_now(lambda tx: tx.payables.add(world.payable("p9", number="F-p1", mode=Mode.LIVE)))


def test_thousands_are_loaded_and_looked_up_at_once(furnished: SqliteStore, world: World) -> None:
    many = [world.payable(f"b{n}") for n in range(3000)]

    furnished.write_now(lambda tx: tx.payables.add_many(many))

    found = furnished.read_now(lambda tx: tx.payables.numbered("m1", Mode.TEST, [p.number for p in many] + ["F-none"]))
    assert found == {payable.number: payable for payable in many}


def test_one_bad_row_keeps_the_whole_load_out(furnished: SqliteStore, world: World) -> None:
    with pytest.raises(Conflict, match="unique"):
        furnished.write_now(lambda tx: tx.payables.add_many([world.payable("b1"), world.payable("b2", number="F-p1")]))

    assert furnished.read_now(lambda tx: tx.payables.get("b1")) is None


@pytest.mark.parametrize("at", [0, 49, 50, 120, 130])
def test_one_bad_row_among_many_keeps_them_all_out(furnished: SqliteStore, world: World, at: int) -> None:
    many = [world.payable(f"b{n}", number="F-p1" if n == at else f"N-{n}") for n in range(131)]

    with pytest.raises(Conflict, match="unique"):
        furnished.write_now(lambda tx: tx.payables.add_many(many))

    assert furnished.read_now(lambda tx: tx.payables.many([payable.id for payable in many])) == ()


@pytest.mark.parametrize("which", [payables.ALIKE, payables.NUMBERED], ids=["alike", "exact"])
def test_some_numbers_are_found_without_walking_through_the_merchants_invoices(path: Path, which: Any) -> None:
    made = ready(which)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        values = made.values(dict.fromkeys(made.names, "[]"))
        plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {made.sql}", values))

    assert "number=?)" in plan
    assert "SCAN payable" not in plan


def test_open_invoices_come_oldest_due_first(furnished: SqliteStore, world: World) -> None:
    furnished.write_now(
        lambda tx: [
            world.bill(tx, world.payable("p3", due_on=date(2026, 1, 1))),
            world.bill(tx, world.payable("p4", due_on=None, issued_on=date(2026, 1, 15))),
            world.bill(tx, world.payable("p5")),
            void(tx, world, world.payable("p5")),
            world.bill(tx, world.payable("p6", kind=PayableKind.ORDER)),
            world.bill(tx, world.payable("p7", mode=Mode.LIVE)),
            world.pay(tx, world.start(tx, world.payment("t1", "p1"))),
        ]
    )

    assert furnished.read_now(lambda tx: [p.id for p in tx.payables.open_of("c1", Mode.TEST)]) == ["p3", "p4", "p2"]
    (debt,) = furnished.read_now(lambda tx: tx.debts.of(["c1"], Mode.TEST))["c1"]
    assert (debt.customer_id, debt.currency, debt.due, debt.bills) == ("c1", "CRC", 30_000, 3)
    assert furnished.read_now(lambda tx: tx.debts.in_all("m1", Mode.TEST, date(2026, 1, 1))).customers == 1


@pytest.mark.parametrize("text", ["F-P1", "p1"])
def test_payables_are_searched_by_number(furnished: SqliteStore, text: str) -> None:
    assert furnished.read_now(lambda tx: [p.id for p in tx.payables.search("m1", Mode.TEST, text)]) == ["p1"]


@pytest.mark.parametrize("text", ["", "peña", "112340567", "ana@example"])
def test_payables_are_searched_by_customer(furnished: SqliteStore, text: str) -> None:
    assert furnished.read_now(lambda tx: len(tx.payables.search("m1", Mode.TEST, text))) == 2
    assert furnished.read_now(lambda tx: len(tx.payables.search("m1", Mode.TEST, text, limit=1))) == 1
    assert furnished.read_now(lambda tx: tx.payables.search("m1", Mode.LIVE, text)) == ()


def test_a_revision_changes_the_bill(furnished: SqliteStore, world: World) -> None:
    revised = world.payable(total=12_000, revision=1, due_on=None, description="ajuste")

    furnished.write_now(
        lambda tx: [
            tx.payables.revise(revised),
            tx.ledger.write(billing.bill(revised, difference=2_000, at=world.now)),
        ]
    )

    assert furnished.read_now(lambda tx: tx.payables.get("p1")) == revised
    assert furnished.read_now(lambda tx: tx.ledger.verify()) == ()


def test_a_revision_below_what_is_settled_is_refused(furnished: SqliteStore, world: World) -> None:
    furnished.write_now(lambda tx: world.pay(tx, world.start(tx, world.payment())))

    with pytest.raises(Conflict) as refused:
        furnished.write_now(lambda tx: tx.payables.revise(world.payable(total=9_999)))

    assert refused.value.rule == "payable_due"


@pytest.mark.parametrize("change", [{"total": 20_000}, {"customer_id": "c2"}])
def test_a_revision_is_refused_while_a_live_payment_holds_the_payable(
    furnished: SqliteStore, world: World, change: dict[str, Any]
) -> None:
    furnished.write_now(lambda tx: [tx.customers.save(world.customer("c2")), world.start(tx, world.payment())])

    with pytest.raises(Conflict) as refused:
        furnished.write_now(lambda tx: tx.payables.revise(world.payable(**change)))

    assert refused.value.rule == "legal_revision"
    furnished.write_now(lambda tx: tx.payables.revise(world.payable(description="only words")))


def test_a_payable_is_added_unsettled(furnished: SqliteStore, world: World) -> None:
    with pytest.raises(ValueError, match="unsettled"):
        furnished.write_now(lambda tx: tx.payables.add(world.payable("p9", outside=5)))


def test_an_order_keeps_its_items_and_its_keyed_answer(furnished: SqliteStore, world: World) -> None:
    order = StoreOrder(
        id="o1",
        merchant_id="m1",
        mode=Mode.TEST,
        number="W-1",
        customer_id="c1",
        items=(OrderItem(sku="A", description="Clavos", quantity=2, price=500),),
        total=Money(1_000, "CRC"),
        hold_until=world.now + timedelta(minutes=30),
        return_url="https://shop.example/back",
        created_at=world.now,
    )
    payable = world.payable("o1", kind=PayableKind.ORDER, number="W-1", total=1_000)

    def place(tx: Any) -> None:
        tx.payables.add(payable)
        tx.orders.add(order)
        tx.orders.save_answer("m1", Mode.TEST, "key-1", "digest", 201, "{}", world.now)

    furnished.write_now(place)

    assert furnished.read_now(lambda tx: tx.orders.get("o1")) == order
    assert furnished.read_now(lambda tx: tx.orders.of("m1", Mode.TEST)) == (order,)
    assert furnished.read_now(lambda tx: tx.orders.of("m1", Mode.LIVE)) == ()
    assert furnished.read_now(lambda tx: tx.orders.saved_answer("m1", Mode.TEST, "key-1")) == ("digest", 201, "{}")
    assert furnished.read_now(lambda tx: tx.orders.saved_answer("m1", Mode.LIVE, "key-1")) is None
    with pytest.raises(Conflict, match="unique"):
        furnished.write_now(lambda tx: tx.orders.save_answer("m1", Mode.TEST, "key-1", "d", 201, "{}", world.now))


def test_a_bill_in_a_live_payment_is_not_voided(furnished: SqliteStore, world: World) -> None:
    with pytest.raises(Conflict, match="legal_revision"):
        furnished.write_now(lambda tx: [world.start(tx, world.payment()), void(tx, world, world.payable())])


def test_what_a_voided_bill_was_is_kept_when_it_is_billed_anew(furnished: SqliteStore, world: World) -> None:
    voided = furnished.write_now(lambda tx: void(tx, world, world.payable()))
    was = attrs.evolve(voided.voided, rebilled_at=world.now, rebilled_by="duena")
    anew = attrs.evolve(voided, currency="USD", total=200, revision=2, voided=was)

    furnished.write_now(
        lambda tx: [tx.payables.revise(anew), tx.ledger.write(billing.bill(anew, difference=200, at=world.now))]
    )

    assert furnished.read_now(lambda tx: tx.payables.get("p1")) == anew
    assert furnished.read_now(lambda tx: tx.ledger.verify()) == ()


def test_the_currency_of_a_bill_that_is_not_voided_stays(furnished: SqliteStore, world: World) -> None:
    with pytest.raises(Conflict, match="legal_revision"):
        furnished.write_now(lambda tx: tx.payables.revise(world.payable(currency="USD")))


def void(tx: SqliteTx, world: World, bill: Payable) -> Payable:
    """A bill that is voided with its entry."""
    was = Voided(at=world.now, by="duena", reason="no se debía", total=Money(bill.total, bill.currency))
    voided = attrs.evolve(bill, total=0, revision=bill.revision + 1, voided=was)
    tx.payables.revise(voided)
    tx.ledger.write(billing.bill(voided, difference=-bill.total, at=world.now))
    return voided
