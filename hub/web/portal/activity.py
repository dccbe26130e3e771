"""Movimientos: how what a customer owes moved between two days, as a page, a PDF and a CSV."""

from __future__ import annotations

from litestar import Response, get

from hub.domain.activity import NoPeriod
from hub.domain.identity import show_document
from hub.domain.letterhead import letterhead_for
from hub.domain.text import Text
from hub.flows.views.view_activity import ActivityView, activity_pdf, view_activity
from hub.web.activity import csv_answer, period_error, read_period
from hub.web.request import Request, hub_of
from hub.web.responses import Page, pdf_answer

from .papers import missing_is_404
from .statement import address_of, pages_for


@get("/s/{token:str}/activity", include_in_schema=False)
async def show_activity(request: Request) -> Page:
    """Opening balance, every movement and closing balance, per currency."""
    try:
        return _page(request, await _asked(request))
    except NoPeriod as error:
        return await _refused(request, error)


async def _asked(request: Request) -> ActivityView:
    query = request.query_params
    since, until = read_period(query.get("since", ""), query.get("until", ""))
    return await view_activity(hub_of(request), request.path_params["token"], since, until)


async def _refused(request: Request, error: NoPeriod) -> Page:
    view = await view_activity(hub_of(request), request.path_params["token"])
    return _page(request, view, form_error=period_error(error))


def _page(request: Request, view: ActivityView, *, form_error: Text | str = "") -> Page:
    hub, document = hub_of(request), view.customer.document
    country = hub.countries[view.merchant.company.country]
    return pages_for(request, view).page(
        "portal/activity.html",
        merchant=view.merchant,
        mode=view.mode,
        status=422 if form_error else 200,
        view=view,
        activity=view.activity,
        letterhead=letterhead_for(view.merchant, country, view.mode),
        document=show_document(country, document, with_type=True) if document else "",
        address=address_of(request),
        form_error=form_error,
        expires=view.link.expires_at if view.link else None,
    )


@get("/s/{token:str}/movimientos.pdf", include_in_schema=False)
async def download_activity(request: Request) -> Response[bytes] | Page:
    """The same as a PDF."""
    with missing_is_404():
        try:
            view = await _asked(request)
        except NoPeriod as error:
            return await _refused(request, error)
        locale = pages_for(request, view).reader_of(view.merchant).locale
        return pdf_answer(await activity_pdf(hub_of(request), view, language=locale))


@get("/s/{token:str}/movimientos.csv", include_in_schema=False)
async def download_activity_rows(request: Request) -> Response[bytes] | Page:
    """The same as a CSV."""
    try:
        view = await _asked(request)
    except NoPeriod as error:
        return await _refused(request, error)
    return csv_answer(view, pages_for(request, view).reader_of(view.merchant))
