"""Exchanges: how a plugin talks to its provider without doing any I/O.

A hook that needs its provider is a generator: it yields ``http.Request``,
receives ``http.Response`` and returns its result, as ``Auth.auth_flow`` of httpx
does. This module holds the rules that need no network, and is driven by the
hub and by the conformance kit alike, so that the kit proves what the hub does:
which requests a hook may yield (their marks: ``request_mark``), what it may
return (``results``), and what an exchange concludes once something was lost.

    steps = Steps("create_payment", hook(order=order, account=account), info=info, account=account)
    step = steps.first()
    while isinstance(step, Ask):
        try:
            response = send(step.request)
        except ProviderError as error:
            step = steps.failed(error, wrote=...)
        else:
            step = steps.answered(response)
    conclusion = step
"""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Callable, Generator
from typing import Final, Generic, TypeVar

import attrs

from .errors import NotSent, OutcomeUnknown, PluginFault, ProviderError, Refused
from .http import URL, Request, Response
from .payment import Reason
from .provider import Account, Mode, ProviderInfo
from .request_mark import LEGAL, Mark, mark_of
from .results import check_result, origin_of
from .wire import strict_json

T = TypeVar("T")
Exchange = Generator[Request, Response, T]

MAX_REQUESTS: Final = 8
"""Requests of one hook call."""

MAX_ANSWER: Final = 1 << 20
"""Bytes of one answer after decompression."""


class Outcome(enum.StrEnum):
    """What an exchange concludes."""

    RESULT = "result"
    DECLINED = "declined"
    NEVER_SENT = "never_sent"
    UNKNOWN = "unknown"


@attrs.frozen(kw_only=True)
class Conclusion(Generic[T]):
    """The end of an exchange.

    Attributes:
        value: The hook's result. Beside UNKNOWN only its memory may be kept.
        plugin_said: What the plugin itself concluded: ``a result``, ``declined``, or the error it raised.
        cause: Why there is no result, without payload or secret.
        fault: True when the plugin broke its contract.
        status: HTTP status that ended a charging request as not executed.
    """

    outcome: Outcome
    value: T | None = None
    reason: Reason | None = None
    alert: bool = False
    plugin_said: str = ""
    cause: str = ""
    fault: bool = False
    status: int | None = None


@attrs.frozen
class Ask:
    """The plugin wants this request sent."""

    request: Request
    mark: Mark
    number: int


Step = Ask | Conclusion[T]

DOUBTFUL: Final = frozenset({401, 403, 408, 425, 429})
"""Besides 5xx: statuses after which a charging request may or may not have been executed."""


def exchange_of(call: Callable[[], Exchange[T] | T]) -> Exchange[T]:
    """One exchange out of a hook call: what the call itself raises,
    or returns without a request, included."""
    result = call()
    if isinstance(result, Generator):
        return (yield from result)
    return result


