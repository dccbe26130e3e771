"""Certificates: with which a customer proves, by tax and period, what it kept back of many invoices."""

from __future__ import annotations

import enum
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

import attrs

from hub_hookspecs import Mode, Money


class Every(enum.StrEnum):
    """How long the periods are that a tax is certified by."""

    YEAR = "year"
    TWO_MONTHS = "two_months"
    MONTH = "month"


MONTHS: Mapping[Every, int] = {Every.YEAR: 12, Every.TWO_MONTHS: 2, Every.MONTH: 1}


@attrs.frozen(order=True)
class Period:
    """Whole months, from the first day to the last."""

    first: date
    last: date

    @classmethod
    def of(cls, day: date, every: Every) -> Period:
        """The period of a day."""
        long = MONTHS[every]
        begins = (day.month - 1) // long * long + 1
        ends = begins + long - 1
        return cls(date(day.year, begins, 1), date(day.year, ends, monthrange(day.year, ends)[1]))


def every_of(tax: str, chosen: Mapping[str, str]) -> Every:
    """By which periods a tax is certified, as the merchant says; by the year where it says nothing."""
    found = chosen.get(tax, "")
    return Every(found) if found in set(Every) else Every.YEAR


@attrs.frozen(kw_only=True)
class CertificateFile:
    """The certificate itself; its content lies apart, under a name that says nothing."""

    file: str
    name: str
    kind: str
    sha256: str


@attrs.frozen(kw_only=True)
class WithholdingCertificate:
    """One certificate: a number of a customer, for one tax and period.

    Attributes:
        amount: What it certifies.
        booked: What of it was booked with it, since no payment had declared it, minor units; the rest had been booked.
    """

    id: str
    merchant_id: str
    mode: Mode
    customer_id: str
    tax: str
    number: str
    period: Period
    issued_on: date
    amount: Money
    booked: int = 0
    file: CertificateFile | None = None
    recorded_by: str
    recorded_at: datetime
    void_reason: str = ""
    voided_at: datetime | None = None
    voided_by: str = ""


@attrs.frozen(kw_only=True)
class WithheldMonth:
    """What a customer kept back of one tax in a month, as the books say."""

    customer_id: str
    tax: str
    month: date
    amount: Money


@attrs.frozen(kw_only=True)
class Compared:
    """What was withheld in a period against what certificates prove of it."""

    customer_id: str
    tax: str
    period: Period
    withheld: Money
    certified: Money

    @property
    def missing(self) -> Money:
        """What no certificate proves; negative where they prove more than was withheld."""
        return self.withheld - self.certified

    def days_since(self, today: date) -> int:
        """Since the period ended; 0 while it runs."""
        return max(0, (today - self.period.last).days)


def compared(
    months: Iterable[WithheldMonth],
    certificates: Iterable[WithholdingCertificate],
    chosen: Mapping[str, str],
) -> tuple[Compared, ...]:
    """Each period with what was withheld and certified; oldest first.

    A certificate over several periods proves what is missing of each in turn, and what is left over stands at its last.
    """
    withheld: dict[tuple[str, str, str], dict[Period, int]] = {}
    for month in months:
        own = withheld.setdefault((month.customer_id, month.tax, month.amount.currency), {})
        period = Period.of(month.month, every_of(month.tax, chosen))
        own[period] = own.get(period, 0) + month.amount.minor
    certified: dict[tuple[str, str, str], dict[Period, int]] = {}
    for paper in sorted(certificates, key=lambda item: (item.period, item.recorded_at, item.id)):
        if paper.voided_at is None:
            key = (paper.customer_id, paper.tax, paper.amount.currency)
            every = every_of(paper.tax, chosen)
            _spread(paper, withheld.get(key, {}), certified.setdefault(key, {}), every)
    found = []
    for key in withheld.keys() | certified.keys():
        customer_id, tax, currency = key
        for period in withheld.get(key, {}).keys() | certified.get(key, {}).keys():
            kept, proven = withheld.get(key, {}).get(period, 0), certified.get(key, {}).get(period, 0)
            if kept or proven:
                amounts = {"withheld": Money(kept, currency), "certified": Money(proven, currency)}
                found.append(Compared(customer_id=customer_id, tax=tax, period=period, **amounts))
    return tuple(sorted(found, key=lambda row: (row.period.last, row.customer_id, row.tax, row.withheld.currency)))


def _spread(
    paper: WithholdingCertificate, withheld: Mapping[Period, int], certified: dict[Period, int], every: Every
) -> None:
    left = paper.amount.minor
    periods = _periods_in(paper.period, every)
    for period in periods:
        part = max(0, min(left, withheld.get(period, 0) - certified.get(period, 0)))
        certified[period] = certified.get(period, 0) + part
        left -= part
    certified[periods[-1]] += left


def _periods_in(span: Period, every: Every) -> Sequence[Period]:
    found, day = [], span.first
    while day <= span.last:
        period = Period.of(day, every)
        found.append(period)
        day = period.last + timedelta(days=1)
    return found
