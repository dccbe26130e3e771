"""The cells of one sheet of an Excel workbook, as text.

Numbers keep the decimal text that stands in the file: Excel stores seventeen digits of what it shows with fifteen, so
``1.1000000000000001`` is read as 1.1 without ever becoming a float.

Sheets are written by programs, nearly always in one shape: such rows are read by one expression over many of them.
Whatever has another shape goes through the parser, into the same lines; a test holds that both read alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Final
from xml.sax.saxutils import unescape

import attrs

from hub.domain.text import Text

from .headings import MAX_COLUMNS, column_name
from .number_format import Format, Shows
from .sheet import FormattedNumber, JsonNumber, Merge, RowError, numbers_shown_as, plain_blanks, unmarked

MAX_ROWS: Final = 200_000
MAX_REMEMBERED: Final = 20_000
"""Values of one kind of cell that are kept, so that a repeated one is one text in memory."""

MAX_PLACES: Final = 30
SHOWN_DIGITS: Final = Context(prec=15, rounding=ROUND_HALF_EVEN)
PLAIN_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]*[1-9]|-?[1-9][0-9]*|0")
PLAIN_LENGTH: Final = 15
ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
LAST_SERIAL: Final = 2_958_465
DAY_SECONDS: Final = 86_400
MIDNIGHT: Final = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?Z?$")
OTHER_BOOK: Final = re.compile(r"(?:^|[^\w.\]])\[([0-9]+)\][^\[\]!]*!")
SHARED: Final = re.compile(r'<f[^<>]* si="([0-9]+)"')

RESAVE: Final = Text("workbook.resave")
DAMAGED: Final = Text("workbook.damaged", remedy=RESAVE)

ROW: Final = re.compile(r'\s*<row r="([0-9]{1,7})"((?: [^<>/]*)?)>')
EMPTY_ROW: Final = re.compile(r'\s*<row r="([0-9]{1,7})"(?: [^<>/]*)?/>')
ATTRIBUTE: Final = re.compile(r'([\w:]+)\s*=\s*"([^"<>&]*)"')
CELL: Final = re.compile(
    r'<(?:c r="([A-Z]{1,3})[0-9]{1,7}"((?: [^<>/]*)?)(?:/>|>'
    r"(?:(?:<v>|<is><t(?: [^<>]*)?>)([^<]*)(?:</v>|</t></is>)|<v ?/>)?</c>))?"
)
COMPUTED: Final = re.compile(
    r'<(?:c r="([A-Z]{1,3})[0-9]{1,7}"((?: [^<>/]*)?)(?:/>|>'
    r"(?:(<f(?: [^<>]*)?(?:/>|>[^<]*</f>)))?"
    r"(?:(?:<v>|<is><t(?: [^<>]*)?>)([^<]*)(?:</v>|</t></is>)|<v ?/>)?</c>))?"
)
"""A cell in the shape that programs write, without a formula and with one; what begins otherwise is found with nothing
in it."""
SIMPLE: Final = re.compile(r"[!-%(-;=?-~](?:[ -%'-;=?-^`-~]*[!-%'-;=?-^`-~])?")
"""A text that stands in a sheet as people see it."""
NOT_IN_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\]\]>|&(?!(?:amp|lt|gt|quot|apos);)")
ENTITIES: Final = {"&quot;": '"', "&apos;": "'"}


class WorkbookRefused(Exception):
    """The file is no workbook that can be read; the message is for the person who brought it."""

    def __init__(self, message: Text) -> None:
        super().__init__(str(message))
        self.message = message


class Unusual(Exception):
    """A piece of a sheet that has another shape than programs write; the parser reads it."""


@attrs.frozen
class Workings:
    """What all sheets of a workbook share.

    Attributes:
        formats: By the number of a cell's style.
        other_books: It names other workbooks, by number.
    """

    strings: Sequence[str] = ()
    formats: Sequence[Format] = ()
    is_1904: bool = False
    other_books: Sequence[str] = ()


class SheetReader:
    """Collects the lines of one sheet."""

    def __init__(self, workings: Workings) -> None:
        self.lines: list[tuple[int, list[str]]] = []
        self.hidden: list[int] = []
        self._errors: list[RowError] = []
        self._computes = False
        self.merges: list[Merge] = []
        self._workings = workings
        self._kinds = _Kinds(workings)
        self._places = _Places()
        self._hides = _Hides()
        self._line, self._column, self._rows = 0, -1, 0
        self._cells: dict[int, str] = {}
        self._is_hidden = self._has_formula = False
        self._given = ""
        self._formula: list[str] = []
        self._foreign: dict[str, int] = {}
        self._inside: list[str] = []
        self._pieces: list[str] = []

    @property
    def errors(self) -> list[RowError]:
        """What is wrong with cells, by the letters of their columns; what another book feeds may feed other formulas,
        and is then wrong with its whole row."""
        if not self._computes:
            return self._errors
        return [attrs.evolve(error, column="") if _is_linked(error) else error for error in self._errors]

    # ---- many rows at once

    @property
    def is_ready(self) -> bool:
        """Whether rows come next."""
        return bool(self._inside) and self._inside[-1] == "sheetData"

    def usual(self, text: str) -> bool:
        """Read whole rows that have the usual shape; nothing at all of those where one has another."""
        line, lines, hidden, errors = self._line, list[tuple[int, list[str]]](), list[int](), list[RowError]()
        kinds, places, hides = self._kinds, self._places, self._hides
        rows = 0
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        try:
            for piece in text.split("</row>"):
                head = ROW.match(piece)
                while head is None and (empty := EMPTY_ROW.match(piece)):
                    line, rows = int(empty[1]), rows + 1
                    piece = piece[empty.end() :]
                    head = ROW.match(piece)
                if head is None:
                    if piece.strip():
                        return False
                    continue
                line, is_hidden = int(head[1]), hides[head[2]]
                rows += 1
                has_formulas = "<f" in piece
                found = (COMPUTED if has_formulas else CELL).findall(piece, head.end())
                if not found:
                    continue
                columns = list(zip(*found, strict=True))
                letters, givens, raws = columns[0], columns[1], columns[-1]
                place = places[letters]
                values = [kinds[given][raw] for given, raw in zip(givens, raws, strict=True)]
                if place is None:
                    cells = values
                else:
                    cells = [""] * (max(place) + 1)
                    for at, value in zip(place, values, strict=True):
                        cells[at] = value
                if has_formulas:
                    for letter, given, formula, value in zip(letters, givens, columns[2], values, strict=True):
                        if formula:
                            self._check(line, letter, given, formula, value, errors)
                if any(cells):
                    if len(cells) > MAX_COLUMNS and any(cells[MAX_COLUMNS:]):
                        raise WorkbookRefused(Text("workbook.too_many_columns", most=MAX_COLUMNS))
                    del cells[MAX_COLUMNS:]
                    hidden.append(line) if is_hidden else lines.append((line, cells))
        except (Unusual, LookupError, ValueError):
            return False
        self._count(rows)
        self._line = line
        self.lines += lines
        self.hidden += hidden
        self._errors += errors
        return True

    # ---- one piece after the other

    def start(self, tag: str, given: dict[str, str]) -> None:
        """A row, a cell, or a part of one begins."""
        self._inside.append(tag)
        if tag == "c":
            self._column = _column_of(given["r"]) if "r" in given else self._column + 1
            self._given = "".join(f' {name}="{value}"' for name, value in given.items() if name in ("t", "s"))
            self._has_formula = False
            self._formula.clear()
            self._pieces.clear()
        elif tag == "row":
            listed = "".join(f' {name}="{value}"' for name, value in given.items() if name != "r")
            self._line = int(given.get("r", self._line + 1))
            self._is_hidden = self._hides[listed]
            self._column = -1
            self._cells = {}
            self._count(1)
        elif tag == "f":
            self._has_formula = True
            self._formula.append(f'<f si="{given["si"]}">' if "si" in given else "")
        elif tag == "sheetFormatPr":
            self._hides.by_itself = _is_true(given.get("zeroHeight", ""))
        elif tag == "mergeCell" and len(self.merges) < MAX_ROWS:
            self._merge(given.get("ref", ""))

    def text(self, data: str) -> None:
        """The value of a cell, or a piece of its text."""
        inside = self._inside[-1]
        if inside == "v" or (inside == "t" and "rPh" not in self._inside):
            self._pieces.append(data)
        elif inside == "f":
            self._formula.append(data)

    def end(self, tag: str) -> None:
        """A cell or a row is complete."""
        self._inside.pop()
        if tag == "row":
            if any(self._cells.values()):
                cells = [self._cells.get(at, "") for at in range(max(self._cells) + 1)]
                self.hidden.append(self._line) if self._is_hidden else self.lines.append((self._line, cells))
            return
        if tag != "c":
            return
        kind = self._kinds[self._given]
        value = kind.value_of("".join(self._pieces))
        if self._has_formula:
            letters = column_name(self._column)
            self._check(self._line, letters, self._given, "".join(self._formula), value, self._errors)
        if value and self._column >= MAX_COLUMNS:
            raise WorkbookRefused(Text("workbook.too_many_columns", most=MAX_COLUMNS))
        if value or self._column in self._cells:
            self._cells[self._column] = value

    def _check(self, line: int, letters: str, given: str, formula: str, value: str, errors: list[RowError]) -> None:
        """What is wrong with what a formula gives."""
        cell = f"{letters}{line}"
        if not value and 't="str"' not in given:
            errors.append(RowError(line, letters, "", Text("workbook.no_result", cell=cell, remedy=RESAVE)))
        elif self._workings.other_books and (at := self._other_book(formula)) is not None:
            books = self._workings.other_books
            book = books[at - 1] if 0 < at <= len(books) else ""
            errors.append(RowError(line, letters, value, Text("workbook.other_book", cell=cell, book=book)))
        else:
            self._computes = True

    def _other_book(self, formula: str) -> int | None:
        """The number of the workbook that a formula looks into; cells that share one formula name it once."""
        shared = SHARED.search(formula)
        if found := OTHER_BOOK.search(formula.replace("'", " ")):
            if shared:
                self._foreign[shared[1]] = int(found[1])
            return int(found[1])
        return self._foreign.get(shared[1]) if shared else None

    def _count(self, rows: int) -> None:
        self._rows += rows
        if self._rows > MAX_ROWS:
            raise WorkbookRefused(Text("workbook.too_many_rows", most=MAX_ROWS))

    def _merge(self, place: str) -> None:
        first, _, last = place.partition(":")
        if last and (begins := _place_of(first)) and (ends := _place_of(last)):
            self.merges.append(Merge(begins[0], begins[1], ends[0], ends[1]))


class _Places(dict[tuple[str, ...], "list[int] | None"]):
    """Where the cells of a row stand by the letters of their columns; None for one after the other from the first."""

    def __missing__(self, letters: tuple[str, ...]) -> list[int] | None:
        if "" in letters:
            raise Unusual
        places = [_column_of(letter) for letter in letters]
        found = None if places == list(range(len(places))) else places
        if len(self) < MAX_REMEMBERED:
            self[letters] = found
        return found


class _Hides(dict[str, bool]):
    """Whether a row is hidden by its attributes, as they stand in the sheet."""

    by_itself = False

    def __missing__(self, given: str) -> bool:
        said = dict(ATTRIBUTE.findall(given))
        hides = self.by_itself
        if "hidden" in said:
            hides = _is_true(said["hidden"])
        elif "ht" in said:
            hides = float(said["ht"]) == 0
        if len(self) < MAX_REMEMBERED:
            self[given] = hides
        return hides


# ---- what stands in a cell, by what is said of it


class Kind(dict[str, str]):
    """What the cells of one kind mean, by what stands in them; what was met is remembered."""

    def __init__(self) -> None:
        super().__init__({"": ""})

    def __missing__(self, raw: str) -> str:
        if not raw.isprintable() or "&" in raw or "]]>" in raw:
            refuse_unusual(raw)
        value = self.value_of(unescape(raw, ENTITIES) if "&" in raw else raw)
        if len(self) < MAX_REMEMBERED:
            self[raw] = value
        return value

    def value_of(self, raw: str) -> str:
        """What a cell shows by what is stored."""
        raise NotImplementedError


class _Inline(Kind):
    def __missing__(self, raw: str) -> str:
        if not SIMPLE.fullmatch(raw):
            return super().__missing__(raw)
        if len(self) < MAX_REMEMBERED:
            self[raw] = raw
        return raw

    def value_of(self, raw: str) -> str:
        return shown_text(raw)


class _Said(Kind):
    """Truth and errors."""

    def __init__(self, words: Mapping[str, str]) -> None:
        super().__init__()
        self._words = words

    def value_of(self, raw: str) -> str:
        return self._words.get(raw, raw.strip())


class _Dated(Kind):
    """A day or a moment by ISO 8601, as a strict workbook stores it."""

    def value_of(self, raw: str) -> str:
        return MIDNIGHT.sub("", raw.strip())


class _Shared(Kind):
    def __init__(self, strings: Sequence[str]) -> None:
        super().__init__()
        self._strings = strings

    def __missing__(self, raw: str) -> str:
        return self._strings[int(raw)]

    def value_of(self, raw: str) -> str:
        return self._strings[int(raw)] if raw else ""


class _Number(Kind):
    def __init__(self, form: Format) -> None:
        super().__init__()
        self._form = form
        self._made = numbers_shown_as(form.always) if form.always else JsonNumber

    def __missing__(self, raw: str) -> str:
        is_plain = len(raw) <= PLAIN_LENGTH and not self._form.sections and PLAIN_NUMBER.fullmatch(raw)
        value = self._made(raw) if is_plain else self.value_of(raw)
        if len(self) < MAX_REMEMBERED:
            self[raw] = value
        return value

    def value_of(self, raw: str) -> str:
        text = raw if len(raw) <= PLAIN_LENGTH and PLAIN_NUMBER.fullmatch(raw) else figure(_decimal(raw))
        if not text or "E" in text:
            return text
        if self._form.sections and (shown := self._form.of(Decimal(text))):
            return FormattedNumber(text, shown)
        return self._made(text)


class _Day(Kind):
    def __init__(self, *, is_1904: bool, with_time: bool) -> None:
        super().__init__()
        self._is_1904, self._with_time = is_1904, with_time

    def value_of(self, raw: str) -> str:
        value = _decimal(raw)
        if value is None:
            return ""
        return moment(value, is_1904=self._is_1904, with_time=self._with_time) or JsonNumber(figure(value))


class _Kinds(dict[str, Kind]):
    """What cells mean by their attributes, as they stand in the sheet: `` s="2" t="n"``."""

    def __init__(self, workings: Workings) -> None:
        super().__init__()
        self._workings = workings

    def __missing__(self, given: str) -> Kind:
        said = dict(ATTRIBUTE.findall(given))
        if said.keys() - {"t", "s", "cm", "vm", "ph", "xml:space"}:
            raise Unusual
        made = self[given] = self._made(said.get("t", "n"), said.get("s", "0"))
        return made

    def _made(self, kind: str, style: str) -> Kind:
        if kind == "n":
            return self._number(int(style))
        return {
            "s": lambda: _Shared(self._workings.strings),
            "b": lambda: _Said({"1": "VERDADERO", "0": "FALSO", "true": "VERDADERO", "false": "FALSO"}),
            "e": lambda: _Said({}),
            "d": _Dated,
        }.get(kind, _Inline)()

    def _number(self, style: int) -> Kind:
        formats = self._workings.formats
        form = formats[style] if style < len(formats) else Format()
        if form.shows is Shows.NUMBER:
            return _Number(form)
        return _Day(is_1904=self._workings.is_1904, with_time=form.shows is Shows.MOMENT)


def refuse_unusual(text: str) -> None:
    """Leave a text to the parser that XML does not allow, or that has entities of its own."""
    if NOT_IN_XML.search(text):
        raise Unusual


def shown_text(raw: str) -> str:
    """A text as people see it: without Excel's notation of what XML cannot hold, ``_x000D_``, and without marks."""
    if "_x" in raw:
        raw = ESCAPED.sub(lambda found: chr(int(found[1], 16)), raw)
    return unmarked((raw if raw.isascii() else plain_blanks(raw)).strip())


