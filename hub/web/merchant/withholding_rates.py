"""Opciones > Retenciones: the rates that payers withhold, by date, and how far their word alone goes."""

from __future__ import annotations

import attrs
from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.cells import Unreadable, read_typed
from hub.domain.identity import FieldError, Invalid
from hub.domain.text import Text
from hub.domain.withholding import RateUnit, WithholdingRate, read_rate
from hub.domain.withholding_certificate import Every
from hub.flows.merchants.withholding_rates import add_rate, close_rate, drop_rate, list_rates, save_terms
from hub.web.responses import Page, redirect
from hub_hookspecs import Money, plain

from .by_hand import ONE_AMOUNT, typed_day
from .context import Context, MerchantContext, unknown_is_404
from .form import NOTHING, CheckedForm, FieldErrors, SubmittedForm, by_field
from .rights import Right

HERE = "/m/options/withholdings"
EVERIES = {
    Every.YEAR: Text("certificate.every_year"),
    Every.TWO_MONTHS: Text("certificate.every_two_months"),
    Every.MONTH: Text("certificate.every_month"),
}
UNITS = {RateUnit.PERCENT: "por ciento (%)", RateUnit.PER_MILLE: "por mil (‰)"}


@get("/options/withholdings", right=Right.SEE)
async def show_rates(context: Context) -> Page:
    """The rates, those that hold and those that ended."""
    return await _page(context)


async def _page(
    context: MerchantContext,
    *,
    typed: SubmittedForm = NOTHING,
    field_errors: FieldErrors | None = None,
    saved: bool = False,
) -> Page:
    rates = await list_rates(context.hub, context.merchant)
    return context.page(
        "withholding_rates.html",
        status=422 if field_errors else 200,
        today=context.today,
        current=[rate for rate in rates if rate.valid_to is None or rate.valid_to >= context.today],
        ended=[rate for rate in rates if rate.valid_to is not None and rate.valid_to < context.today],
        taxes=context.country.withheld_taxes,
        of_vat=context.country.withheld_of_vat,
        currencies=context.country.currencies,
        units=list(UNITS.items()),
        everies=list(EVERIES.items()),
        terms=_terms(context),
        written_rate=lambda rate: str(rate.number).replace(".", context.country.decimal_sign or ","),
        typed=typed,
        field_errors=field_errors or {},
        saved=saved,
    )


def _terms(context: MerchantContext) -> SubmittedForm:
    """What is stored, as the form would bring it."""
    options, sign = context.merchant.options, context.country.decimal_sign or ","
    values = {}
    for name, amounts in (("tolerance", options.withholding_tolerance), ("cap", options.withholding_cap)):
        for currency, minor in amounts.items():
            values[f"{name}-{currency}"] = plain(Money(minor, currency)).replace(".", sign)
    if options.withholding_cap_parts:
        whole, rest = divmod(options.withholding_cap_parts, 10_000)
        values["cap_share"] = f"{whole}{sign}{rest:04}".rstrip("0").rstrip(sign)
    values |= {f"period-{tax}": every for tax, every in options.withholding_periods.items()}
    return SubmittedForm(values)


@post("/options/withholdings", status_code=200, right=Right.OWN)
async def save(context: Context, form: CheckedForm) -> Page:
    """Save how far a payer's word alone goes."""
    problems: list[FieldError] = []
    tolerance = {
        currency: _amount(context, form, f"tolerance-{currency}", problems) for currency in context.country.currencies
    }
    cap = {currency: _amount(context, form, f"cap-{currency}", problems) for currency in context.country.currencies}
    share = form.get("cap_share").removesuffix("%").strip()
    parts = read_rate(share, RateUnit.PERCENT) if share else 0
    if parts is None:
        problems.append(FieldError("cap_share", Text("rate.not_a_share")))
    periods = {tax: text for tax, text in form.beginning("period-").items() if text in set(Every)}
    if problems or parts is None:
        return await _page(context, typed=form, field_errors=by_field(tuple(problems)))
    merchant = await save_terms(
        context.hub, context.merchant, tolerance=tolerance, cap=cap, cap_parts=parts, periods=periods
    )
    return await _page(attrs.evolve(context, merchant=merchant), saved=True)


def _amount(context: MerchantContext, form: SubmittedForm, name: str, problems: list[FieldError]) -> int:
    """An amount that may be left empty, minor units."""
    text, currency = form.get(name), name.rpartition("-")[2]
    try:
        amount = read_typed(text, currency, context.country.decimal_sign).minor if text else 0
    except Unreadable:
        problems.append(FieldError(name, ONE_AMOUNT))
        return 0
    if amount < 0:
        problems.append(FieldError(name, ONE_AMOUNT))
    return amount


@post("/options/withholdings/rates", status_code=200, right=Right.BOOK)
async def add(context: Context, form: CheckedForm) -> Page:
    """Add a rate; the one that held until now ends the day before."""
    try:
        await add_rate(context.hub, context.merchant, _understood(context, form))
    except Invalid as invalid:
        return await _page(context, typed=form, field_errors=by_field(invalid.problems))
    return redirect(HERE)


def _understood(context: MerchantContext, form: SubmittedForm) -> WithholdingRate:
    """The rate as it was typed.

    Raises:
        Invalid: Every fault that can be seen without the table.
    """
    problems: list[FieldError] = []
    unit = RateUnit(form.get("unit")) if form.get("unit") in set(RateUnit) else RateUnit.PERCENT
    parts = read_rate(form.get("rate").rstrip("%‰ "), unit)
    if parts is None:
        problems.append(FieldError("rate", Text("rate.not_a_rate")))
    known = context.country.currencies
    currency = form.get("currency") if form.get("currency") in known else known[0]
    try:
        text = form.get("minimum_base")
        minimum = read_typed(text, currency, context.country.decimal_sign) if text else Money(0, currency)
    except Unreadable:
        problems.append(FieldError("minimum_base", ONE_AMOUNT))
        minimum = Money(0, currency)
    day = typed_day(form.get("valid_from"), "valid_from", context.today, problems)
    if problems or parts is None:
        raise Invalid(tuple(problems))
    return WithholdingRate(
        id="",
        merchant_id=context.merchant.id,
        tax=form.get("tax"),
        concept=form.get("concept"),
        parts=parts,
        unit=unit,
        minimum_base=minimum,
        valid_from=day,
        added_by=context.session.email,
        added_at=context.hub.clock(),
    )


@post("/options/withholdings/rates/{rate:str}/close", status_code=200, right=Right.BOOK)
async def close(context: Context, form: CheckedForm, rate: FromPath[str]) -> Page:
    """Say which day was a rate's last."""
    problems: list[FieldError] = []
    day = typed_day(form.get("valid_to"), "valid_to", context.today, problems)
    try:
        if problems:
            raise Invalid(tuple(problems))
        with unknown_is_404():
            await close_rate(context.hub, context.merchant, rate, day, by=context.session.email)
    except Invalid as invalid:
        return await _page(context, typed=form, field_errors=by_field(invalid.problems))
    return redirect(HERE)


@post("/options/withholdings/rates/{rate:str}/remove", status_code=200, right=Right.BOOK)
async def remove(context: Context, form: CheckedForm, rate: FromPath[str]) -> Page:
    """Remove a rate that no payment rests on."""
    try:
        with unknown_is_404():
            await drop_rate(context.hub, context.merchant, rate)
    except Invalid as invalid:
        return await _page(context, typed=form, field_errors=by_field(invalid.problems))
    return redirect(HERE)


HANDLERS: list[ControllerRouterHandler] = [show_rates, save, add, close, remove]
