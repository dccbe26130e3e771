"""The condition of sale of an invoice, as a tax authority numbers it, and when its payment needs a document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

PAYMENT_RECEIPT_TERMS: Final[Mapping[str, tuple[str, ...]]] = {"CR": ("08", "10")}
"""Terms whose payment is declared by an electronic receipt of payment (*REP*), by country.

Costa Rica, version 4.4 of the electronic documents (resolution MH-DGT-RES-0027-2024): 08 are services to the State
on credit, 10 sales on credit of up to 90 days whose tax is owed when they are paid. The hub issues none; it lists what
needs one.
"""

CODE: Final = re.compile(r"\s*0?(?P<code>[1-9]|1[0-5]|99)(?![0-9])(?!\s*d\w{2,3}\b)", re.IGNORECASE)
"""A number of days is none."""


def terms_code(text: str) -> str:
    """The code that a cell begins with, in two digits: ``8 - Estado`` is ``08``; empty where there is none."""
    found = CODE.match(text)
    return f"{int(found['code']):02d}" if found else ""
