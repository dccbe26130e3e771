"""Ladders of reminders, which of their steps were used, and who may be due for one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, exists, func, select, update
from sqlalchemy.dialects.sqlite import insert

from hub.domain.reminder import REMINDER, Ladder, LadderStep
from hub_hookspecs import Mode

from .payables import IS_OPEN
from .rows import json_text, maybe_day, maybe_iso, maybe_micros, maybe_moment, micros, moment
from .schema import delivery, literal, payable, promise, reminded, reminder_ladder
from .statements import Runs, among

_ladder = insert(reminder_ladder).values({column.name: bindparam(column.name) for column in reminder_ladder.columns})
SAVE = _ladder.on_conflict_do_update(
    index_elements=[reminder_ladder.c.id],
    set_={
        column.name: _ladder.excluded[column.name]
        for column in reminder_ladder.columns
        if column.name not in ("id", "merchant", "mode")
    },
)
GET = select(reminder_ladder).where(reminder_ladder.c.id == bindparam("id"))
OF = select(reminder_ladder).where(
    reminder_ladder.c.merchant == bindparam("merchant"), reminder_ladder.c.mode == bindparam("mode")
)
DUE = (
    select(reminder_ladder.c.id)
    .where(reminder_ladder.c.due_at.is_not(None), reminder_ladder.c.due_at <= bindparam("now"))
    .order_by(reminder_ladder.c.due_at, reminder_ladder.c.id)
    .limit(bindparam("limit"))
)
CLAIM = update(reminder_ladder).where(among(reminder_ladder.c.id, "ids")).values(due_at=bindparam("until"))

USE = insert(reminded).values({column.name: bindparam(column.name) for column in reminded.columns})
USE_ONCE = USE.on_conflict_do_nothing()
USED = select(reminded).where(among(reminded.c.payable, "ids"))
FORGET = delete(reminded).where(reminded.c.contact == bindparam("contact"))

_due_on = func.coalesce(payable.c.due_on, payable.c.issued_on)
MAY_BE_DUE = (
    select(payable.c.customer)
    .distinct()
    .where(
        payable.c.merchant == bindparam("merchant"),
        payable.c.mode == bindparam("mode"),
        payable.c.plan == literal("[]"),
        *IS_OPEN,
        _due_on >= bindparam("first"),
        _due_on <= bindparam("last"),
        ~exists().where(
            reminded.c.payable == payable.c.id, reminded.c.due_on == _due_on, reminded.c.days >= bindparam("days")
        ),
    )
)
PLANNED = (
    select(payable.c.customer)
    .distinct()
    .where(
        payable.c.merchant == bindparam("merchant"),
        payable.c.mode == bindparam("mode"),
        payable.c.plan != literal("[]"),
        *IS_OPEN,
    )
)
"""Which of their instalments is the oldest unpaid one is found by adding up."""
BROKEN = (
    select(promise.c.customer)
    .distinct()
    .join(payable, payable.c.id == promise.c.payable)
    .where(
        promise.c.merchant == bindparam("merchant"),
        promise.c.mode == bindparam("mode"),
        promise.c.until < bindparam("today"),
        promise.c.withdrawn_at.is_(None),
        *IS_OPEN,
    )
)
ON_THE_WAY = select(delivery.c.subject).where(
    delivery.c.state == literal("due"),
    delivery.c.kind == literal(REMINDER),
    delivery.c.merchant == bindparam("merchant"),
    delivery.c.mode == bindparam("mode"),
)


class Reminders:
    """Ladders, and what was used of them."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def save(self, record: Ladder) -> None:
        """Insert or replace by id."""
        self._tx.run(SAVE, _values(record))

    def get(self, ladder_id: str) -> Ladder | None:
        """A ladder by id."""
        row = self._tx.run(GET, {"id": ladder_id}).fetchone()
        return None if row is None else _ladder_of(row)

    def of(self, merchant_id: str, mode: Mode) -> Ladder | None:
        """The ladder of a company, where it ever saved one."""
        row = self._tx.run(OF, {"merchant": merchant_id, "mode": mode.value}).fetchone()
        return None if row is None else _ladder_of(row)

    def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[str, ...]:
        """Ids of ladders to be looked at; each one's due time moves to ``until``."""
        ids = [row["id"] for row in self._tx.run(DUE, {"now": micros(now), "limit": limit})]
        if ids:
            self._tx.run(CLAIM, {"ids": json_text(ids), "until": micros(until)})
        return tuple(ids)

    def may_be_due(self, ladder: Ladder, first: date, last: date, days: int) -> frozenset[str]:
        """Ids of customers with an open invoice that fell due between two days, of which no step from here is used."""
        values = {"first": first.isoformat(), "last": last.isoformat(), "days": days}
        return self._customers(MAY_BE_DUE, ladder, **values)

    def planned(self, ladder: Ladder) -> frozenset[str]:
        """Ids of customers with an open invoice that has instalments."""
        return self._customers(PLANNED, ladder)

    def broken(self, ladder: Ladder, today: date) -> frozenset[str]:
        """Ids of customers who owe what was promised for a day that has passed."""
        return self._customers(BROKEN, ladder, today=today.isoformat())

    def _customers(self, statement: Select[Any], ladder: Ladder, **values: object) -> frozenset[str]:
        rows = self._tx.run(
            statement,
            {"merchant": ladder.merchant_id, "mode": ladder.mode.value, **values},
        )
        return frozenset(row["customer"] for row in rows)

    def on_the_way(self, ladder: Ladder) -> frozenset[str]:
        """Ids of customers whose reminder is owed already."""
        rows = self._tx.run(ON_THE_WAY, {"merchant": ladder.merchant_id, "mode": ladder.mode.value})
        return frozenset(row["subject"] for row in rows)

    def used(self, payable_ids: Collection[str]) -> dict[tuple[str, date], frozenset[int]]:
        """Steps that were used, by payable and the day on which it fell due."""
        found: dict[tuple[str, date], frozenset[int]] = {}
        for row in self._tx.run(USED, {"ids": json_text(sorted(payable_ids))}):
            key = row["payable"], date.fromisoformat(row["due_on"])
            found[key] = found.get(key, frozenset()) | {row["days"]}
        return found

    def use(self, contact_id: str, lines: Iterable[tuple[str, date, int]]) -> None:
        """These steps (payable, when it fell due, days) are used by a contact."""
        for payable_id, due_on, days in lines:
            values = {"payable": payable_id, "due_on": due_on.isoformat(), "days": days, "contact": contact_id}
            self._tx.run(USE_ONCE, values)

    def forget(self, contact_id: str) -> None:
        """What a contact used is free again: it did not leave."""
        self._tx.run(FORGET, {"contact": contact_id})


def _values(record: Ladder) -> dict[str, object]:
    return {
        "id": record.id,
        "merchant": record.merchant_id,
        "mode": record.mode.value,
        "steps": json_text([[step.days, step.text, step.is_on] for step in record.steps]),
        "channel": record.channel,
        "since": maybe_iso(record.since),
        "activated_by": record.activated_by,
        "activated_at": maybe_micros(record.activated_at),
        "due_at": maybe_micros(record.due_at),
        "saved_by": record.saved_by,
        "saved_at": micros(record.saved_at),
    }


def _ladder_of(row: sqlite3.Row) -> Ladder:
    return Ladder(
        id=row["id"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        steps=tuple(LadderStep(days=days, text=text, is_on=is_on) for days, text, is_on in json.loads(row["steps"])),
        channel=row["channel"],
        since=maybe_day(row["since"]),
        activated_by=row["activated_by"],
        activated_at=maybe_moment(row["activated_at"]),
        due_at=maybe_moment(row["due_at"]),
        saved_by=row["saved_by"],
        saved_at=moment(row["saved_at"]),
    )
