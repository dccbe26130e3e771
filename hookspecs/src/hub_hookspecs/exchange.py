"""Exchanges: how a plugin talks to its provider without doing any I/O.

A hook that needs its provider is a generator: it yields ``httpx.Request``,
receives ``httpx.Response`` and returns its result, as ``httpx.Auth.auth_flow``
does. This module holds the rules that need no network, and is driven by the
hub and by the conformance kit alike, so that the kit proves what the hub does:
which marks a request may carry, what may be repeated, and what an exchange
concludes once something was lost.

    steps = Steps("create_payment", hook(order=order, account=account), info=info, account=account)
    step = steps.first()
    while isinstance(step, Ask):
        try:
            response = send(step.request)
        except ProviderError as trouble:
            step = steps.failed(trouble, wrote=...)
        else:
            step = steps.answered(response)
    conclusion = step
"""

from __future__ import annotations

import contextlib
import enum
import inspect
import json
from collections.abc import Callable, Generator, Mapping
from typing import Final, Generic, TypeVar, cast

import attrs
import httpx

from .errors import NotSent, OutcomeUnknown, PluginFault, ProviderError, Refused
from .identity import IdentityReport
from .messages import Reading
from .payment import (
    HUB_KINDS,
    ApproveInApp,
    Done,
    Grant,
    Observation,
    PaymentStarted,
    PostForm,
    Reason,
    Redirect,
    SettlementLine,
    ShowQr,
    ShowReference,
)
from .provider import Account, Mode, ProviderInfo
from .wire import strict_json

T = TypeVar("T")
Exchange = Generator[httpx.Request, httpx.Response, T]

MAX_REQUESTS: Final = 8
"""Requests of one hook call."""

MAX_ANSWER: Final = 1 << 20
"""Bytes of one answer after decompression."""

MAX_REASON: Final = 200
"""Characters of a reading's reason."""

MAX_MEMORY: Final = 4096
"""Bytes of a payment's memory as JSON."""

_MARK: Final = "hub_mark"
_GRANTLESS: Final = "hub_without_grant"


class Mark(enum.StrEnum):
    """What a request may do to money; decides what may happen to it."""

    HARMLESS = "harmless"
    SESSION = "opens_session"
    CHARGING = "charging"


def harmless(request: httpx.Request) -> httpx.Request:
    """Mark a request that cannot move money: the driver may repeat it."""
    request.extensions = {**request.extensions, _MARK: Mark.HARMLESS}
    return request


def opens_session(request: httpx.Request) -> httpx.Request:
    """Mark a request that opens a session nobody can have been sent to yet: never repeated, nobody can have paid."""
    request.extensions = {**request.extensions, _MARK: Mark.SESSION}
    return request


def without_grant(request: httpx.Request) -> httpx.Request:
    """Mark a request that must not carry the account's grant: the token request itself."""
    request.extensions = {**request.extensions, _GRANTLESS: True}
    return request


def mark_of(request: httpx.Request) -> Mark:
    """The mark of a request; unmarked means charging."""
    return Mark(request.extensions.get(_MARK, Mark.CHARGING))


def wants_grant(request: httpx.Request) -> bool:
    """Whether the account's grant belongs on this request."""
    return not request.extensions.get(_GRANTLESS, False)


LEGAL: Final[Mapping[str, frozenset[Mark]]] = {
    "create_payment": frozenset(Mark),
    "refund_payment": frozenset({Mark.HARMLESS, Mark.CHARGING}),
    "cancel_payment": frozenset({Mark.HARMLESS, Mark.CHARGING}),
    "validate_identity": frozenset({Mark.HARMLESS, Mark.SESSION}),
}
"""Marks that each hook may yield; any other hook may yield harmless requests alone."""


class Repeat(enum.Enum):
    """Whether the driver may send a request once more."""

    NO = enum.auto()
    AGAIN = enum.auto()
    WITH_NEW_GRANT = enum.auto()


def repeat_for(mark: Mark, outcome: httpx.Response | ProviderError) -> Repeat:
    """Only a harmless request is ever repeated: after a loss, a 5xx or 429, or a 401 with a new grant."""
    if mark is not Mark.HARMLESS:
        return Repeat.NO
    if isinstance(outcome, ProviderError):
        return Repeat.AGAIN
    if outcome.status_code == 401:
        return Repeat.WITH_NEW_GRANT
    return Repeat.AGAIN if outcome.status_code == 429 or outcome.status_code >= 500 else Repeat.NO


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

    request: httpx.Request
    mark: Mark
    number: int


