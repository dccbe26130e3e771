"""The start page: what needs attention; and the solutions that the merchant has."""

from __future__ import annotations

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.decision import Signed
from hub.domain.text import Text
from hub.flows.corrections.resolve_review import resolve_review
from hub.flows.payments.decide import NotAllowed
from hub.flows.statements.try_payment import GuideStep, view_guide
from hub.flows.views.view_reviews import list_proofs, list_reviews, list_settled_lines
from hub.flows.views.view_start import view_start
from hub.web.pages import Page
from hub.web.responses import Page, redirect
from hub_hookspecs import Mode

from .desk import AtDesk, Brought, Desk
from .rights import Right


@get("/", right=Right.SEE)
async def show_start(desk: AtDesk) -> Page:
    """What waits for the merchant."""
    return desk.page(
        "start.html",
        start=await view_start(desk.hub, desk.merchant),
        guide=await view_guide(desk.hub, desk.merchant),
        steps=GuideStep,
        is_trial=desk.merchant.mode is Mode.TEST,
        providers=desk.hub.providers,
    )


@get("/solutions", right=Right.SEE)
async def show_solutions(desk: AtDesk) -> Page:
    """Administrar mis soluciones."""
    return desk.page("solutions.html")


@get("/reviews", right=Right.SEE)
async def show_reviews(desk: AtDesk) -> Page:
    """Exceptions that wait for a person."""
    return await _reviews(desk)


async def _reviews(desk: Desk, *, form_error: Text | str = "", notice: str = "") -> Page:
    return desk.page(
        "reviews.html",
        status=422 if form_error else 200,
        reviews=await list_reviews(desk.hub, desk.merchant),
        proofs=await list_proofs(desk.hub, desk.merchant),
        lines=await list_settled_lines(desk.hub, desk.merchant),
        form_error=form_error,
        notice=notice,
    )


@post("/reviews/{review:str}/resolve", status_code=200, right=Right.TEND)
async def resolve(desk: AtDesk, form: Brought, review: FromPath[str]) -> Page:
    """A person says what became of it; it locked nothing, and nothing is freed by it."""
    own = {item.id for item, _ in await list_reviews(desk.hub, desk.merchant)}
    if review not in own:
        raise NotFoundException("Esta página no existe.")
    try:
        made = await resolve_review(
            desk.hub, review, signed=Signed(by=desk.session.email, why=form.get("why"), via="page")
        )
    except NotAllowed as refusal:
        return await _reviews(desk, form_error=refusal.message)
    if made.is_done:
        return redirect("/m/reviews")
    return await _reviews(desk, notice="Quedó propuesto: por su monto falta que otra persona diga lo mismo.")


HANDLERS: list[ControllerRouterHandler] = [show_start, show_solutions, show_reviews, resolve]
