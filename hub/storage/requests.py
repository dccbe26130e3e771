"""Requests that went to providers, without their content."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select

from hub.domain.request_sent import RequestSent

from .rows import micros, moment
from .schema import ZERO, literal, request_sent
from .statements import Runs, inserted

QUESTIONS = ("handle_notification", "query_payment")
"""Hooks whose requests only ask; they come often, and may be pruned after a while."""

ADD = inserted(request_sent)
OF = select(request_sent).where(request_sent.c.payment == bindparam("payment")).order_by(request_sent.c.seq)
NEXT = select(func.coalesce(func.max(request_sent.c.seq), ZERO) + ZERO).where(
    request_sent.c.payment == bindparam("payment")
)
PRUNE = delete(request_sent).where(
    request_sent.c.at < bindparam("before"), request_sent.c.hook.in_([literal(hook) for hook in QUESTIONS])
)


class Requests:
    """Requests that went to providers, without their content."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, payment_id: str, steps: Iterable[Any], *, at: datetime, operation_id: str = "") -> None:
        """Record the requests of one hook call, in the transaction that commits its outcome."""
        rows = list(steps)
        if not rows:
            return
        last = self._tx.run(NEXT, {"payment": payment_id}).fetchone()[0]
        self._tx.add(
            ADD,
            [
                {
                    "payment": payment_id,
                    "seq": last + place,
                    "operation": operation_id,
                    "hook": step.hook,
                    "number": step.number,
                    "mark": str(step.mark),
                    "method": step.method,
                    "host": step.host,
                    "path": step.path[:200],
                    "status": step.status,
                    "trouble": (step.trouble or "")[:200],
                    "milliseconds": step.milliseconds,
                    "wrote": int(step.wrote),
                    "started": micros(step.started or at),
                    "at": micros(at),
                }
                for place, step in enumerate(rows, 1)
            ],
        )

    def of(self, payment_id: str) -> tuple[RequestSent, ...]:
        """A payment's requests, those of its operations included; oldest first."""
        return tuple(_request(row) for row in self._tx.run(OF, {"payment": payment_id}))

    def prune_queries(self, before: datetime) -> int:
        """Delete old queries; what charged, opened or gave back stays."""
        return self._tx.run(PRUNE, {"before": micros(before)}).rowcount


def _request(row: sqlite3.Row) -> RequestSent:
    return RequestSent(
        payment_id=row["payment"],
        operation_id=row["operation"],
        hook=row["hook"],
        number=row["number"],
        mark=row["mark"],
        method=row["method"],
        host=row["host"],
        path=row["path"],
        status=row["status"],
        trouble=row["trouble"],
        milliseconds=row["milliseconds"],
        wrote=bool(row["wrote"]),
        started=moment(row["started"]),
        at=moment(row["at"]),
    )
