"""A disbursement (comprobante de egreso): a customer's credit paid out by hand, with a numbered document of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import attrs

from hub_hookspecs import Mode, Money

from .intake import Intake
from .ledger import Drawn, Entry, EntryKind, LedgerKind, debit_and_credit
from .receipt import NOBODY, Means, Party, label_of

SERIES: Final = "CE"
"""The series of disbursements, counted per merchant and mode as cash receipts are."""

IN_HAND: Final = frozenset({Means.CASH})
"""What leaves the cash box; all else leaves the bank."""


@attrs.frozen(kw_only=True)
class PaidOut:
    """What a person says was paid out.

    Attributes:
        reference: Of the bank or of SINPE, where there is one.
    """

    amount: Money
    means: str
    paid_on: date
    reference: str = ""


@attrs.frozen(kw_only=True)
class Disbursement:
    """A customer's credit that was paid out: numbered without gaps per merchant and mode; never edited, only voided.

    Attributes:
        words: The amount in words.
        why: Why it was paid out, in the words of whoever decided it.
        issuer, paid_to: The company and the customer as they were when it was issued.
    """

    id: str
    merchant_id: str
    mode: Mode
    series: str
    number: int
    customer_id: str
    paid: PaidOut
    issued_at: datetime
    issued_by: str
    words: str
    why: str
    issuer: Party = NOBODY
    paid_to: Party = NOBODY
    void_reason: str = ""
    voided_at: datetime | None = None
    voided_by: str = ""

    @property
    def label(self) -> str:
        """Series and number as people write it: ``CE-000042``."""
        return label_of(self.series, self.number)

    @property
    def key(self) -> str:
        """The key of its entry."""
        return f"disburse:{self.id}"


def draws_on(free: Sequence[Intake], amount: int) -> tuple[Drawn, ...]:
    """What each credit gives of an amount, the first one first; less than the amount where the credit is less."""
    drawn = []
    for intake in free:
        part = min(amount, intake.unapplied)
        if part > 0:
            drawn.append(Drawn(intake.key, part))
            amount -= part
    return tuple(drawn)


def disbursement_entry(made: Disbursement, drawn: tuple[Drawn, ...], *, note: str) -> Entry:
    """Book what was paid out: the customer's credit goes down, bank or cash with it."""
    out_of = LedgerKind.CASH if made.paid.means in IN_HAND else LedgerKind.BANK
    return Entry(
        key=made.key,
        kind=EntryKind.DISBURSEMENT,
        merchant_id=made.merchant_id,
        mode=made.mode,
        currency=made.paid.amount.currency,
        postings=debit_and_credit(LedgerKind.CUSTOMER_CREDIT, made.customer_id, out_of, "", made.paid.amount.minor),
        at=made.issued_at,
        value_on=made.paid.paid_on,
        drawn=drawn,
        note=note,
    )
