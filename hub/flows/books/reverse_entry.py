"""Reverse an entry of the books: it stays, its corrections stand beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import attrs

from hub.domain import correction_entries, entry_keys
from hub.domain.intake import Share, shares_back
from hub.domain.ledger import Entry, EntryKind, LedgerKind
from hub.domain.payable import Payable
from hub.flows.ground.ports import Tx

from .debit_note import settle_debit_notes
from .move_credit import move_credit


def fixes_of(tx: Tx, entry: Entry) -> tuple[Entry, ...]:
    """The corrections of an entry; oldest first."""
    found = tx.ledger.keyed(entry.merchant_id, entry.mode, f"fix:{entry.key}")
    return tuple(fix for fix in found if entry_keys.reverses(fix.key) == entry.key)


def with_fixes(tx: Tx, entry: Entry) -> Iterator[Entry]:
    """An entry and its corrections, and theirs."""
    yield entry
    for fix in fixes_of(tx, entry):
        yield from with_fixes(tx, fix)


def is_reversed(tx: Tx, entry: Entry) -> bool:
    """Whether a whole entry was corrected away, and that was not taken back."""
    back = -entry.postings[-1].amount
    return any(fix.postings[-1].amount == back and not fixes_of(tx, fix) for fix in fixes_of(tx, entry))


def reverse(tx: Tx, entry: Entry, *, at: datetime, note: str, paid_again: bool = False) -> bool:
    """Correct an entry once; an intake is taken back from all that it settles first. False when it was done before.

    Args:
        paid_again: What a chargeback re-opened, and somebody has settled since, becomes the payer's credit.
    """
    if is_reversed(tx, entry):
        return False
    if entry.intake_of is not None:
        free(tx, entry, entry.brought_in, at=at, note=note)
    return _correct(tx, entry, at=at, note=note, paid_again=paid_again)


def bounce(tx: Tx, entry: Entry, *, at: datetime, on: date | None, note: str) -> Entry:
    """Reverse a refund that came back: it was executed, so what reverses it is a movement of money of its own."""
    fix = correction_entries.correction(entry, number=len(fixes_of(tx, entry)), at=at, note=note)
    fix = attrs.evolve(fix, value_on=on, observation=entry.observation)
    tx.ledger.write(fix)
    settle_debit_notes(tx, entry, at=at, note=note)
    return fix


def give_back(tx: Tx, entry: Entry, amount: int, *, at: datetime, note: str) -> None:
    """Correct a part of a chargeback, less than all of it: the bank gave that much again."""
    _correct(tx, correction_entries.part_of_chargeback(entry, amount), at=at, note=note, paid_again=True)


def _correct(tx: Tx, entry: Entry, *, at: datetime, note: str, paid_again: bool) -> bool:
    fix = correction_entries.correction(entry, number=len(fixes_of(tx, entry)), at=at, note=note)
    if entry.kind is EntryKind.CHARGEBACK and entry.applied:
        payer = next(leg.owner for leg in entry.postings if leg.kind is LedgerKind.RECEIVABLE)
        payables = tx.payables.many([row.payable_id for row in entry.applied])
        moved = {payable.id for payable in payables if not _is_owed(payable, payer, fix)}
        if paid_again:
            back = {row.payable_id: row.amount for row in entry.applied}
            moved |= {payable.id for payable in payables if payable.due < back[payable.id]}
        if moved:
            fix = correction_entries.won_for(payer, fix, moved)
    written = tx.ledger.write(fix)
    if entry.kind in (EntryKind.REFUND, EntryKind.CHARGEBACK):
        settle_debit_notes(tx, entry, at=at, note=note)
    return written


def _is_owed(payable: Payable, payer: str, fix: Entry) -> bool:
    """Whether the payer still owes what a dispute re-opened, so that the money that is won settles it again."""
    again = sum(-row.amount for row in fix.applied if row.payable_id == payable.id)
    same = (payable.customer_id, payable.currency) == (payer, fix.currency)
    return same and (payable.voided is None or payable.due >= again)


def free(tx: Tx, entry: Entry, amount: int, *, at: datetime, note: str) -> None:
    """Take back from payables, the last one first, until ``amount`` of an intake is unapplied."""
    intake = tx.ledger.intake(entry.merchant_id, entry.mode, entry.key)
    if intake is not None:
        shares: tuple[Share, ...] = shares_back(intake, min(amount, intake.amount - intake.returned))
        move_credit(tx, intake, shares, at=at, note=note)
