"""Decide, as a person: who, why and on what evidence is stored for ever; above an amount two people must decide it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import attrs

from hub.domain.acts import Act
from hub.domain.decision import Decision, DecisionKind, is_same_person
from hub.domain.identity import Invalid
from hub.domain.lengths import LETTER, REASON, too_long
from hub.domain.mail_address import MAX_ADDRESS_LENGTH
from hub.domain.operation import OperationKind, OperationStatus
from hub.domain.payment import Payment
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.proposals import why_lapsed, withdraw
from hub.flows.ground.refuse_while import refuse_while
from hub.flows.ground.tell import tell


class NotAllowed(Exception):
    """What was asked may not be done; ``code`` says why. Nothing was sent and nothing changed."""

    def __init__(self, code: str, message: Text) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def refuse_under_way(tx: Tx, act: Act, payment: Payment, now: datetime) -> None:
    """Refuse what the table of acts refuses while something of this payment is under way.

    Raises:
        NotAllowed: With the table's reason.
    """
    try:
        refuse_while(tx, act, now, payments=[payment])
    except Invalid as refusal:
        raise NotAllowed("under_way", refusal.problems[0].message) from refusal


ADDED_UP: Final = timedelta(hours=24)
"""Within this time a person's refunds count as one; a day, wherever it begins."""

GIVES_MONEY: Final = frozenset(
    {DecisionKind.REFUND, DecisionKind.DISBURSE, DecisionKind.WRITE_OFF, DecisionKind.CREDIT_NOTE, DecisionKind.CORRECT}
)
"""What a person might split so that no second one is asked."""


def needs_second(tx: Tx, hub: Hub, decision: Decision) -> bool:
    """Whether the deployment wants two people for this; what refunds gave back before counts too."""
    if decision.amount is None:
        return False
    limit = hub.second_person_above.get(decision.amount.currency)
    return limit is not None and decision.amount.minor + given_back(tx, decision) > limit


def given_back(tx: Tx, decision: Decision) -> int:
    """What is added to what gives money, or credit, minor units: earlier refunds of its payment,
    or those of its kind that this person let happen alone.

    Whichever is more. A refund that the provider refused still counts for its person, not for its payment.
    """
    if decision.kind not in GIVES_MONEY or decision.amount is None:
        return 0
    currency = decision.amount.currency
    of_payment = [
        operation.amount.minor
        for operation in tx.operations.of_payment(decision.subject)
        if operation.kind is OperationKind.REFUND
        and operation.status is not OperationStatus.CLOSED
        and operation.amount.currency == currency
    ]
    of_person = [
        made.amount.minor
        for made in tx.decisions.done_since(
            decision.merchant_id, decision.mode, decision.kind, decision.proposed_at - ADDED_UP
        )
        if made.amount and made.amount.currency == currency and not made.seconded_by
        if is_same_person(made.by, decision.by)
    ]
    return max(sum(of_payment), sum(of_person))


def decide(tx: Tx, hub: Hub, wanted: Decision, *, now: datetime, by_two: bool = False) -> Decision:
    """Store a decision: done, or waiting for a second person; a second person who decides the same completes it.

    Args:
        by_two: A second person is wanted whatever the amount.

    Raises:
        NotAllowed: Nobody signed it, or the second person is the first one.
        Invalid: What was said is longer than what stays for ever may be.
    """
    if not wanted.by.strip() or not wanted.why.strip():
        raise NotAllowed("nobody", Text("decision.why_missing"))
    seen = wanted.evidence.text
    said = (("by", wanted.by, MAX_ADDRESS_LENGTH), ("why", wanted.why, REASON), ("evidence", seen, LETTER))
    if problems := [problem for name, text, most in said for problem in too_long(name, text.strip(), most)]:
        raise Invalid(tuple(problems))
    waiting = tx.decisions.waiting_for(wanted.kind, wanted.subject)
    if waiting and why_lapsed(tx, waiting, now):
        withdraw(tx, waiting)
        waiting = None
    if waiting and is_same(waiting, wanted):
        if is_same_person(waiting.by, wanted.by):
            raise NotAllowed("second_person", Text("decision.second_person", by=waiting.by))
        agreed = attrs.evolve(waiting, seconded_by=wanted.by.strip(), second_why=wanted.why.strip(), done_at=now)
        tx.decisions.save(agreed)
        _log_decision(tx, agreed)
        return agreed
    if waiting:
        tx.decisions.save(attrs.evolve(waiting, superseded=True))
    made = attrs.evolve(wanted, by=wanted.by.strip(), done_at=None if by_two or needs_second(tx, hub, wanted) else now)
    tx.decisions.add(made)
    _log_decision(tx, made)
    return made


def _log_decision(tx: Tx, made: Decision) -> None:
    """Who and why stand in the row."""
    kind, payment_id = made.kind.value, made.payment_id
    if made.is_done:
        tell(tx, "decided", decision=made.id, kind=kind, about=made.subject, payment=payment_id)
    else:
        tell(tx, "decision_waits", decision=made.id, kind=kind, about=made.subject, payment=payment_id)


def is_same(waiting: Decision, wanted: Decision) -> bool:
    """Whether a second person decides what the first one proposed."""
    return (waiting.content, waiting.amount) == (wanted.content, wanted.amount)


def would_be_done(tx: Tx, hub: Hub, wanted: Decision) -> bool:
    """Whether ``decide`` would complete it now."""
    waiting = tx.decisions.waiting_for(wanted.kind, wanted.subject)
    return (waiting is not None and is_same(waiting, wanted)) or not needs_second(tx, hub, wanted)
