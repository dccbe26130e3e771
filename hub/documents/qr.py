"""QR codes as SVG for pages and documents, and as PNG for mails and files."""

from __future__ import annotations

import io

import segno

BORDER = 4
"""Quiet zone in modules, as the standard asks."""


def qr_svg(payload: str, *, title: str = "") -> str:
    """An ``<svg>`` element that fills its place: dark on white, whatever the page's colours; ``title`` is its name."""
    return segno.make_qr(payload, error="m").svg_inline(
        border=BORDER, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None, title=title or None
    )


def qr_png(payload: str, *, scale: int = 6) -> bytes:
    """A PNG with ``scale`` pixels a module."""
    out = io.BytesIO()
    segno.make_qr(payload, error="m").save(out, kind="png", scale=scale, border=BORDER, dark="#000", light="#fff")
    return out.getvalue()


def qr_file(payload: str) -> str:
    """A whole SVG document, which documents take as a picture."""
    out = io.BytesIO()
    segno.make_qr(payload, error="m").save(
        out, kind="svg", border=BORDER, dark="#000", light="#fff", xmldecl=False, omitsize=True
    )
    return out.getvalue().decode()
