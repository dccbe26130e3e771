"""What two writings of one invoice's number share, however a spreadsheet or a person writes it."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

WHOLE: Final = re.compile(r"^([0-9]+)[.,]0+$")
"""A number that a program wrote as an amount: ``123.0``."""
PARTS: Final = re.compile(r"[0-9]+|[^\W0-9_]+")


def folded_number(number: str) -> str:
    """A number without case, accents, blanks, dashes and leading zeros: ``FE-000123`` and ``fe 123`` are ``fe.123``.

    Letters are the series, and stay; digits that something stands between stay apart, so that ``1-23`` is not ``123``.
    """
    plain = unicodedata.normalize("NFKD", WHOLE.sub(r"\1", number.casefold().strip()))
    parts = PARTS.findall("".join(char for char in plain if not unicodedata.combining(char)))
    return ".".join(part.lstrip("0") or "0" if part.isdecimal() else part for part in parts) or number
