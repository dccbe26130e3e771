"""What must hold in a world, read past all code of ours:
in the database file and in the providers' own books."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hub_hookspecs import Kind
from tests.per_customer import broken, root_of

from .truth import held_now, untrue_till

if TYPE_CHECKING:
    from .world import World

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR = 3600 * 10**6

STATUSES = (
    ("paid", "paid", ""),
    ("declined", "closed", "declined"),
    ("cancelled", "closed", "cancelled"),
    ("expired", "closed", "expired"),
    ("never_sent", "closed", "never_sent"),
    ("never_existed", "closed", "never_existed"),
    ("session_expired", "closed", "session_expired"),
    ("released", "closed", "released"),
    ("accepted", "pending", ""),
)
"""The status function once more, as a table: the first kind that was observed decides."""

OURS = {"never_sent", "never_existed", "session_expired", "released"}
PROVEN = {"declined", "cancelled", "expired", "never_sent"}


def status_by_table(phase: str, kinds: set[str]) -> tuple[str, str]:
    for kind, status, reason in STATUSES:
        if kind in kinds:
            return status, reason
    return ("created", "") if phase == "created" else ("unknown", "")


def after_step(world: World) -> list[str]:
    """What is broken after a step."""
    return list(_after_step(world))


def _after_step(world: World) -> Iterator[str]:
    now = (world.clock() - EPOCH) // timedelta(microseconds=1)
    kinds: dict[str, set[str]] = {}
    for payment, kind in world.rows("SELECT payment, kind FROM observation"):
        kinds.setdefault(payment, set()).add(kind)
    reviewed = {row[0] for row in world.rows("SELECT payment FROM review WHERE resolved_at IS NULL")}
    for row in world.rows(
        "SELECT id, reference, phase, status, reason, live, flags, next_check_at, action, lease_until FROM payment"
    ):
        payment, reference, phase, status, reason, live, flags, due, action, _lease = row
        own = kinds.get(payment, set())
        wanted = status_by_table(phase, own)
        if (status, reason) != wanted:
            yield f"status of {reference} is {status} {reason}, its observations {sorted(own)} say {wanted}"
        if bool(live) is not (status in ("created", "pending", "unknown")):
            yield f"{reference} is {status} and live says {live}"
        if live and payment not in reviewed and (due is None or due > now + 24 * HOUR + HOUR):
            yield f"I10: {reference} is {status} and nothing is due before {due}"
        if live and due is not None and due < now - 10 * 60 * 10**6:
            yield f"I10: {reference} is {status}, was due {(now - due) / 60e6:.0f} minutes ago and nobody looked"
        if status == "closed" and action:
            yield f"I17: {reference} is closed and still asks the payer to act"
        captured = [item for item in world.held(reference) if item.state == "captured"]
        if status == "closed" and reason in PROVEN and captured:
            yield f"G5: {reference} is closed as {reason}, and the provider holds its money"
        late = "paid" in own and bool(own & OURS)
        if late and "late" not in flags:
            yield f"{reference} was paid after {sorted(own & OURS)} and is not flagged late"
        conflict = ("paid" in own and own & {"declined", "cancelled", "expired"}) or (
            "accepted" in own and own & {"never_sent", "never_existed"}
        )
        if bool(conflict) is not ("conflict" in flags):
            yield f"{reference} saw {sorted(own)} and its flags are {flags}"
        if sum(item.captures for item in world.held(reference)) > 1:
            yield f"G2: the provider took money for {reference} more than once"
    yield from _money(world)
    for row in world.rows("SELECT reference, next_check_at, payment FROM operation WHERE live = 1"):
        if row[2] not in reviewed and (row[1] is None or row[1] > now + 25 * HOUR):
            yield f"I10: operation {row[0]} is open and nothing is due"
    for row in world.rows(
        "SELECT l.payable, count(*) FROM payment_line l JOIN payment p ON p.id = l.payment"
        " WHERE p.status IN ('created', 'pending', 'unknown') GROUP BY 1 HAVING count(*) > 1"
    ):
        yield f"I2: {row[0]} is in {row[1]} live payments"
    for row in world.rows(
        "SELECT e.key FROM entry e JOIN posting p ON p.entry = e.id GROUP BY e.id"
        " HAVING sum(p.amount) <> 0 OR count(*) < 2"
    ):
        yield f"L1: {row[0]} does not sum to zero"
    for row in world.rows(
        "SELECT number FROM payable WHERE due < 0 OR due > total OR reopened > allocated OR due <> total - allocated"
        " - withheld - discounted - credited - outside - written_off + reopened"
    ):
        yield f"L4: {row[0]}"
    yield from _customers(world)


OWED = (
    "SELECT customer, sum(due) FROM payable p WHERE kind = 'invoice' OR EXISTS (SELECT 1 FROM allocation"
    " WHERE payable = p.id GROUP BY payable HAVING sum(amount) > 0) GROUP BY customer"
)
"""An order that nobody paid is not billed and owes nothing."""
OF_CUSTOMERS = (
    "SELECT a.kind, a.owner, sum(p.amount) FROM posting p JOIN ledger_account a ON a.id = p.ledger_account"
    " WHERE a.kind IN ('receivable', 'customer_credit') GROUP BY a.kind, a.owner"
)
OF_TWO = (
    "SELECT e.key FROM posting p JOIN ledger_account a ON a.id = p.ledger_account JOIN entry e ON e.id = p.entry"
    " WHERE a.kind IN ('receivable', 'customer_credit') GROUP BY e.id HAVING count(DISTINCT a.owner) > 1"
)


def _customers(world: World) -> Iterator[str]:
    """Each customer owes what the invoices say, and has no credit below nothing;
    no entry moves money between two."""
    owed = dict(world.rows(OWED))
    for kind, customer, amount in world.rows(OF_CUSTOMERS):
        if kind == "receivable" and amount != owed.get(customer, 0):
            yield f"L4: {customer} owes {owed.get(customer, 0)} by invoices, {amount} by the ledger"
        if kind == "customer_credit" and amount > 0:
            yield f"L6: {customer} has {-amount} of credit"
    for (key,) in world.rows(OF_TWO):
        yield f"walls: {key} moves what two customers owe or have"


CLEARING = (
    "SELECT p.reference, e.key, x.amount, e.currency FROM entry e JOIN payment p ON p.id = e.payment"
    " JOIN posting x ON x.entry = e.id JOIN ledger_account a ON a.id = x.ledger_account"
    " WHERE a.kind = 'provider_clearing'"
)


def of_payments(world: World) -> Iterator[tuple[str, str, int, str]]:
    """What the books move of each payment at its provider: reference, what it is, amount and currency."""
    for reference, key, amount, currency in world.rows(CLEARING):
        word = root_of(key).partition(":")[0]
        if word in ("capture", "refund", "chargeback"):
            yield reference, word, amount, currency


def _money(world: World) -> Iterator[str]:
    """Nothing doubled, nothing invented: what is booked of a reference the provider's book has too."""
    booked: dict[tuple[str, str], int] = {}
    back: dict[str, int] = {}
    for reference, word, amount, currency in of_payments(world):
        if word == "capture":
            booked[reference, currency] = booked.get((reference, currency), 0) + amount
        else:
            back[reference] = back.get(reference, 0) - amount
    for (reference, currency), amount in booked.items():
        true = sum(item.amount.minor for item in world.held(reference) if item.amount.currency == currency)
        if amount != true:
            yield f"invented or doubled: {reference} is booked with {amount}, the provider took {true}"
    for reference, amount in back.items():
        again = sum(
            item.amount.minor for item in world.truth.backs if item.reference == reference and item.given_again
        )  # until somebody says so
        if amount > (true := world.truly_back(reference) + again):
            yield f"invented: {amount} of {reference} are booked as returned, the provider returned {true}"
    for (reference,) in world.rows("SELECT reference FROM payment WHERE status = 'paid'"):
        if not any(of == reference for of, _currency in booked):
            yield f"I7: {reference} is paid and nothing is booked"
        if not world.held(reference):
            yield f"invented: {reference} is paid, the provider knows nothing of it"


