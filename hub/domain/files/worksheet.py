"""The cells of one sheet of an Excel workbook, as text.

Numbers keep the decimal text that stands in the file: Excel stores seventeen digits of what it shows with fifteen, so
``1.1000000000000001`` is read as 1.1 without ever becoming a float.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Final

from hub.domain.text import Text

from .headings import column_name
from .sheet import AROUND, Grid, JsonNumber, RowError

MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 256

SHOWN_DIGITS: Final = Context(prec=15, rounding=ROUND_HALF_EVEN)
DATE_FORMATS: Final = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59)})
"""Number formats of Excel's own that show a day; 18 to 21 and 45 to 47 show a time alone."""

NOT_SHOWN: Final = re.compile(r'"[^"]*"?|\\.|[_*].|\[[^\]]*\]')
PADDED: Final = re.compile(r"0{2,60}")
ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
LAST_SERIAL: Final = 2_958_465

RESAVE: Final = Text("workbook.resave")
DAMAGED: Final = Text("workbook.damaged", remedy=RESAVE)


class WorkbookRefused(Exception):
    """The file is no workbook that can be read; the message is for the person who brought it."""

    def __init__(self, message: Text) -> None:
        super().__init__(str(message))
        self.message = message


class SheetReader:
    """Collects the cells of one sheet, row by row."""

    def __init__(self, strings: list[str], formats: list[str], *, is_1904: bool) -> None:
        self.rows: list[tuple[int, dict[int, str]]] = []
        self.errors: list[RowError] = []
        self._strings, self._formats, self._is_1904 = strings, formats, is_1904
        self._line, self._column = 0, -1
        self._kind = self._style = ""
        self._has_formula = False
        self._inside: list[str] = []
        self._pieces: list[str] = []

    def start(self, tag: str, given: dict[str, str]) -> None:
        """A row, a cell, or a part of one begins."""
        self._inside.append(tag)
        if tag == "row":
            self._line = int(given.get("r", self._line + 1))
            self._column = -1
            self.rows.append((self._line, {}))
            if len(self.rows) > MAX_ROWS:
                raise WorkbookRefused(Text("workbook.too_many_rows", most=MAX_ROWS))
        elif tag == "c":
            self._column = _column_of(given["r"]) if "r" in given else self._column + 1
            self._kind, self._style = given.get("t", "n"), given.get("s", "0")
            self._has_formula = False
            self._pieces.clear()
        elif tag == "f":
            self._has_formula = True

    def text(self, data: str) -> None:
        """The value of a cell, or a piece of its text."""
        if self._inside[-1] == "v" or (self._inside[-1] == "t" and "rPh" not in self._inside):
            self._pieces.append(data)

    def end(self, tag: str) -> None:
        """A cell is complete."""
        self._inside.pop()
        if tag == "row" and not any(self.rows[-1][1].values()):
            self.rows.pop()
        if tag != "c":
            return
        value = self._value("".join(self._pieces))
        if not value:
            return
        if self._column >= MAX_COLUMNS:
            raise WorkbookRefused(Text("workbook.too_many_columns", most=MAX_COLUMNS))
        self.rows[-1][1][self._column] = value

    def _value(self, raw: str) -> str:
        if self._has_formula and not raw:
            cell = f"{column_name(self._column)}{self._line}"
            self.errors.append(RowError(self._line, "", "", Text("workbook.no_result", cell=cell, remedy=RESAVE)))
            return ""
        match self._kind:
            case "s":
                return self._strings[int(raw)].strip(AROUND) if raw else ""
            case "inlineStr" | "str":
                return unescaped(raw).strip(AROUND)
            case "b":
                return {"1": "VERDADERO", "0": "FALSO"}.get(raw, raw)
            case "n":
                return self._number(raw.strip()) if raw.strip() else ""
        return raw.strip(AROUND)

    def _number(self, raw: str) -> str:
        try:
            value = Decimal(raw)
        except InvalidOperation as error:
            raise WorkbookRefused(DAMAGED) from error
        style = int(self._style)
        meaning = self._formats[style] if style < len(self._formats) else ""
        if meaning == "date":
            return _day(value, is_1904=self._is_1904) or raw
        return _figure(value, meaning)


def format_of(number: int, code: str) -> str:
    """What a number format shows: ``date``, the zeros of a padded number, or nothing."""
    if number in DATE_FORMATS:
        return "date"
    shown = NOT_SHOWN.sub("", code.partition(";")[0]).lower()
    if "d" in shown or "y" in shown:
        return "date"
    return shown if PADDED.fullmatch(shown) else ""


def unescaped(text: str) -> str:
    """A text without Excel's notation of what XML cannot hold: ``_x000D_``."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _figure(value: Decimal, padding: str) -> str:
    """A number as Excel would show it in full; one that Excel could not hold in full says so by its notation."""
    if not value.is_finite() or value.adjusted() >= SHOWN_DIGITS.prec:
        return f"{value:.5E}"
    shown = SHOWN_DIGITS.plus(value)
    text = f"{shown:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text in ("-0", ""):
        text = "0"
    return text.zfill(len(padding)) if padding and text.isdecimal() else JsonNumber(text)


def _day(serial: Decimal, *, is_1904: bool) -> str:
    """The day of a serial number; empty for none that exists, such as Excel's 29 February 1900."""
    if not 1 <= serial <= LAST_SERIAL:
        return ""
    days = int(serial)
    if is_1904:
        return (date(1904, 1, 1) + timedelta(days=days)).isoformat() if days <= LAST_SERIAL - 1462 else ""
    if days == 60:
        return ""
    return (date(1899, 12, 31 if days < 60 else 30) + timedelta(days=days)).isoformat()


def _column_of(reference: str) -> int:
    number = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - ord("A") + 1
    if not 1 <= number <= 16_384:
        raise WorkbookRefused(DAMAGED)
    return number - 1


def grid_of(rows: list[tuple[int, dict[int, str]]], errors: list[RowError], kind: Text) -> Grid:
    """The lines of a sheet, their cells from the first column on."""
    lines = [(line, [cells.get(at, "") for at in range(max(cells) + 1)]) for line, cells in rows]
    return Grid(lines=lines, errors=tuple(errors), format=kind, file_type="xlsx")
