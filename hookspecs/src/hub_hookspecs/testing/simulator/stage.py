"""The stage: what every simulator shares."""

from __future__ import annotations

import asyncio
import contextlib
import fnmatch
import ssl
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from hub_hookspecs.http import library as httpx
from hub_hookspecs.money import Money
from hub_hookspecs.testing.options import Option, WrongOption, check_options

from .control import WrongRequest, clock_from, fault_from, member, object_in
from .faults import AFTER, BEFORE, ON_NEWS, PlannedFault, answer_broken
from .records import Holding, News

Action = Callable[[str, Mapping[str, Any]], Awaitable[None]]
Rotation = Callable[[str, Mapping[str, str]], None]


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
        pauses: Seconds between the tries of a notification that nobody takes; none sends it once.
        rotate: Gives a merchant other credentials; LookupError names what it does not know.
    """

    options: dict[str, Any] = attrs.Factory(dict)
    declared: tuple[Option, ...] = ()
    actions: dict[str, Action] = attrs.Factory(dict)
    forget: Callable[[], None] = lambda: None
    forge: Callable[[News], News] = _as_it_is
    distort: Callable[[News], News] = _as_it_is
    pauses: tuple[float, ...] = (0.5, 1, 2)
    rotate: Rotation = _for_good
    book: list[Holding] = attrs.Factory(list)
    faults: list[PlannedFault] = attrs.Factory(list)
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
        """Take the money; a second capture of one of the provider's references shows in
        ``captures``."""
        for held in self.book:
            if held.provider_reference == provider_reference:
                held.captures += 1
                return
        self.book.append(
            Holding(reference=reference, provider_reference=provider_reference, merchant=merchant, amount=amount)
        )

    def give_back(self, provider_reference: str, amount: Money | None = None) -> bool:
        """Return an amount of a payment, or all that is left of it; False when there is not so much."""
        held = next((held for held in self.book if held.provider_reference == provider_reference), None)
        return held is not None and held.give_back(amount)

    def notify(self, news: News) -> None:
        """Owe a notification: keep it for the control address,
        and send it where the merchant wants it."""
        batch = [news]
        delay = 0.0
        match self._fault_for("notification", ON_NEWS):
            case PlannedFault(kind="drop"):
                batch = []
            case PlannedFault(kind="repeat"):
                batch = [news, news]
            case PlannedFault(kind="reorder"):
                self._held.append(news)
                return
            case PlannedFault(kind="delay", seconds=seconds):
                delay = seconds
            case PlannedFault(kind="forge"):
                batch = [self.forge(news)]
            case PlannedFault(kind="wrong_amount"):
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
            for pause in (0.0, *self.pauses):
                await asyncio.sleep(pause)
                with contextlib.suppress(httpx.HTTPError):
                    answer = await client.request(
                        news.method, url.rstrip("/") + news.path, content=news.body, headers=news.headers
                    )
                    if answer.status_code < 500:
                        return

    def _fault_for(self, path: str, kinds: frozenset[str]) -> PlannedFault | None:
        for fault in self.faults:
            if fault.kind in kinds and fault.times > 0 and fnmatch.fnmatch(path, fault.path):
                fault.times -= 1
                return fault
        return None

    def routes(self) -> list[BaseRoute]:
        """The control address."""
        return [
            Route("/_control/actions", self._show_actions, methods=["GET"]),
            Route("/_control/book", self._show_book, methods=["GET"]),
            Route("/_control/notifications", self._show_news, methods=["GET"]),
            Route("/_control/{action}", self._control, methods=["POST"]),
        ]

    async def _show_book(self, _request: Request) -> Response:
        return JSONResponse([held.row() for held in self.book])

    async def _show_actions(self, _request: Request) -> Response:
        return JSONResponse(sorted(self.actions))

    async def _show_news(self, request: Request) -> Response:
        wanted = request.query_params.get("reference")
        return JSONResponse([news.row() for news in self.sent if wanted in (None, news.reference)])

    async def _control(self, request: Request) -> Response:
        try:
            await self._act(request.path_params["action"], object_in(await request.body()))
        except (WrongRequest, WrongOption) as wrong:
            return JSONResponse({"error": str(wrong)}, 400)
        except LookupError as error:
            return JSONResponse({"error": str(error)}, 404)
        return JSONResponse({"ok": True})

    async def _act(self, name: str, body: Mapping[str, Any]) -> None:
        match name:
            case "fault":
                fault = fault_from(body)
                for kind, change in (("forge", self.forge), ("wrong_amount", self.distort)):
                    if fault.kind == kind and change is _as_it_is:
                        raise WrongRequest(f"this simulator cannot {kind}: its Stage was not told how")
                self.faults.append(fault)
            case "options":
                if self.declared:
                    check_options(self.declared, body)
                self.options.update(body)
            case "clock":
                self.shift, self.stopped = clock_from(body)
            case "notify":
                self.addresses[member(body, "merchant")] = member(body, "url")
            case "rotate":
                self.rotate(member(body, "merchant"), {name: member(body, name) for name in body if name != "merchant"})
            case "reset":
                self.book.clear()
                self.faults.clear()
                self.sent.clear()
                self._held.clear()
                self.shift, self.stopped = timedelta(), None
                self.forget()
            case _ if name in self.actions:
                await self.actions[name](member(body, "reference"), body)
            case _:
                raise LookupError(f"unknown action {name!r}")

    def wrap(self, routes: list[BaseRoute]) -> ASGIApp:
        """The application: control address, the provider's own routes,
        and the faults around them."""
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
            await answer_broken(before, scope, receive, send)
            return
        after = self._fault_for(path, AFTER)
        if not after:
            await inner(scope, receive, send)
            return

        async def swallow(_message: Any) -> None:
            """The request takes effect; its answer is lost."""

        await inner(scope, receive, swallow)
        await answer_broken(after, scope, receive, send)
