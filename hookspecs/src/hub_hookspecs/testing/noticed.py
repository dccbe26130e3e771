"""What is noticed beside whatever a proof is looking at: a book that a request should not have changed,
a simulator that failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from hub_hookspecs.money import Money

Row = Mapping[str, Any]


@attrs.define
class Noticed:
    """What was noticed on a bench, each once, in the order in which it happened.

    Attributes:
        books: Changes of a provider's book around requests that may not change it.
        failures: What a simulator raised.
        denials: Exchanges that moved money and were concluded as declined.
    """

    books: dict[str, None] = attrs.Factory(dict)
    failures: dict[str, None] = attrs.Factory(dict)
    denials: dict[str, None] = attrs.Factory(dict)


Totals = Mapping[str, tuple[int, int]]
"""By currency: what was taken, and what of it went back, in minor units."""


def totals(rows: Iterable[Row]) -> Totals:
    """What a provider's book adds up to."""
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        taken, back = found.get(row["currency"], (0, 0))
        found[row["currency"]] = taken + row["minor"] * row["captures"], back + row["returned"]
    return found


def excess(less: Iterable[Row], more: Iterable[Row]) -> str:
    """What of a book is more than in another, in words; empty when nothing is."""
    first, then = totals(less), totals(more)
    words = []
    for currency, (taken, back) in sorted(then.items()):
        was = first.get(currency, (0, 0))
        for change, what in ((taken - was[0], "taken"), (back - was[1], "given back")):
            if change > 0:
                words.append(f"{Money(change, currency)} more {what}")
    return " and ".join(words)


def difference(before: Iterable[Row], after: Iterable[Row]) -> str:
    """What happened to a book, in words; empty when nothing did."""
    first, then = totals(before), totals(after)
    words = []
    for currency in sorted({*first, *then}):
        was, now = first.get(currency, (0, 0)), then.get(currency, (0, 0))
        words += [
            f"{Money(abs(change), currency)} {what}"
            for change, what in ((now[0] - was[0], "taken"), (now[1] - was[1], "given back"))
            if change
        ]
    return " and ".join(words) or ("its lines changed" if list(before) != list(after) else "")
