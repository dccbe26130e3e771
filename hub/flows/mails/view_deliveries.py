"""View the delivery log: which mails a merchant's customers and people were owed, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import attrs

from hub.domain.merchant import Customer, Merchant
from hub.domain.message import Delivery, DeliveryKind, DeliveryState
from hub.domain.payment import Status
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, Tx

LISTED = 200
LAST = 20
"""Mails that a customer's page shows."""
TOLD_OF = 10
"""So many mails of each payment, and so many of all, are shown of an invoice."""
PAGE = 50
"""Rows of a page of the log."""


@attrs.frozen(kw_only=True)
class DeliveryRow:
    """One mail in the log.

    Attributes:
        customer: Whom a statement was for.
        opened: Somebody opened the statement since, who is no program that says so, and not the company itself.
        paid: The customer paid since.
    """

    delivery: Delivery
    customer: Customer | None = None
    opened: bool = False
    paid: bool = False


async def list_deliveries(
    hub: Hub, merchant: Merchant, *, state: str = "", kind: str = "", after: str = "", limit: int = PAGE
) -> tuple[tuple[DeliveryRow, ...], str]:
    """A page of the merchant's mails, the newest first, and behind which of them the next page begins."""

    def read(tx: Tx) -> tuple[tuple[DeliveryRow, ...], str]:
        found = tx.deliveries.newest(merchant.id, merchant.mode, state=state, kind=kind, after=after, limit=limit + 1)
        return rows_of(tx, found[:limit]), found[limit - 1].id if len(found) > limit else ""

    return await hub.store.read(read)


async def view_delivery(hub: Hub, merchant: Merchant, delivery_id: str) -> Delivery:
    """One mail of this merchant.

    Raises:
        LookupError: There is none.
    """
    return await hub.store.read(lambda tx: own_record(tx.deliveries.get(delivery_id), merchant, delivery_id))


async def list_round_deliveries(hub: Hub, merchant: Merchant, round_id: str) -> tuple[DeliveryRow, ...]:
    """The mails of a round, those that failed first."""

    def read(tx: Tx) -> tuple[DeliveryRow, ...]:
        found = tx.deliveries.of_round(round_id, limit=LISTED)
        return rows_of(tx, [item for item in found if item.merchant_id == merchant.id])

    return await hub.store.read(read)


async def list_customer_mails(hub: Hub, merchant: Merchant, customer_id: str) -> tuple[DeliveryRow, ...]:
    """The last mails about one customer, the newest first."""

    def read(tx: Tx) -> tuple[DeliveryRow, ...]:
        found = tx.deliveries.of(merchant_id=merchant.id, subject_id=customer_id)
        return rows_of(tx, [item for item in found if item.mode is merchant.mode][:LAST])

    return await hub.store.read(read)


async def list_bill_mails(
    hub: Hub, merchant: Merchant, customer_id: str, payments: Sequence[str], since: datetime
) -> tuple[DeliveryRow, ...]:
    """Who was told of an invoice and when, newest first: its customer since it is here, and of its payments."""

    def read(tx: Tx) -> tuple[DeliveryRow, ...]:
        about = [customer_id, *payments[:TOLD_OF]]
        found = [item for one in about for item in tx.deliveries.of(subject_id=one, limit=TOLD_OF)]
        own = [item for item in found if item.merchant_id == merchant.id and item.mode is merchant.mode]
        told = sorted(
            (item for item in own if item.created_at >= since), key=lambda item: item.created_at, reverse=True
        )
        return rows_of(tx, told[:TOLD_OF])

    return await hub.store.read(read)


def rows_of(tx: Tx, deliveries: Iterable[Delivery]) -> tuple[DeliveryRow, ...]:
    """Mails with what became of the statements among them."""
    return tuple(_row(tx, delivery) for delivery in deliveries)


def _row(tx: Tx, delivery: Delivery) -> DeliveryRow:
    if delivery.kind != DeliveryKind.STATEMENT:
        return DeliveryRow(delivery=delivery)
    link = tx.links.get(delivery.details.get("link", ""))
    since = delivery.sent_at or delivery.created_at
    sent = delivery.state is DeliveryState.SENT
    return DeliveryRow(
        delivery=delivery,
        customer=tx.customers.get(delivery.subject_id),
        opened=bool(sent and link and link.opened_at and link.opened_at >= since),
        paid=sent
        and any(
            payment.status is Status.PAID and payment.created_at >= since
            for payment in tx.payments.of_customer(delivery.subject_id, delivery.mode)
        ),
    )
