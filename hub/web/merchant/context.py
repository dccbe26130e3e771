"""Who is signed in, with the merchant and the pages: what every handler of the merchant starts with."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import attrs
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException

from hub.domain.merchant import Merchant, Session
from hub.domain.refusals import Unavailable
from hub.flows.ground.as_drawn import as_drawn
from hub.flows.ground.ports import Hub
from hub.flows.ground.read_drawn import Subject, drawn_from, state_of
from hub.flows.merchants.choose_language import speak_language
from hub.flows.merchants.sign_in import who
from hub.flows.views.print_document import PdfMissing
from hub.web.cookies import cookie, cookie_name
from hub.web.form_token import FORM_FIELD, is_same
from hub.web.pages import Pages, reader_pages_of
from hub.web.request import Request, hub_of
from hub.web.responses import Page, redirect
from hub_hookspecs import Country, Mode

from . import words
from .closed_months import looking_hub
from .form import NOTHING, SubmittedForm, read_form
from .rights import RIGHTS, Right

SESSION = "session"
NEXT = "next"
NEXT_SECONDS = 20 * 60
NOT_YOURS = "Solo quien administra la empresa puede hacer esto, o quien tenga su permiso."


class NotSignedIn(Exception):
    """Nobody is signed in with this browser."""


class FormRefused(Exception):
    """A form that must not be taken; says why."""


@attrs.frozen
class NotFresh(Exception):
    """A form that asks for a recent sign-in, sent by somebody who signed in long ago; nothing of it was done."""

    context: MerchantContext
    form: SubmittedForm


@attrs.frozen(kw_only=True)
class MerchantContext:
    """What the page of a signed-in browser is made from: hub, pages, session and merchant.

    Attributes:
        hub: Where the route says what its form is ``drawn`` from, it writes on what that form showed, or nothing.
    """

    hub: Hub
    pages: Pages
    session: Session
    merchant: Merchant
    here: str

    @property
    def country(self) -> Country:
        """The merchant's country."""
        country: Country = self.hub.countries[self.merchant.company.country]
        return country

    @property
    def today(self) -> date:
        """The date where the merchant is."""
        return words.day_in(self.hub.clock(), self.merchant.company.zone)

    @property
    def is_owner(self) -> bool:
        """Whether company and connections may be changed."""
        return self.can(Right.OWN)

    def can(self, right: str) -> bool:
        """Whether whoever is signed in has this right."""
        return right in RIGHTS[self.session.role]

    async def drawn_from(self, subject: Subject, this: str) -> str:
        """What a money form about this carries; asked before what the form shows is read."""
        return await drawn_from(self.hub, subject, this, self.merchant.mode)

    def owners_only(self) -> None:
        """Refuse everyone but the owner.

        Raises:
            Refused: An accountant.
        """
        if not self.is_owner:
            raise FormRefused(NOT_YOURS)

    def page(
        self,
        template: str,
        *,
        status: int = 200,
        mode: Mode | None = None,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Page:
        """One of the merchant's pages; where a form is drawn again, ``sent`` is what was typed into it."""
        typed: SubmittedForm = values.setdefault("typed", NOTHING)

        def sent(address: str, **told_by: str) -> SubmittedForm:
            is_it = address == self.here and all(typed.get(name) == text for name, text in told_by.items())
            return typed if is_it else NOTHING

        return self.pages.page(
            f"merchant/{template}",
            merchant=self.merchant,
            mode=mode,
            status=status,
            headers=headers,
            session=self.session,
            token=self.session.csrf,
            is_owner=self.is_owner,
            can=self.can,
            is_fresh=self.session.is_fresh(self.hub.clock()),
            country=self.country,
            here=self.here,
            sent=sent,
            words=words,
            mail_names=words.mail_names(self.hub),
            **values,
        )


Context = NamedDependency[MerchantContext]
"""The context of the request, as a handler asks for it."""


async def open_context(request: Request) -> MerchantContext:
    """The context of the signed-in browser.

    Raises:
        NotSignedIn: No session, or one that is over.
        Refused: The route asks for a right that this person does not have.
    """
    hub = hub_of(request)
    found = await who(hub, request.cookies.get(cookie_name(hub, SESSION), ""))
    if found is None:
        raise NotSignedIn
    session, merchant = found.session, found.merchant
    if request.route_handler.opt.get("right", Right.OWN) not in RIGHTS[session.role]:
        raise FormRefused(NOT_YOURS)
    pages = reader_pages_of(request, chosen=found.language)
    if pages.remember and pages.remember != found.language:
        with contextlib.suppress(Unavailable):  # the page is shown all the same, and the cookie keeps it
            await speak_language(hub, session, pages.remember)
    hub = await _as_drawn(request, hub, merchant.mode)
    context = MerchantContext(hub=hub, pages=pages, session=session, merchant=merchant, here=request.url.path)
    if request.method != "POST" or request.route_handler.opt.get("facts"):
        return context
    return attrs.evolve(context, hub=looking_hub(context, await read_form(request)))


async def _as_drawn(request: Request, hub: Hub, mode: Mode) -> Hub:
    """The hub for whoever sends a form; what the route's ``drawn`` is about, its address or the form names."""
    subject: Subject | None = request.route_handler.opt.get("drawn")
    if subject is None:
        return hub
    form = await read_form(request)
    named = {**form.values, **request.path_params}
    this = f"{named.get('account')}:{named.get('line')}" if subject is Subject.LINE else str(named.get(subject.value))
    return as_drawn(hub, state_of(subject, this, mode), form.get("drawn"))


async def checked_form(request: Request, context: Context) -> SubmittedForm:
    """A form of a signed-in page, whose token was checked.

    Raises:
        Refused: The form did not come from our page of this session.
        NotFresh: The route asks for a ``fresh`` sign-in, and this one is not.
    """
    form = await read_form(request)
    if not is_same(context.session.csrf, form.values.get(FORM_FIELD)):
        raise FormRefused("El formulario venció. Abra la página de nuevo y repita el paso.")
    if request.route_handler.opt.get("fresh") and not context.session.is_fresh(context.hub.clock()):
        raise NotFresh(context, form)
    return form


def show_sign_in(request: Request, _error: NotSignedIn) -> Page:
    """Send the browser to the sign-in page, and remember where it wanted to go."""
    hub = hub_of(request)
    wanted = request.url.path if request.method == "GET" else "/m"
    return redirect("/m/sign-in", cookies=[cookie(hub, NEXT, wanted, seconds=NEXT_SECONDS)])


def show_refused(request: Request, refused: FormRefused) -> Page:
    """Say why the form was not taken."""
    return reader_pages_of(request).page(
        "error.html", status=403, title="No se hizo ningún cambio", advice=str(refused)
    )


@contextmanager
def unknown_is_404() -> Iterator[None]:
    """What a flow did not find, found with another merchant, or has no means to draw, is not there."""
    try:
        yield
    except (LookupError, PdfMissing) as error:
        raise NotFoundException("Esta página no existe.") from error
