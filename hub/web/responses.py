"""Responses beside pages, and the headers that every response carries."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from litestar import Response
from litestar.datastructures import Cookie
from litestar.enums import MediaType

from hub.domain.pdf import PdfFile

Page = Response[str]

HEADERS: Mapping[str, str] = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}


def policy(style: str = "", form_to: Sequence[str] = (), script: str = "") -> str:
    """The page's Content-Security-Policy: nothing but our own stylesheet, images and forms.

    Args:
        script: Address of the one script of ours that the page may run; no page may run any other.
    """
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    styles = f"'self' 'sha256-{digest}'" if style else "'self'"
    forms = " ".join(("'self'", *dict.fromkeys(url if url.endswith(":") else origin_of(url) for url in form_to)))
    scripts = f" script-src {script};" if script else ""
    return (
        f"default-src 'none'; style-src {styles};{scripts} img-src 'self' data:; form-action {forms}; "
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
