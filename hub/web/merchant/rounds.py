"""Envíos: statements to many customers at once, with what became of each mail; and rounds that come by themselves."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.cells import Unreadable, read_amount
from hub.domain.identity import FieldError, Invalid
from hub.domain.round import Choice, Every
from hub.domain.text import Text
from hub.flows.mails.view_deliveries import list_round_deliveries
from hub.flows.statements.schedule_rounds import drop_schedule, list_schedules, schedule_round
from hub.flows.statements.send_round import list_rounds, plan_round, start_round, view_round
from hub.web.request import Request
from hub.web.responses import Page, redirect

from .desk import AtDesk, Brought, Desk, FieldErrors, SubmittedForm, by_field, unknown_is_404
from .rights import Right

MAX_DAYS = 3650
SHOWN = 100
REFRESH_SECONDS = 3


@get("/rounds", right=Right.SEE)
async def show_rounds(desk: AtDesk, request: Request) -> Page:
    """Whom a round would reach, the rounds before, and what is scheduled."""
    typed = SubmittedForm(dict(request.query_params))
    return await _page(desk, typed)


async def _page(desk: Desk, typed: SubmittedForm, field_errors: FieldErrors | None = None, *, notice: str = "") -> Page:
    problems = dict(field_errors or {})
    choice = Choice()
    try:
        choice = read_choice(desk, typed)
    except Invalid as invalid:
        problems = {**by_field(invalid.problems), **problems}
    asked = typed.has("least") or typed.has("days")
    return desk.page(
        "rounds.html",
        status=422 if problems else 200,
        typed=typed,
        field_errors=problems,
        currencies=[(currency, currency) for currency in desk.country.currencies],
        choice=choice,
        plan=await plan_round(desk.hub, desk.merchant, choice) if asked and not problems else None,
        shown=SHOWN,
        rounds=await list_rounds(desk.hub, desk.merchant),
        schedules=await list_schedules(desk.hub, desk.merchant),
        round_id=desk.hub.fresh_id(),
        notice=notice,
    )


def read_choice(desk: Desk, form: SubmittedForm) -> Choice:
    """Who is meant, as typed.

    Raises:
        Invalid: An amount or a number of days that is none.
    """
    problems: list[FieldError] = []
    least: dict[str, int] = {}
    currency = form.get("currency")
    if currency not in desk.country.currencies:
        currency = desk.country.currencies[0]
    if text := form.get("least"):
        try:
            amount = read_amount(text, currency, desk.country.decimal_sign or ",")
            if amount.minor > 0:
                least[currency] = amount.minor
        except Unreadable:
            problems.append(FieldError("least", Text("typed.least")))
    days = form.get("days") or "0"
    if not (days.isascii() and days.isdecimal() and int(days) <= MAX_DAYS):
        problems.append(FieldError("days", Text("typed.days")))
        days = "0"
    if problems:
        raise Invalid(tuple(problems))
    return Choice(least=least, overdue_days=int(days))


@post("/rounds", status_code=200, right=Right.SEND)
async def start(desk: AtDesk, form: Brought) -> Page:
    """Send to everybody who was listed, once."""
    try:
        with unknown_is_404():
            started = await start_round(
                desk.hub,
                desk.merchant,
                read_choice(desk, form),
                round_id=(form.get("round_id") or desk.hub.fresh_id())[:40],
                by=desk.session.email,
                note=form.get("note"),
            )
    except Invalid as invalid:
        return await _page(desk, form, by_field(invalid.problems))
    return redirect(f"/m/rounds/{started.id}")


@get("/rounds/{round_id:str}", right=Right.SEE)
async def show_round(desk: AtDesk, round_id: FromPath[str]) -> Page:
    """How far a round is; the page comes again by itself while it runs."""
    with unknown_is_404():
        view = await view_round(desk.hub, desk.merchant, round_id)
    return desk.page(
        "round.html",
        view=view,
        rows=await list_round_deliveries(desk.hub, desk.merchant, round_id),
        refresh=REFRESH_SECONDS if view.is_running else 0,
    )


@post("/schedules", status_code=200, right=Right.SEND)
async def add_schedule(desk: AtDesk, form: Brought) -> Page:
    """Let a round come again each week or month."""
    try:
        await schedule_round(
            desk.hub,
            desk.merchant,
            every=Every(form.get("every")) if form.get("every") in set(Every) else Every.WEEK,
            weekday=int(form.get("weekday")) if form.get("weekday") in set("0123456") else -1,
            choice=read_choice(desk, form),
            by=desk.session.email,
            note=form.get("note"),
        )
    except Invalid as invalid:
        return await _page(desk, form, by_field(invalid.problems))
    return redirect("/m/rounds#programados")


@post("/schedules/{schedule:str}/drop", status_code=200, right=Right.SEND)
async def drop(desk: AtDesk, form: Brought, schedule: FromPath[str]) -> Page:
    """It comes no more."""
    with unknown_is_404():
        await drop_schedule(desk.hub, desk.merchant, schedule)
    return redirect("/m/rounds#programados")


HANDLERS: list[ControllerRouterHandler] = [show_rounds, start, show_round, add_schedule, drop]
