"""One invoice: what is owed of it, and the forms that void it, write it off and bill it anew."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.identity import FieldError, Invalid
from hub.domain.text import Text
from hub.flows.corrections.void_bill import rebill, void_bill
from hub.flows.corrections.write_off import write_off_bill
from hub.flows.ground.read_drawn import digest_of
from hub.flows.payments.decide import NotAllowed
from hub.flows.views.view_bill import view_bill
from hub.web.responses import Page, redirect
from hub_hookspecs import EXPONENTS, Money

from .by_hand import typed_amount
from .context import Context, MerchantContext, unknown_is_404
from .decisions import VIA
from .form import CheckedForm, FieldErrors, SubmittedForm, by_field
from .rights import Right

NOT_DRAWN = "-"
"""A form that does not say what it was drawn from was drawn from nothing that there is."""


@get("/invoices/{invoice:str}", right=Right.SEE)
async def show_bill(context: Context, invoice: FromPath[str]) -> Page:
    """One invoice."""
    return await _page(context, invoice, SubmittedForm({}), {})


@post("/invoices/{invoice:str}/void", status_code=200, right=Right.BOOK)
async def void(context: Context, form: CheckedForm, invoice: FromPath[str]) -> Page:
    """Anular: nothing is owed of it from now on, and its number stays."""
    with unknown_is_404():
        view = await view_bill(context.hub, context.merchant, invoice)
        try:
            await void_bill(
                *(context.hub, context.merchant, view.payable.number),
                by=context.session.email,
                reason=form.get("reason"),
                via=VIA,
                drawn_at=_revision(form),
            )
        except NotAllowed as refusal:
            return await _page(context, invoice, form, by_field((FieldError("reason", refusal.message),)), tried="void")
        except Invalid as invalid:
            return await _page(context, invoice, form, by_field(invalid.problems), tried="void")
    return redirect(f"/m/invoices/{invoice}")


@post("/invoices/{invoice:str}/write-off", status_code=200, right=Right.OWN)
async def write_off(context: Context, form: CheckedForm, invoice: FromPath[str]) -> Page:
    """Castigar: what will never be paid is a loss; above the limit a second person does the same."""
    with unknown_is_404():
        payable = (await view_bill(context.hub, context.merchant, invoice)).payable
        try:
            await write_off_bill(
                *(context.hub, context.merchant, payable.number),
                amount=_part(form, payable.currency),
                by=context.session.email,
                reason=form.get("reason"),
                via=VIA,
                drawn=form.get("drawn") or NOT_DRAWN,
            )
        except NotAllowed as refusal:
            return await _page(
                context, invoice, form, by_field((FieldError("reason", refusal.message),)), tried="write-off"
            )
        except Invalid as invalid:
            return await _page(context, invoice, form, by_field(invalid.problems), tried="write-off")
    return redirect(f"/m/invoices/{invoice}")


@post("/invoices/{invoice:str}/rebill", status_code=200, right=Right.BOOK)
async def bill_anew(context: Context, form: CheckedForm, invoice: FromPath[str]) -> Page:
    """Facturar de nuevo: also in another currency, or for another customer."""
    with unknown_is_404():
        view = await view_bill(context.hub, context.merchant, invoice)
        try:
            await rebill(
                *(context.hub, context.merchant, view.payable.number),
                total=_total(form),
                customer=form.get("customer"),
                by=context.session.email,
                reason=form.get("reason"),
                drawn_at=_revision(form),
            )
        except Invalid as invalid:
            return await _page(context, invoice, form, by_field(invalid.problems))
    return redirect(f"/m/invoices/{invoice}")


async def _page(
    context: MerchantContext, invoice: str, form: SubmittedForm, field_errors: FieldErrors, *, tried: str = ""
) -> Page:
    with unknown_is_404():
        customer = (await view_bill(context.hub, context.merchant, invoice)).customer.id
        drawn = await digest_of(context.hub, customer, context.merchant.mode)
        view = await view_bill(context.hub, context.merchant, invoice)
    return context.page(
        "bill.html",
        status=422 if field_errors else 200,
        view=view,
        drawn=drawn,
        tried=tried,
        currencies=dict.fromkeys((view.payable.currency, *context.country.currencies)),
        typed=form,
        field_errors=field_errors,
    )


def _revision(form: SubmittedForm) -> int:
    """Which revision the form was drawn from; a form without one was drawn from none that there is."""
    text = form.get("revision")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _part(form: SubmittedForm, currency: str) -> Money | None:
    """What is written off; None for all that is due.

    Raises:
        Invalid: It is no amount.
    """
    problems: list[FieldError] = []
    amount = typed_amount(form.get("amount"), currency, "amount", problems) if form.get("amount") else None
    if problems:
        raise Invalid(tuple(problems))
    return amount


def _total(form: SubmittedForm) -> Money:
    """What it is for now.

    Raises:
        Invalid: No amount, or a currency that is not known.
    """
    problems: list[FieldError] = []
    currency = form.get("currency")
    if currency not in EXPONENTS:
        raise Invalid((FieldError("currency", Text("currency.choose")),))
    total = typed_amount(form.get("total"), currency, "total", problems)
    if total is None:
        raise Invalid(tuple(problems))
    return total


HANDLERS: list[ControllerRouterHandler] = [show_bill, void, write_off, bill_anew]
