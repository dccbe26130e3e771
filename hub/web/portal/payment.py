"""The page of a payment: what is known of it, and the one thing that the payer can do next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs
from litestar import Response, get, post
from litestar.exceptions import NotFoundException

from hub.domain.identity import show_document
from hub.domain.letterhead import letterhead_for
from hub.domain.payment import Flag
from hub.flows.ground.ports import Hub
from hub.flows.payments.check_payment import look_now
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.fetch_form import kept_form
from hub.flows.payments.pay_again import pay_again_url
from hub.flows.payments.payment_view import PaymentView, Shown
from hub.flows.payments.receive_message import GAVE_UP
from hub.flows.payments.run_operation import cancel_payment
from hub.flows.payments.view_payment import in_language, view_payment, view_payment_by_token
from hub.flows.payments.waiting_withheld import waiting_of
from hub.texts.engine import message as _
from hub.web.form_token import form_token, is_form_token
from hub.web.heads import is_head
from hub.web.markup import minutes_left, time_left_style
from hub.web.pages import reader_pages_of
from hub.web.pay_step import GO_ON
from hub.web.payer_form import shown_value
from hub.web.portal.action import png_of, shown_action
from hub.web.portal.words import REASONS
from hub.web.request import Request, hub_of, is_phone
from hub.web.responses import HEADERS, Page, redirect
from hub_hookspecs import Kind, Money, PostForm, Redirect, ShowQr

CANCEL: Final = "cancel"

FRESH: Final = timedelta(seconds=90)
"""How long after its start a payment's page leads on by itself; afterwards Back must not bounce."""

REFRESH: Final[Mapping[Shown, int]] = {
    Shown.PREPARING: 2,
    Shown.APPROVE: 4,
    Shown.QR: 4,
    Shown.HOSTED_PAGE: 8,
    Shown.POST_FORM: 15,
    Shown.REFERENCE: 30,
    Shown.RESERVED: 8,
    Shown.WAITING_RESULT: 8,
    Shown.UNKNOWN: 10,
}
"""Seconds after which the page of a live payment looks again."""

TIMED: Final = frozenset({Shown.APPROVE, Shown.QR, Shown.POST_FORM})
"""Pages with a bar that runs out."""

COPY_SECONDS: Final = 15
"""The same on a phone with a code, where a key or a text is copied meanwhile."""

SLOW_AFTER: Final = timedelta(minutes=10)
SLOW_SECONDS: Final = 30


@attrs.frozen(kw_only=True)
class Headline:
    """The status in one or two words, how it is meant, and its sign where that is not the tone's own."""

    word: str
    tone: str
    sign: str = ""


CLOSED: Final[Mapping[str, Headline]] = {
    Kind.DECLINED: Headline(word=_("El pago no se aprobó"), tone="warn"),
    Kind.CANCELLED: Headline(word=_("Pago cancelado"), tone="warn"),
    Kind.EXPIRED: Headline(word=_("Se acabó el tiempo para aprobarlo"), tone="warn", sign="clock"),
}
NOT_DONE: Final = Headline(word=_("El pago no se hizo"), tone="warn")

SHOWN: Final[Mapping[Shown, Headline]] = {
    Shown.PAID: Headline(word=_("Aprobada"), tone="good"),
    Shown.PARTLY_RETURNED: Headline(word=_("Devuelta en parte"), tone="warn", sign="back"),
    Shown.RETURNED: Headline(word=_("Devuelta"), tone="warn", sign="back"),
    Shown.PARTLY_CHARGED_BACK: Headline(word=_("Contracargo en parte"), tone="warn", sign="back"),
    Shown.CHARGED_BACK: Headline(word=_("Contracargo"), tone="warn", sign="back"),
    Shown.NOT_RECEIVED: Headline(word=_("Corregida"), tone="warn"),
    Shown.NOT_CONFIRMED: Headline(word=_("Sin confirmar"), tone="warn"),
    Shown.UNKNOWN: Headline(word=_("Por confirmar"), tone="wait"),
    Shown.APPROVE: Headline(word=_("Pendiente"), tone="wait", sign="phone"),
    Shown.QR: Headline(word=_("Pendiente"), tone="wait", sign="qr"),
    Shown.RESERVED: Headline(word=_("Reservada"), tone="wait", sign="clock"),
}
PENDING: Final = Headline(word=_("Pendiente"), tone="wait")


def headline(view: PaymentView) -> Headline:
    """The big status of a payment's page."""
    if view.shown is Shown.NOT_COMPLETED:
        return CLOSED.get(view.payment.reason, NOT_DONE)
    return SHOWN.get(view.shown, PENDING)


