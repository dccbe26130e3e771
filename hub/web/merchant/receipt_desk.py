"""What is done with a cash receipt that is there: mailed, its notes written, left though its money went back."""

from __future__ import annotations

from litestar import post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.identity import Invalid
from hub.domain.text import Text
from hub.flows.mails.mail_cash_receipt import mail_cash_receipt
from hub.flows.receipts.write_on_receipt import leave_receipt, write_notes
from hub.flows.statements.send_statement import NoMail
from hub.web.responses import Page

from .context import Context, unknown_is_404
from .form import CheckedForm
from .receipts import receipt_page
from .rights import Right


@post("/receipts/{receipt:str}/mail", status_code=200, right=Right.BOOK)
async def mail(context: Context, form: CheckedForm, receipt: FromPath[str]) -> Page:
    """Send it to the addresses that were chosen."""
    chosen = list(form.beginning("to-").values())
    if form.has("choose") and not chosen:
        return await receipt_page(context, receipt, form_error=Text("receipt.no_address_chosen"))
    with unknown_is_404():
        try:
            sent = await mail_cash_receipt(context.hub, context.merchant, receipt, chosen)
        except NoMail:
            return await receipt_page(context, receipt, form_error="Este cliente no tiene correo.")
    recipients = ", ".join(item.recipient for item in sent)
    return await receipt_page(context, receipt, notice=Text("receipt.on_its_way", recipient=recipients))


@post("/receipts/{receipt:str}/notes", status_code=200, right=Right.BOOK)
async def note(context: Context, form: CheckedForm, receipt: FromPath[str]) -> Page:
    """Write other notes on it, before it left the house."""
    with unknown_is_404():
        try:
            await write_notes(context.hub, context.merchant, receipt, form.get("notes"), by=context.session.email)
        except Invalid as invalid:
            return await receipt_page(context, receipt, typed=form, problems=invalid.problems)
    return await receipt_page(context, receipt, notice=Text("receipt.notes_kept"))


@post("/receipts/{receipt:str}/leave", status_code=200, right=Right.BOOK)
async def leave(context: Context, form: CheckedForm, receipt: FromPath[str]) -> Page:
    """Say why it stands though its money went back."""
    with unknown_is_404():
        try:
            await leave_receipt(context.hub, context.merchant, receipt, form.get("reason"), by=context.session.email)
        except Invalid as invalid:
            return await receipt_page(context, receipt, typed=form, problems=invalid.problems)
    return await receipt_page(context, receipt, notice=Text("receipt.stands"))


HANDLERS: list[ControllerRouterHandler] = [mail, note, leave]
