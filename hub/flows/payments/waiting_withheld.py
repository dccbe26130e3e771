"""What waits for the merchant's word of what payers withhold: of a payment, and of a statement."""

from __future__ import annotations

from collections.abc import Collection

import attrs

from hub.domain.payment import Payment
from hub.flows.books.withheld_waits import WITHHOLDING_WAITS, WithheldAnswer, answer_to, waiting_minor
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Money


@attrs.frozen(kw_only=True)
class WaitingWithheld:
    """What a payer declared of an invoice above the cap.

    Attributes:
        answer: What the merchant said; None while it waits.
    """

    number: str
    amount: Money
    answer: WithheldAnswer | None = None


async def waiting_of(hub: Hub, payment: Payment) -> tuple[WaitingWithheld, ...]:
    """Of a payment, with what the merchant said; most have none, and nothing is read for them."""
    lines = [line for line in payment.lines if waiting_minor(line)]
    if not lines:
        return ()
    currency = payment.amount.currency

    def read(tx: Tx) -> tuple[WaitingWithheld, ...]:
        return tuple(
            WaitingWithheld(
                number=line.number,
                amount=Money(waiting_minor(line), currency),
                answer=answer_to(tx, payment, line.payable_id),
            )
            for line in lines
        )

    return await hub.store.read(read)


def waiting_in(tx: Tx, merchant_id: str, payable_ids: Collection[str]) -> tuple[WaitingWithheld, ...]:
    """Of invoices that are owed, where a payment's money came and its withholding waits."""
    found = []
    for review in tx.reviews.about(merchant_id, [WITHHOLDING_WAITS], *payable_ids):
        payment = tx.payments.get(review.payment_id) if review.payment_id else None
        for line in payment.lines if payment else ():
            if payment and line.payable_id == review.subject:
                amount = Money(waiting_minor(line), payment.amount.currency)
                found.append(WaitingWithheld(number=line.number, amount=amount))
    return tuple(found)
