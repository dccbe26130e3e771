"""Asked to prove again who one is: a link by mail, and the form that was sent, ready to be sent once more."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

from litestar import post
from litestar.types import ControllerRouterHandler

from hub.flows.merchants.sign_in import request_proof
from hub.web.cookies import cookie
from hub.web.form_token import FORM_FIELD
from hub.web.request import Request, hub_of
from hub.web.responses import Page

from .context import NEXT, NEXT_SECONDS, Context, NotFresh
from .form import CheckedForm, SubmittedForm
from .rights import Right
from .sign_in import inside, too_many, tries_of

NOT_KEPT: Final = ("set-",)
"""Fields that begin so may be secrets, which stand in no page of ours."""


def show_proof(request: Request, stale: NotFresh) -> Page:
    """Nothing was done: mail a link to whoever sent the form, and keep in the page what was typed."""
    hub, context = hub_of(request), stale.context
    if not tries_of(request).mails.take(context.session.email, time.monotonic()):
        return too_many(request)
    hub.spawn(request_proof(hub, context.session))
    back = _page_of(request)
    return context.page(
        "prove.html",
        status=403,
        email=context.session.email,
        action=request.url.path,
        kept=_kept(stale.form),
        back=back,
        cookies=[cookie(hub, NEXT, back, seconds=NEXT_SECONDS)],
    )


@post("/prove", status_code=200, right=Right.SEE)
async def prove_first(request: Request, context: Context, form: CheckedForm) -> Page:
    """Before a form is filled in whose fields stand in no page: mail the link at once."""
    if not tries_of(request).mails.take(context.session.email, time.monotonic()):
        return too_many(request)
    await request_proof(context.hub, context.session)
    back = inside(form.get("back"))
    return context.page(
        "prove.html",
        email=context.session.email,
        action="",
        kept=None,
        back=back,
        asked=True,
        cookies=[cookie(context.hub, NEXT, back, seconds=NEXT_SECONDS)],
    )


HANDLERS: list[ControllerRouterHandler] = [prove_first]


def _kept(form: SubmittedForm) -> Mapping[str, str] | None:
    """What was typed; None where some of it may not stand in a page, or cannot."""
    if any(name.startswith(NOT_KEPT) for name in form.values) or any(file.filename for file in form.files.values()):
        return None
    return {name: value for name, value in form.values.items() if name != FORM_FIELD}


def _page_of(request: Request) -> str:
    """The page on which the form stands: at its own address, or the one above."""
    shape = request.scope["path_template"]
    is_page = any(route.path_format == shape and "GET" in route.methods for route in request.app.routes)
    return request.url.path if is_page else request.url.path.rpartition("/")[0]
