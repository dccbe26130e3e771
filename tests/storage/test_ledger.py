"""The books: entries written once, sealed, chained; sums and balances that follow;
and the check of all of it."""

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import attrs
import pytest

from hub.domain import billing, money_entries
from hub.domain.captures import captures_in
from hub.domain.intake import Share, allocations, shares_back
from hub.domain.ledger import Applied, Drawn, Effect, Entry, EntryKind, Erasure, LedgerKind, Posting
from hub.domain.payment import Phase, Status
from hub.domain.refusals import Conflict
from hub.storage import SqliteStore, migrate, sealing
from hub.storage import entries as stored
from hub.storage.chain import CHAIN_START
from hub.storage.statements import ready
from hub_hookspecs import Mode, Money
from tests.storage.conftest import World


def an_entry(world: World, **changes: Any) -> Entry:
    """A write-off of p1."""
    fields: dict[str, Any] = {
        "key": "writeoff:p1:0",
        "kind": EntryKind.WRITE_OFF,
        "merchant_id": "m1",
        "mode": Mode.TEST,
        "currency": "CRC",
        "postings": (Posting(LedgerKind.WRITE_OFF, "", 4_000), Posting(LedgerKind.RECEIVABLE, "c1", -4_000)),
        "at": world.now,
        "applied": (Applied(payable_id="p1", effect=Effect.WRITTEN_OFF, amount=4_000),),
        **changes,
    }
    return Entry(**fields)


def paid(store: SqliteStore, world: World, amount: int = 10_000) -> Any:
    def write(tx: Any) -> None:
        world.pay(tx, world.start(tx, world.payment()), amount=amount)

    store.write_now(write)
    return store.read_now(lambda tx: tx.payments.get("t1"))


def test_an_entry_comes_back_as_it_was(furnished: SqliteStore, world: World) -> None:
    entry = an_entry(world, note="incobrable", own_record=True)

    assert furnished.write_now(lambda tx: tx.ledger.write(entry)) is True
    assert furnished.write_now(lambda tx: tx.ledger.write(entry)) is False
    assert furnished.read_now(lambda tx: tx.ledger.entries("m1", Mode.TEST))[-1] == entry
    assert furnished.read_now(lambda tx: tx.ledger.entries("m1", Mode.LIVE)) == ()


def test_a_paid_payment_is_booked_allocated_and_found_again(furnished: SqliteStore, world: World) -> None:
    payment = paid(furnished, world, amount=12_000)
    (taken,) = captures_in(payment, furnished.read_now(lambda tx: tx.payments.seen("t1")))
    capture = money_entries.capture(payment, taken)

    assert furnished.read_now(lambda tx: tx.payables.get("p1").due) == 0
    assert furnished.read_now(lambda tx: tx.ledger.credit_of("c1", Mode.TEST)) == {"CRC": 2_000}
    assert furnished.read_now(lambda tx: tx.ledger.credit_of("c1", Mode.LIVE)) == {}
    assert furnished.read_now(lambda tx: tx.ledger.applied_to(capture.key, "m1", Mode.TEST)) == (("p1", 10_000),)
    assert furnished.read_now(lambda tx: tx.ledger.balances("m1", Mode.TEST)) == (
        ("billed", "", "CRC", -20_000),
        ("customer_credit", "c1", "CRC", -2_000),
        ("provider_clearing", "a1", "CRC", 12_000),
        ("receivable", "c1", "CRC", 10_000),
    )
    entries = furnished.read_now(lambda tx: tx.ledger.entries("m1", Mode.TEST, payment_id="t1"))
    assert entries == (capture, *allocations(capture, [Share("p1", 10_000)], customer_id="c1"))
    assert furnished.read_now(lambda tx: tx.ledger.verify()) == ()


