"""Cierre: the months of the books, what each has still open, closing it, its package, and opening it again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from hub.domain import close_words
from hub.domain.identity import Invalid
from hub.domain.month import Month
from hub.domain.month_close import MonthClose, OpenKind
from hub.flows.closing.close_month import close_month, reopen_month
from hub.flows.closing.package_parts import package_name, package_parts
from hub.flows.closing.view_close import list_closes, view_close, view_received_on_terms
from hub.web.responses import HEADERS, Page, policy, redirect

from .context import Context, MerchantContext, unknown_is_404
from .form import NOTHING, CheckedForm, FieldErrors, SubmittedForm, by_field
from .rights import Right

WAYS_OUT: Final[Mapping[str, str]] = {
    OpenKind.PAYOUT_LINES: "/m/settlements",
    OpenKind.AWAITED: "/m/settlements",
    OpenKind.REVIEWS: "/m/reviews",
    OpenKind.UNRECORDED: "/m/payments?status=paid",
    OpenKind.DIFFERENCES: "/m/imports",
    OpenKind.DISPUTES: "/m/reviews",
    OpenKind.CERTIFICATES: "/m/certificates",
    OpenKind.PAYMENT_RECEIPTS: "/m/close/{month}/payment-receipts",
}
"""Where each is mended."""


@get("/close", right=Right.SEE)
async def show_months(context: Context, month: FromQuery[str] = "") -> Page:
    """The months that are closed, and the next one; one that was chosen is shown."""
    if month:
        return redirect(f"/m/close/{_month(month)}")
    found = await list_closes(context.hub, context.merchant, context.merchant.mode)
    return context.page("closes.html", found=found)


@get("/close/{month:str}", right=Right.SEE)
async def show_month(context: Context, month: FromPath[str], check: FromQuery[str] = "") -> Page:
    """One month: what is open of it, or what was closed; with ``check`` whether that still holds."""
    return await _page(context, _month(month), check=bool(check))


async def _page(
    context: MerchantContext,
    month: Month,
    *,
    typed: SubmittedForm = NOTHING,
    field_errors: FieldErrors | None = None,
    check: bool = False,
) -> Page:
    view = await view_close(context.hub, context.merchant, context.merchant.mode, month, check=check)
    return context.page(
        "close.html",
        status=422 if field_errors else 200,
        view=view,
        names=close_words,
        ways_out=WAYS_OUT,
        typed=typed,
        field_errors=field_errors or {},
    )


@get("/close/{month:str}/payment-receipts", right=Right.SEE)
async def show_payment_receipts(context: Context, month: FromPath[str]) -> Page:
    """REP pendiente: what needs an electronic receipt of payment, which is made where the invoice was."""
    wanted = _month(month)
    rows = await view_received_on_terms(context.hub, context.merchant, context.merchant.mode, wanted)
    return context.page("payment_receipts.html", month=wanted, rows=rows)


@post("/close/{month:str}", status_code=200, right=Right.BOOK, fresh=True)
async def close(context: Context, form: CheckedForm, month: FromPath[str]) -> Page:
    """Cerrar el mes."""
    wanted = _month(month)
    try:
        await close_month(
            *(context.hub, context.merchant, context.merchant.mode, wanted),
            by=context.session.email,
            why=form.get("why"),
            is_owner=context.is_owner,
        )
    except Invalid as invalid:
        return await _page(context, wanted, typed=form, field_errors=by_field(invalid.problems))
    return redirect(f"/m/close/{wanted}")


@post("/close/{month:str}/reopen", status_code=200, right=Right.OWN, fresh=True)
async def reopen(context: Context, form: CheckedForm, month: FromPath[str]) -> Page:
    """Volver a abrir el mes."""
    wanted = _month(month)
    try:
        with unknown_is_404():
            await reopen_month(
                *(context.hub, context.merchant, context.merchant.mode, wanted),
                by=context.session.email,
                why=form.get("reason"),
            )
    except Invalid as invalid:
        return await _page(context, wanted, typed=form, field_errors=by_field(invalid.problems))
    return redirect(f"/m/close/{wanted}")


@get("/close/{month:str}/package", right=Right.EXPORT)
async def download(context: Context, month: FromPath[str], close: FromQuery[str] = "") -> Response[Any]:
    """The package of a close, piece after piece: the standing one, or an earlier one by its id."""
    wanted = _month(month)
    closes = (await list_closes(context.hub, context.merchant, context.merchant.mode)).closes
    found = [item for item in closes if item.month == wanted and (item.id == close if close else not item.reopened)]
    if not found:
        raise NotFoundException("Esta página no existe.")
    with unknown_is_404():
        parts = await package_parts(context.hub, found[0])
    return _file(context, found[0], parts)


def _file(context: MerchantContext, close: MonthClose, parts: AsyncIterator[bytes]) -> Response[Any]:
    name = package_name(context.merchant, close)
    return Stream(
        parts,
        media_type="application/zip",
        headers={
            **HEADERS,
            "Content-Security-Policy": policy(),
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


def _month(text: str) -> Month:
    try:
        return Month.read(text)
    except ValueError:
        raise NotFoundException("Esta página no existe.") from None


HANDLERS: list[ControllerRouterHandler] = [
    *(show_months, show_month, show_payment_receipts),
    *(close, reopen, download),
]
