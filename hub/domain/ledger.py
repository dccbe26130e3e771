"""Double-entry records: what each proven fact books, and what it settles.

Every entry sums to zero in one currency, is written once under its key, and is never edited. Debit is positive,
credit negative. Amounts are minor units.

An *intake* is an entry that gives a customer credit: a capture, an offline receipt, the part of a credit note that was
owed already. A customer's credit is at any time what the intakes have left: what came in, less what was allocated to
payables, less what was drawn to go back.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from types import MappingProxyType

import attrs

from hub_hookspecs import Mode, Money, SettlementLine

from .payable import Payable
from .payment import Capture, Payment

EMPTY_COUNTS: Mapping[str, int] = MappingProxyType({})


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
        if len(self.postings) < 2 or sum(posting.amount for posting in self.postings) != 0:
            raise ValueError(f"entry {self.key} does not sum to zero")
        if any(posting.amount == 0 for posting in self.postings):
            raise ValueError(f"entry {self.key} has an empty posting")
        if faults := faults_of(self):
            raise ValueError(f"entry {self.key}: {'; '.join(faults)}")

    def booked_on(self, zone: tzinfo) -> date:
        """The day on which it was booked, where the merchant is."""
        return self.at.astimezone(zone).date()

    def counts_on(self, zone: tzinfo) -> date:
        """The day that it counts for (value date), where the merchant is."""
        return self.value_on or self.booked_on(zone)

    def moved(self, kind: LedgerKind) -> int:
        """What the entry adds to ledger accounts of this kind."""
        return sum(posting.amount for posting in self.postings if posting.kind is kind)

    @property
    def brought_in(self) -> int:
        """The credit that the entry gives as an intake."""
        return -self.moved(LedgerKind.CUSTOMER_CREDIT) if self.intake_of is not None else 0


def faults_of(entry: Entry) -> tuple[str, ...]:
    """What keeps an entry from being right in itself, beyond summing to zero; the database refuses the same.

    Receivables move by what is settled or re-opened, and a customer's credit by intakes, allocations and what is drawn.
    """
    settled = sum(-row.amount if row.effect is not Effect.REOPENED else row.amount for row in entry.applied)
    used = sum(row.amount for row in entry.applied if row.effect is Effect.ALLOCATED)
    drawn = sum(row.amount for row in entry.drawn)
    tests = {
        "receivables move by what is settled": entry.kind is EntryKind.BILL
        or entry.moved(LedgerKind.RECEIVABLE) == settled,
        "a customer's credit moves by what is brought in, allocated and drawn": entry.moved(LedgerKind.CUSTOMER_CREDIT)
        == used + drawn - entry.brought_in,
        "an intake brings something in": entry.intake_of is None or entry.brought_in > 0,
        "what is allocated comes out of an intake": all(
            row.intake is not None for row in entry.applied if row.effect is Effect.ALLOCATED
        ),
    }
    return tuple(rule for rule, holds in tests.items() if not holds)


@attrs.frozen
class Share:
    """How much of an intake goes to one payable."""

    payable_id: str
    amount: int


@attrs.frozen(kw_only=True)
class Intake:
    """A source of a customer's credit, as it stands.

    Attributes:
        shares: What it settles now, by payable, in the order it did; without what was re-opened since.
    """

    key: str
    merchant_id: str
    mode: Mode
    customer_id: str
    currency: str
    amount: int
    allocated: int = 0
    returned: int = 0
    payment_id: str | None = None
    shares: tuple[Share, ...] = ()

    @property
    def unapplied(self) -> int:
        """What is left of it as the customer's credit."""
        return self.amount - self.allocated - self.returned

    @property
    def kept(self) -> int:
        """What of it has not gone back: it settles payables, or is the customer's credit."""
        return self.unapplied + sum(share.amount for share in self.shares)


def settled_by(intakes: Iterable[Intake]) -> dict[str, int]:
    """What intakes together settle of each payable now, by its id, in the order they did."""
    found: dict[str, int] = {}
    for share in (share for intake in intakes for share in intake.shares):
        found[share.payable_id] = found.get(share.payable_id, 0) + share.amount
    return found


@attrs.frozen
class When:
    """The moment at which entries are booked, and where a day begins."""

    now: datetime
    zone: tzinfo

    def day(self, moment: datetime) -> date:
        """The merchant's day of a moment; today where a provider's clock is ahead of ours."""
        return min(moment, self.now).astimezone(self.zone).date()