def test_what_went_back_is_taken_from_the_bill_and_drawn_from_the_credit(furnished: SqliteStore, world: World) -> None:
    payment = paid(furnished, world, amount=12_000)
    (intake,) = furnished.read_now(lambda tx: tx.ledger.intakes_of("t1"))
    taken = allocations(intake, shares_back(intake, 11_000), customer_id="c1", at=world.now, times={"p1": 1})
    back = money_entries.refund(
        payment, key="refund:a1:R1", currency="CRC", drawn=[Drawn(intake.key, 11_000)], at=world.now
    )

    with pytest.raises(Conflict) as early:
        furnished.write_now(lambda tx: tx.ledger.write(back))
    assert early.value.rule == "intake_unapplied"
    furnished.write_now(lambda tx: [tx.ledger.write(entry) for entry in (*taken, back)])

    assert furnished.read_now(lambda tx: tx.payables.get("p1").due) == 9_000
    assert furnished.read_now(lambda tx: tx.ledger.credit_of("c1", Mode.TEST)) == {}
    assert furnished.read_now(lambda tx: tx.ledger.applied_to(intake.key, "m1", Mode.TEST)) == (("p1", 1_000),)
    assert furnished.read_now(lambda tx: tx.ledger.entries("m1", Mode.TEST))[-1] == back
    assert furnished.read_now(lambda tx: tx.ledger.verify()) == ()
    again = money_entries.refund(
        payment, key="refund:a1:R2", currency="CRC", drawn=[Drawn(intake.key, 1)], at=world.now
    )
    with pytest.raises(Conflict) as refused:
        furnished.write_now(lambda tx: tx.ledger.write(again))
    assert refused.value.rule == "intake_unapplied"


def test_credit_moves_only_with_its_intakes(furnished: SqliteStore, world: World) -> None:
    payment = paid(furnished, world, amount=12_000)
    entry = money_entries.refund(
        payment, key="refund:a1:R1", currency="CRC", drawn=[Drawn("capture:a1:REFT1", 1_000)], at=world.now
    )
    object.__setattr__(entry, "drawn", ())  # no such entry can be made, so it is made by force

    with pytest.raises(Conflict) as refused:
        furnished.write_now(lambda tx: tx.ledger.write(entry))

    assert refused.value.rule == "intake"


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("payable_due", {"amount": 10_001}),
        ("applied", {"applied": ()}),
        ("applied", {"applied": (3_999,)}),
        ("walls", {"payable": "elsewhere"}),
        ("walls", {"currency": "USD"}),
        ("walls", {"mode": Mode.LIVE}),
        ("foreign_key", {"merchant_id": "nobody", "kind": EntryKind.BILL}),
    ],
)
def test_an_entry_that_breaks_a_rule_leaves_nothing(
    furnished: SqliteStore, world: World, rule: str, changes: dict[str, Any]
) -> None:
    amount = changes.pop("amount", 4_000)
    wrong = changes.pop("applied", None)
    row = Applied(payable_id=changes.pop("payable", "p1"), effect=Effect.WRITTEN_OFF, amount=amount)
    postings = (Posting(LedgerKind.WRITE_OFF, "", amount), Posting(LedgerKind.RECEIVABLE, "c1", -amount))
    entry = an_entry(world, **{"applied": (row,), "postings": postings, **changes})
    if wrong is not None:  # no such entry can be made, so it is made by force
        object.__setattr__(entry, "applied", tuple(attrs.evolve(row, amount=wrong) for wrong in wrong))
    before = furnished.read_now(lambda tx: tx.ledger.balances("m1", Mode.TEST))

    def write(tx: Any) -> str:
        try:
            tx.ledger.write(entry)
        except Conflict as refused:
            return refused.rule
        return "written"

    assert furnished.write_now(write) == rule
    assert furnished.read_now(lambda tx: tx.ledger.balances("m1", Mode.TEST)) == before
    assert furnished.read_now(lambda tx: tx.ledger.verify()) == ()
    assert furnished.write_now(lambda tx: tx.ledger.write(an_entry(world))) is True


def test_an_intake_is_allocated_only_once(furnished: SqliteStore, world: World) -> None:
    receipt = money_entries.offline_receipt(
        receipt_id="r1",
        merchant_id="m1",
        mode=Mode.TEST,
        customer_id="c1",
        currency="CRC",
        amount=6_000,
        into=LedgerKind.CASH,
        at=world.now,
    )
    other = attrs.evolve(receipt, key="manual:r2")
    first, second, third = allocations(
        receipt, [Share("p1", 4_000), Share("p2", 2_000), Share("p3", 1)], customer_id="c1"
    )

    def write(tx: Any) -> None:
        world.bill(tx, world.payable("p3"))
        for entry in (receipt, other, first, second):
            tx.ledger.write(entry)

    furnished.write_now(write)

    assert furnished.read_now(lambda tx: tx.ledger.applied_to("manual:r1", "m1", Mode.TEST)) == (
        ("p1", 4_000),
        ("p2", 2_000),
    )
    with pytest.raises(Conflict) as refused:
        furnished.write_now(lambda tx: tx.ledger.write(third))
    assert refused.value.rule == "intake_unapplied"
    assert furnished.read_now(lambda tx: tx.ledger.verify()) == ()


