"""Invoices and payments: lists with filters, and one payment as a timeline of what is known, from whom and when."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from litestar import get
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from hub.domain.cells import Unreadable, read_date
from hub.domain.payment import Status
from hub.flows.view_desk import OPEN, OVERDUE, UNRECORDED, list_invoices, list_payments
from hub.web.pages import Page

from . import decisions
from .decisions import payment_page
from .desk import AtDesk
from .rights import Right
from .words import STATUSES

INVOICE_FILTERS = {"": "Todas", OPEN: "Pendientes", OVERDUE: "Vencidas"}
PAYMENT_FILTERS = {
    "": "Todos",
    UNRECORDED: "Sin recibo de caja",
    **{status.value: STATUSES[status][0] for status in Status},
}


@get("/invoices", right=Right.SEE)
async def show_invoices(desk: AtDesk, q: FromQuery[str] = "", only: FromQuery[str] = "") -> Page:
    """Invoices."""
    only = only if only in INVOICE_FILTERS else ""
    rows = await list_invoices(desk.hub, desk.merchant, q.strip()[:100], only)
    return desk.page("invoices.html", rows=rows, q=q, only=only, filters=INVOICE_FILTERS)


@get("/payments", right=Right.SEE)
async def show_payments(
    desk: AtDesk, q: FromQuery[str] = "", status: FromQuery[str] = "", since: FromQuery[str] = ""
) -> Page:
    """Payments, newest first."""
    status = status if status in PAYMENT_FILTERS else ""
    moment = _midnight(since.strip(), desk.merchant.company.zone)
    rows = await list_payments(desk.hub, desk.merchant, search=q.strip()[:100], status=status, since=moment)
    names = {code: provider.info.name for code, provider in desk.hub.providers.items()}
    return desk.page(
        "payments.html",
        rows=rows,
        q=q,
        status_wanted=status,
        since=since if moment else "",
        filters=PAYMENT_FILTERS,
        names=names,
    )


def _midnight(text: str, zone: str) -> datetime | None:
    """The beginning of a day where the merchant is; None for what is no day."""
    try:
        return datetime.combine(read_date(text), time(), ZoneInfo(zone)) if text else None
    except Unreadable:
        return None


@get("/payments/{payment:str}", right=Right.SEE)
async def show_payment(desk: AtDesk, payment: FromPath[str]) -> Page:
    """One payment."""
    return await payment_page(desk, payment)


HANDLERS: list[ControllerRouterHandler] = [show_invoices, show_payments, show_payment, *decisions.HANDLERS]
