"""What holds for cash receipts, their series and the gaps of these."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.sql.elements import ColumnElement

from hub.storage.guards import (
    AliasedRow,
    Condition,
    RowEvent,
    RowRefusal,
    Trigger,
    append_only,
    fixed,
    guard,
    never_deleted,
    row_in,
    rows_of,
)
from hub.storage.schema import cash_receipt, series, series_gap


def receipt_triggers() -> Iterator[Trigger]:
    """The triggers of cash receipts, of their series and of the gaps of these."""
    _, old = rows_of(cash_receipt)
    yield fixed(
        cash_receipt,
        *("id", "merchant", "mode", "series", "number", "customer", "payment", "movement", "received_on", "issued_at"),
        *("issued_by", "means", "currency", "cash", "advance", "lines", "words", "clause", "concept", "issuer"),
        *("received_from", "notes", "bank_account", "bank_reference", "received_in", "provider"),
        *("provider_reference", "authorisation"),
    )
    yield guard(
        "cash_receipt_void_once",
        RowEvent("UPDATE", cash_receipt, ("void_reason", "voided_at"), old.voided_at.is_not(None)),
        RowRefusal("append_only", "a receipt is voided once"),
    )
    yield never_deleted(cash_receipt)
    yield from _series()
    yield from _gaps()


def _stands(new: AliasedRow) -> ColumnElement[int]:
    """The next number of a row's series, before the row."""
    next_number = (
        select(series.c.next)
        .where(series.c.merchant == new.merchant, series.c.mode == new.mode, series.c.series == new.series)
        .scalar_subquery()
    )
    return func.coalesce(next_number, 1)


def _series() -> Iterator[Trigger]:
    new, old = rows_of(series)

    def left_out(first: ColumnElement[int]) -> Condition:
        return row_in(
            series_gap, merchant=new.merchant, mode=new.mode, series=new.series, last=new.next - 1, first=first
        )

    yield guard(
        "series_begins",
        RowEvent("INSERT", series),
        RowRefusal("append_only", "a series begins at one", and_(new.next != 2, ~left_out(_stands(new)))),
    )
    yield guard(
        "series_forward",
        RowEvent("UPDATE", series),
        RowRefusal(
            "append_only",
            "a series counts on by one, but for a gap that is accounted for",
            and_(new.next != old.next + 1, ~left_out(old.next)),
        ),
    )
    yield never_deleted(series)


def _gaps() -> Iterator[Trigger]:
    new, _ = rows_of(series_gap)
    yield guard(
        "series_gap_fits",
        RowEvent("INSERT", series_gap),
        RowRefusal("append_only", "a gap begins where its series stands", new.first != _stands(new)),
    )
    after = insert(series).inline().values(merchant=new.merchant, mode=new.mode, series=new.series, next=new.last + 1)
    yield Trigger(
        "series_gap_moves",
        RowEvent("INSERT", series_gap),
        moves=(
            after.on_conflict_do_update(
                index_elements=[series.c.merchant, series.c.mode, series.c.series], set_={"next": after.excluded.next}
            ),
        ),
    )
    yield from append_only(series_gap)
