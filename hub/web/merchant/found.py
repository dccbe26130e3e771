"""The link of a new company: its identity and its owner, and whether the owner's mail went out. Nobody is signed in."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from hub.domain.identity import Invalid
from hub.domain.message import DeliveryState
from hub.flows.merchants.found_company import Founding, found_company, invite_owner_again, view_founding
from hub.flows.merchants.save_company import TYPED, CompanyForm
from hub.web.links import is_cut
from hub.web.request import Request, hub_of
from hub.web.responses import Page, redirect
from hub_hookspecs import Country

from . import words
from .context import unknown_is_404
from .form import FieldErrors, by_field
from .sign_in import entry_form, entry_page

REFRESH_SECONDS = 4


@get("/new/{link:str}")
async def show(request: Request, link: FromPath[str], country: FromQuery[str] = "") -> Page:
    """Which country; then the company and its owner; then whether the invitation went out."""
    with unknown_is_404():
        founding = await view_founding(hub_of(request), "" if is_cut(request.url.path) else link)
    return _page(request, link, founding, _typed(country))


def _typed(country: str, **fields: Any) -> CompanyForm:
    empty = dict.fromkeys((*TYPED, "country"), "")
    return CompanyForm(**{**empty, "country": country, **fields})


def _page(
    request: Request,
    link: str,
    founding: Founding,
    typed: CompanyForm,
    *,
    owner: str = "",
    field_errors: FieldErrors | None = None,
) -> Page:
    countries = hub_of(request).countries
    chosen: Country | None = countries.get(typed.country)
    if chosen is None and len(countries) == 1:
        chosen = next(iter(countries.values()))
    waits = founding.mail is not None and founding.mail.state is DeliveryState.DUE
    return entry_page(
        request,
        "found.html",
        status=422 if field_errors else 200,
        link=link,
        founding=founding,
        waits=waits,
        refresh=REFRESH_SECONDS if waits else 0,
        countries=sorted(countries.values(), key=lambda country: country.name),
        country=chosen,
        typed=typed,
        owner=owner,
        field_errors=field_errors or {},
        words=words,
    )


@post("/new/{link:str}", status_code=200)
async def found(request: Request, link: FromPath[str]) -> Page:
    """Register the company, and invite its owner; or, once it is there, invite once more."""
    hub, form = hub_of(request), await entry_form(request)
    with unknown_is_404():
        if form.has("again"):
            await invite_owner_again(hub, link)
            return redirect(f"/m/new/{link}")
        founding = await view_founding(hub, link)
        owner = form.get("owner_email")
        typed = _typed(
            form.get("country"),
            address=form.beginning("address-"),
            **{**{name: form.get(name) for name in TYPED}, "email": owner},
        )
        if founding.merchant is None:
            try:
                await found_company(hub, link, typed, owner_email=owner)
            except Invalid as invalid:
                errors = by_field(invalid.problems)
                return _page(request, link, founding, typed, owner=owner, field_errors=errors)
    return redirect(f"/m/new/{link}")


HANDLERS: list[ControllerRouterHandler] = [show, found]
