"""What each hook may return: the results that the contract allows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, cast

from .actions import ApproveInApp, Barcode, Done, PostForm, Redirect, ShowQr, ShowReference
from .declared import PNG
from .errors import PluginFault
from .form import PaymentForm
from .http import URL, InvalidURL
from .identity import IdentityReport
from .messages import Reading
from .payment import HUB_KINDS, Grant, JsonMap, Observation, PaymentStarted, SettlementLine
from .provider import Account, ProviderInfo
from .webhook import WebhookReport

MAX_REASON: Final = 200
"""Characters of a reading's reason."""

MAX_MEMORY: Final = 4096
"""Bytes of a payment's memory as JSON."""

MAX_CHOICES: Final = 500
"""Choices of one payer field."""

MAX_IMAGE: Final = 64 * 1024
"""Bytes of a QR code that the provider drew."""

TEXTS: Final = ("reference", "provider_reference", "movement", "authorisation", "event_id")
MOMENTS: Final = ("occurred_at", "expires_at")
"""Of an observation."""

RATE: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")

RESULTS: Final[Mapping[str, type]] = {
    "validate_identity": IdentityReport,
    "create_payment": PaymentStarted,
    "handle_notification": Reading,
    "authorize": Grant,
    "query_payment": tuple,
    "cancel_payment": tuple,
    "refund_payment": tuple,
    "capture_payment": tuple,
    "fetch_form": PaymentForm,
    "register_webhook": WebhookReport,
    "fetch_settlement": tuple,
}
"""Type of each exchange's result; tuples hold observations, or settlement lines."""


def check_result(hook: str, value: object, account: Account, info: ProviderInfo) -> None:
    """Refuse a result that the contract does not allow.

    Raises:
        PluginFault: Wrong type, an observation that only the hub may make, an action that leads elsewhere.
    """
    try:
        _check_result(hook, value, account, info)
    except (TypeError, AttributeError, ValueError) as error:
        raise PluginFault(f"{hook} returned a value of the wrong type: {error}") from error


def _check_result(hook: str, value: object, account: Account, info: ProviderInfo) -> None:
    wanted = RESULTS.get(hook)
    if wanted is None:
        raise PluginFault(f"{hook} is no exchange")
    if not isinstance(value, wanted):
        raise PluginFault(f"{hook} returned {type(value).__name__}, not {wanted.__name__}")
    match value:
        case PaymentStarted():
            check_observations(hook, value.observations)
            _check_memory(value.memory)
            _check_action(value, account, info)
        case Reading():
            check_observations(hook, value.observations)
            if value.observations and value.verdict != "valid":
                raise PluginFault(f"{hook} returned observations with verdict {value.verdict}")
            if value.settlement_lines and value.verdict != "valid":
                raise PluginFault(f"{hook} returned settlement lines with verdict {value.verdict}")
            _check_lines(hook, value.settlement_lines)
            if not len(value.reason) <= MAX_REASON:
                raise PluginFault(f"{hook} must give its reason in at most {MAX_REASON} characters")
        case PaymentForm():
            _check_form(value)
        case WebhookReport():
            if unknown := set(value.settings) - {setting.name for setting in info.settings}:
                raise PluginFault(f"{hook} returned settings that are not declared: {', '.join(sorted(unknown))}")
        case tuple() if hook == "fetch_settlement":
            _check_lines(hook, value)
        case tuple():
            check_observations(hook, value)


def _check_lines(hook: str, lines: object) -> None:
    if not isinstance(lines, tuple) or not all(isinstance(line, SettlementLine) for line in lines):
        raise PluginFault(f"{hook} returned something other than settlement lines")


def _check_form(form: PaymentForm) -> None:
    for name, choices in form.choices.items():
        if len(choices) > MAX_CHOICES or len({choice.value for choice in choices}) != len(choices):
            raise PluginFault(f"fetch_form: {name} has at most {MAX_CHOICES} choices, none of them twice")
    if not all(terms.url.startswith("https://") and terms.label and terms.version for terms in form.terms):
        raise PluginFault("fetch_form: terms have a label, a version, and an https address where they are read")
    if not 0 <= form.keep_minutes <= 24 * 60:
        raise PluginFault("fetch_form: what it returned may be kept for 0 to 1,440 minutes")


