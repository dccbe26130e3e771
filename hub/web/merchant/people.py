"""Configuración > Personas, and Configuración > Tienda en línea: who signs in, and which shops may call."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.identity import Invalid
from hub.domain.merchant import Role
from hub.flows.merchants.add_member import add_member
from hub.flows.merchants.issue_api_key import issue_api_key
from hub.flows.merchants.remove_member import remove_member
from hub.flows.merchants.revoke_api_key import revoke_api_key
from hub.flows.merchants.save_options import save_options
from hub.web.responses import Page, redirect

from .desk import AtDesk, Brought, Desk, FieldErrors, SubmittedForm, by_field, unknown_is_404
from .rights import ROLES, Right


@get("/members", right=Right.OWN)
async def show_members(desk: AtDesk) -> Page:
    """Who may sign in."""
    return await _members(desk)


async def _members(desk: Desk, *, typed: SubmittedForm | None = None, field_errors: FieldErrors | None = None) -> Page:
    members = await desk.hub.store.read(lambda tx: tx.merchants.members(desk.merchant.id))
    return desk.page(
        "members.html",
        status=422 if field_errors else 200,
        members=members,
        roles=ROLES,
        typed=typed or SubmittedForm({}),
        field_errors=field_errors or {},
    )


@post("/members", status_code=200, right=Right.OWN)
async def add(desk: AtDesk, form: Brought) -> Page:
    """Let a person sign in."""
    role = form.get("role")
    if role not in set(Role):
        return await _members(desk, typed=form, field_errors={"role": ["Elija qué puede hacer."]})
    try:
        await add_member(desk.hub, desk.merchant, form.get("email"), Role(role))
    except Invalid as invalid:
        return await _members(desk, typed=form, field_errors=by_field(invalid.problems))
    return redirect("/m/members")


@post("/members/remove", status_code=200, right=Right.OWN)
async def remove(desk: AtDesk, form: Brought) -> Page:
    """End a person's access."""
    with unknown_is_404():
        try:
            await remove_member(desk.hub, desk.merchant, form.get("email"), by=desk.session.email)
        except Invalid as invalid:
            return await _members(desk, field_errors=by_field(invalid.problems))
    return redirect("/m/members")


@get("/shop", right=Right.OWN)
async def show_shop(desk: AtDesk) -> Page:
    """API keys and the addresses of the merchant's shops."""
    return await _shop(desk)


async def _shop(
    desk: Desk, *, fresh: str = "", origins: str | None = None, field_errors: FieldErrors | None = None
) -> Page:
    keys = await desk.hub.store.read(lambda tx: tx.merchants.api_keys(desk.merchant.id))
    return desk.page(
        "shop.html",
        status=422 if field_errors else 200,
        keys=[key for key in keys if key.mode is desk.merchant.mode],
        fresh=fresh,
        origins="\n".join(desk.merchant.options.shop_origins) if origins is None else origins,
        address=f"{desk.hub.base_url}/v1/orders",
        field_errors=field_errors or {},
    )


@post("/shop/keys", status_code=200, right=Right.OWN)
async def issue(desk: AtDesk, form: Brought) -> Page:
    """A fresh key, shown this once."""
    name = form.get("name")
    if not name:
        return await _shop(desk, field_errors={"name": ["Escriba para qué es, por ejemplo Tienda."]})
    try:
        return await _shop(desk, fresh=await issue_api_key(desk.hub, desk.merchant, name))
    except Invalid as invalid:
        return await _shop(desk, field_errors=by_field(invalid.problems))


@post("/shop/keys/{key:str}/revoke", status_code=200, right=Right.OWN)
async def revoke(desk: AtDesk, form: Brought, key: FromPath[str]) -> Page:
    """The key opens nothing any more."""
    keys = await desk.hub.store.read(lambda tx: tx.merchants.api_keys(desk.merchant.id))
    with unknown_is_404():
        if key not in {item.id for item in keys if item.mode is desk.merchant.mode}:
            raise LookupError(key)
        await revoke_api_key(desk.hub, desk.merchant, key, by=desk.session.email)
    return redirect("/m/shop")


@post("/shop", status_code=200, right=Right.OWN)
async def save_origins(desk: AtDesk, form: Brought) -> Page:
    """Which shops may send their customers here."""
    text = form.get("shop_origins")
    try:
        await save_options(desk.hub, desk.merchant.id, shop_origins=text.replace(",", "\n").splitlines())
    except Invalid as invalid:
        return await _shop(desk, origins=text, field_errors=by_field(invalid.problems))
    return redirect("/m/shop")


HANDLERS: list[ControllerRouterHandler] = [show_members, add, remove, show_shop, issue, revoke, save_origins]
