"""Decisions on a payment's page: give the money back, give the invoices back, ask for a cancel, close an exception."""

from __future__ import annotations

import re

from litestar import post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.cells import Unreadable, read_amount
from hub.domain.decision import Signed
from hub.domain.text import Text
from hub.flows.corrections.decide_refund import decide_refund
from hub.flows.corrections.resolve_review import resolve_review
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.release_payment import release_payment
from hub.flows.payments.run_operation import cancel_payment
from hub.flows.payments.view_payment import in_language
from hub.flows.views.view_payments import view_payment_page
from hub.flows.views.view_record import view_record
from hub.web.responses import Page, redirect
from hub_hookspecs import Money

from .by_hand import ONE_AMOUNT
from .context import Context, MerchantContext, unknown_is_404
from .form import CheckedForm, SubmittedForm
from .rights import Right

VIA = "page"
SURE = "Marque la casilla: el cliente debe confirmar que no aprobó nada ni escribió su tarjeta."


async def payment_page(
    context: MerchantContext, payment: str, *, form_error: Text | str = "", notice: str = ""
) -> Page:
    """One payment with everything that is known of it and what may be decided."""
    with unknown_is_404():
        found = await view_payment_page(context.hub, context.merchant, payment)
    record = await view_record(context.hub, found.view.payment.id)
    return context.page(
        "payment.html",
        status=422 if form_error else 200,
        found=found,
        view=in_language(context.hub, found.view, context.pages.reader_of(context.merchant).locale),
        mode=found.view.payment.mode,
        record=record,
        now=context.hub.clock(),
        form_error=form_error,
        notice=notice,
    )


async def _own(context: MerchantContext, payment: str) -> str:
    """The payment's id, if it is this merchant's."""
    with unknown_is_404():
        found = await view_payment_page(context.hub, context.merchant, payment)
    return found.view.payment.id


@post("/payments/{payment:str}/release", status_code=200, right=Right.OWN)
async def release(context: Context, form: CheckedForm, payment: FromPath[str]) -> Page:
    """Give the invoices of a live payment back."""
    own = await _own(context, payment)
    if not form.has("sure"):
        return await payment_page(context, own, form_error=SURE)
    try:
        made, _after = await release_payment(
            context.hub, own, signed=Signed(by=context.session.email, why=form.get("why"), via=VIA)
        )
    except NotAllowed as refusal:
        return await payment_page(context, own, form_error=refusal.message)
    if not made.is_done:
        notice = "Queda propuesto: por el monto hace falta que otra persona que administra libere las mismas facturas."
        return await payment_page(context, own, notice=notice)
    return redirect(f"/m/payments/{own}")


@post("/payments/{payment:str}/refund", status_code=200, right=Right.OWN)
async def refund(context: Context, form: CheckedForm, payment: FromPath[str]) -> Page:
    """Give the money back through the provider."""
    own = await _own(context, payment)
    try:
        amount = await _amount(context, own, form)
        by, why, shown = context.session.email, form.get("why"), form.get("left")
        left = int(shown) if re.fullmatch(r"[0-9]{1,16}", shown, re.ASCII) else None
        decided = await decide_refund(
            context.hub, own, amount=amount, left=left, signed=Signed(by=by, why=why, via=VIA)
        )
    except Unreadable:
        return await payment_page(context, own, form_error=ONE_AMOUNT)
    except NotAllowed as refusal:
        return await payment_page(context, own, form_error=refusal.message)
    if decided.operation is None:
        notice = "Queda propuesto: por el monto hace falta que otra persona que administra haga la misma devolución."
        return await payment_page(context, own, notice=notice)
    return redirect(f"/m/payments/{own}")


async def _amount(context: MerchantContext, payment: str, form: SubmittedForm) -> Money | None:
    text = form.get("amount")
    if not text:
        return None
    found = await context.hub.store.read(lambda tx: tx.payments.get(payment))
    return read_amount(text, found.amount.currency) if found else None


@post("/payments/{payment:str}/cancel", status_code=200, right=Right.OWN)
async def cancel(context: Context, form: CheckedForm, payment: FromPath[str]) -> Page:
    """Ask the provider to withdraw a pending payment."""
    own = await _own(context, payment)
    try:
        await cancel_payment(context.hub, own, by=context.session.email)
    except NotAllowed as refusal:
        return await payment_page(context, own, form_error=refusal.message)
    return redirect(f"/m/payments/{own}")


@post("/payments/{payment:str}/reviews/{review:str}", status_code=200, right=Right.TEND)
async def resolve(context: Context, form: CheckedForm, payment: FromPath[str], review: FromPath[str]) -> Page:
    """Say what became of an exception."""
    own = await _own(context, payment)
    found = await context.hub.store.read(lambda tx: tx.reviews.get(review))
    with unknown_is_404():
        if found is None or found.payment_id != own:
            raise LookupError(review)
    try:
        await resolve_review(
            context.hub, found.id, signed=Signed(by=context.session.email, why=form.get("why"), via=VIA)
        )
    except NotAllowed as refusal:
        return await payment_page(context, own, form_error=refusal.message)
    return redirect(f"/m/payments/{own}")


HANDLERS: list[ControllerRouterHandler] = [release, refund, cancel, resolve]
