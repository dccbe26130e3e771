"""Configuración: the company's legal identity, and the merchant's choices."""

from __future__ import annotations

import attrs
from litestar import get, post
from litestar.types import ControllerRouterHandler

from hub.domain.identity import show_document
from hub.flows.save_company import CompanyForm, Invalid, save_company
from hub.flows.save_options import save_options
from hub.web.pages import Page

from .desk import AtDesk, Brought, Desk, by_field
from .rights import Right


@get("/settings", right=Right.SEE)
async def show_settings(desk: AtDesk) -> Page:
    """The boxes of Configuración."""
    return desk.page("settings.html")


@get("/company", right=Right.SEE)
async def show_company(desk: AtDesk) -> Page:
    """Configuración > Empresa."""
    return desk.page("company.html", typed=_typed(desk), faults={}, saved=None, names={})


@post("/company", status_code=200, right=Right.OWN)
async def save(desk: AtDesk, form: Brought) -> Page:
    """Save the company, and say which connections no longer agree with it."""
    desk.owners_only()
    typed = CompanyForm(
        country=desk.merchant.company.country,
        identity_type=form.get("identity_type"),
        identity_number=form.get("identity_number"),
        check_digit=form.get("check_digit"),
        legal_name=form.get("legal_name"),
        trade_name=form.get("trade_name"),
        address=form.beginning("address-"),
        phone=form.get("phone"),
        email=form.get("email"),
        zone=form.get("zone"),
    )
    try:
        saved = await save_company(desk.hub, desk.merchant.id, typed)
    except Invalid as invalid:
        return desk.page(
            "company.html", typed=typed, faults=by_field(invalid.problems), saved=None, names={}, status=422
        )
    now = attrs.evolve(desk, merchant=saved.merchant)
    names = {code: provider.info.name for code, provider in desk.hub.providers.items()}
    return now.page("company.html", typed=_typed(now), faults={}, saved=saved, names=names)


def _typed(desk: Desk) -> CompanyForm:
    company = desk.merchant.company
    return CompanyForm(
        country=company.country,
        identity_type=company.document.type,
        identity_number=show_document(desk.country, attrs.evolve(company.document, check_digit=None)),
        check_digit=company.document.check_digit or "",
        legal_name=company.legal_name,
        trade_name=company.trade_name,
        address=company.address,
        phone=company.phone,
        email=company.email,
        zone=company.zone,
    )


@get("/options", right=Right.SEE)
async def show_options(desk: AtDesk) -> Page:
    """Automatic recording, part payments, and who is told."""
    options = desk.merchant.options
    return desk.page("options.html", options=options, notify="\n".join(options.notify), faults={}, saved=False)


@post("/options", status_code=200, right=Right.OWN)
async def save_choices(desk: AtDesk, form: Brought) -> Page:
    """Save the choices."""
    auto_record, partial, notify = form.has("auto_record"), form.has("partial"), form.get("notify")
    try:
        merchant = await save_options(
            desk.hub,
            desk.merchant.id,
            auto_record=auto_record,
            partial=partial,
            notify=notify.replace(",", "\n").replace(";", "\n").splitlines(),
        )
    except Invalid as invalid:
        options = attrs.evolve(desk.merchant.options, auto_record=auto_record, partial=partial)
        return desk.page(
            "options.html", options=options, notify=notify, faults=by_field(invalid.problems), saved=False, status=422
        )
    now = attrs.evolve(desk, merchant=merchant)
    kept = merchant.options
    return now.page("options.html", options=kept, notify="\n".join(kept.notify), faults={}, saved=True)


HANDLERS: list[ControllerRouterHandler] = [show_settings, show_company, save, show_options, save_choices]
