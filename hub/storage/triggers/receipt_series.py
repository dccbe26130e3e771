"""What holds for the series that people chose for cash receipts, and for notes that were written on these."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import exists, or_

from hub.storage.guards import (
    RowEvent,
    RowRefusal,
    Trigger,
    append_only,
    fixed,
    guard,
    never_deleted,
    rows_of,
)
from hub.storage.schema import ONE, cash_receipt, delivery, receipt_note, receipt_series

TAKEN_ALONG = ("cash_receipt", "conversion")
"""Mails with which a cash receipt leaves the house."""


def receipt_series_triggers() -> Iterator[Trigger]:
    """The triggers of chosen series, and of notes."""
    new, old = rows_of(receipt_series)
    yield fixed(receipt_series, "merchant", "mode", "series", "began_at", "began_by")
    yield guard(
        "receipt_series_closed_once",
        RowEvent("UPDATE", receipt_series, ("closed_at", "closed_by"), old.closed_at.is_not(None)),
        RowRefusal("append_only", "a closed series stays closed"),
    )
    yield never_deleted(receipt_series)
    new, _ = rows_of(cash_receipt)
    of_it = (receipt_series.c.merchant == new.merchant, receipt_series.c.mode == new.mode)
    is_closed = exists(ONE).where(
        *of_it, receipt_series.c.series == new.series, receipt_series.c.closed_at.is_not(None)
    )
    is_another = exists(ONE).where(*of_it, receipt_series.c.series != new.series, receipt_series.c.closed_at.is_(None))
    yield guard(
        "cash_receipt_series_open",
        RowEvent("INSERT", cash_receipt),
        RowRefusal("append_only", "the open series gives the numbers", or_(is_closed, is_another)),
    )
    yield from _notes()


def _notes() -> Iterator[Trigger]:
    new, _ = rows_of(receipt_note)
    left = exists(ONE).where(
        delivery.c.subject == new.receipt, delivery.c.kind.in_(TAKEN_ALONG), delivery.c.state != "dead"
    )
    is_void = exists(ONE).where(cash_receipt.c.id == new.receipt, cash_receipt.c.voided_at.is_not(None))
    yield guard(
        "receipt_note_before_it_left",
        RowEvent("INSERT", receipt_note, (), new.kind == "shown"),
        RowRefusal("fixed", "what left the house is not changed", left),
        RowRefusal("fixed", "what is void is not changed", is_void),
    )
    yield from append_only(receipt_note)
