"""Plays a plugin against its simulator, without a network,
by the very rules that the hub's driver follows."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import attrs

from hub_hookspecs.actions import PostForm, Redirect
from hub_hookspecs.errors import NotSent, OutcomeUnknown
from hub_hookspecs.exchange import MAX_ANSWER, Ask, Outcome, Step, Steps, exchange_of
from hub_hookspecs.http import library as httpx
from hub_hookspecs.messages import Message, Source
from hub_hookspecs.payment import Grant, GrantRequest, PaymentStarted
from hub_hookspecs.provider import Account
from hub_hookspecs.request_mark import Repeat, repeat_for, wants_grant

from .faults import Fault, Handed
from .guard import watched
from .output import CapturedOutput
from .played import Played, Sent
from .subject import BASE, Subject

TRIES: Final = 2
"""How often a harmless request is sent here; twice is enough to show that it was not."""

T = TypeVar("T")
Answers = Sequence[Handed]
Alter = Callable[[httpx.Response], httpx.Response]


class Bench:
    """Worlds to play in, on one event loop."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._runner = asyncio.Runner()
        self._cache: dict[str, Any] = {}

    def cached(self, name: str, make: Callable[[], T]) -> T:
        """Make something once, for all proofs on this bench."""
        if name not in self._cache:
            self._cache[name] = make()
        cached: T = self._cache[name]
        return cached

    def close(self) -> None:
        """End the event loop."""
        self._runner.close()

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def world(self, config: Mapping[str, Any] | None = None) -> World:
        """A fresh simulator with nothing in its book, whose clock stands where the hub's does,
        however slow we are."""
        world = World(self.subject, self._runner, config or self.subject.filled)
        world.control("clock", at=self.subject.now.isoformat())
        return world


