"""Rows as JSON: a list of objects, or one object after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from hub.domain.text import Text

from .headings import MAX_COLUMNS, too_many_columns
from .sheet import AROUND, DISPLAYED, JsonNumber, Row, RowError, Table, shorten

BAD_END: Final = Text("json.bad_end")
MALFORMED: Final = Text("json.malformed")


def read_json(text: str, encoding: str) -> Table:
    """The rows of a JSON file; each names its own columns."""
    start = len(text) - len(text.lstrip(AROUND))
    listed = text[start : start + 1] == "["
    errors: list[RowError] = []
    rows: list[Row] = []
    columns: dict[str, None] = {}
    for line, value in _listed(text, start, errors) if listed else _in_turn(text, start, errors):
        for row in _json_row(line, value, errors):
            rows.append(row)
            columns.update(dict.fromkeys(row.cells))
        if len(columns) > MAX_COLUMNS:
            return Table(errors=(too_many_columns(line),), file_type="json")
    return Table(
        columns=tuple(columns),
        rows=tuple(rows),
        errors=tuple(sorted(errors, key=lambda error: error.line)),
        format=f"{'JSON' if listed else 'NDJSON'}, {encoding}",
        file_type="json",
        is_cut=listed and any(error.message in (BAD_END, MALFORMED) for error in errors),
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
            errors.append(RowError(lines.at(min(end, len(text))), "", text[end : end + 40], BAD_END))
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
    return RowError(line, "", text[position : position + DISPLAYED], MALFORMED)


def _json_row(line: int, value: Any, errors: list[RowError]) -> Iterator[Row]:
    if not isinstance(value, dict):
        errors.append(RowError(line, "", str(value), Text("json.no_object")))
        return
    lists = [key for key, item in value.items() if isinstance(item, list)]
    if lists:
        errors.append(RowError(line, "", lists[0], Text("json.list_inside")))
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

    def __init__(self, message: Text | str) -> None:
        super().__init__(str(message))
        self.message = message


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if len(pairs) > MAX_COLUMNS:
        raise _Unfit(too_many_columns().message)
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
