"""Rows as a file holds them, whatever its format, and what is wrong with one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final

import attrs

from hub.domain.export import FORMULA
from hub.domain.text import Text

DISPLAYED: Final = 40
MOST_CELLS: Final = 2**14
"""Cells of the longest line that is looked at, whatever stands in them: as many as Excel has columns."""
UNBROKEN: Final = "\u00a0\u2007\u2009\u202f"
UNSEEN: Final = "\u200b\u200e\u200f\u2060\ufeff"
AROUND: Final = " \t\r\n\v\f\u00a0\u2007\u202f\u200b\ufeff"


def shorten(value: str) -> str:
    """A value in one short printable line."""
    line = " ".join("".join(char if char.isprintable() else " " for char in value).split())
    return line if len(line) <= DISPLAYED else line[: DISPLAYED - 1] + "…"


def plain_blanks(text: str) -> str:
    """A text with plain blanks for those that do not break, and without what has no width."""
    for char in UNBROKEN:
        if char in text:
            text = text.replace(char, " ")
    for char in UNSEEN:
        if char in text:
            text = text.replace(char, "")
    return text


def unmarked(cell: str) -> str:
    """A cell without the apostrophe by which people, and exports that guard themselves, force text: ``'1-1234``.

    What ``marked`` wrote comes back as it was.
    """
    rest = cell.lstrip("'") if cell.startswith("'") else ""
    if rest and (rest.startswith(FORMULA) or (rest[0].isalnum() and not cell.endswith("'"))):
        return cell[1:]
    return cell


def marked(cell: str) -> str:
    """A cell as a spreadsheet leaves it alone and ``unmarked`` gives it back: behind an apostrophe where it begins as a
    formula does, or with an apostrophe of its own."""
    return f"'{cell}" if cell.startswith(FORMULA) or unmarked(cell) != cell else cell


@attrs.frozen
class RowError:
    """What is wrong with one cell, row or file, for the person who brings the file.

    Attributes:
        line: Line of the file, from 1; 0 for the file as a whole.
        column: The column's name in the file, or what people call what it has no column for; empty for a whole row.
        value: What stands there, shortened.
        message: What is wrong; a provider's plugin says it in its own words.
    """

    line: int
    column: Text | str
    value: str = attrs.field(converter=shorten)
    message: Text | str

    def __str__(self) -> str:
        """For developers: ``line 3, total: cell.no_amount (x)``."""
        place = ", ".join(filter(None, (f"line {self.line}" if self.line else "file", str(self.column))))
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
    """A number of a workbook beside the format that it is shown in.

    Each format has a class of its own, so that a cell is no more than its text: there may be a million.
    """

    __slots__ = ()
    shown_as: ClassVar[NumberFormat]

    def __new__(cls, text: str, shown_as: NumberFormat) -> FormattedNumber:
        """The exact text of the number, and its format."""
        return numbers_shown_as(shown_as)(text)

    @property
    def as_code(self) -> str:
        """As people see it where it is a name, such as an invoice's: ``FE-00000123``."""
        return f"{self.shown_as.prefix}{self.zfill(self.shown_as.zeros)}{self.shown_as.suffix}"


@functools.lru_cache(maxsize=1024)
def numbers_shown_as(shown_as: NumberFormat) -> Callable[[str], FormattedNumber]:
    """What makes numbers of one format."""
    named = {"__slots__": (), "shown_as": shown_as, "__new__": str.__new__}
    return type("FormattedNumber", (FormattedNumber,), named)


@attrs.frozen
class HeadLine:
    """A line at the head of a file as it stands, for people: cells from the first column on."""

    line: int
    cells: tuple[str, ...]


@attrs.frozen
class Merge:
    """Cells that are shown as one: lines and columns from the first to the last, columns from 0."""

    line: int
    column: int
    last_line: int
    last_column: int


@attrs.frozen(kw_only=True)
class Grid:
    """What a file holds, line by line, before anybody says which line names the columns.

    Attributes:
        lines: Those that hold anything and are shown, each with its number; their cells from the first column on.
        delimiter: What stands between cells; empty where each cell has a place of its own.
        around: What is shown beside the lines: before them, as line 0, and behind them.
        hidden: Lines that hold something and are not shown.
    """

    lines: Sequence[tuple[int, list[str]]] = ()
    delimiter: str = ""
    around: tuple[HeadLine, ...] = ()
    merges: Sequence[Merge] = ()
    hidden: tuple[int, ...] = ()
    errors: tuple[RowError, ...] = ()
    format: Text | str = ""
    file_type: str = ""
    is_cut: bool = False
    unread_sheets: tuple[str, ...] = ()


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
        words: Lines that are neither headings nor rows nor sums: titles above them, remarks between and below.
        totals: Rows of sums below the others.
        hidden: Lines that are hidden or filtered away; they are no rows.
        head: The first lines as they stand.
        is_cut: The file ends in the middle of something.
        unread_sheets: Names of further sheets that have rows below headings that are known, hidden ones too.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    errors: tuple[RowError, ...] = ()
    header_line: int = 0
    format: Text | str = ""
    file_type: str = ""
    words: tuple[HeadLine, ...] = ()
    totals: tuple[Row, ...] = ()
    hidden: tuple[int, ...] = ()
    head: tuple[HeadLine, ...] = ()
    is_cut: bool = False
    unread_sheets: tuple[str, ...] = ()

    @property
    def titles(self) -> tuple[str, ...]:
        """The words that stand around the rows."""
        return tuple(" ".join(filter(None, words.cells)) for words in self.words)