Step = Ask | Conclusion[T]

DOUBTFUL: Final = frozenset({401, 403, 408, 425, 429})
"""Besides 5xx: statuses after which a charging request may or may not have been executed."""


def exchange_of(call: Callable[[], Exchange[T] | T]) -> Exchange[T]:
    """One exchange out of a hook call: what the call itself raises, or returns without a request, included."""
    result = call()
    if inspect.isgenerator(result):
        return cast("T", (yield from result))
    return cast("T", result)


class Steps(Generic[T]):
    """One exchange on its way, without I/O.

    ``first``, ``answered`` and ``failed`` run the plugin up to its next yield; they are pure CPU, so a
    driver may run them in a thread with a time limit and call ``abandon`` when it is over.
    """

    def __init__(self, hook: str, result: Exchange[T] | T, *, info: ProviderInfo, account: Account) -> None:
        self._hook = hook
        self._result = result
        self._info = info
        self._account = account
        self._mark = Mark.HARMLESS
        self._count = 0
        self._charged = False
        self._doubt = False

    def first(self) -> Step[T]:
        """Run the hook to its first request, or to its result."""
        if inspect.isgenerator(self._result):
            exchange = cast("Exchange[T]", self._result)
            return self._advance(lambda: next(exchange))
        return self._concluded(cast("T", self._result))

    def answered(self, response: httpx.Response) -> Step[T]:
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
        exchange = cast("Exchange[T]", self._result)
        return self._advance(lambda: exchange.send(response))

    def failed(self, trouble: NotSent | OutcomeUnknown, *, wrote: bool) -> Step[T]:
        """Throw a lost or unreadable answer into the plugin; ``wrote`` tells whether a byte left."""
        if self._mark is Mark.CHARGING and wrote:
            self._charged = True
        if self._charged:
            self._doubt = True
        exchange = cast("Exchange[T]", self._result)
        return self._advance(lambda: exchange.throw(trouble))

    def abandon(self, cause: str, *, wrote: bool = False) -> Conclusion[T]:
        """Conclude for a plugin that hung, or an exchange whose time is over."""
        if self._mark is Mark.CHARGING and wrote:
            self._charged = True
        return self._nothing(cause, said="nothing", fault=True)

    def close(self) -> None:
        """End the generator; what it raises while closing changes nothing."""
        if inspect.isgenerator(self._result):
            with contextlib.suppress(BaseException):
                self._result.close()

    def _advance(self, resume: Callable[[], httpx.Request]) -> Step[T]:
        try:
            request = resume()
        except StopIteration as done:
            return self._concluded(done.value)
        except Refused as refused:
            return self._refused(refused)
        except PluginFault as fault:
            return self._nothing(str(fault), said="PluginFault", fault=True)
        except ProviderError as trouble:
            return self._nothing(str(trouble), said=type(trouble).__name__)
        except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt of a plugin end its exchange, not us
            return self._nothing(f"the plugin raised {type(error).__name__}", said=type(error).__name__, fault=True)
        return self._asked(request)

    def _asked(self, request: object) -> Step[T]:
        self._count += 1
        problem = self._objection(request)
        if problem:
            self.close()
            return self._nothing(problem, said="an illegal request", fault=True)
        asked = cast("httpx.Request", request)
        self._mark = mark_of(asked)
        return Ask(asked, self._mark, self._count)

    def _objection(self, request: object) -> str:
        if not isinstance(request, httpx.Request):
            return f"yielded {type(request).__name__}, not a request"
        if self._count > MAX_REQUESTS:
            return f"more than {MAX_REQUESTS} requests in one call"
        mark = mark_of(request)
        if mark not in LEGAL.get(self._hook, frozenset({Mark.HARMLESS})):
            return f"{self._hook} may not yield a {mark} request"
        if origin_of(request.url) not in {origin_of(httpx.URL(url)) for url in self._account.endpoints.values()}:
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

    def _not_executed(self, response: httpx.Response) -> bool:
        for rule in self._info.not_executed:
            if rule.hook == self._hook and rule.status == response.status_code:
                try:
                    body = strict_json(response.content)
                except ValueError:
                    return False
                return isinstance(body, dict) and rule.body_key in body
        return False


