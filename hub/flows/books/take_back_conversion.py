"""Take a conversion back, wholly or in part: both halves at the old rate, which is never computed anew."""

from __future__ import annotations

from datetime import date, datetime

from hub.domain.conversion import Conversion, back_of, taken_back
from hub.domain.known_returns import Return
from hub.domain.ledger import Drawn, Entry, LedgerKind, When
from hub.domain.payment import Payment
from hub.flows.ground.ports import Tx
from hub_hookspecs import Money

from .bill_order import unbill_order
from .debit_note import owe_disbursed
from .read_intakes import intakes_in
from .reverse_entry import fixes_of, free


def left_of_conversion(tx: Tx, made: Conversion) -> int:
    """What of a conversion was not taken back, in minor units of what came."""
    first, _ = _halves(tx, made)
    return made.came.minor - sum(fix.moved(LedgerKind.EXCHANGE) for fix in fixes_of(tx, first))


def take_back(
    tx: Tx,
    made: Conversion,
    amount: int,
    *,
    at: datetime,
    on: date | None = None,
    credit: tuple[Drawn, ...] | None = None,
    observation: str | None = None,
    note: str = "",
) -> None:
    """Book that ``amount`` of what came is converted no more; what its credit settled is due again, the last first.

    Args:
        credit: From which credit it is taken, where that is not the conversion's own alone.
    """
    first, second = _halves(tx, made)
    number = len(fixes_of(tx, first))
    back = back_of(made, amount, made.came.minor - left_of_conversion(tx, made)).minor
    tx.ledger.write(taken_back(first, amount, number=number, at=at, on=on, observation=observation, note=note))
    if not back:
        return
    if credit is None:
        for payable in tx.payables.many(free(tx, second, back, at=at, note=note)):
            unbill_order(tx, payable, at=at)
    drawn = credit or (Drawn(second.key, back),)
    tx.ledger.write(
        taken_back(second, back, number=number, at=at, on=on, drawn=drawn, observation=observation, note=note)
    )


def unwind(tx: Tx, payment: Payment, back: Return, key: str, amount: Money, when: When) -> tuple[str, ...]:
    """Before money in another currency goes back to its payer, it waits in suspense again as far as it was converted.

    Returns the payables that it settled and does not any more.

    Args:
        key: Of the return's entry.
    """
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    waiting = -sum(item.moved(LedgerKind.SUSPENSE) for item in entries if item.currency == amount.currency)
    missing = amount.minor - waiting
    left: list[str] = []
    for made in tx.conversions.of_payment(payment.id):
        part = min(missing, left_of_conversion(tx, made)) if made.came.currency == amount.currency else 0
        if part > 0:
            missing -= part
            left += _unwind_part(tx, payment, made, part, back, key, when)
    return tuple(dict.fromkeys(left))


def _unwind_part(
    tx: Tx, payment: Payment, made: Conversion, part: int, back: Return, key: str, when: When
) -> tuple[str, ...]:
    settled = back_of(made, part, made.came.minor - left_of_conversion(tx, made))
    owe_disbursed(tx, payment, back, f"{key}:{made.id}", settled, when)
    _, second = _halves(tx, made)
    others = [item for item in intakes_in(tx, payment, settled.currency) if item.key != second.key]
    out_of_others = [
        Drawn(item.key, item.unapplied) for item in others if item.key.startswith("debit:") and item.unapplied > 0
    ]
    billed = min(settled.minor, sum(row.amount for row in out_of_others))
    unsettled = free(tx, second, settled.minor - billed, at=when.now, note="")
    drawn, left = [], settled.minor
    for row in (*out_of_others, Drawn(second.key, settled.minor - billed)):
        if (share := min(left, row.amount)) > 0:
            drawn.append(Drawn(row.intake, share))
            left -= share
    take_back(*(tx, made, part), at=when.now, on=when.day(back.at), credit=tuple(drawn), observation=back.key)
    return unsettled


def _halves(tx: Tx, made: Conversion) -> tuple[Entry, Entry]:
    first, second = (
        next(item for item in tx.ledger.keyed(made.merchant_id, made.mode, key) if item.key == key) for key in made.keys
    )
    return first, second
