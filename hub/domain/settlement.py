"""What providers pay out: the lines of their files, and how each is matched with what is booked here."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Final

import attrs

from hub.domain.cells import Unreadable, decimal_sign, read_amount, read_date, refuse_excel
from hub.domain.receipt import TAX_NAME
from hub.domain.sheet import Row, RowError
from hub.domain.table_file import read_table
from hub.domain.text import Text
from hub_hookspecs import EXPONENTS, Mode, Money, SettlementLine


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


def normal(line: SettlementLine) -> SettlementLine:
    """A line without zeros that say nothing, so that equal lines are equal records."""
    return attrs.evolve(
        line,
        fee=line.fee or None,
        fee_tax=line.fee_tax or None,
        withholdings={tax: amount for tax, amount in sorted(line.withholdings.items()) if amount},
        reference=line.reference or None,
        provider_reference=line.provider_reference or None,
        authorisation=line.authorisation or None,
        movement=line.movement or None,
    )


def same_line(one: SettlementLine, other: SettlementLine) -> bool:
    """Whether two statements of a line say the same about whose money it is, and how much."""
    return _content(one) == _content(other)


def _content(line: SettlementLine) -> tuple[object, ...]:
    plain = normal(line)
    return (plain.gross, plain.net, plain.fee, plain.fee_tax, dict(plain.withholdings), plain.reference, plain.movement)


def line_errors(lines: Iterable[SettlementLine]) -> Iterator[Text]:
    """What is wrong with lines, whoever read them."""
    for line in lines:
        parts = [part for part in (line.fee, line.fee_tax, *line.withholdings.values()) if part]
        if not line.line_id or len(line.line_id) > 200 or not line.line_id.isprintable():
            yield Text("settlement.line_unnamed", line=repr(line.line_id[:40]))
        if {part.currency for part in (*parts, line.net)} - {line.gross.currency}:
            yield Text("settlement.currencies_differ", line=line.line_id)
        elif line.gross.minor - sum(part.minor for part in parts) != line.net.minor:
            yield Text("settlement.does_not_add_up", line=line.line_id)
        for tax in line.withholdings:
            if not re.fullmatch(TAX_NAME, tax):
                yield Text("settlement.no_tax", line=line.line_id, tax=tax)


def line_day(line: SettlementLine, zone: tzinfo) -> date | None:
    """The day of a line where the merchant is: of the payment where it is known, else of the payout."""
    return line.occurred_at.astimezone(zone).date() if line.occurred_at else line.settled_on


TEXTS: Final = ("line_id", "reference", "provider_reference", "authorisation", "movement")
AMOUNTS: Final = ("gross", "fee", "fee_tax", "net")
COLUMNS: Final = (*TEXTS, "currency", *AMOUNTS, "settled_on")
WITHHOLDING: Final = "withholding:"


@attrs.frozen(kw_only=True)
class LineFile:
    """The lines of a file, and all that is wrong with it."""

    lines: tuple[SettlementLine, ...] = ()
    errors: tuple[RowError, ...] = ()


def parse_lines(data: bytes, *, name: str = "", currency: str, decimal: str | None = None) -> LineFile:
    """Read the documented settlement file: ``line_id``, at least one of ``reference``, ``provider_reference`` and
    ``authorisation``, ``gross``; and where there are, ``fee``, ``fee_tax``, ``withholding:<tax>``, ``net``,
    ``settled_on``, ``currency``, ``movement``. Negative amounts are money that went back.
    """
    table = read_table(data, name=name)
    errors = list(table.errors)
    unknown = [column for column in table.columns if not _is_known(column)]
    errors += [
        RowError(
            table.header_line,
            column,
            "",
            Text("settlement.unknown_column", known=", ".join(COLUMNS), taxes=WITHHOLDING),
        )
        for column in unknown
    ]
    for needed in ("line_id", "gross"):
        if table.columns and needed not in table.columns:
            errors.append(RowError(table.header_line, needed, "", Text("settlement.column_missing")))
    if errors:
        return LineFile(errors=tuple(errors))
    money = [column for column in table.columns if column in AMOUNTS or column.startswith(WITHHOLDING)]
    style = decimal or decimal_sign(row.cells.get(column, "") for row in table.rows for column in money)
    lines = []
    for row in table.rows:
        reader = _CellReader(row, currency, style)
        line = reader.line([column for column in money if column.startswith(WITHHOLDING)])
        errors += reader.errors
        if line and not reader.errors:
            errors += [RowError(row.line, "", "", problem) for problem in line_errors([line])]
            lines.append(line)
    return LineFile(lines=() if errors else tuple(lines), errors=tuple(errors))


def _is_known(column: str) -> bool:
    tax = column.removeprefix(WITHHOLDING)
    return column in COLUMNS or (column.startswith(WITHHOLDING) and bool(re.fullmatch(TAX_NAME, tax)))


class _CellReader:
    """Reads one row; what is wrong with it is added to the errors."""

    def __init__(self, row: Row, currency: str, style: str | None) -> None:
        self.errors: list[RowError] = []
        self._row, self._style = row, style
        self._currency = (row.cells.get("currency") or currency).upper()

    def line(self, taxes: Sequence[str]) -> SettlementLine | None:
        if self._currency not in EXPONENTS:
            self._add_error("currency", Text("settlement.no_currency"))
            return None
        texts = {column: self._text(column) for column in TEXTS}
        if not texts["line_id"]:
            self._add_error("line_id", Text("cell.missing"))
        if not any(texts[column] for column in TEXTS[1:4]):
            self._add_error("reference", Text("settlement.nothing_names_payment"))
        amounts = {column: self._money(column) for column in AMOUNTS}
        withheld = {tax.removeprefix(WITHHOLDING): amount for tax in taxes if (amount := self._money(tax))}
        gross = amounts["gross"]
        if gross is None:
            self._add_error("gross", Text("cell.missing"))
            return None
        return normal(
            SettlementLine(
                line_id=texts["line_id"] or "",
                reference=texts["reference"],
                provider_reference=texts["provider_reference"],
                authorisation=texts["authorisation"],
                movement=texts["movement"],
                gross=gross,
                fee=amounts["fee"],
                fee_tax=amounts["fee_tax"],
                withholdings=withheld,
                net=amounts["net"] or self._net(gross, amounts, withheld),
                settled_on=self._day("settled_on"),
            )
        )

    def _net(self, gross: Money, amounts: Mapping[str, Money | None], withheld: Mapping[str, Money]) -> Money:
        less = [part.minor for part in (amounts["fee"], amounts["fee_tax"], *withheld.values()) if part]
        return Money(gross.minor - sum(less), gross.currency)

    def _text(self, column: str) -> str | None:
        text = self._row.cells.get(column, "")
        try:
            refuse_excel(text)
        except Unreadable as unreadable:
            self._add_error(column, unreadable.message)
        if len(text) > 200 or not text.isprintable():
            self._add_error(column, Text("settlement.text_unusable"))
        return text or None

    def _money(self, column: str) -> Money | None:
        text = self._row.cells.get(column, "")
        try:
            return read_amount(text, self._currency, self._style) if text else None
        except Unreadable as unreadable:
            self._add_error(column, unreadable.message)
            return None

    def _day(self, column: str) -> date | None:
        text = self._row.cells.get(column, "")
        try:
            return read_date(text) if text else None
        except Unreadable as unreadable:
            self._add_error(column, unreadable.message)
            return None

    def _add_error(self, column: str, message: Text) -> None:
        self.errors.append(RowError(self._row.line, column, self._row.cells.get(column, ""), message))
