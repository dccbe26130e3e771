"""Driving exchanges: the hub sends what plugins ask for, and alone knows what left the machine.

``hub_hookspecs.exchange.Steps`` decides what an exchange concludes; here are the network, the clock and the limits.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import ssl
import string
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import attrs
import httpx
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
    Outcome,
    Refused,
    Repeat,
    Step,
    Steps,
    exchange_of,
    repeat_for,
    wants_grant,
)

from .grants import GrantsInMemory, GrantStore
from .limits import Breaker, Limits, TokenBucket
from .registry import Provider, Registry
from .stepping import StepHung, Stepper
from .strict import compute
from .wire import AddressesOf, Lost, Wire, public_addresses

log = structlog.get_logger(__name__)

ALPHANUMERIC = string.ascii_uppercase + string.digits


@attrs.frozen(kw_only=True)
class StepRecord:
    """One request that was sent, or held back, for the operator's eyes; never its content.

    Attributes:
        hook: The hook that asked for it; ``authorize`` for the grant on the way.
        number: Which request of its hook, from 1; a harmless one that was repeated stands several times.
        path: Without the query string.
        status: Of the answer, if there was one.
        trouble: Why there is none.
        wrote: Whether its headers began to be written.
        started: When it was taken up, UTC.
    """

    hook: str
    number: int
    mark: Mark
    method: str
    host: str
    path: str
    status: int | None = None
    trouble: str | None = None
    milliseconds: int = 0
    wrote: bool = False
    started: datetime | None = None


@attrs.frozen
class Ran:
    """A driven exchange: what it concluded, and the requests on the way."""

    conclusion: Conclusion[Any]
    steps: tuple[StepRecord, ...] = ()

    @property
    def has_written(self) -> bool:
        """Whether any request began to be written."""
        return any(step.wrote for step in self.steps)


@attrs.define
class _Call:
    """One hook call on its way.

    Attributes:
        grants: Where its grants are kept, and ``turn`` lets one task at a time fetch one.
    """

    provider: Provider
    account: Account
    account_id: str
    credentials: int
    lease_until: datetime | None
    deadline: float
    grants: GrantStore
    turn: asyncio.Lock
    records: list[StepRecord] = attrs.Factory(list)
    not_let_in: list[str] = attrs.Factory(list)


class Exchanger:
    """Drives the exchanges of all providers, on one event loop.

    Args:
        registry: A plugin whose steps hang again and again is quarantined there.
        grants: Where grants are kept.
        on_close: Told the account when its breaker closes: its due checks are due now.
        on_open: Told the account whenever its open breaker saw another failure.
        on_refused: Told the account, the version of its credentials and why, when the provider does not let it in
            (401, 403), or a plugin asks that its merchant be told.
        clock: UTC now.
        addresses_of: Where live accounts may be connected to.
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
        addresses_of: AddressesOf = public_addresses,
    ) -> None:
        self._registry = registry
        self._grants = grants or GrantsInMemory()
        self._limits = limits or Limits()
        self._on_close = on_close
        self._on_open = on_open
        self._on_refused = on_refused
        self._clock = clock
        self._context = ssl_context
        self._addresses_of = addresses_of
        self._wires: dict[str, Wire] = {}
        self._steppers: dict[str, Stepper] = {}
        self._buckets: dict[str, TokenBucket] = {}
        self._breakers: dict[str, Breaker] = {}
        self._grant_turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        # At DEBUG it writes headers, and with them grants, into the log.
        logging.getLogger("httpcore").setLevel(logging.WARNING)

    def watch(
        self,
        *,
        on_close: Callable[[str], None],
        on_open: Callable[[str], None],
        on_refused: Callable[[str, int, str], None],
    ) -> None:
        """Tell these from now on; for a hub that is built around its exchanger."""
        self._on_close, self._on_open, self._on_refused = on_close, on_open, on_refused

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
                one a grant is fetched for this call alone, and kept nowhere.
            lease_until: A session or charging request must be over by then, or it is not sent.
            records: The hook's own records by name, e.g. ``order=Order(...)``.
        """
        deadline = time.monotonic() + self._limits.call
        grants, turn = self._grants, self._grant_turns[account_id]
        if credentials is None:
            grants, turn = GrantsInMemory(), asyncio.Lock()
        call = _Call(provider, account, account_id, credentials or 0, lease_until, deadline, grants, turn)
        conclusion = await self._drive(call, hook, records)
        if self._on_refused and hook != "validate_identity" and (why := _refusal(call, hook, conclusion)):
            _tell(partial(self._on_refused, account_id, call.credentials, why))
        return Ran(conclusion, tuple(call.records))

    def peek(
        self, provider: Provider, hook: str, *, account: Account, account_id: str, **records: object
    ) -> Conclusion[Any] | None:
        """Run a hook to its first request, here and now, and no further.

        A notification that needs none is concluded at once; None says that it wants a request, so that it must be
        stored, acknowledged, and run again from the start.
        """
        steps = _steps_of(provider, hook, account, records)
        try:
            step = self._stepper(provider).run_inline(steps.first)
            return None if isinstance(step, Ask) else step
        except StepHung:
            return self._hung(provider, steps, hook, wrote=False)
        finally:
            _close(provider, steps)

    def is_open(self, account_id: str) -> bool:
        """Whether the account's breaker holds requests back just now; when a probe is due, it does not."""
        breaker = self._breakers.get(account_id)
        return breaker is not None and breaker.holds(time.monotonic())

    async def close(self) -> None:
        """Close all connections and let the plugins' threads end."""
        for stepper in self._steppers.values():
            stepper.close()
        for wire in self._wires.values():
            await wire.close()
        self._steppers.clear()
        self._wires.clear()

    async def __aenter__(self) -> Exchanger:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.close()

    # One hook call.

    async def _drive(self, call: _Call, hook: str, records: Mapping[str, object]) -> Conclusion[Any]:
        steps = _steps_of(call.provider, hook, call.account, records)
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
            _close(call.provider, steps)

    async def _advance(
        self, call: _Call, hook: str, steps: Steps[Any], resume: Callable[[], Step[Any]], *, wrote: bool
    ) -> Step[Any]:
        """Let the plugin compute up to its next request."""
        stepper = self._stepper(call.provider)
        work = partial(_next_step, steps, resume)
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

    async def _perform(self, call: _Call, hook: str, ask: Ask) -> httpx.Response | Lost:
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

    async def _send_once(self, call: _Call, hook: str, ask: Ask) -> httpx.Response | Lost:
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
        told = attrs.asdict(record, filter=attrs.filters.exclude("started"))  # the line has its own time
        log.info("provider_request", provider=call.provider.code, **told)
        return outcome

    async def _gated(self, call: _Call, hook: str, ask: Ask) -> httpx.Response | Lost:
        """Everything that may hold a request back, in the order of its cost; then the wire."""
        grant = None
        if self._needs_grant(call, hook, ask):
            try:
                grant = await self._grant(call, ask.mark)
            except NotSent as trouble:
                return Lost(trouble, local=True)
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
        outcome = await self._wire(call.provider).send(
            _with_grant(ask.request, grant),
            fresh=ask.mark is Mark.CHARGING,
            public=call.account.mode is Mode.LIVE,
            limit=limit,
        )
        self._note(call.account_id, outcome)
        if grant is not None and isinstance(outcome, httpx.Response) and outcome.status_code == 401:
            await _drop_grant(call, grant)
        return outcome

    async def _held_back(self, account_id: str) -> Lost | None:
        now = time.monotonic()
        limits = self._limits
        breaker = self._breakers.setdefault(account_id, Breaker(limits.trips, limits.probe_every))
        if not breaker.lets_through(now):
            return _hold("the provider did not answer lately; the next try is held back")
        bucket = self._buckets.setdefault(account_id, TokenBucket(limits.rate, limits.burst, limits.burst, now))
        wait = bucket.wait_for(now, limits.patience)
        if wait is None:
            return _hold("too many requests for this account at once")
        await asyncio.sleep(wait)
        return None

    def _note(self, account_id: str, outcome: httpx.Response | Lost) -> None:
        breaker = self._breakers[account_id]
        if isinstance(outcome, Lost):
            breaker.fail(time.monotonic())
            if breaker.is_open and self._on_open:
                _tell(partial(self._on_open, account_id))
        elif breaker.succeed() and self._on_close:
            _tell(partial(self._on_close, account_id))

    # Grants.

    def _needs_grant(self, call: _Call, hook: str, ask: Ask) -> bool:
        return hook != "authorize" and call.provider.can("authorize") and wants_grant(ask.request)

    async def _grant(self, call: _Call, mark: Mark) -> Grant:
        """A grant that lives long enough, fetched by one task at a time.

        Raises:
            NotSent: There is none to be had.
        """
        life = timedelta(seconds=0 if mark is Mark.HARMLESS else self._limits.grant_life)
        async with call.turn:
            kept = await call.grants.load(call.account_id, call.credentials)
            if kept is not None and kept.expires_at > self._clock() + life:
                return kept
            request = GrantRequest(now=self._clock(), call_id=new_call_id())
            conclusion = await self._drive(call, "authorize", {"request": request})
            grant = conclusion.value
            if conclusion.outcome is not Outcome.RESULT or not isinstance(grant, Grant):
                refused = Refused(conclusion.reason, alert=conclusion.alert) if conclusion.reason else None
                if conclusion.alert:  # a plugin may live without the grant, and its conclusion would not tell
                    call.not_let_in.append(f"no grant: {conclusion.cause}")
                raise NotSent(f"no grant: {conclusion.cause}") from refused
            if grant.expires_at <= self._clock():
                raise NotSent("no grant: the provider gave one that has expired")
            await call.grants.save(call.account_id, call.credentials, grant)
            return grant

    # What is kept for each plugin.

    def _stepper(self, provider: Provider) -> Stepper:
        if provider.code not in self._steppers:
            self._steppers[provider.code] = Stepper(
                provider.code, self._limits.step, provider.at_work, is_strict=provider.is_strict
            )
        return self._steppers[provider.code]

    def _wire(self, provider: Provider) -> Wire:
        if provider.code not in self._wires:
            if self._context is None:  # costs 40 ms, so there is one, made when the first provider is called
                self._context = httpx.create_ssl_context(trust_env=False)
            self._wires[provider.code] = Wire(self._context, self._limits.connect, self._addresses_of)
        return self._wires[provider.code]


