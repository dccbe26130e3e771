"""PDFs by typst: the words of a leaf, laid out by a template of this package.

The words go in as one JSON text and are never part of the template, so no name can be markup. Only the fonts that typst
brings are used: every machine draws the same file.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any, Final

import attrs

from hub.documents.leaves import Leaf, leaf_for
from hub.documents.shown import Reader, clean
from hub.documents.texts import Wording
from hub.domain.papers import Paper, PaperFile, PapersMissing

TEMPLATES: Final = Path(__file__).parent / "typst"
STANDARD: Final = "ua-1"
"""Tagged and accessible."""


def can_draw() -> bool:
    """Whether typst is installed; looking does not load it."""
    return importlib.util.find_spec("typst") is not None


def draw_pdf(paper: Paper, *, locale: str, wording: Wording | None = None) -> PaperFile:
    """A paper as a PDF, reproducible: the same values give the same bytes.

    Raises:
        PapersMissing: typst is not installed.
        ValueError: It cannot be drawn.
    """
    leaf = _leaf(paper, locale, wording)
    at = int(leaf.made_at.timestamp())
    try:
        content: bytes = _compile(leaf, format="pdf", pdf_standards=STANDARD, timestamp=at)
    except ValueError:  # a letter that no font here has, which the standard forbids, or a logo that is no picture
        content = _compile(_plain(leaf), format="pdf", timestamp=at)
    return PaperFile(f"{leaf.file}.pdf", content)


def draw_pages(paper: Paper, *, locale: str, wording: Wording | None = None, ppi: float = 100) -> tuple[bytes, ...]:
    """The same pages as PNG pictures.

    Raises:
        PapersMissing: typst is not installed.
        ValueError: It cannot be drawn.
    """
    drawn = _compile(_leaf(paper, locale, wording), format="png", ppi=ppi)
    return (drawn,) if isinstance(drawn, bytes) else tuple(drawn)


def _leaf(paper: Paper, locale: str, wording: Wording | None) -> Leaf:
    paper = clean(paper)
    return leaf_for(paper, Reader(locale, paper.letterhead, wording or {}))


def _plain(leaf: Leaf) -> Leaf:
    """The leaf without logos."""
    return attrs.evolve(leaf, words=_without_logos(leaf.words))


def _without_logos(words: Any) -> Any:
    if isinstance(words, dict):
        return {key: None if key == "logo" else _without_logos(value) for key, value in words.items()}
    return [_without_logos(item) for item in words] if isinstance(words, list) else words


def _compile(leaf: Leaf, **options: Any) -> Any:
    if not can_draw():
        raise PapersMissing("PDFs are drawn by typst: install payment-hub[pdf]")
    import typst

    try:
        return typst.compile(
            TEMPLATES / leaf.template,
            root=TEMPLATES,
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(leaf.words, ensure_ascii=False)},
            **options,
        )
    except typst.TypstError as error:
        raise ValueError(f"{leaf.template} could not be drawn: {error}") from error
