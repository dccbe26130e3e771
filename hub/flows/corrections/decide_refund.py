"""Decide a refund or a capture: checked, stored with who and why, and sent once everybody who must has approved it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import attrs

from hub.domain.decision import Decision, DecisionKind, Signed, proposal
from hub.domain.operation import Operation
from hub.domain.payment import Payment
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.allow_capture import capturable
from hub.flows.payments.allow_refund import offered_refund
from hub.flows.payments.decide import decide, is_same, would_be_done
from hub.flows.payments.run_operation import capture_payment, refund_payment
from hub_hookspecs import Money


@attrs.frozen
class Decided:
    """A refund or capture that was sent, or that waits for a second person (then without operation)."""

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
    return await _decide(
        hub,
        payment_id,
        DecisionKind.REFUND,
        lambda tx, payment: offered_refund(tx, hub, payment, amount),
        refund_payment,
        signed,
    )


async def decide_capture(
    hub: Hub,
    payment_id: str,
    *,
    amount: Money | None = None,
    signed: Signed,
) -> Decided:
    """Take money that is held, or a part of it; the rest lapses.

    Raises:
        LookupError: No such payment.
        NotAllowed: Nothing is held, more than is held or due, the provider cannot, or a second person is wanted.
    """
    return await _decide(
        hub,
        payment_id,
        DecisionKind.CAPTURE,
        lambda tx, payment: capturable(tx, hub, payment, amount),
        capture_payment,
        signed,
    )


class Send(Protocol):
    """Commits the sending with its decision, and sends."""

    async def __call__(
        self, hub: Hub, payment_id: str, *, amount: Money | None, by: str, note: str, decision: Decision | None
    ) -> Operation: ...


async def _decide(
    hub: Hub, payment_id: str, kind: DecisionKind, allowed: Callable[[Tx, Payment], Money], send: Send, signed: Signed
) -> Decided:
    now, decision_id = hub.clock(), hub.fresh_id()

    def propose(tx: Tx) -> tuple[Decision, str | None]:
        payment = tx.payments.get(payment_id)
        if payment is None:
            raise LookupError(payment_id)
        wanted = proposal(
            decision_id,
            kind,
            payment,
            signed,
            now,
            payment_id=payment.id,
            amount=allowed(tx, payment),
        )
        if would_be_done(tx, hub, wanted):
            waiting = tx.decisions.waiting_for(wanted.kind, wanted.subject)
            return wanted, waiting.why if waiting and is_same(waiting, wanted) else signed.why
        return decide(tx, hub, wanted, now=now), None

    wanted, note = await hub.store.write(propose)
    if note is None:
        return Decided(wanted, None)
    operation = await send(hub, payment_id, amount=wanted.amount, by=wanted.by, note=note, decision=wanted)
    made = await hub.store.read(lambda tx: [item for item in tx.decisions.of(payment_id) if item.is_done])
    own = [item for item in made if item.kind is kind]
    return Decided(own[-1] if own else wanted, operation)
