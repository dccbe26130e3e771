"""What payers withhold: the merchant's rates by date, and what follows from them for an invoice."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import attrs

from hub.domain.currencies import WHOLE
from hub.domain.merchant import Options
from hub_hookspecs import EXPONENTS, Country, Money

MILLION: Final = 1_000_000
"""A rate is a whole number of millionths: 2.5 % is 25000, 9.66 per mille is 9660."""

CONCEPT_LENGTH: Final = 80


class RateUnit(enum.StrEnum):
    """How people write a rate."""

    PERCENT = "percent"
    PER_MILLE = "per_mille"


PARTS_OF: Final = {RateUnit.PERCENT: 10_000, RateUnit.PER_MILLE: 1_000}
"""Millionths of one percent, and of one per mille."""


class Basis(enum.StrEnum):
    """What a tax is reckoned on: the price before VAT, or the VAT itself."""

    SUBTOTAL = "subtotal"
    VAT = "vat"


def basis_of(tax: str, country: Country) -> Basis:
    """What a country reckons a tax on."""
    return Basis.VAT if tax in country.withheld_of_vat else Basis.SUBTOTAL


@attrs.frozen(kw_only=True)
class WithholdingRate:
    """What payers withhold of one tax for one concept, in a time; the merchant's own entry, none is shipped.

    Attributes:
        parts: Of a million.
        unit: As it was written.
        minimum_base: Below it nothing is withheld.
        valid_to: The last day; None while nobody closed it.
        used_at: Since when a payment rests on it; then it may be closed, and no longer removed.
    """

    id: str
    merchant_id: str
    tax: str
    concept: str
    parts: int
    unit: RateUnit
    minimum_base: Money
    valid_from: date
    valid_to: date | None = None
    used_at: datetime | None = None
    added_by: str
    added_at: datetime
    closed_by: str = ""
    closed_at: datetime | None = None

    @property
    def number(self) -> Decimal:
        """The rate in its unit: ``2.5``, ``9.66``."""
        value = Decimal(self.parts) / PARTS_OF[self.unit]
        return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()

    def is_valid(self, on: date) -> bool:
        """Whether it holds on that day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def of(self, base: int) -> int:
        """What is withheld of a base, minor units: exact, rounded half up to what the currency is written in."""
        if base < self.minimum_base.minor:
            return 0
        unit = unit_of(self.minimum_base.currency)
        return (2 * base * self.parts + MILLION * unit) // (2 * MILLION * unit) * unit


def unit_of(currency: str) -> int:
    """The smallest amount that is withheld, minor units: a whole one where cents are not written, as in Colombia."""
    return int(10 ** EXPONENTS[currency]) if currency in WHOLE else 1


def valid_rates(rates: Iterable[WithholdingRate], *, on: date, currency: str) -> tuple[WithholdingRate, ...]:
    """The rates of one day and currency. The day is the invoice's: what is withheld arises when it is accrued."""
    return tuple(rate for rate in rates if rate.minimum_base.currency == currency and rate.is_valid(on))


@attrs.frozen(kw_only=True)
class WithholdingTerms:
    """How far a payer's word alone goes. Minor units of one currency.

    Attributes:
        tolerance: How far an amount may be from what its rate gives.
        cap: Above it, of one invoice, what is declared waits for the merchant; 0 for none.
        cap_parts: The same as a part of the invoice's total, of a million; 0 for none.
    """

    tolerance: int = 0
    cap: int = 0
    cap_parts: int = 0

    def limit_of(self, total: int) -> int | None:
        """The most of an invoice that needs nobody's word; None where there is no cap."""
        caps = [self.cap] if self.cap else []
        if self.cap_parts:
            caps.append(total * self.cap_parts // MILLION)
        return min(caps, default=None)

    def waits(self, withheld: int, *, total: int, before: int = 0) -> bool:
        """Whether what is declared of an invoice, with what was withheld of it before, needs the merchant's word."""
        limit = self.limit_of(total)
        return limit is not None and withheld > 0 and withheld + before > limit


NO_TERMS: Final = WithholdingTerms()
"""Nothing may differ, and nothing waits."""


def terms_of(options: Options, currency: str) -> WithholdingTerms:
    """A merchant's terms in one currency."""
    return WithholdingTerms(
        tolerance=options.withholding_tolerance.get(currency, 0),
        cap=options.withholding_cap.get(currency, 0),
        cap_parts=options.withholding_cap_parts,
    )


def read_rate(text: str, unit: RateUnit) -> int | None:
    """A typed rate in millionths: ``2,5`` percent is 25000; None where it is none, or finer than a millionth."""
    if not re.fullmatch(r"[0-9]{1,3}([.,][0-9]{1,4})?", text):
        return None
    parts = Decimal(text.replace(",", ".")) * PARTS_OF[unit]
    return int(parts) if parts == parts.to_integral_value() and 0 < parts <= MILLION else None
