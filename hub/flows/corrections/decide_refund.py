"""Decide a refund: checked, stored with who and why, and sent once everybody who must has approved it."""

from __future__ import annotations

import attrs

from hub.domain.decision import Decision, DecisionKind, Signed, proposal
from hub.domain.operation import Operation
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.allow_refund import offered_refund
from hub.flows.payments.decide import decide, is_same, would_be_done
from hub.flows.payments.run_operation import refund_payment
from hub_hookspecs import Money


@attrs.frozen
class Decided:
    """A refund that was sent, or that waits for a second person (then without operation)."""

    decision: Decision
    operation: Operation | None


async def decide_refund(
    hub: Hub,
    payment_id: str,
    *,
    amount: Money | None = None,
    signed: Signed,
) -> Decided:
    """Give a proven capture back.

    Raises:
        LookupError: No such payment.
        NotAllowed: Not paid, more than is left, the provider cannot, or a second person is wanted.
    """
    now, decision_id = hub.clock(), hub.fresh_id()

    def propose(tx: Tx) -> tuple[Decision, str | None]:
        payment = tx.payments.get(payment_id)
        if payment is None:
            raise LookupError(f"no payment {payment_id}")
        wanted = proposal(
            decision_id,
            DecisionKind.REFUND,
            payment,
            signed,
            now,
            payment_id=payment.id,
            amount=offered_refund(tx, hub, payment, amount),
        )
        if would_be_done(tx, hub, wanted):
            waiting = tx.decisions.waiting_for(wanted.kind, wanted.subject)
            return wanted, waiting.why if waiting and is_same(waiting, wanted) else signed.why
        return decide(tx, hub, wanted, now=now), None

    wanted, note = await hub.store.write(propose)
    if note is None:
        return Decided(wanted, None)
    operation = await refund_payment(hub, payment_id, amount=wanted.amount, by=wanted.by, note=note, decision=wanted)
    made = await hub.store.read(lambda tx: [item for item in tx.decisions.of(payment_id) if item.is_done])
    refunds = [item for item in made if item.kind is DecisionKind.REFUND]
    return Decided(refunds[-1] if refunds else wanted, operation)
