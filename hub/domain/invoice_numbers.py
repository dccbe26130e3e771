"""What two writings of one invoice's number share, however a spreadsheet or a person writes it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

WHOLE: Final = re.compile(r"^([0-9]+)[.,]0+$")
"""A number that a program wrote as an amount: ``123.0``."""
REMEMBERED: Final = 60
"""Length of the longest number of which it is remembered what it is folded to."""
PARTS: Final = re.compile(r"[0-9]+|[^\W0-9_]+")


def folded_number(number: str) -> str:
    """A number without case, accents, blanks, dashes and leading zeros: ``FE-000123`` and ``fe 123`` are ``fe.123``.

    Letters are the series, and stay; digits that something stands between stay apart, so that ``1-23`` is not ``123``.
    """
    return (_remembered if len(number) <= REMEMBERED else _folded)(str(number))


def _folded(number: str) -> str:
    plain = number.casefold().strip()
    if plain[-1:] == "0" and (whole := WHOLE.match(plain)):
        plain = whole[1]
    if not plain.isascii():
        plain = "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))
    parts = PARTS.findall(plain)
    return ".".join([part.lstrip("0") or "0" if part.isdecimal() else part for part in parts]) or number


_remembered = lru_cache(maxsize=4096)(_folded)
