"""Messages from outside, raw: notifications of providers, and browsers that come back from them.

Both are plain ASGI applications: the path stays percent-encoded, the body is read whole and untouched, and nothing
stands between a provider and the durable answer that it waits for. Neither carries a session, so neither is a target
of forged forms; what a message proves, the provider's plugin says.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Mapping
from typing import Final, cast

import attrs
import structlog
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from hub.domain.allowance import Allowance
from hub.flows.ground.ports import Hub, Unavailable, Unopened
from hub.flows.payments.receive_message import (
    GAVE_UP,
    Answer,
    receive_giving_up,
    receive_notification,
    receive_return,
)
from hub.flows.payments.view_payment import view_payment, view_payment_by_return
from hub_hookspecs import Message, Reply, Source

log = structlog.get_logger()

MAX_BODY: Final = 256 * 1024
MAX_HEADERS: Final = 100
BODY_SECONDS: Final = 10.0
RETRY_SECONDS: Final = b"5"
UNPROVEN: Final = 120
UNPROVEN_SECONDS: Final = 60.0
METHODS: Final = frozenset({"GET", "POST"})
CONTENT_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+(; ?charset=[\w-]+)?")
PLAIN: Final = "text/plain; charset=utf-8"


ALLOWED: Final = {Source.NOTIFICATION: b"GET, POST", Source.RETURN: b"GET, HEAD, POST"}


class NotificationRefused(Exception):
    """The message is not taken in; ``status`` says why, and ``headers`` what would be."""

    def __init__(self, status: int, headers: Mapping[bytes, bytes] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers or {}


@attrs.frozen
class Notifications:
    """``/n/{provider}/{token}`` and whatever a provider puts behind it.

    Attributes:
        unproven: What arrived for an account and proved nothing; genuine news is never counted.
    """

    hub: Hub
    unproven: Allowance = attrs.Factory(lambda: Allowance(UNPROVEN, UNPROVEN_SECONDS))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Prove, store, then answer."""
        scope = cast(HTTPScope, scope)
        more: Mapping[bytes, bytes] = {}
        try:
            answer = await self._answer(scope, receive)
        except NotificationRefused as refused:
            answer, more = Answer(refused.status, EMPTY), refused.headers
        except (Unavailable, Unopened):
            answer = Answer(503, EMPTY)
        except Exception:  # a fault of ours must not look like an acknowledgement
            log.exception("notification_failed")
            answer = Answer(500, EMPTY)
        await _reply(send, answer, more)

    async def _answer(self, scope: HTTPScope, receive: Receive) -> Answer:
        _provider, token, rest = _parts(scope)
        if not token:  # whose address it is, and whether its plugin is served just now, the account says
            raise NotificationRefused(404)
        message = await _message(self.hub, scope, receive, Source.NOTIFICATION, rest)
        return await receive_notification(self.hub, token, message, may_store=self._may_store)

    def _may_store(self, account_id: str) -> bool:
        return self.unproven.take(account_id, time.monotonic())


@attrs.frozen
class Returns:
    """``/pay/return/{return token}`` and whatever a provider puts behind it; leads to the payment's page.

    Attributes:
        elsewhere: Answers where no payment has this token.
        unproven: What came back while an account could not be opened, and is kept until it can.
    """

    hub: Hub
    elsewhere: ASGIApp
    unproven: Allowance = attrs.Factory(lambda: Allowance(UNPROVEN, UNPROVEN_SECONDS))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the return over as one more message, and show the payment's real state."""
        scope = cast(HTTPScope, scope)
        try:
            page = await self._page(scope, receive)
        except NotificationRefused as refused:
            await _reply(send, Answer(refused.status, EMPTY), refused.headers)
            return
        except Unavailable:
            await _reply(send, Answer(503, EMPTY))
            return
        if page:
            await _reply(send, Answer(303, EMPTY), {b"location": page.encode("latin-1")})
        else:
            await self.elsewhere(scope, receive, send)

    async def _page(self, scope: HTTPScope, receive: Receive) -> str:
        _return, token, rest = _parts(scope)
        if scope["method"] == "HEAD":  # no browser came back: nothing is handed over, and nothing asked for
            known = await view_payment_by_return(self.hub, token)
            return known.url if known else ""
        if rest.partition("/")[0] == GAVE_UP and scope["method"] in METHODS:  # whatever it brings proves nothing
            payment = await receive_giving_up(self.hub, token)
            view = await view_payment(self.hub, payment.id) if payment else None
            return f"{view.url}?{GAVE_UP}=1" if view and view.payment.is_live else view.url if view else ""
        message = await _message(self.hub, scope, receive, Source.RETURN, rest)
        payment = await receive_return(self.hub, token, message, may_store=self._may_store)
        view = await view_payment(self.hub, payment.id) if payment else None
        return view.url if view else ""

    def _may_store(self, account_id: str) -> bool:
        return self.unproven.take(account_id, time.monotonic())


ALWAYS: Final = (
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; sandbox"),
)
EMPTY: Final = Reply(content_type=PLAIN, body=b"")


def _parts(scope: HTTPScope) -> tuple[str, str, str]:
    """Second and third part of the path, and all the rest as it stands: ``/n/greenpay/TOKEN/what/follows``."""
    raw = scope.get("raw_path") or scope["path"].encode()
    parts = raw.partition(b"?")[0].decode("latin-1").split("/", 4)
    parts += [""] * (5 - len(parts))
    return parts[2], parts[3], parts[4]


async def _message(hub: Hub, scope: HTTPScope, receive: Receive, source: Source, rest: str) -> Message:
    """What arrived, within the limits.

    Raises:
        Refused: A method, a size or a number of headers that is not taken, or a body that does not come.
    """
    if scope["method"] not in METHODS:
        raise NotificationRefused(405, {b"allow": ALLOWED[source]})
    headers = list(scope["headers"])
    if len(headers) > MAX_HEADERS:
        raise NotificationRefused(431)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await _body(receive)
    except TimeoutError:
        raise NotificationRefused(408) from None
    return Message(
        source=source,
        method=scope["method"],
        path=rest,
        query=scope["query_string"].decode("latin-1"),
        headers=tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers),
        body=body,
        received_at=hub.clock(),
        call_id=random.randbytes(5).hex(),  # fresh, not secret
    )


async def _body(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        event = await receive()
        if event["type"] != "http.request":
            raise NotificationRefused(400)
        chunk = event.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY:
            raise NotificationRefused(413)
        chunks.append(chunk)
        if not event.get("more_body", False):
            return b"".join(chunks) if len(chunks) > 1 else chunk


async def _reply(send: Send, answer: Answer, more: Mapping[bytes, bytes] | None = None) -> None:
    reply = answer.reply
    kind = reply.content_type if CONTENT_TYPE.fullmatch(reply.content_type) else "application/octet-stream"
    body = reply.body if 200 <= answer.status < 300 else b""
    headers = [
        (b"content-type", (kind if body else PLAIN).encode("latin-1")),
        (b"content-length", str(len(body)).encode()),
        *ALWAYS,
        *(more or {}).items(),
    ]
    if answer.status in (429, 503):
        headers.append((b"retry-after", RETRY_SECONDS))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
