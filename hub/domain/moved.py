"""What moved money between a company and its payers, as the ledger has it: one record a movement.

A movement is an entry by which money came in or went back, with what was booked at the same moment because of it: what
it settled, and what the payer kept back. What was booked without money (credit that is used later, a withholding whose
certificate came late) is a record of its own, so that each sum adds up over any days.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from typing import Final

import attrs

from hub_hookspecs import Money

from .entry_keys import reverses
from .intake import Share
from .ledger import Effect, Entry, EntryKind, LedgerKind

OF_MONEY: Final = (
    *(EntryKind.CAPTURE, EntryKind.OFFLINE_RECEIPT, EntryKind.REFUND, EntryKind.CHARGEBACK),
    *(EntryKind.WITHHELD, EntryKind.ALLOCATION, EntryKind.CORRECTION),
    *(EntryKind.DISBURSEMENT, EntryKind.DEBIT_NOTE, EntryKind.EXCHANGE),
)
"""Kinds of entries that movements are made of; of the corrections those that correct one of the others."""

MONEY: Final = (LedgerKind.PROVIDER_CLEARING, LedgerKind.BANK, LedgerKind.CASH)
OF_CUSTOMER: Final = (LedgerKind.CUSTOMER_CREDIT, LedgerKind.RECEIVABLE)


class What(enum.StrEnum):
    """What a movement is; the last two move no money."""

    PAYMENT = "payment"
    RECEIPT = "receipt"
    REFUND = "refund"
    CHARGEBACK = "chargeback"
    DISBURSEMENT = "disbursement"
    EXCHANGE = "exchange"
    WITHHELD = "withheld"
    APPLIED = "applied"


class By(enum.StrEnum):
    """Which day of a movement chooses it: when it was booked, or the day that it counts for."""

    BOOKED = "booked"
    VALUE = "value"


IS: Final = {
    "capture": What.PAYMENT,
    "manual": What.RECEIPT,
    "refund": What.REFUND,
    "chargeback": What.CHARGEBACK,
    "disburse": What.DISBURSEMENT,
    "exchange": What.EXCHANGE,
}
"""What an entry of money is, by the beginning of its key."""

BROUGHT: Final = frozenset({"capture", "manual", "exchange"})
WITHOUT_MONEY: Final = frozenset({"withheld", "alloc", "debit"})


@attrs.frozen(kw_only=True)
class Moved:
    """A movement of money; amounts in minor units, and ``amount = settled + credit + suspended + exchanged + lost``.

    Attributes:
        key: Of its entry.
        what: A correction is what it corrects, so that it counts where that does.
        origin: Id of the payment, cash receipt or disbursement that it belongs to; else of the credit note.
        booked_at: When it was booked; ``booked_on`` is that day, ``counts_on`` the day that it counts for.
        amount: Positive where it came in, negative where it went back, zero where no money moved.
        withheld: What the payer kept back and a certificate is worth.
        applied: What it settled, payable by payable; negative where it is due again, or a debit note bills it.
        credit: What it added to the customer's credit.
        suspended: What may be nobody's credit yet.
        exchanged: What settles in another currency; negative where it does so here.
        lost: What an order had settled and a bank took back; negative.
        intakes: Keys of the entries whose money it is: its own, or those that it settles from or takes back.
        corrects: Key of the entry that it corrects.
    """

    key: str
    what: What
    origin: str
    payment_id: str | None
    observation: str | None
    customer_id: str | None
    booked_at: datetime
    booked_on: date
    counts_on: date
    currency: str
    amount: int
    withheld: int
    applied: tuple[Share, ...]
    credit: int
    suspended: int
    exchanged: int
    lost: int
    intakes: tuple[str, ...] = ()
    own_record: bool = False
    corrects: str | None = None

    @property
    def returns(self) -> bool:
        """Whether it counts with what went back."""
        return self.what in (What.REFUND, What.CHARGEBACK, What.DISBURSEMENT)

    @property
    def settled(self) -> int:
        """What it settled of all payables."""
        return sum(share.amount for share in self.applied)

    @property
    def money(self) -> Money:
        """The amount in the currency in which it moved."""
        return Money(self.amount, self.currency)


@attrs.frozen(kw_only=True)
class MovedTotal:
    """What movements of one currency come to: what was brought in, what of it went back, what payers kept back."""

    brought_in: Money
    went_back: Money
    withheld: Money

    @property
    def currency(self) -> str:
        """Of all three."""
        return self.brought_in.currency


def movements_of(entries: Iterable[Entry], zone: tzinfo) -> tuple[Moved, ...]:
    """The movements that entries make, in the order in which they were booked.

    Args:
        entries: In the order of their sealing; those that move no payer's money are passed over.
        zone: Where a day begins.
    """
    groups: dict[tuple[object, ...], list[Entry]] = {}
    for entry in entries:
        if entry.kind in OF_MONEY and _begins(entry) in IS.keys() | WITHOUT_MONEY:
            name = (_origin(entry), entry.at, entry.counts_on(zone), entry.currency)
            groups.setdefault(name, []).append(entry)
    return tuple(
        moved
        for group in groups.values()
        for head, parts in _movements_in(group)
        if (moved := _moved(head, parts, zone))
    )


def totals_of(moved: Sequence[Moved]) -> tuple[MovedTotal, ...]:
    """What movements come to, one a currency in the order of their names."""
    return tuple(
        MovedTotal(
            brought_in=Money(sum(item.amount for item in own if not item.returns), currency),
            went_back=Money(-sum(item.amount for item in own if item.returns), currency),
            withheld=Money(sum(item.withheld for item in own), currency),
        )
        for currency in sorted({item.currency for item in moved})
        for own in ([item for item in moved if item.currency == currency],)
    )


def _root(key: str) -> str:
    """The key that a correction, or a correction of one, goes back to."""
    while (corrected := reverses(key)) is not None:
        key = corrected
    return key


def _begins(entry: Entry) -> str:
    return _root(entry.key).partition(":")[0]


def _origin(entry: Entry) -> str:
    """What entries of one movement have in common: the payment, else the receipt or the note."""
    if entry.payment_id is not None:
        return entry.payment_id
    begins, _, rest = _root(entry.key).partition(":")
    if begins == "alloc":
        rest = _root(next((row.intake for row in entry.applied if row.intake), rest)).partition(":")[2]
    if begins == "alloc" and rest.endswith(":out"):
        return rest.removesuffix(":out")
    return rest.partition(":")[0] if begins in ("withheld", "exchange") else rest


def _movements_in(group: Sequence[Entry]) -> Iterable[tuple[Entry, list[Entry]]]:
    """Each entry of money with the entries that belong to it; all of them together where no money moved."""
    heads = [entry for entry in group if _begins(entry) in IS]
    if not heads:
        return [(group[0], list(group))]
    parts: dict[str, list[Entry]] = {head.key: [head] for head in heads}
    for entry in group:
        if entry.key not in parts:
            same = [head for head in heads if head.observation is not None and head.observation == entry.observation]
            parts[(same or heads)[-1].key].append(entry)
    return [(head, parts[head.key]) for head in heads]


def _moved(head: Entry, parts: Sequence[Entry], zone: tzinfo) -> Moved | None:
    begins, withheld = _begins(head), sum(part.moved(LedgerKind.WITHHOLDING_RECEIVABLE) for part in parts)
    applied = _applied(parts)
    if begins not in IS and not withheld and not applied:
        return None
    return Moved(
        key=head.key,
        what=IS.get(begins, What.WITHHELD if withheld else What.APPLIED),
        origin=_origin(head),
        payment_id=head.payment_id,
        observation=head.observation,
        customer_id=next((leg.owner for part in parts for leg in part.postings if leg.kind in OF_CUSTOMER), None),
        booked_at=head.at,
        booked_on=head.booked_on(zone),
        counts_on=head.counts_on(zone),
        currency=head.currency,
        amount=sum(head.moved(kind) for kind in MONEY),
        withheld=withheld,
        applied=applied,
        credit=-sum(part.moved(LedgerKind.CUSTOMER_CREDIT) for part in parts),
        suspended=-sum(part.moved(LedgerKind.SUSPENSE) for part in parts),
        exchanged=-sum(part.moved(LedgerKind.EXCHANGE) for part in parts),
        lost=-sum(part.moved(LedgerKind.CHARGEBACK_LOSS) for part in parts),
        intakes=_intakes(parts),
        own_record=head.own_record,
        corrects=reverses(head.key),
    )


def _intakes(parts: Iterable[Entry]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for part in parts:
        own = [part.key] if _begins(part) in BROUGHT else []
        named = [*(row.intake for row in part.applied if row.intake), *(row.intake for row in part.drawn)]
        found.update(dict.fromkeys(_root(key) for key in (*own, *named)))
    return tuple(found)


def _applied(parts: Iterable[Entry]) -> tuple[Share, ...]:
    sums: dict[str, int] = {}
    for row in (row for part in parts for row in part.applied):
        if row.effect in (Effect.ALLOCATED, Effect.REOPENED):
            amount = row.amount if row.effect is Effect.ALLOCATED else -row.amount
            sums[row.payable_id] = sums.get(row.payable_id, 0) + amount
    for part in parts:
        if part.kind is EntryKind.DEBIT_NOTE and part.payable_id:
            sums[part.payable_id] = sums.get(part.payable_id, 0) - part.brought_in
    return tuple(Share(payable_id, amount) for payable_id, amount in sums.items() if amount)
