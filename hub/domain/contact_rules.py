"""When a contact about a debt may be made: a country's windows and limits, after what was made already.

A week is seven days of the calendar where the company is, today and the six before: what comes every Monday fits in.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from hub.domain.countries.careful import CAREFUL as CAREFUL
from hub_hookspecs import ContactRules, Country

MAIL: Final = "mail"
"""The channel that is always there."""

WEEK: Final = timedelta(days=7)
LOOKED_AHEAD: Final = 400
"""Days; a calendar that is closed for longer never opens."""

NO_DAYS: Final[frozenset[date]] = frozenset()


@attrs.frozen
class Made:
    """A contact that was made, or is being made: when, and by which channel."""

    at: datetime
    channel: str


@attrs.frozen(kw_only=True)
class ContactCalendar:
    """When contacts may be made by the company of a zone."""

    rules: ContactRules = CAREFUL
    holidays: Container[date] = NO_DAYS
    zone: str

    def day(self, at: datetime) -> date:
        """The day where the company is."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def is_closed_on(self, day: date) -> bool:
        """Whether nobody may be contacted on this day at all."""
        return day.weekday() not in self.rules.windows or (day in self.holidays and not self.rules.on_holidays)

    def is_open(self, at: datetime) -> bool:
        """Whether a contact may be made at this moment, as far as the clock says."""
        here = at.astimezone(ZoneInfo(self.zone))
        if self.is_closed_on(here.date()):
            return False
        opens, closes = self.rules.windows[here.weekday()]
        return opens <= here.time() < closes

    def opens(self, at: datetime) -> datetime | None:
        """The first moment from then on that lies in a window; None where none ever does."""
        if self.is_open(at):
            return at
        return next(filter(lambda moment: moment >= at, self._openings(at)), None)

    def earliest(self, at: datetime, channel: str, made: Iterable[Made]) -> datetime | None:
        """The first moment from then on at which one more contact by this channel keeps to windows and limits."""
        known = tuple(made)
        first = self.opens(at)
        if first is None or self._has_room(first, channel, known):
            return first
        later = (moment for moment in self._openings(first) if moment > first)
        return next((moment for moment in later if self._has_room(moment, channel, known)), None)

    def next_day(self, at: datetime) -> datetime | None:
        """When the next day opens after this one."""
        today = self.day(at)
        return next((moment for moment in self._openings(at) if self.day(moment) > today), None)

    def _openings(self, at: datetime) -> Iterable[datetime]:
        """The openings of the days from this one on."""
        here, today = ZoneInfo(self.zone), self.day(at)
        for ahead in range(LOOKED_AHEAD):
            day = today + timedelta(days=ahead)
            if not self.is_closed_on(day):
                opens: time = self.rules.windows[day.weekday()][0]
                yield datetime.combine(day, opens, here).astimezone(at.tzinfo)

    def _has_room(self, at: datetime, channel: str, made: Collection[Made]) -> bool:
        """Whether the limits of a day and of a week leave room for one more."""
        day = self.day(at)
        week = [contact for contact in made if timedelta() <= day - self.day(contact.at) < WEEK]
        today = [contact for contact in week if self.day(contact.at) == day]
        channels = {contact.channel for contact in week} | {channel}
        return (
            len(today) < self.rules.per_day
            and len(week) < self.rules.per_week
            and len(channels) <= self.rules.channels_per_week
        )


def calendar_for(country: Country | None, zone: str) -> ContactCalendar:
    """The calendar of a company; where its country is not served here, the careful one."""
    if country is None:
        return ContactCalendar(zone=zone)
    return ContactCalendar(rules=country.contacts or CAREFUL, holidays=country.holidays, zone=zone)
