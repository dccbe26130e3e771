"""Read intakes: what a payment brought in, and what is left of it by movement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hub.domain import entry_keys
from hub.domain.intake import Intake
from hub.domain.ledger import LedgerKind
from hub.domain.payment import Flag, Payment, Status
from hub.domain.receipt import CashReceipt
from hub.flows.ground.ports import Tx
from hub.flows.ground.read_held import held_of


def left_of(tx: Tx, payment: Payment, currency: str) -> int:
    """What is there of a payment: what came less what went back, as corrected."""
    return sum(held.left for held in held_of(tx, payment) if held.currency == currency)


def intakes_in(tx: Tx, payment: Payment, currency: str) -> tuple[Intake, ...]:
    """What a payment brought in, in one currency; oldest first."""
    return tuple(intake for intake in tx.ledger.intakes_of(payment.id) if intake.currency == currency)


def by_movement(payment: Payment, intakes: Iterable[Intake]) -> dict[str, list[Intake]]:
    """Intakes, oldest first, by the movement of their money; a dispute that was won gives back what came first.

    What was converted came in another currency: it is no movement of this one, and has the conversion's receipt.
    """
    found: dict[str, list[Intake]] = {}
    for intake in intakes:
        if intake.key.startswith(entry_keys.EXCHANGE):
            continue
        movement = entry_keys.movement_in(intake.key, payment) or next(iter(found), "")
        found.setdefault(movement, []).append(intake)
    return found


def left_by_movement(tx: Tx, payment: Payment) -> dict[str, int]:
    """What is left of the money of each movement.

    What was paid out to the customer came all the same. What a dispute takes from an order leaves the order settled; it
    is gone all the same, the last money first.
    """
    currency = payment.amount.currency
    brought, out = by_movement(payment, intakes_in(tx, payment, currency)), tx.ledger.disbursed(payment.id)
    left = {
        movement: sum(intake.not_returned + out.get(intake.key, 0) for intake in intakes)
        for movement, intakes in brought.items()
    }
    lost = sum(left.values()) - left_of(tx, payment, currency)
    for movement in reversed(left):
        part = max(0, min(lost, left[movement]))
        left[movement] -= part
        lost -= part
    return left


def paid_out_of(tx: Tx, payment: Payment, intakes: Iterable[Intake]) -> int:
    """What of some intakes of a payment was paid out to its customer, minor units."""
    out = tx.ledger.disbursed(payment.id)
    return sum(out.get(intake.key, 0) for intake in intakes)


def billed_again(intakes: Iterable[Intake]) -> int:
    """What debit notes billed because it went back after it had been paid out, minor units."""
    return sum(intake.amount for intake in intakes if intake.key.startswith(entry_keys.DEBIT_NOTE))


def converted_to(tx: Tx, payment: Payment, currency: str) -> int:
    """What money of a payment that came otherwise was converted to in a currency and stands, minor units."""
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    return sum(entry.moved(LedgerKind.EXCHANGE) for entry in entries if entry.currency == currency)


def is_unrecorded(tx: Tx, payment: Payment, receipts: Sequence[CashReceipt]) -> bool:
    """Whether money of a paid payment is here for which no cash receipt stands; ``receipts`` are those that do."""
    if payment.status is not Status.PAID or (receipts and Flag.DUPLICATE_CHARGE not in payment.flags):
        return False
    recorded = {receipt.movement for receipt in receipts}
    return any(left for movement, left in left_by_movement(tx, payment).items() if movement not in recorded)
