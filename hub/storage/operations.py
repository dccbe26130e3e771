"""Refunds, undos and cancels, and what was observed of them."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.sqlite import insert

from hub.domain.observation import ObservedBy
from hub.domain.operation import Operation, OperationKind, OperationStatus
from hub.domain.payment import Phase
from hub.domain.refusals import Conflict
from hub_hookspecs import Kind, Mode, Money, Reason, ReasonKind

from .rows import json_text, maybe_micros, maybe_moment, micros, moment
from .schema import literal, operation, operation_news
from .statements import Runs, among, changed, inserted, next_of

ADD = inserted(operation)
BEGIN = (
    update(operation)
    .where(operation.c.id == bindparam("this"), operation.c.phase == literal("created"))
    .values(
        phase=literal("sending"),
        status=literal("unknown"),
        owner=bindparam("owner"),
        lease_until=bindparam("lease_until"),
        next_check_at=bindparam("lease_until"),
    )
)
SAVE = changed(
    operation,
    *(operation.c.phase, operation.c.status, operation.c.live, operation.c.reason),
    *(operation.c.ended_at, operation.c.next_check_at, operation.c.checks),
)
GET = select(operation).where(operation.c.id == bindparam("id"))
OF_PAYMENT = (
    select(operation)
    .where(operation.c.payment == bindparam("payment"))
    .order_by(operation.c.created_at, operation.c.id)
)
DUE = (
    select(operation.c.id)
    .where(operation.c.next_check_at <= bindparam("now"), operation.c.next_check_at.is_not(None))
    .order_by(operation.c.next_check_at, operation.c.id)
    .limit(bindparam("limit"))
)
CLAIM = update(operation).where(among(operation.c.id, "ids")).values(next_check_at=bindparam("until"))
_added = insert(operation_news).values(
    {
        **{column.name: bindparam(column.name) for column in operation_news.columns},
        "seq": next_of(operation_news.c.seq, operation_news.c.operation),
    }
)
OBSERVE = _added.on_conflict_do_nothing(index_elements=[operation_news.c.id])
SEEN = select(operation_news).where(operation_news.c.operation == bindparam("operation")).order_by(operation_news.c.seq)


class Operations:
    """Refunds, undos and cancels."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, record: Operation) -> None:
        """Insert, in phase created.

        Raises:
            Conflict: ``unique`` when another operation of the payment is live, or it was undone before.
        """
        self._tx.run(ADD, _values(record))

    def begin_sending(self, operation_id: str, owner: str, lease_until: datetime) -> None:
        """created -> sending, by compare-and-set; the database checks what may go back (I11).

        Raises:
            Conflict: ``legal_send``.
        """
        values = {"this": operation_id, "owner": owner, "lease_until": micros(lease_until)}
        if self._tx.run(BEGIN, values).rowcount != 1:
            raise Conflict("legal_send", "the operation is not in phase created")

    def save(self, record: Operation) -> None:
        """Write phase, status, reason, ended_at, next_check_at and checks."""
        self._tx.change(SAVE, {**_derived(record), "this": record.id})

    def get(self, operation_id: str) -> Operation | None:
        """An operation by id."""
        row = self._tx.run(GET, {"id": operation_id}).fetchone()
        return None if row is None else _operation(row)

    def of_payment(self, payment_id: str) -> tuple[Operation, ...]:
        """A payment's operations; oldest first."""
        return tuple(_operation(row) for row in self._tx.run(OF_PAYMENT, {"payment": payment_id}))

    def observe(
        self,
        key: str,
        operation_id: str,
        kind: Kind,
        source: ObservedBy,
        *,
        reason: Reason | None,
        note: str,
        now: datetime,
    ) -> bool:
        """Insert what was observed; False when its key is already there."""
        values = {
            "id": key,
            "operation": operation_id,
            "source": source.value,
            "kind": kind.value,
            "reason_kind": reason.kind.value if reason else None,
            "reason_code": reason.code if reason else None,
            "seen_at": micros(now),
            "note": note,
        }
        return self._tx.run(OBSERVE, values).rowcount == 1

    def sources(self, operation_id: str) -> tuple[str, ...]:
        """Where each of ``seen`` came from, in the same order."""
        return tuple(row["source"] for row in self._tx.run(SEEN, {"operation": operation_id}))

    def seen(self, operation_id: str) -> tuple[tuple[Kind, Reason | None, str, datetime], ...]:
        """(kind, reason, note, seen at) of what was observed, in stored order."""
        return tuple(_observed(row) for row in self._tx.run(SEEN, {"operation": operation_id}))

    def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[str, ...]:
        """Ids of operations that are due; each one's due time moves to ``until``."""
        ids = [row["id"] for row in self._tx.run(DUE, {"now": micros(now), "limit": limit})]
        if ids:
            self._tx.run(CLAIM, {"ids": json_text(ids), "until": micros(until)})
        return tuple(ids)


def _observed(row: sqlite3.Row) -> tuple[Kind, Reason | None, str, datetime]:
    reason = Reason(ReasonKind(row["reason_kind"]), row["reason_code"]) if row["reason_kind"] else None
    return Kind(row["kind"]), reason, row["note"], moment(row["seen_at"])


def _derived(record: Operation) -> dict[str, Any]:
    return {
        "phase": record.phase.value,
        "status": record.status.value,
        "live": int(record.is_live),
        "reason": record.reason,
        "ended_at": maybe_micros(record.ended_at),
        "next_check_at": maybe_micros(record.next_check_at),
        "checks": record.checks,
    }


def _values(record: Operation) -> dict[str, Any]:
    return {
        "id": record.id,
        "payment": record.payment_id,
        "account": record.account_id,
        "merchant": record.merchant_id,
        "mode": record.mode.value,
        "kind": record.kind.value,
        "reference": record.reference,
        "currency": record.amount.currency,
        "amount": record.amount.minor,
        "decided_by": record.decided_by,
        "note": record.note,
        "owner": record.owner,
        "lease_until": maybe_micros(record.lease_until),
        "created_at": micros(record.created_at),
        **_derived(record),
    }


def _operation(row: sqlite3.Row) -> Operation:
    return Operation(
        id=row["id"],
        payment_id=row["payment"],
        account_id=row["account"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        kind=OperationKind(row["kind"]),
        reference=row["reference"],
        amount=Money(row["amount"], row["currency"]),
        phase=Phase(row["phase"]),
        status=OperationStatus(row["status"]),
        reason=row["reason"],
        decided_by=row["decided_by"],
        note=row["note"],
        owner=row["owner"],
        lease_until=maybe_moment(row["lease_until"]),
        ended_at=maybe_moment(row["ended_at"]),
        next_check_at=maybe_moment(row["next_check_at"]),
        checks=row["checks"],
        created_at=moment(row["created_at"]),
    )