def of_books(world: World) -> Iterator[str]:
    """What is wrong with the whole books, by the hub's own account, by the referee's, and beside the till."""
    if not world.process.life.dead:
        yield from world.process.store.read_now(lambda tx: tx.ledger.verify())
    for found in broken(world.db):
        yield f"per customer: {found}"
    yield from untrue_till(world)


def at_end(world: World) -> list[str]:
    """What is broken once everything has come to rest."""
    return [*after_step(world), *_at_end(world)]


def _at_end(world: World) -> Iterator[str]:
    yield from of_books(world)
    (integrity,) = world.one("PRAGMA integrity_check")
    if integrity != "ok":
        yield f"integrity: {integrity}"
    net: dict[str, int] = {}
    for reference, _word, amount, _currency in of_payments(world):
        net[reference] = net.get(reference, 0) + amount
    known = {item.reference for stage in world.stages.values() for item in stage.book}
    for reference in sorted({*net, *known}):
        if net.get(reference, 0) != (holds := held_now(world, reference)):
            status = world.one("SELECT status, reason FROM payment WHERE reference = ?", reference)
            yield (
                f"lost or invented: the provider holds {holds} of {reference}, which is {status},"
                f" the ledger says {net.get(reference, 0)}"
            )
    yield from _clearing(world)
    yield from _double(world)
    for row in world.rows("SELECT reference, status, created_at FROM payment WHERE live = 1"):
        yield f"two days after the weather cleared {row[0]} is still {row[1]}"
    for row in world.rows(
        "SELECT p.reference, d.recipient, count(*) FROM delivery d JOIN payment p ON p.id = d.subject"
        " WHERE d.kind IN ('receipt', 'payment_received') GROUP BY p.id, d.kind, d.recipient HAVING count(*) > 1"
    ):
        yield f"I12: {row}"
    for row in world.rows(
        "SELECT reference FROM payment p WHERE status = 'paid' AND NOT EXISTS (SELECT 1 FROM observation"
        " WHERE payment = p.id AND kind IN ('returned', 'charged_back')) AND NOT EXISTS (SELECT 1 FROM delivery"
        " WHERE subject = p.id AND kind = 'receipt')"
    ):
        yield f"I12: nobody was told that {row[0]} is paid"
    for row in world.rows(
        "SELECT p.reference FROM observation o JOIN payment p ON p.id = o.payment"
        " WHERE o.kind = 'returned' AND p.status = 'paid' GROUP BY o.payment HAVING count(*) > 1"
    ):
        if not any(back.reference == row[0] and back.kind is Kind.RETURNED for back in world.truth.backs):
            yield f"I11: {row[0]} was returned more than once"
    paid = {row[0] for row in world.rows("SELECT reference FROM payment WHERE status = 'paid'")}
    known = {row[0] for row in world.rows("SELECT reference FROM payment")}
    for code, news, _digest in world.acknowledged:
        true = any(item.reference == news.reference for item in world.stages[code].book)
        if true and news.reference in known and news.reference not in paid:
            yield f"I9: news of {news.reference} was acknowledged, and it is not paid"


