"""Cuotas: what an invoice owes, in dates and amounts that were agreed with the customer."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date

import attrs
from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.figures import written
from hub.domain.identity import FieldError, Invalid
from hub.domain.instalment import Instalment
from hub.domain.payable import Payable
from hub.domain.text import Text
from hub.flows.corrections.agree_plan import MOST, agree_plan
from hub.flows.ground.read_drawn import Subject
from hub.flows.views.view_bill import view_bill
from hub.web.responses import Page, redirect
from hub_hookspecs import EXPONENTS, Money

from .by_hand import typed_amount, typed_day
from .context import Context, MerchantContext, unknown_is_404
from .form import NOTHING, CheckedForm, FieldErrors, SubmittedForm, by_field
from .rights import Right

ROWS = 6
SPARE = 2


@get("/invoices/{invoice:str}/plan", right=Right.BOOK)
async def show_plan(context: Context, invoice: FromPath[str]) -> Page:
    """The instalments as they are."""
    return await _page(context, invoice, NOTHING, {})


@post("/invoices/{invoice:str}/plan", status_code=200, right=Right.BOOK, drawn=Subject.INVOICE)
async def agree(context: Context, form: CheckedForm, invoice: FromPath[str]) -> Page:
    """Write equal parts into the form, or take what stands there."""
    with unknown_is_404():
        bill = (await view_bill(context.hub, context.merchant, invoice)).payable
    try:
        if form.has("share"):
            return await _page(context, invoice, _shared(context, bill, form), {})
        parts = [] if form.has("none") else list(_typed(context, bill, form))
        if not parts and not form.has("none"):
            raise Invalid((FieldError("plan", Text("plan.parts", most=MOST)),))
        await agree_plan(context.hub, context.merchant, bill.number, parts, by=context.session.email)
    except Invalid as invalid:
        return await _page(context, invoice, form, by_field(invalid.problems))
    return redirect(f"/m/invoices/{invoice}")


async def _page(context: MerchantContext, invoice: str, typed: SubmittedForm, field_errors: FieldErrors) -> Page:
    drawn = await context.drawn_from(Subject.INVOICE, invoice)
    with unknown_is_404():
        view = await view_bill(context.hub, context.merchant, invoice)
    shown = typed if typed is not NOTHING else _as_it_is(context, view.payable)
    filled = sum(1 for name in shown.values if name.startswith("amount-") and shown.get(name))
    return context.page(
        "plan.html",
        status=422 if field_errors else 200,
        view=view,
        drawn=drawn,
        typed=shown,
        rows=max(ROWS, min(filled + SPARE, MOST)),
        field_errors=field_errors,
    )


def _as_it_is(context: MerchantContext, bill: Payable) -> SubmittedForm:
    return _fields(context, bill, list(bill.plan))


def _fields(context: MerchantContext, bill: Payable, parts: list[Instalment]) -> SubmittedForm:
    sign = context.country.decimal_sign or ","
    values = {}
    for number, part in enumerate(parts):
        values[f"on-{number}"] = part.due_on.isoformat()
        values[f"amount-{number}"] = written(Money(part.amount, bill.currency), sign)
    return SubmittedForm(values)


def _shared(context: MerchantContext, bill: Payable, form: SubmittedForm) -> SubmittedForm:
    """What is owed in so many equal parts, a month apart; what does not divide is of the last one.

    Raises:
        Invalid: No number of parts, or no day.
    """
    text, problems = form.get("count"), list[FieldError]()
    count = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    first = typed_day(form.get("first"), "first", context.today, problems)
    if problems or not 1 < count <= MOST or bill.due < count:
        raise Invalid(tuple(problems) or (FieldError("count", Text("plan.parts", most=MOST)),))
    whole = 10 ** EXPONENTS[bill.currency]
    each = bill.due // count // whole * whole or bill.due // count
    days = [_months_after(first, number) for number in range(count)]
    parts = [Instalment(day, each) for day in days]
    last = attrs.evolve(parts[-1], amount=bill.due - each * (count - 1))
    return _fields(context, bill, [*parts[:-1], last])


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + year, month + 1)[1]
    return date(day.year + year, month + 1, min(day.day, last))


def _typed(context: MerchantContext, bill: Payable, form: SubmittedForm) -> Iterator[Instalment]:
    """Each line with a day or an amount.

    Raises:
        Invalid: A line lacks one of them, or has what is none.
    """
    for number in range(MOST):
        day, amount, problems = form.get(f"on-{number}"), form.get(f"amount-{number}"), list[FieldError]()
        if not day and not amount:
            continue
        if not day:
            raise Invalid((FieldError(f"on-{number}", Text("plan.parts", most=MOST)),))
        on = typed_day(day, f"on-{number}", context.today, problems)
        money = typed_amount(amount, bill.currency, f"amount-{number}", problems, context.country)
        if money is None or problems:
            raise Invalid(tuple(problems))
        yield Instalment(on, money.minor)


HANDLERS: list[ControllerRouterHandler] = [show_plan, agree]
