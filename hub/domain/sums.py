"""Sums of money: one a currency, in the order of their codes."""

from __future__ import annotations

from collections.abc import Iterable

from hub_hookspecs import Money


def sums_of(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """The sum of each currency that occurs."""
    sums: dict[str, int] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))
