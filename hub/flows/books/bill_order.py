"""Bill a store order with the money that pays it, and take the revenue back with money that goes back.

An order that nobody paid is no revenue and owes nothing. It is billed before the first money settles it, and after a
return it is for what still settles it: nothing of it is due again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import attrs

from hub.domain import billing
from hub.domain.ledger import Entry, LedgerKind
from hub.domain.payable import Payable, PayableKind
from hub.flows.ground.ports import Tx


def asked_again(tx: Tx, payables: Iterable[Payable]) -> tuple[Payable, ...]:
    """The payables as they were asked for; an order of which money went back takes what another payment brings."""
    return tuple(_as_asked(tx, payable) for payable in payables)


def _as_asked(tx: Tx, payable: Payable) -> Payable:
    order = tx.orders.get(payable.id) if payable.kind is PayableKind.ORDER else None
    return attrs.evolve(payable, total=order.total.minor) if order else payable


def bill_order(tx: Tx, payable_id: str, *, at: datetime, on: date | None) -> None:
    """Bill an order in full before money settles it; any other payable is billed already."""
    payable = tx.payables.get(payable_id)
    if payable and payable.kind is PayableKind.ORDER:
        _bill(tx, payable, _as_asked(tx, payable).total, at=at, on=on)


def close_order(tx: Tx, payable_id: str, *, at: datetime, on: date | None) -> None:
    """Of an order that money went back of, only what still settles it is revenue; nothing is due again."""
    payable = tx.payables.get(payable_id)
    if payable and payable.kind is PayableKind.ORDER:
        _bill(tx, payable, payable.settled, at=at, on=on)


def unbill_order(tx: Tx, payable: Payable, *, at: datetime) -> None:
    """An order that turned out not to be paid at all is no revenue; it is asked for as before."""
    if payable.kind is PayableKind.ORDER and not payable.settled and billed_of(tx, payable):
        _write(tx, payable, -billed_of(tx, payable), at=at, on=None)


def billed_of(tx: Tx, payable: Payable) -> int:
    """What is booked as billed of a payable, minor units."""
    return -sum(entry.moved(LedgerKind.BILLED) for entry in _bills(tx, payable))


def _bills(tx: Tx, payable: Payable) -> tuple[Entry, ...]:
    return tx.ledger.keyed(payable.merchant_id, payable.mode, f"bill:{payable.id}")


def _bill(tx: Tx, payable: Payable, total: int, *, at: datetime, on: date | None) -> None:
    if total != payable.total:
        payable = attrs.evolve(payable, total=total, revision=payable.revision + 1)
        tx.payables.revise(payable)
    if difference := total - billed_of(tx, payable):
        _write(tx, payable, difference, at=at, on=on)


def _write(tx: Tx, payable: Payable, difference: int, *, at: datetime, on: date | None) -> None:
    numbered = attrs.evolve(payable, revision=len(_bills(tx, payable)))
    tx.ledger.write(attrs.evolve(billing.bill(numbered, difference=difference, at=at), value_on=on))
