"""Cash receipts (recibos de caja): the list, the printable page, and the form of a payment."""

from __future__ import annotations

from datetime import date

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from hub.domain.cells import Unreadable
from hub.domain.identity import FieldError, Invalid
from hub.domain.receipt import CashReceipt, Certificate, Deduction
from hub.domain.text import Text
from hub.domain.typed_day import read_typed_day
from hub.flows.corrections.receipt_form import receipt_form
from hub.flows.corrections.record_receipt import record_for_payment
from hub.flows.corrections.record_withholding import record_withholding
from hub.flows.ground.as_drawn import FormChanged
from hub.flows.ground.read_drawn import Subject
from hub.flows.receipts.skip_numbers import list_gaps
from hub.flows.receipts.void_receipt import void_receipt
from hub.flows.views.print_cash_receipt import cash_receipt_pdf
from hub.flows.views.view_receipt_desk import view_receipt_desk
from hub.flows.views.view_receipts import page_receipts, view_receipt
from hub.web.responses import Page, pdf_answer, redirect
from hub_hookspecs import Country

from . import by_hand
from .by_hand import typed_amount
from .context import Context, MerchantContext, unknown_is_404
from .form import NOTHING, CheckedForm, SubmittedForm, by_field, why_not
from .paging import paging
from .paper import paper_for
from .rights import Right


@get("/receipts", right=Right.SEE)
async def show_receipts(context: Context, q: FromQuery[str] = "", after: FromQuery[str] = "") -> Page:
    """Cash receipts, newest number first, a page at a time."""
    q = q.strip()[:100]
    found = await page_receipts(context.hub, context.merchant, q, after=after[:80])
    gaps = await list_gaps(context.hub, context.merchant)
    return context.page("receipts.html", rows=found.rows, gaps=gaps, q=q, paging=paging({"q": q}, after, found.after))


@get("/receipts/{receipt:str}", right=Right.SEE)
async def show_receipt(context: Context, receipt: FromPath[str]) -> Page:
    """One cash receipt, ready to be printed."""
    return await receipt_page(context, receipt)


async def receipt_page(
    context: MerchantContext,
    receipt: str,
    *,
    notice: Text | str = "",
    form_error: Text | str = "",
    typed: SubmittedForm = NOTHING,
    problems: tuple[FieldError, ...] = (),
) -> Page:
    drawn = await context.drawn_from(Subject.RECEIPT, receipt)
    with unknown_is_404():
        view = await view_receipt(context.hub, context.merchant, receipt)
        desk = await view_receipt_desk(context.hub, context.merchant, receipt)
    paper = paper_for(context.hub, context.merchant, view.receipt, view.payment)
    return context.page(
        "receipt.html",
        status=422 if form_error or problems else 200,
        view=view,
        desk=desk,
        paper=paper,
        mode=view.receipt.mode,
        notice=notice,
        form_error=form_error,
        invoices=[(line.payable_id, line.number) for line in view.receipt.lines],
        taxes=context.country.withheld_taxes,
        typed=typed,
        drawn=drawn,
        field_errors=by_field(problems),
    )


@get("/receipts/{receipt:str}/pdf", right=Right.SEE)
async def download_receipt(context: Context, receipt: FromPath[str]) -> Response[bytes]:
    """One cash receipt as a PDF."""
    with unknown_is_404():
        return pdf_answer(await cash_receipt_pdf(context.hub, context.merchant, receipt))


@post("/receipts/{receipt:str}/void", status_code=200, right=Right.BOOK, fresh=True, drawn=Subject.RECEIPT)
async def void(context: Context, form: CheckedForm, receipt: FromPath[str]) -> Page:
    """Anular: the number stays in the series, and what a person booked is taken back."""
    with unknown_is_404():
        try:
            await void_receipt(
                *(context.hub, context.merchant, receipt),
                reason=form.get("reason"),
                by=context.session.email,
                is_told=form.has("tell"),
            )
        except Invalid as invalid:
            return await receipt_page(context, receipt, form_error=why_not(invalid), typed=form)
    return redirect(f"/m/receipts/{receipt}")


