"""Rows between delimiters: CSV and its relatives, as people's programs write them."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Collection
from typing import Final

from hub.domain.text import Text

from .headings import known_in, too_many_columns
from .sheet import MOST_CELLS, Grid, RowError, plain_blanks, unmarked

DELIMITERS: Final = ";\t|,"
DELIMITER_NAMES: Final = {
    ";": Text("file.semicolon"),
    "\t": Text("file.tab"),
    ",": Text("file.comma"),
    "|": Text("file.bar"),
}
SEP_LINE: Final = re.compile(r'"?sep=(.)"?[ ;,\t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
QUOTED: Final = re.compile(r'"[^"]*"?')
EXCEL_TEXT: Final = re.compile(r'="(?P<text>[^"]*)"')
LOOKED_AT: Final = 40
"""Lines from which the delimiter is told."""


def read_delimited(text: str, encoding: str, known: Collection[str]) -> Grid:
    """The lines of a text between delimiters."""
    text = plain_blanks(text)
    sep = SEP_LINE.match(text)
    skipped = 1 if sep else 0
    text = text[sep.end() :] if sep else text
    delimiter = sep[1] if sep and not sep[1].isalnum() else _delimiter_of(text, known)
    lines, errors = _lines(text, delimiter, skipped)
    is_cut = any(error.message == QUOTE_OPEN for error in errors) or _ends_early(text, lines)
    kind = Text("file.delimited", delimiter=DELIMITER_NAMES.get(delimiter, delimiter), encoding=encoding)
    return Grid(lines=lines, delimiter=delimiter, errors=tuple(errors), format=kind, file_type="csv", is_cut=is_cut)


def _delimiter_of(text: str, known: Collection[str]) -> str:
    """The delimiter that makes most headings that somebody knows, and then most columns in most lines.

    Quoted text does not count; commas stand within amounts too, so that they come last.
    """
    head = QUOTED.sub("x", text[:100_000])
    lines = [line for line in head.splitlines() if line.strip()][:LOOKED_AT]

    def fitness(delimiter: str) -> tuple[int, int]:
        counts = Counter(line.count(delimiter) for line in lines)
        columns, times = max(counts.items(), key=lambda item: (item[0] > 0, item[0] * item[1]), default=(0, 0))
        headings = max((known_in(line.split(delimiter), known) for line in _unquoted(text)), default=0)
        return (headings if headings > 1 else 0, columns * times)

    best = max(DELIMITERS, key=fitness)
    return best if fitness(best)[1] else ","


def _unquoted(text: str) -> list[str]:
    return [line.replace('"', "") for line in text[:20_000].splitlines()[:LOOKED_AT]]


def _lines(text: str, delimiter: str, skipped: int) -> tuple[list[tuple[int, list[str]]], list[RowError]]:
    """The lines that hold anything, each with the number at which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    clean: Callable[[str], str] = _clean if '="' in text or "'" in text else str.strip
    lines: list[tuple[int, list[str]]] = []
    errors: list[RowError] = []
    while True:
        line = skipped + reader.line_num + 1
        try:
            found = next(reader)
        except StopIteration:
            return lines, errors
        except csv.Error as error:
            errors.append(RowError(line, "", "", _csv_error(str(error))))
            continue
        if len(found) > MOST_CELLS:
            return [], [too_many_columns(line)]
        cells = list(map(clean, found))
        if any(cells):
            lines.append((line, cells))


QUOTE_OPEN: Final = Text("file.quote_open")


def _csv_error(error: str) -> Text:
    if "unexpected end" in error:
        return QUOTE_OPEN
    if "field larger" in error:
        return Text("file.cell_too_long")
    return Text("file.quotes_misplaced")


def _ends_early(text: str, lines: list[tuple[int, list[str]]]) -> bool:
    """Whether the last line is shorter than all others and has no end: the file was cut off."""
    if len(lines) < 3 or text.endswith(("\n", "\r")):
        return False
    return len(lines[-1][1]) < min(len(cells) for _line, cells in lines[-20:-1])


def _clean(cell: str) -> str:
    """A cell without the blanks around it, and without Excel's ways of forcing text: ``="00123"``, ``'00123``."""
    stripped = cell.strip()
    forced = EXCEL_TEXT.fullmatch(stripped)
    return forced["text"].strip() if forced else unmarked(stripped)
