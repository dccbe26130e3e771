"""View settlements: what each connection still has to pay out, and the lines of its files."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import attrs

from hub.domain.account import ProviderAccount
from hub.domain.decision import Decision, DecisionKind
from hub.domain.ledger import Entry
from hub.domain.merchant import Merchant
from hub.domain.payment import Payment
from hub.domain.settlement import Awaited, LineState, StatedBefore, StoredLine
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.read_drawn import Subject, state_of
from hub_hookspecs import Money

from .record_payout import payouts_of

LISTED = 200


@attrs.frozen(kw_only=True)
class AccountSettlements:
    """One connection's payouts.

    Attributes:
        clearing: What it still has to pay out by the books.
        reserved: What it keeps back until it releases it.
        in_transit: What its report settled without saying what reached the bank.
        payouts: What was recorded to have reached the bank of it, newest first.
        awaited: The movements that is made of, oldest first, each with the day that it counts for.
        lines: The newest lines of its files.
        said_before: What restated lines said before, by their id.
        payments: Payments that the lines and the awaited movements are of.
        drawn, lines_drawn: What forms about the account carry, and those about each line by its id.
    """

    account: ProviderAccount
    name: str
    clearing: tuple[Money, ...]
    reserved: tuple[Money, ...]
    in_transit: tuple[Money, ...]
    payouts: tuple[Entry, ...]
    awaited: tuple[Awaited, ...]
    lines: tuple[StoredLine, ...]
    open_lines: int
    said_before: Mapping[str, tuple[StatedBefore, ...]]
    payments: Mapping[str, Payment]
    drawn: str
    lines_drawn: Mapping[str, str]


async def view_settlements(hub: Hub, merchant: Merchant) -> tuple[AccountSettlements, ...]:
    """Every connection of the merchant with its payouts, retired ones last."""

    def read(tx: Tx) -> tuple[AccountSettlements, ...]:
        accounts = sorted(tx.accounts.all_of(merchant.id, merchant.mode), key=lambda account: account.is_retired)
        return tuple(_of(tx, hub, merchant, account) for account in accounts)

    return await hub.store.read(read)


def _of(tx: Tx, hub: Hub, merchant: Merchant, account: ProviderAccount) -> AccountSettlements:
    provider = hub.providers.get(account.provider)
    lines = sorted(tx.settlements.of(account.id), key=lambda item: (item.imported_at, item.line.line_id), reverse=True)
    awaited = tx.settlements.awaited(account.id)
    zone = ZoneInfo(merchant.company.zone)
    shown = lines[:LISTED]
    ids = {item.payment_id for item in shown if item.payment_id} | {item.payment_id for item in awaited[:LISTED]}
    payments = (tx.payments.get(payment_id) for payment_id in sorted(ids))
    return AccountSettlements(
        account=account,
        name=provider.info.name if provider else account.provider,
        clearing=_amounts(tx.settlements.clearing(account.id)),
        reserved=_amounts(tx.settlements.reserved(account.id)),
        in_transit=_amounts(tx.settlements.in_transit(account.id)),
        payouts=payouts_of(tx, merchant, account)[::-1][:LISTED],
        awaited=tuple(attrs.evolve(item, value_on=item.counts_on(zone)) for item in awaited[:LISTED]),
        lines=tuple(shown),
        open_lines=sum(item.state is LineState.OPEN for item in lines),
        said_before={
            item.line.line_id: tx.settlements.said_before(account.id, item.line.line_id)
            for item in shown
            if item.restated
        },
        payments={payment.id: payment for payment in payments if payment},
        drawn=state_of(Subject.ACCOUNT, account.id, account.mode)(tx).mark,
        lines_drawn={
            item.line.line_id: state_of(Subject.LINE, f"{account.id}:{item.line.line_id}", account.mode)(tx).mark
            for item in shown
        },
    )


def _amounts(sums: Mapping[str, int]) -> tuple[Money, ...]:
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))


async def charges_waiting(hub: Hub, merchant: Merchant) -> tuple[Decision, ...]:
    """Lines that one person wants booked as charges, and that need a second one."""
    waiting = await hub.store.read(lambda tx: tx.decisions.waiting())
    own = (item for item in waiting if (item.merchant_id, item.mode) == (merchant.id, merchant.mode))
    return tuple(item for item in own if item.kind is DecisionKind.CHARGE)
