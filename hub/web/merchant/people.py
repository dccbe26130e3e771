"""Configuración > Personas, and Configuración > Tienda en línea: who signs in, and which shops may call."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.identity import Invalid
from hub.domain.merchant import Role
from hub.domain.text import Text
from hub.flows.merchants.add_member import add_member
from hub.flows.merchants.invite import invitation_of, invite_again
from hub.flows.merchants.issue_api_key import issue_api_key
from hub.flows.merchants.remove_member import remove_member
from hub.flows.merchants.revoke_api_key import revoke_api_key
from hub.flows.merchants.save_options import save_options
from hub.web.responses import Page, redirect

from .context import Context, MerchantContext, unknown_is_404
from .form import CheckedForm, FieldErrors, SubmittedForm, by_field
from .rights import ROLES, Right


@get("/members", right=Right.OWN)
async def show_members(context: Context) -> Page:
    """Who may sign in."""
    return await _members(context)


async def _members(
    context: MerchantContext,
    *,
    typed: SubmittedForm | None = None,
    field_errors: FieldErrors | None = None,
    notice: Text | str = "",
) -> Page:
    members = await context.hub.store.read(lambda tx: tx.merchants.members(context.merchant.id))
    return context.page(
        "members.html",
        status=422 if field_errors else 200,
        members=members,
        roles=ROLES,
        notice=notice,
        typed=typed or SubmittedForm({}),
        field_errors=field_errors or {},
    )


@post("/members", status_code=200, right=Right.OWN, fresh=True)
async def add(context: Context, form: CheckedForm) -> Page:
    """Let a person sign in."""
    role = form.get("role")
    if role not in set(Role):
        return await _members(context, typed=form, field_errors={"role": ["Elija qué puede hacer."]})
    try:
        await add_member(
            context.hub,
            context.merchant,
            form.get("email"),
            Role(role),
            invitation=invitation_of(context.hub, context.session.email),
        )
    except Invalid as invalid:
        return await _members(context, typed=form, field_errors=by_field(invalid.problems))
    return redirect("/m/members")


@post("/members/remove", status_code=200, right=Right.OWN)
async def remove(context: Context, form: CheckedForm) -> Page:
    """End a person's access."""
    with unknown_is_404():
        try:
            await remove_member(context.hub, context.merchant, form.get("email"), by=context.session.email)
        except Invalid as invalid:
            return await _members(context, field_errors=by_field(invalid.problems))
    return redirect("/m/members")


@post("/members/invite", status_code=200, right=Right.OWN)
async def invite_once_more(context: Context, form: CheckedForm) -> Page:
    """Mail a fresh first link to somebody whose mail did not come."""
    with unknown_is_404():
        member = await invite_again(context.hub, context.merchant, form.get("email"), by=context.session.email)
    return await _members(context, notice=Text("member.invited", address=member.email))


@get("/shop", right=Right.OWN)
async def show_shop(context: Context) -> Page:
    """API keys and the addresses of the merchant's shops."""
    return await _shop(context)


async def _shop(
    context: MerchantContext, *, fresh: str = "", origins: str | None = None, field_errors: FieldErrors | None = None
) -> Page:
    keys = await context.hub.store.read(lambda tx: tx.merchants.api_keys(context.merchant.id))
    return context.page(
        "shop.html",
        status=422 if field_errors else 200,
        keys=[key for key in keys if key.mode is context.merchant.mode],
        fresh=fresh,
        origins="\n".join(context.merchant.options.shop_origins) if origins is None else origins,
        address=f"{context.hub.base_url}/v1/orders",
        field_errors=field_errors or {},
    )


@post("/shop/keys", status_code=200, right=Right.OWN)
async def issue(context: Context, form: CheckedForm) -> Page:
    """A fresh key, shown this once."""
    name = form.get("name")
    if not name:
        return await _shop(context, field_errors={"name": ["Escriba para qué es, por ejemplo Tienda."]})
    try:
        return await _shop(context, fresh=await issue_api_key(context.hub, context.merchant, name))
    except Invalid as invalid:
        return await _shop(context, field_errors=by_field(invalid.problems))


@post("/shop/keys/{key:str}/revoke", status_code=200, right=Right.OWN)
async def revoke(context: Context, form: CheckedForm, key: FromPath[str]) -> Page:
    """The key opens nothing any more."""
    keys = await context.hub.store.read(lambda tx: tx.merchants.api_keys(context.merchant.id))
    with unknown_is_404():
        if key not in {item.id for item in keys if item.mode is context.merchant.mode}:
            raise LookupError(key)
        await revoke_api_key(context.hub, context.merchant, key, by=context.session.email)
    return redirect("/m/shop")


@post("/shop", status_code=200, right=Right.OWN)
async def save_origins(context: Context, form: CheckedForm) -> Page:
    """Which shops may send their customers here."""
    text = form.get("shop_origins")
    try:
        await save_options(context.hub, context.merchant.id, shop_origins=text.replace(",", "\n").splitlines())
    except Invalid as invalid:
        return await _shop(context, origins=text, field_errors=by_field(invalid.problems))
    return redirect("/m/shop")


HANDLERS: list[ControllerRouterHandler] = [
    show_members,
    add,
    remove,
    invite_once_more,
    show_shop,
    issue,
    revoke,
    save_origins,
]
