"""Offer the merchant's providers for an amount: a button each, or the reason why there is none."""

from __future__ import annotations

from datetime import datetime

import attrs
import structlog

from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.merchant import Merchant
from hub.domain.offer import Absence, Offered, absence_of, availability, currencies_of
from hub.domain.text import Text
from hub.flows.accounts.open_account import is_locked
from hub.flows.accounts.pause_provider import with_pause
from hub.flows.accounts.watch_account import held_back
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Channel, Mode, Money, Offer, PluginFault, ProviderInfo

log = structlog.get_logger()

HIDDEN = frozenset({AccountStatus.DRAFT, AccountStatus.REQUESTED, AccountStatus.FAILED, AccountStatus.DISABLED})
"""Accounts that customers do not hear of at all."""


async def offers_for(
    hub: Hub,
    merchant: Merchant,
    mode: Mode,
    *,
    channel: Channel,
    amount: Money,
    customer_id: str = "",
    withheld: int = 0,
    locale: str = "",
) -> tuple[Offered, ...]:
    """Every connected provider for the amount that a payer has chosen.

    Args:
        customer_id: Whose statement it is: the merchant's minimum holds unless the whole balance is paid.
        withheld: What the payer keeps back besides, minor units.
        locale: In which the buttons speak; the merchant's own if it is empty.
    """
    now = hub.clock()

    def read(tx: Tx) -> tuple[Offered, ...]:
        floor = floor_for(tx, merchant, mode, customer_id, amount, now, withheld=withheld) if customer_id else None
        speaks = locale or merchant.locale
        return offered(tx, hub, merchant, mode, channel=channel, amount=amount, locale=speaks, floor=floor)

    return await hub.store.read(read)


def floor_for(
    tx: Tx, merchant: Merchant, mode: Mode, customer_id: str, amount: Money, now: datetime, *, withheld: int = 0
) -> Money | None:
    """The merchant's minimum where it forbids this amount; None where it may be paid.

    Below the minimum only the full balance may be paid, so that nobody is kept from settling what he owes.
    """
    least = merchant.options.minimum.get(amount.currency, 0)
    if amount.minor >= least:
        return None
    owed = sum(
        payable.due
        for payable in tx.payables.open_of(customer_id, mode)
        if payable.currency == amount.currency and payable.is_offered(now)
    )
    return None if amount.minor + withheld == owed else Money(least, amount.currency)


def floor_text(floor: Money) -> Text:
    """The merchant's minimum in the payer's words."""
    return Text("offer.minimum", floor=floor)


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
    floor: Money | None = None,
) -> tuple[Offered, ...]:
    """Every connected provider for this amount, those with a button first, in the merchant's order.

    Args:
        floor: The merchant's minimum, where it forbids this amount.
    """
    enabled, paused, held = tx.countries.enabled(), tx.countries.paused(), held_back(tx, hub.clock())
    found = [
        _offer(
            hub,
            merchant,
            with_pause(account, paused),
            enabled,
            held,
            locked=is_locked(tx, hub, account),
            channel=channel,
            amount=amount,
            locale=locale,
            medium=medium,
        )
        for account in tx.accounts.current_of(merchant.id, mode)
        if account.status not in HIDDEN
    ]
    if floor:
        found = [_below(item, floor, merchant.locale) for item in found]
    return tuple(sorted(found, key=lambda item: (item.button is None, *place_of(merchant, item.provider))))


def place_of(merchant: Merchant, provider: str) -> tuple[int, str]:
    """Where a provider stands among the merchant's buttons: in the order chosen, then by name."""
    order = merchant.options.button_order
    return (order.index(provider) if provider in order else len(order), provider)


def _below(item: Offered, floor: Money, locale: str) -> Offered:
    if item.button is None:
        return item
    return attrs.evolve(item, button=None, absence=Absence.MERCHANT_MINIMUM, pause_text=floor_text(floor))


def _offer(
    hub: Hub,
    merchant: Merchant,
    account: ProviderAccount,
    enabled: frozenset[tuple[str, str]],
    held: frozenset[str],
    *,
    locked: bool,
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
    if absence is None and (account.id in held or hub.exchanger.is_open(account.id)):
        absence = Absence.PROVIDER_DOWN
    if absence is None and locked:
        absence = Absence.LOCKED
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
        ways=provider.info_for(locale).ways if provider else (),
        currencies=currencies_of(account, info) if info else (),
        absence=absence,
        pause_text=account.paused,
    )
