"""The page of a payment: what is known of it, and the one thing that the payer can do next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs
import segno
from litestar import get

from hub.domain.identity import show_document
from hub.domain.papers import letterhead_for
from hub.domain.payment import Flag
from hub.flows.check_payment import look_now
from hub.flows.ports import Hub
from hub.flows.view_payment import PaymentView, Shown, view_payment_by_token
from hub.web.pages import Page, Request, hub_of, pages_of
from hub.web.pay_step import GO_ON, masked
from hub.web.portal.words import REASONS
from hub_hookspecs import Kind, Money, PostForm, Redirect, ShowQr

FRESH: Final = timedelta(seconds=90)
"""How long after its start a payment's page leads on by itself; afterwards Back must not bounce."""

REFRESH: Final[Mapping[Shown, int]] = {
    Shown.PREPARING: 2,
    Shown.APPROVE: 4,
    Shown.QR: 4,
    Shown.HOSTED_PAGE: 8,
    Shown.POST_FORM: 15,
    Shown.REFERENCE: 30,
    Shown.WAITING_RESULT: 8,
    Shown.UNKNOWN: 10,
}
"""Seconds after which the page of a live payment looks again."""

SLOW_AFTER: Final = timedelta(minutes=10)
SLOW_SECONDS: Final = 30


@attrs.frozen(kw_only=True)
class Headline:
    """The status in one or two words, and how it is meant."""

    word: str
    tone: str


def headline(view: PaymentView) -> Headline:
    """The big status of a payment's page."""
    match view.shown:
        case Shown.PAID:
            return Headline(word="Aprobada", tone="good")
        case Shown.RETURNED:
            return Headline(word="Devuelta", tone="warn")
        case Shown.NOT_COMPLETED:
            return Headline(word=CLOSED.get(view.payment.reason, "No realizada"), tone="bad")
        case Shown.NOT_CONFIRMED:
            return Headline(word="Sin confirmar", tone="warn")
        case Shown.UNKNOWN:
            return Headline(word="Por confirmar", tone="wait")
    return Headline(word="Pendiente", tone="wait")


CLOSED: Final[Mapping[str, str]] = {
    Kind.DECLINED: "Rechazada",
    Kind.CANCELLED: "Cancelada",
    Kind.EXPIRED: "Vencida",
    Kind.NEVER_SENT: "No realizada",
}


@get("/p/{token:str}", include_in_schema=False)
async def show_payment(request: Request) -> Page:
    """The payment as it stands; opening it makes a look at the provider due."""
    hub, token = hub_of(request), request.path_params["token"]
    view = await view_payment_by_token(hub, token)
    now = hub.clock()
    await look_now(hub, view.payment)
    payment, action = view.payment, view.payment.action
    country = hub.countries[view.merchant.company.country]
    going_on = GO_ON in request.query_params and now < payment.created_at + FRESH
    return pages_of(request).page(
        "portal/payment.html",
        merchant=view.merchant,
        mode=payment.mode,
        form_to=[action.url, "https:"] if view.shown is Shown.POST_FORM and isinstance(action, PostForm) else [],
        view=view,
        payment=payment,
        shown=view.shown.value,
        headline=headline(view),
        letterhead=letterhead_for(view.merchant, country, payment.mode),
        payer_document=show_document(country, payment.payer.document, with_type=True) if payment.payer.document else "",
        refresh=refresh_of(request, view, now, going_on=going_on),
        fresh=now < payment.created_at + FRESH and view.tries == 1,
        qr=segno.make(action.payload, error="m").svg_data_uri(border=4, dark="#000", light="#fff", omitsize=True)
        if isinstance(action, ShowQr) and view.shown is Shown.QR
        else "",
        minutes_left=minutes_left(payment.expires_at, now),
        said=REASONS[view.last_try.kind] if view.last_try else None,
        why=REASONS[view.reason.kind] if view.reason and payment.reason == Kind.DECLINED else None,
        asked=typed_by_payer(hub, view),
        differs=bool(payment.flags & {Flag.AMOUNT_MISMATCH, Flag.CURRENCY_MISMATCH}),
        returned=returned(view),
        left=left_of(view),
    )


def refresh_of(request: Request, view: PaymentView, now: datetime, *, going_on: bool) -> str:
    """What ``<meta http-equiv=refresh>`` says: right after the start on to the provider, else look again."""
    action = view.payment.action
    if going_on and view.shown is Shown.HOSTED_PAGE and isinstance(action, Redirect) and view.tries == 1:
        return f"0;url={action.url}"
    seconds = REFRESH.get(view.shown)
    if seconds is None:
        return ""
    if now > view.payment.created_at + SLOW_AFTER:
        seconds = max(seconds, SLOW_SECONDS)
    query = f"?{GO_ON}=1" if going_on and view.shown is Shown.PREPARING else ""
    return f"{seconds};url=/p/{request.path_params['token']}{query}"


def typed_by_payer(hub: Hub, view: PaymentView) -> list[tuple[str, str]]:
    """What the payer typed, by its label, masked."""
    provider = hub.providers.get(view.payment.provider)
    way = provider.info.way(view.payment.way) if provider else None
    fields = view.payment.payer.fields
    return (
        [(field.label, masked(field, fields[field.name])) for field in way.payer_fields if field.name in fields]
        if way
        else []
    )


def minutes_left(until: datetime | None, now: datetime) -> int:
    """Whole minutes that remain, at least one while any time remains."""
    seconds = (until - now).total_seconds() if until else 0
    return max(1, round(seconds / 60)) if seconds > 0 else 0


def returned(view: PaymentView) -> Money | None:
    """What the provider gave back."""
    back = [item.observation for item in view.seen if item.observation.kind in (Kind.RETURNED, Kind.CHARGED_BACK)]
    amounts = [claim.amount or view.payment.amount for claim in back]
    own = [amount.minor for amount in amounts if amount.currency == view.amount.currency]
    return Money(min(sum(own), view.amount.minor), view.amount.currency) if own else None


def left_of(view: PaymentView) -> Money:
    """What is still owed on the invoices of the payment."""
    return Money(sum(line.left.minor for line in view.lines), view.payment.amount.currency)
