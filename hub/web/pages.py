"""Pages: one Jinja environment, drawn for one hub in the language of who reads them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, cast
from urllib.parse import urlencode

import attrs
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar import Response
from litestar.datastructures import Cookie
from litestar.enums import MediaType

from hub.domain.decision import named
from hub.domain.merchant import Merchant
from hub.domain.text import Text
from hub.flows.ground.ports import Hub
from hub.flows.views.print_document import prints
from hub_hookspecs import Mode

from .cookies import cookie
from .form_token import FORM_FIELD
from .language import LANGUAGE_COOKIE, LANGUAGES, language_of, manner_of
from .markup import button_class, company_logo, initials_of, link_to, logo_url, qr_of, strong, whole
from .reader import DEFAULT_LOCALE, PageReader, reader_for
from .request import Request
from .responses import HEADERS, Page, policy

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"
YEAR: Final = 365 * 86_400


@attrs.frozen
class Pages:
    """Draws pages for one hub.

    Attributes:
        language: What the reader reads; empty for the merchant's own Spanish.
        manner: The Spanish of pages that are no merchant's.
        switch: The same page in the other language; empty where there is none.
        remember: A language that was chosen now, kept in a cookie.
    """

    hub: Hub
    environment: Environment
    language: str = ""
    manner: str = DEFAULT_LOCALE
    switch: str = ""
    remember: str = ""

    def reader_of(self, merchant: Merchant | None) -> PageReader:
        """For whom a page of this merchant is drawn."""
        reader = reader_for(merchant, self.language or ("" if merchant else self.manner))
        familiar = {country.locale for country in self.hub.countries.values() if country.familiar}
        return attrs.evolve(reader, familiar=reader.locale in familiar)

    def read_by(self, request: Request, known: str = "", *, chosen: str = "") -> Pages:
        """These pages in the language of whoever asks; ``known`` and ``chosen`` as in ``language_of``."""
        language, asked = language_of(request, self.hub, known, chosen=chosen), request.query_params.get("lang", "")
        other = "es" if language else "en"
        others = [
            (name, value) for name, value in request.query_params.multi_items() if name not in ("lang", "continuar")
        ]
        return attrs.evolve(
            self,
            language=language,
            manner=manner_of(request, self.hub.countries.values()),
            switch=f"{request.url.path}?{urlencode([*others, ('lang', other)])}" if request.method == "GET" else "",
            remember=asked if asked in LANGUAGES else "",
        )

    def page(
        self,
        template: str,
        *,
        merchant: Merchant | None = None,
        mode: Mode | None = None,
        status: int = 200,
        style: str = "",
        script: str = "",
        form_to: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
        cookies: Sequence[Cookie] = (),
        **values: object,
    ) -> Page:
        """A template drawn, with the headers that every page carries.

        Args:
            merchant: Whose page it is: its name, locale and zone.
            mode: Marks the page as a test; the merchant's own mode if it is not given.
            style: Generated rules for this page; the policy allows exactly these.
            script: Name of a script of ours among the static files; the policy allows exactly this one.
            form_to: Addresses outside that a form of this page may post to.
        """
        reader = self.reader_of(merchant)
        texts = reader.texts
        shown = mode or (merchant.mode if merchant else None)
        text = self.environment.get_template(template).render(
            reader=reader,
            _=reader.say,
            ngettext=texts.count,
            rich=texts.rich,
            named=named,
            merchant=merchant,
            company=merchant.company if merchant else None,
            is_test=shown is Mode.TEST,
            is_simulated=self.hub.simulated and shown is Mode.TEST,
            style=style,
            script=script,
            switch=self.switch,
            sheets=("hub.css", "desk.css" if template.startswith("merchant/") else "payer.css"),
            **values,
        )
        return Response(
            text,
            media_type=MediaType.HTML,
            status_code=status,
            headers={
                **HEADERS,
                "Content-Security-Policy": policy(
                    style, form_to, f"{self.hub.base_url}/static/{script}" if script else ""
                ),
                **(headers or {}),
            },
            cookies=[
                *cookies,
                *([cookie(self.hub, LANGUAGE_COOKIE, self.remember, seconds=YEAR)] if self.remember else []),
            ],
        )

    def _address_of(self, script: str) -> str:
        return f"{self.hub.base_url}/static/{script}" if script else ""


def open_pages(hub: Hub) -> Pages:
    """The pages of a hub; templates are read when they are first used."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_in_words,
    )
    tags = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in STATIC.iterdir()}

    def asset_url(name: str) -> str:
        return f"/static/{name}?{tags[name]}"

    environment.globals.update(
        asset_url=asset_url,
        button_class=button_class,
        logo_url=logo_url,
        qr_of=qr_of,
        company_logo=company_logo,
        initials_of=initials_of,
        strong=strong,
        whole=whole,
        link_to=link_to,
        FORM_FIELD=FORM_FIELD,
    )
    environment.globals["prints"] = prints(hub)
    environment.filters["said_by"] = lambda text, say: say(text)
    return Pages(hub, environment)


@pass_context
def _in_words(context: Context, value: object) -> object:
    """What a template prints: a text in the words of the page's reader, everything else as it is."""
    return context["reader"].words(value) if isinstance(value, Text) else value


def pages_of(request: Request) -> Pages:
    """The pages of the hub that answers a request."""
    return cast(Pages, request.app.state["pages"])


def reader_pages_of(request: Request, known: str = "", *, chosen: str = "") -> Pages:
    """The pages of the hub in the language of whoever asks; ``known`` and ``chosen`` as in ``language_of``."""
    return pages_of(request).read_by(request, known, chosen=chosen)
