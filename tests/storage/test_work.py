"""Messages, deliveries, reviews, receipts: what is stored, what is due, what is told once."""

import contextlib
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from hub.domain.message import Delivery, DeliveryKind, DeliveryState, MessageState, Review, StoredMessage
from hub.domain.receipt import CashReceipt, ReceiptLine
from hub.domain.refusals import Conflict
from hub.storage import SqliteStore
from hub.storage.reviews import ABOUT
from hub.storage.statements import ready
from hub_hookspecs import Message, Mode, Money, Source
from tests.storage.conftest import World


def a_message(world: World, id: str = "n1", **changes: Any) -> StoredMessage:
    message = Message(
        source=Source.NOTIFICATION,
        method="POST",
        path="x",
        query="q=1",
        headers=(("a", "b"),),
        body=b"secret",
        received_at=world.now,
    )
    record = StoredMessage(
        id=id,
        account_id="a1",
        merchant_id="m1",
        mode=Mode.TEST,
        message=message,
        digest=f"digest-{id}",
        state=MessageState.DUE,
        due_at=world.now,
    )
    return attrs.evolve(record, **changes)


def a_delivery(world: World, id: str = "d1", **changes: Any) -> Delivery:
    record = Delivery(
        id=id,
        merchant_id="m1",
        mode=Mode.TEST,
        kind=DeliveryKind.RECEIPT,
        recipient="ana@example.com",
        subject_id="t1",
        details={"order": "o1"},
        state=DeliveryState.DUE,
        due_at=world.now,
        created_at=world.now,
    )
    return attrs.evolve(record, **changes)


def a_receipt(world: World, number: int = 1, **changes: Any) -> CashReceipt:
    record = CashReceipt(
        id=f"r{number}",
        merchant_id="m1",
        mode=Mode.TEST,
        series="RC",
        number=number,
        customer_id="c1",
        payment_id=None,
        received_on=date(2026, 3, 4),
        issued_at=world.now,
        issued_by="Dora",
        means="sinpe",
        cash=Money(1_500, "CRC"),
        advance=Money(500, "CRC"),
        lines=(ReceiptLine(payable_id="p1", number="F-p1", applied=1_000, before=10_000, after=9_000),),
        words="quince colones",
        clause="part",
        concept="Abono factura F-p1",
        notes="ñ",
    )
    return attrs.evolve(record, **changes)


def test_a_message_is_stored_once_without_its_text(furnished: SqliteStore, world: World) -> None:
    stored = a_message(world)

    again = attrs.evolve(stored, id="n2")
    other = attrs.evolve(stored, id="n3", digest="d3")
    assert furnished.write_now(lambda tx: tx.messages.add_all([(stored, b"sealed", "k1")])) == {"n1"}
    many = [(item, b"again", "k1") for item in (again, stored, other, other)]
    assert furnished.write_now(lambda tx: tx.messages.add_all(many)) == {"n3"}
    assert furnished.write_now(lambda tx: tx.messages.add_all(many * 6)) == set()

    found, sealed = furnished.read_now(lambda tx: tx.messages.get("n1"))
    empty = Message(
        source=Source.NOTIFICATION, method="", path="", query="", headers=(), body=b"", received_at=world.now
    )
    assert (found, sealed) == (attrs.evolve(stored, message=empty), b"sealed")
    assert furnished.read_now(lambda tx: tx.messages.get("n2")) is None


def test_a_due_message_is_claimed_and_settled(furnished: SqliteStore, world: World) -> None:
    later = world.now + timedelta(seconds=120)
    furnished.write_now(lambda tx: tx.messages.add_all([(a_message(world), b"s", "k")]))

    assert furnished.next_due() == world.now
    assert furnished.write_now(lambda tx: tx.messages.claim_due(world.now, later, 10)) == ("n1",)
    assert furnished.write_now(lambda tx: tx.messages.claim_due(world.now, later, 10)) == ()
    assert furnished.next_due() == later
    furnished.write_now(lambda tx: tx.messages.settle("n1", MessageState.DONE, verdict="valid", payment_id="t1"))

    found, _ = furnished.read_now(lambda tx: tx.messages.get("n1"))
    assert (found.state, found.verdict, found.payment_id, found.due_at, found.tries) == (
        MessageState.DONE,
        "valid",
        "t1",
        None,
        1,
    )
    assert furnished.next_due() is None


