"""Usar saldo a favor: a customer's credit settles invoices, as somebody of the company says."""

from __future__ import annotations

import re

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.identity import FieldError, Invalid
from hub.domain.intake import Share
from hub.domain.open_item import StatementRow
from hub.domain.text import Text
from hub.flows.books.settle_bill import apply_credit
from hub.flows.views.view_customers import CustomerView, view_customer
from hub.web.responses import Page, redirect

from .by_hand import typed_amount
from .context import Context, MerchantContext, unknown_is_404
from .form import CheckedForm, FieldErrors, SubmittedForm, by_field
from .rights import Right

NOTHING = SubmittedForm({})


@get("/customers/{customer:str}/credit", right=Right.BOOK)
async def show_form(context: Context, customer: FromPath[str]) -> Page:
    """The invoices that can be settled, and the credit that is free."""
    with unknown_is_404():
        view = await view_customer(context.hub, context.merchant, customer)
    return _form(context, view, NOTHING)


def _form(
    context: MerchantContext, view: CustomerView, typed: SubmittedForm, *, field_errors: FieldErrors | None = None
) -> Page:
    return context.page(
        "use_credit.html",
        status=422 if field_errors else 200,
        customer=view.customer,
        sections=[section for section in view.statement.statement.sections if section.credit_used],
        typed=typed,
        field_errors=field_errors or {},
    )


@post("/customers/{customer:str}/credit", status_code=200, right=Right.BOOK)
async def use(context: Context, form: CheckedForm, customer: FromPath[str]) -> Page:
    """Apply it; where an invoice owes another amount by now than the form says, nothing is done."""
    with unknown_is_404():
        view = await view_customer(context.hub, context.merchant, customer)
    rows = [row for section in view.statement.statement.sections for row in section.rows if row.is_payable]
    try:
        shares, owed = _understood(form, rows)
        with unknown_is_404():
            await apply_credit(*(context.hub, context.merchant, customer, shares), by=context.session.email, owed=owed)
    except Invalid as invalid:
        return _form(context, view, form, field_errors=by_field(invalid.problems))
    return redirect(f"/m/customers/{customer}")


def _understood(form: SubmittedForm, rows: list[StatementRow]) -> tuple[list[Share], dict[str, int]]:
    """How much goes to which invoice, and what each owed where the form was drawn.

    Raises:
        Invalid: No amount, one that is none, or a form that says not what it was drawn from.
    """
    problems: list[FieldError] = []
    shares, owed = [], {}
    for row in rows:
        item = row.item
        text, shown = form.get(f"share-{item.payable_id}"), form.get(f"owed-{item.payable_id}")
        if not text:
            continue
        amount = typed_amount(text, item.currency, "amount", problems)
        if not re.fullmatch("[0-9]{1,16}", shown, re.ASCII):
            problems.append(FieldError("amount", Text("form.old")))
        elif amount:
            shares.append(Share(item.payable_id, amount.minor))
            owed[item.payable_id] = int(shown)
    if not shares and not problems:
        problems.append(FieldError("amount", Text("typed.not_positive")))
    if problems:
        raise Invalid(tuple(problems))
    return shares, owed


HANDLERS: list[ControllerRouterHandler] = [show_form, use]
