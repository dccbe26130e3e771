"""Customers: their statements to see, send and hand over."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final
from urllib.parse import urlencode, urlsplit

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from hub.domain.customer_edit import LABELS, CustomerField, identity_from
from hub.domain.identity import Invalid
from hub.domain.merchant import Customer, locale_for
from hub.domain.phones import international
from hub.domain.text import Text
from hub.flows.mails.view_deliveries import list_customer_mails
from hub.flows.merchants.choose_language import choose_language
from hub.flows.statements.end_reminders import record_wish
from hub.flows.statements.join_shopper import join_shopper
from hub.flows.statements.send_statement import NoMail, copy_link, revoke_link, send_statement
from hub.flows.statements.view_reminders import view_reminding
from hub.flows.views.list_customers import CustomerOrder, list_customers
from hub.flows.views.print_statement import preview_statement_pdf
from hub.flows.views.view_certificates import view_customer_withheld
from hub.flows.views.view_customers import view_customer
from hub.texts.engine import message as _
from hub.web.reader import reader_for
from hub.web.responses import Page, pdf_answer, redirect

from . import words
from .context import Context, MerchantContext, unknown_is_404
from .form import CheckedForm, FieldErrors, by_field
from .rights import Right

SAID: Final = {
    "created": _("El cliente quedó guardado."),
    "edited": _("Los cambios se guardaron."),
}
"""What the page says when a form was taken."""
DEAD: Final = _("Los enlaces que ya se habían enviado dejan de abrir. El próximo estado de cuenta lleva uno nuevo.")
UNUSUAL: Final = _("La identificación no tiene la forma usual. Revísela.")


ORDERS: Final = (
    (CustomerOrder.NAME.value, _("Nombre")),
    (CustomerOrder.DEBT.value, _("Lo que deben")),
    (CustomerOrder.OVERDUE.value, _("Días de mora")),
)
"""By what the list is sorted."""


@get("/customers", right=Right.SEE)
async def show_customers(
    context: Context,
    q: FromQuery[str] = "",
    order: FromQuery[str] = "",
    currency: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Page:
    """Customers, with what they owe; page by page."""
    by = CustomerOrder(order) if order in set(CustomerOrder) else CustomerOrder.NAME
    currencies = context.country.currencies
    chosen = currency if currency in currencies else currencies[0]
    found = await list_customers(
        context.hub, context.merchant, q.strip()[:100], order=by, currency=chosen, after=after[:40]
    )
    kept = {"q": q, "order": by.value, "currency": chosen}
    return context.page(
        "customers.html",
        rows=found.rows,
        q=q,
        order=by.value,
        orders=ORDERS,
        currency=chosen,
        currencies=[(code, code) for code in currencies],
        after=after,
        first=urlencode(kept),
        next=urlencode({**kept, "after": found.after}) if found.after else "",
    )


@get("/customers/{customer:str}", right=Right.SEE)
async def show_customer(
    context: Context,
    customer: FromPath[str],
    said: FromQuery[str] = "",
    dead: FromQuery[str] = "",
    unusual: FromQuery[str] = "",
) -> Page:
    """One customer; what became of a form that led here is said once more where the page is drawn again."""
    notices = [SAID[said]] if said in SAID else []
    if dead:
        notices.append(DEAD)
    if unusual:
        notices.append(UNUSUAL)
    return await _customer_page(context, customer, notices=notices)


async def _customer_page(
    context: MerchantContext,
    customer: str,
    *,
    sent_to: str = "",
    form_error: Text | str = "",
    field_errors: FieldErrors | None = None,
    note: str = "",
    revoked: bool = False,
    notices: Sequence[str] = (),
    status: int = 200,
) -> Page:
    with unknown_is_404():
        view = await view_customer(context.hub, context.merchant, customer)
        reminders = await view_reminding(context.hub, context.merchant, view.customer)
    return context.page(
        "customer.html",
        view=view,
        reminders=reminders,
        withheld=await view_customer_withheld(context.hub, context.merchant, customer),
        mails=await list_customer_mails(context.hub, context.merchant, customer),
        whatsapp=_whatsapp(context, view.customer, view.url),
        notices=notices,
        edit_labels=LABELS,
        edit_words=partial(edit_words, context),
        sent_to=sent_to,
        form_error=form_error,
        field_errors=field_errors or {},
        note=note,
        revoked=revoked,
        status=status,
    )


def _whatsapp(context: MerchantContext, customer: Customer, url: str) -> list[tuple[str, str]]:
    """WhatsApp with a message begun in the customer's language: each of the customer's numbers, and where to; without
    one that can be called from anywhere, whom the reader picks there."""
    reader = reader_for(context.merchant, locale_for(context.merchant, customer))
    text = reader.words(
        Text("customer.greeting", customer=customer.name, company=context.merchant.company.name, url=url)
    )
    query = urlencode({"text": text})
    numbers = {phone: international(phone, context.country.phone_prefix) for phone in customer.phones}
    found = {number: (phone, f"https://wa.me/{number}?{query}") for phone, number in numbers.items() if number}
    return list(found.values()) or [("", f"https://wa.me/?{query}")]


def edit_words(context: MerchantContext, field: CustomerField, text: str) -> str:
    """What was written in a field, for the merchant's people."""
    match field:
        case CustomerField.DOCUMENT if text:
            document = identity_from(context.country, text)
            return words.document(context.country, document) if document else ""
        case CustomerField.REMINDERS if text:
            return text.partition("T")[0]
        case CustomerField.LANGUAGE:
            return {"es": "español", "en": "English"}.get(text, text)
        case _:
            return text.replace("\n", ", ")


