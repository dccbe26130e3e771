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

from .context import Context, MerchantContext, unknown_is_404
from .rights import Right


@get("/customers/{customer:str}/activity", right=Right.SEE)
async def show_activity(
    context: Context, customer: FromPath[str], since: FromQuery[str] = "", until: FromQuery[str] = ""
) -> Page:
    """Opening balance, every movement and closing balance, per currency."""
    with unknown_is_404():
        try:
            return _page(context, await _asked(context, customer, since, until))
        except NoPeriod as error:
            return await _refused(context, customer, error)


async def _asked(context: MerchantContext, customer: str, since: str, until: str) -> ActivityView:
    first, last = read_period(since, until)
    return await preview_activity(context.hub, context.merchant, customer, first, last)


async def _refused(context: MerchantContext, customer: str, error: NoPeriod) -> Page:
    return _page(
        context, await preview_activity(context.hub, context.merchant, customer), form_error=period_error(error)
    )


def _page(context: MerchantContext, view: ActivityView, *, form_error: Text | str = "") -> Page:
    return context.page(
        "activity.html", view=view, activity=view.activity, form_error=form_error, status=422 if form_error else 200
    )


@get("/customers/{customer:str}/activity/pdf", right=Right.SEE)
async def download_activity(
    context: Context, customer: FromPath[str], since: FromQuery[str] = "", until: FromQuery[str] = ""
) -> Response[bytes] | Page:
    """The same as a PDF."""
    with unknown_is_404():
        try:
            view = await _asked(context, customer, since, until)
        except NoPeriod as error:
            return await _refused(context, customer, error)
        return pdf_answer(await activity_pdf(context.hub, view))


@get("/customers/{customer:str}/activity/csv", right=Right.SEE)
async def download_activity_rows(
    context: Context, customer: FromPath[str], since: FromQuery[str] = "", until: FromQuery[str] = ""
) -> Response[bytes] | Page:
    """The same as a CSV."""
    with unknown_is_404():
        try:
            view = await _asked(context, customer, since, until)
        except NoPeriod as error:
            return await _refused(context, customer, error)
    return csv_answer(view, context.pages.reader_of(context.merchant))


HANDLERS: list[ControllerRouterHandler] = [show_activity, download_activity, download_activity_rows]
