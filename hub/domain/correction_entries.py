"""What is booked to correct an entry; nothing is edited,
and the key of a correction names what it corrects."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

import attrs

from .ledger import Applied, Drawn, Entry, EntryKind, LedgerKind, Posting, debit_and_credit

REVERSIBLE: Final = frozenset(
    {
        EntryKind.PAID_ELSEWHERE,
        EntryKind.ALLOCATION,
        EntryKind.WITHHELD,
        EntryKind.DISCOUNT,
        EntryKind.CREDIT_NOTE,
        EntryKind.REFUND,
        EntryKind.CHARGEBACK,
        EntryKind.WRITE_OFF,
        EntryKind.PAYOUT,
    }
)
"""Kinds of which a whole entry may be wrong."""


def correction(entry: Entry, *, number: int, at: datetime, note: str) -> Entry:
    """Reverse an entry; nothing is edited.
    An intake that is reversed must have nothing allocated."""
    drawn = tuple(Drawn(row.intake, -row.amount) for row in entry.drawn)
    if entry.intake_of is not None:
        drawn = (*drawn, Drawn(entry.key, entry.brought_in))
    return Entry(
        key=f"fix:{entry.key}:{number}",
        kind=EntryKind.CORRECTION,
        merchant_id=entry.merchant_id,
        mode=entry.mode,
        currency=entry.currency,
        postings=tuple(attrs.evolve(leg, amount=-leg.amount) for leg in entry.postings),
        at=at,
        applied=tuple(attrs.evolve(row, amount=-row.amount) for row in entry.applied),
        drawn=drawn,
        payment_id=entry.payment_id,
        payable_id=entry.payable_id,
        note=note,
    )


def part_of_chargeback(entry: Entry, amount: int) -> Entry:
    """A chargeback narrowed to a part of it, to be corrected alone: what is given again comes back where it is owed.

    What it re-opened first, in the order in which the money had settled it; then what it lost, and credit last.
    """
    left, rows = amount, list[Applied]()
    for row in reversed(entry.applied):
        if part := min(left, row.amount):
            rows.append(attrs.evolve(row, amount=part))
            left -= part
    taken = {LedgerKind.RECEIVABLE: amount - left}
    for kind in (LedgerKind.CHARGEBACK_LOSS, LedgerKind.SUSPENSE, LedgerKind.CUSTOMER_CREDIT):
        taken[kind] = min(left, entry.moved(kind))
        left -= taken[kind]
    credit, drawn = taken[LedgerKind.CUSTOMER_CREDIT], list[Drawn]()
    for draw in reversed(entry.drawn):
        if part := min(credit, draw.amount):
            drawn.append(Drawn(draw.intake, part))
            credit -= part
    taken[LedgerKind.PROVIDER_CLEARING] = -amount
    return attrs.evolve(
        entry,
        postings=tuple(attrs.evolve(leg, amount=taken[leg.kind]) for leg in entry.postings if taken[leg.kind]),
        applied=tuple(rows),
        drawn=tuple(drawn),
    )


def won_for(customer_id: str, fix: Entry, moved: Collection[str]) -> Entry:
    """The correction of a chargeback, where somebody else owes what it re-opened by now: that is the payer's credit.

    Args:
        moved: Payables that were made out to another customer since.
    """
    settled = sum(-row.amount for row in fix.applied if row.payable_id in moved)
    owed = fix.moved(LedgerKind.RECEIVABLE) + settled
    credit = fix.moved(LedgerKind.CUSTOMER_CREDIT) - settled
    legs = (
        Posting(LedgerKind.RECEIVABLE, customer_id, owed),
        Posting(LedgerKind.CUSTOMER_CREDIT, customer_id, credit),
        *(leg for leg in fix.postings if leg.kind not in (LedgerKind.RECEIVABLE, LedgerKind.CUSTOMER_CREDIT)),
    )
    return attrs.evolve(
        fix,
        postings=tuple(leg for leg in legs if leg.amount),
        applied=tuple(row for row in fix.applied if row.payable_id not in moved),
        drawn=(),
        intake_of=customer_id,
    )


def intake_correction(entry: Entry, *, difference: int, number: int, at: datetime, note: str) -> Entry:
    """Book that an intake brought in more (a further intake of the same customer) or less than
    was booked."""
    if entry.intake_of is None:
        raise ValueError(f"entry {entry.key} brought in nothing")
    came = next(leg for leg in entry.postings if leg.kind is not LedgerKind.CUSTOMER_CREDIT)
    is_less = difference < 0
    return Entry(
        key=f"fix:{entry.key}:{number}",
        kind=EntryKind.CORRECTION,
        merchant_id=entry.merchant_id,
        mode=entry.mode,
        currency=entry.currency,
        postings=debit_and_credit(came.kind, came.owner, LedgerKind.CUSTOMER_CREDIT, entry.intake_of, difference),
        at=at,
        drawn=(Drawn(entry.key, -difference),) if is_less else (),
        intake_of=None if is_less else entry.intake_of,
        payment_id=entry.payment_id,
        note=note,
    )
