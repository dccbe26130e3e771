"""The statement of account: what a customer owes at a moment, per currency.

One object is computed, and page, mail and text are drawn from it, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from hub.domain.credit import used_of
from hub.domain.merchant import Customer
from hub.domain.open_item import OpenItem, StatementRow, row_on
from hub.domain.text import Text
from hub_hookspecs import Company, Money

CUTS: Final = (
    ("not_due", Text("ageing.not_due"), None, 0),
    ("1-30", Text("ageing.1-30"), 1, 30),
    ("31-60", Text("ageing.31-60"), 31, 60),
    ("61-90", Text("ageing.61-90"), 61, 90),
    ("over-90", Text("ageing.over-90"), 91, None),
)


@attrs.frozen(kw_only=True)
class AgeingBucket:
    """What is owed of one age; each instalment is of its own.

    Attributes:
        count: Items of which the oldest unpaid part is of this age.
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
        held: What of it payments that are under way use.
        net: All that is open less credit, as the books have it; negative where the customer is owed.
        rows: What is asked for, oldest due first.
        in_clarification: What is open and not asked for; no figure counts it.
    """

    currency: str
    outstanding: Money
    overdue: Money
    not_due: Money
    credit: Money
    held: Money
    net: Money
    oldest_days_overdue: int
    ageing: tuple[AgeingBucket, ...]
    rows: tuple[StatementRow, ...]
    in_clarification: tuple[StatementRow, ...] = ()

    def __attrs_post_init__(self) -> None:
        zero = Money(0, self.currency)
        agreed = (
            self.outstanding == sum((row.item.balance for row in self.rows), zero),
            self.outstanding == sum((bucket.amount for bucket in self.ageing), zero),
            self.outstanding == self.overdue + self.not_due,
            self.not_due == self.ageing[0].amount,
            self.net == self.outstanding + self.not_asked - self.credit,
            self.count == sum(bucket.count for bucket in self.ageing),
            self.oldest_days_overdue == max((row.days_overdue for row in self.rows if row.is_overdue), default=0),
            not any(row.item.in_clarification for row in self.rows),
            all(row.item.in_clarification for row in self.in_clarification),
        )
        if not all(agreed):
            raise ValueError(f"the figures of the {self.currency} section contradict one another")

    @property
    def count(self) -> int:
        """How many items are asked for."""
        return len(self.rows)

    @property
    def not_asked(self) -> Money:
        """What is in clarification."""
        return sum((row.item.balance for row in self.in_clarification), Money(0, self.currency))

    @property
    def open_rows(self) -> tuple[StatementRow, ...]:
        """All that is open: what is asked for, and what is in clarification."""
        return (*self.rows, *self.in_clarification)

    @property
    def in_process(self) -> Money:
        """What is being paid at this moment."""
        live = (row.item.balance for row in self.rows if not row.is_payable)
        return sum(live, Money(0, self.currency))

    @property
    def free_credit(self) -> Money:
        """What of the credit nobody uses."""
        return Money(max(0, self.credit.minor - self.held.minor), self.currency)

    @property
    def credit_used(self) -> Money:
        """What of the credit is used when all that can be paid now is paid."""
        return used_of(self.outstanding - self.in_process, self.free_credit)

    @property
    def to_pay(self) -> Money:
        """What is asked in money when all that can be paid now is paid."""
        return self.outstanding - self.in_process - self.credit_used

    @property
    def due_now(self) -> Money:
        """What falls due by the cut-off date, of what can be paid now."""
        return sum((row.due_now for row in self.rows if row.is_payable), Money(0, self.currency))

    @property
    def due_now_to_pay(self) -> Money:
        """What of it is asked in money when the credit is used first."""
        return self.due_now - used_of(self.due_now, self.free_credit)

    @property
    def is_planned(self) -> bool:
        """Whether something that can be paid now has instalments that are still to fall due, and others that are."""
        return any(
            row.is_planned and row.is_payable and 0 < row.due_now.minor < row.item.balance.minor for row in self.rows
        )

    @property
    def is_covered(self) -> bool:
        """Credit alone pays all that can be paid now."""
        return bool(self.credit_used) and not self.to_pay


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
        """Whether nothing is open."""
        return not any(section.open_rows for section in self.sections)

    @property
    def has_undated(self) -> bool:
        """Whether an item without due date is counted as due on its issue date, which is then to be said."""
        return any(row.undated for section in self.sections for row in section.rows)

    def section(self, currency: str) -> Section | None:
        """The section of a currency."""
        return next((section for section in self.sections if section.currency == currency), None)

    def row(self, payable_id: str) -> StatementRow | None:
        """The row of a payable."""
        rows = (row for section in self.sections for row in section.open_rows)
        return next((row for row in rows if row.item.payable_id == payable_id), None)


def compute_statement(
    *,
    company: Company,
    customer: Customer,
    items: Iterable[OpenItem],
    credits: Iterable[Money] = (),
    held: Iterable[Money] = (),
    as_of: datetime,
    zone: str | None = None,
    currencies: Sequence[str] = (),
) -> Statement:
    """The statement at a moment; ``zone`` is the merchant's, ``currencies`` the order of the sections.

    Args:
        held: What of the credits payments under way use.

    Raises:
        ValueError: A moment without zone, one payable twice, or a negative credit.
    """
    if as_of.utcoffset() is None:
        raise ValueError("the moment of a statement needs a time zone")
    zone = zone or company.zone
    cut_off = as_of.astimezone(ZoneInfo(zone)).date()
    rows = [row_on(item, cut_off) for item in items if item.balance]
    ids = [row.item.payable_id for row in rows]
    if len(ids) != len(set(ids)):
        raise ValueError("a payable stands twice in one statement")
    owing, under_way = _credit_by_currency(credits), _credit_by_currency(held)
    order = dict.fromkeys((*currencies, *sorted({row.item.currency for row in rows} | owing.keys())))
    sections = (
        _section(
            currency,
            [row for row in rows if row.item.currency == currency],
            owing.get(currency, Money(0, currency)),
            under_way.get(currency, Money(0, currency)),
        )
        for currency in order
    )
    return Statement(
        company=company,
        customer=customer,
        as_of=as_of,
        cut_off=cut_off,
        zone=zone,
        sections=tuple(section for section in sections if section.open_rows or section.credit),
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


def _credit_by_currency(credits: Iterable[Money]) -> dict[str, Money]:
    owing: dict[str, Money] = {}
    for credit in credits:
        if credit.minor < 0:
            raise ValueError("a credit is never negative")
        owing[credit.currency] = owing.get(credit.currency, Money(0, credit.currency)) + credit
    return owing


def _section(currency: str, rows: list[StatementRow], credit: Money, held: Money) -> Section:
    zero = Money(0, currency)
    every = sorted(rows, key=lambda row: (row.due_on, row.item.issued_on, row.item.number, row.item.payable_id))
    rows = [row for row in every if not row.item.in_clarification]
    outstanding = sum((row.item.balance for row in rows), zero)
    overdue = sum((row.overdue for row in rows), zero)
    return Section(
        currency=currency,
        outstanding=outstanding,
        overdue=overdue,
        not_due=outstanding - overdue,
        credit=credit,
        held=held,
        net=sum((row.item.balance for row in every), zero) - credit,
        oldest_days_overdue=max([0, *(row.days_overdue for row in rows)]),
        ageing=tuple(_bucket(cut, rows, zero) for cut in CUTS),
        rows=tuple(rows),
        in_clarification=tuple(row for row in every if row.item.in_clarification),
    )


def _bucket(cut: tuple[str, Text, int | None, int | None], rows: Iterable[StatementRow], zero: Money) -> AgeingBucket:
    key, label, low, high = cut

    def holds(days: int) -> bool:
        return (low is None or days >= low) and (high is None or days <= high)

    rows = tuple(rows)
    owed = (part.due for row in rows for part in row.parts if holds(part.days_overdue))
    return AgeingBucket(
        key=key, label=label, amount=sum(owed, zero), count=sum(holds(row.days_overdue) for row in rows)
    )