@get("/p/{token:str}", include_in_schema=False)
async def show_payment(request: Request) -> Page:
    """The payment as it stands; opening it makes a look at the provider due."""
    hub, token = hub_of(request), request.path_params["token"]
    view = await view_payment_by_token(hub, token)
    now = hub.clock()
    if not is_head(request):
        await look_now(hub, view.payment)
    paid_in = view.payment.locale if view.payment.locale != view.merchant.locale else ""
    pages = reader_pages_of(request, paid_in)
    view = in_language(hub, view, pages.reader_of(view.merchant).locale)
    payment, action = view.payment, view.payment.action
    country = hub.countries[view.merchant.company.country]
    going_on = GO_ON in request.query_params and now < payment.created_at + FRESH
    gave_up = GAVE_UP in request.query_params
    address = f"/p/{token}"
    return pages.page(
        "portal/payment.html",
        merchant=view.merchant,
        mode=payment.mode,
        form_to=[action.url, "https:"] if view.shown is Shown.POST_FORM and isinstance(action, PostForm) else [],
        style=time_left_style(payment.created_at, payment.expires_at, now) if view.shown in TIMED else "",
        view=view,
        payment=payment,
        shown=view.shown.value,
        headline=headline(view),
        letterhead=letterhead_for(view.merchant, country, payment.mode),
        payer_document=show_document(country, payment.payer.document, with_type=True) if payment.payer.document else "",
        refresh=refresh_of(request, view, now, going_on=going_on),
        fresh=now < payment.created_at + FRESH and view.last_try is None and not gave_up,
        gave_up=gave_up,
        next_action=shown_action(view),
        minutes_left=minutes_left(payment.expires_at, now),
        said=REASONS[view.last_try.kind] if view.last_try else "",
        why=REASONS[view.reason.kind] if view.reason and payment.reason == Kind.DECLINED else "",
        asked=typed_by_payer(hub, view, pages.reader_of(view.merchant).locale),
        differs=bool(payment.flags & {Flag.AMOUNT_MISMATCH, Flag.CURRENCY_MISMATCH}),
        left=left_of(view),
        withheld=withheld_of(view),
        waits=await waiting_of(hub, payment),
        discount=discount_of(view),
        address=address,
        again=pay_again_url(view),
        token=form_token(hub, CANCEL, view.link) if view.link and view.can_cancel else "",
    )


@get("/p/{token:str}/qr.png", include_in_schema=False)
async def save_qr(request: Request) -> Response[bytes]:
    """The code as an image, to be opened in the app that scans it."""
    view = await view_payment_by_token(hub_of(request), request.path_params["token"])
    action = view.payment.action
    if view.shown is not Shown.QR or not isinstance(action, ShowQr) or view.cancelling:
        raise NotFoundException
    png = png_of(action)
    if not png:
        raise NotFoundException
    name = f"qr-{view.payment.reference}.png"
    return Response(
        png,
        media_type="image/png",
        headers={**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'},
    )


@post("/p/{token:str}/cancel", include_in_schema=False)
async def cancel(request: Request) -> Page:
    """Withdraw the request at the provider; only its word cancels the payment."""
    hub, token = hub_of(request), request.path_params["token"]
    view = await view_payment_by_token(hub, token)
    form = await request.form()
    if view.link is None or not is_form_token(hub, CANCEL, view.link, form.get("form")):
        return redirect(f"/p/{token}")
    try:
        await cancel_payment(hub, view.payment.id, by="pagador")
    except NotAllowed:
        return redirect(f"/p/{token}")
    after = await view_payment(hub, view.payment.id)
    if form.get("then") == "again" and after and after.shown is Shown.NOT_COMPLETED and (url := pay_again_url(after)):
        return redirect(url)
    return redirect(f"/p/{token}")


def refresh_of(request: Request, view: PaymentView, now: datetime, *, going_on: bool) -> str:
    """What ``<meta http-equiv=refresh>`` says: right after the start on to the provider, else look again."""
    action = view.payment.action
    is_open = view.shown is Shown.HOSTED_PAGE and view.last_try is None
    if going_on and is_open and isinstance(action, Redirect) and not (action.deep_link and is_phone(request)):
        return f"0;url={action.url}"  # a phone that may have the app shows both ways
    seconds = REFRESH.get(view.shown)
    if seconds is None:
        return ""
    if view.shown is Shown.QR and is_phone(request):
        seconds = COPY_SECONDS
    if now > view.payment.created_at + SLOW_AFTER:
        seconds = max(seconds, SLOW_SECONDS)
    query = f"?{GO_ON}=1" if going_on and view.shown is Shown.PREPARING else ""
    if GAVE_UP in request.query_params:
        query = f"?{GAVE_UP}=1"
    return f"{seconds};url=/p/{request.path_params['token']}{query}"


def typed_by_payer(hub: Hub, view: PaymentView, locale: str) -> list[tuple[str, str]]:
    """What the payer answered, by its label."""
    payment, provider = view.payment, hub.providers.get(view.payment.provider)
    way = provider.info_for(locale).way(payment.way) if provider else None
    if provider is None or way is None:
        return []
    form, given = kept_form(hub, payment.account_id, way, locale=locale), payment.payer.fields
    return [
        (field.label, value)
        for field in way.payer_fields
        if field.name in given and (value := shown_value(provider, field, given[field.name], form, locale))
    ]


def left_of(view: PaymentView) -> Money:
    """What is still asked for of the invoices of the payment."""
    left = (line.left.minor for line in view.lines if not line.in_clarification)
    return Money(sum(left), view.payment.amount.currency)


def withheld_of(view: PaymentView) -> Money | None:
    """What the payer keeps back of the payment's invoices."""
    minor = sum(line.withheld.minor for line in (*view.lines, *view.used))
    return Money(minor, view.payment.amount.currency) if minor else None


def discount_of(view: PaymentView) -> Money | None:
    """What the merchant let off of them."""
    minor = sum(line.discount.minor for line in (*view.lines, *view.used))
    return Money(minor, view.payment.amount.currency) if minor else None
