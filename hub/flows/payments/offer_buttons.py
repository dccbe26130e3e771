"""Offer the merchant's providers for an amount: a button each, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import attrs
import structlog

from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.merchant import Link, Merchant
from hub.domain.offer import Absence, AccountNow, Asked, Offered, absence_of, currencies_of, part_of
from hub.domain.text import Text, read_stored
from hub.flows.accounts.open_account import is_locked
from hub.flows.accounts.pause_provider import with_pause
from hub.flows.accounts.watch_account import held_back
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Channel, Mode, Money, Offer, PluginFault

log = structlog.get_logger()

HIDDEN = frozenset({AccountStatus.DRAFT, AccountStatus.REQUESTED, AccountStatus.FAILED, AccountStatus.DISABLED})
"""Accounts that customers are not shown at all."""


@attrs.frozen(kw_only=True)
class Showing:
    """Where something with buttons is shown, and by which link it was opened.

    Attributes:
        medium: ``page``, ``mail`` or ``pdf``.
        locale: In which the buttons speak; empty for the usual one.
    """

    link: Link | None = None
    medium: str = "page"
    locale: str = ""

    def offer(self, channel: Channel, amount: Money, usual: str) -> Offer:
        """What the plugins are asked for a button for; ``usual`` is the locale where none was asked for."""
        locale = self.locale or usual
        return Offer(channel=channel, currency=amount.currency, minor=amount.minor, locale=locale, medium=self.medium)


ON_PAGE: Final = Showing()


@attrs.frozen
class Conditions:
    """What holds for every account at a moment: where providers are enabled and paused, and which accounts wait."""

    enabled: frozenset[tuple[str, str]]
    paused: Mapping[str, str]
    held: frozenset[str]


def conditions_at(tx: Tx, now: datetime) -> Conditions:
    """Read once for all accounts that are judged."""
    return Conditions(tx.countries.enabled(), tx.countries.paused(), held_back(tx, now))


def standing_of(tx: Tx, hub: Hub, merchant: Merchant, account: ProviderAccount, conditions: Conditions) -> AccountNow:
    """How an account stands, as far as the hub knows."""
    provider = hub.providers.get(account.provider)
    country = merchant.company.country
    return AccountNow(
        account=with_pause(account, conditions.paused),
        info=provider.info if provider else None,
        country=country,
        enabled=(country, account.provider) in conditions.enabled,
        answers=account.id not in conditions.held and not hub.exchanger.is_open(account.id),
        locked=is_locked(tx, hub, account),
    )


async def offers_for(
    hub: Hub,
    merchant: Merchant,
    mode: Mode,
    *,
    channel: Channel,
    amount: Money,
    customer_id: str = "",
    besides: int = 0,
    locale: str = "",
) -> tuple[Offered, ...]:
    """Every connected provider for the amount that a payer has chosen.

    Args:
        customer_id: Whose statement it is: the merchant's minimum holds unless the whole balance is paid.
        besides: What settles what was chosen beside the money, minor units: credit, and what the payer keeps back.
        locale: In which the buttons speak; the merchant's own if it is empty.
    """
    now = hub.clock()

    def read(tx: Tx) -> tuple[Offered, ...]:
        floor = floor_for(tx, merchant, mode, customer_id, amount, now, besides=besides) if customer_id else None
        wanted = Showing(locale=locale).offer(channel, amount, merchant.locale)
        return offered(tx, hub, merchant, mode, wanted, floor)

    return await hub.store.read(read)


def floor_for(
    tx: Tx, merchant: Merchant, mode: Mode, customer_id: str, amount: Money, now: datetime, *, besides: int = 0
) -> Money | None:
    """The merchant's minimum where it forbids this amount; None where it may be paid.

    Below the minimum only the full balance may be paid, so that nobody is kept from settling what he owes.
    """
    least = merchant.options.minimum.get(amount.currency, 0)
    if amount.minor >= least:
        return None
    owed = sum(
        payable.due
        for payable in tx.payables.asked_of(customer_id, mode)
        if payable.currency == amount.currency and payable.is_offered(now)
    )
    return None if amount.minor + besides == owed else Money(least, amount.currency)


def floor_text(floor: Money) -> Text:
    """The merchant's minimum in the payer's words."""
    return Text("offer.minimum", floor=floor)


def offered(
    tx: Tx,
    hub: Hub,
    merchant: Merchant,
    mode: Mode,
    wanted: Offer,
    floor: Money | None = None,
) -> tuple[Offered, ...]:
    """Every connected provider for this amount, those with a button first, in the merchant's order.

    Args:
        floor: The merchant's minimum, where it forbids this amount.
    """
    amount = Money(wanted.minor, wanted.currency)
    conditions, asked = conditions_at(tx, hub.clock()), Asked(channel=wanted.channel, amount=amount, floor=floor)
    found = [
        _offer(hub, standing_of(tx, hub, merchant, account, conditions), asked, wanted, merchant.locale)
        for account in tx.accounts.current_of(merchant.id, mode)
        if account.status not in HIDDEN
    ]
    return tuple(sorted(found, key=lambda item: (item.button is None, *place_of(merchant, item.provider))))


def place_of(merchant: Merchant, provider: str) -> tuple[int, str]:
    """Where a provider stands among the merchant's buttons: in the order chosen, then by name."""
    order = merchant.options.button_order
    return (order.index(provider) if provider in order else len(order), provider)


def refusal_text(standing: AccountNow, asked: Asked, absence: Absence | None) -> Text | str:
    """Why, where somebody has words of his own for it: the operator of a pause, the merchant of his minimum."""
    if absence is Absence.MERCHANT_MINIMUM and asked.floor:
        return floor_text(asked.floor)
    return read_stored(standing.account.paused)


def _offer(hub: Hub, standing: AccountNow, asked: Asked, wanted: Offer, locale: str) -> Offered:
    account, info, provider = standing.account, standing.info, hub.providers.get(standing.account.provider)
    absence, button = absence_of(standing, asked), None
    if absence is None and provider:
        try:
            button = provider.button(wanted)
        except PluginFault as error:
            log.error("render_pay_button_failed", provider=provider.code, error=str(error))
            absence = Absence.PLUGIN_FAILED
    return Offered(
        provider=account.provider,
        name=info.name if info else account.provider,
        account_id=account.id,
        button=button,
        ways=provider.info_for(wanted.locale).ways if provider else (),
        currencies=currencies_of(account, info) if info else (),
        absence=absence,
        pause_text=refusal_text(standing, asked, absence),
        part=part_of(standing, asked),
    )
