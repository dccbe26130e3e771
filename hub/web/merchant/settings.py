"""Configuración: the company's legal identity, and the merchant's choices."""

from __future__ import annotations

from typing import Final

import attrs
from litestar import get, post
from litestar.types import ControllerRouterHandler

from hub.domain.account import AccountStatus
from hub.domain.cells import Unreadable, read_typed
from hub.domain.identity import FieldError, Invalid, show_document
from hub.domain.logo import MAX_BYTES, LogoRefused
from hub.domain.text import Text
from hub.flows.merchants.save_company import (
    TYPED,
    CompanyForm,
    CompanySaved,
    form_of,
    resting_on_identity,
    save_company,
)
from hub.flows.merchants.save_logo import remove_logo, save_logo
from hub.flows.merchants.save_options import save_options
from hub.flows.payments.offer_buttons import place_of
from hub.texts.engine import message as _
from hub.web.responses import Page
from hub_hookspecs import Money, plain

from .context import Context, MerchantContext
from .form import CheckedForm, FieldErrors, SubmittedForm, by_field
from .rights import Right

SWITCHES = ("auto_record", "partial", "withholdings", "write_off_rest", "digest")
MAX_FORM_BYTES: Final = MAX_BYTES + 256 * 1024
"""Of a request with a logo: the file, and the other fields."""

LOGO_ERRORS: Final = {
    "empty": _("Elija un archivo que no esté vacío."),
    "size": _("El archivo pasa de 1 MB."),
    "vector": _("Los archivos SVG no se aceptan, porque pueden llevar programas. Guárdelo como PNG y súbalo de nuevo."),
    "kind": _("El archivo no es una imagen PNG, JPEG o WebP."),
    "pixels": _("La imagen tiene demasiados puntos. Redúzcala a menos de 4000 por 4000 y súbala de nuevo."),
    "broken": _("La imagen está dañada o vacía. Ábrala en su computadora y guárdela de nuevo."),
}


@get("/settings", right=Right.SEE)
async def show_settings(context: Context) -> Page:
    """The boxes of Configuración."""
    return context.page("settings.html")


@get("/company", right=Right.SEE)
async def show_company(context: Context) -> Page:
    """Configuración > Empresa."""
    return await _company_page(context)


async def _company_page(
    context: MerchantContext,
    *,
    typed: CompanyForm | None = None,
    field_errors: FieldErrors | None = None,
    saved: CompanySaved | None = None,
    notice: str = "",
    form_error: Text | str = "",
) -> Page:
    return context.page(
        "company.html",
        typed=typed or _typed(context),
        field_errors=field_errors or {},
        saved=saved,
        resting=await resting_on_identity(context.hub, context.merchant) if context.is_owner else (),
        names={code: provider.info.name for code, provider in context.hub.providers.items()},
        notice=notice,
        form_error=form_error,
        status=200 if not form_error and field_errors is None else 422,
    )


@post("/company", status_code=200, right=Right.OWN, fresh=True)
async def save(context: Context, form: CheckedForm) -> Page:
    """Save the company, and say which connections no longer agree with it."""
    context.owners_only()
    typed = CompanyForm(
        country=context.merchant.company.country,
        address=form.beginning("address-"),
        **{name: form.get(name) for name in TYPED},
    )
    try:
        saved = await save_company(context.hub, context.merchant.id, typed)
    except Invalid as invalid:
        return await _company_page(context, typed=typed, field_errors=by_field(invalid.problems))
    return await _company_page(attrs.evolve(context, merchant=saved.merchant), saved=saved)


@post("/company/logo", status_code=200, request_max_body_size=MAX_FORM_BYTES, right=Right.OWN)
async def save_picture(context: Context, form: CheckedForm) -> Page:
    """Take a logo, redrawn."""
    context.owners_only()
    upload = form.files.get("logo")
    try:
        merchant = await save_logo(context.hub, context.merchant, await upload.read(MAX_BYTES + 1) if upload else b"")
    except LogoRefused as refused:
        return await _company_page(context, form_error=LOGO_ERRORS[refused.code])
    return await _company_page(attrs.evolve(context, merchant=merchant), notice=_("El logo quedó guardado."))


