"""The start page: what needs attention; and the solutions that the merchant has."""

from __future__ import annotations

from litestar import get
from litestar.types import ControllerRouterHandler

from hub.flows.try_payment import GuideStep, view_guide
from hub.flows.view_desk import list_reviews, view_start
from hub.web.pages import Page
from hub_hookspecs import Mode

from .desk import AtDesk
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
    """Exceptions that wait for a person; read only."""
    return desk.page("reviews.html", reviews=await list_reviews(desk.hub, desk.merchant))


HANDLERS: list[ControllerRouterHandler] = [show_start, show_solutions, show_reviews]
