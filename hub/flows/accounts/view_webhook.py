"""What stands at a provider for an account's notifications, as it was last seen, and what a person may do about it."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.domain.account import ProviderAccount, Webhook
from hub.domain.merchant import Merchant
from hub.flows.ground.ports import Hub, Tx

from .catalogue import notification_address
from .money_under_way import money_under_way
from .register_webhook import HOOK, is_in_use, is_under_way, may_be_replaced, stays_behind


@attrs.frozen(kw_only=True)
class WebhookView:
    """The webhook of an account whose provider registers one by a call.

    Attributes:
        address: Ours.
        known: As it was last seen; None before anybody looked.
        in_use: Foreign addresses that are those of other accounts here: they stay.
        is_under_way: A change was sent a moment ago.
        is_off: The account is off, so that the address is to go.
    """

    address: str
    known: Webhook | None
    in_use: frozenset[str] = frozenset()
    is_under_way: bool = False
    is_off: bool = False

    @property
    def is_registered(self) -> bool:
        """Ours stands there, with all that belongs to it here."""
        return self.known is not None and bool(self.known.address) and not self.known.unclear


def webhook_of(tx: Tx, hub: Hub, account: ProviderAccount) -> WebhookView | None:
    """The webhook of an account; None where its provider registers none by a call."""
    provider = hub.providers.get(account.provider)
    if account.webhook is None and not (provider and HOOK in provider.capabilities):
        return None
    foreign = account.webhook.foreign if account.webhook else ()
    return WebhookView(
        address=notification_address(hub, account),
        known=account.webhook,
        in_use=frozenset(item for item in foreign if not may_be_replaced(tx, hub, account, item)),
        is_under_way=is_under_way(hub, account),
        is_off=not is_in_use(account),
    )


def left_behind(tx: Tx, hub: Hub, merchant: Merchant, code: str, now: datetime) -> tuple[str, ...]:
    """Addresses of the merchant's accounts that are off, which their provider still may hold for no money."""
    return tuple(
        notification_address(hub, account)
        for account in tx.accounts.all_of(merchant.id, merchant.mode)
        if account.provider == code and stays_behind(account) and not money_under_way(tx, hub, account, now)
    )
