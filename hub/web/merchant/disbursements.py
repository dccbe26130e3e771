"""Entregar saldo a favor: a customer's credit paid out by hand, its numbered document, and how that is voided."""

from __future__ import annotations

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.decision import Signed
from hub.domain.disbursement import PaidOut
from hub.domain.identity import FieldError, Invalid
from hub.domain.receipt import means_by_hand
from hub.domain.text import Text
from hub.flows.corrections.disburse_credit import disburse_credit, void_disbursement
from hub.flows.ground.read_drawn import Subject
from hub.flows.payments.decide import NotAllowed
from hub.flows.views.print_disbursement import disbursement_paper, disbursement_pdf, view_disbursement
from hub.flows.views.view_customers import view_customer
from hub.web.responses import Page, pdf_answer, redirect
from hub_hookspecs import EXPONENTS

from .by_hand import FRESH_ID, typed_amount, typed_day
from .context import Context, MerchantContext, unknown_is_404
from .form import NOTHING, CheckedForm, FieldErrors, SubmittedForm, by_field, why_not
from .rights import Right

VIA = "page"


@get("/customers/{customer:str}/disbursement", right=Right.OWN)
async def show_form(context: Context, customer: FromPath[str]) -> Page:
    """Ask what was paid out, how and why."""
    return await _form(context, customer, NOTHING)


async def _form(
    context: MerchantContext,
    customer: str,
    typed: SubmittedForm,
    *,
    field_errors: FieldErrors | None = None,
    form_error: Text | str = "",
    notice: Text | str = "",
) -> Page:
    drawn = await context.drawn_from(Subject.CUSTOMER, customer)
    with unknown_is_404():
        view = await view_customer(context.hub, context.merchant, customer)
    return context.page(
        "disburse.html",
        status=422 if field_errors or form_error else 200,
        view=view,
        drawn=drawn,
        means=means_by_hand(context.country),
        today=context.today,
        typed=typed,
        field_errors=field_errors or {},
        form_error=form_error,
        notice=notice,
        disbursement_id=typed.get("disbursement_id") or context.hub.fresh_id(),
    )


@post("/customers/{customer:str}/disbursement", status_code=200, right=Right.OWN, fresh=True, drawn=Subject.CUSTOMER)
async def disburse(context: Context, form: CheckedForm, customer: FromPath[str]) -> Page:
    """Book it once; above the limit a second person does the same."""
    try:
        paid = _understood(context, form)
        with unknown_is_404():
            made = await disburse_credit(
                *(context.hub, context.merchant, customer, paid),
                signed=Signed(by=context.session.email, why=form.get("why"), via=VIA),
                disbursement_id=form.get("disbursement_id"),
            )
    except Invalid as invalid:
        return await _form(context, customer, form, field_errors=by_field(invalid.problems))
    except NotAllowed as refusal:
        return await _form(context, customer, form, form_error=refusal.message)
    if made.disbursement is None:
        return await _form(context, customer, NOTHING, notice=Text("disbursement.proposed"))
    return redirect(f"/m/disbursements/{made.disbursement.id}")


def _understood(context: MerchantContext, form: SubmittedForm) -> PaidOut:
    """The form as it was typed.

    Raises:
        Invalid: Every fault that can be seen without the books.
    """
    problems: list[FieldError] = []
    currency = form.get("currency")
    if currency not in EXPONENTS:
        raise Invalid((FieldError("amount", Text("form.old")),))
    if not FRESH_ID.fullmatch(form.get("disbursement_id")):
        problems.append(FieldError("amount", Text("form.old")))
    if form.get("means") not in means_by_hand(context.country):
        problems.append(FieldError("means", Text("means.choose")))
    if not form.get("why"):
        problems.append(FieldError("why", Text("decision.why_missing")))
    amount = typed_amount(form.get("amount"), currency, "amount", problems, context.country)
    day = typed_day(form.get("paid_on"), "paid_on", context.today, problems)
    if amount is None or problems:
        raise Invalid(tuple(problems))
    return PaidOut(amount=amount, means=form.get("means"), paid_on=day, reference=form.get("reference"))


@get("/disbursements/{disbursement:str}", right=Right.SEE)
async def show_disbursement(context: Context, disbursement: FromPath[str]) -> Page:
    """One disbursement, ready to be printed."""
    return await _page(context, disbursement)


async def _page(
    context: MerchantContext, disbursement: str, *, form_error: Text | str = "", typed: SubmittedForm = NOTHING
) -> Page:
    drawn = await context.drawn_from(Subject.DISBURSEMENT, disbursement)
    with unknown_is_404():
        view = await view_disbursement(context.hub, context.merchant, disbursement)
    return context.page(
        "disbursement.html",
        status=422 if form_error else 200,
        view=view,
        paper=disbursement_paper(context.hub, context.merchant, view.disbursement),
        mode=view.disbursement.mode,
        form_error=form_error,
        typed=typed,
        drawn=drawn,
    )


@get("/disbursements/{disbursement:str}/pdf", right=Right.SEE)
async def download_disbursement(context: Context, disbursement: FromPath[str]) -> Response[bytes]:
    """One disbursement as a PDF."""
    with unknown_is_404():
        return pdf_answer(await disbursement_pdf(context.hub, context.merchant, disbursement))


@post(
    "/disbursements/{disbursement:str}/void", status_code=200, right=Right.OWN, fresh=True, drawn=Subject.DISBURSEMENT
)
async def void(context: Context, form: CheckedForm, disbursement: FromPath[str]) -> Page:
    """Anular: the number stays in the series, and the customer has the credit again."""
    with unknown_is_404():
        try:
            await void_disbursement(
                context.hub, context.merchant, disbursement, reason=form.get("reason"), by=context.session.email
            )
        except Invalid as invalid:
            return await _page(context, disbursement, form_error=why_not(invalid), typed=form)
    return redirect(f"/m/disbursements/{disbursement}")


HANDLERS: list[ControllerRouterHandler] = [show_form, disburse, show_disbursement, download_disbursement, void]
