"""View the start page of a merchant: what waits for somebody, and what is owed in all."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import attrs

from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.dispute import Dispute
from hub.domain.merchant import Merchant
from hub.domain.message import Delivery, DeliveryState, Review
from hub.domain.payment import Status
from hub.domain.sums import sums_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.operations.view_received import received_from
from hub_hookspecs import Money

from .payment_rows import LISTED, PaymentRow, payment_rows

IN_NEED = frozenset(
    {
        AccountStatus.NEEDS_CONFIRMATION,
        AccountStatus.FAILED,
        AccountStatus.NEEDS_REVALIDATION,
        AccountStatus.SUSPENDED,
    }
)
"""Accounts that wait for the merchant."""


@attrs.frozen(kw_only=True)
class Start:
    """What needs the merchant's attention.

    Attributes:
        connected: At least one account is active.
        silent: Active accounts from which nothing was ever received.
        unproven: Active accounts of which messages come, and none ever had a proof.
        disputes: Open ones; the nearest last day first.
        dead: Mails that nobody will get.
        customers, late: How many owe, and how many of them something overdue.
    """

    accounts: tuple[ProviderAccount, ...]
    connected: bool
    silent: tuple[ProviderAccount, ...]
    unproven: tuple[ProviderAccount, ...]
    unrecorded: tuple[PaymentRow, ...]
    unrecorded_in_all: tuple[Money, ...]
    live: tuple[PaymentRow, ...]
    paid: tuple[PaymentRow, ...]
    disputes: tuple[Dispute, ...]
    disputed_in_all: tuple[Money, ...]
    reviews: tuple[Review, ...]
    dead: tuple[Delivery, ...]
    owed: tuple[Money, ...]
    customers: int
    late: int
    invoices: int


async def view_start(hub: Hub, merchant: Merchant) -> Start:
    """The start page: what waits, and what is owed in all."""
    today = hub.clock().astimezone(ZoneInfo(merchant.company.zone)).date()

    def read(tx: Tx) -> Start:
        accounts = tx.accounts.current_of(merchant.id, merchant.mode)
        active = [account for account in accounts if account.status is AccountStatus.ACTIVE]
        rows = payment_rows(tx, tx.payments.search(merchant_id=merchant.id, mode=merchant.mode, limit=LISTED))
        owed = tx.debts.in_all(merchant.id, merchant.mode, today)
        unrecorded = tuple(row for row in rows if row.is_unrecorded)
        disputes = tx.disputes.open_of(merchant.id, merchant.mode)
        hearings = [(account, received_from(tx, account)) for account in active]
        return Start(
            accounts=tuple(account for account in accounts if account.status in IN_NEED),
            connected=bool(active),
            silent=tuple(account for account, hearing in hearings if hearing.is_silent and _is_notified(hub, account)),
            unproven=tuple(account for account, hearing in hearings if hearing.proves_nothing),
            unrecorded=unrecorded,
            unrecorded_in_all=sums_of(row.amount for row in unrecorded),
            live=tuple(row for row in rows if row.payment.is_live),
            paid=tuple(row for row in rows if row.payment.status is Status.PAID)[:5],
            disputes=disputes,
            disputed_in_all=sums_of(dispute.amount for dispute in disputes),
            reviews=_open_reviews(tx, merchant),
            dead=tx.deliveries.newest(merchant.id, merchant.mode, state=DeliveryState.DEAD.value),
            owed=owed.owed,
            customers=owed.customers,
            late=owed.late,
            invoices=owed.bills,
        )

    return await hub.store.read(read)


def _is_notified(hub: Hub, account: ProviderAccount) -> bool:
    provider = hub.providers.get(account.provider)
    return bool(provider and provider.info.notification_setup)


def _open_reviews(tx: Tx, merchant: Merchant) -> tuple[Review, ...]:
    return tuple(
        review
        for review in tx.reviews.of(merchant_id=merchant.id)
        if review.resolved_at is None and review.mode is merchant.mode
    )
