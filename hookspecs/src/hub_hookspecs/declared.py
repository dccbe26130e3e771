"""What a provider declares of itself, judged: its ProviderInfo and its pay button.

Run by the hub at load and by the conformance kit, so that both say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from .errors import PluginFault
from .http import URL
from .money import EXPONENTS
from .provider import CurrencyRule, Mode, PayButton, PayerField, ProviderInfo, Setting, SettingKind, Way

CODE: Final = re.compile(r"[a-z][a-z0-9-]{1,31}")
NAME: Final = re.compile(r"[a-z][A-Za-z0-9_]{0,39}")
COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
CHANNELS_OF_NEWS: Final = frozenset({"notification", "return", "query"})
SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]{1,39}")
BROWSERS_OWN: Final = frozenset(
    {"http", "https", "javascript", "data", "file", "ftp", "blob", "about", "vbscript", "mailto", "tel", "sms"}
)
MAX_LOGO: Final = 16 * 1024
PNG: Final = b"\x89PNG\r\n\x1a\n"


def info_faults(info: object) -> tuple[str, ...]:
    """What is wrong with a provider's declaration; empty when nothing is."""
    if not isinstance(info, ProviderInfo):
        return (f"describe_provider returned {type(info).__name__}, not ProviderInfo",)
    try:
        return tuple(_faults(info))
    except (TypeError, AttributeError, ValueError) as error:
        return (f"ProviderInfo holds a value of the wrong type: {error}",)


def _faults(info: ProviderInfo) -> Iterator[str]:
    if not CODE.fullmatch(info.code):
        yield f"code {info.code!r} is not a lower-case slug"
    if not info.name.strip():
        yield "name is empty"
    major, minor = info.contract_version
    if major < 1 or minor < 0:
        yield f"contract_version {info.contract_version} is no (major, minor)"
    yield from (f"country {code!r} is no ISO 3166-1 alpha-2 code" for code in info.countries if not _is_country(code))
    if not info.countries:
        yield "no country is declared"
    yield from _doubles("currency", [rule.currency for rule in info.currencies])
    for rule in info.currencies:
        yield from _currency_faults(rule)
    if not info.currencies:
        yield "no currency is declared"
    if not info.channels:
        yield "no channel is declared"
    if not info.ways:
        yield "no way of starting a payment is declared"
    yield from _doubles("way", [way.code for way in info.ways])
    for way in info.ways:
        yield from _way_faults(way, info)
    if not 6 <= info.reference.length <= 64:
        yield f"a reference of {info.reference.length} characters: 6 to 64 are possible"
    if len(set(info.reference.alphabet)) < 10 or len(set(info.reference.alphabet)) != len(info.reference.alphabet):
        yield "the reference's alphabet needs at least 10 characters, none of them twice"
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", info.reference.alphabet):
        yield "the reference's alphabet may hold letters, digits, dot, dash and underscore"
    yield from _endpoint_faults(info)
    yield from _doubles("setting", [setting.name for setting in info.settings])
    for setting in info.settings:
        yield from _setting_faults(setting, info)
    yield from (
        f"hold_above names {code}, which is not declared" for code in info.hold_above if not info.currency_rule(code)
    )
    if not 1 <= info.timeout_seconds <= 60:
        yield f"a time limit of {info.timeout_seconds} s: 1 to 60 are possible"
    if info.notification_setup and "{address}" not in info.notification_setup:
        yield "notification_setup does not contain {address}"
    if sum(setting.kind is SettingKind.CLIENT_CERTIFICATE for setting in info.settings) > 1:
        yield "more than one client certificate is declared"
    yield from (
        f"app scheme {scheme!r} is none, or one that a browser runs"
        for scheme in info.app_schemes
        if not _is_app(scheme)
    )
    if not all(link == "" or link.startswith("https://") for link in _links(info)):
        yield "links must begin with https://"


def _links(info: ProviderInfo) -> tuple[str, ...]:
    return (info.links.register, info.links.panel, info.links.support, info.links.help)


def _is_country(code: str) -> bool:
    return re.fullmatch("[A-Z]{2}", code) is not None


def _is_app(scheme: str) -> bool:
    return bool(SCHEME.fullmatch(scheme)) and scheme not in BROWSERS_OWN


def _doubles(what: str, names: list[str]) -> Iterator[str]:
    yield from (f"{what} {name} is declared twice" for name in sorted({n for n in names if names.count(n) > 1}))


def _currency_faults(rule: CurrencyRule) -> Iterator[str]:
    if rule.currency not in EXPONENTS:
        yield f"currency {rule.currency!r} is unknown"
    elif not 0 <= rule.decimals <= 6:
        yield f"currency {rule.currency} has {rule.decimals} decimals"
    if rule.minimum < 1 or (rule.maximum is not None and rule.maximum < rule.minimum):
        yield f"currency {rule.currency} has limits that allow no amount"


