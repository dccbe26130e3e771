"""What the ticked invoices come to, counted here; and how a script writes the same amount while they are ticked."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Final

import attrs

from hub.domain.currencies import WHOLE
from hub.domain.demand import in_money
from hub.domain.statement import Section
from hub_hookspecs import EXPONENTS, Money

SCRIPT: Final = "tally.js"
"""The only script that any page of the hub has: on the payer's statement."""


@attrs.frozen(kw_only=True)
class Figures:
    """How amounts of a currency are written for a reader, in parts.

    Attributes:
        sign: Before the decimals; empty where there are none.
        whole: Decimals that are all zero are left out, and what is asked in money beside credit has none.
    """

    before: str
    group: str
    sign: str
    after: str
    places: int
    whole: bool


def figures_of(write: Callable[[Money], str], currency: str) -> Figures:
    """The parts, taken from an amount that the reader's own rules wrote."""
    places = EXPONENTS[currency]
    text = write(Money(1234567 * 10**places + min(places, 1), currency))
    found = re.fullmatch(r"(\D*)1(\D?)234\D?567(?:(\D)\d+)?(\D*)", text)
    if found is None:
        raise ValueError(f"amounts of {currency} are not written as {text!r} is expected to be")
    before, group, sign, after = (part or "" for part in found.groups())
    return Figures(before=before, group=group, sign=sign, after=after, places=places, whole=currency in WHOLE)


@attrs.frozen(kw_only=True)
class Tally:
    """What is ticked of a section, and what there is to pay for it.

    Attributes:
        free: What of the customer's credit may be used, minor units.
    """

    ticked: frozenset[str]
    to_pay: Money
    free: int
    figures: Figures


def tally_of(section: Section, ticked: Collection[str], write: Callable[[Money], str]) -> Tally:
    """What there is to pay for the ticked invoices of a section, as the pay step counts; ``write`` writes amounts."""
    chosen = [row for row in section.rows if row.is_payable and row.item.payable_id in ticked]
    to_pay, _used = in_money(section, (row.item.balance for row in chosen))
    return Tally(
        ticked=frozenset(row.item.payable_id for row in chosen),
        to_pay=to_pay,
        free=section.free_credit.minor,
        figures=figures_of(write, section.currency),
    )
