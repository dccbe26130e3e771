"""A report as a page shows it: fewer columns than the file, each cell in the words of its reader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import attrs

from hub.domain.export import Cell
from hub.domain.report import Report, ReportRow
from hub.domain.text import Text
from hub.web.reader import PageReader
from hub_hookspecs import Money

from .report_words import Layout


@attrs.frozen
class ShownRow:
    """Cells with their places, and where the first of them leads."""

    cells: tuple[tuple[str, str], ...]
    leads_to: str


@attrs.frozen
class ShownTable:
    """Heads with their places, and rows."""

    heads: tuple[tuple[str, str], ...]
    rows: tuple[ShownRow, ...]


def table_of(report: Report, laid_out: Layout, reader: PageReader) -> ShownTable:
    """The first rows of a report; on a phone, the sum of a row is the first of its sums that there is."""
    return ShownTable(
        heads=tuple((reader.words(report.columns[at]), place) for at, place in laid_out),
        rows=tuple(_row(row, laid_out, reader, len(report.totals) > 1) for row in report.rows),
    )


def _row(row: ReportRow, laid_out: Layout, reader: PageReader, with_code: bool) -> ShownRow:
    cells = ((_text(row.cells[at], reader, with_code=with_code), place) for at, place in laid_out)
    return ShownRow(tuple(cells), row.leads_to)


def sums_of(report: Report, reader: PageReader) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """What the columns of amounts add up to, a row a currency; columns in which nothing stands are left out."""
    used = [at for at in range(len(report.columns)) if any(isinstance(total[at], Money) for total in report.totals)]
    heads = [reader.words(report.columns[at]) for at in used]
    return tuple(
        (_currency(total), tuple(zip(heads, (_amount(total[at], reader) for at in used), strict=True)))
        for total in report.totals
    )


def _amount(cell: Cell, reader: PageReader) -> str:
    return reader.money(cell) if isinstance(cell, Money) else "–"


def _currency(total: Sequence[Cell]) -> str:
    return next(cell for cell in total if isinstance(cell, str))


def _text(cell: Cell | Text, reader: PageReader, *, with_code: bool) -> str:
    """A cell in words; an amount with its code where there are several currencies."""
    match cell:
        case None:
            return ""
        case Text():
            return reader.words(cell)
        case Money():
            return reader.money(cell, with_code) if cell.minor else "–"
        case date():
            return reader.day(cell)
    return str(cell)
