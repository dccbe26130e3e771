"""Usar saldo a favor: a customer's credit settles invoices, as somebody of the company says."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.identity import FieldError, Invalid
from hub.domain.intake import Share
from hub.domain.open_item import StatementRow
from hub.domain.text import Text
from hub.flows.books.settle_bill import apply_credit
from hub.flows.ground.read_drawn import Subject
from hub.flows.views.view_customers import CustomerView, view_customer
from hub.web.responses import Page, redirect
from hub_hookspecs import Country

from .by_hand import typed_amount
from .context import Context, MerchantContext, unknown_is_404
from .form import NOTHING, CheckedForm, FieldErrors, SubmittedForm, by_field
from .rights import Right


@get("/customers/{customer:str}/credit", right=Right.BOOK)
async def show_form(context: Context, customer: FromPath[str]) -> Page:
    """The invoices that can be settled, and the credit that is free."""
    drawn = await context.drawn_from(Subject.CUSTOMER, customer)
    with unknown_is_404():
        view = await view_customer(context.hub, context.merchant, customer)
    return _form(context, view, NOTHING, drawn=drawn)


def _form(
    context: MerchantContext,
    view: CustomerView,
    typed: SubmittedForm,
    *,
    drawn: str,
    field_errors: FieldErrors | None = None,
) -> Page:
    return context.page(
        "use_credit.html",
        status=422 if field_errors else 200,
        customer=view.customer,
        sections=[section for section in view.statement.statement.sections if section.credit_used],
        typed=typed,
        drawn=drawn,
        field_errors=field_errors or {},
    )


@post("/customers/{customer:str}/credit", status_code=200, right=Right.BOOK, drawn=Subject.CUSTOMER)
async def use(context: Context, form: CheckedForm, customer: FromPath[str]) -> Page:
    """Apply it."""
    drawn = await context.drawn_from(Subject.CUSTOMER, customer)
    with unknown_is_404():
        view = await view_customer(context.hub, context.merchant, customer)
    rows = [row for section in view.statement.statement.sections for row in section.rows if row.is_payable]
    try:
        shares = _understood(form, rows, context.country)
        with unknown_is_404():
            await apply_credit(*(context.hub, context.merchant, customer, shares), by=context.session.email)
    except Invalid as invalid:
        return _form(context, view, form, drawn=drawn, field_errors=by_field(invalid.problems))
    return redirect(f"/m/customers/{customer}")


def _understood(form: SubmittedForm, rows: list[StatementRow], country: Country) -> list[Share]:
    """How much goes to which invoice.

    Raises:
        Invalid: No amount, or one that is none.
    """
    problems: list[FieldError] = []
    shares = []
    for row in rows:
        item = row.item
        text = form.get(f"share-{item.payable_id}")
        amount = typed_amount(text, item.currency, "amount", problems, country) if text else None
        if amount:
            shares.append(Share(item.payable_id, amount.minor))
    if not shares and not problems:
        problems.append(FieldError("amount", Text("typed.not_positive")))
    if problems:
        raise Invalid(tuple(problems))
    return shares


HANDLERS: list[ControllerRouterHandler] = [show_form, use]
