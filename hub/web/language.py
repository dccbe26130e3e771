"""In which language whoever asks reads a page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from hub.flows.ground.ports import Hub
from hub_hookspecs import Country

from .cookies import cookie_name
from .reader import DEFAULT_LOCALE
from .request import Request

LANGUAGES: Final = ("es", "en")
LANGUAGE_COOKIE: Final = "lang"
MAX_LANGUAGES: Final = 50
"""More than any browser asks for."""

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
