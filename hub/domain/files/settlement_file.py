"""The settlement file that docs/books.md documents, for providers whose plugin reads none of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import attrs

from hub.domain.cells import Unreadable, decimal_sign, read_amount, read_date, refuse_excel
from hub.domain.files.sheet import Row, RowError
from hub.domain.files.table_file import read_table
from hub.domain.receipt import TAX_NAME
from hub.domain.settlement import RESERVE, LineKind, StatedLine, line_errors, normal
from hub.domain.text import Text
from hub_hookspecs import EXPONENTS, Money, SettlementLine

TEXTS: Final = ("line_id", "reference", "provider_reference", "authorisation", "movement")
AMOUNTS: Final = ("gross", "fee", "fee_tax", "net")
COLUMNS: Final = (*TEXTS, "kind", "currency", *AMOUNTS, RESERVE, "settled_on")
WITHHOLDING: Final = "withholding:"


@attrs.frozen(kw_only=True)
class LineFile:
    """The lines of a file, and all that is wrong with it.

    Attributes:
        errors: What keeps the whole file out; then there are no lines.
        set_aside: What is wrong with single rows; the others are lines all the same.
    """

    lines: tuple[StatedLine, ...] = ()
    errors: tuple[RowError, ...] = ()
    set_aside: tuple[RowError, ...] = ()


def parse_lines(data: bytes, *, name: str = "", currency: str, decimal: str | None = None) -> LineFile:
    """Read the documented settlement file: ``line_id``, at least one of ``reference``, ``provider_reference`` and
    ``authorisation``, ``gross``; and where there are, ``fee``, ``fee_tax``, ``withholding:<tax>``, ``reserve``,
    ``net``, ``settled_on``, ``currency``, ``movement``, ``kind``. Negative amounts are money that went back, or a
    reserve that is released.

    A row that cannot be read is set aside; the others are read all the same.
    """
    table = read_table(data, name=name)
    body = {row.line for row in table.rows} - {table.header_line}
    errors = [error for error in table.errors if error.line not in body]
    set_aside = [error for error in table.errors if error.line in body]
    spoiled = {error.line for error in set_aside}
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
    money = [column for column in table.columns if column in (*AMOUNTS, RESERVE) or column.startswith(WITHHOLDING)]
    style = decimal or decimal_sign(row.cells.get(column, "") for row in table.rows for column in money)
    lines = []
    for row in (row for row in table.rows if row.line not in spoiled):
        reader = _CellReader(row, currency, style)
        stated = reader.line([column for column in money if column == RESERVE or column.startswith(WITHHOLDING)])
        wrong = reader.errors
        if stated and not wrong:
            wrong = [RowError(row.line, "", "", problem) for problem in line_errors(stated.line, stated.kind)]
        if stated and not wrong:
            lines.append(stated)
        set_aside += wrong
    return LineFile(lines=tuple(lines), set_aside=tuple(sorted(set_aside, key=lambda error: error.line)))


def _is_known(column: str) -> bool:
    tax = column.removeprefix(WITHHOLDING)
    named = column.startswith(WITHHOLDING) and tax != RESERVE and re.fullmatch(TAX_NAME, tax)
    return column in COLUMNS or bool(named)


class _CellReader:
    """Reads one row; what is wrong with it is added to the errors."""

    def __init__(self, row: Row, currency: str, style: str | None) -> None:
        self.errors: list[RowError] = []
        self._row, self._style = row, style
        self._currency = (row.cells.get("currency") or currency).upper()

    def line(self, kept: Sequence[str]) -> StatedLine | None:
        if self._currency not in EXPONENTS:
            self._add_error("currency", Text("settlement.no_currency"))
            return None
        texts = {column: self._text(column) for column in TEXTS}
        if not texts["line_id"]:
            self._add_error("line_id", Text("cell.missing"))
        kind = self._kind()
        if kind is LineKind.PAYMENT and not any(texts[column] for column in TEXTS[1:4]):
            self._add_error("reference", Text("settlement.nothing_names_payment"))
        amounts = {column: self._money(column) for column in AMOUNTS}
        withheld = {
            name.removeprefix(WITHHOLDING): amount for name in kept if (amount := self._money(name)) is not None
        }
        gross = amounts["gross"]
        if gross is None:
            self._add_error("gross", Text("cell.missing"))
            return None
        stated = normal(
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
                net=self._net(gross, amounts, withheld) if amounts["net"] is None else amounts["net"],
                settled_on=self._day("settled_on"),
            )
        )
        return StatedLine(line=stated, kind=kind)

    def _kind(self) -> LineKind:
        text = self._row.cells.get("kind", "").strip().lower()
        if text and text not in set(LineKind):
            self._add_error("kind", Text("settlement.no_kind", known=", ".join(LineKind)))
            return LineKind.PAYMENT
        return LineKind(text) if text else LineKind.PAYMENT

    def _net(self, gross: Money, amounts: Mapping[str, Money | None], withheld: Mapping[str, Money]) -> Money:
        less = [part.minor for part in (amounts["fee"], amounts["fee_tax"], *withheld.values()) if part is not None]
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
