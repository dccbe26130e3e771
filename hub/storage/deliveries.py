"""Mails that are owed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnClause, bindparam, column, delete, func, select, text, tuple_, update
from sqlalchemy.dialects.sqlite import insert

from hub.domain.message import Delivery, DeliveryState
from hub_hookspecs import Mode

from .rows import json_text, maybe_micros, maybe_moment, micros, moment, pattern
from .schema import delivery, literal
from .statements import Runs, among, changed

ADD = (
    insert(delivery)
    .values({column.name: bindparam(column.name) for column in delivery.columns})
    .on_conflict_do_nothing(index_elements=[delivery.c.id])
)
GET = select(delivery).where(delivery.c.id == bindparam("id"))
SAVE = changed(
    delivery,
    *(delivery.c.recipient, delivery.c.details, delivery.c.state, delivery.c.due_at, delivery.c.tries),
    *(delivery.c.last_error, delivery.c.sent_at),
)
REPLACE = SAVE.where(delivery.c.state == literal("due"), delivery.c.due_at == bindparam("was_due_at"))
REMOVE = delete(delivery).where(delivery.c.id == bindparam("id"), delivery.c.sent_at.is_(None))
BY_TIME = text("delivery INDEXED BY delivery_by_due_at")
"""Left to itself, SQLite collects and sorts all that is due for a handful of it."""

queue: dict[str, ColumnClause[Any]] = {item.name: column(item.name, item.type) for item in delivery.columns}
DUE = (
    select(queue["id"])
    .select_from(BY_TIME)
    .where(queue["due_at"] <= bindparam("now"), queue["state"] == literal("due"), queue["due_at"].is_not(None))
    .limit(bindparam("limit"))
)
OLDEST = DUE.order_by(queue["due_at"], queue["id"])
OLDEST_OF_ROUNDS = OLDEST.where(queue["round"].is_not(None))
OTHERS = DUE.where(queue["round"].is_(None)).order_by(
    queue["kind"]
    .in_([literal("sign_in"), literal("invitation"), literal("mail_test"), literal("alert")])
    .desc(),  # somebody waits for these
    queue["due_at"],
    queue["id"],
)
CLAIM = update(delivery).where(among(delivery.c.id, "ids")).values(due_at=bindparam("until"))
OF_ROUND = (
    select(delivery)
    .where(delivery.c.round == bindparam("round"))
    .order_by(delivery.c.state, delivery.c.created_at, delivery.c.id)
    .limit(bindparam("limit"))
)
COUNTS = (
    select(delivery.c.state, func.count().label("count"))
    .where(delivery.c.round == bindparam("round"))
    .group_by(delivery.c.state)
)
COUNT_IN = select(func.count().label("count")).where(delivery.c.state == bindparam("state"))
NEWEST = select(delivery).order_by(delivery.c.created_at.desc(), delivery.c.id.desc()).limit(bindparam("limit"))

BEHIND = tuple_(delivery.c.created_at, delivery.c.id) < tuple_(bindparam("last_at"), bindparam("last_id"))
OURS = NEWEST.where(delivery.c.merchant == bindparam("merchant"), delivery.c.mode == bindparam("mode"), BEHIND)
LISTS = {
    (False, False): OURS,
    (True, False): OURS.where(delivery.c.state == bindparam("state")),
    (False, True): OURS.where(delivery.c.kind == bindparam("kind")),
    (True, True): OURS.where(delivery.c.state == bindparam("state"), delivery.c.kind == bindparam("kind")),
}
"""A page of the log, by whether a state and a kind are asked for."""
ABOUT = (
    select(delivery)
    .where(
        delivery.c.subject == bindparam("subject"),
        func.coalesce(delivery.c.merchant, literal("")) == bindparam("merchant"),
    )
    .order_by(delivery.c.created_at.desc(), delivery.c.id.desc())
    .limit(bindparam("limit"))
)
"""In this form, no index leads through all of a merchant's mails."""
BEGINNING = NEWEST.where(delivery.c.id.like(bindparam("pattern"), escape="\\"))
TO = NEWEST.where(func.lower(delivery.c.recipient) == bindparam("recipient"))

SENT_ABOUT = (
    select(delivery)
    .where(
        delivery.c.kind == bindparam("kind"),
        among(delivery.c.subject, "subjects"),
        delivery.c.sent_at >= bindparam("since"),
    )
    .order_by(delivery.c.sent_at, delivery.c.id)
)


LATEST = 2**62


