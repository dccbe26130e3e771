"""Envíos: statements to many customers at once, with what became of each mail; and rounds that come by themselves."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.cells import Unreadable, read_typed
from hub.domain.identity import FieldError, Invalid
from hub.domain.round import Choice, Every
from hub.domain.text import Text
from hub.flows.mails.view_deliveries import list_round_deliveries
from hub.flows.statements.schedule_rounds import drop_schedule, list_schedules, schedule_round
from hub.flows.statements.send_round import list_rounds, plan_round, start_round, view_round
from hub.web.request import Request
from hub.web.responses import Page, redirect

from .context import Context, MerchantContext, unknown_is_404
from .form import CheckedForm, FieldErrors, SubmittedForm, by_field
from .rights import Right

MAX_DAYS = 3650
SHOWN = 100
REFRESH_SECONDS = 3


@get("/rounds", right=Right.SEE)
async def show_rounds(context: Context, request: Request) -> Page:
    """Whom a round would reach, the rounds before, and what is scheduled."""
    typed = SubmittedForm(dict(request.query_params))
    return await _page(context, typed)


async def _page(
    context: MerchantContext, typed: SubmittedForm, field_errors: FieldErrors | None = None, *, notice: str = ""
) -> Page:
    problems = dict(field_errors or {})
    choice = Choice()
    try:
        choice = read_choice(context, typed)
    except Invalid as invalid:
        problems = {**by_field(invalid.problems), **problems}
    asked = typed.has("least") or typed.has("days")
    return context.page(
        "rounds.html",
        status=422 if problems else 200,
        typed=typed,
        field_errors=problems,
        currencies=[(currency, currency) for currency in context.country.currencies],
        choice=choice,
        plan=await plan_round(context.hub, context.merchant, choice) if asked and not problems else None,
        shown=SHOWN,
        rounds=await list_rounds(context.hub, context.merchant),
        schedules=await list_schedules(context.hub, context.merchant),
        round_id=context.hub.fresh_id(),
        notice=notice,
    )


def read_choice(context: MerchantContext, form: SubmittedForm) -> Choice:
    """Who is meant, as typed.

    Raises:
        Invalid: An amount or a number of days that is none.
    """
    problems: list[FieldError] = []
    least: dict[str, int] = {}
    currency = form.get("currency")
    if currency not in context.country.currencies:
        currency = context.country.currencies[0]
    if text := form.get("least"):
        try:
            amount = read_typed(text, currency, context.country.decimal_sign)
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
async def start(context: Context, form: CheckedForm) -> Page:
    """Send to everybody who was listed, once."""
    try:
        with unknown_is_404():
            started = await start_round(
                context.hub,
                context.merchant,
                read_choice(context, form),
                round_id=(form.get("round_id") or context.hub.fresh_id())[:40],
                by=context.session.email,
                note=form.get("note"),
            )
    except Invalid as invalid:
        return await _page(context, form, by_field(invalid.problems))
    return redirect(f"/m/rounds/{started.id}")


@get("/rounds/{round_id:str}", right=Right.SEE)
async def show_round(context: Context, round_id: FromPath[str]) -> Page:
    """How far a round is; the page comes again by itself while it runs."""
    with unknown_is_404():
        view = await view_round(context.hub, context.merchant, round_id)
    return context.page(
        "round.html",
        view=view,
        rows=await list_round_deliveries(context.hub, context.merchant, round_id),
        refresh=REFRESH_SECONDS if view.is_running else 0,
    )


@post("/schedules", status_code=200, right=Right.SEND)
async def add_schedule(context: Context, form: CheckedForm) -> Page:
    """Let a round come again each week or month."""
    try:
        await schedule_round(
            context.hub,
            context.merchant,
            every=Every(form.get("every")) if form.get("every") in set(Every) else Every.WEEK,
            weekday=int(form.get("weekday")) if form.get("weekday") in set("0123456") else -1,
            choice=read_choice(context, form),
            by=context.session.email,
            note=form.get("note"),
        )
    except Invalid as invalid:
        return await _page(context, form, by_field(invalid.problems))
    return redirect("/m/rounds#programados")


@post("/schedules/{schedule:str}/drop", status_code=200, right=Right.SEND)
async def drop(context: Context, form: CheckedForm, schedule: FromPath[str]) -> Page:
    """It comes no more."""
    with unknown_is_404():
        await drop_schedule(context.hub, context.merchant, schedule)
    return redirect("/m/rounds#programados")


HANDLERS: list[ControllerRouterHandler] = [show_rounds, start, show_round, add_schedule, drop]
