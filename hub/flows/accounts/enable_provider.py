"""Enable a provider in a country: it is offered where it is installed,
declares the country and is enabled."""

from __future__ import annotations

import attrs

from hub.domain.identity import FieldError, Invalid
from hub.domain.offer import Absence, availability
from hub.domain.text import Text
from hub.flows.ground.ports import Hub


@attrs.frozen
class Place:
    """One provider in one country; ``absence`` is why it is not offered there."""

    country: str
    code: str
    absence: Absence | None


async def list_places(hub: Hub) -> tuple[Place, ...]:
    """Every country with every provider that is installed or enabled there."""
    enabled = await hub.store.read(lambda tx: tx.countries.enabled())
    places = {(country, code) for country in hub.countries for code in hub.providers} | enabled
    return tuple(
        Place(country, code, _absence(hub, country, code, enabled=(country, code) in enabled))
        for country, code in sorted(places)
    )


def _absence(hub: Hub, country: str, code: str, *, enabled: bool) -> Absence | None:
    provider = hub.providers.get(code)
    return availability(installed=provider.info if provider else None, country=country, enabled=enabled)


async def enable_provider(hub: Hub, country: str, code: str, enabled: bool) -> None:
    """Offer a provider in a country, or no longer; what is not there can only be disabled.

    Raises:
        Invalid: The country or the provider is missing, or the provider does not declare the country.
    """
    if enabled:
        if country not in hub.countries:
            known = ", ".join(hub.countries)
            raise Invalid((FieldError("country", Text("country.not_installed", country=country, known=known)),))
        absence = _absence(hub, country, code, enabled=True)
        if absence is Absence.NOT_INSTALLED:
            installed = ", ".join(sorted(hub.providers)) or "none"
            raise Invalid((FieldError("provider", Text("provider.not_installed", provider=code, known=installed)),))
        if absence is Absence.NOT_DECLARED:
            where = ", ".join(hub.providers[code].info.countries)
            raise Invalid(
                (FieldError("provider", Text("provider.not_in_country", provider=code, country=country, known=where)),)
            )
    await hub.store.write(lambda tx: tx.countries.set(country, code, enabled))
    hub.cached.clear()
