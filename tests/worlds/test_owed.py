"""What was owed on a day is what the ledger says of that day, invoice by invoice, in any history; and it stays so."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

import hub.storage.owed
from hub.domain.ageing import Owed
from hub.domain.ledger import Entry, LedgerKind
from hub.domain.moved import By
from hub.domain.payable import PayableKind
from hub.storage.engine import SqliteStore
from hub.storage.transaction import SqliteTx
from hub_hookspecs import Mode
from tests.faults.harness import seed_for

from .world import Origin, play

WORLDS = 3
Sums = Counter[tuple[str, str]]


@pytest.fixture(scope="module")
def histories(origin: Origin, scratch: Path) -> list[Path]:
    first = seed_for("owed") % 10**9
    print(f"HUB_TEST_SEED={first}")  # noqa: T201
    kept = []
    for seed in range(first, first + WORLDS):
        kept.append(scratch / f"owed-{seed}.db")
        play(seed, origin, scratch, keep=kept[-1])
    return kept


def days_of(entry: Entry, zone: ZoneInfo) -> dict[By, date]:
    return {By.BOOKED: entry.booked_on(zone), By.VALUE: entry.counts_on(zone)}


def by_ledger(entries: Sequence[Entry], zone: ZoneInfo, day: date, by: By) -> Sums:
    """What customers owe when a day is over: legs of receivables, added up by hand."""
    sums: Sums = Counter()
    for entry in entries:
        if days_of(entry, zone)[by] <= day:
            for leg in entry.postings:
                if leg.kind is LedgerKind.RECEIVABLE:
                    sums[leg.owner, entry.currency] += leg.amount
    return Counter({whose: minor for whose, minor in sums.items() if minor})


def ends(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), zone)


def figures(tx: SqliteTx, merchant: str, mode: Mode, zone: ZoneInfo, day: date, by: By) -> Sums:
    sums: Sums = Counter()
    for item in tx.owed.items(merchant, mode, day, ends(day, zone), by):
        assert item.minor
        assert item.payable_id, "what is owed stands behind a payable"
        sums[item.who.id, item.currency] += item.minor
    return Counter({whose: minor for whose, minor in sums.items() if minor})


def books(path: Path) -> Iterator[tuple[SqliteStore, str, Mode, ZoneInfo, tuple[Entry, ...]]]:
    store = SqliteStore(path, readers=1)
    for merchant in store.read_now(lambda tx: tx.merchants.all()):
        for mode in Mode:
            entries = store.read_now(lambda tx, merchant=merchant, mode=mode: tx.ledger.entries(merchant.id, mode))
            if entries:
                yield store, merchant.id, mode, ZoneInfo(merchant.company.zone), entries


def test_the_figure_of_each_day_is_the_ledgers_by_either_day_of_an_entry(histories: list[Path]) -> None:
    compared = 0
    for path in histories:
        for store, merchant, mode, zone, entries in books(path):
            days = {day for entry in entries for day in days_of(entry, zone).values()}
            for day in sorted(days | {min(days) - timedelta(days=1), max(days) + timedelta(days=400)}):
                for by in By:
                    found = store.read_now(
                        lambda tx, day=day, by=by, merchant=merchant, mode=mode, zone=zone: figures(
                            tx, merchant, mode, zone, day, by
                        )
                    )
                    assert found == by_ledger(entries, zone, day, by), (path, day, by)
                    compared += bool(found)
    assert compared > 15


def alike(tx: SqliteTx, merchant: str, mode: Mode, day: date, zone: ZoneInfo) -> int:
    """How many payables are owed in the end, each as much as it says itself; now is that very day."""
    in_the_end = {item.payable_id: item for item in tx.owed.items(merchant, mode, day, ends(day, zone), By.VALUE)}
    payables = tx.payables.many(sorted(in_the_end))
    for payable in payables:
        assert in_the_end[payable.id].minor == payable.due
        assert in_the_end[payable.id].who.id == payable.customer_id
    bills = {payable.id for payable in payables if payable.kind is PayableKind.INVOICE}
    now = {item.payable_id: item.minor for item in tx.owed.now(merchant, mode) if item.payable_id}
    assert now == {key: in_the_end[key].minor for key in bills}
    totals: Counter[str] = Counter()
    for item in in_the_end.values():
        totals[item.currency] += item.minor
    assert tx.owed.by_currency(merchant, mode) == dict(totals)
    return len(in_the_end)


def test_what_is_owed_of_each_payable_in_the_end_is_what_it_says_itself(histories: list[Path]) -> None:
    compared = 0
    for path in histories:
        for store, merchant, mode, zone, entries in books(path):
            last = max(day for entry in entries for day in days_of(entry, zone).values())
            compared += store.read_now(
                lambda tx, merchant=merchant, mode=mode, day=last, zone=zone: alike(tx, merchant, mode, day, zone)
            )
    assert compared > 3


def test_what_was_booked_until_a_day_is_booked_no_more_afterwards(histories: list[Path]) -> None:
    """Entries are sealed in the order of their booking: whatever comes later leaves what stood on a day before it."""
    for path in histories:
        for _store, _merchant, _mode, zone, entries in books(path):
            assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
            for at in range(1, len(entries), 7):
                before, later = entries[:at], entries[at:]
                for by in By:
                    day = min(days_of(entry, zone)[by] for entry in later) - timedelta(days=1)
                    assert by_ledger(before, zone, day, by) == by_ledger(entries, zone, day, by)


def test_control_one_minor_unit_too_much_is_found(histories: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    right = hub.storage.owed._owed

    def wrong(row: Any) -> Owed:
        item: Owed = right(row)
        return attrs.evolve(item, minor=item.minor + 1)

    monkeypatch.setattr(hub.storage.owed, "_owed", wrong)
    with pytest.raises(AssertionError):
        test_the_figure_of_each_day_is_the_ledgers_by_either_day_of_an_entry(histories)


def test_control_a_day_that_is_over_one_day_too_late_is_found(
    histories: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = ends
    monkeypatch.setattr(sys.modules[__name__], "ends", lambda day, zone: right(day, zone) + timedelta(days=1))
    with pytest.raises(AssertionError):
        test_the_figure_of_each_day_is_the_ledgers_by_either_day_of_an_entry(histories)
