"""The installed countries."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint

import attrs

from hub_hookspecs import Country

from .entry_points import Rejected, found_in, guarded, load_all, reported
from .registry import LoadFailure, StageOrder

COUNTRIES = "hub.countries"


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
    found, failures = load_all(found_in(COUNTRIES, entry_points), _load_country)
    return CountryRecords(found, reported(failures, strict))


def _load_country(entry: EntryPoint) -> Country:
    country = guarded(StageOrder.IMPORT, entry.load)
    if not isinstance(country, Country):
        kind = country.__name__ if inspect.ismodule(country) else type(country).__name__
        raise Rejected(StageOrder.CHECK, f"its entry point names {kind}, not a Country")
    if country.code != entry.name:
        raise Rejected(StageOrder.CHECK, f'its code is "{country.code}", its entry point is named "{entry.name}"')
    return country
