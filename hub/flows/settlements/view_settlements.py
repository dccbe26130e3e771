"""View settlements: what each connection still has to pay out, and the lines of its files."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import attrs

from hub.domain.account import ProviderAccount
from hub.domain.merchant import Merchant
from hub.domain.payment import Payment
from hub.domain.settlement import Awaited, LineState, StoredLine
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Money

LISTED = 200


@attrs.frozen(kw_only=True)
class AccountSettlements:
    """One connection's payouts.

    Attributes:
        clearing: What it still has to pay out by the books.
        awaited: The movements that is made of, oldest first, each with the day that it counts for.
        lines: The newest lines of its files.
        payments: Payments that the lines and the awaited movements are of.
    """

    account: ProviderAccount
    name: str
    clearing: tuple[Money, ...]
    awaited: tuple[Awaited, ...]
    lines: tuple[StoredLine, ...]
    open_lines: int
    payments: Mapping[str, Payment]


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
        clearing=tuple(
            Money(minor, currency) for currency, minor in sorted(tx.settlements.clearing(account.id).items())
        ),
        awaited=tuple(attrs.evolve(item, value_on=item.counts_on(zone)) for item in awaited[:LISTED]),
        lines=tuple(shown),
        open_lines=sum(item.state is LineState.OPEN for item in lines),
        payments={payment.id: payment for payment in payments if payment},
    )