def _moved(debit: LedgerKind, debtor: str, credit: LedgerKind, creditor: str, amount: int) -> tuple[Posting, ...]:
    return Posting(debit, debtor, amount), Posting(credit, creditor, -amount)


def bill(payable: Payable, *, difference: int, at: datetime) -> Entry:
    """Book what is billed, which counts for the day of the document, or the difference that a revision makes."""
    return Entry(
        key=f"bill:{payable.id}:{payable.revision}",
        kind=EntryKind.BILL,
        merchant_id=payable.merchant_id,
        mode=payable.mode,
        currency=payable.currency,
        postings=_moved(LedgerKind.RECEIVABLE, payable.customer_id, LedgerKind.BILLED, "", difference),
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
        postings=_moved(LedgerKind.OUTSIDE, "", LedgerKind.RECEIVABLE, payable.customer_id, amount),
        at=at,
        value_on=None if payable.revision else payable.issued_on,
        applied=(Applied(payable_id=payable.id, effect=Effect.OUTSIDE, amount=amount),),
    )


def capture(payment: Payment, taken: Capture, *, at: datetime | None = None, on: date | None = None) -> Entry:
    """Book a proven capture: it is the customer's credit until it is allocated; another currency is in suspense.

    Args:
        at: When it is booked, unless when it was captured.
        on: The day of the capture, where the merchant is.
    """
    strange = taken.amount.currency != payment.amount.currency
    credit = (LedgerKind.SUSPENSE, payment.account_id) if strange else (LedgerKind.CUSTOMER_CREDIT, payment.customer_id)
    return Entry(
        key=capture_key(payment.account_id, taken.movement),
        kind=EntryKind.CAPTURE,
        merchant_id=payment.merchant_id,
        mode=payment.mode,
        currency=taken.amount.currency,
        postings=_moved(LedgerKind.PROVIDER_CLEARING, payment.account_id, *credit, taken.amount.minor),
        at=at or taken.at,
        value_on=on,
        intake_of=None if strange else payment.customer_id,
        payment_id=payment.id,
        observation=taken.key,
        own_record=taken.own_record,
    )


def capture_key(account_id: str, movement: str) -> str:
    """The receipt key: one receipt entry per account and movement; ``own_key`` where two payments claim a movement."""
    return f"capture:{account_id}:{movement}"


def own_key(key: str, payment: Payment) -> str:
    """The key of what is told of a payment under an id that another payment of its account had first."""
    return f"{key}@{payment.reference}"


def movement_in(key: str, payment: Payment) -> str | None:
    """The movement that the key of a payment's capture names, or of its correction; None for any other key."""
    beginning, named = capture_key(payment.account_id, ""), root_of(key)
    return named.removeprefix(beginning).removesuffix(own_key("", payment)) if named.startswith(beginning) else None


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
    on: date | None = None,
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
        value_on=on,
        intake_of=customer_id,
    )


def shares_of(amount: int, wanted: Sequence[Share], due: dict[str, int]) -> tuple[Share, ...]:
    """Allocate in line order up to what is due; what is left over stays the customer's credit."""
    shares = []
    for want in wanted:
        share = min(want.amount, amount, due.get(want.payable_id, 0))
        if share > 0:
            shares.append(Share(want.payable_id, share))
            amount -= share
    return tuple(shares)


def allocations(
    intake: Entry | Intake,
    shares: Iterable[Share],
    *,
    customer_id: str,
    at: datetime | None = None,
    on: date | None = None,
    times: Mapping[str, int] = EMPTY_COUNTS,
    observation: str | None = None,
    note: str = "",
) -> tuple[Entry, ...]:
    """Book how an intake settles payables: one entry a payable; a negative share takes back.

    Args:
        at: When, unless with the intake itself.
        on: The day that it counts for, unless with the intake itself.
        times: How often this intake was allocated to, or taken back from, each payable before.
    """
    moment = at or (intake.at if isinstance(intake, Entry) else None)
    day = intake.value_on if at is None and isinstance(intake, Entry) else on
    if moment is None:
        raise ValueError(f"when is {intake.key} allocated?")
    return tuple(
        Entry(
            key=f"alloc:{intake.key}:{share.payable_id}:{times.get(share.payable_id, 0)}",
            kind=EntryKind.ALLOCATION,
            merchant_id=intake.merchant_id,
            mode=intake.mode,
            currency=intake.currency,
            postings=_moved(LedgerKind.CUSTOMER_CREDIT, customer_id, LedgerKind.RECEIVABLE, customer_id, share.amount),
            at=moment,
            value_on=day,
            applied=(
                Applied(payable_id=share.payable_id, effect=Effect.ALLOCATED, amount=share.amount, intake=intake.key),
            ),
            payment_id=intake.payment_id,
            observation=observation or (intake.observation if isinstance(intake, Entry) else None),
            note=note,
        )
        for share in shares
    )


