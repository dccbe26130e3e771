"""What each customer owes, kept beside the invoices; and lists of customers, a page at a time."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from hub.domain.instalment import Instalment
from hub.domain.merchant import Customer
from hub.domain.payable import Payable, PayableKind
from hub.storage import SqliteStore, SqliteTx, customer_debts, receipts
from hub.storage.statements import ready
from hub_hookspecs import Mode
from tests.storage.conftest import World

DAY = date(2026, 3, 4)


def added_up(store: SqliteStore) -> dict[tuple[str, str, str], tuple[int, int, date]]:
    """Every debt, from the invoices themselves."""
    found: dict[tuple[str, str, str], tuple[int, int, date]] = {}
    for mode in Mode:
        for payable in store.read_now(lambda tx, mode=mode: tx.payables.search("m1", mode, limit=1000)):
            if payable.kind is PayableKind.INVOICE and payable.due:
                key = payable.customer_id, mode.value, payable.currency
                due, bills, oldest = found.get(key, (0, 0, date.max))
                found[key] = due + payable.due, bills + 1, min(oldest, payable.falls_due_on)
    return found


def kept(store: SqliteStore) -> dict[tuple[str, str, str], tuple[int, int, date | None]]:
    """Every debt as the table has it."""
    debts = [
        (debt, mode)
        for mode in Mode
        for several in store.read_now(lambda tx, mode=mode: tx.debts.of(["c1", "c2", "c3"], mode)).values()
        for debt in several
    ]
    return {(debt.customer_id, mode.value, debt.currency): (debt.due, debt.bills, debt.oldest) for debt, mode in debts}


def plan(*parts: tuple[int, int]) -> tuple[Instalment, ...]:
    return tuple(Instalment(DAY + timedelta(days=days), amount) for days, amount in parts)


def revise(tx: SqliteTx, payable_id: str, **changes: Any) -> None:
    found = tx.payables.get(payable_id)
    assert found
    tx.payables.revise(attrs.evolve(found, **changes))


def everything_happens(store: SqliteStore, world: World) -> None:
    """Invoices are billed, paid, moved, planned, changed, and voided."""
    store.write_now(
        lambda tx: [
            tx.customers.save(world.customer("c2", document=None, email="")),
            world.bill(tx, world.payable("p3", due_on=DAY - timedelta(days=9))),
            world.bill(tx, world.payable("p4", due_on=None, issued_on=DAY - timedelta(days=30))),
            world.bill(tx, world.payable("p5", mode=Mode.LIVE)),
            world.bill(tx, world.payable("p6", kind=PayableKind.ORDER)),
            world.bill(tx, world.payable("p7", plan=plan((-40, 4_000), (-10, 3_000), (20, 3_000)))),
            world.bill(tx, world.payable("p8", currency="USD")),
        ]
    )
    assert kept(store) == added_up(store)
    store.write_now(lambda tx: world.pay(tx, world.start(tx, world.payment("t1", "p3"))))
    store.write_now(lambda tx: world.pay(tx, world.start(tx, world.payment("t2", "p7", amount=5_000)), amount=5_000))
    assert kept(store) == added_up(store)
    store.write_now(
        lambda tx: [
            revise(tx, "p4", customer_id="c2"),
            revise(tx, "p1", total=0),
            revise(tx, "p8", due_on=DAY - timedelta(days=90)),
            revise(tx, "p2", plan=plan((-70, 5_000), (5, 5_000))),
        ]
    )
    assert kept(store) == added_up(store)


def test_a_debt_is_what_its_invoices_add_up_to(furnished: SqliteStore, world: World) -> None:
    everything_happens(furnished, world)

    debts = kept(furnished)
    assert {("c1", "test", "CRC"), ("c1", "live", "CRC"), ("c1", "test", "USD"), ("c2", "test", "CRC")} == set(debts)
    assert debts["c1", "test", "CRC"][2] == DAY - timedelta(days=70)


@pytest.mark.parametrize("trigger", ["payable_begins_debt", "payable_moves_debt"])
def test_control_a_debt_that_does_not_follow_is_found(
    furnished: SqliteStore, world: World, path: Path, trigger: str
) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(f"DROP TRIGGER {trigger}")
        connection.commit()

    with pytest.raises(AssertionError):
        everything_happens(furnished, world)


# ---- lists


def many(world: World) -> tuple[list[Customer], list[Payable]]:
    """Twelve customers, of whom nine owe, some of them the same."""
    customers = [
        world.customer(f"k{at:02}", name=name, document=None, email=f"k{at:02}@x.example", phone="")
        for at, name in enumerate(
            ("Ana", "beto", "Ángel", "Zoé", "carla", "Ana", "Dora", "eva", "Fito", "Gus", "h", "I")
        )
    ]
    bills = [
        world.payable(
            f"b{at}",
            number=f"B-{at}",
            customer_id=f"k{at:02}",
            total=1_000 * (at % 4 + 1),
            due_on=DAY - timedelta(at % 3),
        )
        for at in range(9)
    ]
    return customers, bills


def pages(read: Any) -> list[str]:
    """Ids of every page, two at a time."""
    found: list[str] = []
    while page := read(found[-1] if found else ""):
        found += page
    return found


@pytest.fixture
def listed(furnished: SqliteStore, world: World) -> SqliteStore:
    customers, bills = many(world)
    furnished.write_now(lambda tx: [tx.customers.save(customer) for customer in customers])
    furnished.write_now(lambda tx: [world.bill(tx, bill) for bill in bills])
    return furnished


def test_pages_by_name_have_everybody_once_without_minding_case_and_accents(listed: SqliteStore) -> None:
    found = pages(lambda after: listed.read_now(lambda tx: tx.debts.by_name("m1", after=after, limit=2)))

    names = [listed.read_now(lambda tx, this=this: tx.customers.get(this)).name for this in found]
    assert names[:4] == ["Ana", "Ana", "Ana Peña", "Ángel"]
    assert len(found) == len(set(found)) == 13
    everybody = listed.read_now(lambda tx: tx.customers.of("m1"))
    assert set(found) == {customer.id for customer in everybody}


def test_pages_by_debt_have_every_debtor_once_the_largest_first(listed: SqliteStore) -> None:
    def read(after: str) -> tuple[str, ...]:
        return listed.read_now(lambda tx: tx.debts.by_due("m1", Mode.TEST, "CRC", after=after, limit=2))

    found = pages(read)
    debts = listed.read_now(lambda tx: tx.debts.of(found, Mode.TEST))
    owed = [debts[this][0].due for this in found]
    assert owed == sorted(owed, reverse=True)
    assert len(found) == len(set(found)) == 10


def test_pages_by_age_have_who_owes_too_long_once_the_oldest_first(listed: SqliteStore) -> None:
    def read(after: str) -> tuple[str, ...]:
        return listed.read_now(lambda tx: tx.debts.by_age("m1", Mode.TEST, "CRC", today=DAY, after=after, limit=2))

    found = pages(read)
    debts = listed.read_now(lambda tx: tx.debts.of(found, Mode.TEST))
    days = [debts[this][0].oldest for this in found]
    assert days == sorted(day for day in days if day)
    assert set(found) == {"c1", *(f"k{at:02}" for at in range(9) if at % 3)}


@pytest.mark.parametrize(
    ("text", "found"),
    [("ANGEL", ["k02"]), ("k03@", ["k03"]), ("8888-7777", ["c1"]), ("1-1234-0567", ["c1"]), ("x", [])],
)
def test_a_list_is_searched_by_name_mail_and_phone(listed: SqliteStore, text: str, found: list[str]) -> None:
    ids = listed.read_now(lambda tx: tx.debts.by_name("m1", search=text, limit=50))
    assert list(ids) == found or (text == "x" and len(ids) == 13)


@pytest.mark.parametrize(
    ("which", "index"),
    [
        (customer_debts.NAMED, "customer_listed"),
        (customer_debts.NAMED_AFTER, "customer_listed"),
        (customer_debts.BY_DUE, "customer_debt_by_due"),
        (customer_debts.BY_DUE_AFTER, "customer_debt_by_due"),
        (customer_debts.BY_AGE, "customer_debt_by_oldest"),
        (customer_debts.BY_AGE_AFTER, "customer_debt_by_oldest"),
        (customer_debts.OF, "PRIMARY KEY"),
        (receipts.OF_CUSTOMER, "cash_receipt_of_customer"),
    ],
    ids=["name", "name on", "debt", "debt on", "age", "age on", "debts of a page", "receipts of a customer"],
)
def test_a_page_is_read_from_its_index_without_a_scan_and_without_sorting(path: Path, which: Any, index: str) -> None:
    made = ready(which)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        values = made.values({**dict.fromkeys(made.names, "[]"), "limit": 200})
        steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {made.sql}", values)]

    assert any(index in step for step in steps), steps
    assert not [step for step in steps if step.startswith("SCAN customer") or "TEMP B-TREE" in step], steps
