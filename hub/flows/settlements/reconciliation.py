"""A reconciliation: what it booked, what differs, and what the provider still has to pay out."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from hub.domain.files.reading import Reading
from hub.domain.files.sheet import RowError
from hub.domain.settlement import Awaited, Difference
from hub_hookspecs import SettlementLine


@attrs.frozen(kw_only=True)
class Found:
    """One difference, as its review states it; ``new`` when the review was opened now.

    Attributes:
        line: Of the file; None where it is the file that lacks one.
    """

    cause: Difference
    details: str
    line: SettlementLine | None = None
    payment_id: str | None = None
    reference: str = ""
    new: bool = True

    @property
    def line_id(self) -> str:
        """The provider's id of the line."""
        return self.line.line_id if self.line else ""


@attrs.frozen(kw_only=True)
class Reconciliation:
    """What a reconciliation did, or with ``dry_run`` would do.

    Attributes:
        reading: How a file was understood; where it asks something, nothing was taken.
        booked: Lines booked now; ``known``: lines that were booked before.
        late: Of them those whose payment was not known to be paid.
        differences: Each with a review of its own.
        clearing: What the account still has to pay out by the books, by currency (L10).
        awaited: What that is made of.
        reserved: What the provider keeps back until it releases it, by currency.
        in_transit: What was settled without word of what reached the bank, by currency.
        faults: What is wrong with the file; when there are any, nothing was taken.
        set_aside: What is wrong with single lines; the others were taken.
    """

    reading: Reading = attrs.Factory(Reading)
    source: str = ""
    lines: int = 0
    booked: int = 0
    known: int = 0
    late: int = 0
    differences: tuple[Found, ...] = ()
    clearing: Mapping[str, int] = attrs.Factory(dict)
    awaited: tuple[Awaited, ...] = ()
    reserved: Mapping[str, int] = attrs.Factory(dict)
    in_transit: Mapping[str, int] = attrs.Factory(dict)
    faults: tuple[RowError, ...] = ()
    set_aside: tuple[RowError, ...] = ()
    dry_run: bool = False

    @property
    def in_order(self) -> bool:
        """Whether nobody has to look at anything."""
        return not (self.is_open or self.faults or self.set_aside or self.differences) and self.balanced

    @property
    def is_open(self) -> bool:
        """Whether nothing was taken since the file asks something first."""
        return self.reading.is_open

    @property
    def balanced(self) -> bool:
        """Whether the books' clearing account is what is awaited, to the last minor unit (L10)."""
        left: dict[str, int] = {}
        for item in self.awaited:
            left[item.currency] = left.get(item.currency, 0) + item.minor
        return {currency: minor for currency, minor in left.items() if minor} == dict(self.clearing)
