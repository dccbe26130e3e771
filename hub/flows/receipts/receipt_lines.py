"""The lines of a cash receipt: what it settles, with the balances before and after."""

from __future__ import annotations

from collections.abc import Sequence

from hub.domain.intake import Share
from hub.domain.payable import Payable, PayableKind, left_when_settled
from hub.domain.receipt import Deduction, ReceiptLine
from hub.flows.ground.ports import Tx


def is_for_order(tx: Tx, lines: tuple[ReceiptLine, ...]) -> bool:
    """Whether one of the lines is a store order."""
    payables = [tx.payables.get(line.payable_id) for line in lines]
    return any(payable.kind is PayableKind.ORDER for payable in payables if payable)


def lines_for(
    tx: Tx, shares: Sequence[Share], keys: set[str], deductions: Sequence[Deduction]
) -> tuple[ReceiptLine, ...]:
    """What a receipt settles, each with its balances as they were when the money of these intakes settled it."""
    merged: dict[str, int] = {}
    for share in shares:
        merged[share.payable_id] = merged.get(share.payable_id, 0) + share.amount
    merged.update({less.payable_id: 0 for less in deductions if less.payable_id not in merged})
    payables = {payable.id: payable for payable in tx.payables.many(list(merged))}
    return tuple(
        _line(payables[payable_id], amount, _left(tx, payables[payable_id], amount, keys), deductions)
        for payable_id, amount in merged.items()
    )


def _left(tx: Tx, payable: Payable, applied: int, keys: set[str]) -> int | None:
    return left_when_settled(tx.ledger.steps(payable), keys) if applied else None


def _line(payable: Payable, applied: int, left: int | None, deductions: Sequence[Deduction]) -> ReceiptLine:
    """A line; ``left`` is what was owed after the money, None where none settled it."""
    own = [less for less in deductions if less.payable_id == payable.id]
    withholdings: dict[str, int] = {}
    for less in own:
        if less.tax is not None:
            withholdings[less.tax] = withholdings.get(less.tax, 0) + less.amount
    discount = sum(less.amount for less in own if less.tax is None)
    deducted = sum(withholdings.values()) + discount
    after = payable.due if left is None else max(0, left - deducted)
    return ReceiptLine(
        payable_id=payable.id,
        number=payable.number,
        applied=applied,
        before=after + applied + deducted,
        after=after,
        withholdings=withholdings,
        discount=discount,
    )
