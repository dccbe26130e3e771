"""A table of a page, as programs write it into a file that they call ``.xls``."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

from hub.domain.text import Text

from .headings import MAX_COLUMNS
from .sheet import MOST_CELLS, Grid, HeadLine, JsonNumber, RowError, plain_blanks, unmarked

BEGINS: Final = re.compile(
    r"(?:<!doctype\s+html|<html|<head|<body|<meta|<style|<table|<center|<div|<font|<h[1-6]|<p\b|<b\b|<tr\b)",
    re.IGNORECASE,
)
FRAMED: Final = re.compile(r"<frameset|<x:WorksheetSource", re.IGNORECASE)
UNSHOWN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
BREAKS: Final = frozenset({"br", "p", "div", "li"})
SILENT: Final = frozenset({"script", "style", "title"})
MAX_SPAN: Final = 256
MOST_WORDS: Final = 200
"""Pieces of text around a table that are looked at."""
MOST_SPREAD: Final = 2_000_000
"""Cells that merged ones cover, in all."""


class _Refused(Exception):
    def __init__(self, message: Text) -> None:
        super().__init__(str(message))
        self.message = message


def is_page(text: str) -> bool:
    """Whether a text is a page."""
    return bool(BEGINS.match(text.lstrip("\ufeff \t\r\n"))) or bool(re.match(r"\s*<!--.*?-->\s*<html", text, re.DOTALL))


def read_page(text: str, encoding: str) -> Grid:
    """The rows of the first table of a page that has any, each at its line of the table."""
    reader = _Tables()
    try:
        reader.feed(text)
        reader.close()
    except _Refused as refused:
        return Grid(errors=(RowError(0, "", "", refused.message),), file_type="html")
    reader.finish()
    if not reader.lines:
        message = Text("file.page_of_frames") if FRAMED.search(text) else Text("file.page_without_table")
        return Grid(errors=(RowError(0, "", "", message),), file_type="html")
    return Grid(
        lines=reader.lines,
        around=tuple(reader.around),
        hidden=tuple(reader.hidden),
        format=Text("file.page", encoding=encoding),
        file_type="html",
        is_cut=reader.depth > 0,
    )


class _Tables(HTMLParser):
    """Collects the rows of the first table that has two or more cells in some row; a table in a cell is refused."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[tuple[int, list[str]]] = []
        self.hidden: list[int] = []
        self.around: list[HeadLine] = []
        self.depth = 0
        self._is_done = False
        self._line = 0
        self._row: list[str] | None = None
        self._is_unshown = False
        self._cell: list[str] | None = None
        self._exact = ""
        self._span = 1
        self._below: dict[int, int] = {}
        self._down = 1
        self._silent = ""
        self._spread = 0

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        """A table, a row or a cell begins; one that was open ends with it."""
        said = {name: value or "" for name, value in given}
        if tag in SILENT:
            self._silent = tag
        if self._is_done:
            return
        if tag == "table":
            if self._cell is not None:
                raise _Refused(Text("file.table_in_table"))
            self.depth += 1
        elif tag == "tr" and self.depth:
            self._end_row()
            self._line += 1
            self._row = []
            self._is_unshown = "hidden" in said or bool(UNSHOWN.search(said.get("style", "")))
        elif tag in ("td", "th") and self._row is not None:
            self._end_cell()
            self._cell = []
            self._span, self._down = _span(said.get("colspan", "")), _span(said.get("rowspan", ""))
            self._exact = said.get("x:num", "").strip()
        elif tag in BREAKS and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """What ends, ends what is open within it."""
        if tag == self._silent:
            self._silent = ""
        if self._is_done:
            return
        if tag in ("td", "th"):
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag == "table" and self.depth:
            self._end_row()
            self.depth -= 1
            if any(len(cells) > 1 for _line, cells in self.lines):
                self._is_done = True

    def handle_data(self, data: str) -> None:
        """What stands in a cell."""
        if self._cell is not None and not self._silent:
            self._cell.append(data)
        elif self._cell is None and not self._silent and len(self.around) < MOST_WORDS and (said := data.split()):
            self.around.append(HeadLine(self._line + self._is_done, (plain_blanks(" ".join(said)),)))

    def finish(self) -> None:
        """What is open at the end, ends."""
        self._end_row()

    def _end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        before = len(self._row)
        while self._below.get(len(self._row), 0) > 0:
            self._below[len(self._row)] -= 1
            self._row.append("")
        text = unmarked(" ".join(plain_blanks("".join(self._cell)).split()))
        if self._down > 1:
            for column in range(len(self._row), len(self._row) + self._span):
                self._below[column] = self._down - 1
        self._row.append(JsonNumber(self._exact) if NUMBER.fullmatch(self._exact) else text)
        self._row.extend([""] * (self._span - 1))
        self._cell = None
        self._spread += len(self._row) - before - 1
        if len(self._row) > MOST_CELLS or self._spread > MOST_SPREAD:
            raise _Refused(Text("file.too_many_columns", most=MAX_COLUMNS))

    def _end_row(self) -> None:
        self._end_cell()
        if self._row and any(self._row):
            if self._is_unshown:
                self.hidden.append(self._line)
            else:
                self.lines.append((self._line, self._row))
        self._row = None


def _span(text: str) -> int:
    return min(int(text), MAX_SPAN) if text.isascii() and text.isdecimal() and int(text[:6]) > 0 else 1
