"""Book what the observations of a payment prove: captures, what they settle, what went back, what was paid out.

Called by the door alone, in its transaction: no clock, no random number; running it again books nothing new.
Each entry is booked now, and counts for the day on which the provider says that it happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import attrs

from hub.domain import billing, correction_entries, entry_keys, money_entries
from hub.domain.captures import Capture, captures_in
from hub.domain.intake import Intake, Share, allocations, reopening, settled_by, shares_back, shares_of
from hub.domain.ledger import Applied, Drawn, Entry, EntryKind, LedgerKind, When
from hub.domain.observation import Seen
from hub.domain.payable import PayableKind
from hub.domain.payment import Flag, Payment, Status
from hub.domain.receipt import CashReceipt
from hub.domain.returns import Return, returns_in, was_undone
from hub.domain.settlement import LineState
from hub.flows.ground.ports import Tx
from hub.flows.ground.read_held import held_of
from hub_hookspecs import Kind, Money


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
            _settle(tx, payment, entry.key, when, on=entry.value_on, observation=taken.key)
            left = tx.ledger.intake(payment.merchant_id, payment.mode, entry.key)
            surplus |= bool(left and left.unapplied) and taken.amount.minor <= payment.amount.minor
    freed = [payable_id for back in returns_in(seen) for payable_id in _book_return(tx, payment, back, captures, when)]
    book_withheld(tx, payment, when)
    for other in _others(tx, payment, freed):
        book_withheld(tx, other, when)
    for item in seen:
        if item.observation.kind is Kind.SETTLED:
            book_line(tx, payment, item, when)
    return Booked(surplus, tuple(claimed))


def _written(tx: Tx, payment: Payment, entry: Entry) -> Entry | None:
    """The entry as it is booked now, once for this payment; None where it was booked before."""
    if tx.ledger.write(entry):
        return entry
    own = attrs.evolve(entry, key=_key_of(tx, payment, entry.key))
    return own if own.key != entry.key and tx.ledger.write(own) else None


def _key_of(tx: Tx, payment: Payment, key: str) -> str:
    """The key under which something is booked once for this payment, though another had the same id first."""
    return entry_keys.own_key(key, payment) if tx.ledger.is_of_another(payment, key) else key


def book_withheld(tx: Tx, payment: Payment, when: When) -> None:
    """Let what the payer declared to keep back follow the payment's money, which the books know.

    It is booked once all of the money is there, corrected when nothing is left of it, and booked again, under a further
    key, when it comes back. A line counts only where the payment's money reached it whole, and never above what its
    invoice still owes.
    """
    if not any(line.withholdings for line in payment.lines):
        return
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    own = [entry for entry in entries if entry.currency == payment.amount.currency]
    money = [entry for entry in own if entry_keys.root_of(entry.key).startswith(entry_keys.OF_MONEY)]
    proof = next((entry for entry in reversed(money) if entry.observation), None)
    if proof is None:
        return
    left = _left(tx, payment, payment.amount.currency)
    if left <= 0:
        _correct_withheld(tx, payment, proof, when)
    elif left >= payment.amount.minor:
        taken = next(entry for entry in reversed(money) if entry.kind is EntryKind.CAPTURE)
        _book_declared(tx, payment, taken, when)


def _book_declared(tx: Tx, payment: Payment, taken: Entry, when: When) -> None:
    had = settled_by(tx.ledger.intakes_of(payment.id))
    for line in payment.lines:
        if had.get(line.payable_id, 0) < line.amount:
            continue
        for kept in line.withholdings:
            earlier = withheld_of(tx, payment, line.payable_id, kept.tax)
            # One that stands is there; one that a person corrected stays corrected.
            if earlier and not (earlier[-1].correction and earlier[-1].correction.observation):
                continue
            payable = tx.payables.get(line.payable_id)
            amount = min(kept.amount, payable.due) if payable and payable.cancelled_at is None else 0
            if payable and amount > 0:
                again = len(earlier)
                day = None if again else taken.value_on
                booked = billing.withheld(payment.id, payable, tax=kept.tax, amount=amount, at=when.now, on=day)
                tx.ledger.write(
                    attrs.evolve(
                        booked,
                        key=f"{booked.key}:{again}" if again else booked.key,
                        payment_id=payment.id,
                        observation=taken.observation,
                        note=f"base {kept.base}",
                    )
                )


@attrs.frozen
class Withheld:
    """A withholding that was booked with a payment, and what took it back."""

    entry: Entry
    correction: Entry | None


def withheld_of(tx: Tx, payment: Payment, payable_id: str, tax: str) -> tuple[Withheld, ...]:
    """Each time that a withholding was booked; oldest first. At most the last of them stands."""
    key = f"withheld:{payment.id}:{payable_id}:{tax}"
    booked = tx.ledger.keyed(payment.merchant_id, payment.mode, key)
    fixes = tx.ledger.keyed(payment.merchant_id, payment.mode, f"fix:{key}")
    corrected = {entry_keys.reverses(fix.key): fix for fix in fixes}
    return tuple(Withheld(entry, corrected.get(entry.key)) for entry in booked)


def _correct_withheld(tx: Tx, payment: Payment, proof: Entry, when: When) -> None:
    """Nothing is left of the money; the correction rests on news, which tells it from a person's."""
    for line in payment.lines:
        for kept in line.withholdings:
            for booked in withheld_of(tx, payment, line.payable_id, kept.tax):
                if booked.correction is None:
                    fix = correction_entries.correction(booked.entry, number=0, at=when.now, note="returned")
                    tx.ledger.write(attrs.evolve(fix, observation=proof.observation))