def _way_faults(way: Way, info: ProviderInfo) -> Iterator[str]:
    if not way.outcome or not way.outcome <= CHANNELS_OF_NEWS:
        yield f"way {way.code}: its outcome comes back by notification, return or query"
    if "query" in way.outcome and way.query_by == "none":
        yield f"way {way.code}: its outcome comes back by query, but it cannot be asked for"
    if way.expiry_minutes < 1 or way.settle_minutes < 0:
        yield f"way {way.code}: a life of {way.expiry_minutes} min, settled after {way.settle_minutes}"
    if way.expiry_setting and not info.setting(way.expiry_setting):
        yield f"way {way.code}: expiry setting {way.expiry_setting!r} is not declared"
    yield from _doubles("payer field", [field.name for field in way.payer_fields])
    if way.watch_paid_days and way.query_by == "none":
        yield f"way {way.code}: a paid payment is watched, but it cannot be asked for"
    if not all(pause >= 1 for pause in way.check_minutes):
        yield f"way {way.code}: pauses between checks are whole minutes, at least one"
    names = {field.name: field for field in way.payer_fields}
    for field in way.payer_fields:
        yield from _field_faults(field, names)


def _field_faults(field: PayerField, names: Mapping[str, PayerField]) -> Iterator[str]:
    yield from _pattern_faults(f"payer field {field.name}", field.pattern)
    yield from _doubles(f"payer field {field.name}: choice", [choice.value for choice in field.choices])
    if field.choices and field.fetched:
        yield f"payer field {field.name}: its choices are either declared or fetched"
    for choice in field.choices:
        if not re.fullmatch(field.pattern, choice.value):
            yield f"payer field {field.name}: choice {choice.value!r} does not match its own pattern"
    for other in {*field.only_with, *(name for choice in field.choices for name in choice.only_with)}:
        if other not in names or other == field.name:
            yield f"payer field {field.name}: it depends on {other!r}, which is no other field of this way"


def _endpoint_faults(info: ProviderInfo) -> Iterator[str]:
    if unknown := set(info.endpoints) - set(Mode):
        yield f"endpoints of unknown modes: {', '.join(sorted(unknown))}"
    live, test = info.endpoints.get(Mode.LIVE, {}), info.endpoints.get(Mode.TEST, {})
    if not live:
        yield "no live endpoint is declared"
    if set(live) != set(test):
        yield "live and test endpoints have different roles"
    for mode, urls in info.endpoints.items():
        for role, url in urls.items():
            parsed = URL(url)
            if parsed.scheme != "https" or not parsed.host or parsed.userinfo:
                yield f"{mode} endpoint {role} is not a plain https address"


def _setting_faults(setting: Setting, info: ProviderInfo) -> Iterator[str]:
    if not NAME.fullmatch(setting.name):
        yield f"setting {setting.name!r} is not an identifier"
    yield from _pattern_faults(f"setting {setting.name}", setting.pattern)
    if setting.kind is SettingKind.CLIENT_CERTIFICATE and not (setting.secret and setting.multiline):
        yield f"setting {setting.name} is a client certificate, so it is secret and multiline"
    if setting.enables and not info.currency_rule(setting.enables):
        yield f"setting {setting.name} enables {setting.enables}, which is not declared"
    if setting.secret and setting.default is not None:
        yield f"setting {setting.name} is secret and has a default"
    if setting.identifies and (setting.secret or setting.optional or setting.one_of or setting.default is not None):
        yield f"setting {setting.name} identifies the account, so it is required, and no secret"
    if setting.identifies and not info.names_account:
        yield f"setting {setting.name} identifies the account, and names_account says that none does"


def _pattern_faults(what: str, pattern: str) -> Iterator[str]:
    try:
        re.compile(pattern)
    except re.error as error:
        yield f"{what}: its pattern does not compile ({error})"


def check_button(button: object) -> PayButton:
    """Refuse a pay button that the hub could not draw safely.

    Raises:
        PluginFault: Wrong type, a text too long or with control characters, no colour, no small PNG.
    """
    if not isinstance(button, PayButton):
        raise PluginFault(f"render_pay_button returned {type(button).__name__}, not PayButton")
    try:
        _check_button(button)
    except (TypeError, AttributeError) as error:
        raise PluginFault(f"the button holds a value of the wrong type: {error}") from None
    return button


def _check_button(button: PayButton) -> None:
    for name, text, limit in (
        ("label", button.label, 40),
        ("accessible_label", button.accessible_label, 120),
        ("hint", button.hint, 200),
    ):
        if len(text) > limit or not text.isprintable():
            raise PluginFault(f"the button's {name} is plain text of at most {limit} characters")
    if not button.label.strip() or not button.accessible_label.strip():
        raise PluginFault("the button has no label")
    if not (COLOUR.fullmatch(button.background) and COLOUR.fullmatch(button.foreground)):
        raise PluginFault("the button's colours are written #rrggbb")
    if button.logo is not None and (len(button.logo) > MAX_LOGO or not button.logo.startswith(PNG)):
        raise PluginFault(f"the button's logo is a PNG of at most {MAX_LOGO // 1024} KiB")
