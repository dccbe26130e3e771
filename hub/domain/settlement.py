"""What providers pay out: the lines of their files, and how each is matched with what is booked here."""

from __future__ import annotations

import enum
from datetime import datetime

import attrs

from hub_hookspecs import Mode, SettlementLine


class LineState(enum.StrEnum):
    """What became of a settlement line.

    ``open`` waits for a person, or for the payment to become known; ``withdrawn`` was booked and corrected by hand.
    """

    OPEN = "open"
    BOOKED = "booked"
    WITHDRAWN = "withdrawn"


@attrs.frozen(kw_only=True)
class StoredLine:
    """A line as a provider stated it, and what it settles here.

    Attributes:
        source: Name of the file, or that it was fetched.
        settles: Key of the capture, return or chargeback that it pays out.
    """

    account_id: str
    merchant_id: str
    mode: Mode
    line: SettlementLine
    source: str
    imported_at: datetime
    state: LineState = LineState.OPEN
    payment_id: str | None = None
    settles: str | None = None


@attrs.frozen(kw_only=True)
class Awaited:
    """Money that is booked here, in or out, and that no line has settled yet.

    Attributes:
        key: Of the entry; with its corrections it comes to ``minor``, negative for what went back.
    """

    key: str
    payment_id: str
    currency: str
    minor: int
    at: datetime
