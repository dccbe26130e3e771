"""The stage on which a plugin's simulator plays its provider (needs the extra ``simulator``: Starlette).

A simulator is the provider faked over real HTTP, written from the provider's documents. What every simulator
shares stands here: the control address, the faults it can be told to commit, the notifications it owes, the
clock that can be shifted, and the **book** of whose money it holds.

Control address, JSON in and out, below the simulator's base::

    POST /_control/approve  {"reference": R, ...}      the payer pays (further members are the provider's own)
    POST /_control/reject   {"reference": R, "code"?}  the payer or the bank says no
    POST /_control/expire   {"reference": R}           the session, push or code dies now
    POST /_control/fault    {"path": "/glob*", "kind": KIND, "times": 1, "seconds"?, "status"?}
    POST /_control/options  {"option": value, ...}     the provider's own options, by name (see ``Option``)
    POST /_control/clock    {"seconds": n}             shift the simulator's clock
                            {"at": "2026-01-31T12:00:00Z"}  ... or let it stand still there
    POST /_control/notify   {"merchant": M, "url": U}  where notifications of this merchant go
    POST /_control/rotate   {"merchant": M, NAME: value, ...}  the merchant has these credentials now, the old ones end
    POST /_control/reset    {}                         forget everything but the configuration
    GET  /_control/book                                [{"reference", "provider_reference", "merchant", "minor",
                                                         "currency", "state": "captured" | "returned", "captures"}]
    GET  /_control/notifications?reference=R           [{"reference", "method", "path", "headers", "body" (base64)}]

Fault kinds on requests: ``delay`` (seconds, then as usual), ``hang_before`` / ``hang_after`` (no answer for so many
seconds, then the connection breaks; before or after it took effect), ``status_before`` / ``status_after`` (5xx or
another status), ``cut_before`` / ``cut_after`` (the connection breaks), ``garbage``, ``empty``, ``html``,
``invalid_utf8``, ``oversized`` (after it took effect).
On notifications (path ``notification``): ``drop``, ``repeat``, ``reorder``, ``delay``, ``forge``, ``wrong_amount``.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import fnmatch
import json
import ssl
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from hub_hookspecs.money import Money

from .options import Option as Option
from .options import WrongOption as WrongOption
from .options import check_options
from .options import read_options as read_options

Config = Mapping[str, Any]
Action = Callable[[str, Mapping[str, Any]], Awaitable[None]]
Rotation = Callable[[str, Mapping[str, str]], None]

BEFORE = frozenset({"hang_before", "status_before", "cut_before"})
AFTER = frozenset({"hang_after", "status_after", "cut_after", "garbage", "empty", "html", "invalid_utf8", "oversized"})
ON_NEWS = frozenset({"drop", "repeat", "reorder", "delay", "forge", "wrong_amount"})
HANG_SECONDS = 120.0


@attrs.frozen(kw_only=True)
class Simulator:
    """Value of an entry point in group ``hub.simulators``.

    Attributes:
        configure: Fills a partial configuration with defaults and fresh random credentials; pure data (JSON).
            ``merchants`` is a list; each has at least ``id``, ``name`` and its credentials.
        app: A fresh ASGI application for a configuration.
        endpoints: Base address -> URL by role.
        settings: Configuration, merchant id -> all values that the merchant's account needs, by setting name.
        pages: Base address -> pages for people by name, e.g. ``phone_page``.
        options: What its configuration may hold under ``options``.
    """

    code: str
    configure: Callable[[Config], dict[str, Any]]
    app: Callable[[Config], ASGIApp]
    endpoints: Callable[[str], Mapping[str, str]]
    settings: Callable[[Config, str], Mapping[str, str]]
    pages: Callable[[str], Mapping[str, str]] = lambda _base: {}
    options: tuple[Option, ...] = ()

    def drive(self, base: str, action: str, reference: str, **more: Any) -> httpx.Request:
        """The request that makes the simulator's payer (or bank) act on one of our references."""
        return httpx.Request("POST", f"{base}/_control/{action}", json={"reference": reference, **more})

    def line(self, base: str, config: Config) -> dict[str, Any]:
        """What the simulator prints when it runs alone, for its first merchant."""
        merchant = config["merchants"][0]["id"]
        return {
            "provider": self.code,
            "endpoints": dict(self.endpoints(base)),
            "control": f"{base}/_control",
            "credentials": dict(self.settings(config, merchant)),
            **self.pages(base),
        }