@post("/company/logo/remove", status_code=200, right=Right.OWN)
async def remove_picture(context: Context, form: CheckedForm) -> Page:
    """Show the initials again."""
    context.owners_only()
    merchant = await remove_logo(context.hub, context.merchant)
    return await _company_page(attrs.evolve(context, merchant=merchant), notice=_("El logo se quitó."))


def _typed(context: MerchantContext) -> CompanyForm:
    company = context.merchant.company
    number = show_document(context.country, attrs.evolve(company.document, check_digit=None))
    return attrs.evolve(form_of(company), identity_number=number)


@get("/options", right=Right.SEE)
async def show_options(context: Context) -> Page:
    """What customers may pay, what is recorded by itself, and who is told."""
    return await _options_page(context, _chosen(context))


async def _options_page(
    context: MerchantContext, typed: SubmittedForm, field_errors: FieldErrors | None = None, *, saved: bool = False
) -> Page:
    return context.page(
        "options.html",
        status=422 if field_errors else 200,
        typed=typed,
        currencies=context.country.currencies,
        connected=await _connected(context),
        withholds=context.country.withholdings
        or context.country.state_withholds
        or context.merchant.options.withholdings,
        field_errors=field_errors or {},
        saved=saved,
    )


def _chosen(context: MerchantContext) -> SubmittedForm:
    """The stored choices, as the form would bring them."""
    options = context.merchant.options
    values = {name: "on" for name in SWITCHES if getattr(options, name)}
    values |= {"notify": "\n".join(options.notify), "bank_account": options.bank_account}
    values["other_ways"] = options.other_ways
    values["ageing_cuts"] = ", ".join(map(str, options.ageing_cuts))
    for currency, minor in options.minimum.items():
        values[f"minimum-{currency}"] = plain(Money(minor, currency)).replace(".", context.country.decimal_sign or ",")
    return SubmittedForm(values)


async def _connected(context: MerchantContext) -> list[tuple[str, str]]:
    """(code, name) of the connected providers, in the order of their buttons."""
    accounts = await context.hub.store.read(
        lambda tx: tx.accounts.current_of(context.merchant.id, context.merchant.mode)
    )
    codes = {account.provider for account in accounts if account.status is AccountStatus.ACTIVE}
    providers = context.hub.providers
    ordered = sorted(codes, key=lambda code: place_of(context.merchant, code))
    return [(code, providers[code].info.name if code in providers else code) for code in ordered]


@post("/options", status_code=200, right=Right.OWN)
async def save_choices(context: Context, form: CheckedForm) -> Page:
    """Save the choices."""
    problems: list[FieldError] = []
    sign = context.country.decimal_sign
    minimum = {currency: _minimum(form, currency, sign, problems) for currency in context.country.currencies}
    kept = {name: least for name, least in context.merchant.options.minimum.items() if name not in minimum}
    order = sorted(form.beginning("order-").items(), key=lambda item: (_place(item[1]), item[0]))
    try:
        if problems:
            raise Invalid(tuple(problems))
        merchant = await save_options(
            context.hub,
            context.merchant.id,
            auto_record=form.has("auto_record"),
            partial=form.has("partial"),
            withholdings=form.has("withholdings"),
            write_off_rest=form.has("write_off_rest"),
            digest=form.has("digest"),
            bank_account=form.get("bank_account"),
            other_ways=form.get("other_ways"),
            ageing_cuts=form.get("ageing_cuts"),
            minimum={**kept, **minimum},
            button_order=[code for code, _ in order] if order else None,
            notify=form.get("notify").replace(",", "\n").replace(";", "\n").splitlines(),
        )
    except Invalid as invalid:
        return await _options_page(context, form, by_field(invalid.problems))
    now = attrs.evolve(context, merchant=merchant)
    return await _options_page(now, _chosen(now), saved=True)


def _minimum(form: SubmittedForm, currency: str, sign: str, problems: list[FieldError]) -> int:
    text = form.get(f"minimum-{currency}")
    try:
        return read_typed(text, currency, sign).minor if text else 0
    except Unreadable:
        problems.append(FieldError(f"minimum-{currency}", Text("typed.minimum")))
        return 0


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 999


HANDLERS: list[ControllerRouterHandler] = [
    show_settings,
    show_company,
    save,
    save_picture,
    remove_picture,
    show_options,
    save_choices,
]
