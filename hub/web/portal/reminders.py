"""End reminders, from a link in a mail or by a mail program's own button (RFC 8058): GET shows, only POST acts.

A mail provider posts without form token, cookie or any sign of a browser, so the address alone is the proof. It
is answered at once, without sending anybody elsewhere.
"""

from __future__ import annotations

from litestar import get, post
from litestar.exceptions import NotFoundException

from hub.domain.letterhead import letterhead_for
from hub.flows.statements.end_reminders import PATH, Wish, end_reminders, resume_reminders, view_wish
from hub.web.pages import reader_pages_of
from hub.web.request import Request, hub_of
from hub.web.responses import Page


@get("/u/{token:str}", include_in_schema=False)
async def show_reminders(request: Request) -> Page:
    """Whether reminders come, with the button that ends them."""
    try:
        return _page(request, await view_wish(hub_of(request), request.path_params["token"]))
    except LookupError:
        raise NotFoundException from None


@post("/u/{token:str}", include_in_schema=False, status_code=200)
async def end(request: Request) -> Page:
    """No more of them; whatever the request carries."""
    try:
        return _page(request, await end_reminders(hub_of(request), request.path_params["token"]), changed=True)
    except LookupError:
        raise NotFoundException from None


@post("/u/{token:str}/again", include_in_schema=False, status_code=200)
async def resume(request: Request) -> Page:
    """They come again."""
    try:
        return _page(request, await resume_reminders(hub_of(request), request.path_params["token"]), changed=True)
    except LookupError:
        raise NotFoundException from None


def _page(request: Request, wish: Wish, *, changed: bool = False) -> Page:
    hub, merchant = hub_of(request), wish.merchant
    return reader_pages_of(request, wish.customer.language).page(
        "portal/reminders.html",
        merchant=merchant,
        letterhead=letterhead_for(merchant, hub.countries[merchant.company.country], merchant.mode),
        wish=wish,
        changed=changed,
        address=f"/{PATH}/{request.path_params['token']}",
    )
