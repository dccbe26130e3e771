"""The history of an invoice, a payment or a customer: what the books say of it, in order, in words, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import attrs

from hub.domain.activity import CONCEPTS, concept_of
from hub.domain.ledger import Effect, Entry, EntryKind, LedgerKind
from hub.domain.text import Text
from hub_hookspecs import Money

OTHERWISE: Final = {
    EntryKind.ACQUIRER_TAX: Text("history.acquirer_tax"),
    EntryKind.ALLOCATION: Text("history.allocation"),
    EntryKind.DEBIT_NOTE: Text("history.debit_note"),
    EntryKind.FEE: Text("history.fee"),
    EntryKind.FEE_TAX: Text("history.fee_tax"),
    EntryKind.PAYOUT: Text("history.payout"),
    EntryKind.RESERVE: Text("history.reserve"),
    EntryKind.SETTLEMENT: Text("history.settlement"),
}
"""What no statement of activity names, or names otherwise."""

PAGE_LINES: Final = 100
"""A page shows at most so many, the last ones."""


@attrs.frozen(kw_only=True)
class HistoryLine:
    """One entry, as it concerns what the page is about.

    Attributes:
        at: When it was booked.
        on: The day that it counts for.
        what: In words; of a correction what it corrects.
        number: Of the document.
        document: What it is and its id: a ``receipt``, a ``payment``, a ``disbursement``; nothing where it has no page.
        amount: What it adds to what is owed, or to the payment's money; nothing where it moves neither.
        balance: After it; None where nothing is summed.
        by, why: Who booked it and why, as it was kept.
        key: Of the entry.
        has_note: Words of a person stand beside it, which can be erased.
        may_be_corrected: The whole entry may be wrong, and it was not corrected yet; or it brought money in.
    """

    at: datetime
    on: date
    what: Text
    number: str = ""
    document: tuple[str, str] | None = None
    amount: Money
    balance: Money | None = None
    by: Text | str = ""
    why: str = ""
    key: str = ""
    has_note: bool = False
    may_be_corrected: bool = False


def words_of(entry: Entry) -> Text:
    """What an entry is, in words."""
    if entry.kind is EntryKind.CORRECTION:
        return Text("concept.correction")
    if entry.kind in OTHERWISE:
        return OTHERWISE[entry.kind]
    return concept_of(entry).label if entry.kind is EntryKind.BILL or entry.kind in CONCEPTS else Text("concept.change")


def corrected(what: Text) -> Text:
    """The words of a correction of this."""
    return Text("history.correction_of", what=what)


def added_to(entry: Entry, payable_id: str) -> int:
    """What an entry adds to what an invoice owes, minor units; negative where it settles."""
    if entry.kind is EntryKind.BILL or (entry.kind is EntryKind.DEBIT_NOTE and entry.payable_id == payable_id):
        return entry.moved(LedgerKind.RECEIVABLE)
    return sum(
        row.amount if row.effect is Effect.REOPENED else -row.amount
        for row in entry.applied
        if row.payable_id == payable_id
    )


def summed(lines: Sequence[HistoryLine]) -> tuple[HistoryLine, ...]:
    """The lines, each with the balance after it in its own currency."""
    balances: dict[str, int] = {}
    out = []
    for line in lines:
        currency = line.amount.currency
        balances[currency] = balances.get(currency, 0) + line.amount.minor
        out.append(attrs.evolve(line, balance=Money(balances[currency], currency)))
    return tuple(out)
