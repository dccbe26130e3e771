"""The statement of account: what a customer owes at a moment, per currency.

One object is computed, and page, mail and text are drawn from it, so that they cannot disagree.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from hub.domain.merchant import Customer
from hub.domain.payable import Payable
from hub.domain.text import Text
from hub_hookspecs import Company, Money

CUTS: Final = (
    ("not_due", Text("ageing.not_due"), None, 0),
    ("1-30", Text("ageing.1-30"), 1, 30),
    ("31-60", Text("ageing.31-60"), 31, 60),
    ("61-90", Text("ageing.61-90"), 61, 90),
    ("over-90", Text("ageing.over-90"), 91, None),
)


class Standing(enum.StrEnum):
    """Where an item stands on the cut-off date."""

    OVERDUE = "overdue"
    DUE_TODAY = "due_today"
    NOT_DUE = "not_due"

    @property
    def label(self) -> Text:
        """What people call it."""
        return LABELS[self]


LABELS: Final = {
    Standing.OVERDUE: Text("standing.past_due"),
    Standing.DUE_TODAY: Text("standing.due_today"),
    Standing.NOT_DUE: Text("standing.not_due"),
}


@attrs.frozen(kw_only=True)
class OpenItem:
    """Something owed, as the books have it.

    Attributes:
        kind: ``invoice`` or ``order``.
        settled: What no longer is owed: paid, withheld, credited, paid outside; total less balance.
        live_payment: Reference of the payment that is trying to settle it, if there is one.
    """

    payable_id: str
    number: str
    kind: str = "invoice"
    issued_on: date
    due_on: date | None = None
    total: Money
    balance: Money
    settled: Money = attrs.field(default=attrs.Factory(lambda item: item.total - item.balance, takes_self=True))
    live_payment: str | None = None
    description: str = ""

    def __attrs_post_init__(self) -> None:
        if self.total - self.settled != self.balance:
            raise ValueError(f"{self.number}: total - settled is not the balance")
        if not 0 <= self.balance.minor <= self.total.minor:
            raise ValueError(f"{self.number}: the balance is not between zero and the total")

    @property
    def currency(self) -> str:
        """The currency that all its amounts have."""
        return self.total.currency


@attrs.frozen(kw_only=True)
class StatementRow:
    """An open item on the cut-off date.

    Attributes:
        due_on: When it fell or falls due; the issue date where it has no due date.
        undated: It has no due date of its own.
        days_overdue: Days from due date to cut-off date; negative while it is not yet due.
    """

    item: OpenItem
    due_on: date
    undated: bool
    days_overdue: int

    @property
    def standing(self) -> Standing:
        """Overdue from the day after the due date on, partly paid or not."""
        if self.days_overdue > 0:
            return Standing.OVERDUE
        return Standing.NOT_DUE if self.days_overdue < 0 else Standing.DUE_TODAY

    @property
    def is_overdue(self) -> bool:
        """Whether its due date has passed."""
        return self.standing is Standing.OVERDUE

    @property
    def is_partly_paid(self) -> bool:
        """Whether a part, and only a part, is settled."""
        return self.item.settled.minor > 0

    @property
    def is_payable(self) -> bool:
        """Whether it may be paid now; what is in a live payment may not."""
        return self.item.live_payment is None


@attrs.frozen(kw_only=True)
class AgeingBucket:
    """What is owed of one age.

    Attributes:
        key: ``not_due``, ``1-30``, ``31-60``, ``61-90`` or ``over-90``.
        label: The age in words for people.
    """

    key: str
    label: Text
    amount: Money
    count: int


@attrs.frozen(kw_only=True)
class Section:
    """All that is owed in one currency.

    Attributes:
        credit: Money of the customer's that is applied to nothing yet.
        net: Outstanding less credit; negative where the customer is owed.
        rows: Oldest due first.
    """

    currency: str
    outstanding: Money
    overdue: Money
    not_due: Money
    credit: Money
    net: Money
    oldest_days_overdue: int
    ageing: tuple[AgeingBucket, ...]
    rows: tuple[StatementRow, ...]

    def __attrs_post_init__(self) -> None:
        zero = Money(0, self.currency)
        agreed = (
            self.outstanding == sum((row.item.balance for row in self.rows), zero),
            self.outstanding == sum((bucket.amount for bucket in self.ageing), zero),
            self.outstanding == self.overdue + self.not_due,
            self.not_due == self.ageing[0].amount,
            self.net == self.outstanding - self.credit,
            self.count == sum(bucket.count for bucket in self.ageing),
            self.oldest_days_overdue == max((row.days_overdue for row in self.rows if row.is_overdue), default=0),
        )
        if not all(agreed):
            raise ValueError(f"the figures of the {self.currency} section contradict one another")

    @property
    def count(self) -> int:
        """How many items are open."""
        return len(self.rows)

    @property
    def in_process(self) -> Money:
        """What is being paid at this moment."""
        live = (row.item.balance for row in self.rows if not row.is_payable)
        return sum(live, Money(0, self.currency))


@attrs.frozen(kw_only=True)
class Statement:
    """What a customer owes a merchant.

    Attributes:
        as_of: The moment of the figures, UTC.
        cut_off: The date of that moment where the merchant is.
        sections: One a currency, the merchant's usual currency first; none where nothing is owed.
    """

    company: Company
    customer: Customer
    as_of: datetime
    cut_off: date
    zone: str
    sections: tuple[Section, ...]

    @property
    def is_clear(self) -> bool:
        """Whether nothing is owed."""
        return not any(section.rows for section in self.sections)

    @property
    def has_undated(self) -> bool:
        """Whether an item without due date is counted as due on its issue date, which is then to be said."""
        return any(row.undated for section in self.sections for row in section.rows)

    def section(self, currency: str) -> Section | None:
        """The section of a currency."""
        return next((section for section in self.sections if section.currency == currency), None)

    def row(self, payable_id: str) -> StatementRow | None:
        """The row of a payable."""
        rows = (row for section in self.sections for row in section.rows)
        return next((row for row in rows if row.item.payable_id == payable_id), None)


def compute_statement(
    *,
    company: Company,
    customer: Customer,
    items: Iterable[OpenItem],
    credits: Iterable[Money] = (),
    as_of: datetime,
    zone: str | None = None,
    currencies: Sequence[str] = (),
) -> Statement:
    """The statement at a moment; ``zone`` is the merchant's, ``currencies`` the order of the sections.

    Raises:
        ValueError: A moment without zone, one payable twice, or a negative credit.
    """
    if as_of.utcoffset() is None:
        raise ValueError("the moment of a statement needs a time zone")
    zone = zone or company.zone
    cut_off = as_of.astimezone(ZoneInfo(zone)).date()
    rows = [_row(item, cut_off) for item in items if item.balance]
    ids = [row.item.payable_id for row in rows]
    if len(ids) != len(set(ids)):
        raise ValueError("a payable stands twice in one statement")
    owing = _credit_by_currency(credits)
    order = dict.fromkeys((*currencies, *sorted({row.item.currency for row in rows} | owing.keys())))
    sections = (
        _section(currency, [row for row in rows if row.item.currency == currency], owing.get(currency))
        for currency in order
    )
    return Statement(
        company=company,
        customer=customer,
        as_of=as_of,
        cut_off=cut_off,
        zone=zone,
        sections=tuple(section for section in sections if section.rows or section.credit),
    )


def open_item(payable: Payable, live_payment: str | None = None) -> OpenItem:
    """A payable of the books as a statement shows it."""
    return OpenItem(
        payable_id=payable.id,
        number=payable.number,
        kind=str(payable.kind),
        issued_on=payable.issued_on,
        due_on=payable.due_on,
        total=Money(payable.total, payable.currency),
        settled=Money(payable.settled, payable.currency),
        balance=payable.balance,
        live_payment=live_payment,
        description=payable.description,
    )


def default_selection(section: Section) -> tuple[str, ...]:
    """What is ticked at first: all that is overdue, or else all; never what is being paid already."""
    payable = [row for row in section.rows if row.is_payable]
    chosen = [row for row in payable if row.is_overdue] or payable
    return tuple(row.item.payable_id for row in chosen)


def number_of(link_id: str, cut_off: date) -> str:
    """The number by which people name a statement, the same on page, mail and PDF: ``EC-261121-7K2M9Q``.

    It names the link that was handed out and the day of the figures; it opens nothing.
    """
    return f"EC-{cut_off:%y%m%d}-{link_id[:6].upper()}"


def _row(item: OpenItem, cut_off: date) -> StatementRow:
    due_on = item.due_on or item.issued_on
    return StatementRow(item=item, due_on=due_on, undated=item.due_on is None, days_overdue=(cut_off - due_on).days)


def _credit_by_currency(credits: Iterable[Money]) -> dict[str, Money]:
    owing: dict[str, Money] = {}
    for credit in credits:
        if credit.minor < 0:
            raise ValueError("a credit is never negative")
        owing[credit.currency] = owing.get(credit.currency, Money(0, credit.currency)) + credit
    return owing


def _section(currency: str, rows: list[StatementRow], credit: Money | None) -> Section:
    zero = Money(0, currency)
    rows = sorted(rows, key=lambda row: (row.due_on, row.item.issued_on, row.item.number, row.item.payable_id))
    outstanding = sum((row.item.balance for row in rows), zero)
    overdue = sum((row.item.balance for row in rows if row.is_overdue), zero)
    return Section(
        currency=currency,
        outstanding=outstanding,
        overdue=overdue,
        not_due=outstanding - overdue,
        credit=credit or zero,
        net=outstanding - (credit or zero),
        oldest_days_overdue=max([0, *(row.days_overdue for row in rows)]),
        ageing=tuple(_bucket(cut, rows, zero) for cut in CUTS),
        rows=tuple(rows),
    )


def _bucket(cut: tuple[str, Text, int | None, int | None], rows: Iterable[StatementRow], zero: Money) -> AgeingBucket:
    key, label, low, high = cut
    inside = [
        row for row in rows if (low is None or row.days_overdue >= low) and (high is None or row.days_overdue <= high)
    ]
    return AgeingBucket(key=key, label=label, amount=sum((row.item.balance for row in inside), zero), count=len(inside))
