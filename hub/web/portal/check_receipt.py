"""The page on which a third party checks a cash receipt that somebody shows."""

from __future__ import annotations

from litestar import get

from hub.flows.views.check_cash_receipt import checked_receipt
from hub.web.pages import reader_pages_of
from hub.web.request import Request, hub_of
from hub.web.responses import Page

from .papers import missing_is_404


@get("/c/{token:str}", include_in_schema=False)
async def check_receipt(request: Request) -> Page:
    """What is true of a cash receipt, and whether it stands; nothing else of payer or payment."""
    with missing_is_404():
        checked = await checked_receipt(hub_of(request), request.path_params["token"])
    return reader_pages_of(request).page(
        "portal/check_receipt.html", merchant=checked.merchant, mode=checked.mode, checked=checked
    )
