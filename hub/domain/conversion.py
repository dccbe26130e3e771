"""A conversion: money that came in one currency and settles what is owed in another, at a rate that a person states.

No gain or loss is computed. Two entries book it through the ledger account ``exchange``, one a currency. The id of a
conversion is a hash of all that it says, and stands in the keys of its entries, which are sealed.
"""

from __future__ import annotations

import enum
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final

import attrs

from hub.domain.text import Text
from hub_hookspecs import EXPONENTS, Mode, Money

from .ids import derived_id
from .ledger import Drawn, Entry, EntryKind, LedgerKind, Posting, debit_and_credit

FAR: Final = Fraction(5, 100)
"""How far a rate may be from the last one before a second person is asked."""


class Doubt(enum.StrEnum):
    """Why a rate needs a second person."""

    FIRST = "first"
    INVERTED = "inverted"
    FAR = "far"

    @property
    def told(self) -> Text:
        """The reason in words, for page and command."""
        return TOLD[self]


TOLD: Final = {Doubt.FIRST: Text("rate.first"), Doubt.INVERTED: Text("rate.inverted"), Doubt.FAR: Text("rate.far")}


@attrs.frozen(kw_only=True)
class Rate:
    """One unit of ``base`` is ``value`` units of ``quote``: 1 USD = 520.25 CRC.

    Attributes:
        source: Who says so: a central bank, the customer's bank.
        on: The day that it is of.
    """

    base: str
    quote: str
    value: Decimal
    source: str
    on: date

    def __str__(self) -> str:
        return f"1 {self.base} = {self.value:f} {self.quote}"

    def of(self, currency: str) -> Fraction:
        """How many units of the other currency one unit of this one is."""
        exact = Fraction(self.value)
        return exact if currency == self.base else 1 / exact

    def converted(self, came: Money) -> Money:
        """What an amount comes to in the other currency: rounded once, half up."""
        other = self.quote if came.currency == self.base else self.base
        shift = Fraction(10) ** (EXPONENTS[other] - EXPONENTS[came.currency])
        return Money(_half_up(came.minor * self.of(came.currency) * shift), other)


def _half_up(amount: Fraction) -> int:
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def read_rate(text: str) -> Decimal | None:
    """A rate as it was typed, with a decimal point or comma; None where it is none, or not above zero."""
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 < value < 10**9 and -value.as_tuple().exponent <= 9 else None  # type: ignore[operator]


def doubt_of(rate: Rate, last: Rate | None) -> Doubt | None:
    """Why a second person should look at a rate, beside the last of its pair; None where it looks right."""
    if last is None:
        return Doubt.FIRST
    before, now = last.of(rate.base), rate.of(rate.base)
    if abs(now - before) <= FAR * before:
        return None
    return Doubt.INVERTED if abs(1 / now - before) <= before / 2 else Doubt.FAR


@attrs.frozen
class CameIn:
    """What came in another currency, and the rate at which a person counted it."""

    money: Money
    rate: Rate


@attrs.frozen(kw_only=True)
class Conversion:
    """Money that came in one currency and settles in another; never edited, only voided.

    Attributes:
        form: Fresh id that was drawn with the form; one form converts once.
        payment_id: Whose money left suspense; None for money received by hand.
        came, settles: What came, and what it settles.
        means: How it came; ``suspense`` where it was there already.
        value_on: The day that both entries count for.
    """

    form: str
    merchant_id: str
    mode: Mode
    customer_id: str
    payment_id: str | None = None
    account_id: str = ""
    came: Money
    settles: Money
    rate: Rate
    means: str
    value_on: date
    by: str
    why: str
    at: datetime
    void_reason: str = ""
    voided_at: datetime | None = None
    voided_by: str = ""

    @property
    def id(self) -> str:
        """A hash of all that it says; the keys of its entries name it, so their seals hold it."""
        return derived_id(
            *("conversion", self.form, self.merchant_id, self.mode.value, self.customer_id, self.payment_id or ""),
            *(self.account_id, str(self.came.minor), self.came.currency, str(self.settles.minor)),
            *(self.settles.currency, str(self.rate), self.rate.source, self.rate.on.isoformat(), self.means),
            self.value_on.isoformat(),
        )

    @property
    def keys(self) -> tuple[str, str]:
        """The keys of its entries: what came, and what it settles."""
        return f"exchange:{self.id}:in", f"exchange:{self.id}:out"


SUSPENSE: Final = "suspense"
"""The means of money that waited in suspense."""


def conversion_entries(made: Conversion, *, into: LedgerKind, note: str) -> tuple[Entry, Entry]:
    """Both halves; the second brings the customer's credit in.

    Args:
        into: Where the money is; ``suspense`` where it waited there.
    """
    first, second = made.keys
    owner = made.account_id if into is LedgerKind.SUSPENSE else ""
    return (
        Entry(
            key=first,
            kind=EntryKind.EXCHANGE,
            merchant_id=made.merchant_id,
            mode=made.mode,
            currency=made.came.currency,
            postings=debit_and_credit(into, owner, LedgerKind.EXCHANGE, "", made.came.minor),
            at=made.at,
            value_on=made.value_on,
            payment_id=made.payment_id,
            note=note,
        ),
        Entry(
            key=second,
            kind=EntryKind.EXCHANGE,
            merchant_id=made.merchant_id,
            mode=made.mode,
            currency=made.settles.currency,
            postings=debit_and_credit(
                LedgerKind.EXCHANGE, "", LedgerKind.CUSTOMER_CREDIT, made.customer_id, made.settles.minor
            ),
            at=made.at,
            value_on=made.value_on,
            intake_of=made.customer_id,
            payment_id=made.payment_id,
            note=note,
        ),
    )


def back_of(made: Conversion, came_back: int, before: int) -> Money:
    """What a part of what came takes back of what it settles, at the old rate; all parts together come to all.

    Args:
        before: What was taken back of what came already, minor units.
    """

    def share(part: int) -> int:
        return _half_up(Fraction(made.settles.minor * part, made.came.minor))

    return Money(share(before + came_back) - share(before), made.settles.currency)


def taken_back(
    entry: Entry,
    amount: int,
    *,
    number: int,
    at: datetime,
    on: date | None,
    drawn: tuple[Drawn, ...] = (),
    observation: str | None = None,
    note: str = "",
) -> Entry:
    """The correction of a part of one half."""
    return Entry(
        key=f"fix:{entry.key}:{number}",
        kind=EntryKind.CORRECTION,
        merchant_id=entry.merchant_id,
        mode=entry.mode,
        currency=entry.currency,
        postings=tuple(Posting(leg.kind, leg.owner, -amount if leg.amount > 0 else amount) for leg in entry.postings),
        at=at,
        value_on=on,
        drawn=drawn,
        payment_id=entry.payment_id,
        observation=observation,
        note=note,
    )
