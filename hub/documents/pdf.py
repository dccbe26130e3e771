"""PDFs by typst: the parts of a document, laid out by templates of this package that know every part.

The words go in as one JSON text and are never part of a template, so no name can be markup. Only the sans that comes
with the extra is used, and for letters that it has not what typst brings: every machine draws the same file.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import attrs

from hub.documents.document import PdfContent
from hub.documents.one_mark import with_one_mark
from hub.documents.parts import Bars, Button, Cell, ColumnHead, Facts, Part, PayBar, Rows, ScanLink
from hub.documents.qr import qr_file
from hub.documents.safe import colours, href, picture, within
from hub.documents.shown import DocumentReader
from hub.domain.bars import bars_svg
from hub.domain.pdf import PdfFile, PdfMissing
from hub_hookspecs import Mode

Words = dict[str, Any]

TEMPLATES: Final = Path(__file__).parent / "typst"
NEEDED: Final = ("typst", "fontpkg_source_sans_3")
STANDARD: Final = "ua-1"
"""Tagged and accessible."""

LETTER: Final = frozenset({"", "BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"})
"""Where paper is of the size Letter, as CLDR has it, and where nobody said; elsewhere it is A4."""

WIDTH: Final = 22
"""Letters without a blank that fit every column; a longer word may break."""

SMALL_WIDTH: Final = 30
"""The same in small print: references, which people copy and search."""

BREAK: Final = "\u200b"


def can_draw() -> bool:
    """Whether typst and the font are installed; looking loads neither."""
    return all(importlib.util.find_spec(name) is not None for name in NEEDED)


def draw_pdf(content: PdfContent, reader: DocumentReader) -> PdfFile:
    """A document as a PDF, reproducible: the same values give the same bytes.

    Raises:
        PdfMissing: typst or the font is not installed.
        ValueError: It cannot be drawn.
    """
    words, at = words_of(content, reader), int(content.made_at.timestamp())
    try:
        drawn: bytes = compiled(words, format="pdf", pdf_standards=STANDARD, timestamp=at)
    except ValueError:  # a letter that no font here has, which the standard forbids, or a logo that is no picture
        drawn = compiled(_without_logos(words), format="pdf", timestamp=at)
    return PdfFile(f"{content.file}.pdf", drawn)


def words_of(content: PdfContent, reader: DocumentReader) -> Words:
    """A document as the templates take it: its frame, its parts and its notes."""
    parts = [_words(part, reader) for part in content.parts]
    return {**_frame(content, reader), "parts": parts, "notes": content.notes}


def _frame(content: PdfContent, reader: DocumentReader) -> Words:
    """What stands on every page: whose it is, what it is, its marks and the words of its page numbers."""
    head = reader.letterhead
    test = reader.t("mark.test") if head.mode is Mode.TEST else ""
    simulated = reader.t("mark.simulated") if head.simulated else ""
    language, _, region = reader.locale.partition("_")
    before, between, after = reader.t("paper.page", number="\x00", count="\x00").split("\x00")
    return {
        "language": language,
        "region": region.lower() or None,
        "title": content.title or content.kind,
        "kind": content.kind,
        "below": content.below,
        "running": content.running,
        "paper": "us-letter" if region in LETTER else "a4",
        "landscape": content.landscape,
        "logo": _bytes(head.picture),
        "logo_height": within(head.logo, 150, 40)[1] if head.logo else 0,
        "company": head.legal_name or head.name,
        "company_lines": _some(
            head.name if head.legal_name and head.name != head.legal_name else "",
            *(head.identity, head.address, " · ".join(_some(head.phone, head.email))),
        ),
        "mark": " · ".join(_some(test, simulated)),
        "across": _some(test or simulated, content.void),
        "page": [before, between, after],
    }


def _words(part: Part, reader: DocumentReader) -> Words:
    """A part as its typst function takes it."""
    match part:
        case Button():
            return {"part": part.part, "label": part.label, "hint": part.hint, "url": href(part.url)}
        case PayBar():
            intro = part.scan if part.scan and part.buttons else part.intro
            buttons = [_pay_button(button, reader) for button in part.buttons]
            return {**_plain(part, "buttons"), "intro": intro, "buttons": buttons}
        case ScanLink():
            return {**_plain(part), "url": href(part.url), "qr": qr_file(part.url), "qr_name": _code_name(part, reader)}
        case Bars():
            return {**_plain(part, "code"), "digits": part.code.payload, "svg": bars_svg(part.code)}
        case Facts():
            return {"part": part.part, "pairs": part.shown}
        case Rows():
            part = with_one_mark(part)
            rows = [[_cell(head, cell) for head, cell in row] for row in part.placed]
            return {**_plain(part, "rows"), "rows": rows}
    return _plain(part)


def _plain(part: Part, *besides: str) -> Words:
    return {"part": part.part, **attrs.asdict(part, filter=attrs.filters.exclude(*besides))}


def _cell(head: ColumnHead, cell: Cell) -> str | Words:
    """A cell; of one without anything special, its text alone."""
    width = SMALL_WIDTH if head.small else WIDTH
    text = narrow(cell.text, width)
    if cell == Cell(cell.text):
        return text
    return {**attrs.asdict(cell, recurse=False), "text": text, "below": narrow(cell.below, width)}


def narrow(words: str, width: int) -> str:
    """Words for a column: one that is wider may break."""
    if len(words) <= width:
        return words
    return re.sub(rf"[^\s-]{{{width + 1},}}", lambda found: BREAK.join(_pieces(found[0], width)), words)


def _pieces(word: str, width: int) -> Sequence[str]:
    return [word[start : start + width] for start in range(0, len(word), width)]


def _pay_button(part: Button, reader: DocumentReader) -> Words:
    background, foreground = colours(part.background, part.foreground)
    return {
        "label": part.label,
        "hint": part.hint,
        "url": href(part.url),
        "background": background,
        "foreground": foreground,
        "logo": _bytes(picture(part.logo)),
        "qr": qr_file(part.url),
        "qr_name": _code_name(part, reader),
    }


def _code_name(part: Button | ScanLink, reader: DocumentReader) -> str:
    return reader.t("paper.qr", label=part.accessible)


def _without_logos(words: Any) -> Any:
    if isinstance(words, dict):
        return {key: None if key == "logo" else _without_logos(value) for key, value in words.items()}
    return [_without_logos(item) for item in words] if isinstance(words, list) else words


def _bytes(content: bytes | None) -> list[int] | None:
    return list(content) if content else None


def _some(*words: str) -> list[str]:
    return [word for word in words if word]


def compiled(words: Words, **options: Any) -> Any:
    """The words of a document laid out by typst.

    Raises:
        PdfMissing: typst is not installed.
        ValueError: They cannot be laid out.
    """
    if not can_draw():
        raise PdfMissing("PDFs are drawn by typst: install payment-hub[pdf]")
    import fontpkg_source_sans_3 as font  # type: ignore[import-untyped]  # it holds files, and no types
    import typst

    try:
        return typst.compile(
            TEMPLATES / "document.typ",
            root=TEMPLATES,
            ignore_system_fonts=True,
            font_paths=[font.ROOT / "files"],
            sys_inputs={"data": json.dumps(words, ensure_ascii=False)},
            **options,
        )
    except typst.TypstError as error:
        raise ValueError(f"{words['kind']} could not be drawn: {error}") from error
