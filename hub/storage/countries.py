"""Which provider is enabled where."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert

from .schema import ONE, country_provider
from .statements import Runs

ENABLED = select(country_provider).where(country_provider.c.enabled == ONE)
_insert = insert(country_provider).values({name: bindparam(name) for name in ("country", "provider", "enabled")})
SET = _insert.on_conflict_do_update(
    index_elements=[country_provider.c.country, country_provider.c.provider],
    set_={"enabled": _insert.excluded.enabled},
)


class Countries:
    """Which provider is enabled where."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def enabled(self) -> frozenset[tuple[str, str]]:
        """(country, provider code) pairs."""
        return frozenset((row["country"], row["provider"]) for row in self._tx.run(ENABLED))

    def set(self, country: str, code: str, enabled: bool) -> None:
        """Enable or disable a provider in a country."""
        self._tx.run(SET, {"country": country, "provider": code, "enabled": int(enabled)})
