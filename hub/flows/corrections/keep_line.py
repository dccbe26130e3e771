"""What is kept of a payout line: what it says, what it said before, and what it is booked under."""

from __future__ import annotations

import itertools
from datetime import datetime

import attrs

from hub.domain.account import ProviderAccount
from hub.domain.entry_keys import line_keys
from hub.domain.ledger import When
from hub.domain.settlement import Difference, LineKind, LineState, StatedLine, StoredLine, reserve_of
from hub.flows.books.book_money import line_entries
from hub.flows.ground.open_review import close_review
from hub.flows.ground.ports import Tx


def store_line(tx: Tx, account: ProviderAccount, told: StatedLine, source: str, now: datetime) -> StoredLine:
    """Keep a line that was not heard of before; it is open."""
    stored = StoredLine(
        account_id=account.id,
        merchant_id=account.merchant_id,
        mode=account.mode,
        line=told.line,
        source=source,
        imported_at=now,
        kind=told.kind,
        in_transit=told.in_transit,
    )
    tx.settlements.add(stored)
    return stored


def restate_line(tx: Tx, before: StoredLine, told: StatedLine, source: str, now: datetime) -> StoredLine:
    """Let a line that is not booked say something else, and be open: what it said is kept, and asked about no more."""
    fresh = attrs.evolve(
        before, line=told.line, kind=told.kind, in_transit=told.in_transit, source=source, imported_at=now
    )
    tx.settlements.restate(before, fresh, now)
    close_line_reviews(tx, before, f"the line was stated anew by {source}", now)
    return attrs.evolve(fresh, state=LineState.OPEN, restated=before.restated + 1, payment_id=None, settles=None)


def close_line_reviews(tx: Tx, stored: StoredLine, resolution: str, now: datetime, by: str = "") -> None:
    """Nobody has to look any more at what was asked about a line."""
    for review in tx.reviews.about(stored.merchant_id, list(Difference), f"{stored.account_id}:{stored.line.line_id}"):
        close_review(tx, review, resolution, now, by)


def free_name(tx: Tx, stored: StoredLine) -> str:
    """What stands for a line in the keys of its entries: its id, with a number where that was booked before."""
    line_id, taxes = stored.line.line_id, stored.line.withholdings
    for number in itertools.count():
        named = f"{line_id}:{number}" if number else line_id
        keys = line_keys(stored.account_id, named, taxes)
        if not any(entry.key == key for key in keys for entry in tx.ledger.keyed(stored.merchant_id, stored.mode, key)):
            return named
    raise AssertionError("numbers do not end")


def is_reserve_there(tx: Tx, stored: StoredLine) -> bool:
    """Whether what a line releases, if anything, is kept in reserve by the books."""
    kept = tx.settlements.reserved(stored.account_id).get(stored.line.gross.currency, 0)
    return kept + min(0, reserve_of(stored.line)) >= 0


def book_to_account(tx: Tx, stored: StoredLine, kind: LineKind, when: When, note: str = "") -> StoredLine:
    """Book an open line that is about no payment."""
    named, line_id = free_name(tx, stored), stored.line.line_id
    tx.settlements.book_to_account(stored.account_id, line_id, named=named, kind=kind)
    booked = attrs.evolve(stored, state=LineState.BOOKED, kind=kind, named=named)
    for entry in line_entries(booked, when):
        tx.ledger.write(attrs.evolve(entry, note=note))
    return booked
