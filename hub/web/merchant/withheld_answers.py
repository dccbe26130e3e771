"""Accept or refuse, on a payment's page, what its payer declared to withhold above the cap."""

from __future__ import annotations

from litestar import post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.decision import Signed
from hub.domain.identity import Invalid
from hub.domain.text import Text
from hub.flows.books.withheld_waits import WithheldAnswer
from hub.flows.corrections.answer_withholding import answer_withholding
from hub.flows.ground.read_drawn import Subject
from hub.flows.payments.decide import NotAllowed
from hub.web.responses import Page, redirect

from .context import Context, unknown_is_404
from .decisions import VIA, own_payment, payment_page
from .form import CheckedForm, why_not
from .rights import Right


@post("/payments/{payment:str}/withheld/{review:str}", status_code=200, right=Right.BOOK, drawn=Subject.PAYMENT)
async def answer_withheld(context: Context, form: CheckedForm, payment: FromPath[str], review: FromPath[str]) -> Page:
    """Take it as settled, or let it be owed and tell the payer; above the limit a second person says the same."""
    own, said = await own_payment(context, payment), form.get("withheld")
    if said not in set(WithheldAnswer):
        return await payment_page(context, own, form_error=Text("withheld.answer_missing"), typed=form)
    signed = Signed(by=context.session.email, why=form.get("why"), via=VIA)
    try:
        with unknown_is_404():
            made = await answer_withholding(context.hub, context.merchant, review, WithheldAnswer(said), signed=signed)
    except (NotAllowed, Invalid) as refusal:
        return await payment_page(context, own, form_error=why_not(refusal), typed=form)
    if not made.is_done:
        return await payment_page(context, own, notice=PROPOSED)
    return redirect(f"/m/payments/{own}")


PROPOSED = "Queda propuesto: por el monto hace falta que otra persona responda lo mismo."

HANDLERS: list[ControllerRouterHandler] = [answer_withheld]
