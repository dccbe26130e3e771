"""The rows that were set aside as a file: mended where the last column says it, it is uploaded again."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from decimal import Decimal
from pathlib import PurePath
from typing import Final

from hub.domain.export import Cell, csv_of
from hub.domain.files.heading_words import reduced
from hub.domain.files.layout import FileKind, Layout
from hub.domain.files.listed import read_listed
from hub.domain.files.sheet import FormattedNumber, JsonNumber, Table
from hub.domain.files.value_columns import ValueColumns
from hub.domain.text import Text

from .import_report import ImportReport

REASON: Final = Text("import.reason")
BETWEEN: Final = " | "
NAMES: Final = ("motivo", "reason")
"""What the last column is called, in any language: one of an earlier such file is not written again."""


def set_aside_file(
    data: bytes | Table,
    name: str,
    report: ImportReport,
    words: Callable[[Text], str],
    kind: FileKind = FileKind.INVOICES,
    *,
    layout: Layout | None = None,
    currencies: Sequence[str] = (),
) -> tuple[str, bytes]:
    """A name and a CSV file with these rows under their own headings, and why each is there.

    An amount or a day of an invoice that could be read is written so that it is read alike without what the file said
    of it beside: number formats, answers, other cells of its column. Every other cell stands as it does.

    Args:
        words: Of the person who reads it.
        layout: How the file was read.
        currencies: Those of the company's country, the usual one first.
    """
    table = read_listed(kind, data, name)
    columns = [column for column in table.columns if reduced(column) not in NAMES]
    reasons: dict[int, list[str]] = {}
    for error in report.set_aside:
        told = words(error.message) if isinstance(error.message, Text) else error.message
        column = words(error.column) if isinstance(error.column, Text) else error.column
        place = f"{column}: {told}" if column else told
        if place not in reasons.setdefault(error.line, []):
            reasons[error.line].append(place)
    said = _said(table, reasons, layout or Layout(), currencies) if kind is FileKind.INVOICES else {}
    rows: list[list[Cell]] = [
        [
            *(said.get(row.line, {}).get(column) or _plain(row.cells.get(column, "")) for column in columns),
            BETWEEN.join(reasons[row.line]),
        ]
        for row in table.rows
        if row.line in reasons
    ]
    return f"{PurePath(name).stem or 'import'}-{reduced(words(REASON))}.csv", csv_of([*columns, words(REASON)], rows)


def _said(table: Table, lines: Container[int], layout: Layout, currencies: Sequence[str]) -> dict[int, dict[str, str]]:
    """The amounts and the days of some rows, by line and heading."""
    values = ValueColumns.of(table, layout, next(iter(currencies), None), currencies)
    pairs = zip(values.rows, values.codes, strict=True)
    return {cells.line: values.said(cells, code) for cells, code in pairs if cells.line in lines}


def _plain(cell: str) -> str:
    """A cell as text that is read as it was: a number as its format shows it where it is a name, else exactly."""
    if isinstance(cell, FormattedNumber) and cell.isdecimal():
        return cell.as_code.strip()
    if isinstance(cell, JsonNumber) and "." in cell and "e" not in cell.lower():
        places = len(cell.partition(".")[2])
        return f"{Decimal(cell):.{places + 1}f}" if places in (1, 3) else str(cell)
    return str(cell)
