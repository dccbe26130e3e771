"""Finding provider plugins among the installed distributions.

Each plugin passes the stages import, register, describe, check and configure on its own; one that fails is
quarantined with its reason, and all others live.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint
from types import MappingProxyType
from typing import Any

import pluggy
import structlog

from hub_hookspecs import (
    CONTRACT_VERSION,
    PROJECT,
    Catalogue,
    Mode,
    ProviderInfo,
    info_faults,
    read_catalogues,
    specs,
)
from hub_hookspecs.http import library as httpx

from .entry_points import Rejected, found_in, guarded, load_all, reported
from .registry import Provider, Registry, StageOrder

PROVIDERS = "hub.providers"

Settings = Mapping[str, Mapping[str, Any]]

log = structlog.get_logger(__name__)


def load_providers(
    *, settings: Settings = MappingProxyType({}), strict: bool = False, entry_points: Iterable[EntryPoint] | None = None
) -> Registry:
    """Load every installed provider plugin.

    Args:
        settings: By provider code: ``{"endpoints": {role: url}}``, used by accounts in test mode.
        strict: Any failure is fatal.

    Raises:
        StrictLoadError: With ``strict``, when a plugin failed.
    """
    found, failures = load_all(
        found_in(PROVIDERS, entry_points), lambda entry: _load_provider(entry, settings.get(entry.name, {}))
    )
    for code in sorted(set(settings) - set(found) - {failure.code for failure in failures}):
        log.warning("provider_settings_unused", provider=code, hint="no such provider is installed")
    return Registry(found, reported(failures, strict))


def _load_provider(entry: EntryPoint, settings: Mapping[str, Any]) -> Provider:
    module = guarded(StageOrder.IMPORT, entry.load)
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(specs)
    guarded(StageOrder.REGISTER, lambda: manager.register(module, name=entry.name))
    callers = manager.get_hookcallers(module) or []
    capabilities = frozenset(caller.name for caller in callers)
    if "describe_provider" not in capabilities:
        raise Rejected(StageOrder.DESCRIBE, "it implements no describe_provider")
    info = guarded(StageOrder.DESCRIBE, manager.hook.describe_provider)
    guarded(StageOrder.CHECK, manager.check_pending)
    if faults := [*_hook_faults(capabilities), *info_faults(info), *_fit_faults(info, entry.name, capabilities)]:
        raise Rejected(StageOrder.CHECK, "; ".join(faults))
    return Provider(
        code=entry.name,
        info=info,
        hooks=manager.hook,
        module=module,
        distribution=entry.dist.name if entry.dist else "",
        version=entry.dist.version if entry.dist else "",
        capabilities=capabilities,
        overrides=_overrides(entry.name, info, settings),
        catalogues=_catalogues(entry.name, module),
    )


def _catalogues(code: str, module: object) -> Mapping[str, Catalogue]:
    """The plugin's texts in other languages; without them it speaks Spanish, and is served all the same."""
    try:
        return read_catalogues(module)
    except Exception as error:  # noqa: BLE001 - whatever a plugin ships costs its languages alone
        log.warning("catalogue_unreadable", provider=code, error=str(error)[:300])
        return {}


def _hook_faults(capabilities: frozenset[str]) -> Iterator[str]:
    for hook in specs.REQUIRED:
        if hook not in capabilities:
            yield f"it implements no {hook}"
    if not capabilities & set(specs.NEWS):
        yield f"it implements neither {' nor '.join(specs.NEWS)}"


def _fit_faults(info: object, code: str, capabilities: frozenset[str]) -> Iterator[str]:
    if not isinstance(info, ProviderInfo):
        return
    for way in info.ways:
        if way.authorises and "capture_payment" not in capabilities:
            yield f"way {way.code} only authorises, and it implements no capture_payment"
    if info.code != code:
        yield f'its code is "{info.code}", its entry point is named "{code}"'
    for way in info.ways:
        if "fetch_form" not in capabilities and (way.terms or any(field.fetched for field in way.payer_fields)):
            yield f"way {way.code} fetches choices or terms, and it implements no fetch_form"
    (major, minor), (ours, newest) = info.contract_version, CONTRACT_VERSION
    if major != ours or minor > newest:
        yield f"it needs contract {major}.{minor}, this hub has {ours}.{newest}"


def _overrides(code: str, info: ProviderInfo, settings: Mapping[str, Any]) -> Mapping[str, str]:
    if unknown := sorted(set(settings) - {"endpoints"}):
        raise Rejected(
            StageOrder.CONFIGURE, f"unknown setting {unknown[0]}", f"Remove it from [providers.{code}] in hub.toml."
        )
    roles = info.endpoints.get(Mode.TEST, {})
    overrides: dict[str, str] = {}
    for role, url in settings.get("endpoints", {}).items():
        if role not in roles:
            raise Rejected(
                StageOrder.CONFIGURE,
                f'unknown endpoint "{role}"',
                f"[providers.{code}.endpoints] in hub.toml may name: {', '.join(sorted(roles))}.",
            )
        if problem := _url_problem(url):
            raise Rejected(
                StageOrder.CONFIGURE,
                f'endpoint "{role}" {problem}: "{url}"',
                f'Correct {role} under [providers.{code}.endpoints] in hub.toml, for instance to "http://127.0.0.1:8801".',
            )
        overrides[role] = url.rstrip("/")
    return overrides


def _url_problem(url: object) -> str:
    if not isinstance(url, str):
        return "is not text"
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return "is unreadable"
    if "://" not in url or not parsed.scheme:
        return "has no scheme"
    if parsed.scheme not in ("http", "https"):
        return "is neither http nor https"
    if not parsed.host:
        return "has no host"
    if parsed.userinfo or parsed.query or parsed.fragment:
        return "is more than an address and a path"
    if parsed.scheme == "http" and not _is_loopback(parsed.host):
        return "uses http outside this machine"
    return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
