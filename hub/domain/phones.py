"""A telephone number as it is called from anywhere (E.164): digits with the country's before them."""

from __future__ import annotations

import re
from typing import Final

WRITTEN: Final = re.compile(r"\+?[0-9 ().\-\u2010-\u2015/]+")
SHORTEST: Final = 7
LONGEST: Final = 15
"""Digits of a whole number, E.164; what is shorter is an extension or a service."""


def international(phone: str, prefix: str) -> str:
    """The digits of a number with its country's first; empty where it is none that can be called from abroad.

    Args:
        prefix: Of the country where a number belongs that does not say: ``+506``.
    """
    text = phone.strip()
    if not WRITTEN.fullmatch(text):
        return ""
    digits, country = re.sub("[^0-9]", "", text), prefix.removeprefix("+")
    if digits.startswith("00"):
        digits, is_whole = digits[2:], True
    else:
        is_whole = text.startswith("+") or (digits.startswith(country) and len(digits) - len(country) >= SHORTEST)
    if not is_whole:
        digits = country + digits if len(digits) >= SHORTEST else ""
    return digits if SHORTEST < len(digits) <= LONGEST else ""