def _settle(tx: Tx, payment: Payment, key: str, when: When, *, on: date | None = None, observation: str | None) -> None:
    """Allocate an intake to its payment's lines, in their order, up to what is due.

    Money stays its payer's: a line whose payable is somebody else's by now takes nothing.
    """
    intake = tx.ledger.intake(payment.merchant_id, payment.mode, key)
    if intake is None or intake.unapplied <= 0:
        return
    payables = tx.payables.many([line.payable_id for line in payment.lines])
    due = {
        payable.id: payable.due
        for payable in payables
        if payable.cancelled_at is None and payable.customer_id == intake.customer_id
    }
    had = settled_by(tx.ledger.intakes_of(payment.id))
    wanted = [Share(line.payable_id, line.amount - had.get(line.payable_id, 0)) for line in payment.lines]
    shares = shares_of(intake.unapplied, wanted, due)
    move_credit(tx, intake, shares, at=when.now, on=on, observation=observation)


def move_credit(
    tx: Tx,
    intake: Intake,
    shares: Sequence[Share],
    *,
    at: datetime,
    on: date | None = None,
    observation: str | None = None,
    note: str = "",
) -> None:
    """Allocate an intake to payables; negative shares take back."""
    if not shares:
        return
    times = tx.ledger.times(intake.merchant_id, intake.mode, intake.key)
    for entry in allocations(
        intake, shares, customer_id=intake.customer_id, at=at, on=on, times=times, observation=observation, note=note
    ):
        tx.ledger.write(entry)


def _book_return(tx: Tx, payment: Payment, back: Return, captures: tuple[Capture, ...], when: When) -> tuple[str, ...]:
    """Book a return as far as it is not booked yet, and not above what was captured; the payables due again by it."""
    make = entry_keys.chargeback_key if back.kind is Kind.CHARGED_BACK else entry_keys.refund_key
    key = _key_of(tx, payment, make(payment.account_id, back.name))
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    amount = _all_of(captures) if back.amount is None else back.amount
    own = [entry for entry in entries if entry.currency == amount.currency]
    room = _left(tx, payment, amount.currency)
    parts = [entry for entry in own if _is_part(entry, key)]
    booked = -sum(entry.moved(LedgerKind.PROVIDER_CLEARING) for entry in parts)
    part = min(amount.minor - booked, room)
    if part <= 0 or any(entry.kind is EntryKind.CORRECTION for entry in parts):
        return ()
    number = len(parts)
    book = _book_chargeback if back.kind is Kind.CHARGED_BACK else _book_refund
    payables = book(tx, payment, back, f"{key}#{number}" if number else key, Money(part, amount.currency), when)
    _settle_by_others(tx, payment, payables, when, observation=back.key)
    return payables


def _all_of(captures: tuple[Capture, ...]) -> Money:
    currency = captures[0].amount.currency
    return Money(sum(taken.amount.minor for taken in captures if taken.amount.currency == currency), currency)


def _left(tx: Tx, payment: Payment, currency: str) -> int:
    """What is there of a payment: what came less what went back, as corrected."""
    return sum(held.left for held in held_of(tx, payment) if held.currency == currency)


def _is_part(entry: Entry, key: str) -> bool:
    """Whether an entry books a part of this return, or corrects one."""
    name = entry_keys.reverses(entry.key) or entry.key
    return name == key or name.startswith(f"{key}#")


def _book_refund(tx: Tx, payment: Payment, back: Return, key: str, amount: Money, when: When) -> tuple[str, ...]:
    """Take back what was allocated as far as credit does not reach, then book the return; the payables taken back."""
    intakes = intakes_in(tx, payment, amount.currency)
    drawn, taken = _draw(tx, intakes, amount.minor, back, when)
    suspended = amount.minor - sum(row.amount for row in drawn)
    tx.ledger.write(
        money_entries.refund(
            payment,
            key=key,
            currency=amount.currency,
            drawn=drawn,
            suspended=suspended,
            at=when.now,
            on=when.day(back.at),
            observation=back.key,
        )
    )
    return taken


