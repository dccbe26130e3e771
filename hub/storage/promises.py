"""Promises to pay: a word and who took it; nothing that is due changes by them."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import bindparam, select

from hub.domain.reminder import Promise
from hub_hookspecs import Mode

from .rows import json_text, maybe_micros, maybe_moment, micros, moment
from .schema import promise
from .statements import Runs, among, changed, inserted

ADD = inserted(promise)
GET = select(promise).where(promise.c.id == bindparam("id"))
WITHDRAW = changed(promise, promise.c.withdrawn_at, promise.c.withdrawn_by).where(promise.c.withdrawn_at.is_(None))
OF = select(promise).where(among(promise.c.payable, "ids")).order_by(promise.c.made_at, promise.c.id)


class Promises:
    """Promises to pay."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, record: Promise) -> None:
        """Insert a promise."""
        self._tx.run(
            ADD,
            {
                "id": record.id,
                "merchant": record.merchant_id,
                "mode": record.mode.value,
                "customer": record.customer_id,
                "payable": record.payable_id,
                "until": record.until.isoformat(),
                "by": record.by,
                "is_payers": int(record.is_payers),
                "made_at": micros(record.made_at),
                "withdrawn_at": maybe_micros(record.withdrawn_at),
                "withdrawn_by": record.withdrawn_by,
            },
        )

    def get(self, promise_id: str) -> Promise | None:
        """A promise by id."""
        row = self._tx.run(GET, {"id": promise_id}).fetchone()
        return None if row is None else _promise(row)

    def withdraw(self, promise_id: str, at: datetime, by: str) -> None:
        """It holds no more.

        Raises:
            LookupError: There is none that still holds.
        """
        self._tx.change(WITHDRAW, {"this": promise_id, "withdrawn_at": micros(at), "withdrawn_by": by})

    def of_payables(self, payable_ids: Collection[str]) -> tuple[Promise, ...]:
        """Promises of these, oldest first; those that were withdrawn too."""
        return tuple(_promise(row) for row in self._tx.run(OF, {"ids": json_text(sorted(payable_ids))}))


def _promise(row: sqlite3.Row) -> Promise:
    return Promise(
        id=row["id"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        customer_id=row["customer"],
        payable_id=row["payable"],
        until=date.fromisoformat(row["until"]),
        by=row["by"],
        is_payers=bool(row["is_payers"]),
        made_at=moment(row["made_at"]),
        withdrawn_at=maybe_moment(row["withdrawn_at"]),
        withdrawn_by=row["withdrawn_by"],
    )