def test_parked_messages_wait_in_order_of_arrival(furnished: SqliteStore, world: World) -> None:
    def write(tx: Any) -> None:
        for id, minutes in (("n1", 2), ("n2", 1), ("n3", 0)):
            received = attrs.evolve(a_message(world).message, received_at=world.now + timedelta(minutes=minutes))
            tx.messages.add_all([(a_message(world, id, message=received, due_at=None), b"s", "k")])
        tx.messages.settle("n1", MessageState.PARKED)
        tx.messages.settle("n2", MessageState.PARKED)

    furnished.write_now(write)

    assert furnished.read_now(lambda tx: tx.messages.parked("a1")) == ("n2", "n1")
    assert furnished.read_now(lambda tx: tx.messages.parked("a2")) == ()


def test_messages_are_counted_by_state_verdict_and_name(furnished: SqliteStore, world: World) -> None:
    def write(tx: Any) -> None:
        tx.messages.add_all([(a_message(world), b"s", "k")])
        rejected = a_message(world, "n2", state=MessageState.REJECTED, verdict="invalid", due_at=None)
        tx.messages.add_all([(rejected, b"s", "k")])
        tx.messages.count("forged_refused")
        tx.messages.count("forged_refused", 2)

    furnished.write_now(write)

    assert furnished.read_now(lambda tx: tx.messages.counts()) == {
        "due": 1,
        "rejected": 1,
        "rejected:invalid": 1,
        "forged_refused": 3,
    }


def test_a_change_is_told_once(furnished: SqliteStore, world: World) -> None:
    assert furnished.write_now(lambda tx: tx.deliveries.add(a_delivery(world))) is True
    assert furnished.write_now(lambda tx: tx.deliveries.add(a_delivery(world, recipient="b@e.example"))) is False
    assert furnished.read_now(lambda tx: tx.deliveries.get("d1")) == a_delivery(world)


def test_deliveries_are_due_until_they_are_sent(furnished: SqliteStore, world: World) -> None:
    later = world.now + timedelta(seconds=120)
    sent = a_delivery(world, state=DeliveryState.SENT, tries=1, sent_at=world.now, last_error="4xx")
    furnished.write_now(lambda tx: [tx.deliveries.add(a_delivery(world)), tx.deliveries.add(a_delivery(world, "d2"))])

    assert furnished.next_due() == world.now
    assert furnished.write_now(lambda tx: tx.deliveries.claim_due(world.now, later, 1)) == ("d1",)
    assert furnished.write_now(lambda tx: tx.deliveries.claim_due(world.now, later, 9)) == ("d2",)
    furnished.write_now(lambda tx: tx.deliveries.save(sent))
    assert furnished.write_now(lambda tx: tx.deliveries.claim_due(later, later, 9)) == ("d2",)
    assert furnished.read_now(lambda tx: tx.deliveries.get("d1")) == sent


def test_deliveries_are_listed_newest_first(furnished: SqliteStore, world: World) -> None:
    older = a_delivery(world, "d0", created_at=world.now - timedelta(days=1), subject_id="t0", merchant_id="m2")
    furnished.write_now(lambda tx: [tx.deliveries.add(older), tx.deliveries.add(a_delivery(world))])

    def listed(**filters: Any) -> list[str]:
        return [delivery.id for delivery in furnished.read_now(lambda tx: tx.deliveries.of(**filters))]

    assert listed() == ["d1", "d0"]
    assert listed(limit=1) == ["d1"]
    assert listed(merchant_id="m2") == ["d0"]
    assert listed(subject_id="t1", state="due") == ["d1"]
    assert listed(state=DeliveryState.SENT) == []


