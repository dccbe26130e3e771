"""Envíos: statements to many customers at once, with what became of each mail; and rounds that come by themselves."""

from __future__ import annotations

import attrs
from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.cells import Unreadable, read_typed
from hub.domain.identity import FieldError, Invalid
from hub.domain.round import Choice, Every
from hub.domain.text import Text
from hub.flows.mails.view_deliveries import list_round_deliveries
from hub.flows.statements.schedule_rounds import drop_schedule, list_schedules, schedule_round
from hub.flows.statements.send_round import Debtor, Plan, list_rounds, plan_round, start_round, view_round
from hub.web.request import Request
from hub.web.responses import Page, redirect

from .contact_words import opens_for
from .context import Context, MerchantContext, unknown_is_404
from .form import CheckedForm, FieldErrors, SubmittedForm, by_field
from .rights import Right

MAX_DAYS = 3650
SHOWN = 200
"""Customers of one page of a plan."""
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
    is_planned = asked and (not problems or (typed.has("shown") and problems.keys() == {"note"}))
    whole = await plan_round(context.hub, context.merchant, choice) if is_planned else None
    unticked = unticked_in(typed)
    return context.page(
        "rounds.html",
        status=422 if problems else 200,
        typed=typed,
        field_errors=problems,
        currencies=[(currency, currency) for currency in context.country.currencies],
        choice=choice,
        plan=whole.less(unticked) if whole else None,
        leaf=leaf_of(whole, typed.get("after"), unticked) if whole else None,
        rounds=await list_rounds(context.hub, context.merchant),
        schedules=await list_schedules(context.hub, context.merchant),
        round_id=typed.get("round_id")[:40] or context.hub.fresh_id(),
        opens=opens_for(context),
        notice=notice,
    )


@attrs.frozen(kw_only=True)
class Leaf:
    """One page of those whom a round would reach.

    Attributes:
        unticked: Ids of those who are left out, of this page and of the others.
        first, all: The place of the first one of the page, and how many there are.
        after: Behind whom the next page begins; None on the last one.
        before: Behind whom the page before begins, empty for the first page; None there.
    """

    debtors: tuple[Debtor, ...]
    unticked: frozenset[str]
    first: int
    all: int
    after: str | None
    before: str | None

    @property
    def shown(self) -> str:
        """Ids of those who are shown, so that who is not ticked can be told from who was not shown."""
        return " ".join(debtor.customer.id for debtor in self.debtors)

    @property
    def elsewhere(self) -> str:
        """Ids of those who are left out and stand on other pages."""
        return " ".join(sorted(self.unticked - {debtor.customer.id for debtor in self.debtors}))


def leaf_of(plan: Plan, after: str, unticked: frozenset[str]) -> Leaf:
    """The page behind this customer; the first one where nobody is called so any more."""
    ids = [debtor.customer.id for debtor in plan.reached]
    first = ids.index(after) + 1 if after in ids else 0
    last = first + SHOWN
    return Leaf(
        debtors=plan.reached[first:last],
        unticked=unticked,
        first=first + 1,
        all=len(ids),
        after=ids[last - 1] if last < len(ids) else None,
        before=None if not first else ids[first - SHOWN - 1] if first > SHOWN else "",
    )


def unticked_in(form: SubmittedForm) -> frozenset[str]:
    """Who is left out: of the page that was shown who is not ticked, and who was left out on the others."""
    shown, ticked = set(form.get("shown").split()), set(form.beginning("to-"))
    return frozenset(set(form.get("unticked").split()) - shown | shown - ticked)


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


@post("/rounds/preview", status_code=200, right=Right.SEND)
async def turn(context: Context, form: CheckedForm) -> Page:
    """Another page of those whom it would reach; who was left out stays so, and nothing is sent."""
    return await _page(context, form)


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
                unticked=unticked_in(form),
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
        refresh=REFRESH_SECONDS if view.is_running and not view.is_held else 0,
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


HANDLERS: list[ControllerRouterHandler] = [show_rounds, turn, start, show_round, add_schedule, drop]
