"""Exportar: what moved money in some days, as a file for spreadsheets and accounting programs."""

from __future__ import annotations

from datetime import date, timedelta

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromQuery
from litestar.response import Response
from litestar.types import ControllerRouterHandler

from hub.domain.cells import Unreadable
from hub.domain.export import csv_of, rendered, xlsx_of
from hub.domain.moved import By
from hub.domain.pdf import PdfMissing
from hub.domain.text import Text
from hub.domain.typed_day import read_typed_day
from hub.flows.views.export_line import COLUMNS
from hub.flows.views.export_payments import MAX_MOVEMENTS, export_payments
from hub.flows.views.print_payments import MAX_DAYS, payments_pdf
from hub.web.reader import reader_for
from hub.web.responses import HEADERS, Page, pdf_answer, policy

from .context import Context, MerchantContext
from .form import FieldErrors
from .rights import Right

FORMATS = {
    "xlsx": ("Excel (.xlsx)", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": ("CSV (punto y coma, coma decimal)", "text/csv"),
}
DAYS = {
    By.BOOKED: "el día en que se registró aquí (no pierde noticias tardías)",
    By.VALUE: "su fecha valor: el día en que el dinero se movió",
}
USUAL_DAYS = 30


@get("/exports", right=Right.EXPORT)
async def show_exports(
    context: Context, since: FromQuery[str] = "", until: FromQuery[str] = "", by: FromQuery[str] = ""
) -> Page:
    """Ask from which day on, and say how much that is."""
    return await _page(context, since, until, by)


async def _page(
    context: MerchantContext, since: str, until: str, by: str, *, field_errors: FieldErrors | None = None
) -> Page:
    errors = {field: list(messages) for field, messages in (field_errors or {}).items()}
    first = _day(since, "since", errors) or context.today - timedelta(days=USUAL_DAYS)
    last = _day(until, "until", errors)
    found = None if errors else await export_payments(context.hub, context.merchant, first, last, by=_by(by))
    return context.page(
        "exports.html",
        status=422 if errors else 200,
        since=since or first.isoformat(),
        until=until,
        formats=FORMATS,
        days=DAYS,
        by=_by(by),
        columns=_heads(context),
        found=found,
        most=MAX_MOVEMENTS,
        field_errors=errors,
    )


def _heads(context: MerchantContext) -> list[str]:
    """The heads of the file, which has the merchant's own language whoever asks for it."""
    return [reader_for(context.merchant).words(column) for column in COLUMNS]


def _day(text: str, field: str, field_errors: dict[str, list[Text | str]]) -> date | None:
    try:
        return read_typed_day(text.strip()) if text.strip() else None
    except Unreadable as unreadable:
        field_errors.setdefault(field, []).append(unreadable.message)
        return None


def _by(text: str) -> By:
    return By.VALUE if text == By.VALUE else By.BOOKED


@get("/exports/payments", right=Right.EXPORT)
async def download(
    context: Context,
    since: FromQuery[str] = "",
    until: FromQuery[str] = "",
    by: FromQuery[str] = "",
    kind: FromQuery[str] = "xlsx",
) -> Response[bytes] | Page:
    """The file."""
    field_errors: dict[str, list[Text | str]] = {}
    first, last = _day(since, "since", field_errors), _day(until, "until", field_errors)
    if not since.strip():
        field_errors.setdefault("since", []).append("Elija desde qué día.")
    if field_errors or first is None:
        return await _page(context, since, until, by, field_errors=field_errors)
    kind = kind if kind in FORMATS else "xlsx"
    found = await export_payments(context.hub, context.merchant, first, last, by=_by(by))
    make = xlsx_of if kind == "xlsx" else lambda _name, columns, rows: csv_of(columns, rows)
    name = f"pagos-{context.merchant.slug}-{first.isoformat()}.{kind}"
    return Response(
        make("Pagos", _heads(context), rendered(found.rows, reader_for(context.merchant).words)),
        media_type=FORMATS[kind][1],
        headers={
            **HEADERS,
            "Content-Security-Policy": policy(),
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


@get("/exports/report", right=Right.EXPORT)
async def download_report(
    context: Context, since: FromQuery[str] = "", until: FromQuery[str] = "", by: FromQuery[str] = ""
) -> Response[bytes] | Page:
    """Every movement of these days on paper, as a PDF."""
    field_errors: dict[str, list[Text | str]] = {}
    first = _day(since, "since", field_errors)
    last = _day(until, "until", field_errors) or context.today
    if first is None:
        field_errors.setdefault("since", []).append("Elija desde qué día.")
    if field_errors or first is None:
        return await _page(context, since, until, by, field_errors=field_errors)
    try:
        return pdf_answer(await payments_pdf(context.hub, context.merchant, first, last, by=_by(by)))
    except ValueError:
        form_error = Text("report.period_limit", days=MAX_DAYS)
        return await _page(context, since, until, by, field_errors={"until": [form_error]})
    except PdfMissing as missing:
        raise NotFoundException("Esta página no existe.") from missing


HANDLERS: list[ControllerRouterHandler] = [show_exports, download, download_report]
