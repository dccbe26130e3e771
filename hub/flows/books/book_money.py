"""Book what the observations of a payment prove: captures, what they settle, what went back, what was paid out.

Called by the door alone, in its transaction: no clock, no random number; running it again books nothing new.
Each entry is booked now, and counts for the day on which the provider says that it happened.
"""

from __future__ import annotations

import attrs

from hub.domain import entry_keys, money_entries
from hub.domain.captures import captures_in
from hub.domain.ledger import Entry, When
from hub.domain.observation import Seen
from hub.domain.payment import Payment
from hub.domain.returns import returns_in, was_undone
from hub.domain.settlement import LineState
from hub.flows.ground.ports import Tx
from hub_hookspecs import Kind

from .book_return import book_return, own_key_of
from .book_withheld import book_withheld
from .move_credit import other_payments, settle_from


@attrs.frozen
class Booked:
    """What a person is asked about, of the money that was booked now.

    Attributes:
        surplus: A part of it found nothing due, though it is what was asked for: a bill shrank meanwhile.
        claimed: Movements of it that the books have of another payment already.
    """

    surplus: bool = False
    claimed: tuple[str, ...] = ()


def book_money(tx: Tx, payment: Payment, seen: tuple[Seen, ...], when: When) -> Booked:
    """Bring the books up to what is proven of this payment."""
    captures = captures_in(payment, seen)
    if not captures:
        return Booked()  # a return without its capture is held until the capture appears
    undone, surplus, claimed = was_undone(payment, seen), False, list[str]()
    for taken in captures:
        entry = _written(tx, payment, money_entries.capture(payment, taken, at=when.now, on=when.day(taken.at)))
        if entry is None:
            continue
        if entry.key != entry_keys.capture_key(payment.account_id, taken.movement):
            claimed.append(taken.movement)
        if entry.intake_of and not undone:
            settle_from(tx, payment, entry.key, when, on=entry.value_on, observation=taken.key)
            left = tx.ledger.intake(payment.merchant_id, payment.mode, entry.key)
            surplus |= bool(left and left.unapplied) and taken.amount.minor <= payment.amount.minor
    freed = [payable_id for back in returns_in(seen) for payable_id in book_return(tx, payment, back, captures, when)]
    book_withheld(tx, payment, when)
    for other in other_payments(tx, payment, freed):
        book_withheld(tx, other, when)
    for item in seen:
        if item.observation.kind is Kind.SETTLED:
            book_line(tx, payment, item, when)
    return Booked(surplus, tuple(claimed))


def _written(tx: Tx, payment: Payment, entry: Entry) -> Entry | None:
    """The entry as it is booked now, once for this payment; None where it was booked before."""
    if tx.ledger.write(entry):
        return entry
    own = attrs.evolve(entry, key=own_key_of(tx, payment, entry.key))
    return own if own.key != entry.key and tx.ledger.write(own) else None


def book_line(tx: Tx, payment: Payment, item: Seen, when: When) -> None:
    """Book the settlement line that a ``settled`` observation names, if it is to be booked."""
    name = item.observation.event_id
    stored = tx.settlements.get(payment.account_id, name) if name else None
    if stored is None or stored.state is not LineState.BOOKED or stored.payment_id != payment.id:
        return
    for entry in money_entries.settlement(
        stored.line,
        account_id=stored.account_id,
        merchant_id=stored.merchant_id,
        mode=stored.mode,
        at=when.now,
        on=stored.line.settled_on or when.day(item.observation.occurred_at or stored.imported_at),
        payment_id=payment.id,
        observation=item.key,
    ):
        tx.ledger.write(entry)
