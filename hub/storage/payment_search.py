"""Which payments are meant: by a text that they contain, by what a payer typed, or by what names one exactly."""

from __future__ import annotations

import re

from sqlalchemy import bindparam, func, or_, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from .schema import cash_receipt, customer, observation, operation, payment, payment_line

NEWEST = select(payment).order_by(payment.c.created_at.desc(), payment.c.id.desc()).limit(bindparam("limit"))
BEHIND = tuple_(payment.c.created_at, payment.c.id) < tuple_(bindparam("last_at"), bindparam("last_id"))


def _text(*scope: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(
        payment.c.reference.ilike(bindparam("pattern"), escape="\\"),
        payment.c.provider_reference.ilike(bindparam("pattern"), escape="\\"),
        payment.c.payer_email.ilike(bindparam("pattern"), escape="\\"),
        payment.c.id.in_(
            select(payment_line.c.payment).where(
                payment_line.c.payment == payment.c.id, payment_line.c.number.ilike(bindparam("pattern"), escape="\\")
            )
        ),
        payment.c.customer.in_(
            select(customer.c.id).where(*scope, customer.c.search.like(bindparam("folded"), escape="\\"))
        ),
    )


TEXT = _text()
TEXT_OF = _text(customer.c.merchant == bindparam("merchant"))
"""The same where one merchant's payments are looked for."""
MARKED = (
    select(payment)
    .where(
        or_(
            payment.c.id == bindparam("text"),
            payment.c.reference == bindparam("text"),
            payment.c.provider_reference == bindparam("text"),
            payment.c.id.in_(select(payment_line.c.payment).where(payment_line.c.number == bindparam("text"))),
            payment.c.id.in_(
                select(observation.c.payment).where(
                    or_(
                        observation.c.authorisation == bindparam("text"),
                        observation.c.provider_reference == bindparam("text"),
                        observation.c.movement == bindparam("text"),
                        observation.c.event_id == bindparam("text"),
                    )
                )
            ),
            payment.c.id.in_(select(operation.c.payment).where(operation.c.reference == bindparam("text"))),
            payment.c.id.in_(
                select(cash_receipt.c.payment).where(
                    cash_receipt.c.payment.is_not(None),
                    cash_receipt.c.series == bindparam("series"),
                    cash_receipt.c.number == bindparam("number"),
                )
            ),
        )
    )
    .order_by(payment.c.created_at.desc(), payment.c.id.desc())
    .limit(bindparam("limit"))
)
TYPED = NEWEST.where(  # the whole text first, which is quick; then what the payer typed for a method alone
    payment.c.payer.like(bindparam("pattern")),
    func.json_extract(payment.c.payer, "$.fields").like(bindparam("pattern")),
)
LABEL = re.compile(r"(.{1,40}?)-?0*(\d{1,15})")
"""A cash receipt's series and number, as people write it."""
