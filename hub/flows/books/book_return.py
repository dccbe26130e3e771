"""Book a return: a refund, or what the payer's bank took back."""

from __future__ import annotations

from collections.abc import Iterable

from hub.domain import entry_keys, money_entries
from hub.domain.captures import Capture
from hub.domain.dispute import DisputeOutcome
from hub.domain.entry_keys import EXCHANGE
from hub.domain.intake import Intake, reopening, shares_back
from hub.domain.known_returns import Return
from hub.domain.ledger import Applied, Drawn, Entry, EntryKind, LedgerKind, When
from hub.domain.payable import PayableKind
from hub.domain.payment import Payment
from hub.flows.ground.ports import Tx
from hub_hookspecs import Kind, Money

from .bill_order import close_order
from .debit_note import owe_disbursed
from .move_credit import move_credit, other_payments, settle_by_others
from .read_intakes import intakes_in, left_of
from .take_back_conversion import unwind
from .use_held import use_held_again


def own_key_of(tx: Tx, payment: Payment, key: str) -> str:
    """The key under which something is booked once for this payment, though another had the same id first."""
    return entry_keys.own_key(key, payment) if tx.ledger.is_of_another(payment, key) else key


def book_return(tx: Tx, payment: Payment, back: Return, captures: tuple[Capture, ...], when: When) -> tuple[str, ...]:
    """Book a return as far as it is not booked yet, and not above what was captured; the payables due again by it."""
    make = entry_keys.chargeback_key if back.kind is Kind.CHARGED_BACK else entry_keys.refund_key
    key = own_key_of(tx, payment, make(payment.account_id, back.name))
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    amount = _all_of(captures) if back.amount is None else back.amount
    own = [entry for entry in entries if entry.currency == amount.currency]
    room = left_of(tx, payment, amount.currency)
    parts = [entry for entry in own if _is_part(entry, key)]
    booked = -sum(entry.moved(LedgerKind.PROVIDER_CLEARING) for entry in parts)
    part = min(amount.minor - booked, room)
    if part <= 0 or any(entry.kind is EntryKind.CORRECTION for entry in parts):
        return ()
    if not parts and back.kind is Kind.CHARGED_BACK and _was_won(tx, payment, back):
        return ()
    number = len(parts)
    book = _book_chargeback if back.kind is Kind.CHARGED_BACK else _book_refund
    own_part, own_amount = f"{key}#{number}" if number else key, Money(part, amount.currency)
    unwound = unwind(tx, payment, back, own_part, own_amount, when)
    owe_disbursed(tx, payment, back, own_part, own_amount, when)
    payables = tuple(dict.fromkeys((*unwound, *book(tx, payment, back, own_part, own_amount, when))))
    settle_by_others(tx, payment, payables, when, observation=back.key)
    use_held_again(tx, other_payments(tx, payment, payables), when)
    for payable_id in payables:
        close_order(tx, payable_id, at=when.now, on=when.day(back.at))
    return payables


def _all_of(captures: tuple[Capture, ...]) -> Money:
    currency = captures[0].amount.currency
    return Money(sum(taken.amount.minor for taken in captures if taken.amount.currency == currency), currency)


def _was_won(tx: Tx, payment: Payment, back: Return) -> bool:
    """Whether a bank gave again what it took before there was anything to take by the books."""
    return any(
        dispute.outcome is DisputeOutcome.WON and dispute.stage.has_taken and dispute.is_called(back.name)
        for dispute in tx.disputes.of_payments([payment.id])
    )


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


def _draw(
    tx: Tx, intakes: Iterable[Intake], amount: int, back: Return, when: When
) -> tuple[list[Drawn], tuple[str, ...]]:
    """Unapplied credit first, in all of the payment's intakes, so that no bill is re-opened without need."""
    ordered = _converted_last(sorted(intakes, key=lambda intake: intake.unapplied <= 0))
    free = {intake.key: min(amount, intake.unapplied) for intake in ordered}
    parts: dict[str, int] = {}
    left = amount
    for intake in ordered:
        part = min(left, free[intake.key])
        parts[intake.key] = part
        left -= part
    touched: list[str] = []
    for intake in _converted_last(reversed(ordered)):
        more = min(left, sum(share.amount for share in intake.shares))
        if more > 0:
            shares = shares_back(intake, intake.unapplied + more)
            move_credit(tx, intake, shares, at=when.now, on=when.day(back.at), observation=back.key)
            touched += [share.payable_id for share in shares]
            parts[intake.key] += more
            left -= more
    return [Drawn(key, part) for key, part in parts.items() if part > 0], tuple(dict.fromkeys(touched))


def _converted_last(intakes: Iterable[Intake]) -> list[Intake]:
    """What came in the currency that goes back is taken first: what was converted goes back in its own."""
    return sorted(intakes, key=lambda intake: intake.key.startswith(EXCHANGE))


def _book_chargeback(tx: Tx, payment: Payment, back: Return, key: str, amount: Money, when: When) -> tuple[str, ...]:
    """Out of unapplied credit; then invoices are re-opened; what an order had settled is lost."""
    left = amount.minor
    drawn: list[Drawn] = []
    reopened: list[Applied] = []
    intakes = _converted_last(intakes_in(tx, payment, amount.currency))
    for intake in intakes:
        part = min(left, intake.unapplied)
        if part > 0:
            drawn.append(Drawn(intake.key, part))
            left -= part
    lost = 0
    for intake in _converted_last(reversed(intakes)):
        for row in reopening(intake, left):
            payable = tx.payables.get(row.payable_id)
            if payable and payable.kind is PayableKind.INVOICE:
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