def check_observations(hook: str, observations: object) -> None:
    """Refuse what is not a tuple of observations that a plugin may make."""
    if not isinstance(observations, tuple) or len(observations) > 100:
        raise PluginFault(f"{hook} must return a tuple of at most 100 observations")
    for item in observations:
        if not isinstance(item, Observation):
            raise PluginFault(f"{hook} returned {type(item).__name__} among its observations")
        _check_types(hook, item, texts=TEXTS, moments=MOMENTS)
        if item.kind in HUB_KINDS:
            raise PluginFault(f"{hook} reported {item.kind}, which only the hub may conclude")
        if item.kind == "paid" and not item.movement:
            raise PluginFault(f"{hook} reported a paid observation without its movement")
        if item.amount is not None and item.amount.minor <= 0:
            raise PluginFault(f"{hook} reported an amount that is none: {item.amount}")
        if item.settled_rate is not None and not RATE.fullmatch(item.settled_rate):
            raise PluginFault(f"{hook} reported a rate that is no plain decimal number")
        _check_memory(item.learned)


def _check_types(hook: str, record: object, *, texts: Iterable[str], moments: Iterable[str]) -> None:
    """Refuse what a database could not keep, or would keep as something else."""
    for name in texts:
        if not isinstance(getattr(record, name), str | None):
            raise PluginFault(f"{hook} returned a {name} that is no text")
    for name in moments:
        moment = getattr(record, name, None)
        if moment is not None and not (isinstance(moment, datetime) and moment.tzinfo):
            raise PluginFault(f"{hook} returned {name} that is no moment with its zone: give a datetime of UTC")


def _check_memory(given: JsonMap) -> None:
    memory = cast("Mapping[object, object]", given)
    if not all(isinstance(key, str) and isinstance(item, str | int | None) for key, item in memory.items()):
        raise PluginFault("memory is a map of text to text, integers or null")
    if len(json.dumps(dict(given))) > MAX_MEMORY:
        raise PluginFault(f"memory is larger than {MAX_MEMORY} bytes")


def _check_action(started: PaymentStarted, account: Account, info: ProviderInfo) -> None:
    _check_types("create_payment", started.action, texts=(), moments=("expires_at",))
    match started.action:
        case Redirect(url) | PostForm(url):
            check_browser_url(url, account, info)
        case ShowQr(payload, image=image):
            if not (payload or image) or len(payload) > 2000:
                raise PluginFault("a QR code has a payload of 1 to 2,000 characters, or an image")
            if image is not None and (len(image) > MAX_IMAGE or not image.startswith(PNG)):
                raise PluginFault(f"a QR code's image is a PNG of at most {MAX_IMAGE // 1024} KiB")
        case ShowReference(reference, barcode=barcode, document_url=document):
            if not isinstance(barcode, Barcode | None):
                raise PluginFault("ShowReference has a barcode that is no Barcode")
            if not reference.strip():
                raise PluginFault("ShowReference has no reference")
            if document is not None:
                check_browser_url(document, account, info)
        case ApproveInApp() | Done():
            pass
        case other:
            raise PluginFault(f"{type(other).__name__} is no next action")
    if (link := getattr(started.action, "deep_link", None)) is not None:
        check_deep_link(link, account, info)


def check_deep_link(link: str, account: Account, info: ProviderInfo) -> None:
    """Refuse an address of an app that is neither a declared scheme's nor a declared host's."""
    scheme, colon, rest = link.partition(":")
    if not (colon and scheme in info.app_schemes and rest and link.isprintable() and len(link) <= 2000):
        check_browser_url(link, account, info)


def check_browser_url(url: str, account: Account, info: ProviderInfo) -> None:
    """Refuse a browser address that is not a declared endpoint's: no script, no userinfo,
    no other host."""
    try:
        parsed = URL(url)
    except (InvalidURL, TypeError) as error:
        raise PluginFault("the next action's address is unreadable") from error
    declared = {origin_of(URL(endpoint)) for endpoint in account.endpoints.values()}
    if parsed.userinfo or parsed.scheme not in ("https", "http") or origin_of(parsed) not in declared:
        raise PluginFault(f"{info.code} sends the payer to {parsed.scheme}://{parsed.host}, which it does not declare")


def origin_of(url: URL) -> tuple[str, str, int | None]:
    """Scheme, host and port: what makes a host *declared*."""
    default = {"https": 443, "http": 80}.get(url.scheme)
    return url.scheme, url.host, url.port or default
