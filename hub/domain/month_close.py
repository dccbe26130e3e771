"""A month's close: which entries it is of, what they come to, and what was still open.

A close fixes a position of the hash chain. The books that it closes are the entries up to that position that count for
the month or an earlier day; it is of those that no earlier close had. So each entry is in exactly one standing close,
and whatever is booked later belongs to a later one, whatever day it counts for.
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

import attrs

from hub.domain.ledger import EntryKind
from hub.domain.month import Month
from hub_hookspecs import Mode, Money

PROVIDERS_OWN: Final = frozenset(
    {
        *(EntryKind.SETTLEMENT, EntryKind.FEE, EntryKind.FEE_TAX, EntryKind.ACQUIRER_TAX),
        *(EntryKind.RESERVE, EntryKind.PAYOUT),
    }
)
"""Entries whose day a provider's payout says, whoever brings it."""


class OpenKind(enum.StrEnum):
    """What a month may still have open."""

    PAYOUT_LINES = "payout_lines"
    AWAITED = "awaited"
    REVIEWS = "reviews"
    UNRECORDED = "unrecorded"
    DIFFERENCES = "differences"
    DISPUTES = "disputes"
    PAYMENT_RECEIPTS = "payment_receipts"
    CERTIFICATES = "certificates"


ONLY_TOLD: Final = frozenset({OpenKind.AWAITED})
"""What is told beside what is open: in an orderly month it is there too."""


@attrs.frozen(kw_only=True)
class OpenItem:
    """Something that is open when a month is closed.

    Attributes:
        amounts: Minor units by currency, where it has amounts.
        until: The nearest last day, where it has one.
    """

    kind: OpenKind
    count: int
    amounts: Mapping[str, int] = attrs.field(factory=dict)
    until: date | None = None

    @property
    def warns(self) -> bool:
        """Whether whoever closes says why it may stay open."""
        return self.kind not in ONLY_TOLD

    @property
    def money(self) -> tuple[Money, ...]:
        """Its amounts."""
        return tuple(Money(minor, currency) for currency, minor in sorted(self.amounts.items()))


@attrs.frozen
class Span:
    """The books up to a position and a day.

    Attributes:
        seq: Position of the chain, included.
        last: Last day, included.
        until: The first moment after it, where the company is.
    """

    seq: int
    last: date
    until: datetime


NOTHING: Final = Span(0, date.min, datetime.fromisoformat("0001-01-02T00:00:00+00:00"))
"""Before the first close."""


@attrs.frozen(kw_only=True)
class AccountFigure:
    """What a close says of one ledger account, minor units; positive is a debit."""

    kind: str
    owner: str
    currency: str
    opening: int
    debit: int
    credit: int

    @property
    def closing(self) -> int:
        """What it came to at the end."""
        return self.opening + self.debit - self.credit

    def money(self, minor: int) -> Money:
        """One of its figures."""
        return Money(minor, self.currency)


@attrs.frozen
class Reopening:
    """Who opened a closed month again, why and when."""

    by: str
    why: str
    at: datetime


@attrs.frozen(kw_only=True)
class MonthClose:
    """A closed month of one company and mode; never changed, only opened again.

    Attributes:
        n: 1 for the first close of the month, 2 after it was opened again, and so on.
        zone: Where its days begin.
        seq, head: Position and hash of the chain that it fixes.
        before: Id of the close that stood last then.
        receipts: The last number of each series of documents.
        totals: What each kind of ledger account comes to, by currency.
        entries: How many entries it is of.
        digest: Hash of those entries and of the figures by ledger account.
        open: What was open then.
    """

    id: str
    merchant_id: str
    mode: Mode
    month: Month
    n: int
    zone: str
    seq: int
    head: str
    before: str | None
    receipts: Mapping[str, int]
    totals: tuple[AccountFigure, ...]
    entries: int
    digest: str
    open: tuple[OpenItem, ...]
    by: str
    why: str
    at: datetime
    reopened: Reopening | None = None

    @property
    def span(self) -> Span:
        """The books that it closes."""
        return Span(self.seq, self.month.last, self.month.end_in(self.zone))


@attrs.frozen(kw_only=True)
class ReceivedOnTerms:
    """What an invoice whose terms ask for a receipt of payment received."""

    payable_id: str
    number: str
    customer: str
    terms: str
    amount: Money


@attrs.frozen
class StoredPackage:
    """How far a package is: made, with its hash and size; or not yet."""

    sha256: str
    size: int
    made_at: datetime | None


@attrs.frozen(kw_only=True)
class LateEntry:
    """An entry that was booked after the close of the month that it counts for.

    Attributes:
        by, why: Who dated it so by hand, and why; empty where it came by itself.
    """

    key: str
    kind: EntryKind
    value_on: date
    at: datetime
    amount: Money
    payment_id: str | None = None
    by: str = ""
    why: str = ""


def span_of(close: MonthClose | None) -> Span:
    """The books of a close; nothing before the first."""
    return close.span if close else NOTHING


def by_kind(figures: Iterable[AccountFigure]) -> tuple[AccountFigure, ...]:
    """Figures of all owners together, by kind and currency."""
    found: dict[tuple[str, str], tuple[int, int, int]] = {}
    for item in figures:
        opening, debit, credit = found.get((item.kind, item.currency), (0, 0, 0))
        found[item.kind, item.currency] = opening + item.opening, debit + item.debit, credit + item.credit
    return tuple(
        AccountFigure(kind=kind, owner="", currency=currency, opening=opening, debit=debit, credit=credit)
        for (kind, currency), (opening, debit, credit) in sorted(found.items())
    )


def digest_of_close(figures: Sequence[AccountFigure], seals: Iterable[str]) -> tuple[int, str]:
    """How many entries there are, and the hash of their seals, in order, and of the figures."""
    digest, count = hashlib.sha256(), 0
    for sealed in seals:
        digest.update(sealed.encode())
        count += 1
    rows = [attrs.astuple(item) for item in sorted(figures, key=lambda item: (item.kind, item.owner, item.currency))]
    digest.update(json.dumps([count, rows], separators=(",", ":")).encode())
    return count, digest.hexdigest()


def next_month(standing: Sequence[MonthClose]) -> Month | None:
    """The only month that can be closed next; None before the first close, which may be of any."""
    return standing[-1].month.next if standing else None
