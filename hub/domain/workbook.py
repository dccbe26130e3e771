"""A workbook of several sheets, written row after row: what is long is never in memory as a whole."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO, Final
from xml.sax.saxutils import quoteattr

import attrs

from .export import CONTENT_TYPES, HEAD, MAIN, OFFICE, PACKAGE, RELATIONS, SHEETS, STYLES, Cell, sheet_xml

STARTED: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every part: the same rows make the same bytes."""


@attrs.frozen
class Sheet:
    """A sheet of a workbook; its rows are asked for once."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def write_workbook(file: IO[bytes], sheets: Sequence[Sheet]) -> None:
    """Write .xlsx: amounts keep their decimal text, texts are marked as such."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        _write(archive, "[Content_Types].xml", [_types(len(sheets))])
        office = RELATIONS.format(kind="officeDocument", target="xl/workbook.xml", more="")
        _write(archive, "_rels/.rels", [office])
        _write(archive, "xl/workbook.xml", [_book(sheets)])
        _write(archive, "xl/_rels/workbook.xml.rels", [_relations(len(sheets))])
        _write(archive, "xl/styles.xml", [STYLES])
        for number, sheet in enumerate(sheets, 1):
            _write(archive, f"xl/worksheets/sheet{number}.xml", sheet_xml(sheet.columns, sheet.rows))


def _write(archive: zipfile.ZipFile, name: str, pieces: Iterable[str]) -> None:
    part = zipfile.ZipInfo(name, STARTED)
    part.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(part, "w", force_zip64=True) as target:
        for piece in pieces:
            target.write(piece.encode())


def _types(count: int) -> str:
    one = f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{SHEETS}.worksheet+xml"/>'
    return CONTENT_TYPES.replace(one, "".join(one.replace("sheet1", f"sheet{n}") for n in range(1, count + 1)))


def _book(sheets: Sequence[Sheet]) -> str:
    named = "".join(
        f'<sheet name={quoteattr(_plain(sheet.name))} sheetId="{number}" r:id="rId{number}"/>'
        for number, sheet in enumerate(sheets, 1)
    )
    return f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{named}</sheets></workbook>'


def _relations(count: int) -> str:
    each = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, count + 1)
    )
    styles = f'<Relationship Id="rId{count + 1}" Type="{OFFICE}/styles" Target="styles.xml"/>'
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{each}{styles}</Relationships>'


def _plain(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", name)[:31]
