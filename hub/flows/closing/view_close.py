"""View the months of a company: which are closed, which is next, and what one month comes to."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from hub.domain.merchant import Merchant
from hub.domain.month import Month
from hub.domain.month_close import (
    LateEntry,
    MonthClose,
    OpenItem,
    ReceivedOnTerms,
    Span,
    StoredPackage,
    next_month,
    span_of,
)
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Mode

from .read_open import read_open, received_on_terms

FIRST_CHOICES: Final = 12
"""Months among which the first close is chosen."""
LISTED: Final = 200


@attrs.frozen(kw_only=True)
class CloseList:
    """The months of a book.

    Attributes:
        closes: Every close, also those that were opened again; the newest month first.
        choices: Months that can be closed now: the next one, or before the first close any of the last year.
        following: The next month, also where it has not ended.
    """

    closes: tuple[MonthClose, ...]
    choices: tuple[Month, ...]
    following: Month


@attrs.frozen(kw_only=True)
class CloseView:
    """One month of a book.

    Attributes:
        close: The close that stands; None for an open month.
        before: Closes of it that were opened again.
        open: What is open: now, or when it was closed.
        late: What is of this month's close though it counts for an earlier, closed one.
        missed: What counts for this closed month and came after its close; it is of a later one.
        can_close: It has ended and is next.
        can_reopen: No later month is closed.
        wrong: What the books say otherwise than when it was closed; None where nobody asked.
    """

    month: Month
    close: MonthClose | None
    before: tuple[MonthClose, ...]
    open: tuple[OpenItem, ...]
    late: tuple[LateEntry, ...]
    missed: tuple[LateEntry, ...]
    package: StoredPackage | None
    can_close: bool
    can_reopen: bool
    wrong: tuple[str, ...] | None = None

    @property
    def warns(self) -> bool:
        """Whether whoever closes says why something may stay open."""
        return any(item.warns for item in self.open)


async def list_closes(hub: Hub, merchant: Merchant, mode: Mode) -> CloseList:
    """The months of a book."""
    now = hub.clock()

    def read(tx: Tx) -> CloseList:
        standing = tx.closes.standing(merchant.id, mode)
        following = next_month(standing) or _last_ended(merchant, now)
        choices = (following,) if standing else _backwards(following)
        return CloseList(
            closes=tx.closes.of(merchant.id, mode)[::-1],
            choices=tuple(month for month in choices if month.has_ended(now, merchant.company.zone)),
            following=following,
        )

    return await hub.store.read(read)


def _last_ended(merchant: Merchant, now: datetime) -> Month:
    return Month.of(now.astimezone(ZoneInfo(merchant.company.zone)).date()).before


def _backwards(last: Month) -> tuple[Month, ...]:
    months = [last]
    while len(months) < FIRST_CHOICES:
        months.append(months[-1].before)
    return tuple(months)


async def view_close(hub: Hub, merchant: Merchant, mode: Mode, month: Month, *, check: bool = False) -> CloseView:
    """One month of a book; with ``check`` its close is compared with the books as they are."""
    now = hub.clock()

    def read(tx: Tx) -> CloseView:
        standing = tx.closes.standing(merchant.id, mode)
        close = next((one for one in standing if one.month == month), None)
        earlier = [one for one in standing if one.month < month]
        head = tx.ledger.head(merchant.id, mode)[0]
        is_next = next_month(standing) in (None, month)
        return CloseView(
            month=month,
            close=close,
            before=tuple(one for one in tx.closes.of(merchant.id, mode) if one.month == month and one.reopened),
            open=close.open if close else read_open(tx, hub.countries[merchant.company.country], merchant, mode, month),
            late=_late(tx, earlier, close.seq if close else head),
            missed=tx.closes.late(close, head, limit=LISTED) if close else (),
            package=tx.packages.get(close.id) if close else None,
            can_close=not close and is_next and month.has_ended(now, merchant.company.zone),
            can_reopen=close is not None and close is standing[-1],
            wrong=tx.closes.problems(close) if close and check else None,
        )

    return await hub.store.read(read)


async def view_received_on_terms(hub: Hub, merchant: Merchant, mode: Mode, month: Month) -> tuple[ReceivedOnTerms, ...]:
    """What invoices of a month received that needs an electronic receipt of payment."""

    terms = hub.countries[merchant.company.country].payment_receipt_terms

    def read(tx: Tx) -> tuple[ReceivedOnTerms, ...]:
        standing = tx.closes.standing(merchant.id, mode)
        close = next((one for one in standing if one.month == month), None)
        earlier = [one for one in standing if one.month < month]
        open_now = Span(tx.ledger.head(merchant.id, mode)[0], month.last, month.end_in(merchant.company.zone))
        before = span_of(earlier[-1] if earlier else None)
        return received_on_terms(tx, terms, merchant, mode, close.span if close else open_now, before)

    return await hub.store.read(read)


def _late(tx: Tx, earlier: list[MonthClose], upto: int) -> tuple[LateEntry, ...]:
    """What came since the last close before for a day that it covers."""
    return tx.closes.late(earlier[-1], upto, limit=LISTED) if earlier else ()
