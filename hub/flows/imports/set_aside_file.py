"""The rows that were set aside as a file: mended where the last column says it, it is uploaded again."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Final

import attrs

from hub.domain.dates import ISO
from hub.domain.export import Cell, csv_of, xlsx_of
from hub.domain.files.field_labels import field_label
from hub.domain.files.heading_words import reduced
from hub.domain.files.layout import FileKind, Layout
from hub.domain.files.listed import read_listed
from hub.domain.files.mended import MendedRows, mended_customers, mended_invoices, text_of
from hub.domain.files.mended_lines import mended_lines
from hub.domain.files.sheet import RowError, Table, marked
from hub.domain.text import Text
from hub_hookspecs import Country

REASON: Final = Text("import.reason")
BETWEEN: Final = " | "
NAMES: Final = ("motivo", "reason")
"""What the last column is called, in any language: one of an earlier such file is not written again."""
Words = Callable[[Text], str]


@attrs.frozen(kw_only=True)
class Handed:
    """A file as it was handed in.

    Attributes:
        data: As it is, or its rows where they were read before.
        country: Of the company.
        currency: Of payouts that name none.
    """

    data: bytes | Table
    name: str
    kind: FileKind
    layout: Layout = attrs.Factory(Layout)
    country: Country
    currency: str = ""


def set_aside_file(
    handed: Handed, errors: Iterable[RowError], words: Words, *, as_csv: bool = False
) -> tuple[str, bytes]:
    """A name and a workbook with the rows of these errors, and why each is there.

    Its cells are texts, amounts and days too: a spreadsheet shows and keeps every digit of them, and reads nothing into
    them; of a CSV it shortens long numbers to 15 digits.

    Each row stands under headings of ours and says by itself all that it was read as: what was chosen or answered of
    the file, and what other rows proved (``hub.domain.files.mended``). Where something is still to be said of the whole
    file, its rows stand as they do.

    Args:
        words: Of the person who reads it.
        as_csv: A CSV file instead.
    """
    table = read_listed(handed.kind, handed.data, handed.name)
    wrong = tuple(errors)
    mended = _mended(handed, table, {error.line for error in wrong})
    reasons: dict[int, list[str]] = {}
    for error in wrong:
        ours = mended.field_of.get(str(error.column), "")
        column, told = _said(words, field_label(ours) if ours else error.column), _said(words, _dated(error.message))
        place = f"{column}: {told}" if column else told
        if place not in reasons.setdefault(error.line, []):
            reasons[error.line].append(place)
    headings = [_said(words, field_label(field)) for field in mended.fields]
    rows: Mapping[int, Sequence[str]]
    if mended.fields:
        rows = {line: [cells.get(field, "") for field in mended.fields] for line, cells in mended.rows.items()}
    else:
        headings = [column for column in table.columns if reduced(column) not in NAMES]
        found = (row for row in table.rows if row.line in reasons)
        rows = {row.line: [text_of(row.cells.get(column, ""), is_code=True) for column in headings] for row in found}
    written: list[list[Cell]] = [
        [*map(marked, cells), BETWEEN.join(reasons[line])] for line, cells in sorted(rows.items())
    ]
    name = f"{PurePath(handed.name).stem or 'import'}-{reduced(words(REASON))}"
    if as_csv:
        return f"{name}.csv", csv_of([*headings, words(REASON)], written)
    return f"{name}.xlsx", xlsx_of(words(REASON), [*headings, words(REASON)], written)


def _mended(handed: Handed, table: Table, lines: Container[int]) -> MendedRows:
    country = handed.country
    known: dict[str, Any] = {"name": handed.name, "layout": handed.layout}
    sign = country.decimal_sign or ","
    match handed.kind:
        case FileKind.CUSTOMERS:
            return mended_customers(table, lines, **known, country=country)
        case FileKind.INVOICES:
            return mended_invoices(table, lines, **known, currencies=country.currencies, sign=sign)
        case FileKind.PAYOUTS:
            return mended_lines(table, lines, **known, currency=handed.currency, sign=sign)


def _said(words: Words, what: Text | str) -> str:
    return words(what) if isinstance(what, Text) else what


def _dated(message: Text | str) -> Text | str:
    """What is wrong with a day names the order in which this file writes days, whatever the one it came from does."""
    match message:
        case Text(id="cell.no_month"):
            return Text("cell.no_month", month=message.values["month"], form=ISO)
        case Text(id="cell.no_day"):
            return Text("cell.no_day", day=message.values["day"], form=ISO)
    return message
