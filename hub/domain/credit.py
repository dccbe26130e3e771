"""What of a customer's credit a payment uses, so that page, mail and charge say the same amount."""

from __future__ import annotations

from hub.domain.currencies import WHOLE
from hub_hookspecs import Money


def used_of(due: Money, free: Money) -> Money:
    """What of free credit is used for what is due: all of it, as far as it is needed.

    Where a currency is written without decimals, what remains to be paid has none: many a provider cannot carry them.
    """
    rest = due.minor - min(free.minor, due.minor)
    if due.currency in WHOLE:
        unit = Money.parse("1", due.currency).minor
        rest = min(due.minor, -(-rest // unit) * unit)
    return Money(due.minor - rest, due.currency)
