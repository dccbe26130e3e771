"""Sign-in by a mailed link, and out again. The link's page shows a button, since mail scanners open links."""

from __future__ import annotations

import time
from secrets import token_urlsafe
from typing import Any

import attrs
import structlog
from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.allowance import Allowance
from hub.domain.mail_address import MAX_ADDRESS_LENGTH
from hub.flows.ground.ports import Hub
from hub.flows.merchants.sign_in import SESSION_LIFE, request_sign_in, sign_in, sign_out
from hub.web.cookies import cookie, cookie_name
from hub.web.door import visitor_of
from hub.web.form_token import FORM_FIELD, is_same
from hub.web.links import is_cut
from hub.web.pages import reader_pages_of
from hub.web.proxies import BlindSpots
from hub.web.request import Request, hub_of
from hub.web.responses import Page, redirect
from hub_hookspecs import Mode

from .context import NEXT, NEXT_SECONDS, SESSION, Context, FormRefused
from .form import CheckedForm, SubmittedForm, read_form
from .rights import Right

log = structlog.get_logger()

TRIES = 10
TRIES_FROM_ONE_PLACE = 30
TRY_SECONDS = 900.0
ENTRY = "entry"
"""Cookie that ties a form to the browser that was shown it, before there is a session."""


@attrs.frozen
class Tries:
    """How often people try to sign in; counted alike for addresses that we know and that we do not.

    Attributes:
        mails: Links asked for, by mail address.
        places: Links asked for, by the visitor's address.
        links: Links that opened nothing, by the visitor's address.
    """

    mails: Allowance = attrs.Factory(lambda: Allowance(TRIES, TRY_SECONDS))
    places: Allowance = attrs.Factory(lambda: Allowance(TRIES_FROM_ONE_PLACE, TRY_SECONDS))
    links: Allowance = attrs.Factory(lambda: Allowance(TRIES, TRY_SECONDS))


def tries_of(request: Request) -> Tries:
    """How often people tried, here."""
    tries: Tries = request.app.state["tries"]
    return tries


def too_many(request: Request) -> Page:
    """Say that somebody tried too often."""
    advice = "Espere 15 minutos y vuelva a intentarlo. Los enlaces que ya recibió siguen sirviendo."
    return reader_pages_of(request).page(
        "error.html", status=429, title="Demasiados intentos", advice=advice, headers={"Retry-After": "900"}
    )


def entry_page(request: Request, template: str, *, status: int = 200, **values: Any) -> Page:
    """A page before there is a session, whose form is tied to this browser by a cookie."""
    hub = hub_of(request)
    entry = request.cookies.get(cookie_name(hub, ENTRY), "") or token_urlsafe(24)
    return reader_pages_of(request).page(
        f"merchant/{template}",
        mode=Mode.TEST if hub.simulated else None,
        status=status,
        token=hub.vault.form_token("entry", entry),
        cookies=[cookie(hub, ENTRY, entry, seconds=NEXT_SECONDS)],
        **values,
    )


async def entry_form(request: Request) -> SubmittedForm:
    """Its form, come from the same browser.

    Raises:
        FormRefused: It did not.
    """
    hub, form = hub_of(request), await read_form(request)
    entry = request.cookies.get(cookie_name(hub, ENTRY), "")
    if not entry or not is_same(hub.vault.form_token("entry", entry), form.values.get(FORM_FIELD)):
        raise FormRefused("El formulario venció. Abra la página de nuevo y repita el paso.")
    return form


@get("/sign-in")
async def show_form(request: Request) -> Page:
    """Ask for the mail address."""
    return entry_page(request, "sign_in.html", sent=False)


@post("/sign-in", status_code=200)
async def send_link(request: Request) -> Page:
    """Mail a link, and say the same whoever asked."""
    hub, form = hub_of(request), await entry_form(request)
    email, tries, now = form.get("email")[:MAX_ADDRESS_LENGTH].lower(), tries_of(request), time.monotonic()
    if not tries.places.take(visitor_of(request.scope), now):
        blind_spots: BlindSpots = request.app.state["blind_spots"]
        blind_spots.shut_out(request.scope)
        return too_many(request)
    if not tries.mails.take(email, now):
        return too_many(request)
    hub.spawn(_mail_link(hub, email))
    return entry_page(request, "sign_in.html", sent=True)


async def _mail_link(hub: Hub, email: str) -> None:
    """Not part of the answer, whose time would tell whether the address is known."""
    try:
        await request_sign_in(hub, email)
    except Exception:
        log.exception("sign_in_not_mailed")


@get("/sign-in/{link:str}")
async def show_button(request: Request, link: FromPath[str]) -> Page:
    """The mailed link: a button, and nothing is used up yet."""
    if is_cut(request.url.path):
        raise NotFoundException
    return entry_page(request, "enter.html", link=link, over=False)


@post("/sign-in/{link:str}", status_code=200)
async def enter(request: Request, link: FromPath[str]) -> Page:
    """Use the mailed link once."""
    hub, tries, visitor = hub_of(request), tries_of(request).links, visitor_of(request.scope)
    await entry_form(request)
    if tries.wait(visitor, time.monotonic()):
        return too_many(request)
    signed_in = await sign_in(hub, link, instead=request.cookies.get(cookie_name(hub, SESSION), ""))
    if signed_in is None:
        tries.take(visitor, time.monotonic())
        return entry_page(request, "enter.html", link=link, over=True, status=410)
    return redirect(
        _wanted(hub, request),
        cookies=[
            cookie(hub, SESSION, signed_in.token, seconds=int(SESSION_LIFE.total_seconds())),
            cookie(hub, ENTRY, "", seconds=0),
            cookie(hub, NEXT, "", seconds=0),
        ],
    )


def _wanted(hub: Hub, request: Request) -> str:
    """Where the browser wanted to go before it had to sign in; only ever one of our own pages."""
    return inside(request.cookies.get(cookie_name(hub, NEXT), ""))


def inside(path: str) -> str:
    """One of our own pages, and never another address."""
    return path if path.startswith("/m/") and path.isprintable() and "\\" not in path else "/m"


@post("/sign-out", status_code=200, right=Right.SEE)
async def leave(request: Request, context: Context, form: CheckedForm) -> Page:
    """End the session."""
    await sign_out(context.hub, request.cookies.get(cookie_name(context.hub, SESSION), ""))
    return redirect("/m/sign-in", cookies=[cookie(context.hub, SESSION, "", seconds=0)])


HANDLERS: list[ControllerRouterHandler] = [show_form, send_link, show_button, enter, leave]
