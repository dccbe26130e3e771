"""The faults that a simulator can be told to commit."""

from __future__ import annotations

import asyncio

import attrs
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

BEFORE = frozenset({"hang_before", "status_before", "cut_before"})
AFTER = frozenset({"hang_after", "status_after", "cut_after", "garbage", "empty", "html", "invalid_utf8", "oversized"})
ON_NEWS = frozenset({"drop", "repeat", "reorder", "delay", "forge", "wrong_amount"})
HANG_SECONDS = 120.0


@attrs.define(kw_only=True)
class PlannedFault:
    """One planned misbehaviour."""

    path: str
    kind: str
    times: int = 1
    seconds: float = 0.0
    status: int = 500


async def answer_broken(fault: PlannedFault, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request as the fault has it, or not at all."""
    match fault.kind:
        case "hang_before" | "hang_after":
            await asyncio.sleep(fault.seconds or HANG_SECONDS)
            await _cut(send)
        case "cut_before" | "cut_after":
            await _cut(send)
        case "status_before" | "status_after":
            await Response(status_code=fault.status)(scope, receive, send)
        case "garbage":
            await Response(b'{"un', media_type="application/json")(scope, receive, send)
        case "empty":
            await Response(b"", media_type="application/json")(scope, receive, send)
        case "html":
            await Response("<html><body>ok</body></html>", media_type="text/html")(scope, receive, send)
        case "invalid_utf8":
            await Response(b'{"a":"\xff\xfe"}', media_type="application/json")(scope, receive, send)
        case "oversized":
            await Response(b'{"a":"' + b"x" * (2 << 20) + b'"}', media_type="application/json")(scope, receive, send)


async def _cut(send: Send) -> None:
    """Break the connection within an answer."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5000")]})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})
    raise ConnectionResetError("the simulator cut the answer, as it was told to")