def figure(value: Decimal | None) -> str:
    """A number as Excel would show it in full; one that Excel could not hold in full says so by its notation."""
    if value is None:
        return ""
    if not value.is_finite() or value.adjusted() >= SHOWN_DIGITS.prec or value.adjusted() < -MAX_PLACES:
        return f"{value:.5E}"
    shown = SHOWN_DIGITS.plus(value)
    text = f"{shown:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _decimal(raw: str) -> Decimal | None:
    stripped = raw.strip()
    if not stripped:
        return None
    try:
        return Decimal(stripped)
    except InvalidOperation as error:
        raise WorkbookRefused(DAMAGED) from error


def moment(serial: Decimal, *, is_1904: bool, with_time: bool) -> str:
    """The day of a serial number, with its time where that is shown and not midnight; empty for none that exists.

    Excel believes in 29 February 1900.
    """
    if not serial.is_finite() or not (is_1904 or serial >= 1) or not 0 <= serial <= LAST_SERIAL:
        return ""
    days = int(serial)
    seconds = int(((serial - days) * DAY_SECONDS).to_integral_value(ROUND_HALF_EVEN)) if with_time else 0
    if seconds == DAY_SECONDS:
        days, seconds = days + 1, 0
    if is_1904:
        if days > LAST_SERIAL - 1462:
            return ""
        day = date(1904, 1, 1) + timedelta(days=days)
    elif days == 60:
        return ""
    else:
        day = date(1899, 12, 31 if days < 60 else 30) + timedelta(days=days)
    if not seconds:
        return day.isoformat()
    return f"{day.isoformat()}T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _is_linked(error: RowError) -> bool:
    return isinstance(error.message, Text) and error.message.id == "workbook.other_book"


def _is_true(text: str) -> bool:
    return text in ("1", "true")


def _place_of(reference: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})", reference)
    return (int(found[2]), _column_of(found[1])) if found else None


def _column_of(reference: str) -> int:
    number = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - ord("A") + 1
    if not 1 <= number <= 16_384:
        raise WorkbookRefused(DAMAGED)
    return number - 1
