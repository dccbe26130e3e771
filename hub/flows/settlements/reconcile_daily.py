"""Reconcile daily: each account whose provider reports by itself is compared with that report, once a day.

A day is the merchant's. What fits is booked, each difference becomes a review; a report that does not come is asked
for again with growing pauses, and the days that were missed are compared when it does.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import attrs
import structlog

from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.identity import Invalid
from hub.domain.merchant import Merchant
from hub.domain.reconciliation import DailyReconciliation, last_whole_day, next_comparison, pause_after, period_for
from hub.domain.text import Text, read_stored, stored
from hub.flows.accounts.money_under_way import RETIRED, money_under_way
from hub.flows.ground.ports import Hub, Tx
from hub.flows.settlements.reconcile import fetch_settlement

from .reconciliation import Reconciliation

log = structlog.get_logger()

HOOK: Final = "fetch_settlement"
COMPARED: Final = frozenset({AccountStatus.ACTIVE, AccountStatus.NEEDS_REVALIDATION})
LET_IN: Final = "the account is {status}: it is compared again once it is active"


def can_be_fetched(hub: Hub, account: ProviderAccount) -> bool:
    """Whether the account's provider reports by itself."""
    provider = hub.providers.get(account.provider)
    return provider is not None and HOOK in provider.capabilities


async def plan_reconciliations(hub: Hub) -> int:
    """Give every account whose provider reports its daily row; how many are new. Safe to run twice."""
    if not hub.reconcile_daily:
        return 0
    now = hub.clock()

    def missing(tx: Tx) -> list[DailyReconciliation]:
        planned = {item.account_id for item in tx.reconciliations.all()}
        zones = {merchant.id: merchant.company.zone for merchant in tx.merchants.all()}
        return [
            DailyReconciliation(account_id=account.id, due_at=next_comparison(now, zones[account.merchant_id]))
            for account in tx.accounts.all()
            if account.id not in planned and can_be_fetched(hub, account)
            if account.status in COMPARED or account.is_retired
        ]

    fresh = await hub.store.read(missing)
    if not fresh:
        return 0
    return await hub.store.write(lambda tx: sum([tx.reconciliations.add(item) for item in fresh]))


async def reconcile_due(hub: Hub, account_id: str) -> None:
    """Compare an account with its provider's report, for all days that are over; safe to run twice.

    The next try is written before the provider is asked, so that one that never ends costs a pause, not the loop.
    """
    now = hub.clock()

    def begin(tx: Tx) -> tuple[DailyReconciliation, ProviderAccount, Merchant] | None:
        planned, account = tx.reconciliations.get(account_id), tx.accounts.get(account_id)
        merchant = tx.merchants.get(account.merchant_id) if account else None
        if planned is None or account is None or merchant is None:
            return None
        begun = attrs.evolve(planned, tries=planned.tries + 1, due_at=now + pause_after(planned.tries))
        if _why_not(tx, hub, account, now) or _period(begun, account, merchant, now) is None:
            tomorrow = next_comparison(now, merchant.company.zone)
            idle = attrs.evolve(planned, tries=0, due_at=tomorrow, trouble=_why_not(tx, hub, account, now))
            tx.reconciliations.save(idle)
            return None
        tx.reconciliations.save(begun)
        return begun, account, merchant

    begun = await hub.store.write(begin)
    if begun is None:
        return
    planned, account, merchant = begun
    period = _period(planned, account, merchant, now)
    assert period is not None
    first, last = period
    try:
        report = await fetch_settlement(hub, account, first, last)
    except Invalid as error:
        await _failed(hub, planned, stored(error.problems[0].message))
        return
    except LookupError as error:
        await _failed(hub, planned, str(error))
        return
    if report.faults:
        message = report.faults[0].message
        await _failed(hub, planned, stored(message) if isinstance(message, Text) else message)
        return
    done = hub.clock()
    compared = attrs.evolve(
        planned,
        covered=last,
        due_at=next_comparison(done, merchant.company.zone),
        tries=0,
        trouble="",
        outcome=outcome_of(report),
        done_at=done,
    )
    await hub.store.write(lambda tx: tx.reconciliations.save(compared))
    log.info("reconciled", account=account_id, first=str(first), last=str(last), outcome=compared.outcome)


def _why_not(tx: Tx, hub: Hub, account: ProviderAccount, now: datetime) -> str:
    if not hub.reconcile_daily:
        return "reconcile_daily is switched off"
    if not can_be_fetched(hub, account):
        return f"{account.provider} is not served here"
    if account.is_retired:
        return "" if money_under_way(tx, hub, account, now) else RETIRED
    return "" if account.status in COMPARED else LET_IN.format(status=account.status.value)


def _period(
    planned: DailyReconciliation, account: ProviderAccount, merchant: Merchant, now: datetime
) -> tuple[date, date] | None:
    zone = merchant.company.zone
    created_on = account.created_at.astimezone(ZoneInfo(zone)).date()
    return period_for(planned.covered, created_on, last_whole_day(now, zone))


async def _failed(hub: Hub, planned: DailyReconciliation, why: str) -> None:
    log.warning("not_reconciled", account=planned.account_id, why=str(read_stored(why)), tries=planned.tries)
    await hub.store.write(lambda tx: tx.reconciliations.save(attrs.evolve(planned, trouble=why)))


def outcome_of(report: Reconciliation) -> str:
    """What a comparison came to, in words."""
    text = f"{report.lines} lines, {report.booked} booked, {report.known} known, {len(report.differences)} differences"
    text = f"{text}, {len(report.set_aside)} set aside" if report.set_aside else text
    return text if report.balanced else f"{text}; the clearing account is not what is awaited"
