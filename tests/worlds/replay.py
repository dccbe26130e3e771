"""What was observed in a world, told again to an empty database: in stored order, or in any other (L8, G12).

The door takes news in groups, one transaction each; what was recorded together stays together.
Payments are started when they were: one that shares a payable with another starts when all that had
been heard of that one is heard.

Replay one:  ``python -m tests.worlds.replay SEED``
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from hub.domain.beancount import beancount_text
from hub.domain.observation import ObservedBy, Seen, dedupe_key
from hub.domain.payment import Payment, Phase, Status
from hub.domain.refusals import Conflict
from hub.domain.settlement import LineState, StoredLine
from hub.flows.payments.record_observations import record_observations
from hub.storage.schema import entry
from hub_hookspecs import Kind, Mode
from tests.bookkeeping.referee import agreed
from tests.faults.harness import books

from .machine import InlineStore, Life
from .world import Origin, make_origin, play

DERIVED = {
    "entry": ", ".join(column.name for column in entry.columns if column.name not in ("note_salt", "note_digest")),
    "posting": "*",
    "seal": "entry, merchant, mode, seq, version",
    "chain": "merchant, mode, seq",
    "ledger_account": "*",
    "balance": "*",
    "intake": "*",
    "allocation": "*",
    "drawn": "*",
    "observation": "*",
    "payable": "*",
    "payment_line": "*",
    "cash_receipt": "*",
    "series": "*",
    "payment": "id, reference, status, live, reason, flags, provider_reference, ended_at, phase",
    "delivery": "id, merchant, mode, kind, recipient, subject, details, created_at",
    "dispute": "*",
    "review": "id, merchant, mode, cause, payment, subject, details, opened_at",
}
"""What the door derives. When the next look is due follows from looks at which nothing was learnt,
and is not here.

