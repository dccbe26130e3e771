"""What providers pay out: their lines, what became of each, and what they are compared with."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from datetime import date, datetime, tzinfo
from typing import Final

import attrs

from hub.domain.receipt import TAX_NAME
from hub.domain.text import Text
from hub_hookspecs import Mode, SettlementLine

RESERVE: Final = "reserve"
"""Among what a line says was kept: not a tax, but money that the provider releases later; negative where it does."""


class LineState(enum.StrEnum):
    """What became of a settlement line.

    ``open`` waits for a person, or for the payment to become known; ``withdrawn`` was booked and corrected by hand.
    """

    OPEN = "open"
    BOOKED = "booked"
    WITHDRAWN = "withdrawn"


class LineKind(enum.StrEnum):
    """What a line is about: a payment, or the account alone, because its file declares it or a person says so.

    ``charge`` is what the provider charges without a payment: a monthly fee, the fee of a dispute. ``release`` pays out
    what was kept in reserve.
    """

    PAYMENT = "payment"
    CHARGE = "charge"
    RELEASE = "release"


@attrs.frozen(kw_only=True)
class StatedLine:
    """A line as it came in.

    Attributes:
        kind: As the file declares it.
        in_transit: The report says what was settled, and not what reached the bank.
    """

    line: SettlementLine
    kind: LineKind = LineKind.PAYMENT
    in_transit: bool = False


FETCHED: Final = "fetched "
"""How the source of a line begins that was fetched."""


@attrs.frozen(kw_only=True)
class StoredLine:
    """A line as a provider stated it, and what it settles here.

    Attributes:
        source: Name of the file, or that it was fetched.
        kind: What it is about: of the account alone where its file declares it or a person says so.
        in_transit: It does not say what reached the bank.
        restated: How often it was stated anew, or taken up again; what it said each time before is kept.
        named: What stands for it in the keys of its entries, once it was booked.
        settles: Key of the capture, return or chargeback that it pays out.
    """

    account_id: str
    merchant_id: str
    mode: Mode
    line: SettlementLine
    source: str
    imported_at: datetime
    state: LineState = LineState.OPEN
    kind: LineKind = LineKind.PAYMENT
    in_transit: bool = False
    restated: int = 0
    named: str = ""
    payment_id: str | None = None
    settles: str | None = None

    @property
    def is_fetched(self) -> bool:
        """Whether a report of the provider's told of it last, not a file."""
        return self.source.startswith(FETCHED)

    @property
    def stated(self) -> StatedLine:
        """The line as it came in."""
        return StatedLine(line=self.line, kind=self.kind, in_transit=self.in_transit)


@attrs.frozen(kw_only=True)
class StatedBefore:
    """What a line said before it was stated anew, or taken up again."""

    line: SettlementLine
    source: str
    imported_at: datetime
    kind: LineKind
    in_transit: bool
    state: LineState
    replaced_at: datetime


@attrs.frozen(kw_only=True)
class Awaited:
    """Money that is booked here, in or out, and that no line has settled yet.

    Attributes:
        key: Of the entry; with its corrections it comes to ``minor``, negative for what went back.
        at: When it was booked.
        value_on: The day that it counts for, where that is not the day on which it was booked.
    """

    key: str
    payment_id: str
    currency: str
    minor: int
    at: datetime
    value_on: date | None = None

    def counts_on(self, zone: tzinfo) -> date:
        """The day on which the money moved, where the merchant is; payouts follow it."""
        return self.value_on or self.at.astimezone(zone).date()


class Difference(enum.StrEnum):
    """Why a line, or money that is booked here, does not match; the cause of its review."""

    UNKNOWN = "settlement_unknown"
    MISSING = "settlement_missing"
    AMOUNT = "settlement_amount"
    REPEATED = "settlement_repeated"
    CHANGED = "settlement_changed"
    UNPROVEN = "settlement_unproven"
    RESERVE = "settlement_reserve"
    UNREADABLE = "settlement_unreadable"


def normal(line: SettlementLine) -> SettlementLine:
    """A line without zeros that say nothing, so that equal lines are equal records."""
    return attrs.evolve(
        line,
        fee=None if line.fee is not None and line.fee.minor == 0 else line.fee,
        fee_tax=None if line.fee_tax is not None and line.fee_tax.minor == 0 else line.fee_tax,
        withholdings={tax: amount for tax, amount in sorted(line.withholdings.items()) if amount},
        reference=line.reference or None,
        provider_reference=line.provider_reference or None,
        authorisation=line.authorisation or None,
        movement=line.movement or None,
    )


def same_line(one: SettlementLine, other: SettlementLine) -> bool:
    """Whether two statements of a line say the same about whose money it is, and how much."""
    return _content(one) == _content(other)


def is_said_again(stored: StoredLine, told: StatedLine) -> bool:
    """Whether a line that is not booked is stated as before, but for when the payment was made."""
    one, other = (attrs.evolve(normal(line), occurred_at=None) for line in (stored.line, told.line))
    return one == other and told.kind in (stored.kind, LineKind.PAYMENT)


def _content(line: SettlementLine) -> tuple[object, ...]:
    plain = normal(line)
    return (plain.gross, plain.net, plain.fee, plain.fee_tax, dict(plain.withholdings), plain.reference, plain.movement)


def line_errors(line: SettlementLine, kind: LineKind = LineKind.PAYMENT) -> Iterator[Text]:
    """What is wrong with a line, whoever read it."""
    parts = [part for part in (line.fee, line.fee_tax, *line.withholdings.values()) if part is not None]
    if not line.line_id or len(line.line_id) > 200 or not line.line_id.isprintable():
        yield Text("settlement.line_unnamed", line=repr(line.line_id[:40]))
    if {part.currency for part in (*parts, line.net)} - {line.gross.currency}:
        yield Text("settlement.currencies_differ", line=line.line_id)
    elif line.gross.minor - sum(part.minor for part in parts) != line.net.minor:
        yield Text("settlement.does_not_add_up", line=line.line_id)
    for tax in line.withholdings:
        if not re.fullmatch(TAX_NAME, tax):
            yield Text("settlement.no_tax", line=line.line_id, tax=tax)
    yield from kind_errors(line, kind)


def kind_errors(line: SettlementLine, kind: LineKind) -> Iterator[Text]:
    """Why a line cannot be of this kind: a charge takes money, a release pays out what was kept, and nothing else."""
    if kind is LineKind.CHARGE and line.gross.minor > 0:
        yield Text("settlement.no_charge", line=line.line_id)
    released = -reserve_of(line)
    if kind is LineKind.RELEASE and not (released > 0 and line.gross.minor == 0 and line.net.minor == released):
        yield Text("settlement.no_release", line=line.line_id)


def reserve_of(line: SettlementLine) -> int:
    """What the provider keeps back for a while; negative for what it releases."""
    return line.withholdings[RESERVE].minor if RESERVE in line.withholdings else 0


def line_day(line: SettlementLine, zone: tzinfo) -> date | None:
    """The day of a line where the merchant is: of the payment where it is known, else of the payout."""
    return line.occurred_at.astimezone(zone).date() if line.occurred_at else line.settled_on
