"""Certificados de retención: what is missing by customer, tax and period, what came, and a customer's own."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from hub.domain.attachment import MAX_BYTES, NotTaken
from hub.domain.cells import Unreadable, read_date
from hub.domain.export import csv_of, rendered, xlsx_of
from hub.domain.identity import FieldError, Invalid
from hub.domain.text import Text
from hub.domain.withholding_certificate import Every, Period, every_of
from hub.flows.corrections.withholding_certificates import (
    WantedCertificate,
    open_certificate,
    record_certificate,
    void_certificate,
)
from hub.flows.views.view_certificates import (
    MISSING_COLUMNS,
    all_missing,
    mark_withholds,
    missing_cells,
    view_certificates,
    view_customer_withheld,
)
from hub.web.reader import reader_for
from hub.web.responses import HEADERS, Page, policy, redirect

from .by_hand import typed_amount, typed_day
from .context import Context, MerchantContext, unknown_is_404
from .exports import FORMATS
from .form import NOTHING, CheckedForm, FieldErrors, SubmittedForm, by_field
from .rights import Right

MAX_FORM_BYTES = MAX_BYTES + 256 * 1024
YEARS = 6
HERE = "/m/certificates"


@get("/certificates", right=Right.SEE)
async def show_certificates(context: Context, year: FromQuery[str] = "", after: FromQuery[str] = "") -> Page:
    """What is missing and what came, of a year."""
    return await _page(context, _year(context, year), after=after)


def _year(context: MerchantContext, text: str) -> int:
    """The year that was asked for; else this one, or the last where no period of this one can be over."""
    years = _years(context)
    if text.isascii() and text.isdecimal() and len(text) == 4 and int(text) in years:
        return int(text)
    chosen = context.merchant.options.withholding_periods
    yearly = all(every_of(tax, chosen) is Every.YEAR for tax, _name in context.country.withheld_taxes)
    return years[1] if yearly else years[0]


def _years(context: MerchantContext) -> list[int]:
    return [context.today.year - before for before in range(YEARS)]


async def _page(
    context: MerchantContext,
    year: int,
    *,
    after: str = "",
    typed: SubmittedForm = NOTHING,
    field_errors: FieldErrors | None = None,
) -> Page:
    return context.page(
        "certificates.html",
        status=422 if field_errors else 200,
        view=await view_certificates(context.hub, context.merchant, year, context.today, after=after),
        begins=not after,
        years=_years(context),
        today=context.today,
        formats=FORMATS,
        typed=typed,
        field_errors=field_errors or {},
    )


@get("/certificates/missing", right=Right.EXPORT)
async def download_missing(
    context: Context, year: FromQuery[str] = "", kind: FromQuery[str] = "xlsx"
) -> Response[bytes] | Page:
    """What is missing of a year, as a file; without a year, the page that asks for it."""
    if not year:
        return await _page(context, _year(context, year))
    kind = kind if kind in FORMATS else "xlsx"
    wanted, words = _year(context, year), reader_for(context.merchant).words
    missing = await all_missing(context.hub, context.merchant, wanted, context.today)
    heads = [words(column) for column in MISSING_COLUMNS]
    cells = rendered(missing_cells(missing, context.country, context.today), words)
    content = xlsx_of("Certificados", heads, cells) if kind == "xlsx" else csv_of(heads, cells)
    name = f"certificados-{context.merchant.slug}-{wanted}.{kind}"
    return Response(
        content,
        media_type=FORMATS[kind][1],
        headers={
            **HEADERS,
            "Content-Security-Policy": policy(),
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


@get("/customers/{customer:str}/certificate", right=Right.BOOK)
async def show_form(
    context: Context, customer: FromPath[str], tax: FromQuery[str] = "", since: FromQuery[str] = ""
) -> Page:
    """Ask what a certificate says; of the period that a list of missing ones led from, if one did."""
    first = _day_or(since, context.today)
    period = Period.of(first, every_of(tax, context.merchant.options.withholding_periods))
    days = {"period_from": period.first.isoformat(), "period_to": period.last.isoformat()}
    return await _form(context, customer, SubmittedForm({"tax": tax, **days}))


def _day_or(text: str, today: date) -> date:
    try:
        return read_date(text) if text else today
    except Unreadable:
        return today


async def _form(
    context: MerchantContext, customer: str, typed: SubmittedForm, *, field_errors: FieldErrors | None = None
) -> Page:
    with unknown_is_404():
        withheld = await view_customer_withheld(context.hub, context.merchant, customer)
    return context.page(
        "certificate_form.html",
        status=422 if field_errors else 200,
        withheld=withheld,
        taxes=context.country.withheld_taxes,
        currencies=[(code, code) for code in context.country.currencies],
        today=context.today,
        typed=typed,
        field_errors=field_errors or {},
    )


@post(
    "/customers/{customer:str}/certificate",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    right=Right.BOOK,
)
async def record(context: Context, form: CheckedForm, customer: FromPath[str]) -> Page:
    """Keep a certificate."""
    try:
        wanted = await _understood(context, form, customer)
        with unknown_is_404():
            await record_certificate(context.hub, context.merchant, wanted)
    except NotTaken:
        errors = by_field((FieldError("file", Text("certificate.file_not_taken")),))
        return await _form(context, customer, form, field_errors=errors)
    except Invalid as invalid:
        problems = tuple(
            FieldError("number" if problem.field == "certificate" else problem.field, problem.message)
            for problem in invalid.problems
        )
        return await _form(context, customer, form, field_errors=by_field(problems))
    return redirect(f"{HERE}?year={wanted.period.last.year}")


async def _understood(context: MerchantContext, form: SubmittedForm, customer: str) -> WantedCertificate:
    """The certificate as it was typed.

    Raises:
        Invalid: Every fault that can be seen without the books.
    """
    problems: list[FieldError] = []
    currency = form.get("currency") if form.get("currency") in context.country.currencies else None
    amount = typed_amount(
        form.get("amount"), currency or context.country.currencies[0], "amount", problems, context.country
    )
    days = {
        name: typed_day(form.get(name), name, context.today, problems)
        for name in ("period_from", "period_to", "issued_on")
    }
    upload = form.files.get("file")
    content = await upload.read(MAX_BYTES + 1) if upload and upload.filename else b""
    if problems or amount is None:
        raise Invalid(tuple(problems))
    first, last = (Period.of(days[name], Every.MONTH) for name in ("period_from", "period_to"))
    return WantedCertificate(
        customer_id=customer,
        tax=form.get("tax"),
        number=form.get("number"),
        period=Period(first.first, last.last),
        issued_on=days["issued_on"],
        amount=amount,
        by=context.session.email,
        file=(upload.filename, content) if upload and upload.filename else None,
    )


@post("/certificates/{certificate:str}/void", status_code=200, right=Right.BOOK)
async def void(context: Context, form: CheckedForm, certificate: FromPath[str]) -> Page:
    """Say that a certificate is none; it stays in the list."""
    year = _year(context, form.get("year"))
    try:
        with unknown_is_404():
            await void_certificate(
                context.hub, context.merchant, certificate, reason=form.get("reason"), by=context.session.email
            )
    except Invalid as invalid:
        return await _page(context, year, typed=form, field_errors=by_field(invalid.problems))
    return redirect(f"{HERE}?year={year}")


@get("/certificates/{certificate:str}/file", right=Right.SEE)
async def save_file(context: Context, certificate: FromPath[str]) -> Response[bytes]:
    """The document as it was handed in; a browser saves it and never draws it."""
    with unknown_is_404():
        name, content = await open_certificate(context.hub, context.merchant, certificate)
    return Response(
        content,
        media_type="application/octet-stream",
        headers={
            **HEADERS,
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        },
    )


@post("/customers/{customer:str}/withholds", status_code=200, right=Right.BOOK)
async def mark(context: Context, form: CheckedForm, customer: FromPath[str]) -> Page:
    """Say whether a customer is a body of the State, which withholds."""
    with unknown_is_404():
        await mark_withholds(
            context.hub, context.merchant, customer, withholds=form.has("withholds"), by=context.session.email
        )
    return redirect(f"/m/customers/{customer}#withholds")


HANDLERS: list[ControllerRouterHandler] = [
    show_certificates,
    download_missing,
    show_form,
    record,
    void,
    save_file,
    mark,
]