class World:
    """One simulator, one account with it, and what was played there."""

    def __init__(self, subject: Subject, runner: asyncio.Runner, config: Mapping[str, Any]) -> None:
        self.subject = subject
        self.account = subject.account(config=config)
        self._runner = runner
        self._transport = httpx.ASGITransport(app=subject.simulator.app(config))
        self._grant: Grant | None = None

    # The plugin's side.

    def play(
        self,
        hook: str,
        *,
        fault: Fault | None = None,
        at: int = 1,
        alter: Alter | None = None,
        replay: Answers | None = None,
        account: Account | None = None,
        **records: object,
    ) -> Played:
        """Drive one hook call.

        Args:
            fault: What happens to request number ``at``, each time it is sent.
            alter: Changes the genuine answer to request number ``at``.
            replay: Answers to give instead of asking the simulator.
        """
        plan = _Plan(fault=fault, at=at, alter=alter, replay=replay)
        return self._runner.run(self._play(hook, records, plan, account or self.account))

    async def _play(self, hook: str, records: Mapping[str, object], plan: _Plan, account: Account) -> Played:
        call = getattr(self.subject.hooks, hook)
        exchange = exchange_of(lambda: call(account=account, **records))
        steps: Steps[Any] = Steps(hook, exchange, info=self.subject.info, account=account)
        output = CapturedOutput()
        impure: set[str] = set()
        sent: list[Sent] = []

        def step(resume: Callable[[], Step[Any]]) -> Step[Any]:
            with output, watched(self.subject.package, impure):
                step = resume()
                if isinstance(step, Ask):
                    step.request.read()
            return step

        try:
            now = step(steps.first)
            while isinstance(now, Ask):
                item = Sent(number=now.number, mark=now.mark, request=now.request)
                sent.append(item)
                await self._answer(hook, item, plan, account)
                handed = item.handed
                if isinstance(handed, httpx.Response):
                    now = step(lambda handed=handed: steps.answered(handed))  # type: ignore[misc]
                else:
                    assert handed is not None
                    now = step(lambda handed=handed, wrote=item.wrote: steps.failed(handed, wrote=wrote))  # type: ignore[misc]
        finally:
            steps.close()
        return Played(hook, now, sent, output.text, impure)

    async def _answer(self, hook: str, item: Sent, plan: _Plan, account: Account) -> None:
        """Send a request as the hub would, and let happen to it what was planned."""
        if plan.replay is not None:
            item.handed = plan.replay[item.number - 1] if item.number <= len(plan.replay) else OutcomeUnknown("lost")
            item.wrote = True
            return
        renewed = False
        while True:
            try:
                await self._send(hook, item, plan, account)
            except NotSent as error:
                item.handed = error
                return
            assert item.handed is not None
            match repeat_for(item.mark, item.handed):
                case Repeat.WITH_NEW_GRANT if not renewed and self._wants_grant(hook, item):
                    renewed, self._grant = True, None
                case Repeat.AGAIN if item.times < TRIES:
                    pass
                case _:
                    return

    async def _send(self, hook: str, item: Sent, plan: _Plan, account: Account) -> None:
        headers = httpx.Headers(item.request.headers)
        if self._wants_grant(hook, item):
            headers.update(dict((await self._fresh_grant(account)).headers))
        fault = plan.fault if item.number == plan.at else None
        item.times += 1
        item.wrote = fault is None or fault.wrote
        genuine: httpx.Response | None = None
        if fault is None or fault.delivered:
            genuine = await self._deliver(item.request, headers)
        if fault is not None:
            item.handed = fault.hands(genuine)
        elif genuine is not None and plan.alter and item.number == plan.at:
            item.handed = plan.alter(genuine)
        else:
            item.handed, item.genuine = genuine, True
        if isinstance(item.handed, httpx.Response):
            item.handed.request = item.request

    async def _deliver(self, request: httpx.Request, headers: httpx.Headers) -> httpx.Response:
        copy = httpx.Request(request.method, request.url, headers=headers, content=request.content)
        response = await self._transport.handle_async_request(copy)
        content = await response.aread()
        assert len(content) <= MAX_ANSWER, "the simulator's answer is larger than the hub would read"
        fields = [(name, value) for name, value in response.headers.multi_items() if name != "content-encoding"]
        return httpx.Response(response.status_code, headers=fields, content=content)

    def _wants_grant(self, hook: str, item: Sent) -> bool:
        return hook != "authorize" and self.subject.can("authorize") and wants_grant(item.request)

    async def _fresh_grant(self, account: Account) -> Grant:
        if self._grant is None:
            request = GrantRequest(now=self.subject.now, call_id=self.subject.call_id())
            played = await self._play("authorize", {"request": request}, _Plan(), account)
            if played.conclusion.outcome is not Outcome.RESULT:
                raise NotSent(f"no grant: {played.conclusion.cause}")
            self._grant = played.value
        assert self._grant is not None
        return self._grant

    # The other side.

    def browse(self, started: PaymentStarted) -> None:
        """Do what the payer's browser does with the next action."""
        match started.action:
            case Redirect(url):
                self._runner.run(self._fetch(httpx.Request("GET", url)))
            case PostForm(url, fields):
                self._runner.run(self._fetch(httpx.Request("POST", url, data=dict(fields))))

    def drive(self, action: str, reference: str, **more: Any) -> bool:
        """Let the simulator's payer or bank act; False when there is nothing to act on."""
        request = self.subject.simulator.drive(BASE, action, reference, **more)
        return self._runner.run(self._fetch(request)).is_success

    def control(self, action: str, **body: Any) -> bool:
        """Tell the simulator something; False when it cannot do it."""
        return self._runner.run(self._fetch(httpx.Request("POST", f"{BASE}/_control/{action}", json=body))).is_success

    def book(self, reference: str) -> list[dict[str, Any]]:
        """The lines of the simulator's book for a reference."""
        rows = self._runner.run(self._fetch(httpx.Request("GET", f"{BASE}/_control/book"))).json()
        return [row for row in rows if row["reference"] == reference]

    def whole_book(self) -> list[dict[str, Any]]:
        """All lines of the simulator's book."""
        rows: list[dict[str, Any]] = self._runner.run(self._fetch(httpx.Request("GET", f"{BASE}/_control/book"))).json()
        return rows

    def captures(self, reference: str) -> int:
        """How often the money of a reference was taken."""
        return sum(row["captures"] for row in self.book(reference))

    def notifications(self, reference: str) -> list[Message]:
        """The notifications that the simulator owes for a reference, as they would arrive."""
        request = httpx.Request("GET", f"{BASE}/_control/notifications", params={"reference": reference})
        return [self._message(row) for row in self._runner.run(self._fetch(request)).json()]

    def _message(self, row: Mapping[str, Any]) -> Message:
        path, _, query = row["path"].partition("?")
        return Message(
            source=Source.NOTIFICATION,
            method=row["method"],
            path=path.lstrip("/"),
            query=query,
            headers=tuple((name.lower(), value) for name, value in row["headers"].items()),
            body=base64.b64decode(row["body"]),
            received_at=self.subject.now,
            call_id=self.subject.call_id(),
        )

    async def _fetch(self, request: httpx.Request) -> httpx.Response:
        response = await self._transport.handle_async_request(request)
        await response.aread()
        await asyncio.sleep(0)  # let the simulator's own tasks begin
        return response


@attrs.frozen(kw_only=True)
class _Plan:
    """What is to happen to one request of a play."""

    fault: Fault | None = None
    at: int = 1
    alter: Alter | None = None
    replay: Answers | None = None
