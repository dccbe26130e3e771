"""Disputes on a payment's page: what the bank says, and how it ended."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from litestar import post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.cells import Unreadable, read_typed
from hub.domain.decision import Evidence, Signed
from hub.domain.dispute import DisputeOutcome, DisputeStage, last_moment
from hub.domain.identity import Invalid
from hub.domain.typed_day import read_typed_day
from hub.flows.corrections.end_dispute import end_dispute
from hub.flows.corrections.record_dispute import record_dispute
from hub.flows.ground.read_drawn import Subject
from hub.flows.payments.decide import NotAllowed
from hub.web.responses import Page, redirect
from hub_hookspecs import Money

from .by_hand import ONE_AMOUNT
from .context import Context, MerchantContext
from .decisions import VIA, own_payment, payment_page
from .form import CheckedForm, why_not
from .rights import Right

ONE_DAY = "Escriba la fecha límite como día/mes/año, por ejemplo 09/12/2026."
ONE_STAGE = "Diga en qué etapa está la disputa."
PROPOSED = "Queda propuesto: por el monto hace falta que otra persona que administra diga lo mismo."


@post("/payments/{payment:str}/dispute", status_code=200, right=Right.OWN, drawn=Subject.PAYMENT)
async def record(context: Context, form: CheckedForm, payment: FromPath[str]) -> Page:
    """Record what the bank says."""
    own = await own_payment(context, payment)
    try:
        await record_dispute(
            context.hub,
            own,
            case=form.get("case"),
            stage=_stage(form.get("stage")),
            amount=await _amount(context, own, form.get("amount")),
            reason=form.get("reason"),
            respond_by=_last_day(context, form.get("respond_by")),
            signed=Signed(by=context.session.email, why=form.get("reason"), via=VIA),
        )
    except _Unread as error:
        return await payment_page(context, own, form_error=error.args[0], typed=form)
    except (NotAllowed, Invalid) as refusal:
        return await payment_page(context, own, form_error=why_not(refusal), typed=form)
    return redirect(f"/m/payments/{own}")


@post("/payments/{payment:str}/dispute-end", status_code=200, right=Right.OWN, drawn=Subject.PAYMENT)
async def end(context: Context, form: CheckedForm, payment: FromPath[str]) -> Page:
    """Say how a dispute ended."""
    own, outcome = await own_payment(context, payment), form.get("outcome")
    if outcome not in tuple(DisputeOutcome):
        return await payment_page(context, own, form_error="Diga cómo terminó la disputa.", typed=form)
    signed = Signed(
        by=context.session.email, why=form.get("why"), evidence=Evidence(text=form.get("evidence")), via=VIA
    )
    try:
        won = await _amount(context, own, form.get("won"))
        made, _after = await end_dispute(
            *(context.hub, own, form.get("case"), DisputeOutcome(outcome)),
            won=won if outcome == DisputeOutcome.PARTLY_WON else None,
            signed=signed,
        )
    except _Unread as error:
        return await payment_page(context, own, form_error=error.args[0])
    except (NotAllowed, Invalid) as refusal:
        return await payment_page(context, own, form_error=why_not(refusal), typed=form)
    return redirect(f"/m/payments/{own}") if made.is_done else await payment_page(context, own, notice=PROPOSED)


class _Unread(Exception):
    """A field says nothing that can be read; what to write instead."""


def _stage(text: str) -> DisputeStage:
    if text not in tuple(DisputeStage):
        raise _Unread(ONE_STAGE)
    return DisputeStage(text)


async def _amount(context: MerchantContext, payment: str, text: str) -> Money | None:
    found = await context.hub.store.read(lambda tx: tx.payments.get(payment)) if text else None
    try:
        return read_typed(text, found.amount.currency, context.country.decimal_sign) if found else None
    except Unreadable as error:
        raise _Unread(ONE_AMOUNT) from error


def _last_day(context: MerchantContext, text: str) -> datetime | None:
    try:
        return last_moment(read_typed_day(text), ZoneInfo(context.merchant.company.zone)) if text else None
    except Unreadable as error:
        raise _Unread(ONE_DAY) from error


HANDLERS: list[ControllerRouterHandler] = [record, end]
