"""The power goes while news is taken in: what was acknowledged is there afterwards,
and the books hold (F03, F08)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

import hub.storage.connection
from hub.domain.observation import ObservedBy
from hub.domain.payment import Payment
from hub.domain.refusals import Unavailable
from hub.flows.payments.record_observations import Claim, record_observations
from hub.storage import engine
from hub.storage.check import schema_problems
from hub.storage.engine import SqliteStore
from hub_hookspecs import Kind, Observation
from tests.faults.harness import Desk, rows
from tests.faults.power import Disk, driver

Folder = Callable[[], Any]
Plant = Callable[[Any, str, Any], None]
Size = Callable[[int, int], int]

PATH = "/hub.db"
WHOLE, UNTOUCHED = ["paid", 1, 1, 1], ["pending", 0, 0, 0]
STATES = (
    "SELECT p.reference, p.status, (SELECT count(*) FROM observation o WHERE o.payment = p.id AND o.kind = 'paid'),"
    " (SELECT count(*) FROM entry e WHERE e.payment = p.id AND e.kind = 'capture'),"
    " (SELECT count(*) FROM delivery d WHERE d.subject = p.id AND d.kind = 'receipt') FROM payment p"
)
MAX_WRITES = 400
"""A few commits' worth: a power cut comes before one of so many writes and syncs."""


@attrs.define
class Town:
    """Payments that wait for their news, on a disk of our own."""

    desk: Desk
    payments: list[Payment]
    image: bytes


