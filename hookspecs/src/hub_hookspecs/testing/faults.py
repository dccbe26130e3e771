"""What may happen to a request between a plugin and its provider,
and what the hub then hands to the plugin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import attrs

from hub_hookspecs.errors import NotSent, OutcomeUnknown
from hub_hookspecs.http import library as httpx

Handed = httpx.Response | NotSent | OutcomeUnknown


@attrs.frozen(kw_only=True)
class Fault:
    """One fault on the way of one request.

    Attributes:
        tells: Continues "POST /v1/x ...".
        hands: What the plugin is handed, given the genuine answer.
        delivered: Whether the provider got the request, so that it took effect.
        wrote: Whether a byte left.
        status: Of the answer, where the fault is its status.
        once: Whether it happens to the first sending alone.
    """

    tells: str
    hands: Callable[[httpx.Response | None], Handed]
    delivered: bool = True
    wrote: bool = True
    status: int | None = None
    once: bool = False

    @property
    def may_refuse(self) -> bool:
        """Whether it can be the provider's own no to the credentials."""
        return self.status in (401, 403)


def _answer(status: int, body: bytes, kind: str = "application/json") -> Callable[[httpx.Response | None], Handed]:
    return lambda _genuine: httpx.Response(status, content=body, headers={"content-type": kind})


def _under(status: int) -> Callable[[httpx.Response | None], Handed]:
    """The genuine answer under another status: it took effect,
    and yet something says it did not."""

    def hand(genuine: httpx.Response | None) -> Handed:
        content = genuine.content if genuine else b"{}"
        return httpx.Response(status, content=content, headers={"content-type": "application/json"})

    return hand


HTML: Final = b"<!doctype html><html><body><h1>OK</h1></body></html>"

LOST_ANSWER: Final = Fault(
    tells="took effect and its answer was lost", hands=lambda _: OutcomeUnknown("no answer in time")
)

LOST_ONCE: Final = attrs.evolve(LOST_ANSWER, once=True)

FAULTS: Final = (
    Fault(tells="could not be sent", hands=lambda _: NotSent("no connection"), delivered=False, wrote=False),
    Fault(tells="was lost", hands=lambda _: OutcomeUnknown("cut"), delivered=False),
    LOST_ANSWER,
    Fault(tells="was answered with an oversized body", hands=lambda _: OutcomeUnknown("its answer is too large")),
    Fault(tells="was answered with garbage", hands=_answer(200, b'{"un')),
    Fault(tells="was answered with an empty body", hands=_answer(200, b"")),
    Fault(tells="was answered 204", hands=_answer(204, b""), status=204),
    Fault(tells="was answered with an empty object", hands=_answer(200, b"{}")),
    Fault(tells="was answered with null", hands=_answer(200, b"null")),
    Fault(tells="was answered with a list", hands=_answer(200, b"[]")),
    Fault(tells="was answered with a page", hands=_answer(200, HTML, "text/html")),
    Fault(tells="was answered with invalid UTF-8", hands=_answer(200, b'{"status":"\xff\xfe"}')),
    Fault(tells="was answered with a deeply nested body", hands=_answer(200, b"[" * 100_000)),
    Fault(tells="was answered 500", hands=_answer(500, b'{"error":"internal"}'), delivered=False, status=500),
    Fault(tells="took effect and was answered 500", hands=_under(500), status=500),
    Fault(tells="was answered 502 with a page", hands=_answer(502, HTML, "text/html"), delivered=False, status=502),
    Fault(tells="took effect and was answered 504", hands=_answer(504, b""), status=504),
    Fault(tells="was answered 503", hands=_answer(503, b""), delivered=False, status=503),
    Fault(tells="was answered 404 with a page", hands=_answer(404, HTML, "text/html"), delivered=False, status=404),
    Fault(tells="was answered 429", hands=_answer(429, b"{}"), delivered=False, status=429),
    Fault(tells="was answered 401", hands=_answer(401, b""), delivered=False, status=401),
    Fault(tells="was answered 403 with a page", hands=_answer(403, HTML, "text/html"), delivered=False, status=403),
)
