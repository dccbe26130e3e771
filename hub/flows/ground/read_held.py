"""Read what the books hold of payments: from here amounts of a payment are shown, offered and limited."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from hub.domain.entry_keys import OF_MONEY, root_of
from hub.domain.held import Held, held_as, held_in, refundable_of
from hub.domain.known_returns import unnamed
from hub.domain.ledger import Effect, Entry, LedgerKind
from hub.domain.observation import Seen
from hub.domain.operation import OperationKind
from hub.domain.payment import Payment
from hub.domain.receipt import Deduction
from hub.domain.returns import without_withdrawn
from hub_hookspecs import Money

from .ports import Tx


def held_of(tx: Tx, payment: Payment) -> tuple[Held, ...]:
    """What is held of a payment, a record a currency; nothing while nothing is proven."""
    return held_of_many(tx, [payment.id])[payment.id]


def held_of_many(tx: Tx, payment_ids: Collection[str]) -> Mapping[str, tuple[Held, ...]]:
    """``held_of`` for a list."""
    return {payment_id: held_in(rows) for payment_id, rows in tx.ledger.cleared(payment_ids).items()}


def refundable_now(tx: Tx, payment: Payment) -> int:
    """What may be given back through the provider in the currency that was asked for, minor units."""
    held, reserved = held_as(held_of(tx, payment), payment.amount.currency), reserved_in(tx, payment)
    if held.currency != payment.amount.currency:
        return 0
    return max(0, min(refundable_of(held, reserved), _not_paid_out(tx, payment) - reserved))


def _not_paid_out(tx: Tx, payment: Payment) -> int:
    """What a payment brought in and neither went back nor was paid out to its customer, minor units."""
    intakes = tx.ledger.intakes_of(payment.id)
    return sum(intake.not_returned for intake in intakes if intake.currency == payment.amount.currency)


def vouched_for(tx: Tx, payment: Payment) -> Money:
    """What the provider captured of what was asked for, as far as the books agree."""
    held = held_as(held_of(tx, payment), payment.amount.currency)
    return held.money(held.vouched)


def reserved_in(tx: Tx, payment: Payment) -> int:
    """What refunds and undos that are on their way, or of unknown outcome, may take."""
    gives_back = (OperationKind.REFUND, OperationKind.UNDO)
    live = (item for item in tx.operations.of_payment(payment.id) if item.is_live and item.kind in gives_back)
    return sum(item.amount.minor for item in live)


def corrected_of(tx: Tx, payment: Payment) -> Mapping[str, int]:
    """What captures and returns come to that people corrected, minor units, by the key of what was observed of them."""
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    observed = {entry.key: entry.observation for entry in entries}
    sums: dict[str, int] = {}
    corrected = set[str]()
    for entry in entries:
        root = root_of(entry.key)
        about = observed.get(root)
        if about is None or not root.startswith(OF_MONEY):
            continue
        sums[about] = sums.get(about, 0) + entry.moved(LedgerKind.PROVIDER_CLEARING)
        if entry.key != root:
            corrected.add(about)
    return {about: abs(sums[about]) for about in corrected}


def observed_of(tx: Tx, payment: Payment) -> tuple[Seen, ...]:
    """What was observed of a payment, but for a return that a person recorded and reversed before any news of it."""
    seen = tx.payments.seen(payment.id)
    if not any(unnamed(item) for item in seen):
        return seen
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    observed = {entry.key: entry.observation for entry in entries}
    reversed_at = {
        about: entry.at
        for entry in entries
        if (about := observed.get(root_of(entry.key))) and entry.key != root_of(entry.key)
        if entry.observation is None  # else it came back, and did not prove to be none
    }
    return without_withdrawn(seen, reversed_at)


def taken_back_at(tx: Tx, payment: Payment) -> dict[str, datetime]:
    """When what was booked of an observation was last reversed, or came back, by the observation's key."""
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    observed = {entry.key: entry.observation for entry in entries}
    return {
        about: entry.at
        for entry in entries
        if (about := observed.get(root_of(entry.key))) and entry.key != root_of(entry.key)
    }


BESIDES = (Effect.WITHHELD, Effect.DISCOUNTED, Effect.WRITTEN_OFF)


def deducted_of(tx: Tx, payment: Payment, observation: str = "") -> tuple[Deduction, ...]:
    """What settled payables beside a payment's money, as it is booked and stands.

    The payer declared it with the payment, or a person with its cash receipt; or it is less than the provider's unit.

    Args:
        observation: Only what belongs to the movement that this claim proved.
    """
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    roots = {entry.key: entry.observation for entry in entries}
    sums: dict[tuple[str, str | None], int] = {}
    for entry in entries:
        if observation and roots.get(root_of(entry.key)) != observation:
            continue
        for row in entry.applied:
            if row.effect in BESIDES:
                at = (row.payable_id, _tax_of(entry))
                sums[at] = sums.get(at, 0) + row.amount
    return tuple(
        Deduction(payable_id=payable_id, tax=tax, amount=amount) for (payable_id, tax), amount in sums.items() if amount
    )


def _tax_of(entry: Entry) -> str | None:
    return next((leg.owner for leg in entry.postings if leg.kind is LedgerKind.WITHHOLDING_RECEIVABLE), None)
