"""Excel workbooks (.xlsx), read strictly: the first sheet that people see, its cells as text.

Only ``zipfile`` and ``expat`` are used, and only of what a table of rows needs. A document type declaration, an
encrypted or oversized part ends the reading.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import IO, Any, Final
from xml.parsers import expat

import attrs

from hub.domain.text import Text

from .kinds import refusal_of_archive
from .sheet import Grid, RowError
from .worksheet import DAMAGED, RESAVE, SheetReader, WorkbookRefused, format_of, grid_of, unescaped

MAX_PART_BYTES: Final = 64 * 1024 * 1024
MAX_PARTS: Final = 2000
CHUNK: Final = 64 * 1024


@attrs.frozen
class Sheet:
    """A sheet of the workbook: its name, its part, and whether people see it."""

    name: str
    part: str
    is_visible: bool


def read_workbook(data: bytes, known: Collection[str] = ()) -> Grid:
    """The rows of the first visible sheet that has any."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if refusal := refusal_of_archive(archive):
                raise WorkbookRefused(refusal)
            return _Workbook(archive).grid(known)
    except WorkbookRefused as refused:
        return Grid(errors=(RowError(0, "", "", refused.message),))
    except (
        zipfile.BadZipFile,
        zlib.error,
        expat.ExpatError,
        RuntimeError,
        NotImplementedError,
        EOFError,
        LookupError,
        ValueError,
        OSError,
    ):
        return Grid(errors=(RowError(0, "", "", DAMAGED),))


def _place(sheet: Sheet, at: int, visible: int) -> Text:
    if visible == 1:
        return Text("workbook.sheet", name=sheet.name)
    return Text("workbook.sheet_of", name=sheet.name, at=at, all=visible)


class _Workbook:
    """An opened workbook."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = set(archive.namelist())
        if len(archive.infolist()) > MAX_PARTS:
            raise WorkbookRefused(Text("workbook.too_many_parts", remedy=RESAVE))

    def grid(self, known: Collection[str]) -> Grid:
        """The rows of the first visible sheet that has any."""
        main = self._main_part()
        related = self._related(main)
        sheets, is_1904 = self._sheets(main, related)
        visible = [sheet for sheet in sheets if sheet.is_visible]
        if not visible:
            raise WorkbookRefused(Text("workbook.no_visible_sheet"))
        strings = self._strings(_first(related, "/sharedStrings"))
        formats = self._formats(_first(related, "/styles"))
        for at, sheet in enumerate(visible, 1):
            read = SheetReader(strings, formats, is_1904=is_1904)
            self._parse(sheet.part, read.start, read.end, read.text)
            if read.rows or read.errors:
                return grid_of(read.rows, read.errors, _place(sheet, at, len(visible)))
        return Grid(errors=(RowError(0, "", "", Text("file.no_rows")),), format="Excel")

    def _main_part(self) -> str:
        if "_rels/.rels" not in self._names:
            raise WorkbookRefused(Text("workbook.none", remedy=RESAVE))
        main = _first(self._related(""), "/officeDocument")
        if not main.endswith(".xml"):
            raise WorkbookRefused(Text("workbook.other_kind", remedy=RESAVE))
        return main

    def _related(self, part: str) -> Mapping[str, tuple[str, str]]:
        """(kind, part) by relation id of a part."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, given: dict[str, str]) -> None:
            if tag == "Relationship" and given.get("TargetMode") != "External":
                target = given["Target"]
                path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                found[given["Id"]] = (given["Type"], posixpath.normpath(path))

        if rels in self._names:
            self._parse(rels, start)
        return found

    def _sheets(self, main: str, related: Mapping[str, tuple[str, str]]) -> tuple[list[Sheet], bool]:
        sheets: list[Sheet] = []
        is_1904 = []

        def start(tag: str, given: dict[str, str]) -> None:
            if tag == "workbookPr" and given.get("date1904") in ("1", "true"):
                is_1904.append(True)
            if tag == "sheet":
                kind, part = related.get(given.get("id", ""), ("", ""))
                if kind.endswith("/worksheet"):
                    sheets.append(Sheet(given.get("name", ""), part, given.get("state", "visible") == "visible"))

        self._parse(main, start)
        return sheets, bool(is_1904)

    def _strings(self, part: str) -> list[str]:
        """The texts that cells name by number; how they sound (``rPh``) is no part of them."""
        found: list[str] = []
        pieces: list[str] = []
        inside: list[str] = []

        def start(tag: str, _given: dict[str, str]) -> None:
            inside.append(tag)

        def end(tag: str) -> None:
            inside.pop()
            if tag == "si":
                found.append(unescaped("".join(pieces)))
                pieces.clear()

        def text(data: str) -> None:
            if inside and inside[-1] == "t" and "rPh" not in inside:
                pieces.append(data)

        if part:
            self._parse(part, start, end, text)
        return found

    def _formats(self, part: str) -> list[str]:
        """For each cell style: ``date``, the zeros of a padded number, or nothing."""
        own: dict[str, str] = {}
        styles: list[str] = []
        inside: list[str] = []

        def start(tag: str, given: dict[str, str]) -> None:
            inside.append(tag)
            if tag == "numFmt":
                own[given["numFmtId"]] = given["formatCode"]
            if tag == "xf" and "cellXfs" in inside:
                styles.append(given.get("numFmtId", "0"))

        def end(_tag: str) -> None:
            inside.pop()

        if part:
            self._parse(part, start, end)
        return [format_of(int(number), own.get(number, "")) for number in styles]

    def _parse(
        self,
        part: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        """Walk through one part; names lose their namespaces, of which Excel knows two generations."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = lambda tag, given: start(
            _local(tag), {_local(name): value for name, value in given.items()}
        )
        if end:
            parser.EndElementHandler = lambda tag: end(_local(tag))
        if text:
            parser.CharacterDataHandler = text
        if part not in self._names:
            raise WorkbookRefused(Text("workbook.part_missing", remedy=RESAVE))
        with self._archive.open(part) as stream:
            for chunk in _chunks(stream):
                parser.Parse(chunk, False)
        parser.Parse(b"", True)


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    read = 0
    while chunk := stream.read(CHUNK):
        read += len(chunk)
        if read > MAX_PART_BYTES:
            raise WorkbookRefused(Text("workbook.too_large"))
        yield chunk


def _refuse_doctype(*_given: Any) -> None:
    raise WorkbookRefused(Text("workbook.declaration", remedy=RESAVE))


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _first(related: Mapping[str, tuple[str, str]], kind: str) -> str:
    return next((part for found, part in related.values() if found.endswith(kind)), "")
