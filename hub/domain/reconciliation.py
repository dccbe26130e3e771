"""The daily comparison with a provider that reports by itself: when it comes, how far it is, what it found."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import attrs

BEGINS: Final = time(5)
"""Local time from which the day before is compared: the provider has closed it, and nobody is at work yet."""

AGAIN_DAYS: Final = 2
"""Days that were compared already and are asked for once more: a report may list a payment late."""

MAX_DAYS: Final = 30
"""How far back one comparison goes."""

MIN_PAUSE: Final = timedelta(minutes=5)
MAX_PAUSE: Final = timedelta(hours=4)


@attrs.frozen(kw_only=True)
class DailyReconciliation:
    """One account's.

    Attributes:
        covered: The last day that was compared, in the merchant's zone.
        tries: How often it has been tried since it was done.
        trouble: Why the last try led nowhere, in English, or a text as ``stored`` writes it.
        outcome: What the last one found, in words.
    """

    account_id: str
    covered: date | None = None
    due_at: datetime
    tries: int = 0
    trouble: str = ""
    outcome: str = ""
    done_at: datetime | None = None


def next_comparison(now: datetime, zone: str) -> datetime:
    """The next time that a day can be compared."""
    there = now.astimezone(ZoneInfo(zone))
    begins = datetime.combine(there.date(), BEGINS, there.tzinfo)
    if there >= begins:
        begins = datetime.combine(there.date() + timedelta(days=1), BEGINS, there.tzinfo)
    return begins.astimezone(now.tzinfo)


def last_whole_day(now: datetime, zone: str) -> date:
    """The last day that is over, and closed at the provider."""
    there = now.astimezone(ZoneInfo(zone))
    return there.date() - timedelta(days=1 if there.time() >= BEGINS else 2)


def period_for(covered: date | None, created_on: date, last: date) -> tuple[date, date] | None:
    """The days to ask for; None when no new one is over."""
    if covered is not None and covered >= last:
        return None
    first = covered - timedelta(days=AGAIN_DAYS - 1) if covered else created_on
    first = max(first, created_on, last - timedelta(days=MAX_DAYS - 1))
    return (first, last) if first <= last else None


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many tries in vain."""
    return min(MAX_PAUSE, MIN_PAUSE * (1 << min(tries, 10)))
