"""Tables for people's spreadsheets: CSV as Excel opens it here, and .xlsx; nothing in them can become a formula."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import IO, Final, Protocol
from xml.sax.saxutils import escape, quoteattr

from hub.domain.text import Text
from hub_hookspecs import Money

Cell = str | int | Money | date | datetime | None
"""What stands in a cell; a datetime is shown as it is, so hand it over in the reader's zone."""

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
"""How a text begins that a spreadsheet may take for a formula."""

NOT_IN_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MAX_CELL_LENGTH: Final = 32_767
EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel knows no zones

HEADING, DAY, MOMENT, AMOUNT, TEXT = 1, 2, 3, 4, 5
"""Cell styles, in the order of ``cellXfs``."""


class Writable(Protocol):
    """Where a file is written to."""

    def write(self, data: bytes, /) -> object: ...


def rendered(rows: Iterable[Sequence[Cell | Text]], words: Callable[[Text], str]) -> list[list[Cell]]:
    """Rows in the words of their reader."""
    return [[words(cell) if isinstance(cell, Text) else cell for cell in row] for row in rows]


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe goes before it, as Excel itself does."""
    return f"'{text}" if text.startswith(FORMULA) else text


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with its mark, semicolons and decimal commas: what Excel in Spanish opens without questions."""
    made = io.BytesIO()
    write_csv(made, columns, rows)
    return made.getvalue()


def write_csv(file: Writable, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """The same into a file, row by row as they come."""
    file.write(b"\xef\xbb\xbf")
    text = _Utf8(file)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(column) for column in columns])
    for row in rows:
        writer.writerow([_shown(cell) for cell in row])


class _Utf8:
    """Where a CSV writer writes lines, and bytes arrive."""

    def __init__(self, file: Writable) -> None:
        self._file = file

    def write(self, line: str) -> None:
        self._file.write(line.encode("utf-8", "replace"))


def _shown(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Money():
            return f"{cell.decimal:f}".replace(".", ",")
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M}"
        case date():
            return cell.isoformat()
        case int():
            return str(cell)
    return harmless(cell.replace("\x00", ""))


def xlsx_of(name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A workbook of one sheet; amounts keep their decimal text, texts are marked as such."""
    made = io.BytesIO()
    write_xlsx(made, name, columns, rows)
    return made.getvalue()


def write_xlsx(file: IO[bytes], name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """The same into a file, row by row as they come."""
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELATIONS.format(kind="officeDocument", target="xl/workbook.xml", more=""),
        "xl/workbook.xml": WORKBOOK.format(name=quoteattr(re.sub(r"[\[\]:*?/\\]", " ", name)[:31])),
        "xl/_rels/workbook.xml.rels": RELATIONS.format(
            kind="worksheet", target="worksheets/sheet1.xml", more=STYLES_TOO
        ),
        "xl/styles.xml": STYLES,
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in parts.items():
            archive.writestr(_part(part), text, zipfile.ZIP_DEFLATED)
        with archive.open(_part("xl/worksheets/sheet1.xml"), "w") as sheet:
            for piece in sheet_xml(columns, rows):
                sheet.write(piece.encode())


def _part(name: str) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    made.compress_type = zipfile.ZIP_DEFLATED
    return made


def sheet_xml(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """One sheet of a workbook, piece after piece."""
    yield f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
    yield '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>'
    for at, column in enumerate(columns, 1):
        yield f'<col min="{at}" max="{at}" width="{max(12, min(40, len(column) + 4))}" customWidth="1"/>'
    yield "</cols><sheetData>"
    yield _row(1, [_text_cell(column, HEADING) for column in columns])
    for line, row in enumerate(rows, 2):
        yield _row(line, [_cell(cell) for cell in row])
    yield "</sheetData></worksheet>"


def _row(line: int, cells: Sequence[str]) -> str:
    return f'<row r="{line}">{"".join(cells)}</row>'


def _cell(cell: Cell) -> str:
    match cell:
        case None | "":
            return "<c/>"
        case Money():
            return f'<c s="{AMOUNT}"><v>{cell.decimal:f}</v></c>'
        case datetime():
            return f'<c s="{MOMENT}"><v>{_serial(cell.replace(tzinfo=None))}</v></c>'
        case date():
            return f'<c s="{DAY}"><v>{(cell - EPOCH.date()).days}</v></c>'
        case int():
            return f"<c><v>{cell}</v></c>"
    return _text_cell(cell, TEXT)


def _serial(moment: datetime) -> str:
    """Days since Excel's epoch with their fraction, to the second and without a float."""
    passed = moment - EPOCH
    return f"{passed.days}.{passed.seconds * 10**10 // 86_400:010d}"


def _text_cell(text: str, style: int) -> str:
    shown = escape(NOT_IN_XML.sub("", text)[:MAX_CELL_LENGTH])
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'


HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
SHEETS: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
CONTENT_TYPES: Final = (
    f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{SHEETS}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{SHEETS}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{SHEETS}.styles+xml"/></Types>'
)
RELATIONS: Final = (
    f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/{{kind}}" Target="{{target}}"/>{{more}}</Relationships>'
)
STYLES_TOO: Final = f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/>'
WORKBOOK: Final = (
    f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
    '<sheet name={name} sheetId="1" r:id="rId1"/></sheets></workbook>'
)
STYLES: Final = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="1">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="6"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" quotePrefix="1"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