BACK = (
    "SELECT o.payment, min(CASE WHEN o.kind = 'paid' THEN o.seen_at END),"
    " min(CASE WHEN o.kind IN ('returned', 'charged_back') THEN o.seen_at END) FROM observation o GROUP BY o.payment"
)


def _double(world: World) -> Iterator[str]:
    """Payments that together brought more for a payable than it is for are flagged, each; and no others."""
    undone = {row[0] for row in world.rows(BACK) if row[1] is not None and row[2] is not None and row[2] <= row[1]}
    shares: dict[str, list[tuple[str, int]]] = {}
    for payable, payment, amount in world.rows(
        "SELECT l.payable, l.payment, l.amount FROM payment_line l JOIN payment p ON p.id = l.payment"
        " WHERE p.status = 'paid' AND EXISTS (SELECT 1 FROM entry e WHERE e.payment = p.id AND e.kind = 'capture'"
        " AND e.currency = p.currency)"
    ):
        if payment not in undone:
            shares.setdefault(payable, []).append((payment, amount))
    double: set[str] = set()
    revised: set[str] = set()
    for payable, own in shares.items():
        total, revision = world.one("SELECT total, revision FROM payable WHERE id = ?", payable)
        if revision:  # what it was for when the money came is not known any more
            revised.update(payment for payment, _amount in own)
        if len(own) > 1 and sum(amount for _payment, amount in own) > total:
            double.update(payment for payment, _amount in own)
    for payment, reference, flags in world.rows("SELECT id, reference, flags FROM payment"):
        if payment not in revised and ("duplicate_charge" in flags) is not (payment in double):
            yield f"{reference} is{'' if payment in double else ' not'} paid double, and its flags are {flags}"


def _clearing(world: World) -> Iterator[str]:
    """L10: what each account still has to pay out."""
    for code, stage in world.stages.items():
        held = sum(held_now(world, reference) for reference in {item.reference for item in stage.book})
        (settled,) = world.one(
            "SELECT coalesce(sum(l.gross), 0) FROM settlement_line l JOIN account a ON a.id = l.account"
            " WHERE a.provider = ? AND l.state = 'booked' AND l.kind = 'payment'",
            code,
        )
        (booked,) = world.one(
            "SELECT coalesce(sum(p.amount), 0) FROM posting p JOIN ledger_account l ON l.id = p.ledger_account"
            " JOIN account a ON a.id = l.owner WHERE l.kind = 'provider_clearing' AND a.provider = ?",
            code,
        )
        if booked != held - settled:
            yield f"L10: {code} holds {held} and settled {settled}; clearing says {booked}"


__all__ = ["after_step", "at_end", "sqlite3", "status_by_table"]
