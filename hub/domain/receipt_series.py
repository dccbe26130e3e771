"""A merchant's series of cash receipts: one gives numbers at a time; a used one is closed, never renamed."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

import attrs

from hub_hookspecs import Mode

from .receipt import label_of

SERIES_NAME: Final = re.compile(r"[A-Z0-9]{1,10}")
"""How a series is named; as a country's own."""

MAX_NUMBER: Final = 999_999_999
"""The highest number that may be said for a series."""


@attrs.frozen(kw_only=True)
class ReceiptSeries:
    """A series that a person began, or that was closed when another one began.

    Attributes:
        series: ``RC``; it stands before each number.
        closed_at: None while it gives the numbers.
    """

    merchant_id: str
    mode: Mode
    series: str
    began_at: datetime
    began_by: str
    closed_at: datetime | None = None
    closed_by: str = ""


@attrs.frozen(kw_only=True)
class SeriesView:
    """A series with how far it has come.

    Attributes:
        last: The last number that was given or left out; 0 before the first.
        issued: How many receipts have a number of it, void ones included.
    """

    series: str
    last: int
    issued: int
    is_open: bool
    began_at: datetime | None = None
    began_by: str = ""
    closed_at: datetime | None = None
    closed_by: str = ""

    @property
    def next_label(self) -> str:
        """The number that the next receipt gets, as people write it."""
        return label_of(self.series, self.last + 1)

    @property
    def last_label(self) -> str:
        """The last number, as people write it; empty before the first."""
        return label_of(self.series, self.last) if self.last else ""
