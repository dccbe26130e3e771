"""One invoice: what is owed of it, and the forms that void it, write it off and bill it anew."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.identity import FieldError, Invalid
from hub.domain.text import Text
from hub.flows.corrections.void_bill import rebill, void_bill
from hub.flows.corrections.write_off import write_off_bill
from hub.flows.ground.read_drawn import Subject
from hub.flows.mails.view_deliveries import list_bill_mails
from hub.flows.payments.decide import NotAllowed
from hub.flows.views.view_bill import BillView, view_bill
from hub.web.responses import Page, redirect
from hub_hookspecs import EXPONENTS, Country, Money

from .by_hand import typed_amount
from .context import Context, MerchantContext, unknown_is_404
from .decisions import VIA
from .form import CheckedForm, FieldErrors, SubmittedForm, by_field
from .rights import Right


@get("/invoices/{invoice:str}", right=Right.SEE)
async def show_bill(context: Context, invoice: FromPath[str]) -> Page:
    """One invoice."""
    drawn = await context.drawn_from(Subject.INVOICE, invoice)
    with unknown_is_404():
        view = await view_bill(context.hub, context.merchant, invoice)
    return await _page(context, view, SubmittedForm({}), {}, drawn=drawn)


@post("/invoices/{invoice:str}/void", status_code=200, right=Right.BOOK, fresh=True, drawn=Subject.INVOICE)
async def void(context: Context, form: CheckedForm, invoice: FromPath[str]) -> Page:
    """Anular: nothing is owed of it from now on, and its number stays."""
    drawn = await context.drawn_from(Subject.INVOICE, invoice)
    with unknown_is_404():
        view = await view_bill(context.hub, context.merchant, invoice)
        try:
            await void_bill(
                *(context.hub, context.merchant, view.payable.number),
                by=context.session.email,
                reason=form.get("reason"),
                via=VIA,
            )
        except NotAllowed as refusal:
            return await _page(
                context, view, form, by_field((FieldError("reason", refusal.message),)), drawn=drawn, tried="void"
            )
        except Invalid as invalid:
            return await _page(context, view, form, by_field(invalid.problems), drawn=drawn, tried="void")
    return redirect(f"/m/invoices/{invoice}")


@post("/invoices/{invoice:str}/write-off", status_code=200, right=Right.OWN, fresh=True, drawn=Subject.INVOICE)
async def write_off(context: Context, form: CheckedForm, invoice: FromPath[str]) -> Page:
    """Castigar: what will never be paid is a loss; above the limit a second person does the same."""
    drawn = await context.drawn_from(Subject.INVOICE, invoice)
    with unknown_is_404():
        view = await view_bill(context.hub, context.merchant, invoice)
        try:
            await write_off_bill(
                *(context.hub, context.merchant, view.payable.number),
                amount=_part(form, view.payable.currency, context.country),
                by=context.session.email,
                reason=form.get("reason"),
                via=VIA,
            )
        except NotAllowed as refusal:
            problems = (FieldError("reason", refusal.message),)
            return await _page(context, view, form, by_field(problems), drawn=drawn, tried="write-off")
        except Invalid as invalid:
            return await _page(context, view, form, by_field(invalid.problems), drawn=drawn, tried="write-off")
    return redirect(f"/m/invoices/{invoice}")


@post("/invoices/{invoice:str}/rebill", status_code=200, right=Right.BOOK, drawn=Subject.INVOICE)
async def bill_anew(context: Context, form: CheckedForm, invoice: FromPath[str]) -> Page:
    """Facturar de nuevo: also in another currency, or for another customer."""
    drawn = await context.drawn_from(Subject.INVOICE, invoice)
    with unknown_is_404():
        view = await view_bill(context.hub, context.merchant, invoice)
        try:
            await rebill(
                *(context.hub, context.merchant, view.payable.number),
                total=_total(form, context.country),
                customer=form.get("customer"),
                by=context.session.email,
                reason=form.get("reason"),
            )
        except Invalid as invalid:
            return await _page(context, view, form, by_field(invalid.problems), drawn=drawn)
    return redirect(f"/m/invoices/{invoice}")


async def _page(
    context: MerchantContext,
    view: BillView,
    form: SubmittedForm,
    field_errors: FieldErrors,
    *,
    drawn: str,
    tried: str = "",
) -> Page:
    bill = view.payable
    told = await list_bill_mails(
        context.hub, context.merchant, bill.customer_id, [row.payment.id for row in view.payments], bill.created_at
    )
    return context.page(
        "bill.html",
        told=told,
        status=422 if field_errors else 200,
        view=view,
        currencies=dict.fromkeys((view.payable.currency, *context.country.currencies)),
        typed=form,
        drawn=drawn,
        tried=tried,
        field_errors=field_errors,
    )


def _part(form: SubmittedForm, currency: str, country: Country) -> Money | None:
    """What is written off; None for all that is due.

    Raises:
        Invalid: It is no amount.
    """
    problems: list[FieldError] = []
    text = form.get("amount")
    amount = typed_amount(text, currency, "amount", problems, country) if text else None
    if problems:
        raise Invalid(tuple(problems))
    return amount


def _total(form: SubmittedForm, country: Country) -> Money:
    """What it is for now.

    Raises:
        Invalid: No amount, or a currency that is not known.
    """
    problems: list[FieldError] = []
    currency = form.get("currency")
    if currency not in EXPONENTS:
        raise Invalid((FieldError("currency", Text("currency.choose")),))
    total = typed_amount(form.get("total"), currency, "total", problems, country)
    if total is None:
        raise Invalid(tuple(problems))
    return total


HANDLERS: list[ControllerRouterHandler] = [show_bill, void, write_off, bill_anew]
