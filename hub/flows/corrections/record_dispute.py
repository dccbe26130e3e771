"""Record what a bank says of a payment: that it asks, how far the dispute is, why, and until when to answer."""

from __future__ import annotations

from datetime import datetime

from hub.domain.decision import DecisionKind, Signed, proposal
from hub.domain.dispute import Dispute, DisputeStage
from hub.domain.identity import FieldError, Invalid
from hub.domain.lengths import NAME, REASON, too_long
from hub.domain.payment import Payment, Status
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.read_held import vouched_for
from hub.flows.payments.decide import decide
from hub.flows.payments.open_dispute import dispute_of, open_dispute
from hub_hookspecs import Money


async def record_dispute(
    hub: Hub,
    payment_id: str,
    *,
    case: str,
    stage: DisputeStage,
    amount: Money | None = None,
    reason: str = "",
    respond_by: datetime | None = None,
    signed: Signed,
) -> Dispute:
    """Open an inquiry, or bring an open dispute up to what the bank says now; it books nothing.

    Args:
        case: As the provider or the bank names it.
        amount: What is disputed; else what is known of it, or all that came.

    Raises:
        LookupError: No such payment.
        Invalid: Not paid, no case, more than came, a last day that is over, an ended dispute, or money that a bank
            is said to have taken and that is not recorded as taken.
        NotAllowed: Nobody signed it.
    """
    now, decision_id = hub.clock(), hub.fresh_id()

    def record(tx: Tx) -> Dispute:
        payment = tx.payments.get(payment_id)
        if payment is None:
            raise LookupError(f"no payment {payment_id}")
        known = _known(tx, payment, case.strip(), stage)
        disputed = amount
        if disputed is None:
            disputed = known.amount if known else vouched_for(tx, payment)
        if problems := _problems(tx, payment, case.strip(), disputed, reason, respond_by, now):
            raise Invalid(problems)
        content = {"case": case.strip(), "stage": stage.value}
        wanted = proposal(
            decision_id,
            DecisionKind.RECORD,
            payment,
            signed,
            now,
            payment_id=payment.id,
            amount=None,
            content=content,
        )
        decide(tx, hub, wanted, now=now)
        return open_dispute(
            tx,
            hub,
            payment,
            case=case.strip(),
            amount=disputed,
            stage=stage,
            now=now,
            reason=reason.strip(),
            respond_by=respond_by,
        )

    return await hub.store.write(record)


def _known(tx: Tx, payment: Payment, case: str, stage: DisputeStage) -> Dispute | None:
    """The open dispute of this case, if there is one.

    Raises:
        Invalid: It ended, or no money is recorded that the bank took.
    """
    known = dispute_of(tx, payment, case, stage)
    if known and not known.is_open:
        raise Invalid((FieldError("case", Text("dispute.over", case=case)),))
    if stage.has_taken and not (known and known.stage.has_taken):
        raise Invalid((FieldError("stage", Text("dispute.not_taken")),))
    return known


def _problems(
    tx: Tx, payment: Payment, case: str, amount: Money, reason: str, respond_by: datetime | None, now: datetime
) -> tuple[FieldError, ...]:
    problems = [*too_long("case", case, NAME), *too_long("reason", reason.strip(), REASON)]
    came = vouched_for(tx, payment)
    if payment.status is not Status.PAID:
        problems.append(FieldError("case", Text("refund.not_paid")))
    elif amount.currency != came.currency or not 0 < amount.minor <= came.minor:
        problems.append(FieldError("amount", Text("dispute.at_most", amount=came)))
    if not case:
        problems.append(FieldError("case", Text("dispute.case_missing")))
    if respond_by and respond_by <= now:
        problems.append(FieldError("respond_by", Text("dispute.day_is_over")))
    return tuple(problems)
