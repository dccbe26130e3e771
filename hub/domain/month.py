"""A whole month of the calendar, where a company is."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from hub.domain.text import Text

NAMES: Final = (
    *(Text("month.january"), Text("month.february"), Text("month.march"), Text("month.april"), Text("month.may")),
    *(Text("month.june"), Text("month.july"), Text("month.august"), Text("month.september"), Text("month.october")),
    *(Text("month.november"), Text("month.december")),
)
WRITTEN: Final = re.compile(r"([12][0-9]{3})-(0[1-9]|1[0-2])")


@attrs.frozen(order=True)
class Month:
    """A month; the earlier one is less."""

    year: int
    number: int = attrs.field(validator=attrs.validators.in_(range(1, 13)))

    @classmethod
    def of(cls, day: date) -> Month:
        """The month of a day."""
        return cls(day.year, day.month)

    @classmethod
    def read(cls, text: str) -> Month:
        """The month of ``2026-11``.

        Raises:
            ValueError: It is none.
        """
        found = WRITTEN.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is no month such as 2026-11")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def name(self) -> Text:
        """What people call it: *noviembre de 2026*."""
        return Text("month.of", month=NAMES[self.number - 1], year=str(self.year))

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> Month:
        """The month after it."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def before(self) -> Month:
        """The month before it."""
        return Month.of(self.first - timedelta(days=1))

    def end_in(self, zone: str) -> datetime:
        """The first moment after it, where the zone is."""
        return datetime.combine(self.next.first, datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)

    def has_ended(self, now: datetime, zone: str) -> bool:
        """Whether it is over where the zone is."""
        return now >= self.end_in(zone)
