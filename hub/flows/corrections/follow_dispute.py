"""Follow a dispute that is due: end it as its provider says, else remind its merchant; safe to run twice."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.domain.dispute import Dispute, DisputeOutcome, next_reminder
from hub.domain.identity import Invalid
from hub.domain.payment import Payment
from hub.domain.told_disputes import ToldDispute, told_disputes
from hub.flows.ground.ports import Conflict, Hub, Tx
from hub.flows.ground.read_held import observed_of
from hub.flows.payments.hear_disputes import known_as
from hub.flows.payments.remind_dispute import remind_dispute

from .end_dispute import end_as_told, taken_of


async def follow_dispute(hub: Hub, dispute_id: str) -> None:
    """What is due of one dispute.

    Where the books do not allow the end that its provider tells of, nobody told of money that it took, or less was won
    than was taken, it stays open and its review with it: a person ends it.
    """
    now = hub.clock()

    def end(tx: Tx) -> bool:
        dispute = tx.disputes.get(dispute_id)
        payment = tx.payments.get(dispute.payment_id) if dispute else None
        told = _told_of(tx, payment, dispute) if payment and dispute else None
        if payment is None or dispute is None or told is None or told.ends is None:
            return False
        if _is_clear(tx, payment, dispute, told):
            end_as_told(tx, hub, payment, dispute, told.ends, now)
        else:
            tx.disputes.save(attrs.evolve(dispute, remind_at=None))
        return True

    try:
        ended = await hub.store.write(end)
    except (Conflict, Invalid):
        await hub.store.write(lambda tx: _leave(tx, dispute_id, now))
        return
    if not ended:
        await remind_dispute(hub, dispute_id)


def _is_clear(tx: Tx, payment: Payment, dispute: Dispute, told: ToldDispute) -> bool:
    """Whether it is certain what the end comes to: all that was taken is here again, or none of it."""
    if told.ends is not DisputeOutcome.WON:
        return dispute.stage.has_taken
    taken = taken_of(tx, payment, dispute)
    if taken is None or told.won is None:
        return True
    return told.won.currency == taken.currency and told.won.minor >= taken.minor


def _told_of(tx: Tx, payment: Payment, dispute: Dispute) -> ToldDispute | None:
    """What its provider told of it, while it is open."""
    if not dispute.is_open:
        return None
    seen = observed_of(tx, payment)
    told = told_disputes(seen).values()
    return next((item for item in told if known_as(tx, payment, item, seen) == dispute), None)


def _leave(tx: Tx, dispute_id: str, now: datetime) -> None:
    dispute = tx.disputes.get(dispute_id)
    if dispute and dispute.is_open:
        tx.disputes.save(attrs.evolve(dispute, remind_at=next_reminder(dispute.respond_by, now)))
