"""Entregar saldo a favor: a customer's credit paid out by hand, its numbered document, and how that is voided."""

from __future__ import annotations

import re

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.decision import Signed
from hub.domain.disbursement import PaidOut
from hub.domain.identity import FieldError, Invalid
from hub.domain.receipt import means_by_hand
from hub.domain.text import Text
from hub.flows.corrections.disburse_credit import disburse_credit, void_disbursement
from hub.flows.payments.decide import NotAllowed
from hub.flows.views.print_disbursement import disbursement_paper, disbursement_pdf, view_disbursement
from hub.flows.views.view_customers import CustomerView, view_customer
from hub.web.responses import Page, pdf_answer, redirect

from .by_hand import FRESH_ID, typed_amount, typed_day
from .context import Context, MerchantContext, unknown_is_404
from .form import CheckedForm, FieldErrors, SubmittedForm, by_field
from .rights import Right

VIA = "page"
NOTHING = SubmittedForm({})


@get("/customers/{customer:str}/disbursement", right=Right.OWN)
async def show_form(context: Context, customer: FromPath[str]) -> Page:
    """Ask what was paid out, how and why."""
    with unknown_is_404():
        view = await view_customer(context.hub, context.merchant, customer)
    return _form(context, view, NOTHING)


def _form(
    context: MerchantContext,
    view: CustomerView,
    typed: SubmittedForm,
    *,
    field_errors: FieldErrors | None = None,
    form_error: Text | str = "",
    notice: Text | str = "",
) -> Page:
    return context.page(
        "disburse.html",
        status=422 if field_errors or form_error else 200,
        view=view,
        means=means_by_hand(context.country),
        today=context.today,
        typed=typed,
        field_errors=field_errors or {},
        form_error=form_error,
        notice=notice,
        disbursement_id=typed.get("disbursement_id") or context.hub.fresh_id(),
    )


@post("/customers/{customer:str}/disbursement", status_code=200, right=Right.OWN)
async def disburse(context: Context, form: CheckedForm, customer: FromPath[str]) -> Page:
    """Book it once; above the limit a second person does the same."""
    with unknown_is_404():
        view = await view_customer(context.hub, context.merchant, customer)
    try:
        paid, free = _understood(context, form)
        with unknown_is_404():
            made = await disburse_credit(
                *(context.hub, context.merchant, customer, paid),
                signed=Signed(by=context.session.email, why=form.get("why"), via=VIA),
                disbursement_id=form.get("disbursement_id"),
                free=free,
            )
    except Invalid as invalid:
        return _form(context, view, form, field_errors=by_field(invalid.problems))
    except NotAllowed as refusal:
        return _form(context, view, form, form_error=refusal.message)
    if made.disbursement is None:
        view = await view_customer(context.hub, context.merchant, customer)
        return _form(context, view, NOTHING, notice=Text("disbursement.proposed"))
    return redirect(f"/m/disbursements/{made.disbursement.id}")


def _understood(context: MerchantContext, form: SubmittedForm) -> tuple[PaidOut, int | None]:
    """The form as it was typed, and what it showed to be free.

    Raises:
        Invalid: Every fault that can be seen without the books.
    """
    problems: list[FieldError] = []
    currency, _, shown = form.get("credit").partition(":")
    if not re.fullmatch(r"[A-Z]{3}:[0-9]{1,16}", form.get("credit"), re.ASCII):
        raise Invalid((FieldError("amount", Text("form.old")),))
    if not FRESH_ID.fullmatch(form.get("disbursement_id")):
        problems.append(FieldError("amount", Text("form.old")))
    if form.get("means") not in means_by_hand(context.country):
        problems.append(FieldError("means", Text("means.choose")))
    if not form.get("why"):
        problems.append(FieldError("why", Text("decision.who_and_why")))
    amount = typed_amount(form.get("amount"), currency, "amount", problems)
    day = typed_day(form.get("paid_on"), "paid_on", context.today, problems)
    if amount is None or problems:
        raise Invalid(tuple(problems))
    paid = PaidOut(amount=amount, means=form.get("means"), paid_on=day, reference=form.get("reference"))
    return paid, int(shown)


@get("/disbursements/{disbursement:str}", right=Right.SEE)
async def show_disbursement(context: Context, disbursement: FromPath[str]) -> Page:
    """One disbursement, ready to be printed."""
    return await _page(context, disbursement)


async def _page(context: MerchantContext, disbursement: str, *, form_error: Text | str = "") -> Page:
    with unknown_is_404():
        view = await view_disbursement(context.hub, context.merchant, disbursement)
    return context.page(
        "disbursement.html",
        status=422 if form_error else 200,
        view=view,
        paper=disbursement_paper(context.hub, context.merchant, view.disbursement),
        mode=view.disbursement.mode,
        form_error=form_error,
    )


@get("/disbursements/{disbursement:str}/pdf", right=Right.SEE)
async def download_disbursement(context: Context, disbursement: FromPath[str]) -> Response[bytes]:
    """One disbursement as a PDF."""
    with unknown_is_404():
        return pdf_answer(await disbursement_pdf(context.hub, context.merchant, disbursement))


@post("/disbursements/{disbursement:str}/void", status_code=200, right=Right.OWN)
async def void(context: Context, form: CheckedForm, disbursement: FromPath[str]) -> Page:
    """Anular: the number stays in the series, and the customer has the credit again."""
    with unknown_is_404():
        try:
            await void_disbursement(
                context.hub, context.merchant, disbursement, reason=form.get("reason"), by=context.session.email
            )
        except Invalid as invalid:
            return await _page(context, disbursement, form_error=invalid.problems[0].message)
    return redirect(f"/m/disbursements/{disbursement}")


HANDLERS: list[ControllerRouterHandler] = [show_form, disburse, show_disbursement, download_disbursement, void]
