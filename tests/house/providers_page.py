"""The page of the providers and countries that are here: ``./run python tests/house/providers_page.py`` writes it.

What a provider declares comes from its plugin; what was proven from ``docs/checked.json``, which
``payment-hub plugins check CODE --record docs/checked.json`` alone writes, when every proof held.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from hub.providers.countries import load_countries
from hub.providers.load import load_providers
from hub.providers.registry import Provider
from hub.proving.green import Green, read_greens, sources_digest
from hub_hookspecs import QueryBy, Refunds, Way

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "providers.md"
CHECKED = ROOT / "docs" / "checked.json"
NEVER_TRIED = re.compile(r"^## (Never tried.*)$", re.MULTILINE)
REFUNDS = {Refunds.NONE: "none", Refunds.PARTIAL: "whole or part", Refunds.FULL: "whole"}
ASKED = {QueryBy.NONE: "no", QueryBy.OURS: "by our reference", QueryBy.THEIRS: "by theirs"}
HEAD = """# Providers and countries

Written by `./run python tests/house/providers_page.py`, not by hand. *Proven* is the last `payment-hub plugins check`
in which every proof held, with the version and the day; it was of the very code that is here, or the page says that the
code changed since.
"""


def folders() -> dict[str, Path]:
    """The plugins of this repository by provider code."""
    found = {}
    for project in sorted(ROOT.glob("plugins/*/pyproject.toml")):
        entries = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["entry-points"]
        found.update(dict.fromkeys(entries.get("hub.providers", ()), project.parent))
    return found


def page() -> str:
    """The page as it has to be."""
    registry, greens = load_providers(), read_greens(CHECKED)
    here = [(registry[code], folder, greens.get(code)) for code, folder in folders().items()]
    return "\n".join((HEAD, *_providers(here), "", *_ways(here), "", *_countries(here), ""))


def _providers(here: list[tuple[Provider, Path, Green | None]]) -> Iterator[str]:
    yield "| provider | countries | distribution | version | refunds | proven | open questions |"
    yield "|---|---|---|---|---|---|---|"
    for provider, folder, green in here:
        info = provider.info
        readme = folder / "README.md"
        (title,) = NEVER_TRIED.findall(readme.read_text(encoding="utf-8"))
        anchor = re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")
        link = f"[{title[0].lower()}{title[1:]}](../{readme.relative_to(ROOT)}#{anchor})"
        refunds = REFUNDS[info.refunds]
        yield (
            f"| {info.name} (`{provider.code}`) | {', '.join(info.countries)} | {provider.distribution} "
            f"| {provider.version} | {refunds} | {_proven(provider, green)} | {link} |"
        )


def _proven(provider: Provider, green: Green | None) -> str:
    if green is None:
        return "never"
    proven = f"{green.version}, {green.on.isoformat()}, {green.proofs} proofs, {green.excused} of them not about it"
    return proven if green.sources == sources_digest(provider.module) else f"{proven}; its code changed since"


def _ways(here: list[tuple[Provider, Path, Green | None]]) -> Iterator[str]:
    yield "| provider | way | currencies | starting | news | can be asked | can be cancelled |"
    yield "|---|---|---|---|---|---|---|"
    for provider, _folder, _green in here:
        info = provider.info_for("en")
        for way in info.ways:
            currencies = ", ".join(rule.currency for rule in info.currencies)
            news = ", ".join(sorted(way.outcome))
            yield (
                f"| {info.name} | {way.label} (`{way.code}`) | {currencies} | {_starting(way)} | {news} "
                f"| {ASKED[way.query_by]} | {'yes' if way.cancel else 'no'} |"
            )


def _starting(way: Way) -> str:
    return {"session": "opens a session", "charge": "may charge"}[way.starts.value]


def _countries(here: list[tuple[Provider, Path, Green | None]]) -> Iterator[str]:
    countries, ours = load_countries(), {"payment-hub", *(provider.distribution for provider, _f, _g in here)}
    yield "| country | name | currencies | distribution | version | providers |"
    yield "|---|---|---|---|---|---|"
    for country in countries:
        distribution, version = countries.origins.get(country.code, ("", ""))
        if distribution in ours:
            names = ", ".join(
                provider.info.name for provider, _f, _g in here if country.code in provider.info.countries
            )
            currencies = ", ".join(country.currencies)
            yield f"| {country.code} | {country.name} | {currencies} | {distribution} | {version} | {names} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
