"""The currency, the amounts and the days of a file of invoices, each read by all of its column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from hub.domain.files import by_currency, left_money
from hub.domain.files.amounts import AmountColumns
from hub.domain.files.columns import Resolved, errors_read, resolve_columns
from hub.domain.files.currency_column import CurrencyColumn, with_currency
from hub.domain.files.currency_lines import CurrencyLines, is_scaled, scaled_line
from hub.domain.files.dates import DateColumns
from hub.domain.files.known_columns import INVOICE_COLUMNS
from hub.domain.files.layout import CURRENCY, Layout
from hub.domain.files.question import Question
from hub.domain.files.row_cells import RowCells
from hub.domain.files.sheet import RowError, Table
from hub.domain.files.type_codes import settled
from hub.domain.text import Text

AMOUNTS: Final = ("total", "balance", "paid")
DATES: Final = ("issued_on", "due_on")


@attrs.frozen(kw_only=True)
class ValueColumns:
    """What the columns of one file say together.

    Attributes:
        columns: The file's own headings by our field; none where something must be said of them first.
        told: What is wrong with the file as it stands.
        errors: What is wrong with its columns; whoever reads its rows adds what is wrong with them.
        rows: Its cells, row by row.
        codes: The currency of each row; None where nothing says it.
        usual: Of rows that name none.
        questions: Which currency titles mean, and what columns of money, or of bare codes, are that nobody knows by
            their names.
    """

    resolved: Resolved
    columns: Mapping[str, tuple[str, ...]]
    told: tuple[RowError, ...]
    errors: list[RowError]
    rows: Sequence[RowCells]
    codes: Sequence[str | None]
    usual: str | None
    currency: CurrencyColumn
    amounts: AmountColumns
    dates: DateColumns
    layout: Layout
    questions: tuple[Question, ...] = ()

    @classmethod
    def of(cls, table: Table, layout: Layout, default_currency: str | None, currencies: Sequence[str]) -> ValueColumns:
        """What a file says; see ``parse_invoices``."""
        usual = layout.answers.get(CURRENCY, default_currency)
        resolved = resolve_columns(table, INVOICE_COLUMNS, layout)
        resolved = by_currency.taken(resolved, table, AMOUNTS, currencies, layout)
        resolved, coded = settled(resolved, table, layout)
        resolved = with_currency(resolved, table, currencies, layout)
        columns, errors = ({} if resolved.is_open else resolved.columns), list(resolved.errors)
        lines = CurrencyLines.of(table, currencies)
        if columns and (scaled := _scaled(table, columns)):
            errors.append(scaled)
            columns = {}
        if not usual and "currency" not in columns and columns and not lines.titled:
            errors.append(RowError(table.header_line, "currency", "", Text("column.currency_missing")))
            columns = {}
        told = errors_read(table, resolved, left_money.may_count(resolved.left_out, resolved, layout))
        bad_lines = {error.line for error in told}
        rows = [RowCells(row, columns, errors, bad_lines) for row in table.rows if columns]
        fields = [field for field in AMOUNTS if field in columns]
        currency = CurrencyColumn.of(rows, columns, fields, currencies, usual, layout, lines)
        codes = [currency.code(cells) for cells in rows]
        apart = by_currency.ByCurrency.of(columns, fields, currencies)
        if apart.several:
            counting = [apart.row(cells, cells) for cells in rows]
            rows = [
                RowCells(cells.row, of_row, errors, bad_lines | ({cells.line} if cells.has_errors else set()))
                for cells, (of_row, _code) in zip(rows, counting, strict=True)
            ]
            codes = [code for _columns, code in counting]
        amounts = AmountColumns.of(
            {
                field: [(cells.line, cells.raw(field), code or "") for cells, code in zip(rows, codes, strict=True)]
                for field in fields
            },
            layout,
        )
        dates = DateColumns.of({field: [(cells.line, cells.raw(field)) for cells in rows] for field in DATES}, layout)
        return cls(
            resolved=resolved,
            columns=columns,
            told=told,
            errors=errors,
            rows=rows,
            codes=codes,
            usual=usual,
            currency=currency,
            amounts=amounts,
            dates=dates,
            layout=layout,
            questions=(
                *currency.questions,
                *coded,
                *(left_money.questions(resolved.left_out, resolved, rows, codes, layout) if columns else ()),
            ),
        )


def _scaled(table: Table, columns: Mapping[str, tuple[str, ...]]) -> RowError | None:
    """That a title, or the heading of an amount, says that amounts are written in thousands or millions."""
    if line := scaled_line(table.words):
        return RowError(line.line, "", " ".join(filter(None, line.cells)), Text("currency.scaled"))
    headings = (theirs for field in AMOUNTS for theirs in columns.get(field, ()))
    theirs = next(filter(is_scaled, headings), None)
    return RowError(table.header_line, theirs, theirs, Text("currency.scaled")) if theirs else None
