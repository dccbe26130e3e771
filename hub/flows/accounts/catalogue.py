"""The catalogue: every provider that a merchant can connect, with the state of its account."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.domain.account import MoneyUnderWay, ProviderAccount
from hub.domain.merchant import Merchant
from hub.domain.offer import Absence, availability
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import EnteredBy, ProviderInfo

from .money_under_way import money_under_way


@attrs.frozen(kw_only=True)
class CatalogueEntry:
    """One card of Pagos en línea.

    Attributes:
        absence: Why it cannot be connected here; None when it can.
        has_form: The merchant is asked for something.
        notification_address: Address to hand to the provider, once connected.
    """

    code: str
    info: ProviderInfo | None
    account: ProviderAccount | None
    absence: Absence | None
    has_form: bool = False
    notification_address: str = ""


@attrs.frozen(kw_only=True)
class Earlier:
    """A retired account, by what identifies it at the provider, and what is under way with it."""

    account: ProviderAccount
    identity: str
    under_way: MoneyUnderWay


def earlier_accounts(tx: Tx, hub: Hub, merchant: Merchant, code: str, now: datetime) -> tuple[Earlier, ...]:
    """Retired accounts of the merchant with this provider that still have money under way, the last one first."""
    provider = hub.providers.get(code)
    info: ProviderInfo | None = provider.info if provider else None
    return tuple(
        Earlier(
            account=account,
            identity=", ".join(account.settings.get(item.name, "") for item in (info.identifying if info else ())),
            under_way=under_way,
        )
        for account in reversed(tx.accounts.all_of(merchant.id, merchant.mode))
        if account.provider == code and account.is_retired
        if (under_way := money_under_way(tx, hub, account, now))
    )


async def catalogue(hub: Hub, merchant: Merchant, *, locale: str = "") -> tuple[CatalogueEntry, ...]:
    """Every provider that is installed and declares the merchant's country, with the state of its account.

    Args:
        locale: In which the providers speak of themselves; the merchant's own if it is empty.
    """
    enabled, accounts = await hub.store.read(
        lambda tx: (tx.countries.enabled(), tx.accounts.current_of(merchant.id, merchant.mode))
    )
    by_code = {account.provider: account for account in accounts}
    return tuple(
        _entry(hub, provider.info_for(locale or merchant.locale), by_code.get(code), merchant, enabled)
        for code, provider in sorted(hub.providers.items())
        if merchant.company.country in provider.info.countries
    )


def _entry(
    hub: Hub,
    info: ProviderInfo,
    account: ProviderAccount | None,
    merchant: Merchant,
    enabled: frozenset[tuple[str, str]],
) -> CatalogueEntry:
    country = merchant.company.country
    return CatalogueEntry(
        code=info.code,
        info=info,
        account=account,
        absence=availability(installed=info, country=country, enabled=(country, info.code) in enabled),
        has_form=any(setting.entered_by is EnteredBy.MERCHANT for setting in info.settings),
        notification_address=notification_address(hub, account) if account else "",
    )


def notification_address(hub: Hub, account: ProviderAccount) -> str:
    """Where the provider sends its notifications for this account."""
    return f"{hub.base_url}/n/{account.provider}/{account.path_token}"