def shares_back(intake: Intake, amount: int) -> tuple[Share, ...]:
    """What must be taken back from payables so that ``amount`` of an intake is free; the last line first."""
    wanted, found = amount - intake.unapplied, []
    for share in reversed(intake.shares):
        part = min(wanted, share.amount)
        if part > 0:
            found.append(Share(share.payable_id, -part))
            wanted -= part
    return tuple(found)


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
        postings=_moved(*debit, LedgerKind.RECEIVABLE, payable.customer_id, amount),
        at=at,
        value_on=on,
        applied=(Applied(payable_id=payable.id, effect=effect, amount=amount),),
        note=note,
    )


OF_MONEY = ("capture:", "refund:", "chargeback:")
"""How the keys begin of what came through a provider and of what went back."""


def refund_key(account_id: str, reference: str) -> str:
    """The key of a return: one entry per account and reference, one more where a rest could be booked only later."""
    return f"refund:{account_id}:{reference}"


def chargeback_key(account_id: str, case: str) -> str:
    """The key of a chargeback."""
    return f"chargeback:{account_id}:{case}"


def refund(
    payment: Payment,
    *,
    key: str,
    currency: str,
    drawn: Sequence[Drawn],
    suspended: int = 0,
    at: datetime,
    on: date | None = None,
    observation: str | None = None,
) -> Entry:
    """Book money that went back to the payer, out of credit; what was allocated is taken back first.

    Args:
        suspended: What goes back of money that was never anybody's credit.
    """
    total = sum(row.amount for row in drawn)
    return _goes_back(payment, EntryKind.REFUND, key, currency, total, suspended, (), 0, drawn, at, on, observation)


def chargeback(
    payment: Payment,
    *,
    key: str,
    currency: str,
    drawn: Sequence[Drawn] = (),
    suspended: int = 0,
    reopened: Sequence[Applied] = (),
    lost: int = 0,
    at: datetime,
    on: date | None = None,
    observation: str | None = None,
) -> Entry:
    """Book money that the payer's bank took back: out of unapplied credit, payables re-opened, or a loss."""
    total = sum(row.amount for row in drawn)
    return _goes_back(
        payment, EntryKind.CHARGEBACK, key, currency, total, suspended, reopened, lost, drawn, at, on, observation
    )


def _goes_back(
    payment: Payment,
    kind: EntryKind,
    key: str,
    currency: str,
    credit: int,
    suspended: int,
    reopened: Sequence[Applied],
    lost: int,
    drawn: Sequence[Drawn],
    at: datetime,
    on: date | None,
    observation: str | None,
) -> Entry:
    owed = sum(row.amount for row in reopened)
    debits = (
        Posting(LedgerKind.RECEIVABLE, payment.customer_id, owed),
        Posting(LedgerKind.CUSTOMER_CREDIT, payment.customer_id, credit),
        Posting(LedgerKind.SUSPENSE, payment.account_id, suspended),
        Posting(LedgerKind.CHARGEBACK_LOSS, payment.account_id, lost),
    )
    total = owed + credit + suspended + lost
    return Entry(
        key=key,
        kind=kind,
        merchant_id=payment.merchant_id,
        mode=payment.mode,
        currency=currency,
        postings=(
            *(leg for leg in debits if leg.amount),
            Posting(LedgerKind.PROVIDER_CLEARING, payment.account_id, -total),
        ),
        at=at,
        value_on=on,
        applied=tuple(reopened),
        drawn=tuple(drawn),
        payment_id=payment.id,
        observation=observation,
    )


def reopening(intake: Intake, amount: int) -> tuple[Applied, ...]:
    """Rows that re-open what an intake settled; the last line first."""
    rows, left = [], amount
    for share in reversed(intake.shares):
        part = min(left, share.amount)
        if part > 0:
            rows.append(Applied(payable_id=share.payable_id, effect=Effect.REOPENED, amount=part, intake=intake.key))
            left -= part
    return tuple(rows)