@get("/customers/{customer:str}/pdf", right=Right.SEE)
async def download_statement(context: Context, customer: FromPath[str]) -> Response[bytes]:
    """The statement as a PDF, without the links to pay."""
    with unknown_is_404():
        return pdf_answer(await preview_statement_pdf(context.hub, context.merchant, customer))


@post("/customers/{customer:str}/language", status_code=200, right=Right.SEND)
async def choose(context: Context, form: CheckedForm, customer: FromPath[str]) -> Page:
    """In which language the customer is written to."""
    with unknown_is_404():
        await choose_language(context.hub, context.merchant, customer, form.get("language"))
    return redirect(f"/m/customers/{customer}")


@post("/customers/{customer:str}/reminders", status_code=200, right=Right.SEND)
async def choose_reminders(context: Context, form: CheckedForm, customer: FromPath[str]) -> Page:
    """What the customer said about mails that go out by themselves."""
    with unknown_is_404():
        await record_wish(context.hub, context.merchant, customer, wanted=form.get("reminders") == "yes")
    return redirect(f"/m/customers/{customer}")


@post("/customers/{customer:str}/send", status_code=200, right=Right.SEND)
async def send(context: Context, form: CheckedForm, customer: FromPath[str]) -> Page:
    """Enviar estado de cuenta."""
    with unknown_is_404():
        try:
            sent = await send_statement(
                context.hub, context.merchant, customer, note=form.get("note"), by=context.session.email
            )
        except NoMail:
            form_error = "Este cliente no tiene correo. Agréguelo en «Corregir estos datos», o copie el enlace."
            return await _customer_page(context, customer, form_error=form_error, status=422)
        except Invalid as invalid:
            field_errors = by_field(invalid.problems)
            return await _customer_page(context, customer, field_errors=field_errors, note=form.get("note"), status=422)
    return await _customer_page(context, customer, sent_to=sent.recipient)


@post("/customers/{customer:str}/link", status_code=200, right=Right.SEND)
async def hand_over(context: Context, form: CheckedForm, customer: FromPath[str]) -> Page:
    """Copiar enlace, or go and see the statement as the customer does."""
    with unknown_is_404():
        url = await copy_link(context.hub, context.merchant, customer)
    return redirect(urlsplit(url).path if form.has("view") else f"/m/customers/{customer}#enlace")


@post("/customers/{customer:str}/revoke", status_code=200, right=Right.TEND)
async def revoke(context: Context, form: CheckedForm, customer: FromPath[str]) -> Page:
    """Every link that was mailed or copied is dead from now on."""
    with unknown_is_404():
        await revoke_link(context.hub, context.merchant, customer)
    return await _customer_page(context, customer, revoked=True)


@post("/customers/{customer:str}/join", status_code=200, right=Right.SEND)
async def join(context: Context, form: CheckedForm, customer: FromPath[str]) -> Page:
    """Say which customer this shopper of the store is, or that it is none."""
    with unknown_is_404():
        try:
            await join_shopper(
                *(context.hub, context.merchant, customer, form.get("customer")), by=context.session.email
            )
        except Invalid as invalid:
            return await _customer_page(context, customer, field_errors=by_field(invalid.problems), status=422)
    return redirect(f"/m/customers/{customer}")


HANDLERS: list[ControllerRouterHandler] = [
    show_customers,
    show_customer,
    download_statement,
    choose,
    choose_reminders,
    send,
    hand_over,
    revoke,
    join,
]