@pytest.fixture
def town(folder: Folder) -> Iterator[Town]:
    """Two hundred payments that were sent; their database as one file, its log folded in."""
    with Desk.open(folder()) as desk:
        payments = desk.sent_all(desk.debtors("CR", 200, 12_345))
        copy = desk.data / "image.db"
        with contextlib.closing(sqlite3.connect(desk.path)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        with contextlib.closing(sqlite3.connect(copy)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        assert rows(copy, "SELECT count(*) FROM payment") == [(200,)]
        (desk.data / "image.db-wal").unlink(missing_ok=True)
        yield Town(desk, payments, copy.read_bytes())


@contextlib.contextmanager
def store_on(disk: Disk, *, careful: bool = True) -> Iterator[SqliteStore]:
    """The hub's own store on this disk; nobody reads beside the writer."""
    right = engine.connect

    def connect(path: Any, *, query_only: bool = False) -> Any:
        return sqlite3.connect(":memory:", check_same_thread=False) if query_only else right(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hub.storage.connection, "sqlite3", driver(disk))
        patch.setattr(engine, "connect", connect)
        patch.setattr(engine, "write_again", lambda _connection, path: careful and disk.write_again(f"{path}-wal"))
        store = SqliteStore(PATH, readers=1)
        try:
            yield store
        finally:
            store.close_now()


def notices(desk: Desk, payments: list[Payment]) -> list[Callable[[Any], Any]]:
    """Each payment's approval, on its way through the door."""

    def through_the_door(payment: Payment) -> Callable[[Any], Any]:
        paid = Observation(kind=Kind.PAID, movement=payment.reference)
        claim = Claim(observation=paid, source=ObservedBy.NOTIFICATION)
        return lambda tx: record_observations(tx, desk.hub, tx.payments.get(payment.id), [claim], now=desk.clock.now)

    return [through_the_door(payment) for payment in payments]


async def take_in(store: SqliteStore, desk: Desk, payments: list[Payment], dice: random.Random) -> set[str]:
    """Notifications in bursts of one to six, until all is told or the power is off;
    the references that were acknowledged."""
    acknowledged: set[str] = set()
    waiting = list(payments)
    while waiting:
        burst = [waiting.pop() for _ in range(min(len(waiting), dice.randint(1, 6)))]
        answers = await asyncio.gather(*(store.write(work) for work in notices(desk, burst)), return_exceptions=True)
        refusals = [answer for answer in answers if isinstance(answer, BaseException)]
        assert all(isinstance(refusal, Unavailable) for refusal in refusals), refusals
        answered = zip(burst, answers, strict=True)
        taken = {item.reference for item, answer in answered if not isinstance(answer, Unavailable)}
        acknowledged |= taken
        if len(taken) < len(burst):
            break
        if dice.random() < 0.2:
            fold(store)
    return acknowledged


def fold(store: SqliteStore) -> None:
    """The log is folded into the database, as happens now and then by itself."""
    with contextlib.suppress(sqlite3.Error):
        store._writer_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]


def after_a_failed_sync(town: Town, dice: random.Random, rounds: int, *, careful: bool = True) -> list[str]:
    """News before, at and after a sync that fails, then a power cut: what is lost, or half there."""
    problems = []
    for _ in range(rounds):
        disk, acknowledged = Disk.holding({PATH: town.image}), set()
        with contextlib.suppress(sqlite3.Error, OSError), store_on(disk, careful=careful) as store:
            for at, payment in enumerate(town.payments[:9]):
                disk.bad_syncs = at in (3, 6)
                with contextlib.suppress(Unavailable):
                    store.write_now(*notices(town.desk, [payment]))
                    acknowledged.add(payment.reference)
            if len(acknowledged) != 7:
                problems.append(f"{len(acknowledged)} acknowledged")
            disk.left = 0
        disk = disk.cut(dice)
        problems += found_on(disk, acknowledged)
    return problems


def test_what_is_acknowledged_after_a_failed_sync_survives_a_power_cut(town: Town, dice: random.Random) -> None:
    assert after_a_failed_sync(town, dice, 20) == []


def test_control_writing_on_as_if_nothing_had_happened_loses_what_was_acknowledged(
    town: Town, dice: random.Random
) -> None:
    assert any("acknowledged and is lost" in text for text in after_a_failed_sync(town, dice, 5, careful=False))


def test_the_log_is_written_again_as_it_is_and_synced(desk: Desk, plant: Plant) -> None:
    desk.sent(desk.debtor("CR", 12_345))
    log = desk.path.with_name("hub.db-wal")
    before, synced, right = log.read_bytes(), [], os.fsync
    plant(os, "fsync", lambda file: synced.append(os.fstat(file).st_ino) or right(file))
    with contextlib.closing(engine.connect(desk.path)) as connection:
        engine.write_again(connection, desk.path)

    assert (log.read_bytes(), synced) == (before, [log.stat().st_ino])
    assert len(before) > 10_000


def found_on(disk: Disk, acknowledged: set[str]) -> list[str]:
    """What is wrong after the power came back."""
    with store_on(disk) as store:
        connection: Any = store._writer_connection
        (integrity,) = connection.execute("PRAGMA integrity_check").fetchone()
        problems = [] if integrity == "ok" else [f"corrupt: {integrity}"]
        problems += schema_problems(connection)
        states = {reference: state for reference, *state in connection.execute(STATES)}
        problems += store.write_now(lambda tx: tx.ledger.verify())
    problems += [
        f"{name} is half applied: {state}" for name, state in states.items() if state not in (WHOLE, UNTOUCHED)
    ]
    return problems + [f"{name} was acknowledged and is lost" for name in acknowledged if states.get(name) != WHOLE]


def power_cuts(town: Town, dice: random.Random, cuts: int) -> tuple[list[str], int]:
    """What is wrong after all these power cuts, and how many news were acknowledged."""
    problems: list[str] = []
    total = 0
    disk, open_, acknowledged = Disk(), [], set()
    for cut in range(cuts):
        if not open_:
            disk, open_ = Disk.holding({PATH: town.image}), list(town.payments)
            acknowledged = set()
        disk.left = dice.randrange(1, MAX_WRITES)
        told: set[str] = set()
        with contextlib.suppress(sqlite3.Error, OSError), store_on(disk) as store:
            told = asyncio.run(take_in(store, town.desk, open_[-40:], dice))
            disk.left = 0  # what closing would write is written no more
        total += len(told)
        acknowledged |= told
        before, disk = disk, disk.cut(dice)
        before.unmount()
        problems += [f"cut {cut}: {text}" for text in found_on(disk, acknowledged)]
        open_ = open_[:-40]
        if problems:
            break
    return problems, total


def test_what_was_acknowledged_before_the_power_went_is_there_when_it_comes_back(
    town: Town, dice: random.Random, size: Size
) -> None:
    problems, told = power_cuts(town, dice, size(200, 10_000))

    assert problems == []
    assert told > size(200, 10_000)


def test_control_a_log_that_is_not_synced_at_each_commit_loses_what_was_acknowledged(
    town: Town, plant: Plant, dice: random.Random
) -> None:
    plant(hub.storage.connection, "PRAGMAS", {**hub.storage.connection.PRAGMAS, "synchronous": 1})
    problems, _told = power_cuts(town, dice, 50)

    assert any("acknowledged and is lost" in text for text in problems)