class Deliveries:
    """Mails that are owed."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, delivery: Delivery) -> bool:
        """Insert; False when this recipient has a mail of this change already."""
        fixed = {
            "id": delivery.id,
            "merchant": delivery.merchant_id,
            "mode": delivery.mode.value,
            "kind": str(delivery.kind),
            "subject": delivery.subject_id,
            "created_at": micros(delivery.created_at),
            "round": delivery.round_id,
        }
        return self._tx.run(ADD, {**fixed, **_values(delivery)}).rowcount == 1

    def count_in(self, state: str) -> int:
        """How many are in a state."""
        return int(self._tx.run(COUNT_IN, {"state": state}).fetchone()["count"])

    def get(self, delivery_id: str) -> Delivery | None:
        """A delivery by id."""
        row = self._tx.run(GET, {"id": delivery_id}).fetchone()
        return None if row is None else _delivery(row)

    def save(self, delivery: Delivery) -> None:
        """Write recipient, details, state and tries."""
        self._tx.change(SAVE, {**_values(delivery), "this": delivery.id})

    def replace(self, before: Delivery, after: Delivery) -> bool:
        """Write ``after`` if the delivery is still as due as ``before``; False when somebody else has moved it."""
        values = {**_values(after), "this": before.id, "was_due_at": maybe_micros(before.due_at)}
        return self._tx.run(REPLACE, values).rowcount == 1

    def remove(self, delivery_id: str) -> None:
        """Remove a mail that never left and need not leave any more."""
        self._tx.run(REMOVE, {"id": delivery_id})

    def claim_due(
        self, now: datetime, until: datetime, limit: int, *, of_rounds: bool | None = None
    ) -> tuple[str, ...]:
        """Ids of deliveries that are due, those of rounds or the others; each one's due time moves to ``until``."""
        due = OLDEST if of_rounds is None else OLDEST_OF_ROUNDS if of_rounds else OTHERS
        ids = [row["id"] for row in self._tx.run(due, {"now": micros(now), "limit": limit})]
        if ids:
            self._tx.run(CLAIM, {"ids": json_text(ids), "until": micros(until)})
        return tuple(ids)

    def of(
        self, *, merchant_id: str | None = None, subject_id: str | None = None, state: str = "", limit: int = 200
    ) -> tuple[Delivery, ...]:
        """Newest first."""
        if merchant_id is not None and subject_id is not None and not state:
            about = {"merchant": merchant_id, "subject": subject_id, "limit": limit}
            return tuple(_delivery(row) for row in self._tx.run(ABOUT, about))
        statement, values = NEWEST, dict[str, Any](limit=limit)
        for wanted, value in (
            (delivery.c.merchant, merchant_id),
            (delivery.c.subject, subject_id),
            (delivery.c.state, str(state) or None),
        ):
            if value is not None:
                statement = statement.where(wanted == bindparam(wanted.name))
                values[wanted.name] = value
        return tuple(_delivery(row) for row in self._tx.run(statement, values))

    def newest(
        self, merchant_id: str, mode: Mode, *, state: str = "", kind: str = "", after: str = "", limit: int = 200
    ) -> tuple[Delivery, ...]:
        """A page of a merchant's mails, newest first.

        Args:
            after: Id of the last mail of the page before; empty for the first page.
        """
        last = self.get(after) if after else None
        values = {"merchant": merchant_id, "mode": mode.value, "state": state, "kind": kind, "limit": limit}
        values |= {"last_at": micros(last.created_at) if last else LATEST, "last_id": last.id if last else ""}
        return tuple(_delivery(row) for row in self._tx.run(LISTS[bool(state), bool(kind)], values))

    def sent_about(self, kind: str, subjects: Collection[str], since: datetime) -> tuple[Delivery, ...]:
        """Mails of a kind about one of these subjects that left since then, oldest first."""
        values = {"kind": str(kind), "subjects": json_text(sorted(subjects)), "since": micros(since)}
        return tuple(_delivery(row) for row in self._tx.run(SENT_ABOUT, values))

    def named(self, beginning: str, *, limit: int = 200) -> tuple[Delivery, ...]:
        """Mails whose id begins so, newest first."""
        values = {"pattern": pattern(beginning).removeprefix("%"), "limit": limit}
        return tuple(_delivery(row) for row in self._tx.run(BEGINNING, values))

    def to(self, recipient: str, *, limit: int = 200) -> tuple[Delivery, ...]:
        """Mails to an address, whatever its case; newest first."""
        values = {"recipient": recipient.lower(), "limit": limit}
        return tuple(_delivery(row) for row in self._tx.run(TO, values))

    def of_round(self, round_id: str, *, limit: int = 200) -> tuple[Delivery, ...]:
        """The mails of a round, those that failed first."""
        return tuple(_delivery(row) for row in self._tx.run(OF_ROUND, {"round": round_id, "limit": limit}))

    def counts_of_round(self, round_id: str) -> Mapping[str, int]:
        """Number of mails of a round by state."""
        return {row["state"]: row["count"] for row in self._tx.run(COUNTS, {"round": round_id})}


def _values(record: Delivery) -> dict[str, object]:
    return {
        "recipient": record.recipient,
        "details": json_text(dict(record.details)),
        "state": record.state.value,
        "due_at": maybe_micros(record.due_at),
        "tries": record.tries,
        "last_error": record.last_error,
        "sent_at": maybe_micros(record.sent_at),
    }


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(
        id=row["id"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        kind=row["kind"],
        recipient=row["recipient"],
        subject_id=row["subject"],
        details=json.loads(row["details"]),
        state=DeliveryState(row["state"]),
        due_at=maybe_moment(row["due_at"]),
        tries=row["tries"],
        last_error=row["last_error"],
        created_at=moment(row["created_at"]),
        sent_at=maybe_moment(row["sent_at"]),
        round_id=row["round"],
    )
