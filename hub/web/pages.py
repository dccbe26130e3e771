"""Pages: one Jinja environment, one set of headers, form tokens and cookies."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

import attrs
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar import Request as LitestarRequest
from litestar import Response
from litestar.datastructures import Cookie
from litestar.enums import MediaType
from markupsafe import Markup

from hub.domain.figures import date_text, datetime_text, money_text
from hub.domain.merchant import Link, Merchant
from hub.domain.offer import Offered
from hub.domain.pdf import PdfFile
from hub.domain.text import Text
from hub.flows.ground.ports import Hub
from hub.flows.views.print_paper import prints
from hub.texts.engine import Texts, texts_for
from hub_hookspecs import Country, Mode, Money

Request = LitestarRequest[Any, Any, Any]
Page = Response[str]

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"
DEFAULT_LOCALE = "es_CR"
DEFAULT_ZONE = "UTC"
FORM_FIELD = "form"
"""Name of the hidden field that carries the form token."""

HEADERS: Mapping[str, str] = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}


@attrs.frozen
class PageReader:
    """For whom a page is drawn: language, the zone in which times are shown, and whether Spanish says *tú*."""

    locale: str = DEFAULT_LOCALE
    zone: str = DEFAULT_ZONE
    familiar: bool = False

    @property
    def texts(self) -> Texts:
        """The words of the reader's language."""
        return texts_for(self.locale, familiar=self.familiar)

    def say(self, message: str | Text, /, **values: object) -> str:
        """A sentence of the pages in the reader's language, see ``Texts.say``; or a text, which brings its values."""
        if isinstance(message, Text):
            return self.words(message)
        shown = {name: self.words(value) if isinstance(value, Text) else value for name, value in values.items()}
        return self.texts.say(message, **shown)

    @property
    def at_terminal(self) -> bool:
        """Never: a page names no flag."""
        return False

    def words(self, text: Text) -> str:
        """A text in the reader's language, its figures as this reader writes them."""
        return self.texts.render(text, self)

    @property
    def language(self) -> str:
        """The page's language for ``lang``: ``es-CR``."""
        return self.locale.replace("_", "-")

    def why_not(self, offer: Offered) -> str:
        """Why a provider is not offered, in the reader's language."""
        return self.words(offer.reason) if isinstance(offer.reason, Text) else offer.reason

    def money(self, amount: Money, with_code: bool = False) -> str:
        """An amount with its currency; dollars always with their code, since ``$`` means several things here."""
        return money_text(amount, self.locale, with_code=with_code or amount.currency == "USD")

    def day(self, day: date) -> str:
        """A date."""
        return date_text(day, self.locale)

    def day_of(self, moment: datetime) -> str:
        """The date of a moment where the merchant is."""
        return self.day(moment.astimezone(ZoneInfo(self.zone)).date())

    def moment(self, moment: datetime) -> str:
        """Date and time where the merchant is, with the zone."""
        return datetime_text(moment, self.zone, self.locale, with_zone=True)

    def clock(self, moment: datetime) -> str:
        """The time of day where the merchant is: ``15:04``."""
        return datetime_text(moment, self.zone, self.locale).rpartition(" ")[2]


def reader_for(merchant: Merchant | None, language: str = "") -> PageReader:
    """Who reads a merchant's pages; in the merchant's own Spanish unless the reader asked for another language."""
    reader = PageReader(merchant.locale, merchant.company.zone) if merchant else PageReader()
    return attrs.evolve(reader, locale=language) if language else reader


def initials_of(name: str) -> str:
    """One or two letters that stand for a company: ``Ferretería El Tornillo`` -> ``FT``."""
    words = re.findall(r"[^\W\d_]+", name)
    told = [word for word in words if word.lower() not in SMALL_WORDS] or words
    return "".join(word[0].upper() for word in told[:2]) or "·"


SMALL_WORDS: Final = frozenset(
    {"de", "del", "el", "la", "las", "los", "y", "e", "the", "of", "and", "s", "sa", "sas", "srl"}
)
LANGUAGES: Final = ("es", "en")
LANGUAGE_COOKIE: Final = "lang"
MAX_LANGUAGES: Final = 50
"""More than any browser asks for."""

