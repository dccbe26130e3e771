"""Exceptions that wait for a person."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, func, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert

from hub.domain.message import Review
from hub_hookspecs import Mode

from .rows import json_text, maybe_micros, maybe_moment, micros, moment, pattern
from .schema import literal, review
from .statements import Runs, among, changed

OPEN = (
    insert(review).values({column.name: bindparam(column.name) for column in review.columns}).on_conflict_do_nothing()
)
RESOLVE = changed(review, review.c.resolved_at, review.c.resolution, review.c.resolved_by).where(
    review.c.resolved_at.is_(None)
)
REOPEN = (
    update(review)
    .where(review.c.id == bindparam("this"))
    .values(
        resolved_at=bindparam("resolved_at"), resolution=bindparam("resolution"), resolved_by=bindparam("resolved_by")
    )
)
RESOLVED_WITH = (
    select(review)
    .where(
        review.c.merchant == bindparam("merchant"),
        review.c.mode == bindparam("mode"),
        review.c.cause == bindparam("cause"),
        review.c.resolution == bindparam("resolution"),
        review.c.resolved_at.is_not(None),
    )
    .order_by(review.c.opened_at, review.c.id)
)
ALL = select(review).where(review.c.resolved_at.is_(None)).order_by(review.c.opened_at, review.c.id)
ABOUT = ALL.where(
    review.c.merchant == bindparam("merchant"), among(review.c.cause, "causes"), among(review.c.subject, "subjects")
)
OF_CUSTOMER = ALL.where(
    review.c.merchant == bindparam("merchant"),
    among(review.c.cause, "causes"),
    func.coalesce(review.c.payment, literal("")) == literal(""),
    review.c.subject >= bindparam("first"),
    review.c.subject < bindparam("after"),
)
GET = select(review).where(review.c.id == bindparam("id"))
BEGINNING = select(review).where(review.c.id.like(bindparam("pattern"), escape="\\")).order_by(review.c.id)
RESOLVED = (
    select(review)
    .where(review.c.resolved_at.is_not(None))
    .order_by(review.c.resolved_at.desc(), review.c.id)
    .limit(bindparam("limit"))
)
RESOLVED_OF = (
    select(review)
    .where(
        review.c.merchant == bindparam("merchant"),
        review.c.mode == bindparam("mode"),
        review.c.resolved_at.is_not(None),
    )
    .order_by(review.c.resolved_at.desc(), review.c.id.desc())
    .limit(bindparam("limit"))
)
ANSWERED = select(review).where(
    review.c.merchant == bindparam("merchant"),
    among(review.c.subject, "subjects"),
    review.c.resolved_at >= bindparam("since"),
    review.c.resolved_by != literal(""),
)
WRITTEN_BY = (
    select(review)
    .where(
        review.c.subject >= bindparam("first"),
        review.c.subject < bindparam("last"),
        review.c.merchant == bindparam("merchant"),
        review.c.mode == bindparam("mode"),
        review.c.cause == literal("customer_note"),
        review.c.opened_at >= bindparam("since"),
    )
    .order_by(review.c.opened_at.desc(), review.c.id)
    .limit(literal_column("20"))
)
SINCE = select(review).where(review.c.opened_at > bindparam("since")).order_by(review.c.opened_at, review.c.id)


class Reviews:
    """Exceptions that wait for a person."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def open(self, review: Review) -> bool:
        """Insert; False when this cause is already open for this payment,
        or this very review was resolved."""
        return self._tx.run(OPEN, _values(review)).rowcount == 1

    def resolve(self, review_id: str, resolution: str, at: datetime, by: str = "") -> None:
        """Close an open review."""
        values = {"this": review_id, "resolution": resolution, "resolved_at": micros(at), "resolved_by": by}
        self._tx.change(RESOLVE, values)

    def reopen(self, review_id: str) -> None:
        """Let a resolved review wait for a person once more."""
        self._tx.run(REOPEN, {"this": review_id, "resolved_at": None, "resolution": "", "resolved_by": ""})

    def resolved_with(self, merchant_id: str, mode: Mode, cause: str, resolution: str) -> tuple[Review, ...]:
        """Reviews of a cause that were resolved in these words; oldest first."""
        values = {"merchant": merchant_id, "mode": mode.value, "cause": cause, "resolution": resolution}
        return tuple(_review(row) for row in self._tx.run(RESOLVED_WITH, values))

    def get(self, review_id: str) -> Review | None:
        """A review by id, resolved or not."""
        row = self._tx.run(GET, {"id": review_id}).fetchone()
        return None if row is None else _review(row)

    def named(self, beginning: str) -> tuple[Review, ...]:
        """Reviews whose id begins so, resolved or not."""
        rows = self._tx.run(BEGINNING, {"pattern": pattern(beginning).removeprefix("%")})
        return tuple(_review(row) for row in rows)

    def resolved(self, limit: int = 200, *, merchant_id: str | None = None) -> tuple[Review, ...]:
        """Reviews that were resolved; newest first."""
        statement, values = RESOLVED, dict[str, object](limit=limit)
        if merchant_id is not None:
            statement, values["merchant"] = statement.where(review.c.merchant == bindparam("merchant")), merchant_id
        return tuple(_review(row) for row in self._tx.run(statement, values))

    def resolved_of(self, merchant_id: str, mode: Mode, limit: int = 200) -> tuple[Review, ...]:
        """The same of one merchant, in one mode."""
        values = {"merchant": merchant_id, "mode": mode.value, "limit": limit}
        return tuple(_review(row) for row in self._tx.run(RESOLVED_OF, values))

    def opened_since(self, since: datetime) -> tuple[Review, ...]:
        """Reviews that were opened after this moment, resolved or not; oldest first."""
        return tuple(_review(row) for row in self._tx.run(SINCE, {"since": micros(since)}))

    def about(self, merchant_id: str, causes: Collection[str], *subjects: str) -> tuple[Review, ...]:
        """Open reviews of these causes about one of these subjects; oldest first."""
        values = {"merchant": merchant_id, "causes": json_text(sorted(causes)), "subjects": json_text(list(subjects))}
        return tuple(_review(row) for row in self._tx.run(ABOUT, values))

    def written_by(self, merchant_id: str, mode: Mode, customer_id: str, since: datetime) -> tuple[Review, ...]:
        """What a customer wrote from a statement since then, answered or not; newest first, twenty at most."""
        between = {"first": f"{customer_id}:", "last": f"{customer_id};"}
        values = {**between, "merchant": merchant_id, "mode": mode.value, "since": micros(since)}
        return tuple(_review(row) for row in self._tx.run(WRITTEN_BY, values))

    def open_of_customer(self, merchant_id: str, customer_id: str, causes: Collection[str]) -> tuple[Review, ...]:
        """Open reviews of what a customer wrote: their subjects begin with his id."""
        values = {
            "merchant": merchant_id,
            "causes": json_text(sorted(causes)),
            "first": f"{customer_id}:",
            "after": f"{customer_id};",
        }
        return tuple(_review(row) for row in self._tx.run(OF_CUSTOMER, values))

    def answered(self, merchant_id: str, subjects: Collection[str], since: datetime) -> tuple[Review, ...]:
        """Reviews about one of these subjects that a person resolved since then."""
        values = {"merchant": merchant_id, "subjects": json_text(sorted(subjects)), "since": micros(since)}
        return tuple(_review(row) for row in self._tx.run(ANSWERED, values))

    def of(self, *, merchant_id: str | None = None, payment_id: str | None = None) -> tuple[Review, ...]:
        """Open reviews; oldest first."""
        statement, values = ALL, dict[str, str]()
        if merchant_id is not None:
            statement, values["merchant"] = statement.where(review.c.merchant == bindparam("merchant")), merchant_id
        if payment_id is not None:
            statement, values["payment"] = statement.where(review.c.payment == bindparam("payment")), payment_id
        return tuple(_review(row) for row in self._tx.run(statement, values))


def _values(record: Review) -> dict[str, object]:
    return {
        "id": record.id,
        "merchant": record.merchant_id,
        "mode": record.mode.value,
        "cause": record.cause,
        "payment": record.payment_id,
        "subject": record.subject,
        "details": record.details,
        "opened_at": micros(record.opened_at),
        "resolved_at": maybe_micros(record.resolved_at),
        "resolution": record.resolution,
        "resolved_by": record.resolved_by,
    }


def _review(row: sqlite3.Row) -> Review:
    return Review(
        id=row["id"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        cause=row["cause"],
        payment_id=row["payment"],
        subject=row["subject"],
        details=row["details"],
        opened_at=moment(row["opened_at"]),
        resolved_at=maybe_moment(row["resolved_at"]),
        resolution=row["resolution"],
        resolved_by=row["resolved_by"],
    )
