"""The address alone: whoever comes without a link learns where the link is."""

from __future__ import annotations

from typing import Final

from litestar import get

from hub_hookspecs import Mode

from .pages import reader_pages_of
from .request import Request, hub_of
from .responses import Page

TEMPLATE: Final = "welcome.html"


@get("/", include_in_schema=False)
async def welcome(request: Request) -> Page:
    """A payer's way to the mailed link, and an owner's to the company's pages; whose hub it is, nobody learns here."""
    mode = Mode.TEST if hub_of(request).simulated else None
    return reader_pages_of(request).page(TEMPLATE, mode=mode)
