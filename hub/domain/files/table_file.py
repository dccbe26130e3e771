"""A file of rows as people's programs write it: Excel, CSV and TSV from it, JSON, or one JSON object a line.

Nothing is dropped in silence: what cannot be read becomes an error with its line.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

import attrs

from hub.domain.text import Text

from .sheet import AROUND, DISPLAYED, JsonNumber, Row, RowError, Table, shorten
from .workbook import read_workbook

DELIMITERS: Final = ";\t,"
DELIMITER_NAMES: Final = {";": Text("file.semicolon"), "\t": Text("file.tab"), ",": Text("file.comma")}
SEP_LINE: Final = re.compile(r'"?sep=(.)"?[ ;,\t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
QUOTED: Final = re.compile(r'"[^"]*"?')
EXCEL_TEXT: Final = re.compile(r'="(?P<text>[^"]*)"')
ZIPPED: Final = b"PK\x03\x04"
OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0"
NO_ROWS: Final = Text("file.no_rows")
JSON_NAMES: Final = (".json", ".ndjson", ".jsonl")
DELIMITED_NAMES: Final = (".csv", ".tsv", ".txt", ".tab")


class _NotText(Exception):
    """The bytes are not a text file; the error says why."""

    def __init__(self, line: int, message: Text) -> None:
        super().__init__(str(message))
        self.error = RowError(line, "", "", message)


def read_table(data: bytes, *, name: str = "") -> Table:
    """Read a file of rows; its format is seen in its content, and its name decides only where that could be either."""
    if data.startswith(ZIPPED):
        table = read_workbook(data)
        return table if table.rows or table.errors else attrs.evolve(table, errors=(RowError(0, "", "", NO_ROWS),))
    try:
        text, encoding = _decode(data)
    except _NotText as not_text:
        return Table(errors=(not_text.error,))
    if not text.strip(AROUND):
        return Table(errors=(RowError(0, "", "", Text("file.empty")),))
    table = _read_json(text, encoding) if _is_json(text, name.lower()) else _read_delimited(text, encoding)
    if table.rows or table.errors:
        return table
    return attrs.evolve(table, errors=(RowError(0, "", "", NO_ROWS),))


def _decode(data: bytes) -> tuple[str, str]:
    if data.startswith(OLD_WORKBOOK):
        raise _NotText(0, Text("workbook.old_or_locked"))
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _text(data, "utf-16", "UTF-16")
    if data.startswith(codecs.BOM_UTF8):
        return _text(data, "utf-8-sig", "UTF-8")
    try:
        return _text(data, "utf-8", "UTF-8")
    except _NotText as not_text:
        # Windows text hardly ever holds a valid UTF-8 letter by chance; a file that has both kinds is damaged.
        if b"\x00" in data or set(data.decode("utf-8", "ignore")) - set(map(chr, range(128))):
            raise
        return _text(data, "cp1252", "Windows-1252", not_text)


def _text(data: bytes, codec: str, name: str, earlier: _NotText | None = None) -> tuple[str, str]:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise earlier or _NotText(line, Text("file.not_encoded", encoding=name)) from error
    if "\x00" in text:
        raise _NotText(text.count("\n", 0, text.index("\x00")) + 1, Text("file.no_text"))
    return text, name


def _is_json(text: str, name: str) -> bool:
    if name.endswith(DELIMITED_NAMES):
        return False
    return name.endswith(JSON_NAMES) or text.lstrip(AROUND)[0] in "[{"


# ---- rows between delimiters


def _read_delimited(text: str, encoding: str) -> Table:
    sep = SEP_LINE.match(text)
    skipped = 1 if sep else 0
    text = text[sep.end() :] if sep else text
    delimiter = sep[1] if sep and not sep[1].isalnum() else _delimiter_of(text)
    records, errors = _records(text, delimiter, skipped)
    kind = Text("file.delimited", delimiter=DELIMITER_NAMES.get(delimiter, delimiter), encoding=encoding)
    table = Table(format=kind, errors=tuple(errors))
    if not records:
        return table
    (header_line, header), *body = records
    columns, problems = _columns(header_line, header)
    rows = [_row(line, cells, header, problems) for line, cells in body]
    every = tuple(sorted((*errors, *problems), key=lambda error: error.line))
    return attrs.evolve(table, columns=columns, rows=tuple(rows), errors=every, header_line=header_line)


def _delimiter_of(text: str) -> str:
    """The delimiter that the column names use most; quoted text does not count."""
    header = QUOTED.sub("", text.lstrip(AROUND.replace("\t", "")).splitlines()[0])
    return max(DELIMITERS, key=header.count) if any(char in header for char in DELIMITERS) else ","


def _records(text: str, delimiter: str, skipped: int) -> tuple[list[tuple[int, list[str]]], list[RowError]]:
    """The records that hold anything, each with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    records: list[tuple[int, list[str]]] = []
    errors: list[RowError] = []
    while True:
        line = skipped + reader.line_num + 1
        try:
            cells = [_clean(cell) for cell in next(reader)]
        except StopIteration:
            return records, errors
        except csv.Error as error:
            errors.append(RowError(line, "", "", _csv_error(str(error))))
            continue
        if any(cells):
            records.append((line, cells))


