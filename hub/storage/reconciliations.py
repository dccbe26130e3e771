"""When each account is compared with its provider's report, and how that went."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime

from sqlalchemy import bindparam, select, update

from hub.domain.reconciliation import DailyReconciliation

from .rows import json_text, maybe_iso, maybe_micros, maybe_moment, micros, moment
from .schema import daily_reconciliation
from .statements import Runs, among, changed, inserted

ADD = inserted(daily_reconciliation).prefix_with("OR IGNORE")
SAVE = changed(
    daily_reconciliation,
    *(column for column in daily_reconciliation.columns if column is not daily_reconciliation.c.account),
)
ALL = select(daily_reconciliation).order_by(daily_reconciliation.c.account)
GET = select(daily_reconciliation).where(daily_reconciliation.c.account == bindparam("account"))
DUE = (
    select(daily_reconciliation.c.account)
    .where(daily_reconciliation.c.due_at <= bindparam("now"))
    .order_by(daily_reconciliation.c.due_at, daily_reconciliation.c.account)
    .limit(bindparam("limit"))
)
CLAIM = (
    update(daily_reconciliation).where(among(daily_reconciliation.c.account, "ids")).values(due_at=bindparam("until"))
)


class Reconciliations:
    """One row an account whose provider reports by itself."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, record: DailyReconciliation) -> bool:
        """Insert; False when the account has its row already."""
        return self._tx.run(ADD, {"account": record.account_id, **_moving(record)}).rowcount == 1

    def get(self, account_id: str) -> DailyReconciliation | None:
        """The row of an account."""
        row = self._tx.run(GET, {"account": account_id}).fetchone()
        return None if row is None else _record(row)

    def all(self) -> tuple[DailyReconciliation, ...]:
        """The rows of every account."""
        return tuple(_record(row) for row in self._tx.run(ALL))

    def save(self, record: DailyReconciliation) -> None:
        """Write how it went, and when it comes next."""
        self._tx.change(SAVE, {**_moving(record), "this": record.account_id})

    def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[str, ...]:
        """Ids of accounts whose time has come; each one's due time moves to ``until``."""
        ids = [row["account"] for row in self._tx.run(DUE, {"now": micros(now), "limit": limit})]
        if ids:
            self._tx.run(CLAIM, {"ids": json_text(ids), "until": micros(until)})
        return tuple(ids)


def _moving(record: DailyReconciliation) -> dict[str, object]:
    return {
        "covered": maybe_iso(record.covered),
        "due_at": micros(record.due_at),
        "tries": record.tries,
        "trouble": record.trouble[:200],
        "outcome": record.outcome[:200],
        "done_at": maybe_micros(record.done_at),
    }


def _record(row: sqlite3.Row) -> DailyReconciliation:
    return DailyReconciliation(
        account_id=row["account"],
        covered=None if row["covered"] is None else date.fromisoformat(row["covered"]),
        due_at=moment(row["due_at"]),
        tries=row["tries"],
        trouble=row["trouble"],
        outcome=row["outcome"],
        done_at=maybe_moment(row["done_at"]),
    )