def settlement(
    line: SettlementLine,
    *,
    account_id: str,
    merchant_id: str,
    mode: Mode,
    at: datetime,
    on: date | None = None,
    payment_id: str | None = None,
    observation: str | None = None,
) -> tuple[Entry, ...]:
    """Book a settlement line: what reached the bank, the fee, its tax, and each tax that the acquirer kept back."""
    parts = [
        (EntryKind.SETTLEMENT, f"settle:{account_id}:{line.line_id}", LedgerKind.BANK, "", line.net.minor),
        (EntryKind.FEE, f"fee:{account_id}:{line.line_id}", LedgerKind.FEES, account_id, _minor(line.fee)),
        (
            EntryKind.FEE_TAX,
            f"feetax:{account_id}:{line.line_id}",
            LedgerKind.FEE_TAX,
            account_id,
            _minor(line.fee_tax),
        ),
        *(
            (
                EntryKind.ACQUIRER_TAX,
                f"acqtax:{account_id}:{line.line_id}:{tax}",
                LedgerKind.TAX_WITHHELD,
                tax,
                kept.minor,
            )
            for tax, kept in sorted(line.withholdings.items())
        ),
    ]
    return tuple(
        Entry(
            key=key,
            kind=kind,
            merchant_id=merchant_id,
            mode=mode,
            currency=line.gross.currency,
            postings=_moved(debit, debtor, LedgerKind.PROVIDER_CLEARING, account_id, amount),
            at=at,
            value_on=on,
            payment_id=payment_id,
            observation=observation,
        )
        for kind, key, debit, debtor, amount in parts
        if amount
    )


def _minor(amount: Money | None) -> int:
    return amount.minor if amount else 0


def correction(entry: Entry, *, number: int, at: datetime, note: str) -> Entry:
    """Reverse an entry; nothing is edited. An intake that is reversed must have nothing allocated."""
    drawn = tuple(Drawn(row.intake, -row.amount) for row in entry.drawn)
    if entry.intake_of is not None:
        drawn = (*drawn, Drawn(entry.key, entry.brought_in))
    return Entry(
        key=f"fix:{entry.key}:{number}",
        kind=EntryKind.CORRECTION,
        merchant_id=entry.merchant_id,
        mode=entry.mode,
        currency=entry.currency,
        postings=tuple(attrs.evolve(leg, amount=-leg.amount) for leg in entry.postings),
        at=at,
        applied=tuple(attrs.evolve(row, amount=-row.amount) for row in entry.applied),
        drawn=drawn,
        payment_id=entry.payment_id,
        payable_id=entry.payable_id,
        note=note,
    )


def won_for(customer_id: str, fix: Entry, moved: Collection[str]) -> Entry:
    """The correction of a chargeback, where somebody else owes what it re-opened by now: that is the payer's credit.

    Args:
        moved: Payables that were made out to another customer since.
    """
    settled = sum(-row.amount for row in fix.applied if row.payable_id in moved)
    owed = fix.moved(LedgerKind.RECEIVABLE) + settled
    credit = fix.moved(LedgerKind.CUSTOMER_CREDIT) - settled
    legs = (
        Posting(LedgerKind.RECEIVABLE, customer_id, owed),
        Posting(LedgerKind.CUSTOMER_CREDIT, customer_id, credit),
        *(leg for leg in fix.postings if leg.kind not in (LedgerKind.RECEIVABLE, LedgerKind.CUSTOMER_CREDIT)),
    )
    return attrs.evolve(
        fix,
        postings=tuple(leg for leg in legs if leg.amount),
        applied=tuple(row for row in fix.applied if row.payable_id not in moved),
        drawn=(),
        intake_of=customer_id,
    )


def intake_correction(entry: Entry, *, difference: int, number: int, at: datetime, note: str) -> Entry:
    """Book that an intake brought in more (a further intake of the same customer) or less than was booked."""
    debit = next(leg for leg in entry.postings if leg.amount > 0)
    customer = entry.intake_of or ""
    return Entry(
        key=f"fix:{entry.key}:{number}",
        kind=EntryKind.CORRECTION,
        merchant_id=entry.merchant_id,
        mode=entry.mode,
        currency=entry.currency,
        postings=_moved(debit.kind, debit.owner, LedgerKind.CUSTOMER_CREDIT, customer, difference),
        at=at,
        drawn=(Drawn(entry.key, -difference),) if difference < 0 else (),
        intake_of=customer if difference > 0 else None,
        payment_id=entry.payment_id,
        note=note,
    )


def reverses(key: str) -> str | None:
    """The key of the entry that a correction's key names; None for any other key."""
    return key.removeprefix("fix:").rpartition(":")[0] if key.startswith("fix:") else None


def root_of(key: str) -> str:
    """The key of the entry that a correction comes down to, be it a correction's correction; any other key itself."""
    while (named := reverses(key)) is not None:
        key = named
    return key