@post("/receipts/{receipt:str}/withheld", status_code=200, right=Right.BOOK, drawn=Subject.RECEIPT)
async def withhold(context: Context, form: CheckedForm, receipt: FromPath[str]) -> Page:
    """Registrar una retención: what the customer kept back, with the certificate that came later."""
    with unknown_is_404():
        view = await view_receipt(context.hub, context.merchant, receipt)
        try:
            certificate, kept = _understood(view.receipt, context.country, form)
            (payable,) = await record_withholding(
                *(context.hub, context.merchant, certificate, [kept]), by=context.session.email, receipt_id=receipt
            )
        except FormChanged as changed:
            return await receipt_page(context, receipt, typed=form, form_error=why_not(changed))
        except Invalid as invalid:
            return await receipt_page(context, receipt, typed=form, problems=invalid.problems)
    notice = Text("withholding.recorded", number=payable.number, balance=payable.balance)
    return await receipt_page(context, receipt, notice=notice)


def _understood(receipt: CashReceipt, country: Country, form: SubmittedForm) -> tuple[Certificate, Deduction]:
    """The form as it was typed.

    Raises:
        Invalid: Every fault that can be seen without the books.
    """
    problems: list[FieldError] = []
    if form.get("invoice") not in {line.payable_id for line in receipt.lines}:
        problems.append(FieldError("invoice", Text("withholding.choose_bill")))
    if form.get("tax") not in dict(country.withheld_taxes):
        problems.append(FieldError("tax", Text("withholding.choose_tax")))
    amount = typed_amount(form.get("amount"), receipt.cash.currency, "amount", problems, country)
    day = _day(form.get("certified_on"), problems)
    if amount is None or day is None or problems:
        raise Invalid(tuple(problems))
    kept = Deduction(payable_id=form.get("invoice"), tax=form.get("tax"), amount=amount.minor)
    return Certificate(number=form.get("certificate"), issued_on=day), kept


def _day(text: str, problems: list[FieldError]) -> date | None:
    try:
        return read_typed_day(text)
    except Unreadable as unreadable:
        problems.append(FieldError("certified_on", unreadable.message))
        return None


@get("/payments/{payment:str}/receipt", right=Right.BOOK)
async def show_form(context: Context, payment: FromPath[str]) -> Page:
    """Agregar recibo de caja, prefilled."""
    return await _form_page(context, payment)


async def _form_page(
    context: MerchantContext, payment: str, *, form_error: Text | str = "", typed: SubmittedForm = NOTHING
) -> Page:
    with unknown_is_404():
        form = await receipt_form(context.hub, context.merchant, payment)
    if form.receipt:
        return redirect(f"/m/receipts/{form.receipt.id}")
    status = 422 if form_error else 200
    return context.page(
        "receipt_form.html",
        form=form,
        form_error=form_error,
        status=status,
        mode=form.view.payment.mode,
        typed=typed,
    )


@post("/payments/{payment:str}/receipt", status_code=200, right=Right.BOOK, drawn=Subject.PAYMENT)
async def record(context: Context, form: CheckedForm, payment: FromPath[str]) -> Page:
    """Record the cash receipt of a payment, once."""
    with unknown_is_404():
        try:
            receipt = await record_for_payment(
                context.hub,
                context.merchant,
                payment,
                by=context.session.email,
                movement=form.get("movement"),
                notes=form.get("notes"),
                bank_account=form.get("bank_account"),
            )
        except Invalid as invalid:
            return await _form_page(context, payment, form_error=why_not(invalid), typed=form)
    return redirect(f"/m/receipts/{receipt.id}")


HANDLERS: list[ControllerRouterHandler] = [
    show_receipts,
    show_receipt,
    download_receipt,
    void,
    withhold,
    show_form,
    record,
    *by_hand.HANDLERS,
]