Nor is the salt of a note, which is drawn at random when it is written, nor what is hashed with it.
"""

WHERE = {
    "delivery": "kind IN ('receipt', 'cash_receipt', 'payment_received', 'payment_declined', 'payment_returned',"
    " 'dispute')",
    "review": "cause IN ('amount_mismatch', 'currency_mismatch', 'duplicate_charge', 'conflict', 'orphan_refund',"
    " 'over_refund', 'contradicting_claims', 'surplus', 'moved_bill', 'dispute')",
}


@attrs.frozen
class Start:
    """A payment is sent."""

    payment: Payment


@attrs.frozen
class Told:
    """News of a payment that went through the door together."""

    payment: Payment
    news: tuple[Seen, ...]
    lines: tuple[StoredLine, ...] = ()


Event = Start | Told


class Impossible(Exception):
    """In this order another invoice would have been settled, and this payment never have been sent."""


def events_of(source: Path) -> list[Event]:
    """Everything that went into the door of a world, in stored order."""
    store = InlineStore(source, Life())
    try:
        order = _rows(source, "SELECT id, payment FROM observation ORDER BY rowid")
        ids = [row[0] for row in _rows(source, "SELECT id FROM payment ORDER BY created_at, rowid")]
        lines = {
            stored.line.line_id: stored
            for (account,) in _rows(source, "SELECT id FROM account")
            for stored in store.read_now(lambda tx, this=account: tx.settlements.of(this, LineState.BOOKED))
        }
        payments: dict[str, Payment] = {}
        seen: dict[str, Seen] = {}
        for payment_id in ids:
            found = store.read_now(lambda tx, this=payment_id: (tx.payments.get(this), tx.payments.seen(this)))
            payments[payment_id] = found[0]
            seen.update({item.key: item for item in found[1]})
    finally:
        store.close_now()
    told: list[Told] = []
    for key, payment_id in order:
        item, last = seen[key], told[-1] if told else None
        if last and last.payment.id == payment_id and last.news[-1].seen_at == item.seen_at:
            told[-1] = attrs.evolve(last, news=(*last.news, item))
        else:
            told.append(Told(payments[payment_id], (item,)))
    told = [attrs.evolve(group, lines=_lines_of(group, lines)) for group in told]
    starts = [Start(payments[payment_id]) for payment_id in ids]
    events: list[Event] = []
    for group in told:
        while starts and starts[0].payment.created_at <= group.news[0].seen_at:
            events.append(starts.pop(0))
        while starts and any(start.payment.id == group.payment.id for start in starts):
            events.append(starts.pop(0))
        events.append(group)
    return [*events, *starts]


def _lines_of(told: Told, lines: dict[str, StoredLine]) -> tuple[StoredLine, ...]:
    """What a provider stated of payouts comes in beside the news that books it."""
    settled = [item.observation.event_id for item in told.news if item.observation.kind is Kind.SETTLED]
    return tuple(lines[name] for name in settled if name in lines)


def shuffled(events: list[Event], dice: random.Random) -> list[Event]:
    """Another order in which the same could have been heard, some of it twice.

    People say what they say knowing what was said before: that keeps its order.
    """
    kin = _kin([event.payment for event in events if isinstance(event, Start)])
    needs: dict[int, set[int]] = {}
    for at, event in enumerate(events):
        if isinstance(event, Start):
            own = kin[event.payment.id]
            needs[at] = {i for i, other in enumerate(events[:at]) if kin[other.payment.id] == own}
        else:
            needs[at] = {
                i
                for i, other in enumerate(events)
                if other.payment.id == event.payment.id
                and (isinstance(other, Start) or (i < at and _is_said(event) and _is_said(other)))
            }
    done: list[int] = []
    left = set(needs)
    while left:
        ready = sorted(at for at in left if not needs[at] & left)
        chosen = dice.choice(ready)
        left.discard(chosen)
        done.append(chosen)
    again = [at for at in done if isinstance(events[at], Told) and dice.random() < 0.2]
    return [events[at] for at in (*done, *again)]


def _is_said(event: Event) -> bool:
    """Whether a person told it."""
    return isinstance(event, Told) and any(item.source is ObservedBy.OPERATOR for item in event.news)


def _kin(payments: list[Payment]) -> dict[str, int]:
    """Payments that share payables, directly or by others, have one number."""
    number = {payment.id: at for at, payment in enumerate(payments)}
    for payment in payments:
        for other in payments:
            if {line.payable_id for line in payment.lines} & {line.payable_id for line in other.lines}:
                old, new = number[other.id], number[payment.id]
                number = {key: new if value == old else value for key, value in number.items()}
    return number


def retell(origin: Origin, events: list[Event], target: Path) -> None:
    """Tell it all to a database that knows only who owes what."""
    shutil.copyfile(origin.database, target)
    store = InlineStore(target, Life())
    hub = attrs.evolve(origin.hub, store=store)

    def start(tx: Any, payment: Payment) -> None:
        fresh = attrs.evolve(
            payment,
            phase=Phase.CREATED,
            status=Status.CREATED,
            reason="",
            flags=frozenset(),
            provider_reference=None,
            action=None,
            owner="",
            lease_until=None,
            ended_at=None,
            next_check_at=None,
            checks=0,
        )
        tx.payments.add(fresh)
        tx.payments.begin_sending(payment.id, payment.owner, payment.lease_until)

    def tell(tx: Any, told: Told) -> None:
        final = told.payment
        for stored in told.lines:
            if tx.settlements.get(stored.account_id, stored.line.line_id) is None:
                tx.settlements.add(attrs.evolve(stored, state=LineState.OPEN, named="", payment_id=None, settles=None))
                tx.settlements.book(
                    stored.account_id,
                    stored.line.line_id,
                    named=stored.named,
                    payment_id=final.id,
                    settles=stored.settles or "",
                )
        for item in told.news:
            tx.payments.observe(item, final.merchant_id, final.mode)
        current = tx.payments.get(final.id)
        current = attrs.evolve(
            current, phase=final.phase, ended_at=final.ended_at, memory=final.memory, expires_at=final.expires_at
        )
        record_observations(tx, hub, current, [], now=told.news[0].seen_at)

    def tell_all(waiting: list[Event]) -> None:
        late: list[Start] = []
        for event in waiting:
            if isinstance(event, Start):
                late.append(event)
            elif any(other.payment.id == event.payment.id for other in late):
                raise Impossible(event.payment.reference)
            else:
                store.write_now(lambda tx, this=event: tell(tx, this))
            for other in list(late):  # one that was pressed in the very moment of the news that freed its invoice
                try:
                    store.write_now(lambda tx, this=other: start(tx, this.payment))
                except Conflict:
                    continue
                late.remove(other)
        if late:
            raise Impossible(late[0].payment.reference)

    async def run() -> None:
        tell_all(events)

    try:
        asyncio.run(run())
    finally:
        store.close_now()


def _rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def differing_tables(one: Path, other: Path) -> list[str]:
    """Where two databases are not the same, byte by byte."""
    found = []
    for table, columns in DERIVED.items():
        sql = f"SELECT {columns} FROM {table} WHERE {WHERE.get(table, '1')}"
        first, second = sorted(_rows(one, sql), key=repr), sorted(_rows(other, sql), key=repr)
        if first != second:
            odd = [row for row in (*first, *second) if (row in first) is not (row in second)]
            found.append(f"{table}: {odd[:4]}")
    return found


def differing_books(one: Path, other: Path) -> list[str]:
    """Where they differ in what no order may change (L8).

    What a payer declared to keep back is a cut as allocations are: booked with the money that
    reached its bill, and corrected when all of that went back; what it comes to is in the balances. So is what an order
    is billed with, which is billed and closed as money comes and goes.
    """
    first, second = books(one), books(other)
    orders = {row[0] for row in _rows(one, "SELECT id FROM payable WHERE kind = 'order'")}
    shared = {
        row[0]
        for row in _rows(
            one,
            "SELECT p.customer FROM payment p JOIN payment_line l ON l.payment = p.id WHERE p.status = 'paid'"
            " GROUP BY p.customer, l.payable HAVING count(*) > 1",
        )
    }
    mine = {row[0] for row in _rows(one, "SELECT number, customer FROM payable") if row[1] in shared}
    for told in (first, second):
        told["dues"] = [row for row in told["dues"] if row[0] not in mine]
        told["balances"] = _merged(told["balances"], shared)
        told["entries"] = [
            row
            for row in told["entries"]
            if "withheld:" not in row[1] and not (row[1].startswith("bill:") and row[1].split(":")[1] in orders)
        ]
        told.pop("mails")
    return [
        f"{part}: {sorted(set(first[part]) ^ set(second[part]))[:4]}" for part in first if first[part] != second[part]
    ]


def _merged(balances: list[tuple[Any, ...]], shared: set[str]) -> list[tuple[Any, ...]]:
    """Two paid payments that share a payable may split a customer's debt and credit otherwise;
    their sum stays."""
    sums: dict[tuple[Any, ...], int] = {}
    for merchant, kind, owner, currency, amount in balances:
        if owner in shared and kind in ("receivable", "customer_credit"):
            kind = "receivable and credit"
        key = (merchant, kind, owner, currency)
        sums[key] = sums.get(key, 0) + amount
    return sorted((*key, amount) for key, amount in sums.items() if amount)


def strange_keys(events: list[Event]) -> list[str]:
    """Observations whose dedupe key is not what their own words make of it."""
    return [
        f"{item.observation.kind} of {event.payment.reference} has another key"
        for event in events
        if isinstance(event, Told)
        for item in event.news
        if item.source in (ObservedBy.NOTIFICATION, ObservedBy.RETURN, ObservedBy.ANSWER)
        and item.observation.kind is not Kind.NOT_FOUND
        and item.key
        != dedupe_key(event.payment.account_id, event.payment.id, item.observation, occasion=item.operation)
    ]


def unlike_beancount(path: Path) -> list[str]:
    """Where Beancount's sums of the exported books differ from ours."""
    store = InlineStore(path, Life())

    def compare(tx: Any) -> Iterator[str]:
        for merchant in tx.merchants.all():
            entries, balances = (
                tx.ledger.entries(merchant.id, Mode.TEST),
                tx.ledger.balances(merchant.id, Mode.TEST),
            )
            zone = merchant.company.zone
            text = beancount_text(entries, balances, merchant=merchant.slug, mode=Mode.TEST, zone=zone)
            ours: dict[tuple[str, str], int] = {}
            for kind, owner, currency, amount in balances:
                name = f"{kind} {owner}" if kind in ("withholding_receivable", "tax_withheld") else kind
                ours[name, currency] = ours.get((name, currency), 0) + amount
            theirs = agreed(text)
            if theirs != {name: amount for name, amount in ours.items() if amount}:
                yield f"Beancount of {merchant.slug}: {theirs} against {ours}"

    try:
        return store.read_now(lambda tx: list(compare(tx)))  # type: ignore[no-any-return]
    finally:
        store.close_now()


