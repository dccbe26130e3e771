"""Double-entry records: what an entry is, and the rules that each keeps.

Every entry sums to zero in one currency, is written once under its key, and is never edited. Debit is positive,
credit negative. Amounts are minor units.
"""

from __future__ import annotations

import enum
from datetime import date, datetime, tzinfo
from typing import Final

import attrs

from hub_hookspecs import Mode


class LedgerKind(enum.StrEnum):
    """Ledger accounts: assets, liabilities, revenue, expenses."""

    RECEIVABLE = "receivable"
    PROVIDER_CLEARING = "provider_clearing"
    BANK = "bank"
    CASH = "cash"
    WITHHOLDING_RECEIVABLE = "withholding_receivable"
    TAX_WITHHELD = "tax_withheld"
    OUTSIDE = "outside"
    EXCHANGE = "exchange"
    PROVIDER_RESERVE = "provider_reserve"
    IN_TRANSIT = "in_transit"
    CUSTOMER_CREDIT = "customer_credit"
    SUSPENSE = "suspense"
    BILLED = "billed"
    FEES = "fees"
    FEE_TAX = "fee_tax"
    DISCOUNTS = "discounts"
    WRITE_OFF = "write_off"
    CHARGEBACK_LOSS = "chargeback_loss"


class EntryKind(enum.StrEnum):
    """What an entry records."""

    BILL = "bill"
    CAPTURE = "capture"
    OFFLINE_RECEIPT = "offline_receipt"
    PAID_ELSEWHERE = "paid_elsewhere"
    ALLOCATION = "allocation"
    WITHHELD = "withheld"
    DISCOUNT = "discount"
    CREDIT_NOTE = "credit_note"
    REFUND = "refund"
    SETTLEMENT = "settlement"
    FEE = "fee"
    FEE_TAX = "fee_tax"
    ACQUIRER_TAX = "acquirer_tax"
    CHARGEBACK = "chargeback"
    WRITE_OFF = "write_off"
    DISBURSEMENT = "disbursement"
    DEBIT_NOTE = "debit_note"
    EXCHANGE = "exchange"
    RESERVE = "reserve"
    PAYOUT = "payout"
    CORRECTION = "correction"


class Effect(enum.StrEnum):
    """Which sum of a payable an allocation row moves."""

    ALLOCATED = "allocated"
    WITHHELD = "withheld"
    DISCOUNTED = "discounted"
    CREDITED = "credited"
    OUTSIDE = "outside"
    WRITTEN_OFF = "written_off"
    REOPENED = "reopened"


@attrs.frozen
class Posting:
    """One leg: a signed amount on the ledger account (kind, owner); owner is a customer, an account, or nobody."""

    kind: LedgerKind
    owner: str
    amount: int


@attrs.frozen(kw_only=True)
class Applied:
    """A row of the allocation table: what an entry does to one payable, and from which intake the money came.

    Attributes:
        intake: Key of the capture or offline receipt entry that the money came in by, or nothing.
        amount: Positive adds to the effect's sum, negative takes back.
    """

    payable_id: str
    effect: Effect
    amount: int
    intake: str | None = None


@attrs.frozen
class Drawn:
    """What an entry takes out of an intake otherwise than by allocating it; negative puts it back."""

    intake: str
    amount: int


@attrs.frozen
class Erasure:
    """Who erased the text of an entry, why and when."""

    by: str
    why: str
    at: datetime


@attrs.frozen(kw_only=True)
class Entry:
    """A double-entry record.

    Attributes:
        key: Unique per merchant and mode, for ever.
        at: When it was booked.
        value_on: The day that it counts for, where that is not the day on which it was booked: of the document, or
            when the provider says that it happened; where the merchant is.
        intake_of: Customer whose credit this entry brings in (capture, offline receipt, credit note).
        payable_id: The invoice that a credit note is on, whether or not it found anything due there.
        own_record: The amount is our own record, not vouched for by the provider.
        note: Free text for people. It is not sealed itself, so that it can be erased; nothing is concluded from it.
        erased: Who erased the note.
    """

    key: str
    kind: EntryKind
    merchant_id: str
    mode: Mode
    currency: str
    postings: tuple[Posting, ...]
    at: datetime
    value_on: date | None = None
    applied: tuple[Applied, ...] = ()
    drawn: tuple[Drawn, ...] = ()
    intake_of: str | None = None
    payment_id: str | None = None
    payable_id: str | None = None
    observation: str | None = None
    own_record: bool = False
    note: str = ""
    erased: Erasure | None = None

    def __attrs_post_init__(self) -> None:
        amounts = [posting.amount for posting in self.postings]
        if len(amounts) < 2 or sum(amounts) != 0:
            raise ValueError(f"entry {self.key} does not sum to zero")
        if 0 in amounts:
            raise ValueError(f"entry {self.key} has an empty posting")
        if broken := broken_rules(self):
            raise ValueError(f"entry {self.key}: {'; '.join(broken)}")

    def booked_on(self, zone: tzinfo) -> date:
        """The day on which it was booked, where the merchant is."""
        return self.at.astimezone(zone).date()

    def counts_on(self, zone: tzinfo) -> date:
        """The day that it counts for (value date), where the merchant is."""
        return self.value_on or self.booked_on(zone)

    def moved(self, kind: LedgerKind) -> int:
        """What the entry adds to ledger accounts of this kind."""
        return sum([posting.amount for posting in self.postings if posting.kind is kind])

    @property
    def brought_in(self) -> int:
        """The credit that the entry gives as an intake."""
        return -self.moved(LedgerKind.CUSTOMER_CREDIT) if self.intake_of is not None else 0


UNBOUND: Final = (EntryKind.BILL, EntryKind.DEBIT_NOTE)
"""Entries that move receivables without an applied row of the same size."""


def broken_rules(entry: Entry) -> tuple[str, ...]:
    """The rules that an entry breaks, beyond summing to zero; the database refuses the same.

    Receivables move by what is settled or re-opened, and a customer's credit by intakes, allocations and what is drawn.
    """
    receivable, credit = entry.moved(LedgerKind.RECEIVABLE), entry.moved(LedgerKind.CUSTOMER_CREDIT)
    brought_in = -credit if entry.intake_of is not None else 0
    settled = sum([-row.amount if row.effect is not Effect.REOPENED else row.amount for row in entry.applied])
    allocated = [row for row in entry.applied if row.effect is Effect.ALLOCATED]
    used = sum([row.amount for row in allocated])
    drawn = sum([row.amount for row in entry.drawn])
    broken = []
    if receivable != settled and entry.kind not in UNBOUND:
        broken.append("receivables move by what is settled")
    if credit != used + drawn - brought_in:
        broken.append("a customer's credit moves by what is brought in, allocated and drawn")
    if entry.intake_of is not None and brought_in <= 0:
        broken.append("an intake brings something in")
    if any(row.intake is None for row in allocated):
        broken.append("what is allocated comes out of an intake")
    return tuple(broken)


@attrs.frozen
class When:
    """The moment at which entries are booked, and where a day begins."""

    now: datetime
    zone: tzinfo

    def day(self, moment: datetime) -> date:
        """The merchant's day of a moment; today where a provider's clock is ahead of ours."""
        return min(moment, self.now).astimezone(self.zone).date()


def debit_and_credit(
    debit: LedgerKind, debtor: str, credit: LedgerKind, creditor: str, amount: int
) -> tuple[Posting, ...]:
    """The two legs of an amount: one ledger account is debited, another credited."""
    return Posting(debit, debtor, amount), Posting(credit, creditor, -amount)
