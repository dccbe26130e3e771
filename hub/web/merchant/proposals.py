"""Por aprobar: what one person proposed and a second one lets happen, or refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.decision import Decision, DecisionKind, Signed, is_same_person
from hub.domain.identity import Invalid
from hub.domain.lengths import stated_reason
from hub.domain.text import Text
from hub.flows.corrections.approve_decision import approve_decision
from hub.flows.ground.ports import Tx
from hub.flows.ground.proposals import withdraw
from hub.flows.payments.decide import NotAllowed
from hub.flows.views.view_waiting import list_waiting
from hub.web.responses import Page, redirect

from .context import NOT_YOURS, Context, FormRefused, MerchantContext, unknown_is_404
from .decisions import VIA
from .form import NOTHING, CheckedForm, SubmittedForm, why_not
from .rights import Right

WORDS: Final[Mapping[DecisionKind, str]] = {
    DecisionKind.RESOLVE: "Cerrar una excepción",
    DecisionKind.RECORD: "Anotar el resultado de un pago",
    DecisionKind.RELEASE: "Liberar las facturas de un pago",
    DecisionKind.REFUND: "Devolver dinero",
    DecisionKind.CAPTURE: "Cobrar lo reservado",
    DecisionKind.CONCLUDE: "Decir si una devolución se hizo",
    DecisionKind.DISBURSE: "Entregar saldo a favor",
    DecisionKind.CONVERT: "Cobro en otra moneda",
    DecisionKind.VOID_BILL: "Anular una factura",
    DecisionKind.WRITE_OFF: "Castigar lo que no se va a cobrar",
    DecisionKind.CREDIT_NOTE: "Anotar una nota crédito",
    DecisionKind.CORRECT: "Corregir lo anotado",
    DecisionKind.CHARGE: "Anotar un cargo del proveedor",
}
"""What is proposed, for people; what a complete list closes waits on the page of its import."""

BOOKED: Final = frozenset(
    {
        *(DecisionKind.RESOLVE, DecisionKind.CONVERT, DecisionKind.VOID_BILL),
        *(DecisionKind.CREDIT_NOTE, DecisionKind.CORRECT, DecisionKind.CHARGE),
    }
)
"""What whoever keeps the books may propose, and so approve; all else is the owner's."""


def right_for(kind: DecisionKind) -> Right:
    """What approving a decision asks of a person: what proposing it does."""
    return Right.BOOK if kind in BOOKED else Right.OWN


@get("/proposals", right=Right.SEE)
async def show_proposals(context: Context) -> Page:
    """What waits for a second person."""
    return await _page(context)


async def _page(context: MerchantContext, *, form_error: Text | str = "", typed: SubmittedForm = NOTHING) -> Page:
    waiting = await list_waiting(context.hub, context.merchant)
    me = context.session.email
    return context.page(
        "proposals.html",
        status=422 if form_error else 200,
        waiting=waiting,
        mine={view.decision.id for view in waiting if is_same_person(view.decision.by, me)},
        mayed={view.decision.id for view in waiting if context.can(right_for(view.decision.kind))},
        names=WORDS,
        form_error=form_error,
        typed=typed,
    )


async def _own(context: MerchantContext, decision: str) -> Decision:
    with unknown_is_404():
        waiting = await list_waiting(context.hub, context.merchant)
        found = next((view.decision for view in waiting if view.decision.id == decision), None)
        if found is None:
            raise LookupError(decision)
    if not context.can(right_for(found.kind)):
        raise FormRefused(NOT_YOURS)
    return found


@post("/proposals/{decision:str}/approve", status_code=200, right=Right.BOOK, fresh=True)
async def approve(context: Context, form: CheckedForm, decision: FromPath[str]) -> Page:
    """The second person's word, with a reason of his own."""
    found = await _own(context, decision)
    try:
        with unknown_is_404():
            signed = Signed(by=context.session.email, why=form.get("why"), via=VIA)
            await approve_decision(context.hub, found.id, signed=signed)
    except (NotAllowed, Invalid) as refusal:
        return await _page(context, form_error=why_not(refusal), typed=form)
    return redirect("/m/proposals")


@post("/proposals/{decision:str}/refuse", status_code=200, right=Right.BOOK)
async def refuse(context: Context, form: CheckedForm, decision: FromPath[str]) -> Page:
    """It does not happen: a second person says no, or the first one takes it back."""
    found = await _own(context, decision)
    try:
        why = stated_reason(form.get("why"), Text("decision.why_missing"))
    except Invalid as invalid:
        return await _page(context, form_error=why_not(invalid), typed=form)

    def write(tx: Tx) -> None:
        if any(item.id == found.id for item in tx.decisions.waiting()):
            withdraw(tx, found, by=context.session.email, why=why)

    await context.hub.store.write(write)
    return redirect("/m/proposals")


HANDLERS: list[ControllerRouterHandler] = [show_proposals, approve, refuse]
