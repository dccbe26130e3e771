"""Read what a month still has open: each is told with where it is mended, and none forbids the close."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

import attrs

from hub.domain.merchant import Merchant
from hub.domain.month import Month
from hub.domain.month_close import OpenItem, OpenKind, ReceivedOnTerms, Span, span_of
from hub.flows.ground.ports import Tx
from hub.flows.views.view_certificates import missing_at
from hub_hookspecs import Country, Mode

Reader = Callable[[Tx, Merchant, Mode, Span, Span], OpenItem | None]
"""Reads one kind for the books of a month and those of the close before it."""


def read_open(tx: Tx, country: Country, merchant: Merchant, mode: Mode, month: Month) -> tuple[OpenItem, ...]:
    """What is open of a month, in the order in which it is told."""
    span = Span(tx.ledger.head(merchant.id, mode)[0], month.last, month.end_in(merchant.company.zone))
    before = span_of(tx.closes.last(merchant.id, mode))
    on_terms: Reader = partial(_payment_receipts, country.payment_receipt_terms)
    readers: tuple[Reader, ...] = (*READERS[:-1], on_terms, READERS[-1])
    found = (read(tx, merchant, mode, span, before) for read in readers)
    return tuple(item for item in found if item and item.count)


def _payout_lines(tx: Tx, merchant: Merchant, mode: Mode, _span: Span, _before: Span) -> OpenItem:
    return _item(OpenKind.PAYOUT_LINES, tx.open_items.payout_lines(merchant.id, mode))


def _awaited(tx: Tx, merchant: Merchant, mode: Mode, _span: Span, _before: Span) -> OpenItem:
    return _item(OpenKind.AWAITED, tx.open_items.awaited(merchant.id, mode))


def _differences(tx: Tx, merchant: Merchant, mode: Mode, _span: Span, _before: Span) -> OpenItem:
    return _item(OpenKind.DIFFERENCES, tx.open_items.differences(merchant.id, mode))


def _unrecorded(tx: Tx, merchant: Merchant, mode: Mode, span: Span, before: Span) -> OpenItem:
    return _item(OpenKind.UNRECORDED, tx.open_items.unrecorded(merchant.id, mode, span, before))


def _reviews(tx: Tx, merchant: Merchant, mode: Mode, span: Span, _before: Span) -> OpenItem:
    """Those of the month and earlier; a dispute is told with its day."""
    waiting = [
        review
        for review in tx.reviews.of(merchant_id=merchant.id)
        if review.mode is mode and review.opened_at < span.until and review.cause != "dispute"
    ]
    return OpenItem(kind=OpenKind.REVIEWS, count=len(waiting))


def _disputes(tx: Tx, merchant: Merchant, mode: Mode, _span: Span, _before: Span) -> OpenItem:
    disputes, zone = tx.disputes.open_of(merchant.id, mode), ZoneInfo(merchant.company.zone)
    days = [item.respond_by.astimezone(zone).date() for item in disputes if item.respond_by]
    amounts: dict[str, int] = {}
    for item in disputes:
        amounts[item.amount.currency] = amounts.get(item.amount.currency, 0) + item.amount.minor
    return OpenItem(kind=OpenKind.DISPUTES, count=len(disputes), amounts=amounts, until=min(days, default=None))


def received_on_terms(
    tx: Tx, terms: tuple[str, ...], merchant: Merchant, mode: Mode, span: Span, before: Span
) -> tuple[ReceivedOnTerms, ...]:
    """What invoices received in the month whose terms ask for a receipt of payment in the company's country."""
    if not terms:
        return ()
    if not before.seq:  # before the first close, what counts for an earlier month is not of this one
        first = Month.of(span.last).first
        zone = merchant.company.zone
        before = Span(span.seq, first - timedelta(days=1), Month.of(span.last).before.end_in(zone))
    return tx.open_items.received_on(merchant.id, mode, span, before, terms)


def _payment_receipts(
    terms: tuple[str, ...], tx: Tx, merchant: Merchant, mode: Mode, span: Span, before: Span
) -> OpenItem:
    found = received_on_terms(tx, terms, merchant, mode, span, before)
    amounts: dict[str, int] = {}
    for item in found:
        amounts[item.amount.currency] = amounts.get(item.amount.currency, 0) + item.amount.minor
    return OpenItem(kind=OpenKind.PAYMENT_RECEIPTS, count=len(found), amounts=amounts)


def _certificates(tx: Tx, merchant: Merchant, mode: Mode, span: Span, _before: Span) -> OpenItem:
    """What customers kept back in periods that ended, and no certificate proves."""
    missing = missing_at(tx, attrs.evolve(merchant, mode=mode), span.last)
    amounts: dict[str, int] = {}
    for item in missing:
        amount = item.row.missing
        amounts[amount.currency] = amounts.get(amount.currency, 0) + amount.minor
    return OpenItem(kind=OpenKind.CERTIFICATES, count=len(missing), amounts=amounts)


def _item(kind: OpenKind, counted: tuple[int, Mapping[str, int]]) -> OpenItem:
    count, amounts = counted
    return OpenItem(kind=kind, count=count, amounts=amounts)


READERS: tuple[Reader, ...] = (
    *(_payout_lines, _reviews, _unrecorded, _differences, _disputes),
    *(_certificates, _awaited),
)
"""One a kind: what else a month may have open gets its reader here; what the country's terms ask for comes beside."""