def _csv_error(error: str) -> Text:
    if "unexpected end" in error:
        return Text("file.quote_open")
    if "field larger" in error:
        return Text("file.cell_too_long")
    return Text("file.quotes_misplaced")


def _columns(line: int, header: Sequence[str]) -> tuple[tuple[str, ...], list[RowError]]:
    columns = tuple(filter(None, header))
    twice = sorted({column for column in columns if columns.count(column) > 1})
    return columns, [RowError(line, column, "", Text("column.twice")) for column in twice]


def _row(line: int, cells: list[str], header: Sequence[str], problems: list[RowError]) -> Row:
    """Cells by column; Excel leaves out empty cells at the end, but never writes one too many."""
    extra = cells[len(header) :]
    if extra:
        longer = Text("file.row_longer", cells=len(cells), columns=len(header))
        problems.append(RowError(line, "", " ".join(extra), longer))
    padded = (*cells, *[""] * (len(header) - len(cells)))
    for column, cell in zip(header, padded, strict=False):
        if cell and not column:
            problems.append(RowError(line, "", cell, Text("cell.nameless_column")))
    return Row(line, {column: cell for column, cell in zip(header, padded, strict=False) if column})


def _clean(cell: str) -> str:
    """A cell without the blanks around it, and without Excel's way of forcing text: ``="00123"``."""
    stripped = cell.strip(AROUND)
    forced = EXCEL_TEXT.fullmatch(stripped)
    return forced["text"].strip(AROUND) if forced else stripped


# ---- JSON


def _read_json(text: str, encoding: str) -> Table:
    start = len(text) - len(text.lstrip(AROUND))
    listed = text[start : start + 1] == "["
    errors: list[RowError] = []
    rows: list[Row] = []
    for line, value in _listed(text, start, errors) if listed else _in_turn(text, start, errors):
        rows.extend(_json_row(line, value, errors))
    return Table(
        columns=tuple(dict.fromkeys(column for row in rows for column in row.cells)),
        rows=tuple(rows),
        errors=tuple(sorted(errors, key=lambda error: error.line)),
        format=f"{'JSON' if listed else 'NDJSON'}, {encoding}",
    )


def _listed(text: str, start: int, errors: list[RowError]) -> Iterator[tuple[int, Any]]:
    """The elements of a list; a list that is not well formed ends at its first mistake."""
    lines, at = _Lines(text), _skip(text, start + 1)
    if text[at : at + 1] == "]":
        return
    while True:
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            errors.append(_json_error(text, lines.at(at), at, error))
            return
        yield lines.at(at), value
        end = _skip(text, end)
        if text[end : end + 1] == ",":
            at = _skip(text, end + 1)
            continue
        rest = _skip(text, end + 1)
        if text[end : end + 1] != "]" or rest < len(text):
            errors.append(RowError(lines.at(min(end, len(text))), "", text[end : end + 40], Text("json.bad_end")))
        return


def _in_turn(text: str, start: int, errors: list[RowError]) -> Iterator[tuple[int, Any]]:
    """Objects one after the other; after a mistake the reading goes on with the next line."""
    lines, at = _Lines(text), start
    while at < len(text):
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            errors.append(_json_error(text, lines.at(at), at, error))
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
        else:
            yield lines.at(at), value
        at = _skip(text, end)


class _Lines:
    """Line numbers of rising positions, counted once over the whole text."""

    def __init__(self, text: str) -> None:
        self._text, self._position, self._line = text, 0, 1

    def at(self, position: int) -> int:
        self._line += self._text.count("\n", self._position, position)
        self._position = position
        return self._line


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in AROUND:
        at += 1
    return at


def _json_error(text: str, line: int, at: int, error: Exception) -> RowError:
    if isinstance(error, _Unfit):
        return RowError(line, "", "", error.message)
    position = max(at, getattr(error, "pos", at))
    return RowError(line, "", text[position : position + DISPLAYED], Text("json.malformed"))


def _json_row(line: int, value: Any, errors: list[RowError]) -> Iterator[Row]:
    if not isinstance(value, dict):
        errors.append(RowError(line, "", str(value), Text("json.no_object")))
        return
    lists = [key for key, item in value.items() if isinstance(item, list)]
    if lists:
        errors.append(RowError(line, lists[0], "", Text("json.list_inside")))
        return
    cells = {}
    for key, item in value.items():
        if item is None or isinstance(item, str):
            cells[key.strip(AROUND)] = item if isinstance(item, JsonNumber) else (item or "").strip(AROUND)
        else:
            errors.append(RowError(line, key, json.dumps(item, default=str), Text("json.no_value")))
    if any(cells.values()):
        yield Row(line, cells)


class _Unfit(ValueError):
    """Well-formed JSON that cannot be a row."""

    def __init__(self, message: Text) -> None:
        super().__init__(str(message))
        self.message = message


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Unfit(Text("json.column_twice", column=shorten(key)))
        found[key] = value
    return found


def _fraction(text: str) -> JsonNumber:
    value = Decimal(text)
    return JsonNumber(f"{value:f}" if abs(value.adjusted()) < 30 else text)  # 1E999999 stays as written


def _no_number(text: str) -> Any:
    raise _Unfit(Text("json.no_number", text=text))


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_fraction, parse_int=JsonNumber, parse_constant=_no_number
)
