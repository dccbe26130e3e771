"""A round of statement mails: who gets one, and the schedule by which rounds come again."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from hub_hookspecs import Mode

from .merchant import EMPTY_SUMS

HOUR: Final = time(8)
"""When scheduled rounds go out, where the merchant is."""


@attrs.frozen(kw_only=True)
class Choice:
    """Which customers get a statement: those who owe so much, or whose oldest invoice is overdue for so long.

    Without either, everybody who owes.

    Attributes:
        least: Balance from which on, minor units by currency.
        overdue_days: Days overdue from which on; 0 asks for none.
    """

    least: Mapping[str, int] = EMPTY_SUMS
    overdue_days: int = 0

    def takes(self, owed: Mapping[str, int], days_overdue: int) -> bool:
        """Whether a customer with this debt (minor units by currency) is meant."""
        if not any(owed.values()):
            return False
        if not self.least and not self.overdue_days:
            return True
        enough = any(owed.get(currency, 0) >= least for currency, least in self.least.items())
        return enough or bool(self.overdue_days and days_overdue >= self.overdue_days)


@attrs.frozen(kw_only=True)
class Round:
    """Statements to many customers at once: one mail a customer.

    Attributes:
        by: Who asked for it, or ``programado``.
        customers: Ids of those who get a mail, in order.
        without_mail: Ids of those who would, had they an address.
        unsubscribed: Ids of those who would, had they not asked for no more reminders.
        unticked: Ids of those who would, had whoever asked for it not left them out.
        queued: How many of ``customers`` have their delivery already.
        due_at: When the loop goes on with it; None when all are queued.
    """

    id: str
    merchant_id: str
    mode: Mode
    by: str
    choice: Choice
    note: str
    customers: tuple[str, ...]
    without_mail: tuple[str, ...]
    unsubscribed: tuple[str, ...] = ()
    unticked: tuple[str, ...] = ()
    queued: int = 0
    due_at: datetime | None
    created_at: datetime


class Every(enum.StrEnum):
    """How often a scheduled round comes."""

    WEEK = "week"
    MONTH = "month"


@attrs.frozen(kw_only=True)
class Schedule:
    """A round that comes again: each week on a weekday, or on the first such weekday of each month.

    Attributes:
        weekday: 0 is Monday.
        next_at: The round that comes next.
        due_at: When the loop looks at it; later than ``next_at`` while somebody is at it.
        last_round: Id of the last round it made.
    """

    id: str
    merchant_id: str
    mode: Mode
    every: Every
    weekday: int
    choice: Choice
    note: str
    by: str
    next_at: datetime
    due_at: datetime
    last_round: str = ""
    created_at: datetime


def next_time(every: Every, weekday: int, after: datetime, zone: str) -> datetime:
    """The first moment after ``after`` at which such a round comes, UTC."""
    here = ZoneInfo(zone)
    day = after.astimezone(here).date()
    while True:
        moment = datetime.combine(day, HOUR, here)
        if day.weekday() == weekday and moment > after and (every is Every.WEEK or day.day <= 7):
            return moment.astimezone(after.tzinfo)
        day += timedelta(days=1)


@attrs.frozen(kw_only=True)
class Debt:
    """What one customer owes: minor units by currency, and for how long the oldest invoice is overdue."""

    owed: Mapping[str, int] = EMPTY_SUMS
    days_overdue: int = 0


def debts_of(rows: Iterable[tuple[str, str, int, date]], today: date) -> dict[str, Debt]:
    """Debts by customer id, from (customer id, currency, due, due date) of each open invoice."""
    owed: dict[str, dict[str, int]] = {}
    oldest: dict[str, date] = {}
    for customer_id, currency, due, due_on in rows:
        sums = owed.setdefault(customer_id, {})
        sums[currency] = sums.get(currency, 0) + due
        oldest[customer_id] = min(due_on, oldest.get(customer_id, due_on))
    return {
        customer_id: Debt(owed=sums, days_overdue=max(0, (today - oldest[customer_id]).days))
        for customer_id, sums in owed.items()
    }
