"""The rates that a merchant's payers withhold; what was used is closed and stays."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import bindparam, delete, select, update

from hub.domain.withholding import RateUnit, WithholdingRate
from hub_hookspecs import Money

from .rows import folded, json_text, maybe_micros, maybe_moment, micros, moment
from .schema import withholding_rate
from .statements import Runs, among, changed, inserted

ADD = inserted(withholding_rate)
CLOSE = changed(
    withholding_rate, withholding_rate.c.valid_to, withholding_rate.c.closed_by, withholding_rate.c.closed_at
)
USED = (
    update(withholding_rate)
    .where(among(withholding_rate.c.id, "ids"), withholding_rate.c.used_at.is_(None))
    .values(used_at=bindparam("at"))
)
DROP = delete(withholding_rate).where(withholding_rate.c.id == bindparam("id"))
GET = select(withholding_rate).where(withholding_rate.c.id == bindparam("id"))
OF = (
    select(withholding_rate)
    .where(withholding_rate.c.merchant == bindparam("merchant"))
    .order_by(withholding_rate.c.tax, withholding_rate.c.folded_concept, withholding_rate.c.valid_from.desc())
)


class WithholdingRates:
    """The rates that a merchant's payers withhold."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, rate: WithholdingRate) -> None:
        """Insert a rate.

        Raises:
            Conflict: ``one_rate`` when another one of its tax and concept holds on one of its days.
        """
        self._tx.run(ADD, _values(rate))

    def close(self, rate_id: str, valid_to: date, *, by: str, at: datetime) -> None:
        """Say which day was a rate's last, once.

        Raises:
            Conflict: ``append_only`` when it is closed already; ``days`` when it had not begun on that day.
        """
        values = {"this": rate_id, "valid_to": valid_to.isoformat(), "closed_by": by, "closed_at": micros(at)}
        self._tx.change(CLOSE, values)

    def use(self, rate_ids: Collection[str], at: datetime) -> None:
        """Remember that a payment rests on these."""
        self._tx.run(USED, {"ids": json_text(list(rate_ids)), "at": micros(at)})

    def drop(self, rate_id: str) -> None:
        """Remove a rate that nothing rests on.

        Raises:
            Conflict: ``append_only`` when a payment does.
        """
        self._tx.run(DROP, {"id": rate_id})

    def get(self, rate_id: str) -> WithholdingRate | None:
        """A rate by id."""
        row = self._tx.run(GET, {"id": rate_id}).fetchone()
        return None if row is None else _rate(row)

    def of(self, merchant_id: str) -> tuple[WithholdingRate, ...]:
        """A merchant's rates by tax and concept, the newest of each first."""
        return tuple(_rate(row) for row in self._tx.run(OF, {"merchant": merchant_id}))


def _values(rate: WithholdingRate) -> dict[str, object]:
    return {
        "id": rate.id,
        "merchant": rate.merchant_id,
        "tax": rate.tax,
        "concept": rate.concept,
        "folded_concept": folded(rate.concept),
        "parts": rate.parts,
        "unit": rate.unit.value,
        "currency": rate.minimum_base.currency,
        "minimum_base": rate.minimum_base.minor,
        "valid_from": rate.valid_from.isoformat(),
        "valid_to": rate.valid_to and rate.valid_to.isoformat(),
        "used_at": maybe_micros(rate.used_at),
        "added_by": rate.added_by,
        "added_at": micros(rate.added_at),
        "closed_by": rate.closed_by,
        "closed_at": maybe_micros(rate.closed_at),
    }


def _rate(row: sqlite3.Row) -> WithholdingRate:
    return WithholdingRate(
        id=row["id"],
        merchant_id=row["merchant"],
        tax=row["tax"],
        concept=row["concept"],
        parts=row["parts"],
        unit=RateUnit(row["unit"]),
        minimum_base=Money(row["minimum_base"], row["currency"]),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        used_at=maybe_moment(row["used_at"]),
        added_by=row["added_by"],
        added_at=moment(row["added_at"]),
        closed_by=row["closed_by"],
        closed_at=maybe_moment(row["closed_at"]),
    )
