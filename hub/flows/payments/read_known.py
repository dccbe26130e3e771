"""Read what a later hook of a payment is handed beside the payment: its memory and its captures."""

from __future__ import annotations

import attrs

from hub.domain.handed_over import Memory, captures_of, memory_of
from hub.domain.operation import OperationKind
from hub.domain.payment import Payment, Status
from hub.flows.ground.ports import Tx
from hub.flows.ground.read_held import observed_of
from hub_hookspecs import Capture


@attrs.frozen
class Known:
    """What is known of a payment by now; a hook that moves money gets ``memory.agreed``, any other ``memory.first``.

    Attributes:
        is_given_back: A refund of it got no clear answer yet.
    """

    memory: Memory
    captures: tuple[Capture, ...] = ()
    is_given_back: bool = False


def known_of(tx: Tx, payment: Payment, *, moves_money: bool = False) -> Known:
    """What was learned of a payment since it was started, and what the books have of its captures.

    Args:
        moves_money: Of a capture that was named in two ways no name is told.
    """
    seen = observed_of(tx, payment)
    memory = memory_of(payment.memory, seen)
    if payment.status is not Status.PAID:
        return Known(memory)
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    refunds = (item for item in tx.operations.of_payment(payment.id) if item.kind is OperationKind.REFUND)
    captures = captures_of(payment, seen, entries, moves_money=moves_money)
    return Known(memory, captures, any(item.is_live for item in refunds))
