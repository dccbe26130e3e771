"""Finding plugins, countries and simulators among the installed distributions.

Each plugin passes the stages import, register, describe, check and configure on its own; one that fails is
quarantined with its reason, and all others live.
"""

from __future__ import annotations

import inspect
import ipaddress
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, cast

import attrs
import httpx
import pluggy
import structlog

from hub_hookspecs import (
    CONTRACT_VERSION,
    PROJECT,
    Catalogue,
    Country,
    Mode,
    ProviderInfo,
    info_faults,
    read_catalogues,
    specs,
)

from .registry import LoadFailure, Provider, Registry, StageOrder

if TYPE_CHECKING:
    from hub_hookspecs.testing.simulator import Simulator

PROVIDERS = "hub.providers"
COUNTRIES = "hub.countries"
SIMULATORS = "hub.simulators"

Settings = Mapping[str, Mapping[str, Any]]
T = TypeVar("T")

log = structlog.get_logger(__name__)


class StrictLoadError(Exception):
    """A plugin or country failed to load, and the deployment asked that this be fatal.

    Attributes:
        failures: All that failed.
    """

    def __init__(self, failures: tuple[LoadFailure, ...]) -> None:
        super().__init__("\n".join(map(str, failures)))
        self.failures = failures


class _Rejected(Exception):
    def __init__(self, stage: StageOrder, error: str, remedy: str = "") -> None:
        super().__init__(error)
        self.stage, self.error, self.remedy = stage, error, remedy


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
    found, failures = _load_all(
        _found(PROVIDERS, entry_points), lambda entry: _load_provider(entry, settings.get(entry.name, {}))
    )
    for code in sorted(set(settings) - set(found) - {failure.code for failure in failures}):
        log.warning("provider_settings_unused", provider=code, hint="no such provider is installed")
    return Registry(found, _reported(failures, strict))


@attrs.frozen
class CountryRecords:
    """The installed countries, by code, and those that failed to load."""

    countries: Mapping[str, Country]
    failures: tuple[LoadFailure, ...] = ()

    def __getitem__(self, code: str) -> Country:
        return self.countries[code]

    def __contains__(self, code: object) -> bool:
        return code in self.countries

    def __iter__(self) -> Iterator[Country]:
        return iter(self.countries.values())

    def get(self, code: str) -> Country | None:
        """The country of this code, if it is installed."""
        return self.countries.get(code)


def load_countries(*, strict: bool = False, entry_points: Iterable[EntryPoint] | None = None) -> CountryRecords:
    """Load every installed country.

    Raises:
        StrictLoadError: With ``strict``, when a country failed.
    """
    found, failures = _load_all(_found(COUNTRIES, entry_points), _load_country)
    return CountryRecords(found, _reported(failures, strict))


class Simulators(Mapping[str, "Simulator"]):
    """The installed simulators by provider code, each imported when it is asked for."""

    def __init__(self, entries: Mapping[str, EntryPoint]) -> None:
        self._entries = entries

    def __getitem__(self, code: str) -> Simulator:
        simulator = self._entries[code].load()
        if getattr(simulator, "code", None) != code:
            raise TypeError(f"entry point {code} of {SIMULATORS} is not the simulator of {code}")
        return cast("Simulator", simulator)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def load_simulators(entry_points: Iterable[EntryPoint] | None = None) -> Simulators:
    """The installed simulators; nothing is imported yet."""
    return Simulators({entry.name: entry for entry in _found(SIMULATORS, entry_points)})


def _found(group: str, given: Iterable[EntryPoint] | None) -> list[EntryPoint]:
    entries = entry_points(group=group) if given is None else given
    return sorted((entry for entry in entries if entry.group == group), key=lambda entry: (entry.name, entry.value))


def _load_all(
    entries: list[EntryPoint], load: Callable[[EntryPoint], T]
) -> tuple[dict[str, T], tuple[LoadFailure, ...]]:
    found: dict[str, T] = {}
    failures: list[LoadFailure] = []
    claims = {name: [entry for entry in entries if entry.name == name] for name in {entry.name for entry in entries}}
    for entry in entries:
        try:
            _refuse_clash(entry, claims[entry.name])
            found[entry.name] = load(entry)
        except _Rejected as rejected:
            failures.append(_failure(entry, rejected))
    return found, tuple(failures)


