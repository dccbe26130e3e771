"""Bank holidays by rule: a law that says once which days are kept says it for every year."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, timedelta

import attrs


@attrs.frozen
class Holidays:
    """The bank holidays that a rule gives for any year; ``day in holidays`` asks, as of a set of dates.

    Attributes:
        of: The days that are kept in a year, moved ones where they are kept.
    """

    of: Callable[[int], Collection[date]]

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in self.of(day.year)


def easter(year: int) -> date:
    """Easter Sunday by the Gregorian calendar: Gauss's rule, as Butcher wrote it."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def monday_from(day: date) -> date:
    """The day itself, if it is a Monday, or the Monday after it."""
    return day + timedelta(days=-day.weekday() % 7)
