"""Check an operation whose check is due: what became of it is asked where it can be, and it is never sent again."""

from __future__ import annotations

import attrs

from hub.domain.message import review_of
from hub.domain.operation import Operation, OperationKind
from hub.domain.payment import Phase
from hub.flows.ground.open_review import open_review
from hub.flows.ground.ports import Hub, Tx

from .check_payment import check_payment
from .operation_news import ENDED_BY_NEWS, REVIEW_UNKNOWN_AFTER, UNKNOWN, next_check_of
from .record_observations import record_observations


async def check_operation(hub: Hub, operation_id: str) -> None:
    """Look at an operation that is due; safe to run twice.

    What was never sent before its lease ended is unknown; after an hour a review stands for it. What became of a refund
    is asked by a query of its payment, where there is one.
    """
    now = hub.clock()

    def look(tx: Tx) -> Operation | None:
        operation = tx.operations.get(operation_id)
        if operation is None or not operation.is_live:
            return None
        if operation.phase is Phase.SENDING and operation.lease_until and now < operation.lease_until:
            return None
        if operation.phase is Phase.SENDING:
            operation = attrs.evolve(operation, phase=Phase.SENT, ended_at=operation.lease_until)
        ended = operation.ended_at or now
        if now >= ended + REVIEW_UNKNOWN_AFTER:
            details = f"{operation.kind} {operation.reference} of {operation.amount} got no clear answer"
            review = review_of(UNKNOWN, operation, details, now, payment_id=operation.payment_id)
            open_review(tx, review)
        looked = attrs.evolve(operation, checks=operation.checks + 1, next_check_at=next_check_of(operation, now))
        tx.operations.save(looked)
        payment = tx.payments.get(operation.payment_id)
        if payment and operation.kind in ENDED_BY_NEWS:
            record_observations(tx, hub, payment, (), now=now)
        return looked

    looked = await hub.store.write(look)
    if looked and looked.kind is OperationKind.REFUND:
        await check_payment(hub, looked.payment_id)
