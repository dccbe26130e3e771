"""Agregar recibo de caja from the mail: a link for this single purpose; GET shows, POST records once."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.identity import Invalid
from hub.domain.text import Text
from hub.flows.corrections.receipt_form import ReceiptForm, receipt_form_by_token
from hub.flows.corrections.record_receipt import record_by_token
from hub.flows.ground.as_drawn import as_drawn
from hub.flows.ground.read_drawn import Subject, state_of
from hub.web.form_token import FORM_FIELD, form_token, is_form_token
from hub.web.pages import reader_pages_of
from hub.web.request import Request, hub_of
from hub.web.responses import Page, redirect

from . import words
from .context import FormRefused
from .form import NOTHING, SubmittedForm, read_form, why_not
from .paper import paper_for

PURPOSE = "cash-receipt"


@get("/{token:str}")
async def show(request: Request, token: FromPath[str]) -> Page:
    """The prefilled form, or the receipt that is already recorded."""
    return _page(request, await receipt_form_by_token(hub_of(request), token))


def _page(request: Request, form: ReceiptForm, *, form_error: Text | str = "", typed: SubmittedForm = NOTHING) -> Page:
    hub = hub_of(request)
    assert form.link is not None
    paper = paper_for(hub, form.merchant, form.receipt, form.view.payment) if form.receipt else None
    return reader_pages_of(request).page(
        "merchant/receipt_by_link.html",
        merchant=form.merchant,
        mode=form.view.payment.mode,
        status=422 if form_error else 200,
        form=form,
        paper=paper,
        paper_of=lambda receipt: paper_for(hub, form.merchant, receipt, form.view.payment),
        form_error=form_error,
        typed=typed,
        words=words,
        country=hub.countries[form.merchant.company.country],
        token=form_token(hub, PURPOSE, form.link),
        payment_url=f"/m/payments/{form.view.payment.id}",
    )


@post("/{token:str}", status_code=200)
async def record(request: Request, token: FromPath[str]) -> Page:
    """Record the cash receipt once; afterwards the same one again."""
    hub = hub_of(request)
    form = await receipt_form_by_token(hub, token)
    given = await read_form(request)
    if form.link is None or not is_form_token(hub, PURPOSE, form.link, given.values.get(FORM_FIELD)):
        raise FormRefused("El formulario venció. Abra el enlace de nuevo y repita el paso.")
    payment = form.view.payment
    state = state_of(Subject.PAYMENT, payment.id, payment.mode)
    try:
        await record_by_token(
            *(as_drawn(hub, state, given.get("drawn")), token),
            movement=given.get("movement"),
            notes=given.get("notes"),
            bank_account=given.get("bank_account"),
        )
    except Invalid as invalid:
        now = await receipt_form_by_token(hub, token)
        return _page(request, now, form_error=why_not(invalid), typed=given)
    return redirect(f"/r/{token}")


HANDLERS: list[ControllerRouterHandler] = [show, record]
