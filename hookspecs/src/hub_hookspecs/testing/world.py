"""One simulator, one account with it, and what is played there, by the very rules that the hub's driver follows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import attrs

from hub_hookspecs.errors import NotSent, OutcomeUnknown
from hub_hookspecs.exchange import MAX_ANSWER, Ask, Outcome, Step, Steps, exchange_of
from hub_hookspecs.http import library as httpx
from hub_hookspecs.payment import Grant, GrantRequest
from hub_hookspecs.provider import Account
from hub_hookspecs.request_mark import Mark, Repeat, repeat_for, wants_grant

from .faked import Faked
from .faults import Fault, Handed
from .guard import watched
from .noticed import Noticed, Row, difference
from .output import CapturedOutput
from .played import Played, Sent, noting
from .subject import Subject

TRIES: Final = 2
"""How often a harmless request is sent here; twice is enough to show that it was not."""

MOVING: Final = frozenset({"refund_payment", "cancel_payment", "capture_payment"})
"""Hooks after which declined says that no money moved."""

Answers = Sequence[Handed]
Alter = Callable[[httpx.Response], httpx.Response]


@attrs.frozen(kw_only=True)
class _Plan:
    """What is to happen to one request of a play."""

    fault: Fault | None = None
    at: int = 1
    alter: Alter | None = None
    replay: Answers | None = None
    hooks: Any = None


class World(Faked):
    """One simulator, one account with it, and what was played there."""

    def __init__(self, subject: Subject, runner: asyncio.Runner, config: Mapping[str, Any], noticed: Noticed) -> None:
        super().__init__(subject, runner, config, noticed)
        self.account = subject.account(config=config)
        self._grant: Grant | None = None

    def set_clock(self, when: datetime) -> None:
        """Let the simulator's clock stand there; a grant of another time is worth nothing."""
        self.control("clock", at=when.isoformat())
        self._grant = None

    def use(self, grant: Grant) -> None:
        """Send with this grant, as the hub does with one that it keeps."""
        self._grant = grant

    def play(
        self,
        hook: str,
        *,
        fault: Fault | None = None,
        at: int = 1,
        alter: Alter | None = None,
        replay: Answers | None = None,
        account: Account | None = None,
        hooks: Any = None,
        **records: object,
    ) -> Played:
        """Drive one hook call.

        Args:
            fault: What happens to request number ``at``, each time it is sent.
            alter: Changes the genuine answer to request number ``at``.
            replay: Answers to give instead of asking the simulator.
            hooks: Of another copy of the plugin.
        """
        plan = _Plan(fault=fault, at=at, alter=alter, replay=replay, hooks=hooks or self.subject.hooks)
        return self._runner.run(self._play(hook, records, plan, account or self.account))

    async def _play(self, hook: str, records: Mapping[str, object], plan: _Plan, account: Account) -> Played:
        call = getattr(plan.hooks, hook)
        raised: list[BaseException] = []
        exchange = noting(exchange_of(lambda: call(account=account, **records)), raised)
        steps: Steps[Any] = Steps(hook, exchange, info=self.subject.info, account=account)
        output = CapturedOutput()
        impure: set[str] = set()
        sent: list[Sent] = []
        before = await self._read_book() if hook in MOVING else []

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
        played = Played(hook, now, sent, output.text, impure)
        played.tell(raised, self.subject)
        if hook in MOVING and played.conclusion.plugin_said == "declined":
            await self._notice_denial(played, before)
        return played

    async def _notice_denial(self, played: Played, before: list[Row]) -> None:
        """Declined says that no money moved in the whole exchange."""
        if moved := difference(before, await self._read_book()):
            last = f", request {played.sent[-1].number}: {played.sent[-1].text}" if played.sent else ""
            self.noticed.denials[
                f"{played.hook}{last}: the plugin concluded declined, and the provider's book changed meanwhile: "
                f"{moved}; the contract allows unknown, or what happened"
            ] = None

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
        item.times += 1
        fault = plan.fault if item.number == plan.at else None
        if fault and fault.once and item.times > 1:
            fault = None
        item.wrote = fault is None or fault.wrote
        genuine: httpx.Response | None = None
        if fault is None or fault.delivered:
            genuine = await self._deliver(hook, item, headers)
        if fault is not None:
            item.handed = fault.hands(genuine)
        elif genuine is not None and plan.alter and item.number == plan.at:
            item.handed = plan.alter(genuine)
        else:
            item.handed, item.genuine = genuine, True
        if isinstance(item.handed, httpx.Response):
            item.handed.request = item.request

    async def _deliver(self, hook: str, item: Sent, headers: httpx.Headers) -> httpx.Response:
        """Let the simulator have a request; one that is not charging must leave its whole book alone."""
        request = item.request
        copy = httpx.Request(request.method, request.url, headers=headers, content=request.content)
        if item.mark is Mark.CHARGING:
            return await self._answer_to(copy)
        before = await self._read_book()
        response = await self._answer_to(copy)
        if moved := difference(before, await self._read_book()):
            again = " and was sent twice" if item.times > 1 else ""
            self.noticed.books[
                f"{hook}, request {item.number}: {item.text} is marked {item.mark}{again}, and the provider's book "
                f"changed: {moved}; the contract allows it no change of any kind"
            ] = None
        return response

    async def _answer_to(self, request: httpx.Request) -> httpx.Response:
        response = await self._ask(request)
        if len(response.content) > MAX_ANSWER:
            what = f"{request.method} {request.url.path}"
            self.noticed.failures[f"the simulator's answer to {what} is larger than the hub would read"] = None
        return response

    def _wants_grant(self, hook: str, item: Sent) -> bool:
        return hook != "authorize" and self.subject.can("authorize") and wants_grant(item.request)

    async def _fresh_grant(self, account: Account) -> Grant:
        if self._grant is None:
            request = GrantRequest(now=self.subject.now, call_id=self.subject.call_id())
            plan = _Plan(hooks=self.subject.hooks)
            played = await self._play("authorize", {"request": request}, plan, account)
            if played.conclusion.outcome is not Outcome.RESULT:
                raise NotSent(f"no grant: {played.conclusion.cause}")
            self._grant = played.value
        assert self._grant is not None
        return self._grant
