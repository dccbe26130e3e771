"""Disbursements: numbered without gaps, never edited, only voided."""

from __future__ import annotations

import json
import sqlite3
from datetime import date, datetime

from sqlalchemy import bindparam, select

from hub.domain.disbursement import Disbursement, PaidOut
from hub.domain.receipt import Party
from hub_hookspecs import Mode, Money

from .rows import maybe_micros, maybe_moment, micros, moment, party_text
from .schema import disbursement
from .statements import Runs, changed, inserted

ADD = inserted(disbursement)
VOID = changed(disbursement, disbursement.c.void_reason, disbursement.c.voided_at, disbursement.c.voided_by)
GET = select(disbursement).where(disbursement.c.id == bindparam("id"))
OF = (
    select(disbursement)
    .where(disbursement.c.merchant == bindparam("merchant"), disbursement.c.mode == bindparam("mode"))
    .order_by(disbursement.c.series, disbursement.c.number.desc())
)
OF_CUSTOMER = (
    select(disbursement)
    .where(disbursement.c.customer == bindparam("customer"), disbursement.c.mode == bindparam("mode"))
    .order_by(disbursement.c.number.desc())
)


class Disbursements:
    """Disbursements; rows are kept for ever."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, made: Disbursement) -> None:
        """Insert a disbursement.

        Raises:
            Conflict: ``unique`` when its number is there already.
        """
        self._tx.run(ADD, _values(made))

    def void(self, disbursement_id: str, reason: str, at: datetime, *, by: str) -> None:
        """Void a disbursement, once; it keeps its number.

        Raises:
            Conflict: ``append_only`` when it is void already.
        """
        values = {"this": disbursement_id, "void_reason": reason, "voided_at": micros(at), "voided_by": by}
        self._tx.change(VOID, values)

    def get(self, disbursement_id: str) -> Disbursement | None:
        """A disbursement by id."""
        row = self._tx.run(GET, {"id": disbursement_id}).fetchone()
        return None if row is None else _disbursement(row)

    def of(self, merchant_id: str, mode: Mode) -> tuple[Disbursement, ...]:
        """A merchant's disbursements, the last number first."""
        rows = self._tx.run(OF, {"merchant": merchant_id, "mode": mode.value})
        return tuple(_disbursement(row) for row in rows)

    def of_customer(self, customer_id: str, mode: Mode) -> tuple[Disbursement, ...]:
        """A customer's disbursements, the last number first."""
        rows = self._tx.run(OF_CUSTOMER, {"customer": customer_id, "mode": mode.value})
        return tuple(_disbursement(row) for row in rows)


def _values(made: Disbursement) -> dict[str, object]:
    return {
        "id": made.id,
        "merchant": made.merchant_id,
        "mode": made.mode.value,
        "series": made.series,
        "number": made.number,
        "customer": made.customer_id,
        "paid_on": made.paid.paid_on.isoformat(),
        "means": str(made.paid.means),
        "reference": made.paid.reference,
        "currency": made.paid.amount.currency,
        "amount": made.paid.amount.minor,
        "words": made.words,
        "why": made.why,
        "issued_at": micros(made.issued_at),
        "issued_by": made.issued_by,
        "issuer": party_text(made.issuer),
        "paid_to": party_text(made.paid_to),
        "void_reason": made.void_reason,
        "voided_at": maybe_micros(made.voided_at),
        "voided_by": made.voided_by,
    }


def _disbursement(row: sqlite3.Row) -> Disbursement:
    return Disbursement(
        id=row["id"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        series=row["series"],
        number=row["number"],
        customer_id=row["customer"],
        paid=PaidOut(
            amount=Money(row["amount"], row["currency"]),
            means=row["means"],
            paid_on=date.fromisoformat(row["paid_on"]),
            reference=row["reference"],
        ),
        issued_at=moment(row["issued_at"]),
        issued_by=row["issued_by"],
        words=row["words"],
        why=row["why"],
        issuer=Party(**json.loads(row["issuer"])),
        paid_to=Party(**json.loads(row["paid_to"])),
        void_reason=row["void_reason"],
        voided_at=maybe_moment(row["voided_at"]),
        voided_by=row["voided_by"],
    )
