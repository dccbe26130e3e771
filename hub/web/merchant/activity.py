"""A customer's movements between two days, as a page, a PDF and a CSV."""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from hub.domain.activity import NoPeriod
from hub.domain.text import Text
from hub.flows.views.view_activity import ActivityView, activity_pdf, preview_activity
from hub.web.activity import csv_answer, period_error, read_period
from hub.web.responses import Page, pdf_answer

from .desk import AtDesk, Desk, unknown_is_404
from .rights import Right


@get("/customers/{customer:str}/activity", right=Right.SEE)
async def show_activity(
    desk: AtDesk, customer: FromPath[str], since: FromQuery[str] = "", until: FromQuery[str] = ""
) -> Page:
    """Opening balance, every movement and closing balance, per currency."""
    with unknown_is_404():
        try:
            return _page(desk, await _asked(desk, customer, since, until))
        except NoPeriod as error:
            return await _refused(desk, customer, error)


async def _asked(desk: Desk, customer: str, since: str, until: str) -> ActivityView:
    first, last = read_period(since, until)
    return await preview_activity(desk.hub, desk.merchant, customer, first, last)


async def _refused(desk: Desk, customer: str, error: NoPeriod) -> Page:
    return _page(desk, await preview_activity(desk.hub, desk.merchant, customer), form_error=period_error(error))


def _page(desk: Desk, view: ActivityView, *, form_error: Text | str = "") -> Page:
    return desk.page(
        "activity.html", view=view, activity=view.activity, form_error=form_error, status=422 if form_error else 200
    )


@get("/customers/{customer:str}/activity/pdf", right=Right.SEE)
async def download_activity(
    desk: AtDesk, customer: FromPath[str], since: FromQuery[str] = "", until: FromQuery[str] = ""
) -> Response[bytes] | Page:
    """The same as a PDF."""
    with unknown_is_404():
        try:
            view = await _asked(desk, customer, since, until)
        except NoPeriod as error:
            return await _refused(desk, customer, error)
        return pdf_answer(await activity_pdf(desk.hub, view))


@get("/customers/{customer:str}/activity/csv", right=Right.SEE)
async def download_activity_rows(
    desk: AtDesk, customer: FromPath[str], since: FromQuery[str] = "", until: FromQuery[str] = ""
) -> Response[bytes] | Page:
    """The same as a CSV."""
    with unknown_is_404():
        try:
            view = await _asked(desk, customer, since, until)
        except NoPeriod as error:
            return await _refused(desk, customer, error)
    return csv_answer(view, desk.pages.reader_of(desk.merchant))


HANDLERS: list[ControllerRouterHandler] = [show_activity, download_activity, download_activity_rows]
