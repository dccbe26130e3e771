"""Record by hand what became of a payment or an operation, with proof attached: an operator's observation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import attrs

from hub.domain.decision import Decision, DecisionKind, Evidence, Signed, proposal
from hub.domain.observation import ObservedBy
from hub.domain.operation import DONE_BY, Operation, OperationKind
from hub.domain.payment import Payment, Phase, Status
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Kind, Money, Observation

from .decide import NotAllowed, decide
from .observe_operation import conclude_by_hand
from .record_observations import Claim, record_observations


@attrs.frozen(kw_only=True)
class OutcomeEvidence:
    """What an operator read at the provider about a capture.

    Attributes:
        movement: The provider's id of the movement, where its plugin uses that and it was read; empty where it was not.
    """

    amount: Money
    provider_reference: str = ""
    authorisation: str = ""
    movement: str = ""
    occurred_at: datetime | None = None


ALREADY = {
    Status.PAID: Text("payment.already_approved"),
    Status.CLOSED: Text("payment.already_closed"),
}
"""What a payment is that is not live any more."""


async def record_paid(hub: Hub, payment_id: str, proof: OutcomeEvidence, *, signed: Signed) -> tuple[Decision, Payment]:
    """An operator has proof that a payment was captured.

    Raises:
        NotAllowed: No evidence, paid already, its sender may still be at work, or a second person is wanted.
    """
    content = {
        "outcome": "paid",
        "movement": proof.movement,
        "provider_reference": proof.provider_reference,
        "authorisation": proof.authorisation,
    }

    def observed(tx: Tx, payment: Payment) -> Observation:
        if payment.status is Status.PAID:
            raise NotAllowed("already_paid", Text("payment.already_approved"))
        if proof.amount.minor <= 0:
            raise NotAllowed("amount", Text("outcome.amount_missing"))
        known = (item.observation.movement for item in tx.payments.seen(payment.id) if item.observation.movement)
        return Observation(
            kind=Kind.PAID,
            reference=payment.reference,
            movement=proof.movement or next(known, None),
            amount=proof.amount,
            vouched=frozenset({"amount", "movement"}),
            provider_reference=proof.provider_reference or None,
            authorisation=proof.authorisation or None,
            occurred_at=proof.occurred_at,
        )

    return await _record(hub, payment_id, content, proof.amount, observed, signed)


async def record_not_paid(hub: Hub, payment_id: str, *, signed: Signed) -> tuple[Decision, Payment]:
    """An operator has proof that the provider took nothing: closed, but unproven, so that late money is still found.

    Raises:
        NotAllowed: No evidence, not live any more, its sender may still be at work, or a second person is wanted.
    """

    def observed(_tx: Tx, payment: Payment) -> Observation:
        if not payment.is_live:
            raise NotAllowed("not_live", ALREADY[payment.status])
        return Observation(kind=Kind.NEVER_EXISTED, reference=payment.reference)

    return await _record(hub, payment_id, {"outcome": "not_paid"}, None, observed, signed)


async def _record(
    hub: Hub,
    payment_id: str,
    content: dict[str, str],
    amount: Money | None,
    observed: Callable[[Tx, Payment], Observation],
    signed: Signed,
) -> tuple[Decision, Payment]:
    now, decision_id = hub.clock(), hub.fresh_id()

    def record(tx: Tx) -> tuple[Decision, Payment]:
        payment = shown_payment(tx, payment_id, signed.evidence)
        sent = sent_for_good(payment, now)
        observation = observed(tx, sent)
        wanted = proposal(
            decision_id,
            DecisionKind.RECORD,
            payment,
            signed,
            now,
            payment_id=payment.id,
            amount=payment.amount if amount is None else amount,
            content={name: text for name, text in content.items() if text},
        )
        made = decide(tx, hub, wanted, now=now)
        if not made.is_done:
            return made, payment
        claim = Claim(
            observation=observation,
            source=ObservedBy.OPERATOR,
            note=note_of(made),
            digest=made.evidence.digest,
            occasion=made.id,
        )
        return made, record_observations(tx, hub, sent, [claim], now=now).payment

    return await hub.store.write(record)


def shown_payment(tx: Tx, payment_id: str, evidence: Evidence) -> Payment:
    """The payment about which something is shown; nothing is concluded by hand without a proof."""
    payment = tx.payments.get(payment_id)
    if payment is None:
        raise LookupError(f"no payment {payment_id}")
    if not evidence:
        raise NotAllowed("evidence", Text("outcome.evidence_missing"))
    return payment


def sent_for_good(payment: Payment, now: datetime) -> Payment:
    """The payment once nobody can be sending it any more; until then a person concludes nothing either.

    Raises:
        NotAllowed: Its sender may still be at work.
    """
    if payment.phase is Phase.CREATED and payment.is_live:
        raise NotAllowed("in_flight", Text("payment.in_preparation"))
    if payment.phase is not Phase.SENDING:
        return payment
    if payment.lease_until is None or now < payment.lease_until:
        raise NotAllowed("in_flight", Text("payment.in_flight"))
    return attrs.evolve(payment, phase=Phase.SENT, ended_at=payment.lease_until)


def note_of(decision: Decision) -> str:
    """Who and why, for the observation."""
    return f"{decision.people}: {decision.reasons}" + (f" [{decision.evidence}]" if decision.evidence else "")


async def conclude_operation(hub: Hub, payment_id: str, *, done: bool, signed: Signed) -> tuple[Decision, Operation]:
    """An operator knows whether a refund, undo or cancel that got no clear answer was executed.

    Raises:
        NotAllowed: No evidence, nothing is open, its sender may still be at work, or a second person is wanted.
    """
    now, decision_id = hub.clock(), hub.fresh_id()

    def conclude(tx: Tx) -> tuple[Decision, Operation]:
        payment = shown_payment(tx, payment_id, signed.evidence)
        operation = next((item for item in tx.operations.of_payment(payment.id) if item.is_live), None)
        if operation is None:
            raise NotAllowed("nothing_open", Text("outcome.nothing_open"))
        if operation.phase is not Phase.SENT and operation.lease_until and now < operation.lease_until:
            raise NotAllowed("in_flight", Text("payment.in_flight"))
        wanted = proposal(
            decision_id,
            DecisionKind.CONCLUDE,
            payment,
            signed,
            now,
            payment_id=payment.id,
            amount=operation.amount,
            content={"operation": operation.reference, "outcome": "done" if done else "not_done"},
        )
        made = decide(tx, hub, wanted, now=now)
        if not made.is_done:
            return made, operation
        return made, conclude_by_hand(tx, hub, operation, payment, _outcome_kind(operation, done), note_of(made), now)

    return await hub.store.write(conclude)


def _outcome_kind(operation: Operation, done: bool) -> Kind:
    """The claim that stands for the outcome."""
    if done:
        return DONE_BY[operation.kind]
    return Kind.NOT_FOUND if operation.kind is OperationKind.UNDO else Kind.DECLINED
