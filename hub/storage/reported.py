"""Payments that customers reported; written once."""

from __future__ import annotations

import json
from datetime import date, datetime

from sqlalchemy import bindparam, or_, select

from hub.domain.reported import ReportedPayment
from hub_hookspecs import Mode, Money

from .rows import json_text, micros
from .schema import reported_payment, review
from .statements import Runs, inserted

ADD = inserted(reported_payment)
OF_REVIEW = select(reported_payment).where(reported_payment.c.review == bindparam("review"))

NAMING = (
    select(reported_payment.c.review, reported_payment.c.payables)
    .join(review, review.c.id == reported_payment.c.review)
    .where(
        reported_payment.c.merchant == bindparam("merchant"),
        or_(review.c.resolved_at.is_(None), review.c.opened_at >= bindparam("since")),
    )
)


class ReportedPayments:
    """What customers say that they paid another way."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, record: ReportedPayment) -> None:
        """Insert."""
        self._tx.run(
            ADD,
            {
                "review": record.review_id,
                "merchant": record.merchant_id,
                "mode": record.mode.value,
                "customer": record.customer_id,
                "currency": record.amount.currency,
                "amount": record.amount.minor,
                "paid_on": record.paid_on.isoformat(),
                "means": str(record.means),
                "bank_reference": record.bank_reference,
                "payables": json_text(list(record.payable_ids)),
            },
        )

    def naming(self, merchant_id: str, since: datetime) -> frozenset[str]:
        """Ids of payables that reports name which wait for a person, or came since then."""
        rows = self._tx.run(NAMING, {"merchant": merchant_id, "since": micros(since)})
        return frozenset(payable_id for row in rows for payable_id in json.loads(row["payables"]))

    def of_review(self, review_id: str) -> ReportedPayment | None:
        """What was reported, where a review is about that."""
        row = self._tx.run(OF_REVIEW, {"review": review_id}).fetchone()
        if row is None:
            return None
        return ReportedPayment(
            review_id=row["review"],
            merchant_id=row["merchant"],
            mode=Mode(row["mode"]),
            customer_id=row["customer"],
            amount=Money(row["amount"], row["currency"]),
            paid_on=date.fromisoformat(row["paid_on"]),
            means=row["means"],
            bank_reference=row["bank_reference"],
            payable_ids=tuple(json.loads(row["payables"])),
        )