def check(seed: int, origin: Origin, folder: Path, *, orders: int = 2, referee: bool = False) -> list[str]:
    """Live through a world without an accountant, and tell it again."""
    kept, again = folder / f"kept-{seed}.db", folder / f"again-{seed}.db"
    try:
        outcome = play(seed, origin, folder, bookkeeping=False, keep=kept)
        problems = list(outcome.problems)
        events = events_of(kept)
        problems += strange_keys(events)
        retell(origin, events, again)
        problems += [f"in stored order: {text}" for text in differing_tables(kept, again)]
        if referee:
            problems += unlike_beancount(again)
        dice = random.Random(seed)
        for number in range(orders):
            _forget(again)
            try:
                retell(origin, shuffled(events, dice), again)
            except Impossible:
                continue
            problems += [f"in order {number}: {text}" for text in differing_books(kept, again)]
        return problems
    finally:
        _forget(kept)
        _forget(again)


def _forget(path: Path) -> None:
    for leftover in path.parent.glob(f"{path.name}*"):
        leftover.unlink()


def main() -> int:
    """Check worlds from the command line."""
    from .__main__ import quiet

    quiet()
    first = int(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    folder = Path(tempfile.mkdtemp(prefix="worlds-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    try:
        origin = make_origin(folder / "origin")
        started, broken = time.monotonic(), 0
        for seed in range(first, first + count):
            try:
                problems = check(seed, origin, folder, referee=seed % 10 == 0)
            except Impossible as unable:
                problems = [f"cannot be told in stored order: {unable}"]
            if problems:
                broken += 1
                print(f"world {seed}: {problems[:3]}", flush=True)  # noqa: T201
        print(f"{count} worlds, {broken} broken, {time.monotonic() - started:.1f} s")  # noqa: T201
        return 1 if broken else 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
