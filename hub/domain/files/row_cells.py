"""The cells of one row by our column names, read one by one; what is wrong with one becomes a row error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from typing import TypeVar

from hub.domain.cells import Unreadable, refuse_excel
from hub.domain.files.sheet import FormattedNumber, JsonNumber, Row, RowError
from hub.domain.text import Text

T = TypeVar("T")


class RowCells:
    """The cells of one row by our column names; what is wrong with one is added to the errors."""

    __slots__ = ("_columns", "_errors", "_raw", "has_errors", "line", "row")

    def __init__(
        self, row: Row, columns: Mapping[str, tuple[str, ...]], errors: list[RowError], bad_lines: Set[int]
    ) -> None:
        self.line, self.has_errors = row.line, row.line in bad_lines
        self.row, self._columns, self._errors = row, columns, errors
        named = row.cells
        self._raw = {
            column: cell
            for column, theirs in columns.items()
            if (cell := named.get(theirs[0], "") if len(theirs) == 1 else _joined(named, theirs))
        }

    def quiet(self) -> RowCells:
        """The same cells, of which nothing is refused."""
        return RowCells(self.row, self._columns, [], frozenset())

    def named(self, column: str) -> tuple[tuple[str, str], ...]:
        """The cells of a field that several columns name, each below its heading, those that are empty left out."""
        several = self._columns[column] if column in self._raw else ()
        return tuple((theirs, cell) for theirs in several if (cell := self.row.cells.get(theirs, "")))

    def has(self, column: str) -> bool:
        """Whether the file has this column at all."""
        return column in self._columns

    def raw(self, column: str) -> str:
        """The cell as it stands, empty where there is none; several, one after the other."""
        return self._raw.get(column, "")

    def add_error(self, column: str, message: Text | str) -> None:
        """Record that something is wrong with a cell."""
        self.has_errors = True
        self._errors.append(self.error(column, message))

    def error(self, column: str, message: Text | str) -> RowError:
        """An error in a cell of this row, under the file's own column name."""
        return RowError(self.line, " + ".join(self._columns.get(column, (column,))), self.raw(column), message)

    def text(self, column: str, longest: int, *, required: bool = False) -> str:
        """A text in one line."""
        if (raw := self._raw.get(column)) is None and not required:
            return ""
        text = " ".join(raw.split()) if raw else ""
        if not text and required:
            self.add_error(column, Text("cell.missing"))
        elif len(text) > longest:
            self.add_error(column, Text("cell.too_long", length=len(text), most=longest))
        elif not text.isprintable():
            self.add_error(column, Text("cell.unprintable"))
        return text

    def code(self, column: str, longest: int, *, required: bool = False) -> str:
        """A number that is a name, such as an invoice's; what a spreadsheet has garbled is refused."""
        text = self.text(column, longest, required=required)
        raw = self._raw.get(column)
        if not raw:
            return text
        if isinstance(raw, JsonNumber) and not text.isdecimal():
            self.add_error(column, Text("cell.no_document_number"))
        elif isinstance(raw, FormattedNumber):
            text = raw.as_code.strip()
        self.read(column, refuse_excel)
        return text

    def read(self, column: str, reader: Callable[[str], T]) -> T | None:
        """What the reader makes of a cell; None where it is empty or unreadable."""
        raw = self._raw.get(column)
        try:
            return reader(raw) if raw else None
        except Unreadable as unreadable:
            self.add_error(column, unreadable.message)
            return None

    def read_required(self, column: str, reader: Callable[[str], T]) -> T | None:
        """The same of a cell that must not be empty."""
        if column not in self._raw:
            self.add_error(column, Text("cell.missing"))
        return self.read(column, reader)


def _filled(cells: Mapping[str, str], several: Iterable[str]) -> tuple[str, ...]:
    return tuple(cell for theirs in several if (cell := cells.get(theirs, "")))


def _joined(cells: Mapping[str, str], several: Iterable[str]) -> str:
    filled = _filled(cells, several)
    return filled[0] if len(filled) == 1 else " ".join(filled)


def refuse_duplicates(keyed: Iterable[tuple[RowCells, str]], column: str) -> None:
    """Refuse every row of a key that stands in the file more than once: nobody knows which of them is meant."""
    found: dict[str, list[RowCells]] = {}
    for cells, key in keyed:
        found.setdefault(key.casefold(), []).append(cells)
    for several in found.values():
        if len(several) > 1:
            refuse_each(several, column)


def refuse_each(several: Iterable[RowCells], column: str) -> None:
    """Refuse rows of which nobody knows which is meant; each names the others."""
    rows = list(several)
    for cells in rows:
        others = ", ".join(str(other.line) for other in rows if other is not cells)
        cells.add_error(column, Text("cell.twice", lines=others))


def by_line(errors: Iterable[RowError]) -> tuple[RowError, ...]:
    """Errors in the order of their lines."""
    return tuple(sorted(errors, key=lambda error: error.line))
