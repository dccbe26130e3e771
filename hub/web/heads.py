"""HEAD: answered by whatever answers GET, so that both say the same; the server leaves the body out.

Programs ask so: mail scanners, monitors, previews. ``is_head`` holds back what a person's look brings about.
"""

from __future__ import annotations

from typing import Any, Final

from litestar.types import ASGIApp, Receive, Send

from .request import Request

BY_HEAD: Final = "hub.by_head"


def answering_heads(app: ASGIApp) -> ASGIApp:
    """The application, asked by GET where HEAD was meant."""

    async def answer(scope: Any, receive: Receive, send: Send) -> None:
        await app(as_get(scope) if scope.get("method") == "HEAD" else scope, receive, send)

    return answer


def as_get(scope: Any) -> Any:
    """The same request by GET, marked."""
    return {**scope, "method": "GET", BY_HEAD: True}


def is_head(request: Request) -> bool:
    """Whether the head alone was asked for."""
    return BY_HEAD in request.scope


def with_head(allowed: str) -> str:
    """An ``Allow`` header that names HEAD beside GET."""
    names = {name.strip() for name in allowed.split(",")}
    return ", ".join(sorted(names | {"HEAD"})) if "GET" in names else allowed
