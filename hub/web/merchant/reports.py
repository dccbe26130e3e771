"""Informes: what is owed by age or was owed on a day, what was paid, receipts, invoices, customers; as files too."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from typing import IO, Final
from urllib.parse import urlencode

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Response, Stream
from litestar.types import ControllerRouterHandler

from hub.domain.ageing import labels_of
from hub.domain.export import Cell, write_csv, write_xlsx
from hub.domain.moved import By
from hub.domain.report import Asked, ReportKind, ReportRow
from hub.domain.text import Text
from hub.domain.typed_day import read_typed_day
from hub.domain.unreadable import Unreadable
from hub.flows.views.report_rows import cuts_of
from hub.flows.views.view_report import age_debts, view_report, write_report
from hub.web.reader import PageReader, reader_for
from hub.web.responses import HEADERS, Page, policy

from .context import Context, MerchantContext
from .exports import FORMATS
from .report_table import sums_of, table_of
from .report_words import LAID_OUT, SHOWN, TITLES, TOLD
from .rights import Right

ON_A_DAY: Final = frozenset({ReportKind.AGEING, ReportKind.OWED})
OF_DAYS: Final = frozenset({ReportKind.PAID, ReportKind.RECEIPTS, ReportKind.BILLS})
OF_BOOKS: Final = frozenset({ReportKind.AGEING, ReportKind.OWED, ReportKind.PAID})
PIECE: Final = 64 * 1024


@get("/reports", right=Right.SEE)
async def show_reports(context: Context) -> Page:
    """What is owed by age, and every other report."""
    return context.page(
        "reports.html",
        aged=await age_debts(context.hub, context.merchant),
        ages=labels_of(cuts_of(context.merchant)),
        titles=TITLES,
        told=TOLD,
    )


@get("/reports/{kind:str}", right=Right.SEE)
async def show_report(
    context: Context,
    kind: FromPath[str],
    since: FromQuery[str] = "",
    until: FromQuery[str] = "",
    by: FromQuery[str] = "",
) -> Page:
    """The first rows of a report, and what all of it adds up to."""
    wrong: dict[str, list[Text | str]] = {}
    asked = _asked(context, _kind(kind), since, until, by, wrong)
    report = None if wrong else await view_report(context.hub, context.merchant, asked, shown=SHOWN)
    reader = context.pages.reader_of(context.merchant)
    return context.page(
        "report.html",
        status=422 if wrong else 200,
        report=report,
        table=table_of(report, LAID_OUT[asked.kind](len(cuts_of(context.merchant))), reader) if report else None,
        sums=sums_of(report, reader) if report else (),
        query=urlencode({name: text for name, text in (("since", since), ("until", until), ("by", by)) if text}),
        asked=asked,
        since=since or (asked.first.isoformat() if asked.first else ""),
        until=until or (asked.last.isoformat() if asked.last else ""),
        on_a_day=asked.kind in ON_A_DAY,
        of_days=asked.kind in OF_DAYS,
        of_books=asked.kind in OF_BOOKS,
        title=TITLES[asked.kind],
        told=TOLD[asked.kind],
        formats=FORMATS,
        field_errors=wrong,
    )


@get("/reports/{kind:str}/file", right=Right.EXPORT)
async def download_report(
    context: Context,
    kind: FromPath[str],
    since: FromQuery[str] = "",
    until: FromQuery[str] = "",
    by: FromQuery[str] = "",
    file: FromQuery[str] = "xlsx",
) -> Response[bytes] | Stream | Page:
    """All of a report, as a workbook or as CSV."""
    wrong: dict[str, list[Text | str]] = {}
    asked = _asked(context, _kind(kind), since, until, by, wrong)
    if wrong:
        return await show_report.fn(context, kind, since, until, by)  # type: ignore[no-any-return]
    form = file if file in FORMATS else "xlsx"
    made = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has been sent
    try:
        await _write(context, asked, form, made)
    except BaseException:
        made.close()
        raise
    name = f"{asked.kind}-{context.merchant.slug}-{(asked.last or context.today).isoformat()}.{form}"
    return Stream(
        _pieces(made),
        media_type=FORMATS[form][1],
        headers={
            **HEADERS,
            "Content-Security-Policy": policy(),
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


async def _write(context: MerchantContext, asked: Asked, form: str, file: IO[bytes]) -> None:
    """The file in the merchant's own language, whoever asks for it."""
    reader = reader_for(context.merchant)

    def write(columns: Sequence[Text], rows: Iterator[ReportRow]) -> None:
        heads = [reader.words(column) for column in columns]
        shown = (_cells(row, reader) for row in rows)
        if form == "csv":
            write_csv(file, heads, shown)
        else:
            write_xlsx(file, reader.words(TITLES[asked.kind]), heads, shown)

    await write_report(context.hub, context.merchant, asked, write)
    file.seek(0)


def _cells(row: ReportRow, reader: PageReader) -> list[Cell]:
    return [reader.words(cell) if isinstance(cell, Text) else cell for cell in row.cells]


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


def _kind(text: str) -> ReportKind:
    try:
        return ReportKind(text)
    except ValueError as error:
        raise NotFoundException("Esta página no existe.") from error


def _asked(
    context: MerchantContext,
    kind: ReportKind,
    since: str,
    until: str,
    by: str,
    wrong: dict[str, list[Text | str]],
) -> Asked:
    first, last = _day(since, "since", wrong), _day(until, "until", wrong)
    if kind in OF_DAYS:
        last = last or context.today
        first = first or last.replace(day=1)
        if not wrong and first > last:
            wrong["until"] = [Text("reports.days_turned")]
    return Asked(
        kind=kind,
        first=first if kind in OF_DAYS else None,
        last=last if kind is not ReportKind.DEBTORS else None,
        by=By.BOOKED if by == By.BOOKED else By.VALUE,
    )


def _day(text: str, field: str, wrong: dict[str, list[Text | str]]) -> date | None:
    try:
        return read_typed_day(text) if text.strip() else None
    except Unreadable as unreadable:
        wrong[field] = [unreadable.message]
        return None


HANDLERS: list[ControllerRouterHandler] = [show_reports, show_report, download_report]
