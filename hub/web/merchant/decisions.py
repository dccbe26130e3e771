"""Decisions on a payment's page: give the money back, give the invoices back, ask for a cancel, close an exception."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from litestar import post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.cells import Unreadable, read_typed
from hub.domain.decision import Evidence, Signed
from hub.domain.identity import Invalid
from hub.domain.text import Text
from hub.domain.typed_day import read_typed_day
from hub.flows.corrections.answer_return import ReturnedBill, answer_return
from hub.flows.corrections.decide_refund import Decided, decide_capture, decide_refund
from hub.flows.corrections.record_bounce import BounceEvidence, record_bounce
from hub.flows.corrections.resolve_review import resolve_review
from hub.flows.ground.read_drawn import Subject
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.record_return import OUTCOMES, ReturnEvidence, record_return
from hub.flows.payments.release_payment import release_payment
from hub.flows.payments.run_operation import cancel_payment
from hub.flows.payments.view_payment import in_language
from hub.flows.views.explain_payment import explain_payment
from hub.flows.views.view_history import payment_history
from hub.flows.views.view_payments import view_payment_page
from hub.flows.views.view_receipt_desk import returned_receipts
from hub.flows.views.view_record import view_record
from hub.flows.views.view_reviews import list_ways
from hub.web.responses import Page, redirect
from hub_hookspecs import Kind, Money

from .by_hand import ONE_AMOUNT
from .context import Context, MerchantContext, unknown_is_404
from .form import NOTHING, CheckedForm, SubmittedForm, why_not
from .rights import Right

VIA = "page"
ONE_KIND = "Diga si la empresa lo devolvió o si el banco del cliente lo retiró."
SURE = "Marque la casilla: el cliente debe confirmar que no aprobó nada ni escribió su tarjeta."


async def payment_page(
    context: MerchantContext,
    payment: str,
    *,
    form_error: Text | str = "",
    notice: str = "",
    typed: SubmittedForm = NOTHING,
) -> Page:
    """One payment with everything that is known of it and what may be decided; the form that was sent, as it was."""
    drawn = await context.drawn_from(Subject.PAYMENT, payment)
    with unknown_is_404():
        found = await view_payment_page(context.hub, context.merchant, payment)
    record = await view_record(context.hub, found.view.payment.id)
    return context.page(
        "payment.html",
        status=422 if form_error else 200,
        found=found,
        view=in_language(context.hub, found.view, context.pages.reader_of(context.merchant).locale),
        mode=found.view.payment.mode,
        drawn=drawn,
        typed=typed,
        record=record,
        history=await context.hub.store.read(lambda tx: payment_history(tx, context.merchant, found.view.payment)),
        returned_receipts=await returned_receipts(context.hub, found.view.cash_receipts),
        explained=explain_payment(context.hub, found, record, context.hub.clock()),
        ways=await list_ways(
            context.hub, context.merchant, payment_id=found.view.payment.id, is_owner=context.is_owner
        ),
        now=context.hub.clock(),
        form_error=form_error,
        notice=notice,
    )


async def own_payment(context: MerchantContext, payment: str) -> str:
    """The payment's id, if it is this merchant's."""
    with unknown_is_404():
        found = await view_payment_page(context.hub, context.merchant, payment)
    return found.view.payment.id


@post("/payments/{payment:str}/release", status_code=200, right=Right.OWN, drawn=Subject.PAYMENT)
async def release(context: Context, form: CheckedForm, payment: FromPath[str]) -> Page:
    """Give the invoices of a live payment back."""
    own = await own_payment(context, payment)
    if not form.has("sure"):
        return await payment_page(context, own, form_error=SURE, typed=form)
    try:
        made, _after = await release_payment(
            context.hub,
            own,
            signed=Signed(by=context.session.email, why=form.get("why"), via=VIA),
        )
    except (NotAllowed, Invalid) as refusal:
        return await payment_page(context, own, form_error=why_not(refusal), typed=form)
    if not made.is_done:
        notice = "Queda propuesto: por el monto hace falta que otra persona que administra libere las mismas facturas."
        return await payment_page(context, own, notice=notice)
    return redirect(f"/m/payments/{own}")


@post("/payments/{payment:str}/refund", status_code=200, right=Right.OWN, drawn=Subject.PAYMENT)
async def refund(context: Context, form: CheckedForm, payment: FromPath[str]) -> Page:
    """Give the money back through the provider."""
    notice = "Queda propuesto: por el monto hace falta que otra persona que administra haga la misma devolución."
    return await _move(context, form, payment, decide_refund, notice)


@post("/payments/{payment:str}/capture", status_code=200, right=Right.OWN, drawn=Subject.PAYMENT)
async def capture(context: Context, form: CheckedForm, payment: FromPath[str]) -> Page:
    """Take the money that the provider holds."""
    notice = "Queda propuesto: por el monto hace falta que otra persona que administra cobre lo mismo."
    return await _move(context, form, payment, decide_capture, notice)


async def _move(
    context: MerchantContext, form: SubmittedForm, payment: str, decide: Callable[..., Awaitable[Decided]], notice: str
) -> Page:
    """Let the provider move money as the form says, or say that it waits for another person."""
    own = await own_payment(context, payment)
    try:
        amount = await _amount(context, own, form)
        signed = Signed(by=context.session.email, why=form.get("why"), via=VIA)
        decided = await decide(context.hub, own, amount=amount, signed=signed)
    except Unreadable:
        return await payment_page(context, own, form_error=ONE_AMOUNT, typed=form)
    except (NotAllowed, Invalid) as refusal:
        return await payment_page(context, own, form_error=why_not(refusal), typed=form)
    if decided.operation is None:
        return await payment_page(context, own, notice=notice)
    return redirect(f"/m/payments/{own}")


async def _amount(context: MerchantContext, payment: str, form: SubmittedForm) -> Money | None:
    text = form.get("amount")
    if not text:
        return None
    found = await context.hub.store.read(lambda tx: tx.payments.get(payment))
    return read_typed(text, found.amount.currency, context.country.decimal_sign) if found else None


@post("/payments/{payment:str}/returned", status_code=200, right=Right.OWN, drawn=Subject.PAYMENT)
async def returned(context: Context, form: CheckedForm, payment: FromPath[str]) -> Page:
    """Record what went back in the provider's panel, or was taken back by the payer's bank."""
    own = await own_payment(context, payment)
    kind = OUTCOMES.get(form.get("kind"))
    if kind is None:
        return await payment_page(context, own, form_error=ONE_KIND, typed=form)
    try:
        amount = await _amount(context, own, form)
    except Unreadable:
        return await payment_page(context, own, form_error=ONE_AMOUNT, typed=form)
    if amount is None:
        return await payment_page(context, own, form_error=Text("outcome.amount_missing"), typed=form)
    evidence, day = Evidence(text=form.get("evidence").strip()), form.get("on")
    signed = Signed(by=context.session.email, why=form.get("why"), evidence=evidence, via=VIA)
    try:
        proof = ReturnEvidence(
            kind=kind,
            amount=amount,
            on=read_typed_day(day) if day else None,
            is_another=form.has("another"),
            case=form.get("case") if kind is Kind.CHARGED_BACK else "",
            of_no_inquiry=form.has("no_case"),
        )
        made, _after = await record_return(context.hub, own, proof, signed=signed)
    except Unreadable as unreadable:
        return await payment_page(context, own, form_error=unreadable.message, typed=form)
    except (NotAllowed, Invalid) as refusal:
        return await payment_page(context, own, form_error=why_not(refusal), typed=form)
    if not made.is_done:
        notice = "Queda propuesto: por el monto hace falta que otra persona que administra anote lo mismo."
        return await payment_page(context, own, notice=notice)
    return redirect(f"/m/payments/{own}")


@post("/payments/{payment:str}/bounced", status_code=200, right=Right.OWN, drawn=Subject.PAYMENT)
async def bounced(context: Context, form: CheckedForm, payment: FromPath[str]) -> Page:
    """Record that a refund came back."""
    own = await own_payment(context, payment)
    record, day = await view_record(context.hub, own), form.get("on")
    found = next((item for item in record.bounceable if item.name == form.get("refund")), None)
    if found is None:
        return await payment_page(context, own, form_error=Text("bounce.choose"), typed=form)
    evidence = Evidence(text=form.get("evidence").strip())
    signed = Signed(by=context.session.email, why=form.get("why"), evidence=evidence, via=VIA)
    try:
        proof = BounceEvidence(amount=found.amount, on=read_typed_day(day) if day else None, name=found.name)
        made, _after = await record_bounce(context.hub, own, proof, signed=signed)
    except Unreadable as unreadable:
        return await payment_page(context, own, form_error=unreadable.message, typed=form)
    except (NotAllowed, Invalid) as refusal:
        return await payment_page(context, own, form_error=why_not(refusal), typed=form)
    if not made.is_done:
        notice = "Queda propuesto: por el monto hace falta que otra persona que administra anote lo mismo."
        return await payment_page(context, own, notice=notice)
    return redirect(f"/m/payments/{own}")


@post("/payments/{payment:str}/cancel", status_code=200, right=Right.OWN, drawn=Subject.PAYMENT)
async def cancel(context: Context, form: CheckedForm, payment: FromPath[str]) -> Page:
    """Ask the provider to withdraw a pending payment."""
    own = await own_payment(context, payment)
    try:
        await cancel_payment(context.hub, own, by=context.session.email)
    except (NotAllowed, Invalid) as refusal:
        return await payment_page(context, own, form_error=why_not(refusal), typed=form)
    return redirect(f"/m/payments/{own}")


@post("/payments/{payment:str}/reviews/{review:str}", status_code=200, right=Right.TEND, drawn=Subject.PAYMENT)
async def resolve(context: Context, form: CheckedForm, payment: FromPath[str], review: FromPath[str]) -> Page:
    """Say what became of an exception."""
    own = await own_payment(context, payment)
    found = await context.hub.store.read(lambda tx: tx.reviews.get(review))
    with unknown_is_404():
        if found is None or found.payment_id != own:
            raise LookupError(review)
    try:
        await resolve_review(
            context.hub, found.id, signed=Signed(by=context.session.email, why=form.get("why"), via=VIA)
        )
    except (NotAllowed, Invalid) as refusal:
        return await payment_page(context, own, form_error=why_not(refusal), typed=form)
    return redirect(f"/m/payments/{own}")


@post("/payments/{payment:str}/reviews/{review:str}/answer", status_code=200, right=Right.BOOK, drawn=Subject.PAYMENT)
async def answer(context: Context, form: CheckedForm, payment: FromPath[str], review: FromPath[str]) -> Page:
    """Say whether a bill whose money was returned is still owed."""
    own = await own_payment(context, payment)
    said = form.get("answer")
    if said not in set(ReturnedBill):
        return await payment_page(context, own, form_error=Text("returned_bill.answer_missing"), typed=form)
    signed = Signed(by=context.session.email, why=form.get("why"), via=VIA)
    try:
        amount = await _amount(context, own, form)
        with unknown_is_404():
            await answer_return(
                context.hub,
                context.merchant,
                review,
                ReturnedBill(said),
                signed=signed,
                note_number=form.get("note"),
                amount=amount,
            )
    except Unreadable:
        return await payment_page(context, own, form_error=ONE_AMOUNT, typed=form)
    except (NotAllowed, Invalid) as refusal:
        return await payment_page(context, own, form_error=why_not(refusal), typed=form)
    return redirect(f"/m/payments/{own}")


HANDLERS: list[ControllerRouterHandler] = [release, capture, refund, returned, bounced, cancel, resolve, answer]
