"""An operation on a payment: a refund, the undoing of an unknown one, a cancel or a capture; as strict as a payment.

It is committed as *sending* before its first request, concluded only by a clear answer, and never sent twice.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from hub_hookspecs import Kind, Mode, Money, Way

from .payment import Payment, Phase, Status


class OperationKind(enum.StrEnum):
    """What is asked of the provider."""

    REFUND = "refund"
    UNDO = "undo"
    CANCEL = "cancel"
    CAPTURE = "capture"


class OperationStatus(enum.StrEnum):
    """What is known of an operation."""

    CREATED = "created"
    UNKNOWN = "unknown"
    DONE = "done"
    CLOSED = "closed"


LIVE = frozenset({OperationStatus.CREATED, OperationStatus.UNKNOWN})
"""Statuses of an operation by which money may still move."""


@attrs.frozen(kw_only=True)
class Operation:
    """One refund, undo, cancel or capture.

    Attributes:
        reference: Its own, by the provider's rule; never used before.
        amount: What is to go back, or to be taken; a cancel carries the payment's amount.
        decided_by: Who asked for it: a person, or ``rule``.
        reason: Why it was closed, or the provider's refusal.
    """

    id: str
    payment_id: str
    account_id: str
    merchant_id: str
    mode: Mode
    kind: OperationKind
    reference: str
    amount: Money
    phase: Phase = Phase.CREATED
    status: OperationStatus = OperationStatus.CREATED
    reason: str = ""
    decided_by: str = ""
    note: str = ""
    owner: str = ""
    lease_until: datetime | None = None
    ended_at: datetime | None = None
    next_check_at: datetime | None = None
    checks: int = 0
    created_at: datetime

    @property
    def is_live(self) -> bool:
        """Whether money may still move by it; the amount of a live refund stays reserved."""
        return self.status in LIVE


DONE_BY = {
    OperationKind.REFUND: Kind.RETURNED,
    OperationKind.UNDO: Kind.RETURNED,
    OperationKind.CANCEL: Kind.CANCELLED,
    OperationKind.CAPTURE: Kind.PAID,
}


def operation_status(kind: OperationKind, phase: Phase, kinds: Iterable[Kind]) -> tuple[OperationStatus, str]:
    """Status and reason of an operation from what was observed of it; the first rule that holds decides."""
    seen = frozenset(kinds)
    if DONE_BY[kind] in seen:
        return OperationStatus.DONE, ""
    if kind is OperationKind.UNDO and Kind.NOT_FOUND in seen:
        return OperationStatus.CLOSED, "nothing_to_return"
    gone = (Kind.CANCELLED, Kind.EXPIRED) if kind is OperationKind.CAPTURE else ()
    for closing in (Kind.DECLINED, *gone, Kind.NEVER_SENT):
        if closing in seen:
            return OperationStatus.CLOSED, closing.value
    if kind is OperationKind.CANCEL and Kind.PAID in seen:
        return OperationStatus.CLOSED, "paid"
    if phase is not Phase.CREATED:
        return OperationStatus.UNKNOWN, ""
    return OperationStatus.CREATED, ""


def undo_due(payment: Payment, way: Way, now: datetime) -> bool:
    """Whether an unknown payment may be undone: the way can, and no approval or notification can come any more."""
    if payment.status is not Status.UNKNOWN or payment.phase is not Phase.SENT or not way.undo:
        return False
    return now >= settled_at(payment, way)


def settled_at(payment: Payment, way: Way) -> datetime:
    """Expiry plus the settle time: before it "not found" proves nothing."""
    expiry = payment.expires_at or payment.created_at + timedelta(minutes=way.expiry_minutes)
    return expiry + timedelta(minutes=way.settle_minutes)
