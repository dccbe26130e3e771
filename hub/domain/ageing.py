"""What a company is owed, by age: in its own cuts, by customer and currency; each sum adds up to what the books say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Final

import attrs

from hub.domain.text import Text
from hub_hookspecs import Money

from .instalment import Instalment, parts_of
from .report import Who

CUTS: Final = (30, 60, 90)
"""The last day of each age but the oldest, where a company chose none of its own."""
MOST_CUTS: Final = 6
LAST_CUT: Final = 3650


@attrs.frozen(kw_only=True)
class Owed:
    """What is owed of one payable on a day.

    Attributes:
        payable_id: Empty for what no payable stands behind.
        minor: Minor units; never zero.
    """

    who: Who
    currency: str
    payable_id: str
    number: str
    issued_on: date | None
    due_on: date | None
    plan: tuple[Instalment, ...] = ()
    minor: int

    @property
    def balance(self) -> Money:
        """What is owed of it."""
        return Money(self.minor, self.currency)

    @property
    def parts(self) -> tuple[tuple[date | None, int], ...]:
        """When what is owed of it falls due, and how much; each instalment is of its own."""
        if self.plan:
            return tuple((part.due_on, part.due) for part in parts_of(self.plan, self.minor) if part.due)
        return ((self.due_on or self.issued_on, self.minor),)

    @property
    def falls_due_on(self) -> date | None:
        """When the oldest of it falls, or fell, due."""
        return self.parts[0][0] if self.parts else None


@attrs.frozen(kw_only=True)
class Aged:
    """What one customer owes in one currency, by age; or, without a customer, what all of them do.

    Attributes:
        amounts: Not yet due, then each age; minor units.
        count: Invoices, each once.
        oldest: Days since the oldest of it fell due; 0 where nothing is overdue.
    """

    who: Who | None = None
    currency: str
    amounts: tuple[int, ...]
    count: int
    oldest: int = 0

    @property
    def money(self) -> tuple[Money, ...]:
        """The amounts."""
        return tuple(Money(minor, self.currency) for minor in self.amounts)

    @property
    def total(self) -> Money:
        """All that is owed."""
        return Money(sum(self.amounts), self.currency)

    @property
    def overdue(self) -> Money:
        """What fell due before the day."""
        return Money(sum(self.amounts[1:]), self.currency)


def read_cuts(text: str) -> tuple[int, ...]:
    """The cuts that a person wrote; none for the usual ones.

    Raises:
        ValueError: They are no days, do not rise, or are too many.
    """
    words = re.split(r"[\s,;]+", text.strip()) if text.strip() else []
    if any(not (word.isascii() and word.isdecimal()) or len(word) > 4 for word in words):
        raise ValueError(text)
    cuts = tuple(map(int, words))
    if len(cuts) > MOST_CUTS or any(not 0 < cut <= LAST_CUT for cut in cuts) or list(cuts) != sorted(set(cuts)):
        raise ValueError(text)
    return () if cuts == CUTS else cuts


def labels_of(cuts: Sequence[int]) -> tuple[Text, ...]:
    """What each age is called: not yet due, 1-30, …, over 90."""
    firsts = (1, *(cut + 1 for cut in cuts[:-1]))
    between = (Text("reports.days", first=first, last=last) for first, last in zip(firsts, cuts, strict=True))
    return (Text("ageing.not_due"), *between, Text("reports.days_over", last=cuts[-1]))


def place_of(days: int, cuts: Sequence[int]) -> int:
    """Which of the ages so many days overdue are."""
    if days <= 0:
        return 0
    return next((at for at, last in enumerate(cuts, 1) if days <= last), len(cuts) + 1)


def age(items: Iterable[Owed], day: date, cuts: Sequence[int]) -> Iterator[Aged]:
    """What each customer owes by age; as the items come, which stand by customer and currency."""
    for _key, group in groupby(items, key=attrgetter("who.id", "currency")):
        yield _aged(group, day, cuts)


def _aged(items: Iterable[Owed], day: date, cuts: Sequence[int]) -> Aged:
    amounts, count, oldest, last = [0] * (len(cuts) + 2), 0, 0, None
    for last in items:
        count += 1
        for due_on, minor in last.parts:
            days = (day - due_on).days if due_on else 0
            amounts[place_of(days, cuts)] += minor
            oldest = max(oldest, days)
    assert last is not None
    return Aged(
        who=last.who,
        currency=last.currency,
        amounts=tuple(amounts),
        count=count,
        oldest=oldest,
    )


def added_up(rows: Iterable[Aged]) -> tuple[Aged, ...]:
    """What all customers owe, by currency."""
    found: dict[str, Aged] = {}
    for row in rows:
        so_far = found.get(row.currency)
        if so_far is None:
            found[row.currency] = attrs.evolve(row, who=None)
            continue
        found[row.currency] = attrs.evolve(
            so_far,
            amounts=tuple(map(sum, zip(so_far.amounts, row.amounts, strict=True))),
            count=so_far.count + row.count,
            oldest=max(so_far.oldest, row.oldest),
        )
    return tuple(found[currency] for currency in sorted(found))
