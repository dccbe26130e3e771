"""A customer written down by hand, and corrected; who is there already is offered instead of a second record."""

from __future__ import annotations

from urllib.parse import urlencode

import attrs
from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.identity import Invalid
from hub.domain.merchant import Customer
from hub.flows.merchants.read_customer import CustomerForm, form_of
from hub.flows.merchants.save_customer import AlreadyThere, CustomerSaved, create_customer, edit_customer
from hub.flows.views.view_customers import customer_to_edit
from hub.texts.engine import message as _
from hub.web.responses import Page, redirect

from .context import Context, MerchantContext, unknown_is_404
from .form import CheckedForm, FieldErrors, SubmittedForm, by_field
from .rights import Right

TEXTS = (
    "name",
    "identity_type",
    "identity_number",
    "check_digit",
    "emails",
    "phones",
    "contact",
    "address",
    "language",
)
LABELS = {
    "name": _("Nombre o razón social"),
    "identity_type": _("Tipo de identificación"),
    "identity_number": _("Número de identificación"),
    "check_digit": _("Dígito de verificación"),
    "same": _("Identificación"),
    "emails": _("Correos"),
    "phones": _("Teléfonos"),
    "contact": _("Persona de contacto"),
    "address": _("Dirección"),
    "language": _("Idioma de sus correos"),
}


@get("/customers/new", right=Right.SEND)
async def show_new(context: Context) -> Page:
    """An empty form; what it makes has an id already, so that it is made once."""
    return _page(context, CustomerForm(), customer_id=context.hub.fresh_id())


@post("/customers/new", status_code=200, right=Right.SEND)
async def create(context: Context, form: CheckedForm) -> Page:
    """Write a customer down."""
    typed, customer_id = _typed(form), (form.get("customer_id") or context.hub.fresh_id())[:40]
    try:
        with unknown_is_404():
            saved = await create_customer(
                context.hub, context.merchant, typed, customer_id=customer_id, by=context.session.email
            )
    except AlreadyThere as known:
        return _page(context, typed, customer_id=customer_id, known=known)
    except Invalid as invalid:
        return _page(context, typed, customer_id=customer_id, field_errors=by_field(invalid.problems))
    return _saved(saved, "created")


@get("/customers/{customer:str}/edit", right=Right.SEND)
async def show_edit(context: Context, customer: FromPath[str]) -> Page:
    """A customer as it is, to be corrected."""
    with unknown_is_404():
        there = await customer_to_edit(context.hub, context.merchant, customer)
    return _page(context, form_of(there), customer=there)


@post("/customers/{customer:str}/edit", status_code=200, right=Right.SEND)
async def edit(context: Context, form: CheckedForm, customer: FromPath[str]) -> Page:
    """Correct a customer."""
    typed = _typed(form)
    with unknown_is_404():
        there = await customer_to_edit(context.hub, context.merchant, customer)
        try:
            saved = await edit_customer(context.hub, context.merchant, customer, typed, by=context.session.email)
        except AlreadyThere as known:
            return _page(context, typed, customer=there, known=known)
        except Invalid as invalid:
            return _page(context, typed, customer=there, field_errors=by_field(invalid.problems))
    return _saved(saved, "edited")


def _typed(form: SubmittedForm) -> CustomerForm:
    return CustomerForm(
        **{name: form.get(name) for name in TEXTS},
        reminders=not form.has("no_reminders"),
        same=form.has("same"),
        apart=form.has("apart"),
        from_files=form.has("from_files"),
    )


def _saved(saved: CustomerSaved, said: str) -> Page:
    """The customer's page, which says what became of it."""
    told = {"said": said, **({"dead": saved.revoked} if saved.revoked else {})}
    if saved.warnings:
        told["unusual"] = 1
    return redirect(f"/m/customers/{saved.customer.id}?{urlencode(told)}")


def _page(
    context: MerchantContext,
    typed: CustomerForm,
    *,
    customer: Customer | None = None,
    customer_id: str = "",
    field_errors: FieldErrors | None = None,
    known: AlreadyThere | None = None,
) -> Page:
    if not typed.identity_type:
        typed = attrs.evolve(typed, identity_type=context.country.identity_types[0].code)
    return context.page(
        "customer_form.html",
        status=422 if field_errors or known else 200,
        customer=customer,
        customer_id=customer_id,
        asked=typed,
        known=known,
        labels=LABELS,
        field_errors=field_errors or {},
    )


HANDLERS: list[ControllerRouterHandler] = [show_new, create, show_edit, edit]
