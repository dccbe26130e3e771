"""What else is done with an invoice on its page: its link handed over, a credit note, a plan of instalments."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.identity import FieldError, Invalid
from hub.domain.text import Text
from hub.flows.corrections.credit_note import record_credit_note
from hub.flows.ground.read_drawn import Subject
from hub.flows.payments.decide import NotAllowed
from hub.flows.statements.send_statement import copy_link
from hub.flows.views.view_bill import BillView, view_bill
from hub.web.responses import Page, redirect
from hub_hookspecs import Money

from .by_hand import typed_amount
from .context import Context, MerchantContext, unknown_is_404
from .decisions import VIA
from .form import NOTHING, CheckedForm, FieldErrors, SubmittedForm, by_field
from .rights import Right


@post("/invoices/{invoice:str}/link", status_code=200, right=Right.SEND)
async def hand_over(context: Context, form: CheckedForm, invoice: FromPath[str]) -> Page:
    """Copiar enlace: the address of the statement on which this invoice is paid."""
    with unknown_is_404():
        view = await view_bill(context.hub, context.merchant, invoice)
        await copy_link(context.hub, context.merchant, view.customer.id)
    return redirect(f"/m/invoices/{invoice}#enlace")


@get("/invoices/{invoice:str}/credit-note", right=Right.BOOK)
async def show_credit_note(context: Context, invoice: FromPath[str]) -> Page:
    """Nota crédito: ask for its number, how much, and why."""
    return await _credit_note(context, invoice, NOTHING, {})


async def _credit_note(context: MerchantContext, invoice: str, typed: SubmittedForm, field_errors: FieldErrors) -> Page:
    drawn = await context.drawn_from(Subject.INVOICE, invoice)
    with unknown_is_404():
        view = await view_bill(context.hub, context.merchant, invoice)
    status = 422 if field_errors else 200
    return context.page(
        "credit_note.html", status=status, view=view, drawn=drawn, typed=typed, field_errors=field_errors
    )


@post("/invoices/{invoice:str}/credit-note", status_code=200, right=Right.BOOK, drawn=Subject.INVOICE)
async def credit(context: Context, form: CheckedForm, invoice: FromPath[str]) -> Page:
    """Book it once under its number; above the limit a second person does the same."""
    with unknown_is_404():
        view = await view_bill(context.hub, context.merchant, invoice)
        try:
            await record_credit_note(
                *(context.hub, context.merchant, view.payable.number),
                note_number=form.get("number"),
                amount=_typed_part(context, form, view),
                by=context.session.email,
                reason=form.get("reason"),
                via=VIA,
            )
        except NotAllowed as refusal:
            return await _credit_note(context, invoice, form, by_field((FieldError("reason", refusal.message),)))
        except Invalid as invalid:
            return await _credit_note(context, invoice, form, by_field(invalid.problems))
    return redirect(f"/m/invoices/{invoice}")


def _typed_part(context: MerchantContext, form: SubmittedForm, view: BillView) -> Money | None:
    """How much the note is of; None for all that is due.

    Raises:
        Invalid: Neither was chosen, or it is no amount.
    """
    if form.get("how") == "whole":
        return None
    problems: list[FieldError] = []
    amount = typed_amount(form.get("amount"), view.payable.currency, "amount", problems, context.country)
    if amount is None or problems:
        raise Invalid(tuple(problems) or (FieldError("amount", Text("amount.not_positive")),))
    return amount


HANDLERS: list[ControllerRouterHandler] = [hand_over, show_credit_note, credit]
