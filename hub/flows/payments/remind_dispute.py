"""Remind the merchant of a dispute whose last day is near: three days before and one day before, once each."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.domain.dispute import REMINDED, REMINDERS, Dispute, next_reminder
from hub.flows.ground.ports import Hub, Tx

from .open_dispute import owe_dispute_mail


async def remind_dispute(hub: Hub, dispute_id: str) -> None:
    """Owe the reminder that is due, if the dispute is still open; safe to run twice."""
    now = hub.clock()

    def remind(tx: Tx) -> None:
        dispute = tx.disputes.get(dispute_id)
        if dispute is None or not dispute.is_open:
            return
        payment, occasion = tx.payments.get(dispute.payment_id), _occasion(dispute, now)
        if payment and occasion:
            owe_dispute_mail(tx, hub, payment, dispute, occasion, now)
        tx.disputes.save(attrs.evolve(dispute, remind_at=next_reminder(dispute.respond_by, now)))

    await hub.store.write(remind)


def _occasion(dispute: Dispute, now: datetime) -> str:
    """Which reminder it is, of which last day: the last one whose time has come; empty while none has."""
    until = dispute.respond_by
    come = [before for before in REMINDERS if until is not None and until - before <= now]
    return f"{REMINDED} {come[-1].days} {until.isoformat()}" if come and until else ""
