"""Open a dispute, or record how far it is: the merchant is told at once, and a person is asked."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.domain.dispute import Dispute, DisputeStage, dispute_id, further, next_reminder
from hub.domain.ids import derived_id
from hub.domain.message import DeliveryKind, owed_mail, review_of
from hub.domain.payment import Payment
from hub.flows.ground.open_review import open_review
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import warn
from hub_hookspecs import Money

CAUSE = "dispute"
"""The cause of the review that waits while a dispute is open."""


def open_dispute(
    tx: Tx,
    hub: Hub,
    payment: Payment,
    *,
    case: str,
    amount: Money,
    stage: DisputeStage,
    now: datetime,
    reason: str = "",
    respond_by: datetime | None = None,
) -> Dispute:
    """Open a dispute of a payment, or bring an open one up to what is known of it; again, nothing changes.

    It never goes back to an earlier stage, and what is not stated stays as it was. One that ended is left as it is,
    unless it was only an inquiry and the bank takes the money now: that is another dispute.

    Args:
        case: As the provider or the bank names it; the name of the return that is booked, where one is.
        respond_by: Until when the merchant may answer, where that is known.
    """
    known = dispute_of(tx, payment, case, stage)
    if known is None:
        known = Dispute(
            id=dispute_id(payment.id, case, stage),
            merchant_id=payment.merchant_id,
            mode=payment.mode,
            payment_id=payment.id,
            case=case,
            amount=amount,
            stage=stage,
            reason=reason,
            respond_by=respond_by,
            remind_at=next_reminder(respond_by, now),
            opened_at=now,
        )
        tx.disputes.add(known)
        warn(tx, "dispute_opened", dispute=known.id, payment=payment.id, stage=stage.value)
        _tell(tx, hub, payment, known, now)
        return known
    if not known.is_open:
        return known
    return _brought_up(tx, hub, payment, known, amount, further(known.stage, stage), reason, respond_by, now)


def dispute_of(tx: Tx, payment: Payment, case: str, stage: DisputeStage) -> Dispute | None:
    """The dispute of a payment that news of a case and stage is about."""
    found = [item for item in tx.disputes.of_payments([payment.id]) if item.is_called(case) and item.covers(stage)]
    return next((item for item in found if item.is_open), found[-1] if found else None)


def _brought_up(
    tx: Tx,
    hub: Hub,
    payment: Payment,
    known: Dispute,
    amount: Money,
    stage: DisputeStage,
    reason: str,
    respond_by: datetime | None,
    now: datetime,
) -> Dispute:
    """The open dispute with what is known now; that a bank took the money is told, as an opening is."""
    after = attrs.evolve(
        known,
        amount=amount,
        stage=stage,
        reason=reason or known.reason,
        respond_by=respond_by or known.respond_by,
    )
    if after == known:
        return known
    if after.respond_by != known.respond_by:
        after = attrs.evolve(after, remind_at=next_reminder(after.respond_by, now))
    tx.disputes.save(after)
    if stage is not known.stage:
        _tell(tx, hub, payment, after, now)
    return after


def _tell(tx: Tx, hub: Hub, payment: Payment, dispute: Dispute, now: datetime) -> None:
    """Ask a person, and owe the merchant a mail, once a stage."""
    details = f"payment {payment.reference}, case {dispute.case}"[:600]
    review = review_of(CAUSE, dispute, details, now, payment_id=payment.id, subject=dispute.case)
    open_review(tx, review)
    owe_dispute_mail(tx, hub, payment, dispute, dispute.stage.value, now)


def owe_dispute_mail(tx: Tx, hub: Hub, payment: Payment, dispute: Dispute, occasion: str, now: datetime) -> None:
    """Owe everybody whom the merchant wants told one mail about a dispute, once an occasion."""
    merchant = tx.merchants.get(payment.merchant_id)
    kind, details = DeliveryKind.DISPUTE, {"dispute": dispute.id, "occasion": occasion}
    for address in merchant.notify if merchant else ():
        mail_id = derived_id("delivery", kind, dispute.id, payment.return_token, address, occasion)
        tx.deliveries.add(owed_mail(mail_id, kind, address, payment, now, details=details))
    tx.after_commit(hub.wake)
