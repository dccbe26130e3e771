"""Excel workbooks (.xlsx), read strictly: the sheet that people see first with a list in it, its cells as text.

Only ``zipfile`` and ``expat`` are used, and only of what a table of rows needs. A document type declaration, an
encrypted or oversized part ends the reading.
"""

from __future__ import annotations

import contextlib
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import IO, Any, Final
from urllib.parse import unquote
from xml.parsers import expat
from xml.sax.saxutils import unescape

import attrs

from hub.domain.text import Text

from .headings import SEARCHED, known_in
from .kinds import refusal_of_archive
from .number_format import Format, format_numbered
from .sheet import Grid, RowError
from .worksheet import (
    DAMAGED,
    ENTITIES,
    RESAVE,
    SheetReader,
    Unusual,
    WorkbookRefused,
    Workings,
    refuse_unusual,
    shown_text,
)

MAX_PART_BYTES: Final = 192 * 1024 * 1024
MAX_BYTES: Final = 2 * MAX_PART_BYTES
MAX_PARTS: Final = 2000
MAX_PIECE: Final = 8 * 1024 * 1024
CHUNK: Final = 512 * 1024

ROWS: Final = re.compile(rb"<sheetData(?: [^<>]*[^/<>])?>")
STRINGS: Final = re.compile(rb"<sst(?: [^<>]*[^/<>])?>")
ENCODING: Final = re.compile(rb"""<\?xml[^<>]*encoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE)
STRING: Final = re.compile(r"<(?:(si)>(?:<t(?: [^<>]*)?>([^<]*)</t>|<t ?/>)</si>)?")
"""A text in the shape that programs write; what begins otherwise is found with nothing in it."""


@attrs.frozen
class Sheet:
    """A sheet of the workbook: its name, its part, and whether people see it."""

    name: str
    part: str
    is_visible: bool


@attrs.frozen
class Pieces:
    """A part of which most is many pieces of one shape, which one expression reads at once.

    Attributes:
        begins: What stands before the first of them.
        ends: How each of them ends.
        closes: What stands after the last.
        read: Reads whole pieces, or says that it cannot; then the parser does.
    """

    begins: re.Pattern[bytes]
    ends: bytes
    closes: bytes
    is_ready: Callable[[], bool]
    read: Callable[[str], bool]


def read_workbook(data: bytes, known: Collection[str] = ()) -> Grid:
    """The lines of the first visible sheet whose headings are known, or else that has any lines."""
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


def _place(sheets: list[Sheet], at: int) -> Text:
    name = sheets[at].name
    if len(sheets) == 1:
        return Text("workbook.sheet", name=name)
    others = ", ".join(f"«{sheet.name}»" for sheet in sheets if sheet is not sheets[at])
    return Text("workbook.sheet_of", name=name, at=at + 1, all=len(sheets), others=others)


class _Workbook:
    """An opened workbook."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = set(archive.namelist())
        self._read = 0
        if len(archive.infolist()) > MAX_PARTS:
            raise WorkbookRefused(Text("workbook.too_many_parts", remedy=RESAVE))

    def grid(self, known: Collection[str]) -> Grid:
        """The lines of the first visible sheet whose headings are known, or else that has any."""
        main = self._main_part()
        related = self._related(main)
        sheets, is_1904 = self._sheets(main, related)
        visible = [sheet for sheet in sheets if sheet.is_visible]
        if not visible:
            raise WorkbookRefused(Text("workbook.no_visible_sheet"))
        workings = Workings(
            strings=self._strings(_first(related, "/sharedStrings")),
            formats=self._formats(_first(related, "/styles")),
            is_1904=is_1904,
            other_books=self._other_books(main, related),
        )
        chosen: Grid | None = None
        all_hidden = False
        for at, sheet in enumerate(visible):
            read = self._sheet(sheet, workings)
            all_hidden = all_hidden or bool(read.hidden)
            if not read.lines and not read.errors:
                continue
            grid = Grid(
                lines=read.lines,
                merges=read.merges,
                hidden=tuple(read.hidden),
                errors=tuple(read.errors),
                format=_place(visible, at),
                file_type="xlsx",
            )
            chosen = chosen or grid
            if not known or _headings_in(read, known):
                others = [other for other in sheets if other is not sheet]
                return attrs.evolve(grid, unread_sheets=self._with_rows(others, workings, known))
        if chosen:
            return chosen
        empty = Text("file.all_hidden") if all_hidden else Text("file.no_rows")
        return Grid(errors=(RowError(0, "", "", empty),), format="Excel", file_type="xlsx")

    def _sheet(self, sheet: Sheet, workings: Workings, read: SheetReader | None = None) -> SheetReader:
        read = read or SheetReader(workings)
        rows = Pieces(ROWS, b"</row>", b"</sheetData>", lambda: read.is_ready, read.usual)
        self._parse(sheet.part, read.start, read.end, read.text, rows)
        return read

    def _with_rows(self, sheets: list[Sheet], workings: Workings, known: Collection[str]) -> tuple[str, ...]:
        """The names of those that have rows below headings that are known; no further in them than to know it."""
        found = []
        for sheet in sheets if known else ():
            read = _FirstLines(workings)
            with contextlib.suppress(_Seen, WorkbookRefused, expat.ExpatError, zipfile.BadZipFile, ValueError):
                self._sheet(sheet, workings, read)
            if _headings_in(read, known) and len(read.lines) + len(read.hidden) + len(read.errors) > 1:
                found.append(sheet.name)
        return tuple(found)

    def _main_part(self) -> str:
        if "_rels/.rels" not in self._names:
            raise WorkbookRefused(Text("workbook.none", remedy=RESAVE))
        main = _first(self._related(""), "/officeDocument")
        if not main.endswith(".xml"):
            raise WorkbookRefused(Text("workbook.other_kind", remedy=RESAVE))
        return main

    def _related(self, part: str) -> Mapping[str, tuple[str, str]]:
        """(kind, part) by relation id of a part; what is outside the workbook has its address for a part."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, given: dict[str, str]) -> None:
            if tag != "Relationship":
                return
            target = given["Target"]
            if given.get("TargetMode") == "External":
                found[given["Id"]] = (given["Type"] + OUTSIDE, target)
                return
            path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            found[given["Id"]] = (given["Type"], posixpath.normpath(path))

        if rels in self._names:
            self._parse(rels, start)
        return found

    def _other_books(self, main: str, related: Mapping[str, tuple[str, str]]) -> list[str]:
        """The names of the workbooks that formulas look into, in the order in which they are numbered."""
        order: list[str] = []

        def start(tag: str, given: dict[str, str]) -> None:
            if tag == "externalReference":
                order.append(given.get("id", ""))

        self._parse(main, start)
        books = []
        for id in order:
            _kind, part = related.get(id, ("", ""))
            outside = [where for kind, where in self._related(part).values() if kind.endswith(OUTSIDE)] if part else []
            books.append(re.split(r"[\\/]", unquote(outside[0]))[-1] if outside else "")
        return books

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
                found.append(shown_text("".join(pieces)))
                pieces.clear()

        def text(data: str) -> None:
            if inside and inside[-1] == "t" and "rPh" not in inside:
                pieces.append(data)

        def usual(piece: str) -> bool:
            if "\r" in piece:
                return False
            refuse_unusual(piece)
            marks, raws = zip(*STRING.findall(piece), strict=True)
            if "" in marks:
                return False
            found.extend([shown_text(unescape(raw, ENTITIES) if "&" in raw else raw) for raw in raws])
            return True

        if part:
            self._parse(part, start, end, text, Pieces(STRINGS, b"</si>", b"</sst>", lambda: inside == ["sst"], usual))
        return found

    def _formats(self, part: str) -> list[Format]:
        """What each cell style shows of a number."""
        own: dict[str, str] = {}
        styles: list[str] = []
        inside: list[str] = []

        def start(tag: str, given: dict[str, str]) -> None:
            inside.append(tag)
            if tag == "numFmt" and "dxf" not in inside:
                own[given["numFmtId"]] = given["formatCode"]
            if tag == "xf" and "cellXfs" in inside:
                styles.append(given.get("numFmtId", "0"))

        def end(_tag: str) -> None:
            inside.pop()

        if part:
            self._parse(part, start, end)
        return [format_numbered(int(number), own.get(number)) for number in styles]

    def _parse(
        self,
        part: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
        pieces: Pieces | None = None,
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
            for chunk in _in_pieces(self._chunks(stream), parser, pieces) if pieces else self._chunks(stream):
                parser.Parse(chunk, False)
        parser.Parse(b"", True)

    def _chunks(self, stream: IO[bytes]) -> Iterator[bytes]:
        read = 0
        while chunk := stream.read(CHUNK):
            read += len(chunk)
            self._read += len(chunk)
            if read > MAX_PART_BYTES or self._read > MAX_BYTES:
                raise WorkbookRefused(Text("workbook.too_large"))
            yield chunk


class _Seen(Exception):
    """Enough of a sheet was seen."""


class _FirstLines(SheetReader):
    """Reads a sheet until it is known whether it has a list."""

    def end(self, tag: str) -> None:
        super().end(tag)
        self._stop()

    def usual(self, piece: str) -> bool:
        done = super().usual(piece)
        self._stop()
        return done

    def _stop(self) -> None:
        if len(self.lines) > SEARCHED:
            raise _Seen


def _headings_in(read: SheetReader, known: Collection[str]) -> bool:
    return any(known_in(cells, known) > 1 for _line, cells in read.lines[:SEARCHED])


def _in_pieces(chunks: Iterator[bytes], parser: expat.XMLParserType, pieces: Pieces) -> Iterator[bytes]:
    """What the parser has to read of a part: all but the pieces that were read at once."""
    waiting = b""
    for chunk in chunks:
        waiting += chunk
        begins = pieces.begins.search(waiting)
        if begins is None and len(waiting) < MAX_PIECE:
            continue
        if begins:
            parser.Parse(waiting[: begins.end()], False)
            waiting, head = waiting[begins.end() :], waiting[: begins.end()]
            if pieces.is_ready() and not ENCODING.search(head):
                yield from _usual_pieces(chunks, waiting, pieces)
                return
        break
    yield waiting
    yield from chunks


def _usual_pieces(chunks: Iterator[bytes], waiting: bytes, pieces: Pieces) -> Iterator[bytes]:
    while True:
        closes = waiting.find(pieces.closes)
        last = waiting.rfind(pieces.ends, 0, closes if closes >= 0 else len(waiting))
        if last >= 0:
            cut = last + len(pieces.ends)
            whole, waiting = waiting[:cut], waiting[cut:]
            if b"<!" in whole or not _read_usual(whole, pieces):
                yield whole
        if closes >= 0 or len(waiting) > MAX_PIECE or not (chunk := next(chunks, b"")):
            break
        waiting += chunk
    yield waiting
    yield from chunks


def _read_usual(whole: bytes, pieces: Pieces) -> bool:
    try:
        return pieces.read(whole.decode("utf-8"))
    except Unusual:
        return False


OUTSIDE: Final = " outside"


def _refuse_doctype(*_given: Any) -> None:
    raise WorkbookRefused(Text("workbook.declaration", remedy=RESAVE))


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _first(related: Mapping[str, tuple[str, str]], kind: str) -> str:
    return next((part for found, part in related.values() if found.endswith(kind)), "")
