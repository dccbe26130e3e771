"""Double-entry records: what each proven fact books, and what it settles.

Every entry sums to zero in one currency, is written once under its key, and is never edited. Debit is positive,
credit negative. Amounts are minor units.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from datetime import datetime

import attrs

from hub_hookspecs import Mode

from .payable import Payable
from .payment import Capture, Payment


class LedgerKind(enum.StrEnum):
    """Ledger accounts: assets, liabilities, revenue, expenses."""

    RECEIVABLE = "receivable"
    PROVIDER_CLEARING = "provider_clearing"
    BANK = "bank"
    CASH = "cash"
    WITHHOLDING_RECEIVABLE = "withholding_receivable"
    TAX_WITHHELD = "tax_withheld"
    OUTSIDE = "outside"
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


@attrs.frozen(kw_only=True)
class Entry:
    """A double-entry record.

    Attributes:
        key: Unique per merchant and mode, for ever.
        intake_of: Customer whose money this entry brings in (capture, offline receipt).
        own_record: The amount is our own record, not vouched for by the provider.
    """

    key: str
    kind: EntryKind
    merchant_id: str
    mode: Mode
    currency: str
    postings: tuple[Posting, ...]
    at: datetime
    applied: tuple[Applied, ...] = ()
    intake_of: str | None = None
    payment_id: str | None = None
    observation: str | None = None
    own_record: bool = False
    note: str = ""

    def __attrs_post_init__(self) -> None:
        if len(self.postings) < 2 or sum(posting.amount for posting in self.postings) != 0:
            raise ValueError(f"entry {self.key} does not sum to zero")
        if any(posting.amount == 0 for posting in self.postings):
            raise ValueError(f"entry {self.key} has an empty posting")


def _moved(debit: LedgerKind, debtor: str, credit: LedgerKind, creditor: str, amount: int) -> tuple[Posting, ...]:
    return Posting(debit, debtor, amount), Posting(credit, creditor, -amount)


def bill(payable: Payable, *, difference: int, at: datetime) -> Entry:
    """Book what is billed, or the difference a revision makes."""
    return Entry(
        key=f"bill:{payable.id}:{payable.revision}",
        kind=EntryKind.BILL,
        merchant_id=payable.merchant_id,
        mode=payable.mode,
        currency=payable.currency,
        postings=_moved(LedgerKind.RECEIVABLE, payable.customer_id, LedgerKind.BILLED, "", difference),
        at=at,
    )


def paid_elsewhere(payable: Payable, *, amount: int, at: datetime) -> Entry:
    """Book what an import says was paid where the hub does not look; negative takes it back."""
    return Entry(
        key=f"outside:{payable.id}:{payable.revision}",
        kind=EntryKind.PAID_ELSEWHERE,
        merchant_id=payable.merchant_id,
        mode=payable.mode,
        currency=payable.currency,
        postings=_moved(LedgerKind.OUTSIDE, "", LedgerKind.RECEIVABLE, payable.customer_id, amount),
        at=at,
        applied=(Applied(payable_id=payable.id, effect=Effect.OUTSIDE, amount=amount),),
    )


def capture(payment: Payment, taken: Capture) -> Entry:
    """Book a proven capture: it is the customer's credit until it is allocated; another currency is in suspense."""
    strange = taken.amount.currency != payment.amount.currency
    credit = (LedgerKind.SUSPENSE, payment.account_id) if strange else (LedgerKind.CUSTOMER_CREDIT, payment.customer_id)
    return Entry(
        key=capture_key(payment.account_id, taken.movement),
        kind=EntryKind.CAPTURE,
        merchant_id=payment.merchant_id,
        mode=payment.mode,
        currency=taken.amount.currency,
        postings=_moved(LedgerKind.PROVIDER_CLEARING, payment.account_id, *credit, taken.amount.minor),
        at=taken.at,
        intake_of=None if strange else payment.customer_id,
        payment_id=payment.id,
        observation=taken.key,
        own_record=taken.own_record,
    )


def capture_key(account_id: str, movement: str) -> str:
    """The receipt key: one receipt entry per account and movement."""
    return f"capture:{account_id}:{movement}"


def offline_receipt(
    *,
    receipt_id: str,
    merchant_id: str,
    mode: Mode,
    customer_id: str,
    currency: str,
    amount: int,
    into: LedgerKind,
    at: datetime,
) -> Entry:
    """Book money that a person received: cash, or a transfer seen in the bank."""
    return Entry(
        key=f"manual:{receipt_id}",
        kind=EntryKind.OFFLINE_RECEIPT,
        merchant_id=merchant_id,
        mode=mode,
        currency=currency,
        postings=_moved(into, "", LedgerKind.CUSTOMER_CREDIT, customer_id, amount),
        at=at,
        intake_of=customer_id,
    )


@attrs.frozen
class Share:
    """How much of an intake goes to one payable."""

    payable_id: str
    amount: int


def shares_of(amount: int, wanted: Sequence[Share], due: dict[str, int]) -> tuple[Share, ...]:
    """Allocate in line order up to what is due; what is left over stays the customer's credit."""
    shares = []
    for want in wanted:
        share = min(want.amount, amount, due.get(want.payable_id, 0))
        if share > 0:
            shares.append(Share(want.payable_id, share))
            amount -= share
    return tuple(shares)


def allocations(intake: Entry, shares: Iterable[Share], *, customer_id: str) -> tuple[Entry, ...]:
    """Book how an intake settles payables: one entry a payable, keyed by intake and payable."""
    return tuple(
        Entry(
            key=f"alloc:{intake.key}:{share.payable_id}:0",
            kind=EntryKind.ALLOCATION,
            merchant_id=intake.merchant_id,
            mode=intake.mode,
            currency=intake.currency,
            postings=_moved(LedgerKind.CUSTOMER_CREDIT, customer_id, LedgerKind.RECEIVABLE, customer_id, share.amount),
            at=intake.at,
            applied=(
                Applied(payable_id=share.payable_id, effect=Effect.ALLOCATED, amount=share.amount, intake=intake.key),
            ),
            payment_id=intake.payment_id,
            observation=intake.observation,
        )
        for share in shares
    )


def returned(payment: Payment, *, reference: str, amount: int, allocated: Sequence[Share], at: datetime) -> Entry:
    """Book money that went back to the payer; what was allocated is re-opened, last line first."""
    applied: list[Applied] = []
    left = amount
    for share in reversed(allocated):
        back = min(left, share.amount)
        if back > 0:
            applied.append(Applied(payable_id=share.payable_id, effect=Effect.REOPENED, amount=back))
            left -= back
    reopened = amount - left
    legs = [Posting(LedgerKind.PROVIDER_CLEARING, payment.account_id, -amount)]
    if reopened:
        legs.append(Posting(LedgerKind.RECEIVABLE, payment.customer_id, reopened))
    if left:
        legs.append(Posting(LedgerKind.CUSTOMER_CREDIT, payment.customer_id, left))
    return Entry(
        key=f"refund:{payment.account_id}:{reference}",
        kind=EntryKind.REFUND,
        merchant_id=payment.merchant_id,
        mode=payment.mode,
        currency=payment.amount.currency,
        postings=tuple(legs),
        at=at,
        applied=tuple(applied),
        payment_id=payment.id,
    )
