"""Cash receipts (recibos de caja): the list, the printable page, and the form of a payment."""

from __future__ import annotations

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from hub.flows.mail_cash_receipt import mail_cash_receipt
from hub.flows.print_paper import cash_receipt_pdf
from hub.flows.record_receipt import receipt_form, record_for_payment
from hub.flows.save_company import Invalid
from hub.flows.send_statement import NoMail
from hub.flows.view_desk import list_receipts, view_receipt
from hub.flows.void_receipt import void_receipt
from hub.web.pages import Page, pdf_answer, redirect

from . import by_hand
from .desk import AtDesk, Brought, Desk, unknown_is_404
from .paper import paper_for
from .rights import Right


@get("/receipts", right=Right.SEE)
async def show_receipts(desk: AtDesk, q: FromQuery[str] = "") -> Page:
    """Cash receipts, newest number first."""
    q = q.strip()[:100]
    return desk.page("receipts.html", rows=await list_receipts(desk.hub, desk.merchant, q), q=q)


@get("/receipts/{receipt:str}", right=Right.SEE)
async def show_receipt(desk: AtDesk, receipt: FromPath[str]) -> Page:
    """One cash receipt, ready to be printed."""
    return await _receipt_page(desk, receipt)


async def _receipt_page(desk: Desk, receipt: str, *, said: str = "", fault: str = "") -> Page:
    with unknown_is_404():
        view = await view_receipt(desk.hub, desk.merchant, receipt)
    paper = paper_for(desk.hub, desk.merchant, view.receipt, view.payment)
    return desk.page(
        "receipt.html",
        status=422 if fault else 200,
        view=view,
        paper=paper,
        mode=view.receipt.mode,
        said=said,
        fault=fault,
    )


@get("/receipts/{receipt:str}/pdf", right=Right.SEE)
async def download_receipt(desk: AtDesk, receipt: FromPath[str]) -> Response[bytes]:
    """One cash receipt as a PDF."""
    with unknown_is_404():
        return pdf_answer(await cash_receipt_pdf(desk.hub, desk.merchant, receipt))


@post("/receipts/{receipt:str}/void", status_code=200, right=Right.BOOK)
async def void(desk: AtDesk, form: Brought, receipt: FromPath[str]) -> Page:
    """Anular: the number stays in the series, and what a person booked is taken back."""
    with unknown_is_404():
        try:
            await void_receipt(desk.hub, desk.merchant, receipt, reason=form.get("reason"), by=desk.session.email)
        except Invalid as invalid:
            return await _receipt_page(desk, receipt, fault=invalid.problems[0].message)
    return redirect(f"/m/receipts/{receipt}")


@post("/receipts/{receipt:str}/mail", status_code=200, right=Right.BOOK)
async def mail(desk: AtDesk, form: Brought, receipt: FromPath[str]) -> Page:
    """Send it to the customer."""
    with unknown_is_404():
        try:
            sent = await mail_cash_receipt(desk.hub, desk.merchant, receipt)
        except NoMail:
            return await _receipt_page(desk, receipt, fault="Este cliente no tiene correo.")
    return await _receipt_page(desk, receipt, said=f"El recibo de caja va en camino a {sent.recipient}.")


@get("/payments/{payment:str}/receipt", right=Right.BOOK)
async def show_form(desk: AtDesk, payment: FromPath[str]) -> Page:
    """Agregar recibo de caja, prefilled."""
    return await _form_page(desk, payment)


async def _form_page(desk: Desk, payment: str, *, fault: str = "") -> Page:
    with unknown_is_404():
        form = await receipt_form(desk.hub, desk.merchant, payment)
    if form.receipt:
        return redirect(f"/m/receipts/{form.receipt.id}")
    status = 422 if fault else 200
    return desk.page("receipt_form.html", form=form, fault=fault, status=status, mode=form.view.payment.mode)


@post("/payments/{payment:str}/receipt", status_code=200, right=Right.BOOK)
async def record(desk: AtDesk, form: Brought, payment: FromPath[str]) -> Page:
    """Record the cash receipt of a payment, once."""
    with unknown_is_404():
        try:
            receipt = await record_for_payment(
                desk.hub,
                desk.merchant,
                payment,
                by=desk.session.email,
                movement=form.get("movement"),
                notes=form.get("notes"),
                bank_account=form.get("bank_account"),
            )
        except Invalid as invalid:
            return await _form_page(desk, payment, fault=invalid.problems[0].message)
    return redirect(f"/m/receipts/{receipt.id}")


HANDLERS: list[ControllerRouterHandler] = [
    show_receipts,
    show_receipt,
    download_receipt,
    void,
    mail,
    show_form,
    record,
    *by_hand.HANDLERS,
]
