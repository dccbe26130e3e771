"""What stands before every page: no guessing of links, no forms from other sites, no answer without its headers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import urlsplit

import attrs
import structlog
from litestar.types import ASGIApp, Receive, Send

from hub.domain.allowance import Allowance
from hub.domain.visitor import counted_as
from hub.flows.ground.ports import Hub
from hub.texts.engine import message as _

from .links import LINKS, mended
from .pages import Pages
from .proxies import BlindSpots, host_of
from .request import Request
from .responses import HEADERS, Page, redirect

log = structlog.get_logger()

GUESSES: Final = 60
GUESS_SECONDS: Final = 600.0
NOT_THERE: Final = frozenset({404, 410})
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
READING: Final = frozenset({"GET", "HEAD"})
OUR_OWN: Final = frozenset({b"same-origin", b"none"})
FOREIGN_WELCOME: Final = ("/v1/", "/pay/return/", "/u/")
"""The API proves itself by its key, providers send browsers back by POST, and mail providers end reminders by POST."""

SLASHES: Final = re.compile("//+")
"""The pages are found with one slash as well as with several."""

NOTHING_AT_ALL: Final = "default-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
TRANSPORT: Final = "max-age=31536000"

TOO_MANY: Final = (_("Demasiados intentos"), _("Espere unos minutos y abra el enlace tal como llegó en el correo."))
FROM_ELSEWHERE: Final = (
    _("No se hizo ningún cambio"),
    _("El formulario no viene de esta página. Abra la página de nuevo y repita el paso."),
)


@attrs.define
class Door:
    """Lets requests through to the pages.

    Attributes:
        blind_spots: Tells of a proxy that is shut out, and everybody behind it.
        guesses: Links that are not there, by the address that asked for them.
        clock: Seconds that nobody sets.
    """

    hub: Hub
    pages: Pages
    blind_spots: BlindSpots
    guesses: Allowance = attrs.Factory(lambda: Allowance(GUESSES, GUESS_SECONDS))
    clock: Callable[[], float] = time.monotonic

    async def lead(self, app: ASGIApp, scope: Any, receive: Receive, send: Send) -> None:
        """Answer, or let the application answer."""
        send = self._with_headers(send)
        path = scope["path"]
        if SLASHES.sub("/", path).startswith(LINKS):
            visitor = visitor_of(scope)
            if wait := self.guesses.wait(visitor, self.clock()):
                log.warning("links_guessed", visitor=visitor)
                self.blind_spots.shut_out(scope)
                await _say(send, self._fault(scope, 429, TOO_MANY, {"Retry-After": str(wait)}))
                return
            send = self._counting(send, visitor)
        if scope["method"] in READING and (meant := mended(path, scope["query_string"].decode("latin-1"))):
            await _say(send, redirect(meant))
            return
        if not path.startswith(FOREIGN_WELCOME) and not is_our_own(scope, self.hub.base_url):
            await _say(send, self._fault(scope, 403, FROM_ELSEWHERE))
            return
        await app(scope, receive, send)

    def _fault(self, scope: Any, status: int, words: tuple[str, str], headers: dict[str, str] | None = None) -> Page:
        title, advice = words
        pages = attrs.evolve(self.pages.read_by(Request(scope)), switch="", remember="")
        return pages.page("error.html", status=status, headers=headers, title=title, advice=advice)

    def _counting(self, send: Send, visitor: str) -> Send:
        async def count(event: Any) -> None:
            if event["type"] == "http.response.start" and event["status"] in NOT_THERE:
                self.guesses.take(visitor, self.clock())
            await send(event)

        return count

    def _with_headers(self, send: Send) -> Send:
        wanted = {**HEADERS, "Content-Security-Policy": NOTHING_AT_ALL}
        if self.hub.base_url.startswith("https://"):
            wanted["Strict-Transport-Security"] = TRANSPORT
        encoded = [(name.lower().encode(), value.encode()) for name, value in wanted.items()]

        async def complete(event: Any) -> None:
            if event["type"] == "http.response.start":
                given = list(event.get("headers", ()))
                present = {bytes(name).lower() for name, _ in given}
                event = {**event, "headers": [*given, *(item for item in encoded if item[0] not in present)]}
            await send(event)

        return complete


def visitor_of(scope: Any) -> str:
    """Whose tries are counted together; see ``counted_as``."""
    return counted_as(host_of(scope))


def is_our_own(scope: Any, base_url: str) -> bool:
    """Whether a request that changes something was sent by a page of ours, as far as the browser says.

    With ``Referrer-Policy: no-referrer`` browsers name no origin even for our own forms, so ``null`` says nothing, and
    the form's token decides alone.
    """
    if scope["method"] in SAFE:
        return True
    headers = scope["headers"]
    if (site := _header(headers, b"sec-fetch-site")) is not None:
        return site in OUR_OWN
    origin = _header(headers, b"origin")
    if origin in (None, b"null"):
        return True
    ours = {urlsplit(base_url).netloc.encode(), _header(headers, b"host")}
    return urlsplit(origin or b"").netloc in ours


def _header(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> bytes | None:
    return next((bytes(value) for name, value in headers if bytes(name).lower() == wanted), None)


async def _say(send: Send, page: Page) -> None:
    body = page.content.encode()
    headers = [(name.lower().encode(), value.encode()) for name, value in page.headers.items()]
    headers += [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    start: Any = {"type": "http.response.start", "status": page.status_code, "headers": headers}
    await send(start)
    end: Any = {"type": "http.response.body", "body": body, "more_body": False}
    await send(end)
