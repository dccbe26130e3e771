"""Record that a backup was restored: what was under way in it may have ended since, and nobody here knows.

Numbered documents may have been handed out since, too. Their numbers are not given again: each series goes on behind
the last one that anybody has, or far ahead, and what is left out is stored as a gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import attrs

from hub.domain.billing import DEBIT_NOTES
from hub.domain.disbursement import SERIES as DISBURSEMENTS
from hub.domain.payment import Payment
from hub.domain.receipt import MAX_GAP, SeriesGap, label_of
from hub.domain.text import Text, stored
from hub.flows.ground.marks import NamedMark
from hub.flows.ground.ports import Tx
from hub.flows.ground.tell import warn
from hub_hookspecs import Country, Mode

RESTORED: Final = NamedMark("restored")
NUMBERED: Final = (DISBURSEMENTS, DEBIT_NOTES)
"""Series of every company, besides its country's of cash receipts."""


@attrs.frozen(kw_only=True)
class SeriesEnd:
    """How far a series of numbered documents had come when the backup was made.

    Attributes:
        last: 0 where none had been issued yet.
    """

    merchant_id: str
    slug: str
    mode: Mode
    series: str
    last: int

    @property
    def name(self) -> str:
        """How a person names it: ``tornillo/live/RC``."""
        return f"{self.slug}/{self.mode}/{self.series}"


class WrongNumber(Exception):
    """The number that was given for a series cannot be; the text says why."""


def own_series(country: Country) -> tuple[str, ...]:
    """Every series in which a company of this country numbers documents; that of cash receipts is the first."""
    return (country.receipts.series, *NUMBERED)


def series_ends(tx: Tx, countries: Mapping[str, Country]) -> tuple[SeriesEnd, ...]:
    """Every series of every company: those that have begun, and those that its next documents would begin."""
    slugs = {merchant.id: merchant.slug for merchant in tx.merchants.all()}
    begun = {*tx.receipts.series(), *tx.receipt_series.all_open()}
    coming = {
        (merchant.id, merchant.mode, series)
        for merchant in tx.merchants.all()
        if merchant.company.country in countries
        for series in own_series(countries[merchant.company.country])
    }
    return tuple(
        SeriesEnd(
            merchant_id=merchant_id,
            slug=slugs[merchant_id],
            mode=mode,
            series=series,
            last=tx.receipts.last_number(merchant_id, mode, series),
        )
        for merchant_id, mode, series in sorted(begun | coming, key=lambda each: (slugs[each[0]], *each[1:]))
    )


def gap_behind(end: SeriesEnd, *, seen: int | None, skip: int, backup: str, by: str, now: datetime) -> SeriesGap | None:
    """What is left out of a series; None where nothing was issued since.

    Args:
        seen: The last number that anybody has; None where nobody knows, and ``skip`` numbers are left out.

    Raises:
        WrongNumber: Less than the backup has, or more than ``MAX_GAP`` beyond it.
    """
    last = end.last + skip if seen is None else seen
    if last < end.last:
        raise WrongNumber(f"{end.name}={last}: the backup itself has {label_of(end.series, end.last)}")
    if last - end.last > MAX_GAP:
        raise WrongNumber(f"{end.name}={last} would leave out more than {MAX_GAP} numbers")
    if last == end.last:
        return None
    label = label_of(end.series, last)
    why = Text("numbers.restored_seen", backup=backup, label=label)
    if seen is None:
        why = Text("numbers.restored_unseen", backup=backup, skip=skip)
    return SeriesGap(
        merchant_id=end.merchant_id,
        mode=end.mode,
        series=end.series,
        first=end.last + 1,
        last=last,
        by=by,
        why=stored(why),
        at=now,
    )


def record_restore(tx: Tx, name: str, gaps: Iterable[SeriesGap] = (), *, now: datetime) -> None:
    """From now on nothing that was under way in this backup is undone without a person; no number is given again."""
    RESTORED.set(tx, name, now)
    for gap in gaps:
        leave_out(tx, gap)
    warn(tx, "backup_restored", file=name)


def leave_out(tx: Tx, gap: SeriesGap) -> None:
    """Give the numbers of a gap to nobody."""
    tx.receipts.leave_out(gap)
    first, last = gap.labels
    warn(tx, "numbers_left_out", merchant=gap.merchant_id, mode=gap.mode.value, first=first, last=last)


def is_from_a_backup(tx: Tx, payment: Payment) -> bool:
    """Whether the payment was begun before the database was restored: by now it may be paid, or undone."""
    restored = RESTORED.get(tx)
    return restored is not None and payment.created_at < restored[1]
