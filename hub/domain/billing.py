"""What is booked of a payable itself: that it is billed, and what lowers it without money through the hub."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from .entry_keys import DEBIT_NOTE
from .ledger import Applied, Effect, Entry, EntryKind, LedgerKind, Posting, debit_and_credit
from .payable import Payable
from .payment import Payment


def bill(payable: Payable, *, difference: int, at: datetime) -> Entry:
    """Book what is billed, which counts for the day of the document, or the difference that a revision makes."""
    return Entry(
        key=f"bill:{payable.id}:{payable.revision}",
        kind=EntryKind.BILL,
        merchant_id=payable.merchant_id,
        mode=payable.mode,
        currency=payable.currency,
        postings=debit_and_credit(LedgerKind.RECEIVABLE, payable.customer_id, LedgerKind.BILLED, "", difference),
        at=at,
        value_on=None if payable.revision else payable.issued_on,
    )


def paid_elsewhere(payable: Payable, *, amount: int, at: datetime) -> Entry:
    """Book what an import says was paid where the hub does not look; negative takes it back.

    What a new invoice's file says was paid before counts for the day of the document.
    """
    return Entry(
        key=f"outside:{payable.id}:{payable.revision}",
        kind=EntryKind.PAID_ELSEWHERE,
        merchant_id=payable.merchant_id,
        mode=payable.mode,
        currency=payable.currency,
        postings=debit_and_credit(LedgerKind.OUTSIDE, "", LedgerKind.RECEIVABLE, payable.customer_id, amount),
        at=at,
        value_on=None if payable.revision else payable.issued_on,
        applied=(Applied(payable_id=payable.id, effect=Effect.OUTSIDE, amount=amount),),
    )


def withheld(
    receipt_id: str, payable: Payable, *, tax: str, amount: int, at: datetime, on: date | None = None
) -> Entry:
    """Book a tax that the payer kept back and pays for us; the certificate is worth it."""
    return _settles(
        payable,
        key=f"withheld:{receipt_id}:{payable.id}:{tax}",
        kind=EntryKind.WITHHELD,
        debit=(LedgerKind.WITHHOLDING_RECEIVABLE, tax),
        effect=Effect.WITHHELD,
        amount=amount,
        at=at,
        on=on,
    )


def discount(receipt_id: str, payable: Payable, *, amount: int, at: datetime, on: date | None = None) -> Entry:
    """Book what is let off on a receipt."""
    return _settles(
        payable,
        key=f"discount:{receipt_id}:{payable.id}",
        kind=EntryKind.DISCOUNT,
        debit=(LedgerKind.DISCOUNTS, ""),
        effect=Effect.DISCOUNTED,
        amount=amount,
        at=at,
        on=on,
    )


def write_off(payable: Payable, *, number: int, amount: int, at: datetime, note: str = "") -> Entry:
    """Book what will never be paid."""
    return _settles(
        payable,
        key=f"writeoff:{payable.id}:{number}",
        kind=EntryKind.WRITE_OFF,
        debit=(LedgerKind.WRITE_OFF, ""),
        effect=Effect.WRITTEN_OFF,
        amount=amount,
        at=at,
        note=note,
    )


def credit_note(payable: Payable, *, note_number: str, amount: int, at: datetime, note: str = "") -> Entry:
    """Book a credit note: it settles what is due, and what exceeds the due becomes the customer's credit."""
    used = min(amount, payable.due)
    legs = [Posting(LedgerKind.BILLED, "", amount)]
    if used:
        legs.append(Posting(LedgerKind.RECEIVABLE, payable.customer_id, -used))
    if amount > used:
        legs.append(Posting(LedgerKind.CUSTOMER_CREDIT, payable.customer_id, used - amount))
    return Entry(
        key=f"credit:{note_number}",
        kind=EntryKind.CREDIT_NOTE,
        merchant_id=payable.merchant_id,
        mode=payable.mode,
        currency=payable.currency,
        postings=tuple(legs),
        at=at,
        applied=(Applied(payable_id=payable.id, effect=Effect.CREDITED, amount=used),) if used else (),
        intake_of=payable.customer_id if amount > used else None,
        payable_id=payable.id,
        note=note,
    )


DEBIT_NOTES: Final = "ND"
"""The series of debit notes."""


def debit_note_concept() -> str:
    """What a debit note is for, in the Spanish that is stored with it for good."""
    return "Nota débito: dinero devuelto después de entregarle ese saldo a favor"


def debit_note(payable: Payable, payment: Payment, *, returned_as: str, at: datetime, observation: str | None) -> Entry:
    """Book what a customer owes because money went back that had been paid out to it; the return draws that credit.

    Args:
        returned_as: Key of the return's entry.
    """
    return Entry(
        key=f"{DEBIT_NOTE}{returned_as}",
        kind=EntryKind.DEBIT_NOTE,
        merchant_id=payable.merchant_id,
        mode=payable.mode,
        currency=payable.currency,
        postings=debit_and_credit(
            *(LedgerKind.RECEIVABLE, payable.customer_id, LedgerKind.CUSTOMER_CREDIT, payable.customer_id),
            payable.total,
        ),
        at=at,
        value_on=payable.issued_on,
        intake_of=payable.customer_id,
        payment_id=payment.id,
        payable_id=payable.id,
        observation=observation,
    )


def _settles(
    payable: Payable,
    *,
    key: str,
    kind: EntryKind,
    debit: tuple[LedgerKind, str],
    effect: Effect,
    amount: int,
    at: datetime,
    on: date | None = None,
    note: str = "",
) -> Entry:
    return Entry(
        key=key,
        kind=kind,
        merchant_id=payable.merchant_id,
        mode=payable.mode,
        currency=payable.currency,
        postings=debit_and_credit(*debit, LedgerKind.RECEIVABLE, payable.customer_id, amount),
        at=at,
        value_on=on,
        applied=(Applied(payable_id=payable.id, effect=effect, amount=amount),),
        note=note,
    )
