"""Rows as a file holds them, whatever its format, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from hub.domain.text import Text

DISPLAYED: Final = 40
AROUND: Final = " \t\r\n\v\f\u00a0\u2007\u202f\u200b\ufeff"


def shorten(value: str) -> str:
    """A value in one short printable line."""
    line = " ".join("".join(char if char.isprintable() else " " for char in value).split())
    return line if len(line) <= DISPLAYED else line[: DISPLAYED - 1] + "…"


@attrs.frozen
class RowError:
    """What is wrong with one cell, row or file, for the person who brings the file.

    Attributes:
        line: Line of the file, from 1; 0 for the file as a whole.
        column: The column's name in the file; empty for a whole row.
        value: What stands there, shortened.
        message: What is wrong; a provider's plugin says it in its own words.
    """

    line: int
    column: str
    value: str = attrs.field(converter=shorten)
    message: Text | str

    def __str__(self) -> str:
        """For developers: ``line 3, total: cell.no_amount (x)``."""
        place = ", ".join(filter(None, (f"line {self.line}" if self.line else "file", self.column)))
        return f"{place}: {self.message}" + (f" ({self.value})" if self.value else "")


class JsonNumber(str):
    """The exact text of a number in JSON or Excel: its decimal sign is a point, whatever the rest writes."""

    __slots__ = ()


@attrs.frozen
class NumberFormat:
    """What a workbook's number format shows of a number besides its digits; the stored number counts.

    Attributes:
        code: As the workbook has it.
        currency: A currency's code, or the sign that it shows: ``$``, ``US$``, ``₡``; empty for none.
        prefix: Text before the digits that is no currency, such as ``FE-``.
        suffix: Text behind them.
        zeros: Least digits before the decimal sign: ``00000`` shows 123 as 00123.
        places: Digits behind the decimal sign that are shown; None where the format does not say.
        is_percent: It shows a hundredth as 1 %.
    """

    code: str = ""
    currency: str = ""
    prefix: str = ""
    suffix: str = ""
    zeros: int = 0
    places: int | None = None
    is_percent: bool = False


class FormattedNumber(JsonNumber):
    """A number of a workbook beside the format that it is shown in."""

    __slots__ = ("shown_as",)
    shown_as: NumberFormat

    def __new__(cls, text: str, shown_as: NumberFormat) -> FormattedNumber:
        """The exact text of the number, and its format."""
        made = super().__new__(cls, text)
        made.shown_as = shown_as
        return made


@attrs.frozen
class HeadLine:
    """A line at the head of a file as it stands, for people: cells from the first column on."""

    line: int
    cells: tuple[str, ...]


@attrs.frozen
class Row:
    """One row: the line on which it begins, and its cells by column name; an absent cell is empty."""

    line: int
    cells: Mapping[str, str]


@attrs.frozen(kw_only=True)
class Table:
    """What a file holds.

    Attributes:
        columns: The headings, each once; a column without one is called by its letter, ``(C)``.
        header_line: Line of the column names; 0 where each row names its own.
        format: What the file turned out to be, for people.
        file_type: ``xlsx``, ``csv``, ``json``, ``html`` or ``xml``.
        titles: What stands above the headings.
        totals: Rows of sums below the others.
        hidden: Lines that are hidden or filtered away; they are no rows.
        head: The first lines as they stand.
        is_cut: The file ends in the middle of something.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    errors: tuple[RowError, ...] = ()
    header_line: int = 0
    format: Text | str = ""
    file_type: str = ""
    titles: tuple[str, ...] = ()
    totals: tuple[Row, ...] = ()
    hidden: tuple[int, ...] = ()
    head: tuple[HeadLine, ...] = ()
    is_cut: bool = False
