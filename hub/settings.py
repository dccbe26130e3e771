"""Settings of a deployment: defaults, then ``hub.toml`` in the data folder,
then the environment (``HUB_...``)."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import attrs
import typed_settings
from typed_settings.converters import TSConverter
from typed_settings.exceptions import ConfigFileLoadError, InvalidOptionsError, InvalidSettingsError
from typed_settings.loaders import EnvLoader, FileLoader, Loader, TomlFormat

from hub.domain.visitor import LOOPBACK, UnusableNetwork, network_of
from hub_hookspecs import Money, MoneyError

FILE_NAME = "hub.toml"
PREFIX = "HUB_"
DEFAULT_DATA = Path("payment-hub-data")
NO_PASSWORD = typed_settings.SecretStr("")
LEVELS = ("debug", "info", "warning", "error")
VALUE_PROBLEM = re.compile(r"Could not convert value .* for option '([\w.]+)' from loader (.+?): (.*)", re.DOTALL)
KINDS: Mapping[object, str] = {
    int: "whole number",
    bool: "truth value: true or false",
    str: "text",
    tuple[str, ...]: 'list of texts, such as ["10.0.0.5", "fd00::/8"]',
}


class SettingsError(Exception):
    """Settings that cannot be used; each problem names its place, its key and the remedy, no secret."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@attrs.frozen
class ProviderSettings:
    """What a deployment says about one provider.

    Attributes:
        endpoints: URL by role, in place of the provider's own; test mode only, to reach a simulator.
    """

    endpoints: Mapping[str, str] = attrs.Factory(dict)


@attrs.frozen
class ChannelSettings:
    """What a deployment says about one channel.

    Attributes:
        settings: Values by name, secrets among them.
        endpoints: URL by role, in place of the channel's own, to reach a simulator.
    """

    settings: Mapping[str, str] = attrs.field(factory=dict, repr=lambda values: f"<{len(values)} settings>")
    endpoints: Mapping[str, str] = attrs.Factory(dict)


@attrs.frozen(kw_only=True)
class Settings:
    """Everything that a deployment may choose.

    Attributes:
        data: Folder of database, keys and ``hub.toml``; from ``--data`` or HUB_DATA.
        base_url: Public address, without a trailing slash; it stands in mails.
        host, port: Where the server listens.
        trusted_proxies: Addresses and networks of proxies in front, whose word about their visitors is believed.
        smtp_host .. smtp_starttls: The mail server.
        sender: Address in From; the display name is the company's.
        operator_email: Who is told about requests and exceptions; may be empty.
        alert_webhook: Address that alerts are posted to as JSON, beside the mail to the operator; may be empty.
        backup_expected: Alert a missing backup even if none was ever made.
        reconcile_daily: Compare accounts whose provider reports by itself with that report, once a day.
        second_person_above: Amount by currency, in major units, above which two people must decide the same.
        link_days: How long mailed links live.
        strict_plugins: Refuse to a plugin that computes to open files, sockets and databases, to start threads and
            processes, and to kill; it finds mistakes, and is no cage.
        log_level: ``debug``, ``info``, ``warning`` or ``error``.
        providers: Overrides by provider code: ``[providers.greenpay.endpoints]``.
        channels: What each channel needs, by its code: ``[channels.whatsapp.settings]``.
    """

    data: Path = DEFAULT_DATA
    base_url: str = "http://127.0.0.1:8080"
    host: str = "127.0.0.1"
    port: int = 8080
    trusted_proxies: tuple[str, ...] = LOOPBACK
    smtp_host: str = "localhost"
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: typed_settings.SecretStr = NO_PASSWORD
    smtp_starttls: bool = False
    sender: str = "payment-hub@localhost"
    operator_email: str = ""
    alert_webhook: str = ""
    backup_expected: bool = False
    reconcile_daily: bool = True
    second_person_above: dict[str, str] = attrs.Factory(dict)
    link_days: int = 30
    strict_plugins: bool = False
    log_level: str = "info"
    providers: dict[str, ProviderSettings] = attrs.Factory(dict)
    channels: dict[str, ChannelSettings] = attrs.Factory(dict)

    @property
    def endpoints(self) -> Mapping[str, Mapping[str, str]]:
        """Endpoint overrides by provider code and role."""
        return {code: chosen.endpoints for code, chosen in self.providers.items() if chosen.endpoints}

    @property
    def second_person(self) -> Mapping[str, int]:
        """``second_person_above`` in minor units."""
        return {code: Money.parse(text, code).minor for code, text in self.second_person_above.items()}


