"""The grant of a request: loaded, or fetched by one task at a time; dropped when the provider refuses it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import structlog

from hub_hookspecs import Conclusion, Grant, GrantRequest, NotSent, Outcome, Refused
from hub_hookspecs.http import library as httpx

from .hook_call import HookCall, new_call_id

log = structlog.get_logger(__name__)


async def grant_for(
    call: HookCall,
    life: timedelta,
    clock: Callable[[], datetime],
    authorize: Callable[[GrantRequest], Awaitable[Conclusion[Any]]],
) -> Grant:
    """A grant that lives at least this long.

    Raises:
        NotSent: There is none to be had.
    """
    async with call.turn:
        stored = await call.grants.load(call.account_id, call.credentials)
        if stored is not None and stored.expires_at > clock() + life:
            return stored
        conclusion = await authorize(GrantRequest(now=clock(), call_id=new_call_id()))
        grant = conclusion.value
        if conclusion.outcome is not Outcome.RESULT or not isinstance(grant, Grant):
            refused = Refused(conclusion.reason, alert=conclusion.alert) if conclusion.reason else None
            if conclusion.alert:  # a plugin may live without the grant, and its conclusion would not tell
                call.not_let_in.append(f"no grant: {conclusion.cause}")
            raise NotSent(f"no grant: {conclusion.cause}") from refused
        if grant.expires_at <= clock():
            raise NotSent("no grant: the provider gave one that has expired")
        await call.grants.save(call.account_id, call.credentials, grant)
        return grant


async def drop_grant(call: HookCall, used: Grant) -> None:
    """Forget a grant that was refused, unless another has taken its place."""
    try:
        async with call.turn:
            # A colleague may have fetched a new one meanwhile.
            if await call.grants.load(call.account_id, call.credentials) == used:
                await call.grants.drop(call.account_id)
    except Exception:  # the answer is there, and must not be lost over this
        log.exception("grant_store_failed")


def with_grant(request: httpx.Request, grant: Grant | None) -> httpx.Request:
    """The request with the headers of its grant."""
    if grant is None:
        return request
    headers = httpx.Headers(request.headers)
    headers.update(dict(grant.headers))
    return httpx.Request(request.method, request.url, headers=headers, content=request.content)
