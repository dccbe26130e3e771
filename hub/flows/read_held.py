"""Read what the books hold of payments: from here amounts of a payment are shown, offered and limited."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from hub.domain.held import Held, held_as, held_in, refundable_of
from hub.domain.operation import OperationKind
from hub.domain.payment import Payment

from .ports import Tx


def held_of(tx: Tx, payment: Payment) -> tuple[Held, ...]:
    """What is held of a payment, a record a currency; nothing while nothing is proven."""
    return held_of_many(tx, [payment.id])[payment.id]


def held_of_many(tx: Tx, payment_ids: Collection[str]) -> Mapping[str, tuple[Held, ...]]:
    """``held_of`` for a list."""
    return {payment_id: held_in(rows) for payment_id, rows in tx.ledger.cleared(payment_ids).items()}


def refundable_now(tx: Tx, payment: Payment) -> int:
    """What may be given back through the provider in the currency that was asked for, minor units."""
    held = held_as(held_of(tx, payment), payment.amount.currency)
    return refundable_of(held, reserved_in(tx, payment)) if held.currency == payment.amount.currency else 0


def reserved_in(tx: Tx, payment: Payment) -> int:
    """What refunds and undos that are on their way, or of unknown outcome, may take."""
    gives_back = (OperationKind.REFUND, OperationKind.UNDO)
    live = (item for item in tx.operations.of_payment(payment.id) if item.is_live and item.kind in gives_back)
    return sum(item.amount.minor for item in live)
