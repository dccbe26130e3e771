"""What a complete list lacks, and what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Final

import attrs

from hub.domain.complete_list import Closing, side_by_side, summed
from hub.domain.decision import Decision
from hub.domain.payable import Payable
from hub.domain.text import Text
from hub_hookspecs import Money

BILL: Final = "bill:"
"""How the names begin of what a decision says of each invoice."""
DAY: Final = "as_of"
TOLD: Final = 10
"""Of more series the rest is counted."""
ALONE: Final = "alone"
"""Says that nobody else of the company could be asked."""


@attrs.frozen
class Absent:
    """What is open here and not in a file that nobody called the complete list."""

    numbers: tuple[str, ...]
    sums: Mapping[str, Money]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.numbers)


@attrs.frozen
class MissingBill:
    """An open invoice that the list lacks, and what was chosen for it."""

    payable: Payable
    customer: str
    becomes: Closing

    @property
    def said(self) -> str:
        """What a decision says of it."""
        return f"{self.becomes} {self.payable.due} {self.payable.currency}"


@attrs.frozen
class LeftAlone:
    """One that stays open whatever was chosen, and why."""

    payable: Payable
    why: Text


@attrs.frozen(kw_only=True)
class Missing:
    """What a complete list lacks.

    Attributes:
        refused: Why the file cannot be taken for a complete list; then nothing is missing of it.
        as_of: The day that the list is of.
        series: What stands before the digits of its numbers; the list was compared with what is open of these alone.
        branches: Likewise; empty is what is of none.
        currencies: Likewise.
        others: How many open invoices it was not compared with.
        open_ones: How many invoices of which the list speaks are open here.
        asks_two: Whether so many are closed by two people.
    """

    as_of: date
    refused: tuple[Text, ...] = ()
    bills: tuple[MissingBill, ...] = ()
    left: tuple[LeftAlone, ...] = ()
    series: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    others: int = 0
    open_ones: int = 0
    asks_two: bool = False

    @property
    def count(self) -> int:
        """How many are missing: what whoever confirms types."""
        return len(self.bills)

    @property
    def compared(self) -> Text:
        """What the list was compared with, and how much it was not."""
        series = [
            Text("missing.series", series=one) if one else Text("missing.no_series") for one in self.series[:TOLD]
        ]
        if (more := len(self.series) - TOLD) > 0:
            series.append(Text("missing.more_series", count=more))
        if any(self.branches):
            series += [
                Text("missing.branch", branch=one) if one else Text("missing.no_branch") for one in self.branches[:TOLD]
            ]
            if (more := len(self.branches) - TOLD) > 0:
                series.append(Text("missing.more_branches", count=more))
        codes = [Text("missing.code", code=one) for one in self.currencies]
        named, written = side_by_side(series), side_by_side(codes)
        if not self.others:
            return Text("missing.compared_all", series=named, currencies=written)
        if self.others == 1:
            return Text("missing.compared_one", series=named, currencies=written)
        return Text("missing.compared", others=self.others, series=named, currencies=written)

    @property
    def sums(self) -> Mapping[str, Money]:
        """What they owe, by currency."""
        return summed(bill.payable.balance for bill in self.bills)

    @property
    def closing(self) -> tuple[MissingBill, ...]:
        """Those of which something is to be closed."""
        return tuple(bill for bill in self.bills if bill.becomes is not Closing.LEFT)

    @property
    def mark(self) -> str:
        """What was shown of them, so that whoever confirms decides on that, or on nothing."""
        seen = "\n".join(f"{bill.payable.id} {bill.payable.due} {bill.payable.revision}" for bill in self.bills)
        return hashlib.sha256(f"{self.as_of}\n{seen}".encode()).hexdigest()[:32]


@attrs.frozen(kw_only=True)
class Closed:
    """What became of it.

    Attributes:
        refused: Why nothing was closed; it is to be shown again.
        decision: Who said so; one that is not done waits for a second person.
        numbers: What was closed.
        left: What was to be closed and stays open, since something came between the decision and its turn.
        is_begun: It was decided, and is closed portion after portion.
    """

    refused: tuple[Text, ...] = ()
    decision: Decision | None = None
    numbers: tuple[str, ...] = ()
    left: tuple[LeftAlone, ...] = ()
    is_begun: bool = False

    @property
    def waits(self) -> bool:
        """Whether a second person is asked."""
        return self.decision is not None and not self.decision.is_done
