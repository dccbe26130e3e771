"""The statement of activity: how a customer's balance moved between two days, per currency.

A balance is what is owed on invoices less the customer's credit, as the ledger has it. An order of
the shop is not owed, so it counts from the moment its money is applied to it. One object is
computed; page, PDF and CSV are drawn from it.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from itertools import accumulate, pairwise
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from hub.domain.ledger import Effect, Entry, EntryKind, LedgerKind
from hub.domain.merchant import Customer
from hub.domain.text import Text
from hub_hookspecs import Company, Money

MAX_DAYS: Final = 1100
"""Of one statement of activity: three years."""


class Concept(enum.StrEnum):
    """What moved a balance."""

    INVOICE = "invoice"
    CHANGE = "change"
    PAYMENT = "payment"
    RECEIPT = "receipt"
    OPENING = "opening"
    ELSEWHERE = "elsewhere"
    WITHHELD = "withheld"
    DISCOUNT = "discount"
    CREDIT_NOTE = "credit_note"
    WRITE_OFF = "write_off"
    ORDER = "order"
    REFUND = "refund"
    CHARGEBACK = "chargeback"
    DISBURSEMENT = "disbursement"
    EXCHANGE = "exchange"
    CORRECTION = "correction"

    @property
    def label(self) -> Text:
        """What people call it."""
        return LABELS[self]


LABELS: Final = {
    Concept.INVOICE: Text("concept.invoice"),
    Concept.CHANGE: Text("concept.change"),
    Concept.PAYMENT: Text("concept.payment"),
    Concept.RECEIPT: Text("concept.receipt"),
    Concept.OPENING: Text("concept.opening"),
    Concept.ELSEWHERE: Text("concept.elsewhere"),
    Concept.WITHHELD: Text("concept.withheld"),
    Concept.DISCOUNT: Text("concept.discount"),
    Concept.CREDIT_NOTE: Text("concept.credit_note"),
    Concept.WRITE_OFF: Text("concept.write_off"),
    Concept.ORDER: Text("concept.order"),
    Concept.REFUND: Text("concept.refund"),
    Concept.CHARGEBACK: Text("concept.chargeback"),
    Concept.DISBURSEMENT: Text("concept.disbursement"),
    Concept.EXCHANGE: Text("concept.exchange"),
    Concept.CORRECTION: Text("concept.correction"),
}


CONCEPTS: Final = {
    EntryKind.CAPTURE: Concept.PAYMENT,
    EntryKind.OFFLINE_RECEIPT: Concept.RECEIPT,
    EntryKind.PAID_ELSEWHERE: Concept.ELSEWHERE,
    EntryKind.ALLOCATION: Concept.ORDER,
    EntryKind.WITHHELD: Concept.WITHHELD,
    EntryKind.DISCOUNT: Concept.DISCOUNT,
    EntryKind.CREDIT_NOTE: Concept.CREDIT_NOTE,
    EntryKind.WRITE_OFF: Concept.WRITE_OFF,
    EntryKind.REFUND: Concept.REFUND,
    EntryKind.CHARGEBACK: Concept.CHARGEBACK,
    EntryKind.DISBURSEMENT: Concept.DISBURSEMENT,
    EntryKind.EXCHANGE: Concept.EXCHANGE,
    EntryKind.CORRECTION: Concept.CORRECTION,
}


def concept_of(entry: Entry) -> Concept:
    """What an entry that moved a balance is for people.

    What an import books for the day of the document is the invoice, and what was paid of it before;
    what it books otherwise is a change.
    """
    if entry.kind is EntryKind.BILL:
        return Concept.INVOICE if entry.value_on else Concept.CHANGE
    if entry.kind is EntryKind.PAID_ELSEWHERE and entry.value_on:
        return Concept.OPENING
    return CONCEPTS[entry.kind]


def payable_of(entry: Entry) -> str:
    """The id of the invoice or order that an entry is about; empty where it is about none."""
    if entry.kind is EntryKind.BILL:
        return entry.key.split(":")[1]
    if entry.kind is EntryKind.DEBIT_NOTE:
        return entry.payable_id or ""
    return entry.applied[0].payable_id if entry.applied else ""


def moved_by(entry: Entry, customer_id: str, orders: Collection[str]) -> int:
    """What an entry adds to a customer's balance, in minor units; negative where it takes away.

    Args:
        orders: Ids of the payables that are orders, not invoices.
    """
    credit = _own(entry, LedgerKind.CUSTOMER_CREDIT, customer_id)
    if entry.kind is EntryKind.BILL:
        return 0 if payable_of(entry) in orders else _own(entry, LedgerKind.RECEIVABLE, customer_id)
    if entry.kind is EntryKind.DEBIT_NOTE:
        return credit + _own(entry, LedgerKind.RECEIVABLE, customer_id)  # nothing: the return draws what it billed
    if not any(leg.kind is LedgerKind.RECEIVABLE and leg.owner == customer_id for leg in entry.postings):
        return credit
    owed = sum(
        row.amount if row.effect is Effect.REOPENED else -row.amount
        for row in entry.applied
        if row.payable_id not in orders
    )
    return credit + owed


def _own(entry: Entry, kind: LedgerKind, customer_id: str) -> int:
    return sum(leg.amount for leg in entry.postings if leg.kind is kind and leg.owner == customer_id)


@attrs.frozen(kw_only=True)
class Movement:
    """What moved a balance.

    Attributes:
        on: The day that it counts for, where the merchant is.
        at: When it was booked.
        number: Of the document: invoice, cash receipt, payment.
        about: Further words: the invoices that a payment was for.
        amount: Positive where the customer owes more.
    """

    on: date
    at: datetime
    concept: Concept
    number: str
    about: str = ""
    amount: Money


@attrs.frozen(kw_only=True)
class ActivityRow:
    """A movement, and the balance after it; one of ``debit`` and ``credit`` is zero."""

    movement: Movement
    balance: Money

    @property
    def debit(self) -> Money:
        """What the customer owes more."""
        return max(self.movement.amount, Money(0, self.balance.currency))

    @property
    def credit(self) -> Money:
        """What the customer owes less."""
        return max(-self.movement.amount, Money(0, self.balance.currency))


@attrs.frozen(kw_only=True)
class ActivitySection:
    """All that moved in one currency.

    Attributes:
        opening: Balance before the first day.
        closing: Balance at the end of the last day.
        debits, credits: Sums of the rows.
    """

    currency: str
    opening: Money
    rows: tuple[ActivityRow, ...]
    closing: Money
    debits: Money
    credits: Money

    def __attrs_post_init__(self) -> None:
        zero = Money(0, self.currency)
        balances = [self.opening, *(row.balance for row in self.rows)]
        agreed = (
            self.debits == sum((row.debit for row in self.rows), zero),
            self.credits == sum((row.credit for row in self.rows), zero),
            self.closing == self.opening + self.debits - self.credits,
            self.closing == balances[-1],
            all(
                after == before + row.movement.amount
                for (before, after), row in zip(pairwise(balances), self.rows, strict=True)
            ),
        )
        if not all(agreed):
            raise ValueError(f"the figures of the {self.currency} activity contradict one another")


@attrs.frozen(kw_only=True)
class Activity:
    """How what a customer owes moved in a period.

    Attributes:
        since, until: First and last day, where the merchant is.
        as_of: The moment of the figures, UTC.
        sections: One a currency in which something ever moved, the merchant's usual currency first.
    """

    company: Company
    customer: Customer
    since: date
    until: date
    as_of: datetime
    zone: str
    sections: tuple[ActivitySection, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing moved, and nothing was owed before."""
        return not any(section.rows or section.opening for section in self.sections)


