"""The delivery log: each mail with what became of it, as its reader sees it, and sent again."""

from __future__ import annotations

from litestar import get, post
from litestar.enums import MediaType
from litestar.params import FromPath, FromQuery
from litestar.response import Response
from litestar.types import ControllerRouterHandler

from hub.domain.message import DeliveryState
from hub.domain.text import Text
from hub.flows.mails.deliver import private_kinds
from hub.flows.mails.preview_mail import MailPreview, preview_mail, preview_statement
from hub.flows.mails.resend_mail import NotAgain, resend_mail
from hub.flows.mails.try_mail import try_mail
from hub.flows.mails.view_deliveries import list_deliveries, view_delivery
from hub.flows.statements.send_statement import NoMail
from hub.web.responses import HEADERS, Page, policy, redirect

from . import words
from .context import Context, MerchantContext, unknown_is_404
from .form import CheckedForm
from .paging import paging
from .rights import Right

FRAMING = {"Content-Security-Policy": f"{policy()}; frame-src 'self'"}
"""A page that shows a mail in a frame."""

FRAMED = {
    **HEADERS,
    "X-Frame-Options": "SAMEORIGIN",
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'self'"
    ),
}
"""The mail in the frame: its own inlined styles and pictures, and nothing else at all."""

REFRESH_SECONDS = 4

EMPTY_MAIL = "<!doctype html><html lang='es'><title>Correo</title><p>No hay nada que mostrar.</p></html>"


@get("/mails", right=Right.SEE)
async def show_mails(
    context: Context, status: FromQuery[str] = "", kind: FromQuery[str] = "", after: FromQuery[str] = ""
) -> Page:
    """Mails, newest first, a page at a time."""
    return await _log(context, state=status, kind=kind, after=after[:40])


async def _log(
    context: MerchantContext, *, state: str = "", kind: str = "", after: str = "", form_error: Text | str = ""
) -> Page:
    state = state if state in set(DeliveryState) else ""
    names, private = words.mail_names(context.hub), private_kinds(context.hub)
    kind = kind if kind in names else ""
    rows, following = await list_deliveries(context.hub, context.merchant, state=state, kind=kind, after=after)
    return context.page(
        "mails.html",
        status=422 if form_error else 200,
        rows=rows,
        paging=paging({"status": state, "kind": kind}, after, following),
        state=state,
        kind=kind,
        states=[("", "Todos"), *((item.value, words.DELIVERY_STATES[item][0]) for item in DeliveryState)],
        kinds=[("", "Todos"), *((item, name) for item, name in names.items() if item not in private)],
        private=private,
        form_error=form_error,
    )


@get("/mails/{delivery:str}", right=Right.SEE)
async def show_mail(context: Context, delivery: FromPath[str]) -> Page:
    """One mail, as its reader sees it."""
    with unknown_is_404():
        preview = await preview_mail(context.hub, context.merchant, delivery)
    return context.page(
        "mail.html", headers=FRAMING, preview=preview, body=f"/m/mails/{delivery}/body", back="/m/mails"
    )


@get("/mails/{delivery:str}/body", right=Right.SEE)
async def show_body(context: Context, delivery: FromPath[str]) -> Response[str]:
    """The HTML of one mail, to be shown in a frame."""
    with unknown_is_404():
        return framed(await preview_mail(context.hub, context.merchant, delivery))


@post("/mails/{delivery:str}/again", status_code=200, right=Right.TEND)
async def send_again(context: Context, form: CheckedForm, delivery: FromPath[str]) -> Page:
    """Send it once more."""
    with unknown_is_404():
        try:
            await resend_mail(context.hub, context.merchant, delivery)
        except NotAgain as error:
            return await _log(context, form_error=error.message)
    return redirect("/m/mails")


@post("/mails/test", status_code=200, right=Right.TEND)
async def try_it(context: Context, form: CheckedForm) -> Page:
    """Send a mail to whoever is signed in."""
    mail_id = await try_mail(context.hub, context.merchant, context.session.email)
    return redirect(f"/m/mails/{mail_id}/test")


@get("/mails/{delivery:str}/test", right=Right.SEE)
async def show_tried(context: Context, delivery: FromPath[str]) -> Page:
    """What became of such a mail; the page looks again while it is on its way."""
    with unknown_is_404():
        found = await view_delivery(context.hub, context.merchant, delivery)
    waits = found.state is DeliveryState.DUE
    return context.page("mail_test.html", delivery=found, waits=waits, refresh=REFRESH_SECONDS if waits else 0)


@get("/customers/{customer:str}/mail", right=Right.SEE)
async def show_statement_mail(context: Context, customer: FromPath[str]) -> Page:
    """The statement mail that this customer would get now."""
    return context.page(
        "mail.html",
        headers=FRAMING,
        preview=await _statement(context, customer),
        body=f"/m/customers/{customer}/mail/body",
        back=f"/m/customers/{customer}",
    )


@get("/customers/{customer:str}/mail/body", right=Right.SEE)
async def show_statement_body(context: Context, customer: FromPath[str]) -> Response[str]:
    """The HTML of that mail."""
    return framed(await _statement(context, customer))


async def _statement(context: MerchantContext, customer: str) -> MailPreview:
    with unknown_is_404():
        try:
            return await preview_statement(context.hub, context.merchant, customer)
        except NoMail as error:
            raise LookupError(customer) from error


def framed(preview: MailPreview) -> Response[str]:
    """A mail's HTML for a frame."""
    return Response(preview.html or EMPTY_MAIL, media_type=MediaType.HTML, headers=FRAMED)


HANDLERS: list[ControllerRouterHandler] = [
    show_mails,
    show_mail,
    show_body,
    send_again,
    show_statement_mail,
    try_it,
    show_tried,
    show_statement_body,
]
