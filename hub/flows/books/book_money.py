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
from hub.domain.payable import PayableKind
from hub.domain.payment import Payment
from hub.domain.returns import returns_in, was_undone
from hub.domain.settlement import LineState, StoredLine
from hub.flows.ground.ports import Tx
from hub_hookspecs import Kind

from .bill_order import unbill_order
from .book_rest import book_rest
from .book_return import book_return, own_key_of
from .book_withheld import book_withheld
from .move_credit import other_payments, settle_from
from .use_held import use_held


@attrs.frozen
class Booked:
    """What a person is asked about, of the money that was booked now.

    Attributes:
        surplus: A part of it found nothing due, though it is what was asked for: a bill shrank meanwhile.
        moved: A part of it was for a bill that another customer owes by now.
        claimed: Movements of it that the books have of another payment already.
        short: Credit that was to be used with it was not there any more; that much is still due.
        due_again: Invoices that owe something since their money was returned, each with the name of the return.
    """

    surplus: bool = False
    moved: bool = False
    claimed: tuple[str, ...] = ()
    short: bool = False
    due_again: tuple[tuple[str, str], ...] = ()


def book_money(tx: Tx, payment: Payment, seen: tuple[Seen, ...], when: When) -> Booked:
    """Bring the books up to what is proven of this payment."""
    captures = captures_in(payment, seen)
    if not captures:
        return Booked()  # a return without its capture is held until the capture appears
    undone, claimed, short = was_undone(payment, seen), list[str](), False
    surplus = moved = False
    for taken in captures:
        entry = _written(tx, payment, money_entries.capture(payment, taken, at=when.now, on=when.day(taken.at)))
        if entry is None:
            continue
        if entry.key != entry_keys.capture_key(payment.account_id, taken.movement):
            claimed.append(taken.movement)
        if entry.intake_of:
            short |= use_held(tx, payment, when, on=entry.value_on, observation=taken.key)
        if entry.intake_of and not undone:
            settle_from(tx, payment, entry.key, when, on=entry.value_on, observation=taken.key)
            left = tx.ledger.intake(payment.merchant_id, payment.mode, entry.key)
            if left and left.unapplied and taken.amount.minor <= payment.amount.minor:
                aside = _of_others(tx, payment)
                moved |= aside > 0
                surplus |= left.unapplied > aside
    freed: list[str] = []
    returned: list[tuple[str, str]] = []
    for back in returns_in(seen):
        taken_from = book_return(tx, payment, back, captures, when)
        freed += taken_from
        returned += [(payable_id, back.name) for payable_id in taken_from if back.kind is Kind.RETURNED]
    for concerned in (payment, *other_payments(tx, payment, freed)):
        book_withheld(tx, concerned, when)
        book_rest(tx, concerned, when)
    for payable in tx.payables.many([line.payable_id for line in payment.lines]):
        unbill_order(tx, payable, at=when.now)
    for item in seen:
        if item.observation.kind is Kind.SETTLED:
            book_line(tx, payment, item, when)
    return Booked(surplus, moved, tuple(claimed), short, _due_again(tx, returned))


def _of_others(tx: Tx, payment: Payment) -> int:
    """What a payment was to pay of bills that another customer owes by now."""
    payables = tx.payables.many([line.payable_id for line in payment.lines])
    moved = {payable.id for payable in payables if payable.customer_id != payment.customer_id}
    return sum(line.amount for line in payment.lines if line.payable_id in moved)


def _due_again(tx: Tx, returned: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Invoices whose money was returned, and that nothing else settled in its place; an order is billed no more."""
    payables = {payable.id: payable for payable in tx.payables.many([payable_id for payable_id, _name in returned])}
    owing = {item.id for item in payables.values() if item.kind is PayableKind.INVOICE and item.due}
    return tuple(item for item in returned if item[0] in owing)


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
    for entry in line_entries(stored, when, observation=item.key):
        tx.ledger.write(entry)


def line_entries(stored: StoredLine, when: When, *, observation: str | None = None) -> tuple[Entry, ...]:
    """What a line that is booked comes to in the books, on the day of its payout."""
    return money_entries.settlement(
        stored.line,
        account_id=stored.account_id,
        merchant_id=stored.merchant_id,
        mode=stored.mode,
        at=when.now,
        on=stored.line.settled_on or when.day(stored.line.occurred_at or stored.imported_at),
        named=stored.named,
        kind=stored.kind,
        in_transit=stored.in_transit,
        payment_id=stored.payment_id,
        observation=observation,
    )
