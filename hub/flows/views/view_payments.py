"""View the payments of a merchant: the list, and the page of one."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.domain.dispute import Dispute
from hub.domain.merchant import Merchant
from hub.domain.message import Delivery, Review
from hub.domain.payment import Status
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.payment_view import PaymentView
from hub.flows.payments.view_payment import view_of

from .payment_rows import PAGE, PaymentRow, payment_rows

UNRECORDED = "unrecorded"


@attrs.frozen(kw_only=True)
class Wanted:
    """Which payments a list shows.

    Attributes:
        text: Our or their reference, invoice, mail, phone or name.
        status: One of theirs, or ``unrecorded`` for paid ones without a cash receipt.
        amount: Exact amounts in minor units, one for each reading of what was typed.
    """

    text: str = ""
    status: str = ""
    provider: str = ""
    amount: tuple[int, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@attrs.frozen(kw_only=True)
class ListedPayments:
    """A page of the list.

    Attributes:
        after: Id of the payment behind which the next page begins; empty where there is none.
    """

    rows: tuple[PaymentRow, ...]
    after: str = ""


async def list_payments(
    hub: Hub, merchant: Merchant, wanted: Wanted, *, after: str = "", limit: int = PAGE
) -> ListedPayments:
    """Payments, newest first; of those without a cash receipt, so many are looked through at once."""
    status = Status.PAID.value if wanted.status == UNRECORDED else wanted.status

    def read(tx: Tx) -> ListedPayments:
        found = tx.payments.search(
            merchant_id=merchant.id,
            mode=merchant.mode,
            text=wanted.text,
            since=wanted.since,
            until=wanted.until,
            status=status,
            provider=wanted.provider,
            amount=wanted.amount,
            after=after,
            limit=limit + 1,
        )
        rows = payment_rows(tx, found[:limit])
        return ListedPayments(
            rows=tuple(row for row in rows if wanted.status != UNRECORDED or row.is_unrecorded),
            after=found[limit - 1].id if len(found) > limit else "",
        )

    return await hub.store.read(read)


@attrs.frozen(kw_only=True)
class PaymentPage:
    """One payment with everything that is known of it."""

    view: PaymentView
    deliveries: tuple[Delivery, ...]
    reviews: tuple[Review, ...]
    disputes: tuple[Dispute, ...]


async def view_payment_page(hub: Hub, merchant: Merchant, payment_id: str) -> PaymentPage:
    """One payment of this merchant, in the mode that its pages work in.

    Raises:
        LookupError: No such payment of this merchant.
    """
    now = hub.clock()

    def read(tx: Tx) -> PaymentPage:
        payment = own_record(tx.payments.get(payment_id), merchant, payment_id)
        deliveries = tx.deliveries.of(merchant_id=merchant.id, subject_id=payment.id)
        return PaymentPage(
            view=view_of(tx, hub, payment, now),
            deliveries=tuple(sorted(deliveries, key=lambda delivery: delivery.created_at)),
            reviews=tx.reviews.of(merchant_id=merchant.id, payment_id=payment.id),
            disputes=tx.disputes.of_payments([payment.id]),
        )

    return await hub.store.read(read)