@attrs.define(kw_only=True)
class Holding:
    """One line of the simulator's book: money that it really took."""

    reference: str
    provider_reference: str
    merchant: str
    amount: Money
    captures: int = 1
    state: str = "captured"

    def row(self) -> dict[str, Any]:
        """The line as JSON."""
        return {
            "reference": self.reference,
            "provider_reference": self.provider_reference,
            "merchant": self.merchant,
            "minor": self.amount.minor,
            "currency": self.amount.currency,
            "state": self.state,
            "captures": self.captures,
        }


@attrs.define(kw_only=True)
class Fault:
    """One planned misbehaviour."""

    path: str
    kind: str
    times: int = 1
    seconds: float = 0.0
    status: int = 500


@attrs.define(kw_only=True)
class News:
    """One notification, as it was or would be sent."""

    reference: str
    merchant: str
    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"

    def row(self) -> dict[str, Any]:
        """The notification as JSON."""
        return {
            "reference": self.reference,
            "method": self.method,
            "path": self.path,
            "headers": self.headers,
            "body": base64.b64encode(self.body).decode(),
        }


def _as_it_is(news: News) -> News:
    return news


def _for_good(_merchant: str, _values: Mapping[str, str]) -> None:
    raise LookupError("this simulator's merchants keep their credentials: its Stage was not told how they change")


