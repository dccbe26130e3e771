"""Approve a decision: a second person lets happen what a first one proposed, through the same checks as the first."""

from __future__ import annotations

import attrs

from hub.domain.decision import Decision, DecisionKind, Signed, is_same_person
from hub.domain.text import Text
from hub.flows.ground.ports import Hub
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.record_outcome import OutcomeEvidence, conclude_operation, record_not_paid, record_paid
from hub.flows.payments.release_payment import release_payment

from .decide_refund import decide_refund
from .resolve_review import resolve_review


async def find_waiting(hub: Hub, beginning: str) -> tuple[Decision, ...]:
    """What waits for a second person and whose id, or whose review's or payment's id, begins so."""
    text = beginning.strip().casefold()
    waiting = await hub.store.read(lambda tx: tx.decisions.waiting())
    return tuple(
        item for item in waiting if text and any(name.casefold().startswith(text) for name in (item.id, item.subject))
    )


async def approve_decision(hub: Hub, decision_id: str, *, signed: Signed) -> Decision:
    """Let a proposal happen; its reason and evidence stand, with both names and the second person's own reason.

    Raises:
        LookupError: Nothing of this id waits.
        NotAllowed: The first person may not approve, or what was proposed may not be done any more.
    """
    waiting = await hub.store.read(lambda tx: tx.decisions.waiting())
    proposed = next((item for item in waiting if item.id == decision_id), None)
    if proposed is None:
        raise LookupError(f"nothing of id {decision_id} waits for a second person: payment-hub review waiting")
    if is_same_person(proposed.by, signed.by):
        raise NotAllowed("second_person", Text("decision.second_person", by=proposed.by))
    made = await _decide_again(hub, proposed, attrs.evolve(signed, evidence=proposed.evidence))
    if made.id != proposed.id:
        raise NotAllowed("changed", Text("decision.changed"))
    return made


async def _decide_again(hub: Hub, proposed: Decision, signed: Signed) -> Decision:
    subject, payment = proposed.subject, proposed.payment_id or ""
    match proposed.kind:
        case DecisionKind.RESOLVE:
            return await resolve_review(hub, subject, signed=signed)
        case DecisionKind.RELEASE:
            made, _ = await release_payment(hub, payment, signed=signed)
            return made
        case DecisionKind.REFUND:
            decided = await decide_refund(hub, payment, amount=proposed.amount, signed=signed)
            return decided.decision
        case DecisionKind.CONCLUDE:
            done = proposed.content.get("outcome") == "done"
            made, _ = await conclude_operation(hub, payment, done=done, signed=signed)
            return made
        case DecisionKind.RECORD if proposed.content.get("outcome") == "paid" and proposed.amount:
            content = proposed.content
            shown = OutcomeEvidence(
                amount=proposed.amount,
                movement=content.get("movement", ""),
                provider_reference=content.get("provider_reference", ""),
                authorisation=content.get("authorisation", ""),
            )
            made, _ = await record_paid(hub, payment, shown, signed=signed)
            return made
    made, _ = await record_not_paid(hub, payment, signed=signed)
    return made
