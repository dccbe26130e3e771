"""Days as people type them into a field that says dd/mm/aaaa: with any sign between or none, and with short years."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from .dates import read_date
from .unreadable import Unreadable

DIGITS: Final = re.compile(r"([0-9]{2})([0-9]{2})((?:19|20|21)[0-9]{2})")
"""What the keypad of a phone gives; read as aaaammdd, such a number has no month."""
LOOSE: Final = re.compile(r"([0-9]{1,2})(?: ?[ ,./-] ?)([0-9]{1,2})(?: ?[ ,./-] ?)([0-9]{2}|[0-9]{4})")


def read_typed_day(text: str) -> date:
    """Read a day that a person typed alone; the day stands before the month, as the field says.

    Raises:
        Unreadable: No day, or one that does not exist.
    """
    plain = " ".join(text.split())
    found = DIGITS.fullmatch(plain) or LOOSE.fullmatch(plain)
    return read_date("/".join(found.groups()) if found else plain, short_years=True)


def shown_day(value: date | str | None) -> str:
    """What stands in the field: a day as dd/mm/aaaa, and what is none as it was typed."""
    if not value:
        return ""
    try:
        return f"{value if isinstance(value, date) else read_typed_day(value):%d/%m/%Y}"
    except Unreadable:
        return str(value)
