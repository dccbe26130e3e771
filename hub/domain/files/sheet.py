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
class Row:
    """One row: the line on which it begins, and its cells by column name; an absent cell is empty."""

    line: int
    cells: Mapping[str, str]


@attrs.frozen(kw_only=True)
class Table:
    """What a file holds.

    Attributes:
        header_line: Line of the column names; 0 where each row names its own.
        format: What the file turned out to be, for people.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    errors: tuple[RowError, ...] = ()
    header_line: int = 0
    format: Text | str = ""
