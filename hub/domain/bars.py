"""Barcodes as pictures: what a till reads must be what the provider gave, or there is none."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from barcode import get_barcode_class  # type: ignore[import-untyped]
from barcode.errors import BarcodeError  # type: ignore[import-untyped]

from hub_hookspecs import Barcode, Symbology

QUIET = 11
"""Modules that stay white on both sides; the widest that one of them asks for."""

HEIGHT = 60
"""In modules."""

MAX_SIGNS = 80
"""More is no barcode that a till reads."""


def bars_svg(code: Barcode) -> str:
    """A whole SVG document, black on white; empty where it cannot be drawn as it was given."""
    modules = _modules(code)
    if not modules:
        return ""
    width = len(modules) + 2 * QUIET
    path = "".join(f"M{x} 0h{wide}v{HEIGHT}h-{wide}z" for x, wide in _bars(modules))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{width}v{HEIGHT}H0z"/><path d="{path}"/></svg>'
    )


def _modules(code: Barcode) -> str:
    """Bars and gaps as ones and zeros.

    A wrong check digit would be corrected in silence and an odd number filled up: that is another number, so nothing.
    """
    is_digits = code.payload.isdigit() or code.symbology is Symbology.CODE128
    if not (code.payload.isascii() and code.payload.isprintable() and is_digits and 0 < len(code.payload) <= MAX_SIGNS):
        return ""
    try:
        made = get_barcode_class(code.symbology.value)(code.payload)
        (modules,) = made.build()
    except (BarcodeError, ValueError):
        return ""
    drawn = str(made.get_fullcode())
    is_completed = code.symbology is Symbology.EAN13 and drawn[:-1] == code.payload
    return str(modules) if drawn == code.payload or is_completed else ""


def _bars(modules: str) -> Iterator[tuple[int, int]]:
    at = QUIET
    for sign, run in groupby(modules):
        wide = len(list(run))
        if sign == "1":
            yield at, wide
        at += wide