def test_every_book_has_its_own_chain(furnished: SqliteStore, world: World) -> None:
    def write(tx: Any) -> None:
        world.bill(tx, world.payable("live", mode=Mode.LIVE))

    furnished.write_now(write)

    assert [entry.key for entry in furnished.read_now(lambda tx: tx.ledger.entries("m1", Mode.LIVE))] == ["bill:live:0"]
    assert len(furnished.read_now(lambda tx: tx.ledger.entries("m1", Mode.TEST))) == 2
    assert furnished.read_now(lambda tx: tx.ledger.verify()) == ()


SETTLED = (
    "INSERT INTO settlement_line (id, account, merchant, mode, line, reference, currency, gross, fee, fee_tax,"
    " withheld, withholdings, net, kind, in_transit, source, imported_at, state, restated, named, payment, settles)"
    " VALUES ('x', 'a1', 'm1', 'test', 'L1', 'REFT1', 'CRC', 9000, 0, 0, 0, '{}', 9000, 'payment', 0, 'f', 1,"
    " 'booked', 0, 'L1', 't1', 'capture:a1:REFT1')"
)
TAMPERED = {
    "L1: entry bill:p1:0 has 2 postings that sum to 1": "UPDATE posting SET amount = amount + 1 WHERE entry ="
    " (SELECT id FROM entry WHERE key = 'bill:p1:0') AND position = 0",
    "L2: the CRC postings of merchant m1 in test mode": "UPDATE posting SET amount = 1 WHERE position = 1",
    "L3: payable F-p1 says allocated 9999, its allocations say 10000": "UPDATE payable SET allocated = 9999"
    " WHERE id = 'p1'",
    "L4: customer c1 owes 10005 CRC by the payables": "UPDATE payable SET total = total + 5 WHERE id = 'p2'",
    "L4: customer c2 owes 10000 CRC by the payables in test mode, 0 by the ledger": "UPDATE payable SET customer = 'c2'"
    " WHERE id = 'p2'",
    "L5: intake capture:a1:REFT1 of 10000 says allocated 1": "UPDATE intake SET allocated = 1",
    "L5: intake capture:a1:REFT1 says returned 5, what was drawn from it says 0": "UPDATE intake SET returned = 5",
    "L5: customer c1 has 0 CRC of credit in test mode, the intakes have -5 left": "UPDATE intake SET returned = 5",
    "L10: the settled lines of account a1 come to 9000 CRC, 0 is booked of them": SETTLED,
    "L10: capture:a1:REFT1 is settled by line L1 of account a1 with 9000, but it is booked with 10000": SETTLED,
    "L6: customer_credit of c1 is on the wrong side by 1 CRC": "UPDATE posting SET amount = 10001 WHERE amount = 10000"
    " AND entry = (SELECT id FROM entry WHERE kind = 'allocation')",
    "L7: the cached balance of receivable c1 in CRC is 7": "UPDATE balance SET amount = 7 WHERE ledger_account ="
    " (SELECT id FROM ledger_account WHERE kind = 'receivable')",
    "L7: the list says that customer c1 owes 7 CRC in test mode, the invoices say 10000": "UPDATE customer_debt"
    " SET due = 7",
    "L9: entry bill:p2:0 is not what was sealed": "UPDATE entry SET value_on = '1999-01-01' WHERE key = 'bill:p2:0'",
    "L9: the note of entry bill:p2:0 is not the one that was sealed": "UPDATE entry SET note = 'x'"
    " WHERE key = 'bill:p2:0'",
    "L9: seal 3 of merchant m1 in test mode does not follow seal 1": "DELETE FROM seal WHERE seq = 2",
    "L9: the chain of merchant m1 in test mode ends at": "UPDATE chain SET seq = 9",
    "L1: entry bill:p1:0 is not sealed": "DELETE FROM seal WHERE seq = 1",
    "L10: entry capture:a1:REFT1 moves what account a1 has to pay out, but it is a bill": "UPDATE entry SET"
    " kind = 'bill' WHERE kind = 'capture'",
    "I6: payment REFT1 is closed, but an observation says it was paid": "UPDATE payment SET status = 'closed'",
    "I6: payment REFT1 is paid, but no observation says so": "UPDATE observation SET kind = 'accepted'",
    "I7: payment REFT1 is paid, but nothing is booked": "UPDATE entry SET payment = NULL",
    "I8: entry capture:a1:REFT1 books money that no paid observation": "UPDATE entry SET observation = NULL",
    "documents RC of merchant m1 in test mode: 0 of 1 numbers are there": "INSERT INTO series VALUES"
    " ('m1', 'test', 'RC', 2)",
}


