"""Offer the merchant's providers for an amount: a button each, or the reason why there is none."""

from __future__ import annotations

import structlog

from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.merchant import Merchant
from hub.domain.offer import Absence, Offered, absence_of, availability, currencies_of
from hub_hookspecs import Channel, Mode, Money, Offer, PluginFault, ProviderInfo

from .ports import Hub, Tx

log = structlog.get_logger()

HIDDEN = frozenset({AccountStatus.DRAFT, AccountStatus.REQUESTED, AccountStatus.FAILED, AccountStatus.DISABLED})
"""Accounts that customers do not hear of at all."""


async def offers_for(
    hub: Hub, merchant: Merchant, mode: Mode, *, channel: Channel, amount: Money
) -> tuple[Offered, ...]:
    """Every connected provider for the amount that a payer has chosen."""
    return await hub.store.read(
        lambda tx: offered(tx, hub, merchant, mode, channel=channel, amount=amount, locale=merchant.locale)
    )


def offered(
    tx: Tx,
    hub: Hub,
    merchant: Merchant,
    mode: Mode,
    *,
    channel: Channel,
    amount: Money,
    locale: str,
    medium: str = "page",
) -> tuple[Offered, ...]:
    """Every connected provider for this amount, those with a button first."""
    enabled = tx.countries.enabled()
    found = [
        _offer(hub, merchant, account, enabled, channel=channel, amount=amount, locale=locale, medium=medium)
        for account in tx.accounts.of(merchant.id, mode)
        if account.status not in HIDDEN
    ]
    return tuple(sorted(found, key=lambda item: (item.button is None, item.provider)))


def _offer(
    hub: Hub,
    merchant: Merchant,
    account: ProviderAccount,
    enabled: frozenset[tuple[str, str]],
    *,
    channel: Channel,
    amount: Money,
    locale: str,
    medium: str,
) -> Offered:
    provider = hub.providers.get(account.provider)
    info: ProviderInfo | None = provider.info if provider else None
    country = merchant.company.country
    absence = availability(installed=info, country=country, enabled=(country, account.provider) in enabled)
    if info and absence is None:
        absence = absence_of(account, info, channel=channel, currency=amount.currency, minor=amount.minor)
    if absence is None and hub.exchanger.is_open(account.id):
        absence = Absence.PROVIDER_DOWN
    button = None
    if absence is None and provider:
        offer = Offer(channel=channel, currency=amount.currency, minor=amount.minor, locale=locale, medium=medium)
        try:
            button = provider.button(offer)
        except PluginFault as fault:
            log.error("render_pay_button_failed", provider=provider.code, error=str(fault))
            absence = Absence.PLUGIN_FAILED
    return Offered(
        provider=account.provider,
        name=info.name if info else account.provider,
        account_id=account.id,
        button=button,
        ways=info.ways if info else (),
        currencies=currencies_of(account, info) if info else (),
        absence=absence,
        pause_text=account.paused,
    )