def new_call_id() -> str:
    """10 fresh alphanumerics, for one hook call."""
    return "".join(secrets.choice(ALPHANUMERIC) for _ in range(10))


def _steps_of(provider: Provider, hook: str, account: Account, records: Mapping[str, object]) -> Steps[Any]:
    exchange = exchange_of(lambda: provider.call(hook, account=account, **records))
    return Steps(hook, exchange, info=provider.info, account=account)


def _close(provider: Provider, steps: Steps[Any]) -> None:
    """What a plugin does when it is ended is its own computing too."""
    compute(provider.code, steps.close, is_strict=provider.is_strict)


def _next_step(steps: Steps[Any], resume: Callable[[], Step[Any]]) -> Step[Any]:
    """A plugin may give a body as a generator; that is its own computing, and belongs in its own time."""
    step = resume()
    if isinstance(step, Ask):
        try:
            step.request.read()
        except BaseException as error:  # noqa: BLE001 - the plugin's own code; the request is not sent
            return steps.abandon(f"the request's body raised {type(error).__name__}")
    return step


async def _drop_grant(call: _Call, used: Grant) -> None:
    try:
        async with call.turn:
            # A colleague may have fetched a new one meanwhile.
            if await call.grants.load(call.account_id, call.credentials) == used:
                await call.grants.drop(call.account_id)
    except Exception:  # the answer is there, and must not be lost over this
        log.exception("grant_store_failed")


