"""Conversions from one currency into another: never edited, only voided."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import bindparam, or_, select

from hub.domain.conversion import Conversion, Rate
from hub_hookspecs import Mode, Money

from .rows import maybe_micros, maybe_moment, micros, moment
from .schema import conversion
from .statements import Runs, changed, inserted

ADD = inserted(conversion)
VOID = changed(conversion, conversion.c.void_reason, conversion.c.voided_at, conversion.c.voided_by)
ALL = select(conversion).order_by(conversion.c.at.desc(), conversion.c.id)
GET = ALL.where(or_(conversion.c.id == bindparam("id"), conversion.c.form == bindparam("id")))
OF = ALL.where(conversion.c.merchant == bindparam("merchant"), conversion.c.mode == bindparam("mode"))
OF_CUSTOMER = ALL.where(conversion.c.customer == bindparam("customer"), conversion.c.mode == bindparam("mode"))
OF_PAYMENT = ALL.where(conversion.c.payment == bindparam("payment"), conversion.c.payment.is_not(None))


class Conversions:
    """Conversions; rows are kept for ever."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, made: Conversion) -> None:
        """Insert a conversion.

        Raises:
            Conflict: ``unique`` when its form converted before.
        """
        self._tx.run(ADD, _values(made))

    def void(self, conversion_id: str, reason: str, at: datetime, *, by: str) -> None:
        """Void a conversion, once.

        Raises:
            Conflict: ``append_only`` when it is void already.
        """
        values = {"this": conversion_id, "void_reason": reason, "voided_at": micros(at), "voided_by": by}
        self._tx.change(VOID, values)

    def get(self, conversion_id: str) -> Conversion | None:
        """A conversion by its id, or by the form that it was made with."""
        row = self._tx.run(GET, {"id": conversion_id}).fetchone()
        return None if row is None else conversion_in(row)

    def of(self, merchant_id: str, mode: Mode) -> tuple[Conversion, ...]:
        """A merchant's conversions, newest first."""
        rows = self._tx.run(OF, {"merchant": merchant_id, "mode": mode.value})
        return tuple(conversion_in(row) for row in rows)

    def of_customer(self, customer_id: str, mode: Mode) -> tuple[Conversion, ...]:
        """A customer's conversions, newest first."""
        rows = self._tx.run(OF_CUSTOMER, {"customer": customer_id, "mode": mode.value})
        return tuple(conversion_in(row) for row in rows)

    def of_payment(self, payment_id: str) -> tuple[Conversion, ...]:
        """The conversions of a payment's money that waited in suspense, newest first."""
        return tuple(conversion_in(row) for row in self._tx.run(OF_PAYMENT, {"payment": payment_id}))


def _values(made: Conversion) -> dict[str, object]:
    return {
        "id": made.id,
        "form": made.form,
        "merchant": made.merchant_id,
        "mode": made.mode.value,
        "customer": made.customer_id,
        "payment": made.payment_id,
        "account": made.account_id,
        "came_currency": made.came.currency,
        "came": made.came.minor,
        "settles_currency": made.settles.currency,
        "settles": made.settles.minor,
        "base": made.rate.base,
        "quote": made.rate.quote,
        "rate": f"{made.rate.value:f}",
        "source": made.rate.source,
        "rate_on": made.rate.on.isoformat(),
        "means": made.means,
        "value_on": made.value_on.isoformat(),
        "by": made.by,
        "why": made.why,
        "at": micros(made.at),
        "void_reason": made.void_reason,
        "voided_at": maybe_micros(made.voided_at),
        "voided_by": made.voided_by,
    }


def conversion_in(row: sqlite3.Row) -> Conversion:
    """The conversion of a row."""
    return Conversion(
        form=row["form"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        customer_id=row["customer"],
        payment_id=row["payment"],
        account_id=row["account"],
        came=Money(row["came"], row["came_currency"]),
        settles=Money(row["settles"], row["settles_currency"]),
        rate=Rate(
            base=row["base"],
            quote=row["quote"],
            value=Decimal(row["rate"]),
            source=row["source"],
            on=date.fromisoformat(row["rate_on"]),
        ),
        means=row["means"],
        value_on=date.fromisoformat(row["value_on"]),
        by=row["by"],
        why=row["why"],
        at=moment(row["at"]),
        void_reason=row["void_reason"],
        voided_at=maybe_moment(row["voided_at"]),
        voided_by=row["voided_by"],
    )
