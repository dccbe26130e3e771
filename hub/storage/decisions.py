"""What people decided."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select

from hub.domain.decision import Decision, DecisionKind, Evidence
from hub_hookspecs import Mode, Money

from .rows import json_text, maybe_micros, maybe_moment, micros, moment
from .schema import ZERO, decision
from .statements import Runs, changed, inserted

ADD = inserted(decision)
SAVE = changed(
    decision, decision.c.seconded_by, decision.c.second_why, decision.c.done_at, decision.c.superseded
).where(decision.c.done_at.is_(None), decision.c.superseded == ZERO)
OPEN = select(decision).where(
    decision.c.kind == bindparam("kind"),
    decision.c.subject == bindparam("subject"),
    decision.c.done_at.is_(None),
    decision.c.superseded == ZERO,
)
WAITING = (
    select(decision)
    .where(decision.c.done_at.is_(None), decision.c.superseded == ZERO)
    .order_by(decision.c.proposed_at, decision.c.id)
)
DONE_SINCE = (
    select(decision)
    .where(
        decision.c.merchant == bindparam("merchant"),
        decision.c.mode == bindparam("mode"),
        decision.c.kind == bindparam("kind"),
        decision.c.done_at >= bindparam("since"),
    )
    .order_by(decision.c.done_at, decision.c.id)
)
OF = (
    select(decision)
    .where(or_(decision.c.subject == bindparam("subject"), decision.c.payment == bindparam("subject")))
    .order_by(decision.c.proposed_at, decision.c.id)
)


class Decisions:
    """What people decided; rows are never deleted."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, record: Decision) -> None:
        """Insert a decision.

        Raises:
            Conflict: ``unique`` when another one of this kind about the same thing waits for a second person.
        """
        self._tx.run(ADD, _values(record))

    def save(self, record: Decision) -> None:
        """Write the second person, and when it took effect or was superseded; once."""
        self._tx.change(SAVE, {**_end(record), "this": record.id})

    def waiting_for(self, kind: DecisionKind, subject: str) -> Decision | None:
        """The decision of this kind about this thing that waits for a second person."""
        row = self._tx.run(OPEN, {"kind": kind.value, "subject": subject}).fetchone()
        return None if row is None else _decision(row)

    def waiting(self) -> tuple[Decision, ...]:
        """Everything that waits for a second person; oldest first."""
        return tuple(_decision(row) for row in self._tx.run(WAITING))

    def done_since(self, merchant_id: str, mode: Mode, kind: DecisionKind, since: datetime) -> tuple[Decision, ...]:
        """A merchant's decisions of this kind that took effect then or later; oldest first."""
        values = {"merchant": merchant_id, "mode": mode.value, "kind": kind.value, "since": micros(since)}
        return tuple(_decision(row) for row in self._tx.run(DONE_SINCE, values))

    def of(self, subject: str) -> tuple[Decision, ...]:
        """Decisions about a review or a payment, those about a payment's reviews included; oldest first."""
        return tuple(_decision(row) for row in self._tx.run(OF, {"subject": subject}))


def _end(record: Decision) -> dict[str, Any]:
    return {
        "seconded_by": record.seconded_by,
        "second_why": record.second_why,
        "done_at": maybe_micros(record.done_at),
        "superseded": int(record.superseded),
    }


def _values(record: Decision) -> dict[str, Any]:
    return {
        "id": record.id,
        "merchant": record.merchant_id,
        "mode": record.mode.value,
        "kind": record.kind.value,
        "subject": record.subject,
        "payment": record.payment_id,
        "content": json_text(dict(record.content)),
        "currency": None if record.amount is None else record.amount.currency,
        "amount": None if record.amount is None else record.amount.minor,
        "by": record.by,
        "why": record.why,
        "evidence": record.evidence.text,
        "evidence_name": record.evidence.name,
        "evidence_digest": record.evidence.digest,
        "via": record.via,
        "proposed_at": micros(record.proposed_at),
        **_end(record),
    }


def _decision(row: sqlite3.Row) -> Decision:
    return Decision(
        id=row["id"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        kind=DecisionKind(row["kind"]),
        subject=row["subject"],
        payment_id=row["payment"],
        content=json.loads(row["content"]),
        amount=None if row["amount"] is None else Money(row["amount"], row["currency"]),
        by=row["by"],
        why=row["why"],
        evidence=Evidence(text=row["evidence"], name=row["evidence_name"], digest=row["evidence_digest"]),
        via=row["via"],
        proposed_at=moment(row["proposed_at"]),
        seconded_by=row["seconded_by"],
        second_why=row["second_why"],
        done_at=maybe_moment(row["done_at"]),
        superseded=bool(row["superseded"]),
    )
