"""Pasar a producción: the company of real money beside the one that tries; and the way between one's companies."""

from __future__ import annotations

from litestar import get, post
from litestar.types import ControllerRouterHandler

from hub.domain.identity import Invalid
from hub.domain.text import Text
from hub.flows.merchants.companies import companies_of, switch_company
from hub.flows.merchants.go_live import go_live, view_live
from hub.flows.merchants.sign_in import SignedIn
from hub.flows.statements.try_payment import GuideStep, view_guide
from hub.web.cookies import cookie
from hub.web.responses import Page, redirect
from hub_hookspecs import Mode

from .context import SESSION, Context, MerchantContext, unknown_is_404
from .form import CheckedForm
from .rights import Right


@get("/live", right=Right.SEE)
async def show_live(context: Context) -> Page:
    """What goes along and what does not, what was not tried yet, and the button."""
    return await _live(context)


async def _live(context: MerchantContext, *, form_error: Text | str = "") -> Page:
    guide = await view_guide(context.hub, context.merchant)
    return context.page(
        "live.html",
        status=422 if form_error else 200,
        view=await view_live(context.hub, context.merchant),
        is_live=context.merchant.mode is Mode.LIVE,
        untried=[step for step in (GuideStep.COMPANY, GuideStep.TRY) if step not in guide.done],
        companies=await companies_of(context.hub, context.session.email),
        form_error=form_error,
    )


@post("/live", status_code=200, right=Right.OWN, fresh=True)
async def begin(context: Context, form: CheckedForm) -> Page:
    """Make the live company, and go on there."""
    try:
        live = await go_live(context.hub, context.merchant)
    except Invalid as invalid:
        return await _live(context, form_error=invalid.problems[0].message)
    return _entered(context, await switch_company(context.hub, context.session, live.id), "/m/guide")


@post("/switch", status_code=200, right=Right.SEE)
async def switch(context: Context, form: CheckedForm) -> Page:
    """Go on in another company of the same person."""
    with unknown_is_404():
        return _entered(context, await switch_company(context.hub, context.session, form.get("company")), "/m")


def _entered(context: MerchantContext, signed_in: SignedIn, page: str) -> Page:
    left = int((signed_in.session.expires_at - context.hub.clock()).total_seconds())
    return redirect(page, cookies=[cookie(context.hub, SESSION, signed_in.token, seconds=left)])


HANDLERS: list[ControllerRouterHandler] = [show_live, begin, switch]