@attrs.define(eq=False)
class Steps(Generic[T]):
    """One exchange on its way, without I/O.

    ``first``, ``answered`` and ``failed`` run the plugin up to its next yield; they are pure CPU,
    so a driver may run them in a thread with a time limit and call ``abandon`` when it is over.
    """

    _hook: str
    _result: Exchange[T] | T
    _info: ProviderInfo = attrs.field(kw_only=True)
    _account: Account = attrs.field(kw_only=True)
    _exchange: Exchange[T] = attrs.field(init=False)
    _mark: Mark = attrs.field(default=Mark.HARMLESS, init=False)
    _count: int = attrs.field(default=0, init=False)
    _charged: bool = attrs.field(default=False, init=False)
    _doubt: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._exchange = exchange_of(lambda: self._result)

    def first(self) -> Step[T]:
        """Run the hook to its first request, or to its result."""
        return self._advance(lambda: next(self._exchange))

    def answered(self, response: Response) -> Step[T]:
        """Hand a complete answer to the plugin."""
        if self._mark is Mark.CHARGING:
            first = not self._charged
            self._charged = True
            status = response.status_code
            if status in DOUBTFUL or status >= 500:
                if first and self._not_executed(response):
                    self.close()
                    return Conclusion(
                        outcome=Outcome.NEVER_SENT, cause=f"answered {status}, not executed", status=status
                    )
                self._doubt = True
        return self._advance(lambda: self._exchange.send(response))

    def failed(self, error: NotSent | OutcomeUnknown, *, wrote: bool) -> Step[T]:
        """Throw a lost or unreadable answer into the plugin;
        ``wrote`` tells whether a byte left."""
        if self._mark is Mark.CHARGING and wrote:
            self._charged = True
        if self._charged:
            self._doubt = True
        return self._advance(lambda: self._exchange.throw(error))

    def abandon(self, cause: str, *, wrote: bool = False) -> Conclusion[T]:
        """Conclude for a plugin that hung, or an exchange whose time is over."""
        if self._mark is Mark.CHARGING and wrote:
            self._charged = True
        return self._nothing(cause, said="nothing", fault=True)

    def close(self) -> None:
        """End the generator; what it raises while closing changes nothing."""
        with contextlib.suppress(BaseException):
            self._exchange.close()

    def _advance(self, resume: Callable[[], Request]) -> Step[T]:
        try:
            request = resume()
        except StopIteration as done:
            return self._concluded(done.value)
        except Refused as refused:
            return self._refused(refused)
        except PluginFault as fault:
            return self._nothing(str(fault), said="PluginFault", fault=True)
        except ProviderError as error:
            return self._nothing(str(error), said=type(error).__name__)
        except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt of a plugin end its exchange, not us
            return self._nothing(f"the plugin raised {type(error).__name__}", said=type(error).__name__, fault=True)
        return self._asked(request)

    def _asked(self, request: Request) -> Step[T]:
        self._count += 1
        objection = self._objection(request)
        if objection:
            self.close()
            return self._nothing(objection, said="an illegal request", fault=True)
        self._mark = mark_of(request)
        return Ask(request, self._mark, self._count)

    def _objection(self, request: object) -> str:
        if not isinstance(request, Request):
            return f"yielded {type(request).__name__}, not a request"
        if self._count > MAX_REQUESTS:
            return f"more than {MAX_REQUESTS} requests in one call"
        mark = mark_of(request)
        if mark not in LEGAL.get(self._hook, frozenset({Mark.HARMLESS})):
            return f"{self._hook} may not yield a {mark} request"
        if origin_of(request.url) not in {origin_of(URL(url)) for url in self._account.endpoints.values()}:
            return f"host {request.url.host!r} is not declared"
        if request.url.scheme != "https" and self._account.mode is Mode.LIVE:
            return "a live account is reached by https alone"
        return ""

    def _concluded(self, value: T) -> Conclusion[T]:
        try:
            check_result(self._hook, value, self._account, self._info)
        except PluginFault as fault:
            return self._nothing(str(fault), said="an illegal result", fault=True)
        if self._charged and self._doubt:
            return Conclusion(
                outcome=Outcome.UNKNOWN,
                value=value,
                plugin_said="a result",
                cause="the charging request got no clear answer",
            )
        return Conclusion(outcome=Outcome.RESULT, value=value, plugin_said="a result")

    def _refused(self, refused: Refused) -> Conclusion[T]:
        if self._charged and self._doubt:
            return Conclusion(
                outcome=Outcome.UNKNOWN, plugin_said="declined", cause="the charging request got no clear answer"
            )
        return Conclusion(
            outcome=Outcome.DECLINED,
            reason=refused.reason,
            alert=refused.alert,
            plugin_said="declined",
            cause=str(refused),
        )

    def _nothing(self, cause: str, *, said: str, fault: bool = False) -> Conclusion[T]:
        outcome = Outcome.UNKNOWN if self._charged else Outcome.NEVER_SENT
        return Conclusion(outcome=outcome, plugin_said=said, cause=cause, fault=fault)

    def _not_executed(self, response: Response) -> bool:
        for rule in self._info.not_executed:
            if rule.hook == self._hook and rule.status == response.status_code:
                try:
                    body = strict_json(response.content)
                except ValueError:
                    return False
                return isinstance(body, dict) and rule.body_key in body
        return False
