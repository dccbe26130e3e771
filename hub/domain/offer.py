"""Which pay buttons may be shown, and why one is not."""

from __future__ import annotations

import enum

import attrs

from hub.domain.text import Text
from hub_hookspecs import Channel, PayButton, ProviderInfo, Way

from .account import AccountStatus, ProviderAccount, offered_currencies


class Absence(enum.StrEnum):
    """Why a provider is not offered."""

    NOT_INSTALLED = "not_installed"
    NOT_DECLARED = "not_declared"
    NOT_ENABLED = "not_enabled"
    NOT_CONNECTED = "not_connected"
    NOT_ACTIVE = "not_active"
    NEEDS_REVALIDATION = "needs_revalidation"
    SUSPENDED = "suspended"
    PAUSED = "paused"
    CHANNEL = "channel"
    CURRENCY = "currency"
    BELOW_MINIMUM = "below_minimum"
    MERCHANT_MINIMUM = "merchant_minimum"
    ABOVE_MAXIMUM = "above_maximum"
    PROVIDER_DOWN = "provider_down"
    LOCKED = "locked"
    PLUGIN_FAILED = "plugin_failed"


ABSENCE_WORDS = {
    Absence.NOT_INSTALLED: "no está instalado",
    Absence.NOT_DECLARED: "no opera en este país",
    Absence.NOT_ENABLED: "no está habilitado en este país",
    Absence.NOT_CONNECTED: "no está conectado",
    Absence.NOT_ACTIVE: "todavía no está activo",
    Absence.NEEDS_REVALIDATION: "está por validarse de nuevo",
    Absence.SUSPENDED: "no está disponible por ahora",
    Absence.PAUSED: "no está disponible por ahora",
    Absence.CHANNEL: "no se ofrece aquí",
    Absence.CURRENCY: "no recibe pagos en esta moneda",
    Absence.BELOW_MINIMUM: "el monto está por debajo de su mínimo",
    Absence.MERCHANT_MINIMUM: "el monto está por debajo del mínimo de la empresa",
    Absence.ABOVE_MAXIMUM: "el monto está por encima de su máximo",
    Absence.PROVIDER_DOWN: "no responde en este momento; elija otro medio o intente en unos minutos",
    Absence.LOCKED: "no está disponible por ahora",
    Absence.PLUGIN_FAILED: "no está disponible por ahora",
}
"""The reason in the payer's words, after the provider's name."""


def availability(*, installed: ProviderInfo | None, country: str, enabled: bool) -> Absence | None:
    """A provider is offered where it is installed, declares the country and is enabled there."""
    if installed is None:
        return Absence.NOT_INSTALLED
    if country not in installed.countries:
        return Absence.NOT_DECLARED
    return None if enabled else Absence.NOT_ENABLED


@attrs.frozen(kw_only=True)
class Offered:
    """One provider on a statement or checkout: a button, or the reason why there is none."""

    provider: str
    name: str
    account_id: str
    button: PayButton | None
    ways: tuple[Way, ...]
    currencies: tuple[str, ...]
    absence: Absence | None = None
    pause_text: Text | str = ""

    @property
    def reason(self) -> Text | str:
        """Why it is not offered, in the payer's words; empty when it is."""
        if self.absence is None:
            return ""
        return self.pause_text or f"{self.name} {ABSENCE_WORDS[self.absence]}"


def absence_of(
    account: ProviderAccount, info: ProviderInfo, *, channel: Channel, currency: str | None, minor: int | None
) -> Absence | None:
    """Why this account may not be offered for an amount; None when it may."""
    by_status = {
        AccountStatus.NEEDS_REVALIDATION: Absence.NEEDS_REVALIDATION,
        AccountStatus.SUSPENDED: Absence.SUSPENDED,
    }
    if account.status is not AccountStatus.ACTIVE:
        return by_status.get(account.status, Absence.NOT_ACTIVE)
    if account.paused:
        return Absence.PAUSED
    if channel not in account.channels or channel not in info.channels:
        return Absence.CHANNEL
    if currency is None:
        return None
    rule = info.currency_rule(currency)
    if rule is None or currency not in currencies_of(account, info):
        return Absence.CURRENCY
    if minor is not None and minor < rule.minimum:
        return Absence.BELOW_MINIMUM
    if minor is not None and rule.maximum is not None and minor > rule.maximum:
        return Absence.ABOVE_MAXIMUM
    return None


def currencies_of(account: ProviderAccount, info: ProviderInfo) -> tuple[str, ...]:
    """Currencies that the account's settings switch on."""
    given = {name for name, value in account.settings.items() if value} | account.secret_names
    return offered_currencies(info, frozenset(given))
