"""What a file states of an invoice that the hub knows: what of it is news, and what the hub booked already.

A file states two figures of an invoice, its total and its balance, and says nothing of how they came about. The hub
keeps what was last stated, and how much of what happened here (received, withheld, discounted, credited, written off)
the files have counted so far. Only a *change* of what is stated is news; the same file again books nothing, whatever
happened here meanwhile.
"""

from __future__ import annotations

import attrs


@attrs.frozen
class Stated:
    """What a file says of an invoice, minor units.

    Attributes:
        balance: None where the file has no such column: it says nothing of payments.
    """

    total: int
    balance: int | None = None


@attrs.frozen(kw_only=True)
class Standing:
    """How an invoice stands in the hub, minor units.

    Attributes:
        here: What was settled here: received, withheld, discounted, credited and written off, less what was re-opened.
        credited: The part of ``here`` that credit notes settled.
        outside: What files said was paid where the hub does not look.
        counted: How much of ``here`` the files have counted so far; above ``here`` where something went back since.
        last: What the last file stated; None before the first.
    """

    total: int
    here: int = 0
    credited: int = 0
    outside: int = 0
    counted: int = 0
    last: Stated | None = None

    @property
    def due(self) -> int:
        """What is still owed."""
        return self.total - self.here - self.outside


@attrs.frozen(kw_only=True)
class News:
    """What a statement tells beyond the last one, and what is booked of it; minor units.

    Attributes:
        revision: Change of what is billed.
        outside: Change of what was paid elsewhere.
        counted: How much of what happened here the files have counted from now on.
        unexplained: By how much the balance rose without a reason that the hub knows; nothing is booked of it.
        unbooked: By how much the balance fell below nothing owed; nothing is booked of it.
        last: What is kept as the last statement.
    """

    revision: int = 0
    outside: int = 0
    counted: int
    unexplained: int = 0
    unbooked: int = 0
    last: Stated


def news_of(standing: Standing, stated: Stated) -> News:
    """What a file's statement tells: the change of the total first, then what the balance changed besides.

    A lower balance is first what happened here and no file has counted yet, then money paid elsewhere, never more than
    is owed. A higher one is first what went back here since, then earlier money from elsewhere, never below nothing;
    the rest is for a person, and nothing is booked of it. A total that falls by what a credit note took off here is
    that credit note. The first balance of an invoice that has money here is compared, never booked.
    """
    last = standing.last or Stated(standing.total)
    fell, rose = last.total - stated.total, 0
    if stated.balance is not None and last.balance is not None:
        rose = stated.balance - last.balance + fell
    noted = _by_credit_note(standing, fell, rose)
    told_before = min(noted, max(0, rose))
    counted, revision = standing.counted + noted - told_before, noted - fell
    if stated.balance is None:
        return News(revision=revision, counted=counted, last=Stated(stated.total, last.balance))
    if last.balance is None:
        return _first(standing, stated, revision=revision)
    if rose <= 0:
        return _lower(standing, stated, -rose, revision=revision, counted=counted)
    return _higher(standing, stated, rose - told_before, revision=revision, counted=counted)


def _by_credit_note(standing: Standing, fell: int, rose: int) -> int:
    """How much of a lower total is a credit note that is booked here.

    Either no file has counted it yet, or files told it as a lower balance before and tell it as a lower total now, by
    which the balance rises against the total.
    """
    uncounted = max(0, standing.here - standing.counted)
    return max(0, min(fell, standing.credited, uncounted + max(0, rose)))


def _first(standing: Standing, stated: Stated, *, revision: int) -> News:
    settled = stated.total - (stated.balance or 0)
    has_money = bool(standing.here or standing.outside)
    return News(
        revision=revision,
        outside=0 if has_money else settled,
        counted=min(settled, standing.here),
        last=stated,
    )


def _lower(standing: Standing, stated: Stated, fell: int, *, revision: int, counted: int) -> News:
    known = min(fell, max(0, standing.here - counted))
    outside = min(fell - known, max(0, standing.due + revision))
    return News(
        revision=revision, outside=outside, counted=counted + known, unbooked=fell - known - outside, last=stated
    )


def _higher(standing: Standing, stated: Stated, rose: int, *, revision: int, counted: int) -> News:
    back = min(rose, max(0, counted - standing.here))
    outside = min(rose - back, standing.outside)
    return News(
        revision=revision,
        outside=-outside,
        counted=counted - back,
        unexplained=rose - back - outside,
        last=stated,
    )
