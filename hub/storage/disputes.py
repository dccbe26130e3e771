"""Disputes of payments."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from hub.domain.dispute import Dispute, DisputeOutcome, DisputeStage
from hub_hookspecs import Mode, Money

from .rows import json_text, maybe_micros, maybe_moment, micros, moment
from .schema import dispute
from .statements import Runs, among, changed, inserted

ADD = inserted(dispute)
SAVE = changed(
    dispute,
    *(
        dispute.c.taken_as,
        dispute.c.amount,
        dispute.c.stage,
        dispute.c.reason,
        dispute.c.respond_by,
        dispute.c.remind_at,
    ),
    *(dispute.c.outcome, dispute.c.won, dispute.c.ended_at, dispute.c.ended_by),
).where(dispute.c.outcome.is_(None))
OF = select(dispute).where(among(dispute.c.payment, "ids")).order_by(dispute.c.opened_at, dispute.c.id)
OPEN = (
    select(dispute)
    .where(
        dispute.c.merchant == bindparam("merchant"), dispute.c.mode == bindparam("mode"), dispute.c.outcome.is_(None)
    )
    .order_by(dispute.c.respond_by.is_(None), dispute.c.respond_by, dispute.c.opened_at, dispute.c.id)
)
GET = select(dispute).where(dispute.c.id == bindparam("id"))
DUE = (
    select(dispute.c.id)
    .where(dispute.c.remind_at <= bindparam("now"), dispute.c.remind_at.is_not(None))
    .order_by(dispute.c.remind_at, dispute.c.id)
    .limit(bindparam("limit"))
)
CLAIM = update(dispute).where(among(dispute.c.id, "ids")).values(remind_at=bindparam("until"))


class Disputes:
    """Disputes of payments; rows are kept for ever."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, record: Dispute) -> None:
        """Insert a dispute.

        Raises:
            Conflict: ``unique`` when its payment has an open dispute of this case.
        """
        self._tx.run(ADD, _values(record))

    def save(self, record: Dispute) -> None:
        """Write what may change: its entry, how far it is, and how it ended; one that ended is never changed."""
        self._tx.change(SAVE, {**_changing(record), "this": record.id})

    def get(self, dispute_id: str) -> Dispute | None:
        """A dispute by id."""
        row = self._tx.run(GET, {"id": dispute_id}).fetchone()
        return None if row is None else _dispute(row)

    def of_payments(self, payment_ids: Collection[str]) -> tuple[Dispute, ...]:
        """The disputes of these payments; oldest first."""
        return tuple(_dispute(row) for row in self._tx.run(OF, {"ids": json_text(list(payment_ids))}))

    def open_of(self, merchant_id: str, mode: Mode) -> tuple[Dispute, ...]:
        """A merchant's open disputes; the nearest deadline first."""
        return tuple(_dispute(row) for row in self._tx.run(OPEN, {"merchant": merchant_id, "mode": mode.value}))

    def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[str, ...]:
        """Ids of disputes whose merchant is to be told again; each one's time moves to ``until``."""
        ids = [row["id"] for row in self._tx.run(DUE, {"now": micros(now), "limit": limit})]
        if ids:
            self._tx.run(CLAIM, {"ids": json_text(ids), "until": micros(until)})
        return tuple(ids)


def _changing(record: Dispute) -> dict[str, Any]:
    return {
        "taken_as": record.taken_as,
        "amount": record.amount.minor,
        "stage": record.stage.value,
        "reason": record.reason,
        "respond_by": maybe_micros(record.respond_by),
        "remind_at": maybe_micros(record.remind_at),
        "outcome": None if record.outcome is None else record.outcome.value,
        "won": record.won.minor if record.won else None,
        "ended_at": maybe_micros(record.ended_at),
        "ended_by": record.ended_by,
    }


def _values(record: Dispute) -> dict[str, Any]:
    return {
        "id": record.id,
        "merchant": record.merchant_id,
        "mode": record.mode.value,
        "payment": record.payment_id,
        "case_id": record.case,
        "currency": record.amount.currency,
        "opened_at": micros(record.opened_at),
        **_changing(record),
    }


def _dispute(row: sqlite3.Row) -> Dispute:
    return Dispute(
        id=row["id"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        payment_id=row["payment"],
        case=row["case_id"],
        taken_as=row["taken_as"],
        amount=Money(row["amount"], row["currency"]),
        stage=DisputeStage(row["stage"]),
        reason=row["reason"],
        respond_by=maybe_moment(row["respond_by"]),
        remind_at=maybe_moment(row["remind_at"]),
        opened_at=moment(row["opened_at"]),
        outcome=None if row["outcome"] is None else DisputeOutcome(row["outcome"]),
        won=None if row["won"] is None else Money(row["won"], row["currency"]),
        ended_at=maybe_moment(row["ended_at"]),
        ended_by=row["ended_by"],
    )