def origin_of(url: httpx.URL) -> tuple[str, str, int | None]:
    """Scheme, host and port: what makes a host *declared*."""
    default = {"https": 443, "http": 80}.get(url.scheme)
    return url.scheme, url.host, url.port or default


RESULTS: Final[Mapping[str, type]] = {
    "validate_identity": IdentityReport,
    "create_payment": PaymentStarted,
    "handle_notification": Reading,
    "authorize": Grant,
    "query_payment": tuple,
    "cancel_payment": tuple,
    "refund_payment": tuple,
    "fetch_settlement": tuple,
}
"""Type of each exchange's result; tuples hold observations, or settlement lines."""


def check_result(hook: str, value: object, account: Account, info: ProviderInfo) -> None:
    """Refuse a result that the contract does not allow.

    Raises:
        PluginFault: Wrong type, an observation that only the hub may make, an action that leads elsewhere.
    """
    wanted = RESULTS.get(hook)
    if wanted is None:
        raise PluginFault(f"{hook} is no exchange")
    if not isinstance(value, wanted):
        raise PluginFault(f"{hook} returned {type(value).__name__}, not {wanted.__name__}")
    match value:
        case PaymentStarted():
            check_observations(hook, value.observations)
            _check_memory(value)
            _check_action(value, account, info)
        case Reading():
            check_observations(hook, value.observations)
            if value.observations and value.verdict != "valid":
                raise PluginFault(f"{hook} returned observations with verdict {value.verdict}")
            if not len(value.reason) <= MAX_REASON:
                raise PluginFault(f"{hook} must give its reason in at most {MAX_REASON} characters")
        case tuple() if hook == "fetch_settlement":
            if not all(isinstance(line, SettlementLine) for line in value):
                raise PluginFault(f"{hook} returned something other than settlement lines")
        case tuple():
            check_observations(hook, value)


def check_observations(hook: str, observations: object) -> None:
    """Refuse what is not a tuple of observations that a plugin may make."""
    if not isinstance(observations, tuple) or len(observations) > 100:
        raise PluginFault(f"{hook} must return a tuple of at most 100 observations")
    for item in observations:
        if not isinstance(item, Observation):
            raise PluginFault(f"{hook} returned {type(item).__name__} among its observations")
        if item.kind in HUB_KINDS:
            raise PluginFault(f"{hook} reported {item.kind}, which only the hub may conclude")
        if item.kind == "paid" and not item.movement:
            raise PluginFault(f"{hook} reported a paid observation without its movement")
        if item.amount is not None and item.amount.minor <= 0:
            raise PluginFault(f"{hook} reported an amount that is none: {item.amount}")


def _check_memory(started: PaymentStarted) -> None:
    memory = cast("Mapping[object, object]", started.memory)
    if not all(isinstance(key, str) and isinstance(item, str | int | None) for key, item in memory.items()):
        raise PluginFault("memory is a map of text to text, integers or null")
    if len(json.dumps(dict(started.memory))) > MAX_MEMORY:
        raise PluginFault(f"memory is larger than {MAX_MEMORY} bytes")


def _check_action(started: PaymentStarted, account: Account, info: ProviderInfo) -> None:
    match started.action:
        case Redirect(url) | PostForm(url):
            check_browser_url(url, account, info)
        case ShowQr(payload):
            if not payload or len(payload) > 2000:
                raise PluginFault("a QR payload has 1 to 2,000 characters")
        case ApproveInApp() | ShowReference() | Done():
            pass
        case other:
            raise PluginFault(f"{type(other).__name__} is no next action")


def check_browser_url(url: str, account: Account, info: ProviderInfo) -> None:
    """Refuse a browser address that is not a declared endpoint's: no script, no userinfo, no other host."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as error:
        raise PluginFault("the next action's address is unreadable") from error
    declared = {origin_of(httpx.URL(endpoint)) for endpoint in account.endpoints.values()}
    if parsed.userinfo or parsed.scheme not in ("https", "http") or origin_of(parsed) not in declared:
        raise PluginFault(f"{info.code} sends the payer to {parsed.scheme}://{parsed.host}, which it does not declare")
