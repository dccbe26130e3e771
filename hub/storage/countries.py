"""Which provider is enabled where, and which is paused everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from .rows import micros, moment
from .schema import ONE, country_provider, provider_pause
from .statements import Runs

ENABLED = select(country_provider).where(country_provider.c.enabled == ONE)
_insert = insert(country_provider).values({name: bindparam(name) for name in ("country", "provider", "enabled")})
SET = _insert.on_conflict_do_update(
    index_elements=[country_provider.c.country, country_provider.c.provider],
    set_={"enabled": _insert.excluded.enabled},
)
PAUSED = select(provider_pause).order_by(provider_pause.c.provider)
_pause = insert(provider_pause).values({column.name: bindparam(column.name) for column in provider_pause.columns})
PAUSE = _pause.on_conflict_do_update(
    index_elements=[provider_pause.c.provider],
    set_={"text": _pause.excluded.text, "by": _pause.excluded.by, "at": _pause.excluded.at},
)
RESUME = delete(provider_pause).where(provider_pause.c.provider == bindparam("provider"))


class Countries:
    """Which provider is enabled where, and which is paused everywhere."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def enabled(self) -> frozenset[tuple[str, str]]:
        """(country, provider code) pairs."""
        return frozenset((row["country"], row["provider"]) for row in self._tx.run(ENABLED))

    def set(self, country: str, code: str, enabled: bool) -> None:
        """Enable or disable a provider in a country."""
        self._tx.run(SET, {"country": country, "provider": code, "enabled": int(enabled)})

    def paused(self) -> Mapping[str, str]:
        """Text for payers by code, of the providers that are paused for everybody."""
        return {row["provider"]: row["text"] for row in self._tx.run(PAUSED)}

    def pauses(self) -> tuple[tuple[str, str, str, datetime], ...]:
        """(code, text, who, since) of each."""
        return tuple((row["provider"], row["text"], row["by"], moment(row["at"])) for row in self._tx.run(PAUSED))

    def pause(self, code: str, text: str, by: str, at: datetime) -> None:
        """Pause a provider for everybody."""
        self._tx.run(PAUSE, {"provider": code, "text": text, "by": by, "at": micros(at)})

    def resume(self, code: str) -> bool:
        """End the pause; False when there was none."""
        return self._tx.run(RESUME, {"provider": code}).rowcount == 1
