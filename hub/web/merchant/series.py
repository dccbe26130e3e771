"""Numeración de recibos de caja: the series, another one in place of the one in use, and numbers that are left out."""

from __future__ import annotations

from litestar import get, post
from litestar.types import ControllerRouterHandler

from hub.domain.identity import Invalid
from hub.domain.text import Text
from hub.flows.receipts.series import begin_series, list_series
from hub.flows.receipts.skip_numbers import list_gaps, skip_numbers
from hub.web.responses import Page

from .context import Context, MerchantContext
from .form import NOTHING, CheckedForm, FieldErrors, SubmittedForm, by_field
from .rights import Right


@get("/receipt-series", right=Right.SEE)
async def show_series(context: Context) -> Page:
    """Which number comes next, and which were never given."""
    return await _series_page(context)


async def _series_page(
    context: MerchantContext,
    *,
    notice: Text | str = "",
    typed: SubmittedForm = NOTHING,
    field_errors: FieldErrors | None = None,
) -> Page:
    return context.page(
        "series.html",
        status=422 if field_errors else 200,
        series=await list_series(context.hub, context.merchant),
        gaps=await list_gaps(context.hub, context.merchant),
        notice=notice,
        typed=typed,
        field_errors=field_errors or {},
    )


@post("/receipt-series", status_code=200, right=Right.OWN)
async def begin(context: Context, form: CheckedForm) -> Page:
    """Number the next receipts in another series; the one in use is closed for good."""
    try:
        made = await begin_series(
            context.hub, context.merchant, form.get("series"), form.get("first"), by=context.session.email
        )
    except Invalid as invalid:
        return await _series_page(context, typed=form, field_errors=by_field(invalid.problems))
    return await _series_page(context, notice=Text("series.began", series=made.series, label=made.next_label))


@post("/receipt-series/skip", status_code=200, right=Right.OWN)
async def skip(context: Context, form: CheckedForm) -> Page:
    """Leave out numbers up to one that somebody has."""
    try:
        gap = await skip_numbers(
            context.hub, context.merchant, form.get("number"), by=context.session.email, reason=form.get("reason")
        )
    except Invalid as invalid:
        return await _series_page(context, typed=form, field_errors=by_field(invalid.problems))
    return await _series_page(context, notice=Text("series.skipped", first=gap.labels[0], last=gap.labels[1]))


HANDLERS: list[ControllerRouterHandler] = [show_series, begin, skip]