@attrs.define(kw_only=True)
class Stage:
    """What every simulator shares; one per application.

    Args:
        declared: The options that may be set; where there are none, anything may.
        actions: ``approve``, ``reject`` and ``expire`` (and others of the provider's own) by name.
        forget: Empties the provider's own tables on reset.
        forge: Returns a notification with a broken proof; ``distort`` one with another amount.
        rotate: Gives a merchant other credentials; LookupError names what it does not know.
    """

    options: dict[str, Any] = attrs.Factory(dict)
    declared: tuple[Option, ...] = ()
    actions: dict[str, Action] = attrs.Factory(dict)
    forget: Callable[[], None] = lambda: None
    forge: Callable[[News], News] = _as_it_is
    distort: Callable[[News], News] = _as_it_is
    rotate: Rotation = _for_good
    book: list[Holding] = attrs.Factory(list)
    faults: list[Fault] = attrs.Factory(list)
    sent: list[News] = attrs.Factory(list)
    addresses: dict[str, str] = attrs.Factory(dict)
    shift: timedelta = timedelta()
    stopped: datetime | None = None
    _held: list[News] = attrs.Factory(list)
    _tasks: set[asyncio.Task[None]] = attrs.Factory(set)
    _trust: ssl.SSLContext | None = None

    def now(self) -> datetime:
        """The simulator's clock, UTC."""
        return (self.stopped or datetime.now(UTC)) + self.shift

    def capture(self, reference: str, provider_reference: str, merchant: str, amount: Money) -> None:
        """Take the money; a second capture of one of the provider's references shows in ``captures``."""
        for held in self.book:
            if held.provider_reference == provider_reference:
                held.captures += 1
                return
        self.book.append(
            Holding(reference=reference, provider_reference=provider_reference, merchant=merchant, amount=amount)
        )

    def give_back(self, provider_reference: str) -> bool:
        """Return the money; False when there is none to return."""
        for held in self.book:
            if held.provider_reference == provider_reference and held.state == "captured":
                held.state = "returned"
                return True
        return False

    def notify(self, news: News) -> None:
        """Owe a notification: keep it for the control address, and send it where the merchant wants it."""
        batch = [news]
        delay = 0.0
        match self._fault_for("notification", ON_NEWS):
            case Fault(kind="drop"):
                batch = []
            case Fault(kind="repeat"):
                batch = [news, news]
            case Fault(kind="reorder"):
                self._held.append(news)
                return
            case Fault(kind="delay", seconds=seconds):
                delay = seconds
            case Fault(kind="forge"):
                batch = [self.forge(news)]
            case Fault(kind="wrong_amount"):
                batch = [self.distort(news)]
        batch, self._held = batch + self._held, []
        for item in batch:
            self.sent.append(item)
            if url := self.addresses.get(item.merchant):
                task = asyncio.get_running_loop().create_task(self._send(url, item, delay))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _send(self, url: str, news: News, delay: float) -> None:
        """Try a few times, as a provider would."""
        if self._trust is None:
            self._trust = ssl.create_default_context()
        await asyncio.sleep(delay)
        # A client each time: nobody tells a mounted simulator when the process ends, so none could be closed.
        async with httpx.AsyncClient(timeout=10, trust_env=False, verify=self._trust) as client:
            for pause in (0.5, 1, 2, 4):
                with contextlib.suppress(httpx.HTTPError):
                    answer = await client.request(
                        news.method, url.rstrip("/") + news.path, content=news.body, headers=news.headers
                    )
                    if answer.status_code < 500:
                        return
                await asyncio.sleep(pause)

    def _fault_for(self, path: str, kinds: frozenset[str]) -> Fault | None:
        for fault in self.faults:
            if fault.kind in kinds and fault.times > 0 and fnmatch.fnmatch(path, fault.path):
                fault.times -= 1
                return fault
        return None

    def routes(self) -> list[BaseRoute]:
        """The control address."""
        return [
            Route("/_control/book", self._show_book, methods=["GET"]),
            Route("/_control/notifications", self._show_news, methods=["GET"]),
            Route("/_control/{action}", self._control, methods=["POST"]),
        ]

    async def _show_book(self, _request: Request) -> Response:
        return JSONResponse([held.row() for held in self.book])

    async def _show_news(self, request: Request) -> Response:
        wanted = request.query_params.get("reference")
        return JSONResponse([news.row() for news in self.sent if wanted in (None, news.reference)])

    async def _control(self, request: Request) -> Response:
        try:
            await self._act(request.path_params["action"], _object(await request.body()))
        except (_Wrong, WrongOption) as wrong:
            return JSONResponse({"error": str(wrong)}, 400)
        except LookupError as error:
            return JSONResponse({"error": str(error)}, 404)
        return JSONResponse({"ok": True})

    async def _act(self, name: str, body: Mapping[str, Any]) -> None:
        match name:
            case "fault":
                fault = _fault(body)
                for kind, change in (("forge", self.forge), ("wrong_amount", self.distort)):
                    if fault.kind == kind and change is _as_it_is:
                        raise _Wrong(f"this simulator cannot {kind}: its Stage was not told how")
                self.faults.append(fault)
            case "options":
                if self.declared:
                    check_options(self.declared, body)
                self.options.update(body)
            case "clock":
                self.shift, self.stopped = _clock(body)
            case "notify":
                self.addresses[_member(body, "merchant")] = _member(body, "url")
            case "rotate":
                self.rotate(
                    _member(body, "merchant"), {name: _member(body, name) for name in body if name != "merchant"}
                )
            case "reset":
                self.book.clear()
                self.faults.clear()
                self.sent.clear()
                self._held.clear()
                self.shift, self.stopped = timedelta(), None
                self.forget()
            case _ if name in self.actions:
                await self.actions[name](_member(body, "reference"), body)
            case _:
                raise LookupError(f"unknown action {name!r}")

    def wrap(self, routes: list[BaseRoute]) -> ASGIApp:
        """The application: control address, the provider's own routes, and the faults around them."""
        inner = Starlette(routes=[*self.routes(), *routes])

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
            if scope["type"] != "http" or path.startswith("/_control"):
                await inner(scope, receive, send)
                return
            await self._misbehave(path, inner, scope, receive, send)

        return app

    async def _misbehave(self, path: str, inner: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        delay = self._fault_for(path, frozenset({"delay"})) if path != "notification" else None
        if delay:
            await asyncio.sleep(delay.seconds)
        before = self._fault_for(path, BEFORE)
        if before:
            await _broken(before, scope, receive, send)
            return
        after = self._fault_for(path, AFTER)
        if not after:
            await inner(scope, receive, send)
            return

        async def swallow(_message: Any) -> None:
            """The request takes effect; its answer is lost."""

        await inner(scope, receive, swallow)
        await _broken(after, scope, receive, send)


class _Wrong(Exception):
    """What is wrong with a control request."""


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        raise _Wrong("the body is no JSON") from None
    if not isinstance(body, dict):
        raise _Wrong("the body is no JSON object")
    return body


def _member(body: Mapping[str, Any], name: str) -> str:
    if not isinstance(value := body.get(name), str):
        raise _Wrong(f"{name} is missing, or no text")
    return value


def _fault(body: Mapping[str, Any]) -> Fault:
    if body.get("kind") not in BEFORE | AFTER | ON_NEWS:
        raise _Wrong(f"unknown fault {body.get('kind')!r}")
    if unknown := set(body) - {"path", "kind", "times", "seconds", "status"}:
        raise _Wrong(f"a fault has no {', '.join(sorted(unknown))}")
    return Fault(**{**body, "path": _member(body, "path")})


def _clock(body: Mapping[str, Any]) -> tuple[timedelta, datetime | None]:
    try:
        shift = timedelta(seconds=body.get("seconds", 0))
        stopped = datetime.fromisoformat(body["at"]) if "at" in body else None
    except (TypeError, ValueError) as error:
        raise _Wrong(str(error)) from None
    if stopped and stopped.tzinfo is None:
        raise _Wrong("at needs its zone: 2026-01-31T12:00:00Z")
    return shift, stopped


async def _broken(fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
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
