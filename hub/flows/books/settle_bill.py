"""Settle a bill without new money: by a credit note, or by the customer's credit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import attrs

from hub.domain import billing
from hub.domain.acts import Act
from hub.domain.identity import FieldError, Invalid
from hub.domain.intake import Intake, Share
from hub.domain.ledger import Entry, EntryKind, LedgerKind, When
from hub.domain.lengths import REASON, too_long
from hub.domain.merchant import Merchant
from hub.domain.payable import Payable, PayableKind
from hub.domain.text import Text
from hub.flows.ground.own_customer import customer_of, invoices_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.refuse_while import refuse_while
from hub_hookspecs import Money

from .book_rest import book_rest
from .book_withheld import book_withheld
from .debit_note import is_debit_note
from .move_credit import move_credit
from .reverse_entry import fixes_of


async def credit_bill(
    hub: Hub, merchant: Merchant, number: str, *, note_number: str, amount: Money, by: str, reason: str = ""
) -> Payable:
    """Book a credit note on an invoice, once under its number; what exceeds the due becomes the customer's credit.

    A credit note is a fact of the merchant's accounting, so a payment that is under way does not keep it out: what
    that payment brings too much becomes credit.

    Raises:
        LookupError: No such invoice.
        Invalid: It is a debit note, another currency, nothing, more than the invoice, or a number that was used for
            something else.
    """
    now = hub.clock()
    note = CreditNote(number=note_number.strip(), amount=amount, note=_why(by, reason))
    return await hub.store.write(lambda tx: book_credit_note(tx, merchant, number, note, now))


@attrs.frozen(kw_only=True)
class CreditNote:
    """A credit note of the merchant's accounting.

    Attributes:
        note: Who recorded it and why.
    """

    number: str
    amount: Money
    note: str = ""


def book_credit_note(tx: Tx, merchant: Merchant, number: str, note: CreditNote, now: datetime) -> Payable:
    """``credit_bill`` inside the transaction of whoever decides it."""
    entry = unbooked_note(tx, merchant, number, note, now)
    if entry:
        tx.ledger.write(entry)
    return _invoice(tx, merchant, number)


def unbooked_note(tx: Tx, merchant: Merchant, number: str, note: CreditNote, now: datetime) -> Entry | None:
    """The entry of a credit note; None where the same one is booked already.

    Raises:
        LookupError, Invalid: As ``credit_bill``.
    """
    name, amount = note.number, note.amount
    if not name or len(name) > 60 or not name.isprintable():
        raise Invalid((FieldError("note", Text("credit_note.number_missing")),))
    payable = _invoice(tx, merchant, number)
    if is_debit_note(tx, payable):
        raise Invalid((FieldError("note", Text("bill.is_debit_note", number=payable.number)),))
    refuse_amount(payable, amount)
    refuse_while(tx, Act.CREDIT_NOTE, now, payables=[payable.id])
    entry = billing.credit_note(payable, note_number=name, amount=amount.minor, at=now, note=note.note)
    before = next((booked for booked in _notes(tx, merchant) if booked.key == entry.key), None)
    if before is None:
        _refuse_too_much(tx, merchant, payable, amount)
        return entry
    if fixes_of(tx, before):
        raise Invalid((FieldError("note", Text("credit_note.reversed", name=name)),))
    if before.payable_id != payable.id or before.moved(LedgerKind.BILLED) != amount.minor:
        raise Invalid((FieldError("note", Text("credit_note.recorded_otherwise", name=name)),))
    return None


def credited_on(tx: Tx, merchant: Merchant, payables: Collection[Payable]) -> Mapping[str, int]:
    """What the credit notes of each invoice come to, without those that were reversed; by id, minor units."""
    credited = dict.fromkeys((payable.id for payable in payables), 0)
    for note in _notes(tx, merchant) if credited else ():
        if note.payable_id in credited and not fixes_of(tx, note):
            credited[note.payable_id] += note.moved(LedgerKind.BILLED)
    return credited


def _notes(tx: Tx, merchant: Merchant) -> tuple[Entry, ...]:
    found = tx.ledger.keyed(merchant.id, merchant.mode, "credit")
    return tuple(entry for entry in found if entry.kind is EntryKind.CREDIT_NOTE)


def _refuse_too_much(tx: Tx, merchant: Merchant, payable: Payable, amount: Money) -> None:
    """All credit notes of an invoice together are at most the invoice: more would be credit that nobody paid for."""
    left = payable.total - credited_on(tx, merchant, [payable])[payable.id]
    if amount.minor > left:
        rest = Money(max(0, left), payable.currency)
        raise Invalid((FieldError("amount", Text("credit_note.too_much", number=payable.number, rest=rest)),))


async def apply_credit(
    hub: Hub,
    merchant: Merchant,
    customer_id: str,
    shares: Sequence[Share],
    *,
    by: str,
    is_payer: bool = False,
) -> tuple[Payable, ...]:
    """Let a customer's credit settle invoices, its oldest first; the invoices as they stand then.

    What a live payment holds of the credit is not there to be used.

    Args:
        is_payer: The customer asks for it, of whom nothing is taken for what is in clarification.

    Raises:
        LookupError: No such customer of this merchant.
        Invalid: Not this customer's invoice, more than is due, less credit than asked for, or a payment is under way.
    """
    now = hub.clock()

    def write(tx: Tx) -> tuple[Payable, ...]:
        customer = customer_of(tx, merchant, customer_id)
        wanted = [share.payable_id for share in shares]
        payables = {payable.id: payable for payable in invoices_of(tx, merchant, customer.id, wanted)}
        used: list[Intake] = []
        for share in shares:
            payable = payables[share.payable_id]
            refuse_while(tx, Act.APPLY_CREDIT, now, payables=[payable.id])
            if is_payer and tx.payables.in_clarification([payable.id]):
                raise Invalid((FieldError("invoices", Text("bill.in_clarification", number=payable.number)),))
            used += _apply(tx, payable, share.amount)
        for payment_id in dict.fromkeys(intake.payment_id for intake in used if intake.payment_id):
            if payment := tx.payments.get(payment_id):
                when = When(now, ZoneInfo(merchant.company.zone))
                book_withheld(tx, payment, when)
                book_rest(tx, payment, when)
        return tx.payables.many(list(payables))

    def _apply(tx: Tx, payable: Payable, amount: int) -> list[Intake]:
        if not 0 < amount <= payable.due:
            raise Invalid((FieldError("amount", Text("bill.owes", number=payable.number, balance=payable.balance)),))
        left, used = amount, list[Intake]()
        for intake in tx.ledger.free_intakes(customer_id, merchant.mode, payable.currency):
            part = min(left, intake.unapplied)
            if part:
                move_credit(tx, intake, [Share(payable.id, part)], at=now, note=_why(by, ""))
                used.append(intake)
            left -= part
        if left:
            held = tx.ledger.held_credit(customer_id, merchant.mode).get(payable.currency, 0)
            has = Money(amount - left, payable.currency)
            why = (
                Text("credit.held", held=Money(held, payable.currency))
                if held
                else Text("credit.too_little", credit=has)
            )
            raise Invalid((FieldError("amount", why),))
        return used

    return await hub.store.write(write)


def _invoice(tx: Tx, merchant: Merchant, number: str) -> Payable:
    payable = tx.payables.by_number(merchant.id, merchant.mode, PayableKind.INVOICE, number)
    if payable is None:
        raise LookupError(f"there is no invoice {number!r}")
    return payable


def refuse_amount(payable: Payable, amount: Money) -> None:
    """Only some amount of the invoice's own currency settles it.

    Raises:
        Invalid: It is of another, or nothing.
    """
    if amount.currency != payable.currency:
        raise Invalid(
            (FieldError("amount", Text("bill.other_currency", number=payable.number, currency=payable.currency)),)
        )
    if amount.minor <= 0:
        raise Invalid((FieldError("amount", Text("amount.not_positive")),))


def _why(by: str, reason: str) -> str:
    if problems := too_long("reason", reason.strip(), REASON):
        raise Invalid(problems)
    return f"{by}: {reason.strip()}" if reason.strip() else by
