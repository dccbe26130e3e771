"""Read a hold: what was authorised of a payment, and what is under way to capture it."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from hub.domain.hold import Hold, hold_in
from hub.domain.observation import Seen
from hub.domain.operation import Operation, OperationKind, OperationStatus
from hub.domain.payment import Payment
from hub.flows.ground.ports import Tx


def captures_sent(tx: Tx, payment: Payment) -> tuple[Operation, ...]:
    """The captures of a payment that were asked for; oldest first."""
    return tuple(item for item in tx.operations.of_payment(payment.id) if item.kind is OperationKind.CAPTURE)


def hold_of(tx: Tx, payment: Payment, seen: Sequence[Seen]) -> Hold | None:
    """The hold of a payment, with what is known of its captures; None where nothing was authorised."""
    hold = hold_in(payment, seen)
    if hold is None:
        return None
    unclear = [item for item in captures_sent(tx, payment) if item.status is OperationStatus.UNKNOWN]
    since = next((item.ended_at or item.lease_until or item.created_at for item in unclear), None)
    return attrs.evolve(hold, unclear_since=since)
