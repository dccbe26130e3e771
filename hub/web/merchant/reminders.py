"""Recordatorios: the ladder of a company, what it would send, and what holds for one customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.contact_rules import MAIL
from hub.domain.identity import FieldError, Invalid
from hub.domain.reminder import MAX_DAYS, MAX_STEPS, LadderStep
from hub.domain.text import Text
from hub.flows.ground.ports import Hub
from hub.flows.statements.authorise_channel import authorise_channel
from hub.flows.statements.promise_payment import record_promise, withdraw_promise
from hub.flows.statements.save_ladder import activate_ladder, save_ladder, stop_ladder
from hub.flows.statements.view_reminders import view_ladder
from hub.web.request import Request
from hub.web.responses import Page, redirect

from .context import Context, MerchantContext, unknown_is_404
from .customers import _customer_page
from .form import NOTHING, CheckedForm, FieldErrors, SubmittedForm, by_field
from .rights import Right

PLACE: Final = "/m/reminders"
SIDES: Final = (("before", "antes de vencer"), ("on", "el día que vence"), ("after", "después de vencer"))
WHEN: Final = {"before": -1, "on": 0, "after": 1}


@get("/reminders", right=Right.SEE)
async def show_reminders(context: Context, request: Request) -> Page:
    """The ladder, whom it would remind next, and the rules that hold."""
    return await _page(context, SubmittedForm(dict(request.query_params)))


async def _page(
    context: MerchantContext,
    typed: SubmittedForm = NOTHING,
    field_errors: FieldErrors | None = None,
    *,
    steps: Sequence[tuple[str, str, str, bool]] = (),
) -> Page:
    problems = dict(field_errors or {})
    since = _day(typed.get("since"))
    view = await view_ladder(context.hub, context.merchant, since)
    return context.page(
        "reminders.html",
        status=422 if problems else 200,
        typed=typed,
        field_errors=problems,
        view=view,
        steps=steps or _shown(view.ladder.steps),
        sides=SIDES,
        channels=channels_of(context.hub),
        max_days=MAX_DAYS,
    )


def channels_of(hub: Hub) -> list[tuple[str, str]]:
    """(code, name) of the ways by which a customer can be reminded; the mail is always there."""
    return [(MAIL, "Correo"), *((channel.info.code, channel.info.name) for channel in hub.channels or ())]


def _shown(steps: Sequence[LadderStep]) -> list[tuple[str, str, str, bool]]:
    """(days, side, words, on) of each step, and one more to fill in."""
    rows = [
        (str(abs(step.days)), "before" if step.days < 0 else "after" if step.days else "on", step.text, step.is_on)
        for step in steps
    ]
    return [*rows, ("", "after", "", True)][:MAX_STEPS]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@post("/reminders", status_code=200, right=Right.SEND)
async def save(context: Context, form: CheckedForm) -> Page:
    """Write the steps down; a step without days is left out."""
    typed = [
        (form.get(f"days-{n}"), form.get(f"when-{n}"), form.get(f"text-{n}"), form.has(f"on-{n}"))
        for n in range(MAX_STEPS)
        if f"when-{n}" in form.values
    ]
    try:
        steps = _steps(typed)
        channel = form.get("channel")
        known = dict(channels_of(context.hub))
        await save_ladder(
            context.hub,
            context.merchant,
            steps,
            by=context.session.email,
            channel=channel if channel in known else MAIL,
        )
    except Invalid as invalid:
        return await _page(context, form, by_field(invalid.problems), steps=typed)
    return redirect(f"{PLACE}#pasos")


def _steps(typed: Sequence[tuple[str, str, str, bool]]) -> list[LadderStep]:
    steps, problems = list[LadderStep](), list[FieldError]()
    for n, (days, side, text, is_on) in enumerate(typed):
        if side == "on":
            steps.append(LadderStep(days=0, text=text, is_on=is_on))
        elif days.isascii() and days.isdecimal() and int(days) <= MAX_DAYS:
            steps.append(LadderStep(days=WHEN.get(side, 1) * int(days), text=text, is_on=is_on))
        elif days:
            problems.append(FieldError(f"days-{n}", Text("ladder.too_far", limit=MAX_DAYS)))
    if problems:
        raise Invalid(tuple(problems))
    return steps


@post("/reminders/activate", status_code=200, right=Right.SEND)
async def activate(context: Context, form: CheckedForm) -> Page:
    """Let it remind from tomorrow on, of what fell due since the day that is confirmed here."""
    since = _day(form.get("since"))
    if since is None:
        return await _page(context, form, by_field((FieldError("since", Text("ladder.day")),)))
    if since > context.today:
        return await _page(context, form, by_field((FieldError("since", Text("ladder.future")),)))
    try:
        await activate_ladder(
            context.hub, context.merchant, since, by=context.session.email, authorised=form.has("authorised")
        )
    except Invalid as invalid:
        return await _page(context, form, by_field(invalid.problems))
    return redirect(PLACE)


@post("/reminders/stop", status_code=200, right=Right.SEND)
async def stop(context: Context, form: CheckedForm) -> Page:
    """Nobody is reminded any more."""
    await stop_ladder(context.hub, context.merchant, by=context.session.email)
    return redirect(PLACE)


@post("/customers/{customer:str}/promise", status_code=200, right=Right.SEND)
async def promise(context: Context, form: CheckedForm, customer: FromPath[str]) -> Page:
    """What the customer said: which invoices he pays by which day."""
    until = _day(form.get("until"))
    chosen = list(form.beginning("promised-"))
    with unknown_is_404():
        if until is None:
            problem = FieldError("until", Text("ladder.day"))
            return await _customer_page(context, customer, field_errors=by_field((problem,)), status=422)
        try:
            await record_promise(context.hub, context.merchant, customer, chosen, until, by=context.session.email)
        except Invalid as invalid:
            return await _customer_page(context, customer, field_errors=by_field(invalid.problems), status=422)
    return redirect(f"/m/customers/{customer}#recordatorios")


@post("/promises/{promise:str}/withdraw", status_code=200, right=Right.SEND)
async def withdraw(context: Context, form: CheckedForm, promise: FromPath[str]) -> Page:
    """It holds no more."""
    with unknown_is_404():
        customer = await withdraw_promise(context.hub, context.merchant, promise, by=context.session.email)
    return redirect(f"/m/customers/{customer}#recordatorios")


@post("/customers/{customer:str}/channel", status_code=200, right=Right.SEND)
async def choose_channel(context: Context, form: CheckedForm, customer: FromPath[str]) -> Page:
    """What the customer said of a channel."""
    if form.get("channel") not in dict(channels_of(context.hub)):
        raise NotFoundException("Esta página no existe.")
    with unknown_is_404():
        await authorise_channel(
            context.hub,
            context.merchant,
            customer,
            form.get("channel"),
            is_authorised=form.get("said") == "yes",
            by=context.session.email,
        )
    return redirect(f"/m/customers/{customer}#recordatorios")


HANDLERS: list[ControllerRouterHandler] = [
    show_reminders,
    save,
    activate,
    stop,
    promise,
    withdraw,
    choose_channel,
]
