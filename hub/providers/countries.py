"""The installed countries."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint

import attrs

from hub_hookspecs import Country, country_faults

from .entry_points import Rejected, found_in, guarded, load_all, reported
from .registry import LoadFailure, StageOrder

COUNTRIES = "hub.countries"
CORRECT = "Correct its record, then start the hub again; until then no company of this country is served."


@attrs.frozen
class CountryRecords:
    """The installed countries, by code, and those that failed to load.

    Attributes:
        origins: Distribution and version of each, by code.
    """

    countries: Mapping[str, Country]
    failures: tuple[LoadFailure, ...] = ()
    origins: Mapping[str, tuple[str, str]] = attrs.field(factory=dict)

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
    entries = found_in(COUNTRIES, entry_points)
    found, failures = load_all(entries, _load_country, kind="country")
    origins = {
        entry.name: (entry.dist.name, entry.dist.version) for entry in entries if entry.name in found and entry.dist
    }
    return CountryRecords(found, reported(failures, strict), origins)


def _load_country(entry: EntryPoint) -> Country:
    country = guarded(StageOrder.IMPORT, entry.load)
    if not isinstance(country, Country):
        kind = country.__name__ if inspect.ismodule(country) else type(country).__name__
        raise Rejected(StageOrder.CHECK, f"its entry point names {kind}, not a Country")
    if country.code != entry.name:
        raise Rejected(StageOrder.CHECK, f'its code is "{country.code}", its entry point is named "{entry.name}"')
    if faults := guarded(StageOrder.CHECK, lambda: country_faults(country)):
        raise Rejected(StageOrder.CHECK, "; ".join(faults), CORRECT)
    return country
