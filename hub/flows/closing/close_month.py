"""Close a month of a company's books, and open it again: each is a row of its own that nobody changes."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.domain.identity import FieldError, Invalid
from hub.domain.lengths import REASON, stated_reason, too_long
from hub.domain.merchant import Merchant
from hub.domain.month import Month
from hub.domain.month_close import MonthClose, Reopening, by_kind, digest_of_close, next_month, span_of
from hub.domain.text import Text
from hub.flows.ground.ports import Conflict, Hub, Tx
from hub.flows.ground.tell import tell, warn
from hub_hookspecs import Country, Mode

from .read_open import read_open


async def close_month(
    hub: Hub, merchant: Merchant, mode: Mode, month: Month, *, by: str, why: str, is_owner: bool
) -> MonthClose:
    """Close a month as the books stand now: what comes while it is done is later.

    Args:
        why: Why what is open may stay so; needed where anything is.
        is_owner: Whether whoever closes may decide that.

    Raises:
        Invalid: The month has not ended, is closed, is not the next one; or something is open and nobody said why.
    """
    now, close_id = hub.clock(), hub.fresh_id()
    if problems := too_long("why", why.strip(), REASON):
        raise Invalid(problems)
    country = hub.countries[merchant.company.country]
    close = await hub.store.read(
        lambda tx: _closed(tx, country, merchant, mode, month, (close_id, by, why.strip(), now))
    )
    if any(item.warns for item in close.open):
        _may_stay_open(close, is_owner)

    def write(tx: Tx) -> MonthClose:
        _refuse(tx, merchant, mode, month, now)
        tx.closes.add(close)
        tx.packages.want(close.id, now)
        tell(tx, "month_closed", merchant=merchant.id, mode=mode.value, month=str(month), close=close.id)
        return close

    try:
        written = await hub.store.write(write)
    except Conflict as conflict:
        raise Invalid((FieldError("month", Text("close.already", month=month.name)),)) from conflict
    hub.wake()
    return written


async def reopen_month(hub: Hub, merchant: Merchant, mode: Mode, month: Month, *, by: str, why: str) -> MonthClose:
    """Open the last closed month again.

    Raises:
        LookupError: It is not closed.
        Invalid: A later one is, or nobody said why.
    """
    reopening = Reopening(by, stated_reason(why, Text("close.reason_missing")), hub.clock())

    def write(tx: Tx) -> MonthClose:
        standing = {close.month: close for close in tx.closes.standing(merchant.id, mode)}
        close = standing.get(month)
        if close is None:
            raise LookupError(str(month))
        if close is not list(standing.values())[-1]:
            raise Invalid((FieldError("month", Text("close.later_closed", month=max(standing).name)),))
        tx.closes.reopen(close.id, reopening)
        warn(tx, "month_reopened", merchant=merchant.id, mode=mode.value, month=str(month), close=close.id)
        return attrs.evolve(close, reopened=reopening)

    return await hub.store.write(write)


def _refuse(tx: Tx, merchant: Merchant, mode: Mode, month: Month, now: datetime) -> None:
    """Refuse a month that cannot be closed.

    Raises:
        Invalid: It has not ended, is closed, or is not the next one.
    """
    standing = tx.closes.standing(merchant.id, mode)
    wanted = next_month(standing)
    if any(close.month == month for close in standing):
        raise Invalid((FieldError("month", Text("close.already", month=month.name)),))
    if wanted and wanted != month:
        raise Invalid((FieldError("month", Text("close.not_next", month=wanted.name)),))
    if not month.has_ended(now, merchant.company.zone):
        raise Invalid((FieldError("month", Text("close.not_ended", month=month.name)),))


def _may_stay_open(close: MonthClose, is_owner: bool) -> None:
    if not is_owner:
        raise Invalid((FieldError("why", Text("close.owner_decides")),))
    if not close.why:
        raise Invalid((FieldError("why", Text("close.reason_missing")),))


def _closed(
    tx: Tx, country: Country, merchant: Merchant, mode: Mode, month: Month, signed: tuple[str, str, str, datetime]
) -> MonthClose:
    """The close as the books stand."""
    close_id, by, why, at = signed
    _refuse(tx, merchant, mode, month, at)
    before = tx.closes.last(merchant.id, mode)
    seq, head = tx.ledger.head(merchant.id, mode)
    close = MonthClose(
        id=close_id,
        merchant_id=merchant.id,
        mode=mode,
        month=month,
        n=1 + sum(close.month == month for close in tx.closes.of(merchant.id, mode)),
        zone=merchant.company.zone,
        seq=seq,
        head=head,
        before=before.id if before else None,
        receipts=tx.closes.last_numbers(merchant.id, mode),
        totals=(),
        entries=0,
        digest="",
        open=read_open(tx, country, merchant, mode, month),
        by=by,
        why=why,
        at=at,
    )
    book, spans = (merchant.id, mode), (close.span, span_of(before))
    figures = tx.closes.figures(*book, *spans)
    entries, digest = digest_of_close(figures, tx.closes.seals(*book, *spans))
    return attrs.evolve(close, totals=by_kind(figures), entries=entries, digest=digest)
