"""Prove a return by a negative payout line that names our reference, where nobody else told of it."""

from __future__ import annotations

from datetime import UTC, datetime, time

from hub.domain.acts import Act
from hub.domain.held import held_as
from hub.domain.identity import Invalid
from hub.domain.message import review_of
from hub.domain.observation import ObservedBy
from hub.domain.payment import Payment, Status
from hub.domain.settlement import LineState
from hub.flows.ground.open_review import open_review
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.read_held import held_of, observed_of
from hub.flows.ground.refuse_while import refuse_while
from hub.flows.payments.record_observations import Claim, record_observations
from hub.flows.payments.record_return import told_apart
from hub_hookspecs import Kind, Observation, SettlementLine

NOON = time(12)

RETURN_BY_LINE = "settlement_return"
"""The cause of the review: a file does not say whether the merchant gave the money back or a bank took it."""


def proves_return(tx: Tx, payment: Payment, line: SettlementLine, now: datetime) -> bool:
    """Whether a line tells of money that went back, of which nothing is booked here and nothing is under way.

    Not what is more than is left of the payment, nor the amount of a line that settled such a return before.
    """
    if line.gross.minor >= 0 or payment.status is not Status.PAID:
        return False
    held = held_as(held_of(tx, payment), line.gross.currency)
    if held.currency != line.gross.currency or held.left < -line.gross.minor:
        return False
    settled = tx.settlements.of(payment.account_id, LineState.BOOKED, payment_id=payment.id)
    if any(stored.line.gross == line.gross for stored in settled):
        return False
    try:
        refuse_while(tx, Act.RECORD_RETURN, now, payments=[payment])
    except Invalid:
        return False
    return True


def record_proved_return(
    tx: Tx, hub: Hub, payment: Payment, line: SettlementLine, *, evidence: str, now: datetime
) -> None:
    """Record it as a return, and ask a person whether it was a chargeback."""
    day = datetime.combine(line.settled_on, NOON, UTC) if line.settled_on else None
    returned = Observation(
        kind=Kind.RETURNED,
        reference=payment.reference,
        amount=-line.gross,
        vouched=frozenset({"reference", "amount"}),
        occurred_at=line.occurred_at or day,
    )
    claim = Claim(
        observation=returned,
        source=ObservedBy.SETTLEMENT,
        occasion=f"line {line.line_id}",
        note=evidence,
        besides=told_apart(observed_of(tx, payment)),
    )
    record_observations(tx, hub, payment, [claim], now=now)
    details = f"{evidence}: {-line.gross} of payment {payment.reference} went back"
    review = review_of(
        RETURN_BY_LINE, payment, details[:600], now, occasion=line.line_id, payment_id=payment.id, subject=line.line_id
    )
    open_review(tx, review)
