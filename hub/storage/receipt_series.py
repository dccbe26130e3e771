"""The series of cash receipts that people began and closed."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from hub.domain.receipt_series import ReceiptSeries
from hub_hookspecs import Mode

from .rows import maybe_micros, maybe_moment, micros, moment
from .schema import cash_receipt, receipt_series
from .statements import Runs, inserted

ADD = inserted(receipt_series)
OF = (
    select(receipt_series)
    .where(receipt_series.c.merchant == bindparam("merchant"), receipt_series.c.mode == bindparam("mode"))
    .order_by(receipt_series.c.began_at, receipt_series.c.series)
)
OPEN = OF.where(receipt_series.c.closed_at.is_(None))
ALL_OPEN = select(receipt_series).where(receipt_series.c.closed_at.is_(None))
CLOSE = (
    update(receipt_series)
    .where(
        receipt_series.c.merchant == bindparam("merchant_id"),
        receipt_series.c.mode == bindparam("mode_now"),
        receipt_series.c.closed_at.is_(None),
    )
    .values(closed_at=bindparam("at"), closed_by=bindparam("by"))
)
ISSUED = (
    select(cash_receipt.c.series, func.count().label("count"))
    .where(cash_receipt.c.merchant == bindparam("merchant"), cash_receipt.c.mode == bindparam("mode"))
    .group_by(cash_receipt.c.series)
)


class ReceiptSeriesTable:
    """Series of cash receipts."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, made: ReceiptSeries) -> None:
        """Insert a series.

        Raises:
            Conflict: ``unique`` when it was there before, or another one is open.
        """
        self._tx.run(
            ADD,
            {
                "merchant": made.merchant_id,
                "mode": made.mode.value,
                "series": made.series,
                "began_at": micros(made.began_at),
                "began_by": made.began_by,
                "closed_at": maybe_micros(made.closed_at),
                "closed_by": made.closed_by,
            },
        )

    def close(self, merchant_id: str, mode: Mode, *, by: str, at: datetime) -> None:
        """Close the one that is open, if there is one; for good."""
        self._tx.run(CLOSE, {"merchant_id": merchant_id, "mode_now": mode.value, "by": by, "at": micros(at)})

    def open_one(self, merchant_id: str, mode: Mode) -> str | None:
        """The series that gives the numbers now; None where nobody ever chose one."""
        row = self._tx.run(OPEN, {"merchant": merchant_id, "mode": mode.value}).fetchone()
        return None if row is None else str(row["series"])

    def all_open(self) -> tuple[tuple[str, Mode, str], ...]:
        """(merchant id, mode, series) of every series that was chosen and gives the numbers now."""
        return tuple((row["merchant"], Mode(row["mode"]), row["series"]) for row in self._tx.run(ALL_OPEN))

    def of(self, merchant_id: str, mode: Mode) -> tuple[ReceiptSeries, ...]:
        """A merchant's series, the first one first."""
        return tuple(_series(row) for row in self._tx.run(OF, {"merchant": merchant_id, "mode": mode.value}))

    def issued(self, merchant_id: str, mode: Mode) -> dict[str, int]:
        """How many receipts each series has."""
        rows = self._tx.run(ISSUED, {"merchant": merchant_id, "mode": mode.value})
        return {row["series"]: row["count"] for row in rows}


def _series(row: sqlite3.Row) -> ReceiptSeries:
    return ReceiptSeries(
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        series=row["series"],
        began_at=moment(row["began_at"]),
        began_by=row["began_by"],
        closed_at=maybe_moment(row["closed_at"]),
        closed_by=row["closed_by"],
    )