def test_a_review_is_open_once_per_cause_and_payment(furnished: SqliteStore, world: World) -> None:
    review = Review(
        id="v1", merchant_id="m1", mode=Mode.TEST, cause="late", payment_id="t1", details="x", opened_at=world.now
    )
    whole = attrs.evolve(review, id="v5", payment_id=None)

    def opened(record: Review) -> bool:
        return furnished.write_now(lambda tx: tx.reviews.open(record))

    assert [opened(review), opened(review), opened(attrs.evolve(review, id="v2"))] == [True, False, False]
    assert opened(attrs.evolve(review, id="v3", cause="conflict"))
    assert opened(attrs.evolve(review, id="v4", payment_id="t2"))
    assert [opened(whole), opened(attrs.evolve(whole, id="v6"))] == [True, False]
    assert furnished.read_now(lambda tx: len(tx.reviews.of(merchant_id="m1"))) == 4
    furnished.write_now(lambda tx: tx.reviews.resolve("v1", "seen", world.now))
    assert [review.id for review in furnished.read_now(lambda tx: tx.reviews.of(payment_id="t1"))] == ["v3"]
    assert not opened(review), "what was resolved stays resolved when the door runs again"
    assert opened(attrs.evolve(review, id="v7"))


def test_receipts_come_back_as_they_were(furnished: SqliteStore, world: World) -> None:
    first, second = a_receipt(world), a_receipt(world, 2)
    furnished.write_now(lambda tx: [tx.receipts.add(first), tx.receipts.add(second)])

    assert furnished.read_now(lambda tx: tx.receipts.get("r1")) == first
    assert furnished.read_now(lambda tx: tx.receipts.of("m1", Mode.TEST)) == (second, first)
    assert furnished.read_now(lambda tx: tx.receipts.of("m1", Mode.LIVE)) == ()


def test_numbers_have_no_gaps_because_they_roll_back(furnished: SqliteStore) -> None:
    def fail(tx: Any) -> None:
        tx.receipts.next_number("m1", Mode.TEST, "RC")
        raise RuntimeError("no receipt after all")

    def numbers(tx: Any) -> list[int]:
        return [tx.receipts.next_number("m1", mode, name) for mode, name in ((Mode.TEST, "RC"), (Mode.LIVE, "RC"))]

    assert furnished.write_now(numbers) == [1, 1]
    with pytest.raises(RuntimeError, match="after all"):
        furnished.write_now(fail)
    assert furnished.write_now(numbers) == [2, 2]


def test_a_payment_has_one_receipt_until_it_is_void(furnished: SqliteStore, world: World) -> None:
    first = a_receipt(world, payment_id="t1", movement="REFT1")

    def add(tx: Any) -> None:
        tx.payments.add(world.payment())
        tx.receipts.add(first)

    furnished.write_now(add)

    assert furnished.read_now(lambda tx: next(iter(tx.receipts.standing("t1")), None)) == first
    with pytest.raises(Conflict, match="unique"):
        furnished.write_now(lambda tx: tx.receipts.add(a_receipt(world, 2, payment_id="t1", movement="REFT1")))
    furnished.write_now(lambda tx: tx.receipts.void("r1", "wrong customer", world.now))
    assert furnished.read_now(lambda tx: next(iter(tx.receipts.standing("t1")), None)) is None
    assert furnished.read_now(lambda tx: tx.receipts.get("r1").voided_at) == world.now
    with pytest.raises(Conflict, match="append_only"):
        furnished.write_now(lambda tx: tx.receipts.void("r1", "again", world.now))


def test_what_is_open_about_a_subject_is_found_by_its_index(furnished: SqliteStore, world: World, path: Path) -> None:
    def ask(tx: Any) -> None:
        for id, cause, subject in (
            ("v1", "settlement_unknown", "a1:L1"),
            ("v2", "settlement_amount", "a1:L1"),
            ("v3", "settlement_missing", "a1:capture"),
            ("v4", "settlement_unknown", "a1:L2"),
            ("v5", "dispute", "a1:L1"),
        ):
            about = {"cause": cause, "subject": subject, "payment_id": None}
            told = Review(id=id, merchant_id="m1", mode=Mode.TEST, details="x", opened_at=world.now, **about)
            tx.reviews.open(told)
        tx.reviews.resolve("v2", "seen", world.now)

    furnished.write_now(ask)
    causes = ("settlement_unknown", "settlement_amount", "settlement_missing")
    found = furnished.read_now(lambda tx: tx.reviews.about("m1", causes, "a1:L1", "a1:capture"))
    assert [review.id for review in found] == ["v1", "v3"]

    made = ready(ABOUT)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        values = made.values(dict.fromkeys(made.names, "[]"))
        plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {made.sql}", values))
    assert "SEARCH review USING INDEX review_open (merchant=? AND cause=?" in plan
    assert "SCAN review" not in plan
