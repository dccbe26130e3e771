"""Proxies in front: who asks through them, and which of them hide everybody behind one address.

``X-Forwarded-For`` and ``X-Forwarded-Proto`` are read, from addresses that are trusted; ``Forwarded`` is not, and host
and scheme of our own addresses are those of ``base_url``, whatever a request says.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

import attrs
import structlog
from litestar.types import ASGIApp, Receive, Send

from hub.domain.allowance import Allowance
from hub.domain.visitor import address_of, counted_as, is_among, visitor_behind
from hub.flows.ground.ports import Hub
from hub.flows.operations.record_proxy import Blind, record_proxy

log = structlog.get_logger()

HOUR: Final = 3600.0
MAX_ADDRESSES: Final = 10
"""Visitors that an address names before it looks like a proxy."""

WATCHED: Final = 100
"""Addresses of which that is counted at a time."""

TOLD_AN_HOUR: Final = 5
"""Lines about proxies in the log: whoever makes up headers at many addresses fills no disk."""

SCHEMES: Final = frozenset({"http", "https"})
REMEDIES: Final = {
    Blind.NOT_TRUSTED: "if this is your proxy, add its address to trusted_proxies; if not, somebody makes up headers",
    Blind.SAYS_NOTHING: "let the proxy send X-Forwarded-For; until then one visitor who guesses links shuts all out",
}


@attrs.define
class BlindSpots:
    """Tells of proxies behind which visitors cannot be told apart: each once an hour, by a log line and a note.

    Attributes:
        named: Visitors that an address which is not trusted named, with the time of the first.
        told: Addresses that were told of, and under the empty name all of them.
        clock: Seconds that nobody sets.
    """

    hub: Hub
    clock: Callable[[], float] = time.monotonic
    named: OrderedDict[str, tuple[float, set[str]]] = attrs.field(init=False, factory=OrderedDict)
    told: Allowance = attrs.Factory(lambda: Allowance(1, HOUR))
    lines: Allowance = attrs.Factory(lambda: Allowance(TOLD_AN_HOUR, HOUR))

    def not_believed(self, peer: str, forwarded: str) -> None:
        """An address that is not trusted named a visitor."""
        visitor = address_of(forwarded.rpartition(",")[2])
        if visitor is None:
            return
        now, key = self.clock(), counted_as(peer)
        since, visitors = self.named.get(key, (now, set()))
        if now - since > HOUR:
            since, visitors = now, set()
        visitors.add(counted_as(str(visitor)))
        self.named[key] = since, visitors
        if len(self.named) > WATCHED:
            self.named.popitem(last=False)
        if len(visitors) >= MAX_ADDRESSES:
            del self.named[key]
            self.tell(peer, Blind.NOT_TRUSTED)

    def shut_out(self, scope: Any) -> None:
        """A visitor is shut out; where that is a proxy, so is everybody behind it."""
        host = host_of(scope)
        if is_among(host, self.hub.proxies):
            self.tell(host, Blind.SAYS_NOTHING)

    def tell(self, address: str, why: Blind) -> None:
        """Once an hour for an address."""
        now = self.clock()
        if self.told.take(address, now) and self.lines.take("", now):
            if why is Blind.NOT_TRUSTED:
                log.warning("proxy_not_trusted", proxy=address, remedy=REMEDIES[why])
            else:
                log.warning("proxy_names_nobody", proxy=address, remedy=REMEDIES[why])
            self.hub.spawn(record_proxy(self.hub, address, why))


@attrs.frozen
class Proxies:
    """Puts the visitor's address in the place of the proxy's that holds the connection."""

    app: ASGIApp
    hub: Hub
    blind_spots: BlindSpots

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Let the application answer the visitor."""
        peer = host_of(scope)
        forwarded = _joined(scope, b"x-forwarded-for")
        if is_among(peer, self.hub.proxies):
            scope = {**scope, "client": (visitor_behind(peer, forwarded, self.hub.proxies), 0)}
            scheme = _joined(scope, b"x-forwarded-proto").rpartition(",")[2].strip().lower()
            scope["scheme"] = scheme if scheme in SCHEMES else scope["scheme"]
        elif forwarded:
            self.blind_spots.not_believed(peer, forwarded)
        await self.app(scope, receive, send)


def host_of(scope: Any) -> str:
    """The address that asks; empty where the connection has none."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def _joined(scope: Any, wanted: bytes) -> str:
    """All lines of a header as one list; each proxy may have added a line of its own."""
    return ",".join(bytes(value).decode("latin-1") for name, value in scope["headers"] if name == wanted)