@pytest.mark.parametrize("problem", TAMPERED)
def test_tampering_is_found_and_named(furnished: SqliteStore, world: World, path: Path, problem: str) -> None:
    paid(furnished, world)
    connection = sqlite3.connect(path)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute(TAMPERED[problem])
    connection.commit()
    connection.close()

    problems = furnished.read_now(lambda tx: tx.ledger.verify())

    assert any(found.startswith(problem) for found in problems), problems


def test_money_in_a_strange_currency_is_in_suspense_and_no_intake(furnished: SqliteStore, world: World) -> None:
    def write(tx: Any) -> None:
        payment = world.start(tx, world.payment())
        tx.payments.observe(world.seen(amount=Money(500, "USD")), "m1", Mode.TEST)
        done = attrs.evolve(payment, phase=Phase.SENT, status=Status.PAID)
        tx.payments.save(done)
        (taken,) = captures_in(done, tx.payments.seen("t1"))
        tx.ledger.write(money_entries.capture(done, taken))

    furnished.write_now(write)

    assert ("suspense", "a1", "USD", -500) in furnished.read_now(lambda tx: tx.ledger.balances("m1", Mode.TEST))
    assert furnished.read_now(lambda tx: tx.ledger.credit_of("c1", Mode.TEST)) == {}
    assert furnished.read_now(lambda tx: tx.ledger.verify()) == ()


