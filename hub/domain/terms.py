"""The condition of sale of an invoice, as a tax authority numbers it."""

from __future__ import annotations

import re
from typing import Final

CODE: Final = re.compile(r"\s*0?(?P<code>[1-9]|1[0-5]|99)(?![0-9])(?!\s*d\w{2,3}\b)", re.IGNORECASE)
"""A number of days is none."""


def terms_code(text: str) -> str:
    """The code that a cell begins with, in two digits: ``8 - Estado`` is ``08``; empty where there is none."""
    found = CODE.match(text)
    return f"{int(found['code']):02d}" if found else ""
