"""A link that is over: say so, and mail a new one to the address on file without showing it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from litestar import post
from litestar.exceptions import NotFoundException

from hub.domain.merchant import LinkKind
from hub.flows.ground.open_link import LinkClosed, WhyClosed
from hub.flows.statements.send_statement import send_again
from hub.flows.statements.view_statement import view_statement
from hub.web.form_token import form_token, is_form_token
from hub.web.pages import reader_pages_of
from hub.web.request import Request, hub_of
from hub.web.responses import Page, redirect

PURPOSE: Final = "renew"
RENEWABLE: Final = frozenset({WhyClosed.EXPIRED, WhyClosed.REVOKED})
"""A genuine link; its holder learns nothing, the new one goes to the address on file."""

PAUSE: Final = timedelta(minutes=10)
"""At most one new link in this time, however often the form is sent."""


def closed_link_page(request: Request, closed: LinkClosed, *, sent: bool = False) -> Page:
    """The page of a genuine link that no longer opens."""
    hub, link = hub_of(request), closed.link
    assert link is not None
    renews = link.kind is LinkKind.STATEMENT and closed.why in RENEWABLE
    return reader_pages_of(request).page(
        "portal/shut.html",
        mode=link.mode,
        status=200 if sent else 410,
        sent=sent,
        expired=closed.why is WhyClosed.EXPIRED,
        renew=f"/s/{request.path_params['token']}/renew" if renews else "",
        token=form_token(hub, PURPOSE, link),
    )


@post("/s/{token:str}/renew", include_in_schema=False)
async def renew_link(request: Request) -> Page:
    """Mail a new statement; what is answered says nothing about the address."""
    hub, token = hub_of(request), request.path_params["token"]
    form = await request.form()
    try:
        await view_statement(hub, token)
    except LinkClosed as closed:
        link = closed.link
        if link is None or closed.why not in RENEWABLE or not is_form_token(hub, PURPOSE, link, form.get("form")):
            raise NotFoundException from None
        renewed: dict[str, datetime] = request.app.state["renewed"]
        now = hub.clock()
        if link.id not in renewed or now - renewed[link.id] >= PAUSE:
            renewed[link.id] = now
            await send_again(hub, link)
        return closed_link_page(request, closed, sent=True)
    return redirect(f"/s/{token}")
