"""Lay text out in the width of a terminal: names are cut, prose is folded, further columns go below.

What a person may want to paste, such as an id or a command, is never cut and never broken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence

import attrs

NAME = 12
"""Columns that a name keeps at least when it is cut."""

PROSE = 30
"""Columns that prose needs beside the rest of its row; with less it goes below."""

HEAD = 5
"""Columns that a header keeps where its cells need fewer."""

NARROWEST = 10
"""Columns in which prose is folded at least; a terminal with less wraps it."""

INDENT = 2
GAP = 2
UNIT = re.compile(r"payment-hub [^,;:()]+[^\s,;:()]|\S+")
"""A command, which stays in one piece, or a word."""


def columns_of(text: str) -> int:
    """How many columns a text takes: wide characters take two, marks above a letter none."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def shortened(text: str, room: int) -> str:
    """A text in so many columns at most; what is cut ends with an ellipsis."""
    if columns_of(text) <= room:
        return text
    return f"{_beginning(text, room - 1).rstrip()}…"


def _beginning(text: str, room: int) -> str:
    taken = 0
    for at, char in enumerate(text):
        taken += _width(char)
        if taken > room:
            return text[:at]
    return text


def folded(text: str, room: int) -> list[str]:
    """A text in lines of so many columns; commands and addresses stay whole, a word is broken where it fills a line."""
    lines: list[str] = []
    room = max(room, NARROWEST)
    for unit in UNIT.findall(text):
        gap = "" if unit[0] in ",;:)." else " "
        if lines and columns_of(f"{lines[-1]}{gap}{unit}") <= room:
            lines[-1] = f"{lines[-1]}{gap}{unit}"
        else:
            lines += [unit] if is_pasted(unit) else _broken(unit, room)
    return lines or [""]


def is_pasted(unit: str) -> bool:
    """Whether a person copies it as it stands: a command or an address."""
    return unit.startswith("payment-hub ") or "://" in unit


def _broken(word: str, room: int) -> Iterator[str]:
    while columns_of(word) > room:
        piece = _beginning(word, room)
        yield piece
        word = word.removeprefix(piece)
    yield word


@attrs.frozen
class TableColumn:
    """One column of a table.

    Attributes:
        at: Its place in a row.
        width: Columns that it takes.
        whole: Columns that it would take with everything in it.
    """

    at: int
    name: str
    width: int
    whole: int


@attrs.frozen
class TextTable:
    """Cells with their headers, and what may be done to each column by its name."""

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Collection[str] = ()
    cut: Collection[str] = ()
    fold: Collection[str] = ()

    def lines(self, room: int | None) -> Iterator[str]:
        """The table in the room that there is; None for as much as it takes."""
        columns = [self._column(at) for at in range(len(self.headers))]
        if room is None or _taken([column.whole for column in columns]) <= room:
            decks = [[attrs.evolve(column, width=column.whole) for column in columns]]
        else:
            shown = [column for column in columns if not self.rows or any(row[column.at] for row in self.rows)]
            decks = list(self._decks(shown, room))
        for cells in (self.headers, *self.rows):
            for depth, deck in enumerate(decks):
                if len(decks) == 1 or any(cells[column.at] for column in deck):
                    yield from self._deck_lines(deck, cells, INDENT if depth else 0)

    def _column(self, at: int) -> TableColumn:
        name = self.headers[at]
        cells = max((columns_of(row[at]) for row in self.rows), default=0)
        least = min(cells, NAME if name in self.cut else PROSE if name in self.fold else cells)
        if name in self.fold:  # what is pasted stays whole, so the column is as wide as that, or stands below
            units = (unit for row in self.rows for unit in UNIT.findall(row[at]) if is_pasted(unit))
            least = max(least, *map(columns_of, units), 0)
        return TableColumn(at, name, max(least, min(columns_of(name), HEAD)), max(cells, columns_of(name)))

    def _decks(self, columns: Sequence[TableColumn], room: int) -> Iterator[list[TableColumn]]:
        """Columns that stand beside one another; those of a later deck stand below, indented."""
        deck: list[TableColumn] = []
        left = room
        for column in columns:
            if deck and _taken([item.width for item in (*deck, column)]) > left:
                yield self._widened(deck, left)
                deck, left = [], room - INDENT
            deck.append(column)
        yield self._widened(deck, left)

    def _widened(self, deck: Sequence[TableColumn], room: int) -> list[TableColumn]:
        """What room is left over goes to columns that gave some."""
        spare, wide = room - _taken([column.width for column in deck]), []
        for column in deck:
            more = max(0, min(spare, column.whole - column.width))
            wide.append(attrs.evolve(column, width=column.width + more))
            spare -= more
        return wide

    def _deck_lines(self, deck: Sequence[TableColumn], cells: Sequence[str], indent: int) -> Iterator[str]:
        stacks = [self._stack(column, cells[column.at]) for column in deck]
        for height in range(max(map(len, stacks))):
            parts = [
                self._padded(column, stack[height] if height < len(stack) else "")
                for column, stack in zip(deck, stacks, strict=True)
            ]
            yield (" " * indent + (" " * GAP).join(parts)).rstrip()

    def _stack(self, column: TableColumn, cell: str) -> list[str]:
        """A cell in the lines that it takes."""
        if column.name in self.fold and cell != column.name:
            return folded(cell, column.width)
        is_name = column.name in self.cut or cell == column.name
        return [shortened(cell, column.width) if is_name else cell]

    def _padded(self, column: TableColumn, text: str) -> str:
        blanks = " " * (column.width - columns_of(text))
        return blanks + text if column.name in self.right else text + blanks


def _taken(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * max(0, len(widths) - 1)
