"""Exportar: what was paid since a day, as a file for spreadsheets and accounting programs."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromQuery
from litestar.response import Response
from litestar.types import ControllerRouterHandler

from hub.domain.cells import Unreadable, read_date
from hub.domain.export import csv_of, xlsx_of
from hub.flows.export_payments import COLUMNS, MOST, Exported, export_payments
from hub.flows.print_paper import LONGEST_DAYS, PapersMissing, payments_pdf
from hub.web.pages import HEADERS, Page, pdf_answer, policy

from .desk import AtDesk, Desk
from .rights import Right

FORMATS = {
    "xlsx": ("Excel (.xlsx)", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": ("CSV (punto y coma, coma decimal)", "text/csv"),
}
USUAL_DAYS = 30


@get("/exports", right=Right.EXPORT)
async def show_exports(desk: AtDesk, since: FromQuery[str] = "", until: FromQuery[str] = "") -> Page:
    """Ask from which day on, and say how much that is."""
    return await _page(desk, since, until)


async def _page(desk: Desk, since: str, until: str, *, faults: dict[str, list[str]] | None = None) -> Page:
    faults = dict(faults or {})
    first = _day(since, "since", faults) or _today(desk) - timedelta(days=USUAL_DAYS)
    last = _day(until, "until", faults)
    found = None if faults else await _export(desk, first, last)
    return desk.page(
        "exports.html",
        status=422 if faults else 200,
        since=since or first.isoformat(),
        until=until,
        formats=FORMATS,
        columns=COLUMNS,
        payments=found.payments if found else 0,
        lines=len(found.rows) if found else 0,
        cut=bool(found and found.cut),
        most=MOST,
        faults=faults,
    )


def _today(desk: Desk) -> date:
    return desk.hub.clock().astimezone(ZoneInfo(desk.merchant.company.zone)).date()


def _day(text: str, field: str, faults: dict[str, list[str]]) -> date | None:
    try:
        return read_date(text.strip()) if text.strip() else None
    except Unreadable as unreadable:
        faults.setdefault(field, []).append(str(unreadable))
        return None


async def _export(desk: Desk, first: date, last: date | None) -> Exported:
    zone = ZoneInfo(desk.merchant.company.zone)
    since = datetime.combine(first, time(), zone)
    until = datetime.combine(last + timedelta(days=1), time(), zone) if last else None
    return await export_payments(desk.hub, desk.merchant, since, until)


@get("/exports/payments", right=Right.EXPORT)
async def download(
    desk: AtDesk, since: FromQuery[str] = "", until: FromQuery[str] = "", kind: FromQuery[str] = "xlsx"
) -> Response[bytes] | Page:
    """The file."""
    faults: dict[str, list[str]] = {}
    first, last = _day(since, "since", faults), _day(until, "until", faults)
    if not since.strip():
        faults.setdefault("since", []).append("Elija desde qué día.")
    if faults or first is None:
        return await _page(desk, since, until, faults=faults)
    kind = kind if kind in FORMATS else "xlsx"
    found = await _export(desk, first, last)
    make = xlsx_of if kind == "xlsx" else lambda _name, columns, rows: csv_of(columns, rows)
    name = f"pagos-{desk.merchant.slug}-{first.isoformat()}.{kind}"
    return Response(
        make("Pagos", COLUMNS, found.rows),
        media_type=FORMATS[kind][1],
        headers={
            **HEADERS,
            "Content-Security-Policy": policy(),
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


@get("/exports/report", right=Right.EXPORT)
async def download_report(
    desk: AtDesk, since: FromQuery[str] = "", until: FromQuery[str] = ""
) -> Response[bytes] | Page:
    """Every movement of these days on paper, as a PDF."""
    faults: dict[str, list[str]] = {}
    first = _day(since, "since", faults)
    last = _day(until, "until", faults) or _today(desk)
    if first is None:
        faults.setdefault("since", []).append("Elija desde qué día.")
    if faults or first is None:
        return await _page(desk, since, until, faults=faults)
    try:
        return pdf_answer(await payments_pdf(desk.hub, desk.merchant, first, last))
    except ValueError:
        fault = f"El informe abarca de 1 a {LONGEST_DAYS} días, y termina después de empezar."
        return await _page(desk, since, until, faults={"until": [fault]})
    except PapersMissing as missing:
        raise NotFoundException("Esta página no existe.") from missing


HANDLERS: list[ControllerRouterHandler] = [show_exports, download, download_report]
