"""The start page: what needs attention; and the solutions that the merchant has."""

from __future__ import annotations

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.decision import Signed
from hub.domain.identity import Invalid
from hub.domain.review_causes import CAUSES
from hub.domain.text import Text
from hub.flows.corrections.resolve_review import resolve_review
from hub.flows.ground.read_drawn import Subject
from hub.flows.payments.decide import NotAllowed
from hub.flows.statements.try_payment import GuideStep, view_guide
from hub.flows.views.view_proposals import list_closings
from hub.flows.views.view_reviews import (
    drawn_of_reviews,
    list_proofs,
    list_reported,
    list_reviews,
    list_settled_lines,
    list_ways,
)
from hub.flows.views.view_start import view_start
from hub.flows.views.view_waiting import list_waiting
from hub.web.responses import Page, redirect
from hub_hookspecs import Mode

from .advice import ADVICE
from .context import Context, MerchantContext
from .form import NOTHING, CheckedForm, SubmittedForm, why_not
from .rights import Right


@get("/", right=Right.SEE)
async def show_start(context: Context) -> Page:
    """What waits for the merchant."""
    return context.page(
        "start.html",
        start=await view_start(context.hub, context.merchant),
        closings=await list_closings(context.hub, context.merchant),
        waiting=await list_waiting(context.hub, context.merchant),
        guide=await view_guide(context.hub, context.merchant),
        steps=GuideStep,
        is_trial=context.merchant.mode is Mode.TEST,
        providers=context.hub.providers,
    )


@get("/solutions", right=Right.SEE)
async def show_solutions(context: Context) -> Page:
    """Administrar mis soluciones."""
    return context.page("solutions.html")


@get("/reviews", right=Right.SEE)
async def show_reviews(context: Context) -> Page:
    """Exceptions that wait for a person."""
    return await _reviews(context)


async def _reviews(
    context: MerchantContext, *, form_error: Text | str = "", notice: str = "", typed: SubmittedForm = NOTHING
) -> Page:
    drawn = await drawn_of_reviews(context.hub, context.merchant)
    return context.page(
        "reviews.html",
        status=422 if form_error else 200,
        closings=await list_closings(context.hub, context.merchant),
        reviews=await list_reviews(context.hub, context.merchant),
        proofs=await list_proofs(context.hub, context.merchant),
        reported=await list_reported(context.hub, context.merchant),
        lines=await list_settled_lines(context.hub, context.merchant),
        ways=await list_ways(context.hub, context.merchant, is_owner=context.is_owner),
        causes=CAUSES,
        advice=ADVICE,
        form_error=form_error,
        notice=notice,
        typed=typed,
        drawn=drawn,
    )


@post("/reviews/{review:str}/resolve", status_code=200, right=Right.TEND, drawn=Subject.REVIEW)
async def resolve(context: Context, form: CheckedForm, review: FromPath[str]) -> Page:
    """A person says what became of it; it locked nothing, and nothing is freed by it."""
    own = {item.id for item, _ in await list_reviews(context.hub, context.merchant)}
    if review not in own:
        raise NotFoundException("Esta página no existe.")
    try:
        made = await resolve_review(
            context.hub, review, signed=Signed(by=context.session.email, why=form.get("why"), via="page")
        )
    except (NotAllowed, Invalid) as refusal:
        return await _reviews(context, form_error=why_not(refusal), typed=form)
    if made.is_done:
        return redirect("/m/reviews")
    return await _reviews(context, notice="Quedó propuesto: por su monto falta que otra persona diga lo mismo.")


HANDLERS: list[ControllerRouterHandler] = [show_start, show_solutions, show_reviews, resolve]
