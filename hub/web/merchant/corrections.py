"""Corregir: an entry of an invoice, a payment or a customer that was wrong; and the history of a customer."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from hub.domain.identity import FieldError, Invalid
from hub.domain.text import Text
from hub.flows.books.erase_note import erase_note
from hub.flows.corrections.decide_correction import decide_correction
from hub.flows.ground.read_drawn import Subject
from hub.flows.payments.decide import NotAllowed
from hub.flows.views.view_customers import view_customer
from hub.flows.views.view_history import Whose, customer_history, refuse_anothers, view_entry
from hub.web.responses import Page, redirect
from hub_hookspecs import Money

from .by_hand import typed_amount
from .context import Context, MerchantContext, unknown_is_404
from .decisions import VIA
from .form import NOTHING, CheckedForm, FieldErrors, SubmittedForm, by_field
from .rights import Right

SUBJECTS = {
    Whose.INVOICE: Subject.INVOICE,
    Whose.PAYMENT: Subject.PAYMENT,
    Whose.CUSTOMER: Subject.CUSTOMER,
}
BACK = {Whose.INVOICE: "", Whose.PAYMENT: "", Whose.CUSTOMER: "/history"}


@get("/customers/{customer:str}/history", right=Right.SEE)
async def show_history(context: Context, customer: FromPath[str]) -> Page:
    """All that moved what a customer owes, with who booked it and why."""
    with unknown_is_404():
        view = await view_customer(context.hub, context.merchant, customer)
        history = await customer_history(context.hub, context.merchant, customer)
    return context.page("customer_history.html", customer=view.customer, history=history)


@get("/invoices/{invoice:str}/correct", right=Right.BOOK)
async def show_of_invoice(context: Context, invoice: FromPath[str], key: FromQuery[str] = "") -> Page:
    """Ask why an entry of an invoice is wrong."""
    return await _asked(context, Whose.INVOICE, invoice, key)


@get("/payments/{payment:str}/correct", right=Right.BOOK)
async def show_of_payment(context: Context, payment: FromPath[str], key: FromQuery[str] = "") -> Page:
    """Ask why an entry of a payment is wrong."""
    return await _asked(context, Whose.PAYMENT, payment, key)


@get("/customers/{customer:str}/correct", right=Right.BOOK)
async def show_of_customer(context: Context, customer: FromPath[str], key: FromQuery[str] = "") -> Page:
    """Ask why an entry of a customer is wrong."""
    return await _asked(context, Whose.CUSTOMER, customer, key)


@post("/invoices/{invoice:str}/correct", status_code=200, right=Right.BOOK, drawn=Subject.INVOICE)
async def correct_of_invoice(context: Context, form: CheckedForm, invoice: FromPath[str]) -> Page:
    """Correct it; above the limit a second person does the same."""
    return await _correct(context, form, Whose.INVOICE, invoice)


@post("/payments/{payment:str}/correct", status_code=200, right=Right.BOOK, drawn=Subject.PAYMENT)
async def correct_of_payment(context: Context, form: CheckedForm, payment: FromPath[str]) -> Page:
    """Correct it; above the limit a second person does the same."""
    return await _correct(context, form, Whose.PAYMENT, payment)


@post("/customers/{customer:str}/correct", status_code=200, right=Right.BOOK, drawn=Subject.CUSTOMER)
async def correct_of_customer(context: Context, form: CheckedForm, customer: FromPath[str]) -> Page:
    """Correct it; above the limit a second person does the same."""
    return await _correct(context, form, Whose.CUSTOMER, customer)


@post("/invoices/{invoice:str}/erase-note", status_code=200, right=Right.OWN, fresh=True)
async def erase_of_invoice(context: Context, form: CheckedForm, invoice: FromPath[str]) -> Page:
    """Erase what a person wrote beside an entry."""
    return await _erase(context, form, Whose.INVOICE, invoice)


@post("/payments/{payment:str}/erase-note", status_code=200, right=Right.OWN, fresh=True)
async def erase_of_payment(context: Context, form: CheckedForm, payment: FromPath[str]) -> Page:
    """Erase what a person wrote beside an entry."""
    return await _erase(context, form, Whose.PAYMENT, payment)


@post("/customers/{customer:str}/erase-note", status_code=200, right=Right.OWN, fresh=True)
async def erase_of_customer(context: Context, form: CheckedForm, customer: FromPath[str]) -> Page:
    """Erase what a person wrote beside an entry."""
    return await _erase(context, form, Whose.CUSTOMER, customer)


async def _erase(context: MerchantContext, form: SubmittedForm, whose: Whose, its_id: str) -> Page:
    """For good; the entry and its seal stay, and who erased it and why."""
    key, merchant = form.get("key"), context.merchant
    try:
        with unknown_is_404():
            await view_entry(context.hub, merchant, whose, its_id, key)
            who, why = context.session.email, form.get("reason")
            await erase_note(context.hub, merchant, merchant.mode, key, by=who, reason=why)
    except Invalid as invalid:
        return await _form(context, whose, its_id, key, typed=form, erase_error=invalid.problems[0].message)
    return redirect(f"/m/{whose}s/{its_id}{BACK[whose]}")


async def _asked(context: MerchantContext, whose: Whose, its_id: str, key: str) -> Page:
    """The form of an entry; without one the history from which it is chosen."""
    if key:
        return await _form(context, whose, its_id, key)
    with unknown_is_404():
        await refuse_anothers(context.hub, context.merchant, whose, its_id)
    return redirect(f"/m/{whose}s/{its_id}{BACK[whose]}")


async def _form(
    context: MerchantContext,
    whose: Whose,
    its_id: str,
    key: str,
    *,
    typed: SubmittedForm = NOTHING,
    field_errors: FieldErrors | None = None,
    erase_error: Text | str = "",
    notice: Text | str = "",
) -> Page:
    drawn = await context.drawn_from(SUBJECTS[whose], its_id)
    with unknown_is_404():
        booked = await view_entry(context.hub, context.merchant, whose, its_id, key)
    page = f"/m/{whose}s/{its_id}"
    return context.page(
        "correct.html",
        status=422 if field_errors or erase_error else 200,
        booked=booked,
        page=page,
        action=f"{page}/correct",
        erase_error=erase_error,
        back=f"{page}{BACK[whose]}",
        drawn=drawn,
        typed=typed,
        field_errors=field_errors or {},
        notice=notice,
    )


async def _correct(context: MerchantContext, form: SubmittedForm, whose: Whose, its_id: str) -> Page:
    key = form.get("key")
    with unknown_is_404():
        booked = await view_entry(context.hub, context.merchant, whose, its_id, key)
    try:
        made = await decide_correction(
            *(context.hub, context.merchant, key),
            amount=_typed(context, form, booked.came) if booked.came is not None else None,
            by=context.session.email,
            reason=form.get("reason"),
            via=VIA,
        )
    except NotAllowed as refusal:
        refused = by_field((FieldError("reason", refusal.message),))
        return await _form(context, whose, its_id, key, typed=form, field_errors=refused)
    except Invalid as invalid:
        return await _form(context, whose, its_id, key, typed=form, field_errors=by_field(invalid.problems))
    if made.fix is None:
        return await _form(context, whose, its_id, key, notice=Text("correction.proposed"))
    return redirect(f"/m/{whose}s/{its_id}{BACK[whose]}")


def _typed(context: MerchantContext, form: SubmittedForm, came: Money) -> Money:
    """What truly came in; nothing at all is an amount too.

    Raises:
        Invalid: It is no amount.
    """
    if form.get("amount").strip("0., ") == "" and form.get("amount"):
        return Money(0, came.currency)
    problems: list[FieldError] = []
    amount = typed_amount(form.get("amount"), came.currency, "amount", problems, context.country)
    if amount is None or problems:
        raise Invalid(tuple(problems) or (FieldError("amount", Text("amount.not_positive")),))
    return amount


HANDLERS: list[ControllerRouterHandler] = [
    show_history,
    show_of_invoice,
    show_of_payment,
    show_of_customer,
    correct_of_invoice,
    correct_of_payment,
    correct_of_customer,
    erase_of_invoice,
    erase_of_payment,
    erase_of_customer,
]
