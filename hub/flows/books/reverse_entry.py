"""Reverse an entry of the books: it stays, its corrections stand beside it."""

from __future__ import annotations

from datetime import datetime

from hub.domain import correction_entries, entry_keys
from hub.domain.intake import Share, shares_back
from hub.domain.ledger import Entry, EntryKind, LedgerKind
from hub.flows.ground.ports import Tx

from .move_credit import move_credit


def fixes_of(tx: Tx, entry: Entry) -> tuple[Entry, ...]:
    """The corrections of an entry; oldest first."""
    found = tx.ledger.keyed(entry.merchant_id, entry.mode, f"fix:{entry.key}")
    return tuple(fix for fix in found if entry_keys.reverses(fix.key) == entry.key)


def reverse(tx: Tx, entry: Entry, *, at: datetime, note: str) -> bool:
    """Correct an entry once; an intake is taken back from all that it settles first. False when it was done before."""
    fixes = fixes_of(tx, entry)
    if any(fix.postings[-1].amount == -entry.postings[-1].amount and not fixes_of(tx, fix) for fix in fixes):
        return False
    if entry.intake_of is not None:
        free(tx, entry, entry.brought_in, at=at, note=note)
    fix = correction_entries.correction(entry, number=len(fixes), at=at, note=note)
    if entry.kind is EntryKind.CHARGEBACK and entry.applied:
        payer = next(leg.owner for leg in entry.postings if leg.kind is LedgerKind.RECEIVABLE)
        payables = tx.payables.many([row.payable_id for row in entry.applied])
        if moved := {payable.id for payable in payables if payable.customer_id != payer}:
            fix = correction_entries.won_for(payer, fix, moved)
    return tx.ledger.write(fix)


def free(tx: Tx, entry: Entry, amount: int, *, at: datetime, note: str) -> None:
    """Take back from payables, the last one first, until ``amount`` of an intake is unapplied."""
    intake = tx.ledger.intake(entry.merchant_id, entry.mode, entry.key)
    if intake is not None:
        shares: tuple[Share, ...] = shares_back(intake, min(amount, intake.amount - intake.returned))
        move_credit(tx, intake, shares, at=at, note=note)