def _with_grant(request: httpx.Request, grant: Grant | None) -> httpx.Request:
    if grant is None:
        return request
    headers = httpx.Headers(request.headers)
    headers.update(dict(grant.headers))
    return httpx.Request(request.method, request.url, headers=headers, content=request.content)


NOT_LET_IN = (401, 403)


def _refusal(call: _Call, hook: str, conclusion: Conclusion[Any]) -> str:
    """Why the account's merchant or the operator should look; empty when all is well.

    Of a request that was repeated the last answer counts: a grant that had run out is no refusal.
    """
    last = {(record.hook, record.number): record for record in call.records}
    for record in last.values():
        # Reports are a product of their own: who does not have it is let in everywhere else.
        if record.status in NOT_LET_IN and hook != "fetch_settlement":
            return f"HTTP {record.status} to {record.hook}"
    if call.not_let_in:
        return call.not_let_in[-1]
    return f"the provider's refusal is about the settings: {conclusion.cause}" if conclusion.alert else ""


def _tell(call: Callable[[], None]) -> None:
    """Tell somebody else; the answer is there, and must not be lost over this."""
    try:
        call()
    except Exception:
        log.exception("told_in_vain", call=repr(call))


def _hold(why: str) -> Lost:
    return Lost(NotSent(why), local=True)
