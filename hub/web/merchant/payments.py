"""Invoices and payments: lists with filters, and one payment as a timeline of what is known, from whom and when."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from litestar import get
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from hub.domain.cells import Unreadable, read_amount
from hub.domain.payment import Status
from hub.domain.text import Text
from hub.domain.typed_day import read_typed_day
from hub.flows.views.list_invoices import OPEN, OVERDUE, list_invoices
from hub.flows.views.view_payments import UNRECORDED, Wanted, list_payments
from hub.web.responses import Page

from . import decisions, disputes
from .context import Context, MerchantContext
from .decisions import payment_page
from .paging import paging
from .rights import Right
from .words import STATUSES

INVOICE_FILTERS = {"": "Todas", OPEN: "Pendientes", OVERDUE: "Vencidas"}
PAYMENT_FILTERS = {
    "": "Todos",
    UNRECORDED: "Sin recibo de caja",
    **{status.value: STATUSES[status][0] for status in Status},
}


@get("/invoices", right=Right.SEE)
async def show_invoices(
    context: Context, q: FromQuery[str] = "", only: FromQuery[str] = "", after: FromQuery[str] = ""
) -> Page:
    """Invoices, newest first, a page at a time."""
    only = only if only in INVOICE_FILTERS else ""
    found = await list_invoices(context.hub, context.merchant, q.strip()[:100], only, after=after[:40])
    kept = {"q": q, "only": only}
    return context.page(
        "invoices.html",
        rows=found.rows,
        q=q,
        only=only,
        filters=INVOICE_FILTERS,
        paging=paging(kept, after, found.after),
    )


@get("/payments", right=Right.SEE)
async def show_payments(
    context: Context,
    q: FromQuery[str] = "",
    status: FromQuery[str] = "",
    provider: FromQuery[str] = "",
    amount: FromQuery[str] = "",
    since: FromQuery[str] = "",
    until: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Page:
    """Payments, newest first, a page at a time."""
    zone = context.merchant.company.zone
    wrong: dict[str, list[Text | str]] = {}
    first = _midnight(since.strip(), zone, "since", wrong)
    last = _midnight(until.strip(), zone, "until", wrong)
    names = {code: item.info.name for code, item in context.hub.providers.items()}
    wanted = Wanted(
        text=q.strip()[:100],
        status=status if status in PAYMENT_FILTERS else "",
        provider=provider if provider in names else "",
        amount=_readings(context, amount.strip()[:40]),
        since=first,
        until=last + timedelta(days=1) if last else None,
    )
    found = await list_payments(context.hub, context.merchant, wanted, after=after[:40])
    kept = {"q": q, "status": status, "provider": provider, "amount": amount, "since": since, "until": until}
    return context.page(
        "payments.html",
        rows=found.rows,
        paging=paging(kept, after, found.after),
        wanted=wanted,
        q=q,
        amount=amount if wanted.amount else "",
        since=since,
        until=until,
        field_errors=wrong,
        is_narrow=wanted != Wanted(),
        filters=PAYMENT_FILTERS,
        names=names,
        offered=[(code, name) for code, name in names.items() if _is_here(context, code)],
    )


def _is_here(context: MerchantContext, code: str) -> bool:
    return context.merchant.company.country in context.hub.providers[code].info.countries


def _readings(context: MerchantContext, text: str) -> tuple[int, ...]:
    """What a typed amount may be, in the minor units of each currency of the country; nothing for what is none."""
    found = set()
    for currency in context.country.currencies if text else ():
        for style in (",", "."):
            with suppress(Unreadable):
                found.add(read_amount(text, currency, style).minor)
    return tuple(sorted(found))


def _midnight(text: str, zone: str, field: str, wrong: dict[str, list[Text | str]]) -> datetime | None:
    """The beginning of a day where the merchant is; None for what is no day, which is then said beside the field."""
    try:
        return datetime.combine(read_typed_day(text), time(), ZoneInfo(zone)) if text else None
    except Unreadable as unreadable:
        wrong[field] = [unreadable.message]
        return None


@get("/payments/{payment:str}", right=Right.SEE)
async def show_payment(context: Context, payment: FromPath[str]) -> Page:
    """One payment."""
    return await payment_page(context, payment)


HANDLERS: list[ControllerRouterHandler] = [
    show_invoices,
    show_payments,
    show_payment,
    *decisions.HANDLERS,
    *disputes.HANDLERS,
]
