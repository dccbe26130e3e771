"""Rules of contact that never close: for houses whose tests are about something else, at any hour of any day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Final

import attrs

from hub.domain.contact_rules import CAREFUL
from hub_hookspecs import ContactRules, Country

ALWAYS: Final = ContactRules(
    windows=dict.fromkeys(range(7), (time(0), time.max)),
    on_holidays=True,
    per_day=1000,
    per_week=1000,
    channels_per_week=10,
    source=CAREFUL.source,
)


def always_open(countries: Mapping[str, Country]) -> dict[str, Country]:
    """These countries, at any hour."""
    return {code: attrs.evolve(country, contacts=ALWAYS) for code, country in countries.items()}