def load_settings(data: Path | None = None) -> Settings:
    """The settings of the data folder ``data``, else of HUB_DATA, else of ``./payment-hub-data``.

    Raises:
        SettingsError: An unknown key or an unusable value, with its place named.
    """
    folder = (data or Path(os.environ.get(f"{PREFIX}DATA") or DEFAULT_DATA)).absolute()
    file = folder / FILE_NAME
    loaders: list[Loader] = [FileLoader({"*.toml": TomlFormat(None)}, [file]), EnvLoader(PREFIX)]
    try:
        settings = typed_settings.load_settings(Settings, loaders, converter=TSConverter(strlist_sep=_listed))
    except InvalidOptionsError as error:
        known = ", ".join(field.name for field in attrs.fields(Settings) if field.name != "data")
        raise SettingsError(f"{error}; known are {known}") from error
    except ConfigFileLoadError as error:
        raise SettingsError(f"{file} is not valid TOML: {error}") from error
    except InvalidSettingsError as error:
        raise SettingsError(*(_in_words(part) for part in error.exceptions)) from None
    written = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if "data" in written:
        raise SettingsError(f"{file}: data cannot name the folder that this file stands in: use --data or HUB_DATA")
    if isinstance(written.get("trusted_proxies"), dict):
        raise SettingsError(f"{file}: trusted_proxies must be a list of texts, not a table")
    settings = attrs.evolve(settings, data=folder, base_url=settings.base_url.rstrip("/"))
    if problems := tuple(_problems(settings)):
        raise SettingsError(*(f"{file} or environment: {problem}" for problem in problems))
    return settings


def _listed(text: str) -> list[str]:
    """A list in one text: parted by commas, since addresses hold colons."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _in_words(error: Exception) -> str:
    """A conversion failure without the value, which may be a secret."""
    found = VALUE_PROBLEM.fullmatch(str(error))
    if not found:
        return "a setting does not have the expected shape: compare hub.toml with docs/operating.md"
    path, loader, _ = found.groups()
    place = f"{PREFIX}{path.upper()}" if loader == "EnvLoader" else f"{loader.partition('[')[2].rstrip(']')}: {path}"
    field = next((field for field in attrs.fields(Settings) if field.name == path), None)
    return f"{place} must be a {KINDS.get(field.type if field else None, 'table of tables')}"


def _problems(settings: Settings) -> Iterator[str]:
    for name in ("port", "smtp_port"):
        if not 0 <= getattr(settings, name) <= 65535:
            yield f"{name} must lie between 0 and 65535"
    for number, text in enumerate(settings.trusted_proxies, 1):
        try:
            network_of(text)
        except UnusableNetwork as error:
            yield f"trusted_proxies, entry {number}: {error}"
    if not _is_web_address(settings.base_url):
        yield "base_url must be a full http or https address, such as https://pagos.example.com"
    elif not _is_whole_host(settings.base_url):
        yield "base_url must be scheme and host alone, such as https://pagos.example.com: the hub needs a whole host"
    for name in ("sender", "operator_email"):
        value = getattr(settings, name)
        if value != getattr(attrs.fields(Settings), name).default and not _is_mail_address(value):
            yield f"{name} must be a mail address, without a name"
    if settings.alert_webhook and not _is_web_address(settings.alert_webhook):
        yield "alert_webhook must be a full http or https address"
    for code, text in settings.second_person_above.items():
        try:
            Money.parse(text, code)
        except MoneyError:
            yield f'second_person_above.{code} must be an amount such as "500000.00" of a known currency'
    if not 1 <= settings.link_days <= 3650:
        yield "link_days must lie between 1 and 3650"
    if settings.log_level.lower() not in LEVELS:
        yield f"log_level must be one of {', '.join(LEVELS)}"
    if settings.smtp_password and not settings.smtp_starttls and not _is_loopback(settings.smtp_host):
        yield f"smtp_password would travel in the clear to {settings.smtp_host}: set smtp_starttls = true"
    for code, roles in settings.endpoints.items():
        for role, url in roles.items():
            if not _is_web_address(url):
                yield f"providers.{code}.endpoints.{role} must be a full http or https address"
    for code, channel in settings.channels.items():
        for role, url in channel.endpoints.items():
            if not _is_web_address(url):
                yield f"channels.{code}.endpoints.{role} must be a full http or https address"


def _is_mail_address(text: str) -> bool:
    from hub.domain.mail_address import AddressRefused, read_address  # its library takes its time, and most need none

    try:
        return text == text.strip() and bool(read_address(text, dotless=True))
    except AddressRefused:
        return False


def _is_web_address(text: str) -> bool:
    try:
        address = urlsplit(text)
    except ValueError:
        return False
    return address.scheme in ("http", "https") and bool(address.hostname) and not re.search(r"[\s<>\"]", text)


def _is_whole_host(text: str) -> bool:
    address = urlsplit(text)
    return text == f"{address.scheme}://{address.netloc}" and "@" not in address.netloc


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
