"""Addresses, colours and pictures that come from elsewhere, held to what a document may show."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from hub.domain.logo import Logo

COLOUR = re.compile("#[0-9a-fA-F]{6}")
PNG = b"\x89PNG\r\n\x1a\n"
OWN_COLOURS = ("#0b5c48", "#ffffff")


def href(url: str) -> str:
    """An address that may stand in a link.

    Raises:
        ValueError: It is neither http nor https.
    """
    if urlsplit(url).scheme not in ("http", "https") or re.search(r"[\s<>\"]", url):
        raise ValueError("a link in a mail is a full http or https address")
    return url


def colours(background: str, foreground: str) -> tuple[str, str]:
    """A button's colours, changed where they are none or too close to be read."""
    if not (COLOUR.fullmatch(background) and COLOUR.fullmatch(foreground)):
        return OWN_COLOURS
    if _contrast(background, foreground) >= 4.5:
        return background, foreground
    return background, max(("#ffffff", "#111827"), key=lambda colour: _contrast(background, colour))


def _contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    shares = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def within(logo: Logo, width: int, height: int) -> tuple[int, int]:
    """The size at which a logo fits into a box, never larger than it is."""
    scale = min(1.0, width / logo.width, height / logo.height)
    return max(1, round(logo.width * scale)), max(1, round(logo.height * scale))


def picture(logo: bytes | None) -> bytes | None:
    """A provider's logo, where it is a PNG."""
    return logo if logo and logo.startswith(PNG) else None
