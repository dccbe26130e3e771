"""Pieces of HTML and CSS that templates ask for by name."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final
from urllib.parse import quote

from markupsafe import Markup

from hub.documents.qr import qr_file
from hub.domain.merchant import Merchant
from hub.domain.offer import Offered


def initials_of(name: str) -> str:
    """One or two letters that stand for a company: ``Ferretería El Tornillo`` -> ``FT``."""
    words = re.findall(r"[^\W\d_]+", name)
    counted = [word for word in words if word.lower() not in SMALL_WORDS] or words
    return "".join(word[0].upper() for word in counted[:2]) or "·"


SMALL_WORDS: Final = frozenset(
    {"de", "del", "el", "la", "las", "los", "y", "e", "the", "of", "and", "s", "sa", "sas", "srl"}
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


def qr_of(address: str) -> str:
    """The code of an address as a picture that a page holds."""
    return f"data:image/svg+xml,{quote(qr_file(address))}"


def logo_url(png: bytes | None) -> str:
    """A logo as an address that holds it."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}" if png else ""
