"""What a file states of an invoice that the hub knows: what of it is new, and what the hub booked already.

A file states two figures of an invoice, its total and its balance, and says nothing of how they came about. The hub
stores what was last stated, and how much of what happened here the files have counted so far: of what was settled
(received, withheld, discounted, credited, written off), and of what went back again. Only a *change* of what is stated
is new; the same file again books nothing, whatever happened here meanwhile.
"""

from __future__ import annotations

import attrs


@attrs.frozen
class Stated:
    """What a file says of an invoice, minor units.

    Attributes:
        balance: None where the file has no such column: it says nothing of payments. What is stored then moves with the
            total, and so may be below nothing.
    """

    total: int
    balance: int | None = None


@attrs.frozen(kw_only=True)
class InvoiceStanding:
    """How an invoice stands in the hub, minor units.

    Attributes:
        settled: All that was ever settled here: received, withheld, discounted, credited, written off.
        reopened: What of it was ever due again: refunded, disputed, voided, corrected.
        credit_notes: What credit notes take off here, whether they found it due or became the customer's credit.
        outside: What files said was paid where the hub does not look.
        counted: How much of ``settled`` the files have counted.
        counted_back: How much of ``reopened`` the files have counted.
        last: What the last file stated; None before the first.
    """

    total: int
    settled: int = 0
    reopened: int = 0
    credit_notes: int = 0
    outside: int = 0
    counted: int = 0
    counted_back: int = 0
    last: Stated | None = None

    @property
    def due(self) -> int:
        """What is still owed."""
        return self.total - self.settled + self.reopened - self.outside

    @property
    def uncounted(self) -> int:
        """What was settled here and no file has counted yet."""
        return self.settled - self.counted

    @property
    def uncounted_back(self) -> int:
        """What went back here and no file has counted yet."""
        return self.reopened - self.counted_back

    @property
    def unexplained(self) -> int:
        """By how much the last balance is above what the hub can explain; negative where it is below."""
        if self.last is None or self.last.balance is None:
            return 0
        return self.last.balance - self.due - self.uncounted + self.uncounted_back

    @property
    def apart(self) -> tuple[int, int, int]:
        """What sets the last balance apart from what is owed: settled, and gone back, uncounted; what nobody knows."""
        return self.uncounted, self.uncounted_back, self.unexplained

    def after(self, change: StatedChange) -> InvoiceStanding:
        """How it stands when the change is booked."""
        return attrs.evolve(
            self,
            total=self.total + change.revision,
            outside=self.outside + change.outside,
            counted=self.counted + change.counted,
            counted_back=self.counted_back + change.counted_back,
            last=change.last,
        )


@attrs.frozen(kw_only=True)
class StatedChange:
    """What a statement changes against the last one, and what is booked of it; minor units.

    Attributes:
        revision: Change of what is billed.
        outside: Change of what was paid elsewhere.
        counted: How much more of what was settled here is counted; nothing is booked of it.
        counted_back: How much more of what went back here is counted; nothing is booked of it.
        rose: By how much the balance rose without a reason that the hub knows; nothing is booked of it.
        last: What is stored as the last statement.
    """

    revision: int = 0
    outside: int = 0
    counted: int = 0
    counted_back: int = 0
    rose: int = 0
    last: Stated


def nothing_new(last: Stated) -> StatedChange:
    """What the same statement again changes: nothing."""
    return StatedChange(last=last)


def stated_change(standing: InvoiceStanding, stated: Stated) -> StatedChange:
    """What a file's statement changes: the change of the total first, then what the balance changed besides.

    A lower balance is first what was settled here and no file has counted yet, then an earlier mistake of a file that
    is put right, then money paid elsewhere. A higher one is first what went back here and no file has counted yet, then
    a mistake put right, then earlier money from elsewhere, never below nothing; the rest is for a person, and nothing
    is booked of it. A total that falls by what a credit note took off here is that credit note, and one that rises when
    the note is reversed is its end. The first balance of an invoice that had money here is compared, never booked.
    """
    if stated == standing.last:
        return nothing_new(stated)
    last = standing.last or Stated(standing.total)
    grew = stated.total - last.total
    if stated.balance is None:
        stated = Stated(stated.total, None if last.balance is None else last.balance + grew)
    rose = 0 if stated.balance is None or last.balance is None else stated.balance - last.balance - grew
    total, rose, mistake = _of_total(standing, grew, rose, stated, reported=standing.total - last.total)
    if last.balance is None and stated.balance is not None:
        return _first(standing, total, paid=standing.total + total.revision - stated.balance)
    return _lower(standing, total, -rose, mistake) if rose < 0 else _higher(standing, total, rose, -mistake)


def _of_total(
    standing: InvoiceStanding, grew: int, rose: int, stated: Stated, *, reported: int
) -> tuple[StatedChange, int, int]:
    """What the total reports, what the balance rose besides, and what is left unexplained of the last one.

    It reports credit notes of here that no total has reported before, or their end; the rest is a revision.
    """
    unreported, unexplained = standing.credit_notes - reported, standing.unexplained
    if grew < 0:
        counted, before, righted = _credit_note_part(-grew, unreported, standing.uncounted, rose, unexplained)
        change = StatedChange(revision=grew + counted + before + righted, counted=counted, last=stated)
        return change, rose - before, unexplained - righted
    counted, before, righted = _credit_note_part(grew, -unreported, standing.uncounted_back, -rose, -unexplained)
    change = StatedChange(revision=grew - counted - before - righted, counted_back=counted, last=stated)
    return change, rose + before, unexplained + righted


def _credit_note_part(changed: int, unreported: int, waiting: int, against: int, mistake: int) -> tuple[int, int, int]:
    """The part of a changed total that is a credit note, or its end: what no file counted, what was reported before.

    Where files reported it as a balance before, the balance moves against the total now; alone, if it stays as it was.
    The last part was reported before by a balance that nobody could explain.
    """
    against, mistake = max(0, against), max(0, mistake)
    part = max(0, min(changed, unreported, waiting + against + mistake))
    before = part if against == changed else min(against, max(0, part - waiting))
    counted = min(part - before, waiting)
    return counted, before, part - before - counted


def _first(standing: InvoiceStanding, total: StatedChange, *, paid: int) -> StatedChange:
    if standing.settled or standing.outside:
        return attrs.evolve(total, counted=max(total.counted, min(paid, standing.settled) - standing.counted))
    return attrs.evolve(total, outside=paid)


def _lower(standing: InvoiceStanding, total: StatedChange, fell: int, too_much: int) -> StatedChange:
    known = min(fell, standing.uncounted - total.counted)
    righted = min(fell - known, max(0, too_much))
    return attrs.evolve(total, counted=total.counted + known, outside=fell - known - righted)


def _higher(standing: InvoiceStanding, total: StatedChange, rose: int, too_little: int) -> StatedChange:
    back = min(rose, standing.uncounted_back - total.counted_back)
    righted = min(rose - back, max(0, too_little))
    outside = min(rose - back - righted, standing.outside)
    return attrs.evolve(
        total,
        counted_back=total.counted_back + back,
        outside=-outside,
        rose=rose - back - righted - outside,
    )