YEAR: Final = 365 * 86_400


WEIGHT: Final = re.compile(r"q *= *(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)


def preferred_by(header: str) -> tuple[str, ...]:
    """The languages of an Accept-Language header, such as ``es-co``, the one that is wanted most first."""
    found = []
    for part in header.split(",")[:MAX_LANGUAGES]:
        name, _, weight = part.partition(";")
        given = WEIGHT.fullmatch(weight.strip())
        wanted = float(given[1]) if given else 1.0 if not weight.strip() else 0.0
        if name.strip() and wanted:
            found.append((wanted, name.strip().lower()))
    return tuple(name for _wanted, name in sorted(found, key=lambda item: -item[0]))


def manner_of(request: Request, countries: Iterable[Country]) -> str:
    """The Spanish that the browser asks for, where it is none of a company's country that is read: ``es_CO``."""
    asked = next((name for name in preferred_by(request.headers.get("accept-language", "")) if name[:2] == "es"), "")
    spoken: dict[str, str] = {country.locale.replace("_", "-").lower(): country.locale for country in countries}
    return spoken.get(asked, DEFAULT_LOCALE)


def language_of(request: Request, hub: Hub, known: str = "", *, chosen: str = "") -> str:
    """The language of a reader: asked for by ``?lang=`` now or before, known otherwise, or what the browser prefers.

    Empty for Spanish, which each merchant's country says in its own manner.

    Args:
        known: In which language the reader is written to, where that is known: ``es``, ``en``.
        chosen: What whoever is signed in chose, in whichever browser.
    """
    preferred = preferred_by(request.headers.get("accept-language", ""))
    wishes = (
        request.query_params.get("lang", ""),
        chosen,
        request.cookies.get(cookie_name(hub, LANGUAGE_COOKIE), ""),
        known,
        *(name.partition("-")[0] for name in preferred),
    )
    asked = next((wish for wish in wishes if wish in LANGUAGES), "es")
    return "" if asked == "es" else asked


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
        kept = [
            (name, value) for name, value in request.query_params.multi_items() if name not in ("lang", "continuar")
        ]
        return attrs.evolve(
            self,
            language=language,
            manner=manner_of(request, self.hub.countries.values()),
            switch=f"{request.url.path}?{urlencode([*kept, ('lang', other)])}" if request.method == "GET" else "",
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
            merchant=merchant,
            company=merchant.company if merchant else None,
            is_test=shown is Mode.TEST,
            is_simulated=self.hub.simulated and shown is Mode.TEST,
            style=style,
            switch=self.switch,
            sheets=("hub.css", "desk.css") if template.startswith("merchant/") else ("hub.css",),
            **values,
        )
        return Response(
            text,
            media_type=MediaType.HTML,
            status_code=status,
            headers={**HEADERS, "Content-Security-Policy": policy(style, form_to), **(headers or {})},
            cookies=[
                *cookies,
                *([cookie(self.hub, LANGUAGE_COOKIE, self.remember, seconds=YEAR)] if self.remember else []),
            ],
        )


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


def hub_of(request: Request) -> Hub:
    """The hub that answers a request."""
    return cast(Hub, request.app.state["hub"])


def pages_of(request: Request) -> Pages:
    """The pages of the hub that answers a request."""
    return cast(Pages, request.app.state["pages"])


def reader_pages_of(request: Request, known: str = "", *, chosen: str = "") -> Pages:
    """The pages of the hub in the language of whoever asks; ``known`` and ``chosen`` as in ``language_of``."""
    return pages_of(request).read_by(request, known, chosen=chosen)


def policy(style: str = "", form_to: Sequence[str] = ()) -> str:
    """The page's Content-Security-Policy: nothing but our own stylesheet, images and forms."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    styles = f"'self' 'sha256-{digest}'" if style else "'self'"
    forms = " ".join(("'self'", *dict.fromkeys(url if url.endswith(":") else origin_of(url) for url in form_to)))
    return (
        f"default-src 'none'; style-src {styles}; img-src 'self' data:; form-action {forms}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )


def origin_of(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def pdf_answer(file: PdfFile) -> Response[bytes]:
    """A PDF to be saved under its own name."""
    name = re.sub("[^A-Za-z0-9._-]", "-", file.name)
    return Response(
        file.content,
        media_type="application/pdf",
        headers={
            **HEADERS,
            "Content-Security-Policy": policy(),
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


def redirect(url: str, *, cookies: Sequence[Cookie] = ()) -> Page:
    """Go and see there: the answer to a form that was accepted."""
    return Response(
        "",
        status_code=303,
        media_type=MediaType.TEXT,
        headers={**HEADERS, "Content-Security-Policy": policy(), "Location": url},
        cookies=list(cookies),
    )


def form_token(hub: Hub, purpose: str, link: Link) -> str:
    """What the hidden field of a link page's form carries."""
    return hub.vault.form_token(purpose, f"{link.id}.{link.version}")


def is_form_token(hub: Hub, purpose: str, link: Link, given: object) -> bool:
    """Whether a form came from our own page of this link."""
    return is_same(form_token(hub, purpose, link), given)


def is_same(expected: str, given: object) -> bool:
    """Equal texts, compared in constant time."""
    return isinstance(given, str) and hmac.compare_digest(expected.encode(), given.encode(errors="replace"))


def cookie_name(hub: Hub, name: str) -> str:
    """The cookie's name: bound to this very host where the hub is reached by https."""
    return f"__Host-{name}" if hub.base_url.startswith("https://") else name


def cookie(hub: Hub, name: str, value: str, *, seconds: int) -> Cookie:
    """A cookie that no script reads and no other site sends along; ``seconds=0`` deletes it."""
    return Cookie(
        key=cookie_name(hub, name),
        value=value,
        path="/",
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=hub.base_url.startswith("https://"),
    )


def button_class(provider: str) -> str:
    """CSS class of a provider's button; a code is a slug, so it is a safe name."""
    return f"pay-{provider}"


def button_style(offers: Iterable[Offered]) -> str:
    """The colours of the pay buttons on a page; the contract holds them to ``#rrggbb``."""
    return "".join(
        f".{button_class(offer.provider)}{{background:{offer.button.background};color:{offer.button.foreground}}}"
        for offer in offers
        if offer.button
    )


def minutes_left(until: datetime | None, now: datetime) -> int:
    """Whole minutes that remain, at least one while any time remains."""
    seconds = (until - now).total_seconds() if until else 0
    return max(1, round(seconds / 60)) if seconds > 0 else 0


def time_left_style(start: datetime, until: datetime | None, now: datetime) -> str:
    """The rules of the bar that runs out by itself, from ``start`` to ``until``."""
    if until is None or until <= now:
        return ""
    left = (until - now).total_seconds()
    share = min(1.0, left / max(1.0, (until - start).total_seconds()))
    return (
        f".left>i{{width:{100 * share:.1f}%}}"
        f"@media(prefers-reduced-motion:no-preference){{.left>i{{animation:left {left:.0f}s linear forwards}}}}"
        "@keyframes left{to{width:0}}"
    )


def strong(text: object) -> Markup:
    """A part of a sentence that matters most."""
    return Markup("<strong>{}</strong>").format(text)


def whole(text: str) -> Markup:
    """A text whose last word, a number with hyphens, stays on one line."""
    rest, space, last = text.rpartition(" ")
    return Markup('{}{}<span class="whole">{}</span>').format(rest, space, last)


def link_to(address: str, text: object) -> Markup:
    """A part of a sentence that leads elsewhere."""
    return Markup('<a href="{}">{}</a>').format(address, text)


def company_logo(merchant: Merchant | None) -> str:
    """The address of a merchant's logo, which changes with it; empty where there is none."""
    return f"/logo/{merchant.id}/{merchant.logo.sha256}.png" if merchant and merchant.logo else ""


def logo_url(png: bytes | None) -> str:
    """A logo as an address that holds it."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}" if png else ""
