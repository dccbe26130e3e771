"""Take a conversion back, wholly or in part: both halves at the old rate, which is never computed anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from hub.domain.conversion import Conversion, back_of, taken_back
from hub.domain.disbursement import draws_on
from hub.domain.entry_keys import DEBIT_NOTE
from hub.domain.intake import Intake, shares_back
from hub.domain.known_returns import Return
from hub.domain.ledger import Drawn, Entry, LedgerKind, When
from hub.domain.payment import Payment
from hub.flows.ground.ports import Tx
from hub_hookspecs import Money

from .bill_order import unbill_order
from .debit_note import owe_disbursed
from .move_credit import move_credit
from .read_intakes import intakes_in
from .reverse_entry import fixes_of


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
        credit: From which credit it is taken; else from all that its payment brought, the conversion's own first.
    """
    first, second = _halves(tx, made)
    number = len(fixes_of(tx, first))
    back = back_of(made, amount, made.came.minor - left_of_conversion(tx, made)).minor
    tx.ledger.write(taken_back(first, amount, number=number, at=at, on=on, observation=observation, note=note))
    if not back:
        return
    drawn = credit
    if drawn is None:
        drawn, unsettled = _freed(tx, second, back, (), at=at, note=note)
        for payable in tx.payables.many(unsettled):
            unbill_order(tx, payable, at=at)
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
    notes = [item for item in intakes_in(tx, payment, settled.currency) if item.key.startswith(DEBIT_NOTE)]
    drawn, unsettled = _freed(tx, second, settled.minor, notes, at=when.now, note="", observation=back.key)
    take_back(*(tx, made, part), at=when.now, on=when.day(back.at), credit=drawn, observation=back.key)
    return unsettled


def _freed(
    tx: Tx,
    second: Entry,
    amount: int,
    notes: Iterable[Intake],
    *,
    at: datetime,
    note: str,
    observation: str | None = None,
) -> tuple[tuple[Drawn, ...], tuple[str, ...]]:
    """From which credit what was converted is taken back, made free first; and the payables that it leaves.

    What debit notes billed of it, then the conversion's own; then what else its payment brought, for a return in that
    currency may have taken of the conversion's own what was free there.
    """
    drawn, left, unsettled = list(draws_on(tuple(notes), amount)), amount, list[str]()
    left -= sum(row.amount for row in drawn)
    own = tx.ledger.intake(second.merchant_id, second.mode, second.key)
    for intake in filter(None, (own, *_others(tx, second))):
        part = min(left, intake.not_returned)
        if part > 0:
            shares = shares_back(intake, part)
            move_credit(tx, intake, shares, at=at, observation=observation, note=note)
            unsettled += [share.payable_id for share in shares]
            drawn.append(Drawn(intake.key, part))
            left -= part
    if left:  # it was paid out: the database refuses it
        drawn.append(Drawn(second.key, left))
    return _summed(drawn), tuple(dict.fromkeys(unsettled))


def _others(tx: Tx, second: Entry) -> tuple[Intake, ...]:
    """What else the payment brought in that currency."""
    found = tx.ledger.intakes_of(second.payment_id) if second.payment_id else ()
    same = (item for item in found if item.currency == second.currency and item.key != second.key)
    return tuple(item for item in same if not item.key.startswith(DEBIT_NOTE))


def _summed(drawn: Iterable[Drawn]) -> tuple[Drawn, ...]:
    sums: dict[str, int] = {}
    for row in drawn:
        sums[row.intake] = sums.get(row.intake, 0) + row.amount
    return tuple(Drawn(key, amount) for key, amount in sums.items())


def _halves(tx: Tx, made: Conversion) -> tuple[Entry, Entry]:
    first, second = (
        next(item for item in tx.ledger.keyed(made.merchant_id, made.mode, key) if item.key == key) for key in made.keys
    )
    return first, second
