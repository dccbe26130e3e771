"""Workbooks as XML Spreadsheet 2003: one text file that older programs call ``.xls``."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, Final
from xml.parsers import expat

from hub.domain.text import Text

from .headings import MAX_COLUMNS
from .number_format import Format, Shows, read_format
from .sheet import FormattedNumber, Grid, JsonNumber, Merge, RowError
from .worksheet import DAMAGED, MAX_ROWS, MIDNIGHT, RESAVE, WorkbookRefused, figure, shown_text

NAMESPACE: Final = "urn:schemas-microsoft-com:office:spreadsheet"
NAMED: Final = {
    "General Number": "General", "General Date": "dd/mm/yyyy hh:mm", "Long Date": "dd/mm/yyyy",
    "Medium Date": "dd/mm/yyyy", "Short Date": "dd/mm/yyyy", "Long Time": "h:mm:ss", "Medium Time": "h:mm",
    "Short Time": "h:mm", "Currency": '"$"#,##0.00', "Euro Currency": '"€"#,##0.00', "Fixed": "0.00",
    "Standard": "#,##0.00", "Percent": "0.00%", "Scientific": "0.00E+00", "Yes/No": "General", "True/False": "General",
    "On/Off": "General",
}  # fmt: skip


def is_xml_sheet(text: str) -> bool:
    """Whether a text is such a workbook."""
    head = text[:4000]
    return "<" in head and NAMESPACE in head and "Workbook" in head


def read_xml_sheet(text: str) -> Grid:
    """The lines of its first visible sheet that has any."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(_declared_utf8(text), True)
    except WorkbookRefused as refused:
        return Grid(errors=(RowError(0, "", "", refused.message),), file_type="xml")
    except (expat.ExpatError, ValueError, InvalidOperation):
        return Grid(errors=(RowError(0, "", "", DAMAGED),), file_type="xml")
    return reader.grid()


def _declared_utf8(text: str) -> bytes:
    """The text for the parser, which believes its declaration and not that it was decoded already."""
    stripped = text.lstrip("\ufeff \t\r\n")
    if stripped.startswith("<?xml"):
        stripped = stripped[stripped.index("?>") + 2 :]
    return stripped.encode("utf-8")


def _refuse_doctype(*_given: Any) -> None:
    raise WorkbookRefused(Text("workbook.declaration", remedy=RESAVE))


class _Reader:
    def __init__(self) -> None:
        self._formats: dict[str, Format] = {}
        self._style = ""
        self._sheet = ""
        self._sheets: list[str] = []
        self._is_visible: dict[str, bool] = {}
        self._found: dict[str, Grid] = {}
        self._lines: list[tuple[int, list[str]]] = []
        self._hidden: list[int] = []
        self._merges: list[Merge] = []
        self._errors: list[RowError] = []
        self._line = self._column = 0
        self._cells: dict[int, str] = {}
        self._is_unshown = False
        self._given: dict[str, str] = {}
        self._kind = ""
        self._pieces: list[str] | None = None
        self._state: list[str] | None = None

    def start(self, tag: str, named: dict[str, str]) -> None:
        """A style, a sheet, a row, a cell or its data begins."""
        name = tag.rpartition(" ")[2]
        given = {key.rpartition(" ")[2]: value for key, value in named.items()}
        match name:
            case "Style":
                self._style = given.get("ID", "")
            case "NumberFormat":
                code = given.get("Format", "")
                self._formats[self._style] = read_format(NAMED.get(code, code))
            case "Worksheet":
                self._sheet = given.get("Name", "")
                self._sheets.append(self._sheet)
                self._lines, self._hidden, self._merges, self._errors, self._line = [], [], [], [], 0
            case "Visible":
                self._state = []
            case "Row":
                self._line = int(given.get("Index", self._line + 1))
                self._is_unshown = given.get("Hidden") == "1" or given.get("Height") == "0"
                self._cells, self._column = {}, -1
                if len(self._lines) > MAX_ROWS:
                    raise WorkbookRefused(Text("workbook.too_many_rows", most=MAX_ROWS))
            case "Cell":
                self._column = int(given["Index"]) - 1 if "Index" in given else self._column + 1
                self._given = given
            case "Data":
                self._kind, self._pieces = given.get("Type", "String"), []

    def text(self, data: str) -> None:
        """What stands in a cell."""
        if self._pieces is not None:
            self._pieces.append(data)
        elif self._state is not None:
            self._state.append(data)

    def end(self, tag: str) -> None:
        """A cell, a row or a sheet is complete."""
        match tag.rpartition(" ")[2]:
            case "Data":
                value = self._value("".join(self._pieces or ()))
                self._pieces = None
                if value and self._column >= MAX_COLUMNS:
                    raise WorkbookRefused(Text("workbook.too_many_columns", most=MAX_COLUMNS))
                if value:
                    self._cells[self._column] = value
            case "Cell":
                across, down = int(self._given.get("MergeAcross", 0)), int(self._given.get("MergeDown", 0))
                if across or down:
                    self._merges.append(Merge(self._line, self._column, self._line + down, self._column + across))
                    self._column += across
            case "Row":
                if self._cells:
                    cells = [self._cells.get(at, "") for at in range(max(self._cells) + 1)]
                    self._hidden.append(self._line) if self._is_unshown else self._lines.append((self._line, cells))
            case "Visible":
                self._is_visible[self._sheet] = "Hidden" not in "".join(self._state or ())
                self._state = None
            case "Worksheet":
                self._found[self._sheet] = Grid(
                    lines=self._lines,
                    merges=self._merges,
                    hidden=tuple(self._hidden),
                    format=Text("workbook.xml_sheet", name=self._sheet),
                    file_type="xml",
                )

    def grid(self) -> Grid:
        """The first visible sheet with lines."""
        visible = [name for name in self._sheets if self._is_visible.get(name, True) and name in self._found]
        filled = [name for name in visible if self._found[name].lines]
        if filled:
            return self._found[filled[0]]
        return Grid(errors=(RowError(0, "", "", Text("file.no_rows")),), file_type="xml")

    def _value(self, raw: str) -> str:
        form = self._formats.get(self._given.get("StyleID", "Default"), Format())
        match self._kind:
            case "Number":
                value = Decimal(raw.strip())
                text = figure(value)
                if "E" in text:
                    return text
                shown = form.of(Decimal(text)) if form.shows is Shows.NUMBER else None
                return FormattedNumber(text, shown) if shown else JsonNumber(text)
            case "DateTime":
                return MIDNIGHT.sub("", raw.strip().removesuffix(".000"))
            case "Boolean":
                return "VERDADERO" if raw.strip() == "1" else "FALSO"
        return shown_text(raw)
