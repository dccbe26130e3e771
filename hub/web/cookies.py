"""Cookies that no script reads and no other site sends along."""

from __future__ import annotations

from litestar.datastructures import Cookie

from hub.flows.ground.ports import Hub


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
