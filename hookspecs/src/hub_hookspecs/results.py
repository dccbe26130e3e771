"""What each hook may return: the results that the contract allows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, cast

import httpx

from .errors import PluginFault
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
    Redirect,
    SettlementLine,
    ShowQr,
    ShowReference,
)
from .provider import Account, ProviderInfo

MAX_REASON: Final = 200
"""Characters of a reading's reason."""

MAX_MEMORY: Final = 4096
"""Bytes of a payment's memory as JSON."""

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
    """Refuse a browser address that is not a declared endpoint's: no script, no userinfo,
    no other host."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as error:
        raise PluginFault("the next action's address is unreadable") from error
    declared = {origin_of(httpx.URL(endpoint)) for endpoint in account.endpoints.values()}
    if parsed.userinfo or parsed.scheme not in ("https", "http") or origin_of(parsed) not in declared:
        raise PluginFault(f"{info.code} sends the payer to {parsed.scheme}://{parsed.host}, which it does not declare")


def origin_of(url: httpx.URL) -> tuple[str, str, int | None]:
    """Scheme, host and port: what makes a host *declared*."""
    default = {"https": 443, "http": 80}.get(url.scheme)
    return url.scheme, url.host, url.port or default
