"""Driving exchanges: the hub sends what plugins ask for, and alone knows what left the machine.

``hub_hookspecs.exchange.Steps`` decides what an exchange concludes; here are the network, the clock and the limits.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import attrs
import structlog

from hub_hookspecs import (
    Account,
    Ask,
    Conclusion,
    Grant,
    GrantRequest,
    Mark,
    Mode,
    NotSent,
    Repeat,
    Step,
    Steps,
    repeat_for,
    wants_grant,
)
from hub_hookspecs.http import LOGGERS
from hub_hookspecs.http import library as httpx

from .authorizing import drop_grant, grant_for, with_grant
from .grants import GrantsInMemory, GrantStore
from .hook_call import HookCall, refusal_of
from .limits import Gate, Limits
from .ran import Ran, StepRecord
from .registry import Provider, Registry
from .stepping import StepHung, Stepper, close_steps, next_step, steps_of
from .watchers import Watchers
from .wire import AddressesOf, Lost, Wire, public_addresses
from .wires import MakeContext, Wires, default_context

log = structlog.get_logger(__name__)


class Exchanger:
    """Drives the exchanges of all providers, on one event loop.

    Args:
        registry: A plugin whose steps hang again and again is quarantined there.
        grants: Where grants are kept.
        on_close, on_open, on_refused: As in ``Watchers``.
        clock: UTC now.
        ssl_context: For all accounts that show no certificate; ``make_context`` makes it if it is not given, and one
            for each account that does.
        addresses_of: Where live accounts may be connected to.
        transport: Carries requests in the network's place, to a provider in this process.
    """

    def __init__(
        self,
        registry: Registry,
        *,
        grants: GrantStore | None = None,
        limits: Limits | None = None,
        on_close: Callable[[str], None] | None = None,
        on_open: Callable[[str], None] | None = None,
        on_refused: Callable[[str, int, str], None] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        ssl_context: ssl.SSLContext | None = None,
        make_context: MakeContext = default_context,
        addresses_of: AddressesOf = public_addresses,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._registry = registry
        self._grants = grants or GrantsInMemory()
        self._limits = limits or Limits()
        self._watchers = Watchers(on_close=on_close, on_open=on_open, on_refused=on_refused)
        self._clock = clock
        self._wires = Wires(self._limits.connect, addresses_of, make_context, ssl_context, transport=transport)
        self._steppers: dict[str, Stepper] = {}
        self._gate = Gate()
        self._grant_turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        # At DEBUG it writes headers, and with them grants, into the log.
        for name in LOGGERS:
            logging.getLogger(name).setLevel(logging.WARNING)

    def watch(
        self,
        *,
        on_close: Callable[[str], None],
        on_open: Callable[[str], None],
        on_refused: Callable[[str, int, str], None],
    ) -> None:
        """Notify these from now on; for a hub that is built around its exchanger."""
        self._watchers = Watchers(on_close=on_close, on_open=on_open, on_refused=on_refused)

    async def run(
        self,
        provider: Provider,
        hook: str,
        *,
        account: Account,
        account_id: str,
        credentials: int | None = 1,
        lease_until: datetime | None = None,
        **records: object,
    ) -> Ran:
        """Drive one hook call to its conclusion.

        Args:
            credentials: Version of the credentials in the view of the account, to which its grant must belong; without
                one a grant is fetched for this call alone, and stored nowhere.
            lease_until: A session or charging request must be over by then, or it is not sent.
            records: The hook's own records by name, e.g. ``order=Order(...)``.
        """
        deadline = time.monotonic() + self._limits.call
        grants, turn = self._grants, self._grant_turns[account_id]
        if credentials is None:
            grants, turn = GrantsInMemory(), asyncio.Lock()
        call = HookCall(provider, account, account_id, credentials or 0, lease_until, deadline, grants, turn)
        conclusion = await self._drive(call, hook, records)
        if hook != "validate_identity" and (why := refusal_of(call, hook, conclusion)):
            self._watchers.refused(account_id, call.credentials, why)
        return Ran(conclusion, tuple(call.records))

    def peek(
        self, provider: Provider, hook: str, *, account: Account, account_id: str, **records: object
    ) -> Conclusion[Any] | None:
        """Run a hook to its first request, here and now, and no further.

        A notification that needs none is concluded at once; None says that it wants a request, so that it must be
        stored, acknowledged, and run again from the start.
        """
        step = self.first_step(provider, hook, account=account, **records)
        return None if isinstance(step, Ask) else step

    def first_step(self, provider: Provider, hook: str, *, account: Account, **records: object) -> Step[Any]:
        """What a hook does first, here and now: conclude, or ask for a request, which is not sent."""
        steps = steps_of(provider, hook, account, records)
        try:
            return self._stepper(provider).run_inline(steps.first)
        except StepHung:
            return self._hung(provider, steps, hook, wrote=False)
        finally:
            close_steps(provider, steps)

    def is_open(self, account_id: str) -> bool:
        """Whether the account's breaker holds requests back just now; when a probe is due, it does not."""
        return self._gate.is_open(account_id, time.monotonic())

    async def close(self) -> None:
        """Close all connections and let the plugins' threads end."""
        for stepper in self._steppers.values():
            stepper.close()
        await self._wires.close()
        self._steppers.clear()

    async def __aenter__(self) -> Exchanger:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.close()

    # One hook call.

    async def _drive(self, call: HookCall, hook: str, records: Mapping[str, object]) -> Conclusion[Any]:
        steps = steps_of(call.provider, hook, call.account, records)
        try:
            step = await self._advance(call, hook, steps, steps.first, wrote=False)
            while isinstance(step, Ask):
                if time.monotonic() >= call.deadline:
                    return steps.abandon("the time of the hook call is over")
                outcome = await self._perform(call, hook, step)
                if isinstance(outcome, Lost):
                    resume, wrote = partial(steps.failed, outcome.trouble, wrote=outcome.wrote), outcome.wrote
                else:
                    resume, wrote = partial(steps.answered, outcome), True
                step = await self._advance(call, hook, steps, resume, wrote=wrote and step.mark is Mark.CHARGING)
            return step
        finally:
            close_steps(call.provider, steps)

    async def _advance(
        self, call: HookCall, hook: str, steps: Steps[Any], resume: Callable[[], Step[Any]], *, wrote: bool
    ) -> Step[Any]:
        """Let the plugin compute up to its next request."""
        stepper = self._stepper(call.provider)
        work = partial(next_step, steps, resume)
        try:
            if hook == "handle_notification" and resume == steps.first:  # cheap, and not worth a thread
                return stepper.run_inline(work)
            return await stepper.run(work)
        except StepHung:
            return self._hung(call.provider, steps, hook, wrote=wrote)

    def _hung(self, provider: Provider, steps: Steps[Any], hook: str, *, wrote: bool) -> Conclusion[Any]:
        provider.hung += 1
        cause = f"the plugin computed for more than {self._limits.step:g} s in {hook}"
        log.error("plugin_hung", provider=provider.code, hook=hook, times=provider.hung)
        if provider.hung >= self._limits.hangs:
            self._registry.quarantine(provider.code, f"{cause}, {provider.hung} times")
        return steps.abandon(cause, wrote=wrote)

    # One request, with its repeats.

    async def _perform(self, call: HookCall, hook: str, ask: Ask) -> httpx.Response | Lost:
        renewed = False
        tried = 0
        while True:
            outcome = await self._send_once(call, hook, ask)
            tried += 1
            if isinstance(outcome, Lost) and outcome.local:
                return outcome
            match repeat_for(ask.mark, outcome.trouble if isinstance(outcome, Lost) else outcome):
                case Repeat.WITH_NEW_GRANT if not renewed and self._needs_grant(call, hook, ask):
                    renewed = True
                case Repeat.AGAIN if tried < self._limits.tries:
                    pause = self._pause_before(tried, outcome)
                    if pause is None or time.monotonic() + pause >= call.deadline:
                        return outcome
                    await asyncio.sleep(pause)
                case _:
                    return outcome

    def _pause_before(self, tried: int, outcome: httpx.Response | Lost) -> float | None:
        """Seconds until the next try; None when the provider asks for more patience than we have."""
        wanted = outcome.headers.get("retry-after", "") if isinstance(outcome, httpx.Response) else ""
        if wanted.isascii() and wanted.isdigit():
            return float(wanted) if float(wanted) <= self._limits.retry_after else None
        return self._limits.pauses[min(tried, len(self._limits.pauses)) - 1]

    async def _send_once(self, call: HookCall, hook: str, ask: Ask) -> httpx.Response | Lost:
        started, began = time.monotonic(), self._clock()
        outcome = await self._gated(call, hook, ask)
        record = StepRecord(
            hook=hook,
            number=ask.number,
            mark=ask.mark,
            method=ask.request.method,
            host=ask.request.url.host,
            path=ask.request.url.path,
            status=None if isinstance(outcome, Lost) else outcome.status_code,
            trouble=f"{type(outcome.trouble).__name__}: {outcome.trouble}" if isinstance(outcome, Lost) else None,
            milliseconds=round((time.monotonic() - started) * 1000),
            wrote=outcome.wrote if isinstance(outcome, Lost) else True,
            started=began,
        )
        call.records.append(record)
        step_fields = attrs.asdict(record, filter=attrs.filters.exclude("started"))  # the line has its own time
        log.info("provider_request", provider=call.provider.code, **step_fields)
        return outcome

    async def _gated(self, call: HookCall, hook: str, ask: Ask) -> httpx.Response | Lost:
        """Everything that may hold a request back, in the order of its cost; then the wire."""
        grant = None
        if self._needs_grant(call, hook, ask):
            try:
                grant = await self._grant(call, ask.mark)
            except NotSent as error:
                return Lost(error, local=True)
            except Exception as error:  # a store that fails costs this request, and nothing has left
                log.exception("grant_store_failed", provider=call.provider.code)
                return _hold(f"no grant: {type(error).__name__}")
        if held := await self._held_back(call.account_id):
            return held
        limit = min(call.provider.info.timeout_seconds, self._limits.request, call.deadline - time.monotonic())
        if limit <= 0:
            return _hold("the time of the hook call is over")
        lease = call.lease_until if ask.mark is not Mark.HARMLESS else None
        if lease is not None and self._clock() + timedelta(seconds=limit) >= lease:
            return _hold("the sender's lease does not cover the request")
        try:
            wire = await self._wire(call)
        except (ValueError, OSError) as error:  # an SSLError is one
            return _hold(f"the account's client certificate cannot be shown: {type(error).__name__}")
        outcome = await wire.send(
            with_grant(ask.request, grant),
            fresh=ask.mark is Mark.CHARGING,
            public=call.account.mode is Mode.LIVE,
            limit=limit,
        )
        self._record_outcome(call.account_id, outcome)
        if grant is not None and isinstance(outcome, httpx.Response) and outcome.status_code == 401:
            await drop_grant(call, grant)
        return outcome

    async def _held_back(self, account_id: str) -> Lost | None:
        wait = self._gate.wait_for(account_id, time.monotonic(), self._limits)
        if isinstance(wait, str):
            return _hold(wait)
        await asyncio.sleep(wait)
        return None

    def _record_outcome(self, account_id: str, outcome: httpx.Response | Lost) -> None:
        if isinstance(outcome, Lost):
            if self._gate.fail(account_id, time.monotonic()):
                self._watchers.opened(account_id)
        elif self._gate.succeed(account_id):
            self._watchers.closed(account_id)

    # Grants.

    def _needs_grant(self, call: HookCall, hook: str, ask: Ask) -> bool:
        return hook != "authorize" and call.provider.can("authorize") and wants_grant(ask.request)

    async def _grant(self, call: HookCall, mark: Mark) -> Grant:
        life = timedelta(seconds=0 if mark is Mark.HARMLESS else self._limits.grant_life)

        async def authorize(request: GrantRequest) -> Conclusion[Any]:
            return await self._drive(call, "authorize", {"request": request})

        return await grant_for(call, life, self._clock, authorize)

    # One stepper for each plugin, and a wire for each plugin or account.

    async def _wire(self, call: HookCall) -> Wire:
        return await self._wires.of(call.provider.info, call.account, call.account_id, keep=call.credentials > 0)

    def _stepper(self, provider: Provider) -> Stepper:
        if provider.code not in self._steppers:
            self._steppers[provider.code] = Stepper(
                provider.code, self._limits.step, provider.at_work, is_strict=provider.is_strict
            )
        return self._steppers[provider.code]


def _hold(why: str) -> Lost:
    return Lost(NotSent(why), local=True)