def intakes_in(tx: Tx, payment: Payment, currency: str) -> tuple[Intake, ...]:
    """What a payment brought in, in one currency; oldest first."""
    return tuple(intake for intake in tx.ledger.intakes_of(payment.id) if intake.currency == currency)


def by_movement(payment: Payment, intakes: Iterable[Intake]) -> dict[str, list[Intake]]:
    """Intakes, oldest first, by the movement of their money; a dispute that was won gives back what came first."""
    found: dict[str, list[Intake]] = {}
    for intake in intakes:
        movement = entry_keys.movement_in(intake.key, payment) or next(iter(found), "")
        found.setdefault(movement, []).append(intake)
    return found


def kept_by_movement(tx: Tx, payment: Payment) -> dict[str, int]:
    """What is left of the money of each movement.

    What a dispute takes from an order leaves the order settled; it is gone all the same, the last money first.
    """
    currency = payment.amount.currency
    brought = by_movement(payment, intakes_in(tx, payment, currency))
    kept = {movement: sum(intake.kept for intake in intakes) for movement, intakes in brought.items()}
    lost = sum(kept.values()) - _left(tx, payment, currency)
    for movement in reversed(kept):
        part = max(0, min(lost, kept[movement]))
        kept[movement] -= part
        lost -= part
    return kept


def is_unrecorded(tx: Tx, payment: Payment, receipts: Sequence[CashReceipt]) -> bool:
    """Whether money of a paid payment is here for which no cash receipt stands; ``receipts`` are those that do."""
    if payment.status is not Status.PAID or (receipts and Flag.DUPLICATE_CHARGE not in payment.flags):
        return False
    recorded = {receipt.movement for receipt in receipts}
    return any(kept for movement, kept in kept_by_movement(tx, payment).items() if movement not in recorded)


def _draw(
    tx: Tx, intakes: Iterable[Intake], amount: int, back: Return, when: When
) -> tuple[list[Drawn], tuple[str, ...]]:
    """Unapplied credit first, in all of the payment's intakes, so that no bill is re-opened without need."""
    ordered = sorted(intakes, key=lambda intake: intake.unapplied <= 0)
    free = {intake.key: min(amount, intake.unapplied) for intake in ordered}
    parts: dict[str, int] = {}
    left = amount
    for intake in ordered:
        part = min(left, free[intake.key])
        parts[intake.key] = part
        left -= part
    touched: list[str] = []
    for intake in reversed(ordered):
        more = min(left, sum(share.amount for share in intake.shares))
        if more > 0:
            shares = shares_back(intake, intake.unapplied + more)
            move_credit(tx, intake, shares, at=when.now, on=when.day(back.at), observation=back.key)
            touched += [share.payable_id for share in shares]
            parts[intake.key] += more
            left -= more
    return [Drawn(key, part) for key, part in parts.items() if part > 0], tuple(dict.fromkeys(touched))


def _book_chargeback(tx: Tx, payment: Payment, back: Return, key: str, amount: Money, when: When) -> tuple[str, ...]:
    """Out of unapplied credit; then invoices are re-opened; what an order had settled is lost."""
    left = amount.minor
    drawn: list[Drawn] = []
    reopened: list[Applied] = []
    intakes = intakes_in(tx, payment, amount.currency)
    for intake in intakes:
        part = min(left, intake.unapplied)
        if part > 0:
            drawn.append(Drawn(intake.key, part))
            left -= part
    lost = 0
    for intake in reversed(intakes):
        for row in reopening(intake, left):
            payable = tx.payables.get(row.payable_id)
            if payable and payable.kind is PayableKind.INVOICE and payable.cancelled_at is None:
                reopened.append(row)
            else:
                lost += row.amount
            left -= row.amount
    tx.ledger.write(
        money_entries.chargeback(
            payment,
            key=key,
            currency=amount.currency,
            drawn=drawn,
            suspended=left,
            reopened=reopened,
            lost=lost,
            at=when.now,
            on=when.day(back.at),
            observation=back.key,
        )
    )
    return tuple(dict.fromkeys(row.payable_id for row in reopened))


def _settle_by_others(
    tx: Tx, payment: Payment, payable_ids: Sequence[str], when: When, *, observation: str | None
) -> None:
    """A bill that is due again takes what another payment brought for it and found nothing due."""
    for other in _others(tx, payment, payable_ids):
        for intake in tx.ledger.intakes_of(other.id):
            if intake.currency == other.amount.currency:
                _settle(tx, other, intake.key, when, observation=observation)


def _others(tx: Tx, payment: Payment, payable_ids: Sequence[str]) -> tuple[Payment, ...]:
    """Other paid payments of these payables."""
    found = tx.payments.with_payables(payable_ids) if payable_ids else ()
    return tuple(other for other in found if other.id != payment.id and other.status is Status.PAID)


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
