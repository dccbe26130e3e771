"""Count the money that is under way at an account: what keeps its credentials from becoming those of another one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from hub.domain.account import MoneyUnderWay, ProviderAccount
from hub.domain.payment_checks import WATCH
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import ProviderInfo, Refunds

RETIRED: Final = "the account is retired, and no money of it is under way"


def has_payments(tx: Tx, account: ProviderAccount, now: datetime) -> bool:
    """Whether anything was ever sent under the account."""
    every, _moving, _in_doubt = tx.payments.count_of(account.id, since=now)
    return every > 0


def money_under_way(tx: Tx, hub: Hub, account: ProviderAccount, now: datetime) -> MoneyUnderWay:
    """How many payments of an account something may still become of, and what."""
    _every, moving, in_doubt = tx.payments.count_of(account.id, since=now - WATCH)
    return MoneyUnderWay(
        live=moving,
        watched=in_doubt,
        refundable=_refundable(tx, hub, account, now),
        disputed=len(tx.settlements.taken_back(account.id)),
        unsettled=_unsettled(tx, hub, account),
    )


def _refundable(tx: Tx, hub: Hub, account: ProviderAccount, now: datetime) -> int:
    provider = hub.providers.get(account.provider)
    if provider is None:
        return 0
    info: ProviderInfo = provider.info
    if info.refunds is Refunds.NONE:
        return 0
    return len(
        tx.settlements.held(account.id, since=now - timedelta(days=info.refund_days) if info.refund_days else None)
    )


def _unsettled(tx: Tx, hub: Hub, account: ProviderAccount) -> int:
    """Payments in no line yet and not given back, as far as lines are to be had: by report, or in files read so far."""
    merchant = tx.merchants.get(account.merchant_id)
    zone = ZoneInfo(merchant.company.zone if merchant else "UTC")
    provider, since = hub.providers.get(account.provider), tx.settlements.covered_since(account.id, 0, zone)
    if since is None and (provider is None or "fetch_settlement" not in provider.capabilities):
        return 0
    awaited = tx.settlements.awaited(account.id)
    ids = {item.payment_id for item in awaited if item.minor > 0 and (since is None or item.counts_on(zone) >= since)}
    return len(ids & tx.settlements.held(account.id))