class NoPeriod(ValueError):
    """The days make no period: the last one before the first, in the future, or more than ``MAX_DAYS``."""


def compute_activity(
    *,
    company: Company,
    customer: Customer,
    movements: Iterable[Movement],
    since: date,
    until: date,
    as_of: datetime,
    zone: str,
    currencies: Sequence[str] = (),
) -> Activity:
    """The activity of a period, from every movement there ever was;
    ``currencies`` is the order of the sections.

    A document that is dated after it was booked, or after today, counts on the earlier day:
    what is owed today is owed in the statement too.

    Raises:
        NoPeriod: The days make none.
    """
    today = as_of.astimezone(ZoneInfo(zone)).date()
    if not since <= until <= today or (until - since).days > MAX_DAYS:
        raise NoPeriod(f"{since} to {until}")
    moved = [_dated(movement, ZoneInfo(zone), today) for movement in movements if movement.amount]
    moved.sort(key=lambda movement: (movement.on, movement.at))
    order = dict.fromkeys((*currencies, *sorted({movement.amount.currency for movement in moved})))
    sections = (
        _section(currency, [item for item in moved if item.amount.currency == currency], since, until)
        for currency in order
    )
    return Activity(
        company=company,
        customer=customer,
        since=since,
        until=until,
        as_of=as_of,
        zone=zone,
        sections=tuple(section for section in sections if section),
    )


def _dated(movement: Movement, zone: ZoneInfo, today: date) -> Movement:
    return attrs.evolve(movement, on=min(movement.on, movement.at.astimezone(zone).date(), today))


def _section(currency: str, moved: list[Movement], since: date, until: date) -> ActivitySection | None:
    if not moved:
        return None
    zero = Money(0, currency)
    opening = sum((item.amount for item in moved if item.on < since), zero)
    inside = [item for item in moved if since <= item.on <= until]
    balances = list(accumulate((item.amount for item in inside), initial=opening))
    return ActivitySection(
        currency=currency,
        opening=opening,
        rows=tuple(
            ActivityRow(movement=item, balance=balance) for item, balance in zip(inside, balances[1:], strict=True)
        ),
        closing=balances[-1],
        debits=sum((item.amount for item in inside if item.amount.minor > 0), zero),
        credits=sum((-item.amount for item in inside if item.amount.minor < 0), zero),
    )
