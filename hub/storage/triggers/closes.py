"""What holds for closed months: closed in order, opened again from the last, and never changed."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, exists

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
from hub.storage.schema import (
    ONE,
    entry,
    late_reason,
    month_close,
    month_package,
    month_package_part,
    month_reopening,
    seal,
)


def close_triggers() -> Iterator[Trigger]:
    """The triggers of closed months, of their packages, and of what is dated into them."""
    for table in (month_close, month_reopening, late_reason):
        yield from append_only(table)
    yield _closing()
    yield _reopening()
    yield _late()
    yield from _packages()


def _closing() -> Trigger:
    new, _ = rows_of(month_close)
    same = and_(month_close.c.merchant == new.merchant, month_close.c.mode == new.mode)
    later = exists(ONE).where(
        same, month_close.c.month >= new.month, ~exists(ONE).where(month_reopening.c.close == month_close.c.id)
    )
    sealed = row_in(seal, merchant=new.merchant, mode=new.mode, seq=new.seq, hash=new.head)
    return guard(
        "month_close_fits",
        RowEvent("INSERT", month_close),
        RowRefusal("closed", "this month, or a later one, is closed already", later),
        RowRefusal("from_ledger", "a close fixes a position of its own chain", and_(new.seq > 0, ~sealed)),
    )


def _reopening() -> Trigger:
    new, _ = rows_of(month_reopening)
    this, later = month_close.alias("this"), month_close.alias("later")
    after = exists(ONE).where(
        this.c.id == new.close,
        later.c.merchant == this.c.merchant,
        later.c.mode == this.c.mode,
        later.c.month > this.c.month,
        ~exists(ONE).where(month_reopening.c.close == later.c.id),
    )
    return guard(
        "month_reopening_fits",
        RowEvent("INSERT", month_reopening),
        RowRefusal("closed", "a later month is closed", after),
    )


def _late() -> Trigger:
    new, _ = rows_of(late_reason)
    return guard(
        "late_reason_fits",
        RowEvent("INSERT", late_reason),
        RowRefusal(
            "walls",
            "entry and close are of one merchant and mode",
            ~exists(ONE).where(
                entry.c.id == new.entry,
                month_close.c.id == new.close,
                entry.c.merchant == month_close.c.merchant,
                entry.c.mode == month_close.c.mode,
            ),
        ),
    )


def _packages() -> Iterator[Trigger]:
    _, old = rows_of(month_package)
    yield guard(
        "month_package_made_once",
        RowEvent("UPDATE", month_package, ("sha256", "size", "made_at"), old.made_at.is_not(None)),
        RowRefusal("append_only", "a package is made once"),
    )
    yield fixed(month_package, "close")
    yield never_deleted(month_package)
    new, old = rows_of(month_package_part)
    yield guard("month_package_part_added", RowEvent("INSERT", month_package_part), _once_made(_is_made(new)))
    yield guard("month_package_part_unchanged", RowEvent("UPDATE", month_package_part), _once_made(None))
    yield guard("month_package_part_kept", RowEvent("DELETE", month_package_part), _once_made(_is_made(old)))


def _once_made(condition: Condition | None) -> RowRefusal:
    return RowRefusal("append_only", "a package that is made keeps its content", condition)


def _is_made(part: AliasedRow) -> Condition:
    return exists(ONE).where(month_package.c.close == part.close, month_package.c.made_at.is_not(None))
