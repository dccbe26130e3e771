"""When and how often somebody may be reminded of a debt: facts of a country, with where they are written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from types import MappingProxyType
from typing import Final, TypeAlias

import attrs

Window: TypeAlias = tuple[time, time]
"""From a time of the day, until before another one, where the company is."""

OFFICE_HOURS: Final[Mapping[int, Window]] = MappingProxyType(dict.fromkeys(range(5), (time(8), time(18))))
"""Monday to Friday from eight to six."""


@attrs.frozen(kw_only=True)
class ContactRules:
    """What holds for contacts about a debt that nobody asked for.

    What the customer asked for, and the proof of what was paid, are no such contacts.

    Attributes:
        windows: By weekday, 0 for Monday, when a contact may be made; on a weekday that is missing there is none.
        on_holidays: Whether one may be made on the country's holidays too.
        per_day: How many on one day.
        per_week: How many within seven days, over all that the customer owes.
        channels_per_week: By how many channels within seven days.
        authorised_only: Whether a channel needs that the customer authorised it.
        source: Where it is written, in the country's language; people read it.
        verified_by: Who compared it with that, and when; empty where nobody has.
    """

    windows: Mapping[int, Window] = OFFICE_HOURS
    on_holidays: bool = False
    per_day: int = 1
    per_week: int = 1
    channels_per_week: int = 1
    authorised_only: bool = False
    source: str
    verified_by: str = ""
