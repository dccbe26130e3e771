"""The cash receipt (recibo de caja) as an HTML part for the web, as a page of its own, and as text."""

from __future__ import annotations

from functools import lru_cache

import jinja2

from hub.documents.drawing import environment
from hub.documents.shown import Reader, clean
from hub.domain.papers import CashReceiptPaper


def receipt_html(value: CashReceiptPaper, locale: str) -> str:
    """``<article class="cash-receipt">`` without styles of its own: the page links or embeds ``receipt_style()``."""
    return _render("cash_receipt.html", value, locale, html=True)


def receipt_page(value: CashReceiptPaper, locale: str) -> str:
    """A whole printable page with its styles inside, for a file or an attachment."""
    return _render("cash_receipt_page.html", value, locale, html=True)


def receipt_text(value: CashReceiptPaper, locale: str) -> str:
    """The same receipt as plain text."""
    return _render("cash_receipt.txt", value, locale, html=False).strip() + "\n"


def receipt_style() -> str:
    """The styles that ``receipt_html`` needs, for screen and paper."""
    return _templates(html=False).get_template("cash_receipt.css").render()


def _render(template: str, value: CashReceiptPaper, locale: str, *, html: bool) -> str:
    value = clean(value)
    reader = Reader(locale, value.letterhead)
    return _templates(html=html).get_template(template).render(paper=value, reader=reader, h=value.letterhead)


@lru_cache(maxsize=2)
def _templates(*, html: bool) -> jinja2.Environment:
    return environment(autoescape=html)
