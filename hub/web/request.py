"""A request, and the hub that answers it."""

from __future__ import annotations

from typing import Any, cast

from litestar import Request as LitestarRequest

from hub.flows.ground.ports import Hub

Request = LitestarRequest[Any, Any, Any]


def is_phone(request: Request) -> bool:
    """Whether who asks says that it is a phone: a word of the browser, which only decides what comes first."""
    return "Mobi" in request.headers.get("user-agent", "")


def hub_of(request: Request) -> Hub:
    """The hub that answers a request."""
    return cast(Hub, request.app.state["hub"])