@pytest.mark.parametrize(
    "which", [stored.OF_PAYMENT, stored.OF_PAYABLE, stored.KEYED], ids=["of a payment", "of an invoice", "by key"]
)
def test_a_few_entries_are_found_without_walking_through_the_chain(tmp_path: Path, which: Any) -> None:
    migrate(tmp_path / "hub.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "hub.db")) as connection:
        for statement in stored._narrowed(which):
            made = ready(statement)
            values = made.values(dict.fromkeys(made.names, "x"))
            plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {made.sql}", values))
            assert "SEARCH seal USING PRIMARY KEY" in plan
            assert "SCAN" not in plan


def test_what_is_booked_of_one_record_is_stored_together_and_its_id_is_still_its_own() -> None:
    bill = "01M8PKDNFRKWVCC2T8J60WCJTA"
    ids = [
        stored.entry_id(merchant, mode, key)
        for merchant in ("m1", "m2")
        for mode in Mode
        for key in (f"bill:{bill}:0", f"bill:{bill}:1", f"outside:{bill}:0", "withheld:certificate-7:p1:retefuente")
    ]

    assert {len(this) for this in ids} == {40}
    assert len(set(ids)) == len(ids)
    assert [this.startswith(bill) for this in ids] == [True, True, True, False] * 4


def test_a_note_can_be_erased_and_the_chain_still_verifies(furnished: SqliteStore, world: World, path: Path) -> None:
    def write(tx: Any) -> None:
        bill = billing.bill(tx.payables.get("p1"), difference=1, at=world.now)
        tx.ledger.write(attrs.evolve(bill, key="bill:p1:9", note="Ana María, de la casa verde"))

    furnished.write_now(write)
    connection = sqlite3.connect(path)
    digest = connection.execute("SELECT note_digest FROM entry WHERE key = 'bill:p1:9'").fetchone()
    connection.close()
    who = Erasure(by="Ana", why="asked for", at=world.now)
    furnished.write_now(lambda tx: tx.ledger.erase_note("m1", Mode.TEST, "bill:p1:9", who))

    assert len(digest[0]) == 64
    assert not [problem for problem in furnished.read_now(lambda tx: tx.ledger.verify()) if problem.startswith("L9")]
    assert "verde" not in path.read_bytes().decode("latin-1")


def bills_and_what_was_paid(world: World) -> list[Entry]:
    """New invoices as an import brings them, some of them paid elsewhere in part."""
    found = []
    for number in range(1, 8):
        payable = world.payable(f"n{number}", number=f"N-{number}")
        found.append(billing.bill(payable, difference=payable.total, at=world.now))
        if number % 2:
            found.append(billing.paid_elsewhere(payable, amount=1_000 * number, at=world.now))
    return found


def billed(store: SqliteStore, world: World) -> None:
    many = [world.payable(f"n{number}", number=f"N-{number}") for number in range(1, 8)]
    store.write_now(lambda tx: tx.payables.add_many(many))


def stands(store: SqliteStore) -> tuple[Any, ...]:
    """Chain, entries, balances and what is due."""

    def read(tx: Any) -> tuple[Any, ...]:
        payables = tx.payables.many([f"n{number}" for number in range(1, 8)])
        book = "m1", Mode.TEST
        return tx.ledger.head(*book), tx.ledger.entries(*book), tx.ledger.balances(*book), payables, tx.ledger.verify()

    return store.read_now(read)


def test_many_entries_written_at_once_are_what_they_are_one_by_one(furnished: SqliteStore, world: World) -> None:
    entries = bills_and_what_was_paid(world)
    billed(furnished, world)
    seen: list[tuple[Any, ...]] = []

    def one_by_one(tx: Any) -> None:
        for entry in entries:
            assert tx.ledger.write(entry)
        seen.append(tx.ledger.head("m1", Mode.TEST))
        raise LookupError("taken back")

    with pytest.raises(LookupError):
        furnished.write_now(one_by_one)
    before = stands(furnished)
    furnished.write_now(lambda tx: tx.ledger.write_many(entries))
    head, written, _balances, payables, problems = stands(furnished)

    assert [head] == seen
    assert written == (*before[1], *entries)
    assert [payable.outside for payable in payables] == [1_000, 0, 3_000, 0, 5_000, 0, 7_000]
    assert problems == ()


@pytest.mark.parametrize("bad", [None, 1, 60, 101, 129])
def test_hundreds_of_entries_are_written_in_their_order_or_none_of_them(
    furnished: SqliteStore, world: World, bad: int | None
) -> None:
    many = [world.payable(f"h{number}", number=f"H-{number}") for number in range(130)]
    entries = [billing.bill(payable, difference=payable.total, at=world.now) for payable in many]
    if bad is not None:
        entries[bad] = entries[0]
    furnished.write_now(lambda tx: tx.payables.add_many(many))
    before = stands(furnished)

    def write(tx: Any) -> str:
        try:
            tx.ledger.write_many(entries)
        except Conflict as refused:
            return refused.rule
        return ""

    assert furnished.write_now(write) == ("" if bad is None else "unique")
    after = stands(furnished)
    if bad is not None:
        assert after == before
    else:
        assert (after[1], after[4]) == ((*before[1], *entries), ())


@pytest.mark.parametrize(("rule", "wrong"), [("unique", "again"), ("payable_due", "more than is due")])
def test_of_many_entries_all_are_written_or_none(furnished: SqliteStore, world: World, rule: str, wrong: str) -> None:
    first, *entries = bills_and_what_was_paid(world)
    billed(furnished, world)
    furnished.write_now(lambda tx: tx.ledger.write(first))
    before = stands(furnished)
    payable = world.payable("n6", number="N-6")
    too_much = billing.paid_elsewhere(payable, amount=payable.total + 1, at=world.now)
    last = first if wrong == "again" else too_much

    def write(tx: Any) -> str:
        try:
            tx.ledger.write_many([*entries, last])
        except Conflict as refused:
            return refused.rule
        return ""

    assert furnished.write_now(write) == rule
    assert stands(furnished) == before
    furnished.write_now(lambda tx: tx.ledger.write_many([]))
    assert stands(furnished) == before


def test_control_many_entries_that_are_sealed_on_another_head_are_refused(
    furnished: SqliteStore, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = bills_and_what_was_paid(world)
    billed(furnished, world)

    def sealed_before(tx: Any, merchant_id: str, mode: Mode) -> tuple[int, str]:
        """The head of a moment ago."""
        seq, _last = head_of(tx, merchant_id, mode)
        return seq - 1, CHAIN_START

    head_of = sealing.head_of
    monkeypatch.setattr(sealing, "head_of", sealed_before)
    with pytest.raises(Conflict, match="chain"):
        furnished.write_now(lambda tx: tx.ledger.write_many(entries))