def _refuse_clash(entry: EntryPoint, claims: list[EntryPoint]) -> None:
    if others := [_distribution(other) for other in claims if other is not entry]:
        raise _Rejected(
            StageOrder.CHECK,
            f'the code "{entry.name}" is claimed by {" and ".join(others)} too',
            "Uninstall one of them; until then neither is served.",
        )


def _reported(failures: tuple[LoadFailure, ...], strict: bool) -> tuple[LoadFailure, ...]:
    for failure in failures:
        log.error("quarantined", code=failure.code, distribution=failure.distribution, reason=str(failure))
    if failures and strict:
        raise StrictLoadError(failures)
    return failures


def _failure(entry: EntryPoint, rejected: _Rejected) -> LoadFailure:
    return LoadFailure(
        distribution=entry.dist.name if entry.dist else "an unknown distribution",
        version=entry.dist.version if entry.dist else "0",
        code=entry.name,
        stage=rejected.stage,
        error=rejected.error,
        remedy=rejected.remedy,
    )


def _distribution(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value


def _guarded(stage: StageOrder, work: Callable[[], T]) -> T:
    """Run foreign code; whatever it raises, SystemExit included, rejects it alone."""
    try:
        return work()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise _Rejected(stage, f"{type(error).__name__}: {str(error)[:300]}".rstrip(": ")) from error


def _load_provider(entry: EntryPoint, settings: Mapping[str, Any]) -> Provider:
    module = _guarded(StageOrder.IMPORT, entry.load)
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(specs)
    _guarded(StageOrder.REGISTER, lambda: manager.register(module, name=entry.name))
    callers = manager.get_hookcallers(module) or []
    capabilities = frozenset(caller.name for caller in callers)
    if "describe_provider" not in capabilities:
        raise _Rejected(StageOrder.DESCRIBE, "it implements no describe_provider")
    info = _guarded(StageOrder.DESCRIBE, manager.hook.describe_provider)
    _guarded(StageOrder.CHECK, manager.check_pending)
    if faults := [*_hook_faults(capabilities), *info_faults(info), *_fit_faults(info, entry.name)]:
        raise _Rejected(StageOrder.CHECK, "; ".join(faults))
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


def _fit_faults(info: object, code: str) -> Iterator[str]:
    if not isinstance(info, ProviderInfo):
        return
    if info.code != code:
        yield f'its code is "{info.code}", its entry point is named "{code}"'
    low, high = info.contract
    if not low <= CONTRACT_VERSION <= high:
        yield f"it works with contract {low} to {high}, this hub has {CONTRACT_VERSION}"


def _overrides(code: str, info: ProviderInfo, settings: Mapping[str, Any]) -> Mapping[str, str]:
    if unknown := sorted(set(settings) - {"endpoints"}):
        raise _Rejected(
            StageOrder.CONFIGURE, f"unknown setting {unknown[0]}", f"Remove it from [providers.{code}] in hub.toml."
        )
    roles = info.endpoints.get(Mode.TEST, {})
    overrides: dict[str, str] = {}
    for role, url in settings.get("endpoints", {}).items():
        if role not in roles:
            raise _Rejected(
                StageOrder.CONFIGURE,
                f'unknown endpoint "{role}"',
                f"[providers.{code}.endpoints] in hub.toml may name: {', '.join(sorted(roles))}.",
            )
        if problem := _url_problem(url):
            raise _Rejected(
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


def _load_country(entry: EntryPoint) -> Country:
    country = _guarded(StageOrder.IMPORT, entry.load)
    if not isinstance(country, Country):
        kind = country.__name__ if inspect.ismodule(country) else type(country).__name__
        raise _Rejected(StageOrder.CHECK, f"its entry point names {kind}, not a Country")
    if country.code != entry.name:
        raise _Rejected(StageOrder.CHECK, f'its code is "{country.code}", its entry point is named "{entry.name}"')
    return country
