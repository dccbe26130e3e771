"""Rounds of statement mails, and the schedules by which they come again."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from sqlalchemy import bindparam, select, update

from hub.domain.round import Choice, Every, Round, Schedule
from hub_hookspecs import Mode

from .rows import json_text, maybe_micros, maybe_moment, micros, moment
from .schema import mail_round, schedule
from .statements import Runs, among, changed, inserted

ADD = inserted(mail_round).prefix_with("OR IGNORE")
GET = select(mail_round).where(mail_round.c.id == bindparam("id"))
SAVE = changed(mail_round, mail_round.c.queued, mail_round.c.due_at)
NEWEST = (
    select(mail_round)
    .where(mail_round.c.merchant == bindparam("merchant"), mail_round.c.mode == bindparam("mode"))
    .order_by(mail_round.c.created_at.desc(), mail_round.c.id.desc())
    .limit(bindparam("limit"))
)
DUE = (
    select(mail_round.c.id)
    .where(mail_round.c.due_at.is_not(None), mail_round.c.due_at <= bindparam("now"))
    .order_by(mail_round.c.due_at, mail_round.c.id)
    .limit(bindparam("limit"))
)
CLAIM = update(mail_round).where(among(mail_round.c.id, "ids")).values(due_at=bindparam("until"))

ADD_SCHEDULE = inserted(schedule)
GET_SCHEDULE = select(schedule).where(schedule.c.id == bindparam("id"))
SAVE_SCHEDULE = changed(schedule, schedule.c.next_at, schedule.c.due_at, schedule.c.last_round)
REMOVE = schedule.delete().where(schedule.c.id == bindparam("id"))
OF = (
    select(schedule)
    .where(schedule.c.merchant == bindparam("merchant"), schedule.c.mode == bindparam("mode"))
    .order_by(schedule.c.next_at, schedule.c.id)
)
DUE_SCHEDULES = (
    select(schedule.c.id)
    .where(schedule.c.due_at <= bindparam("now"))
    .order_by(schedule.c.due_at, schedule.c.id)
    .limit(bindparam("limit"))
)
CLAIM_SCHEDULES = update(schedule).where(among(schedule.c.id, "ids")).values(due_at=bindparam("until"))

LEFT_OUT = ("without_mail", "unsubscribed", "unticked")
"""Why somebody whom a round would reach gets no mail."""


class Rounds:
    """Statements to many customers at once."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, record: Round) -> bool:
        """Insert; False when this round is there already."""
        fixed = {
            "id": record.id,
            "merchant": record.merchant_id,
            "mode": record.mode.value,
            "by": record.by,
            "choice": choice_text(record.choice),
            "note": record.note,
            "customers": json_text(list(record.customers)),
            "without_mail": left_out_text(record),
            "created_at": micros(record.created_at),
        }
        return self._tx.run(ADD, {**fixed, **_moving(record)}).rowcount == 1

    def get(self, round_id: str) -> Round | None:
        """A round by id."""
        row = self._tx.run(GET, {"id": round_id}).fetchone()
        return None if row is None else _round(row)

    def save(self, record: Round) -> None:
        """Write how far it is."""
        self._tx.change(SAVE, {**_moving(record), "this": record.id})

    def of(self, merchant_id: str, mode: Mode, *, limit: int = 50) -> tuple[Round, ...]:
        """Newest first."""
        return tuple(
            _round(row) for row in self._tx.run(NEWEST, {"merchant": merchant_id, "mode": mode.value, "limit": limit})
        )

    def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[str, ...]:
        """Ids of rounds that go on; each one's due time moves to ``until``."""
        ids = [row["id"] for row in self._tx.run(DUE, {"now": micros(now), "limit": limit})]
        if ids:
            self._tx.run(CLAIM, {"ids": json_text(ids), "until": micros(until)})
        return tuple(ids)


def _moving(record: Round) -> dict[str, object]:
    return {"queued": record.queued, "due_at": maybe_micros(record.due_at)}


def _round(row: sqlite3.Row) -> Round:
    left_out = json.loads(row["without_mail"])
    return Round(
        id=row["id"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        by=row["by"],
        choice=choice_from(row["choice"]),
        note=row["note"],
        customers=tuple(json.loads(row["customers"])),
        **{why: tuple(left_out[why]) for why in LEFT_OUT},
        queued=row["queued"],
        due_at=maybe_moment(row["due_at"]),
        created_at=moment(row["created_at"]),
    )


class Schedules:
    """Rounds that come again."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, record: Schedule) -> None:
        """Insert a schedule."""
        fixed = {
            "id": record.id,
            "merchant": record.merchant_id,
            "mode": record.mode.value,
            "every": record.every.value,
            "weekday": record.weekday,
            "choice": choice_text(record.choice),
            "note": record.note,
            "by": record.by,
            "created_at": micros(record.created_at),
        }
        self._tx.run(ADD_SCHEDULE, {**fixed, **_next(record)})

    def get(self, schedule_id: str) -> Schedule | None:
        """A schedule by id."""
        row = self._tx.run(GET_SCHEDULE, {"id": schedule_id}).fetchone()
        return None if row is None else _schedule(row)

    def save(self, record: Schedule) -> None:
        """Write when it comes next, and its last round."""
        self._tx.change(SAVE_SCHEDULE, {**_next(record), "this": record.id})

    def remove(self, schedule_id: str) -> None:
        """Delete a schedule."""
        self._tx.run(REMOVE, {"id": schedule_id})

    def of(self, merchant_id: str, mode: Mode) -> tuple[Schedule, ...]:
        """A merchant's schedules, the next one first."""
        return tuple(_schedule(row) for row in self._tx.run(OF, {"merchant": merchant_id, "mode": mode.value}))

    def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[str, ...]:
        """Ids of schedules whose time has come; each one's due time moves to ``until``."""
        ids = [row["id"] for row in self._tx.run(DUE_SCHEDULES, {"now": micros(now), "limit": limit})]
        if ids:
            self._tx.run(CLAIM_SCHEDULES, {"ids": json_text(ids), "until": micros(until)})
        return tuple(ids)


def _next(record: Schedule) -> dict[str, object]:
    return {"next_at": micros(record.next_at), "due_at": micros(record.due_at), "last_round": record.last_round}


def _schedule(row: sqlite3.Row) -> Schedule:
    return Schedule(
        id=row["id"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        every=Every(row["every"]),
        weekday=row["weekday"],
        choice=choice_from(row["choice"]),
        note=row["note"],
        by=row["by"],
        next_at=moment(row["next_at"]),
        due_at=moment(row["due_at"]),
        last_round=row["last_round"],
        created_at=moment(row["created_at"]),
    )


def left_out_text(record: Round) -> str:
    """Who gets no mail and why, as JSON."""
    return json_text({why: list(getattr(record, why)) for why in LEFT_OUT})


def choice_text(choice: Choice) -> str:
    """Who is meant, as JSON."""
    return json_text({"least": dict(choice.least), "overdue_days": choice.overdue_days})


def choice_from(text: str) -> Choice:
    """The choice of such a text."""
    return Choice(**json.loads(text))
