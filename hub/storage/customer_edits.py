"""What people changed of customers: each field as it was, who changed it and when."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import bindparam, func, select

from hub.domain.customer_edit import CustomerEdit, CustomerField

from .rows import json_text, micros, moment
from .schema import customer_edit, literal
from .statements import Runs, among, inserted

ADD = inserted(customer_edit)
OF = (
    select(customer_edit)
    .where(customer_edit.c.customer == bindparam("customer"))
    .order_by(customer_edit.c.at.desc(), customer_edit.c.id.desc())
    .limit(bindparam("limit"))
)
FORMERLY = select(customer_edit.c.before, customer_edit.c.customer).where(
    customer_edit.c.merchant == bindparam("merchant"),
    customer_edit.c.field == bindparam("field"),
    among(customer_edit.c.before, "texts"),
)
LAST = select(func.max(customer_edit.c.at)).where(
    customer_edit.c.customer == bindparam("customer"),
    customer_edit.c.field.in_([literal(CustomerField.DOCUMENT), literal(CustomerField.EMAIL)]),
)

IDENTITY_UNTIL = (
    select(customer_edit.c.before)
    .where(
        customer_edit.c.customer == bindparam("customer"),
        customer_edit.c.at > bindparam("at"),
        customer_edit.c.field == literal(CustomerField.DOCUMENT),
    )
    .order_by(customer_edit.c.at)
    .limit(bindparam("limit"))
)


class CustomerEdits:
    """What people changed of customers."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, edits: Iterable[CustomerEdit]) -> None:
        """Insert what one person changed at once."""
        rows = [_values(edit) for edit in edits]
        if rows:
            self._tx.add(ADD, rows)

    def of(self, customer_id: str, *, limit: int = 100) -> tuple[CustomerEdit, ...]:
        """What was changed of a customer, the newest first."""
        return tuple(_edit(row) for row in self._tx.run(OF, {"customer": customer_id, "limit": limit}))

    def formerly(self, merchant_id: str, field: CustomerField, texts: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Ids of customers who had one of these before a person changed it, by what they had."""
        found: dict[str, frozenset[str]] = {}
        values = {"merchant": merchant_id, "field": field.value, "texts": json_text(sorted(set(texts)))}
        for row in self._tx.run(FORMERLY, values) if texts else ():
            found[row["before"]] = found.get(row["before"], frozenset()) | {row["customer"]}
        return found

    def who_it_is_since(self, customer_id: str) -> datetime | None:
        """When a person last changed the identity or the mail of a customer."""
        row = self._tx.run(LAST, {"customer": customer_id}).fetchone()
        return None if row is None or row[0] is None else moment(row[0])

    def identity_until(self, customer_id: str, at: datetime) -> str | None:
        """The identity that a customer had at this moment, as text; None where it is the one of today."""
        values = {"customer": customer_id, "at": micros(at), "limit": 1}
        row = self._tx.run(IDENTITY_UNTIL, values).fetchone()
        return None if row is None else str(row["before"])


def _values(record: CustomerEdit) -> dict[str, object]:
    return {
        "id": record.id,
        "customer": record.customer_id,
        "merchant": record.merchant_id,
        "field": record.field.value,
        "before": record.before,
        "after": record.after,
        "by": record.by,
        "at": micros(record.at),
    }


def _edit(row: sqlite3.Row) -> CustomerEdit:
    return CustomerEdit(
        id=row["id"],
        customer_id=row["customer"],
        merchant_id=row["merchant"],
        field=CustomerField(row["field"]),
        before=row["before"],
        after=row["after"],
        by=row["by"],
        at=moment(row["at"]),
    )
