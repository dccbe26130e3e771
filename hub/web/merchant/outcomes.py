"""What a person knows of a payment that its provider does not say: ask it now, or record with proof what it shows."""

from __future__ import annotations

from litestar import post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.cells import Unreadable, read_typed
from hub.domain.decision import Decision, Evidence, Signed
from hub.domain.identity import Invalid
from hub.domain.text import Text
from hub.flows.ground.read_drawn import Subject
from hub.flows.payments.check_payment import check_payment
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.record_outcome import OutcomeEvidence, conclude_operation, record_not_paid, record_paid
from hub.web.responses import Page, redirect

from .by_hand import ONE_AMOUNT
from .context import Context, MerchantContext
from .decisions import VIA, own_payment, payment_page
from .form import CheckedForm, SubmittedForm, why_not
from .rights import Right

PROPOSED = "Queda propuesto: por el monto hace falta que otra persona que administra anote lo mismo."
NOT_ASKED = "No se le pudo preguntar al proveedor: no está en servicio aquí, o sus datos de conexión no abren."
ONE_OUTCOME = "Elija qué muestra el panel del proveedor."


@post("/payments/{payment:str}/check", status_code=200, right=Right.TEND)
async def check(context: Context, form: CheckedForm, payment: FromPath[str]) -> Page:
    """Ask the provider now; nothing is ever charged by it."""
    own = await own_payment(context, payment)
    if await check_payment(context.hub, own) is None:
        return await payment_page(context, own, form_error=NOT_ASKED)
    return redirect(f"/m/payments/{own}")


@post("/payments/{payment:str}/recorded", status_code=200, right=Right.OWN, drawn=Subject.PAYMENT)
async def record(context: Context, form: CheckedForm, payment: FromPath[str]) -> Page:
    """Record that the provider took the money, or took nothing."""
    own = await own_payment(context, payment)
    if form.get("outcome") not in ("paid", "not_paid"):
        return await payment_page(context, own, form_error=ONE_OUTCOME, typed=form)
    try:
        made = await _recorded(context, own, form)
    except Unreadable:
        return await payment_page(context, own, form_error=ONE_AMOUNT, typed=form)
    except (NotAllowed, Invalid) as refusal:
        return await payment_page(context, own, form_error=why_not(refusal), typed=form)
    return redirect(f"/m/payments/{own}") if made.is_done else await payment_page(context, own, notice=PROPOSED)


async def _recorded(context: MerchantContext, own: str, form: SubmittedForm) -> Decision:
    if form.get("outcome") == "not_paid":
        return (await record_not_paid(context.hub, own, signed=_signed(context, form)))[0]
    found = await context.hub.store.read(lambda tx: tx.payments.get(own))
    if found is None or not form.get("amount"):
        raise NotAllowed("amount", Text("outcome.amount_missing"))
    shown = OutcomeEvidence(
        amount=read_typed(form.get("amount"), found.amount.currency, context.country.decimal_sign),
        provider_reference=form.get("provider_reference"),
        authorisation=form.get("authorisation"),
    )
    return (await record_paid(context.hub, own, shown, signed=_signed(context, form)))[0]


@post("/payments/{payment:str}/concluded", status_code=200, right=Right.OWN, drawn=Subject.PAYMENT)
async def conclude(context: Context, form: CheckedForm, payment: FromPath[str]) -> Page:
    """Say whether a refund, cancel or capture that got no clear answer was executed."""
    own = await own_payment(context, payment)
    if form.get("done") not in ("yes", "no"):
        return await payment_page(context, own, form_error=ONE_OUTCOME, typed=form)
    try:
        made, _ = await conclude_operation(
            context.hub, own, done=form.get("done") == "yes", signed=_signed(context, form)
        )
    except (NotAllowed, Invalid) as refusal:
        return await payment_page(context, own, form_error=why_not(refusal), typed=form)
    return redirect(f"/m/payments/{own}") if made.is_done else await payment_page(context, own, notice=PROPOSED)


def _signed(context: MerchantContext, form: SubmittedForm) -> Signed:
    evidence = Evidence(text=form.get("evidence").strip())
    return Signed(by=context.session.email, why=form.get("why"), evidence=evidence, via=VIA)


HANDLERS: list[ControllerRouterHandler] = [check, record, conclude]
