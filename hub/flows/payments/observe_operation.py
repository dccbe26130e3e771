"""Observe an operation: its status follows from what is observed of it, and so does what that says of its payment."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.domain.message import review_of
from hub.domain.observation import ObservedBy
from hub.domain.operation import DONE_BY, Operation, OperationKind, OperationStatus, settled_at
from hub.domain.payment import Payment, Phase
from hub.flows.ground.open_review import open_review
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Kind, Observation, Way
from hub_hookspecs.payment import CLOSING_KINDS

from .operation_news import ENDED_BY_NEWS, derive, observe
from .record_observations import Claim, record_observations, rule_claim, way_of

BY_ITSELF = frozenset({OperationKind.UNDO, OperationKind.CAPTURE})
"""What the hub sends by itself; where the provider refuses, a person is asked."""

REPORTED_BY = {
    OperationKind.REFUND: frozenset({Kind.RETURNED, Kind.CHARGED_BACK, Kind.PAID}),
    OperationKind.UNDO: frozenset({Kind.RETURNED, Kind.CHARGED_BACK, Kind.PAID}),
    OperationKind.CANCEL: frozenset({*CLOSING_KINDS, Kind.PAID, Kind.RETURNED, Kind.CHARGED_BACK}),
    OperationKind.CAPTURE: frozenset({Kind.PAID, Kind.CANCELLED, Kind.EXPIRED, Kind.RETURNED, Kind.CHARGED_BACK}),
}
"""What an answer reports of the payment, beside what it teaches; anything else it reports of the operation alone."""


def conclude_by_hand(
    tx: Tx, hub: Hub, operation: Operation, payment: Payment, kind: Kind, note: str, now: datetime
) -> Operation:
    """An operator knows what became of an operation without a clear answer."""
    observe(tx, operation, kind, ObservedBy.OPERATOR, None, note, now)
    ended = operation.ended_at or operation.lease_until or now
    sent = attrs.evolve(operation, phase=Phase.SENT, ended_at=ended)
    return settle(tx, hub, sent, payment, (), now, source=ObservedBy.OPERATOR)


def settle(
    tx: Tx,
    hub: Hub,
    operation: Operation,
    payment: Payment,
    observations: tuple[Observation, ...],
    now: datetime,
    *,
    source: ObservedBy = ObservedBy.ANSWER,
) -> Operation:
    """Derive the operation's status and let what it reports of the payment through the door."""
    after = derive(tx, operation, now)
    refused = after.reason == Kind.DECLINED and source is not ObservedBy.OPERATOR
    if refused and after.kind in BY_ITSELF and after.decided_by == "rule":
        _request_review(tx, after, payment, now)
    claims = [
        attrs.evolve(claim, source=source) if claim.source is ObservedBy.ANSWER else claim
        for claim in _claims(payment, after, observations, way_of(hub, payment), now)
    ]
    if claims or after.kind in ENDED_BY_NEWS:  # which may be known; when the payment is looked at next follows too
        record_observations(tx, hub, payment, claims, now=now)
    return after


def _request_review(tx: Tx, operation: Operation, payment: Payment, now: datetime) -> None:
    """The provider would not undo or capture: waiting teaches nothing more, and the payables stay locked."""
    what = f"{operation.kind} {operation.reference} was refused"
    details = f"payment {payment.reference} is {payment.status}, and {what}"
    open_review(tx, review_of("unresolved", payment, details, now, payment_id=payment.id))


def _claims(
    payment: Payment, operation: Operation, observations: tuple[Observation, ...], way: Way | None, now: datetime
) -> list[Claim]:
    """What an operation's answer says about the payment itself: in the plugin's words, ours where it has none."""
    done, kinds = operation.status is OperationStatus.DONE, {item.kind for item in observations}
    told = REPORTED_BY[operation.kind]
    reported = [item for item in observations if item.kind in told or (item.kind is Kind.ACCEPTED and item.learned)]
    if done and DONE_BY[operation.kind] not in kinds:
        reported.append(Observation(kind=DONE_BY[operation.kind]))
    claims = []
    if operation.kind is OperationKind.UNDO and done and Kind.PAID not in kinds:
        paid = Observation(kind=Kind.PAID)
        claims.append(Claim(observation=paid, source=ObservedBy.ANSWER, note="proved by its undo"))
    claims += [_answer(operation, item) for item in reported]
    nothing = operation.kind is OperationKind.UNDO and operation.reason == "nothing_to_return"
    if nothing and way and now >= settled_at(payment, way):
        claims.append(rule_claim(Kind.NEVER_EXISTED, "undo_found_nothing", f"operation {operation.reference}"))
    return claims


def _answer(operation: Operation, reported: Observation) -> Claim:
    """What was reported, with our own reference and amount where the provider names none of a return."""
    claim = Claim(observation=reported, source=ObservedBy.ANSWER, note=operation.kind.value)
    if reported.kind is not Kind.RETURNED:
        return claim
    named = bool(reported.event_id)
    returned = attrs.evolve(
        reported,
        reference=None,  # the hub knows which payment it asked about
        amount=operation.amount if reported.amount is None else reported.amount,
        event_id=reported.event_id or operation.reference,
        vouched=reported.vouched if named else reported.vouched | {"event_id"},
    )
    return attrs.evolve(claim, observation=returned, operation=operation.reference, occasion=operation.reference)
