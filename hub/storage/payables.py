"""Invoices and orders. What is settled is moved by the ledger's triggers alone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import bindparam, case, exists, func, or_, select

from hub.domain.complete_list import OpenBill
from hub.domain.flags import RETURNED_BILL
from hub.domain.instalment import Instalment
from hub.domain.invoice_numbers import folded_number
from hub.domain.payable import Payable, PayableKind, Voided
from hub.domain.stated import Stated
from hub_hookspecs import Mode, Money

from .rows import folded, json_text, maybe_day, maybe_iso, maybe_micros, maybe_moment, micros, moment, pattern
from .schema import ZERO, customer, literal, payable, review
from .statements import Runs, among, changed, inserted

ADD = inserted(payable)
REVISE = changed(
    payable,
    *(payable.c.customer, payable.c.currency, payable.c.total, payable.c.issued_on, payable.c.due_on),
    *(payable.c.description, payable.c.revision, payable.c.offered_until, payable.c.voided_at, payable.c.voided_by),
    *(payable.c.void_reason, payable.c.voided_total, payable.c.voided_currency),
    *(payable.c.rebilled_at, payable.c.rebilled_by),
    *(payable.c.stated_total, payable.c.stated_balance, payable.c.counted, payable.c.counted_back),
    *(payable.c.branch, payable.c.terms, payable.c.undone_at, payable.c.plan, payable.c.plan_by),
)
GET = select(payable).where(payable.c.id == bindparam("id"))
MANY = select(payable).where(among(payable.c.id, "ids"))
KIND = (
    payable.c.merchant == bindparam("merchant"),
    payable.c.mode == bindparam("mode"),
    payable.c.kind == bindparam("kind"),
)
STANDS = payable.c.undone_at.is_(None)
"""Not where the import that billed it was taken back."""
BY_NUMBER = select(payable).where(*KIND, payable.c.number == bindparam("number"))
STANDING = BY_NUMBER.where(STANDS)
NUMBERED = select(payable).where(*KIND, among(payable.c.number, "numbers"))
NUMBERED_STANDING = NUMBERED.where(STANDS)
IS_OPEN = (payable.c.kind == literal("invoice"), payable.c.due > ZERO)
OPEN_OF = (
    select(payable)
    .where(payable.c.customer == bindparam("customer"), payable.c.mode == bindparam("mode"), *IS_OPEN)
    .order_by(payable.c.number)
)
OPEN_BILLS = (
    select(payable.c.id, payable.c.folded_number, payable.c.currency, payable.c.branch, payable.c.created_at)
    .where(payable.c.merchant == bindparam("merchant"), payable.c.mode == bindparam("mode"), *IS_OPEN)
    .order_by(payable.c.number)
)
IS_DUNNED = ~exists().where(
    review.c.merchant == payable.c.merchant,
    review.c.cause == literal(RETURNED_BILL),
    review.c.subject == payable.c.id,
    review.c.resolved_at.is_(None),
)
"""Not while a person must still say whether it is owed, since its money was returned."""
IN_CLARIFICATION = select(payable.c.id).where(among(payable.c.id, "ids"), *IS_OPEN, ~IS_DUNNED)
DUNNED_OF = select(payable.c.id).where(
    payable.c.customer == bindparam("customer"), payable.c.mode == bindparam("mode"), *IS_OPEN, IS_DUNNED
)
OPEN_DEBTS = (
    select(
        payable.c.customer,
        payable.c.currency,
        func.sum(payable.c.due).label("due"),
        func.min(case((payable.c.plan == literal("[]"), func.coalesce(payable.c.due_on, payable.c.issued_on)))).label(
            "oldest"
        ),
    )
    .where(payable.c.merchant == bindparam("merchant"), payable.c.mode == bindparam("mode"), *IS_OPEN, IS_DUNNED)
    .group_by(payable.c.customer, payable.c.currency)
    .order_by(payable.c.customer, payable.c.currency)
)
OPEN_PLANNED = select(payable).where(
    payable.c.merchant == bindparam("merchant"),
    payable.c.mode == bindparam("mode"),
    payable.c.plan != literal("[]"),
    *IS_OPEN,
    IS_DUNNED,
)
"""Their oldest unpaid instalment is found by adding up, which is not the database's."""
NEWEST = (
    select(payable)
    .where(payable.c.merchant == bindparam("merchant"), payable.c.mode == bindparam("mode"), STANDS)
    .order_by(payable.c.issued_on.desc(), payable.c.number.desc())
    .limit(bindparam("limit"))
)
SEARCH = NEWEST.where(
    or_(
        payable.c.number.ilike(bindparam("pattern"), escape="\\"),
        payable.c.customer.in_(
            select(customer.c.id).where(
                customer.c.merchant == bindparam("merchant"),
                customer.c.search.like(bindparam("pattern"), escape="\\"),
            )
        ),
    )
)
ALIKE = select(payable).where(
    *(payable.c.merchant == bindparam("merchant"), payable.c.mode == bindparam("mode")),
    *(among(payable.c.folded_number, "folded"), payable.c.undone_at.is_(None)),
    func.coalesce(payable.c.kind, literal("")) == literal("invoice"),
)
"""In this form, and in no order, the index of exact numbers does not lead through all of a merchant's invoices."""


class Payables:
    """Invoices and orders."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, payable: Payable) -> None:
        """Insert a payable of which nothing is settled yet.

        Raises:
            Conflict: ``unique`` for a used number, ``from_ledger`` when a sum is not zero.
        """
        self._tx.run(ADD, _values(_unsettled(payable)))

    def add_many(self, payables: Iterable[Payable]) -> None:
        """Insert many, as an import does; all or none.

        Raises:
            Conflict: As ``add``.
        """
        rows = [_values(_unsettled(payable)) for payable in payables]
        if rows:
            with self._tx.whole():
                self._tx.add(ADD, rows)

    def revise(self, payable: Payable) -> None:
        """Write changes of dates, description, total, currency, revision, customer, offered_until, and of its voiding.

        Raises:
            Conflict: ``payable_due`` when more is settled than the new total, ``legal_revision`` while a live
                payment holds it.
        """
        self._tx.change(REVISE, {**_values(payable), "this": payable.id})

    def get(self, payable_id: str) -> Payable | None:
        """A payable by id."""
        return _maybe(self._tx.run(GET, {"id": payable_id}).fetchone())

    def many(self, payable_ids: Collection[str]) -> tuple[Payable, ...]:
        """Payables in the order of the ids; unknown ids are left out."""
        rows = self._tx.run(MANY, {"ids": json_text(list(payable_ids))}).fetchall()
        found = {row["id"]: payable_in(row) for row in rows}
        return tuple(found[payable_id] for payable_id in dict.fromkeys(payable_ids) if payable_id in found)

    def by_number(
        self, merchant_id: str, mode: Mode, kind: PayableKind, number: str, *, undone: bool = False
    ) -> Payable | None:
        """A payable by what the merchant calls it.

        Args:
            undone: Also one whose import was taken back: it keeps its number.
        """
        values = {"merchant": merchant_id, "mode": mode.value, "kind": kind.value, "number": number}
        return _maybe(self._tx.run(BY_NUMBER if undone else STANDING, values).fetchone())

    def numbered(
        self, merchant_id: str, mode: Mode, numbers: Collection[str], *, undone: bool = True
    ) -> Mapping[str, Payable]:
        """Invoices by number, for imports.

        Args:
            undone: Also those whose import was taken back: they keep their numbers.
        """
        values = {"merchant": merchant_id, "mode": mode.value, "kind": PayableKind.INVOICE.value}
        statement = NUMBERED if undone else NUMBERED_STANDING
        rows = self._tx.run(statement, {**values, "numbers": json_text(list(numbers))})
        return {row["number"]: payable_in(row) for row in rows}

    def open_of(self, customer_id: str, mode: Mode) -> tuple[Payable, ...]:
        """Invoices of a customer with something due; oldest due first, by their oldest unpaid instalment."""
        rows = self._tx.run(OPEN_OF, {"customer": customer_id, "mode": mode.value})
        return tuple(sorted(map(payable_in, rows), key=lambda item: (item.falls_due_on, item.number)))

    def open_bills(self, merchant_id: str, mode: Mode, at: datetime) -> tuple[OpenBill, ...]:
        """What is open, as far as a complete list that comes now is compared with it; by number."""
        values, until = {"merchant": merchant_id, "mode": mode.value}, micros(at)
        return tuple(
            OpenBill(this, folded, currency, branch, created_at < until)
            for this, folded, currency, branch, created_at in self._tx.run(OPEN_BILLS, values)
        )

    def is_dunned(self, customer_id: str, mode: Mode) -> bool:
        """Whether a customer owes any invoice of which nobody must say first whether it is still owed."""
        return bool(self._tx.run(DUNNED_OF, {"customer": customer_id, "mode": mode.value}).fetchall())

    def in_clarification(self, payable_ids: Collection[str]) -> frozenset[str]:
        """Which of these owe something of which a person must say first whether it is still owed."""
        rows = self._tx.run(IN_CLARIFICATION, {"ids": json_text(list(payable_ids))})
        return frozenset(row["id"] for row in rows)

    def asked_of(self, customer_id: str, mode: Mode) -> tuple[Payable, ...]:
        """Invoices of which a customer is asked for something now: what is open less what is in clarification."""
        found = self.open_of(customer_id, mode)
        left_out = self.in_clarification([payable.id for payable in found])
        return tuple(payable for payable in found if payable.id not in left_out)

    def alike(self, merchant_id: str, mode: Mode, folded: Collection[str]) -> Mapping[str, tuple[Payable, ...]]:
        """Invoices by what the writings of their number share (``folded_number``), for imports."""
        values = {"merchant": merchant_id, "mode": mode.value, "folded": json_text(list(folded))}
        found: dict[str, tuple[Payable, ...]] = {}
        for row in sorted(self._tx.run(ALIKE, values), key=itemgetter("number")):
            found[row["folded_number"]] = (*found.get(row["folded_number"], ()), payable_in(row))
        return found

    def search(self, merchant_id: str, mode: Mode, text: str = "", *, limit: int = 200) -> tuple[Payable, ...]:
        """Newest first; the text is looked for in number, and in the customer's name, number,
        mail and phone."""
        values: dict[str, Any] = {"merchant": merchant_id, "mode": mode.value, "limit": limit}
        if not text.strip():
            return tuple(payable_in(row) for row in self._tx.run(NEWEST, values))
        values["pattern"] = pattern(folded(text.strip()))
        return tuple(payable_in(row) for row in self._tx.run(SEARCH, values))

    def open_debts(self, merchant_id: str, mode: Mode) -> tuple[tuple[str, str, int, date], ...]:
        """(customer id, currency, due, due day of the oldest open part) of each customer who owes and is dunned."""
        values = {"merchant": merchant_id, "mode": mode.value}
        planned: dict[tuple[str, str], date] = {}
        for item in map(payable_in, self._tx.run(OPEN_PLANNED, values)):
            whose = item.customer_id, item.currency
            planned[whose] = min(item.falls_due_on, planned.get(whose, date.max))
        return tuple(
            (
                *(row["customer"], row["currency"], int(row["due"])),
                min(planned.get((row["customer"], row["currency"]), date.max), maybe_day(row["oldest"]) or date.max),
            )
            for row in self._tx.run(OPEN_DEBTS, values)
        )


def _unsettled(record: Payable) -> Payable:
    if record.due != record.total or record.reopened:
        raise ValueError(f"payable {record.number} is added unsettled; its ledger entries settle it")
    return record


def _values(record: Payable) -> dict[str, Any]:
    return {
        "id": record.id,
        "merchant": record.merchant_id,
        "mode": record.mode.value,
        "kind": record.kind.value,
        "number": record.number,
        "folded_number": folded_number(record.number),
        "customer": record.customer_id,
        "currency": record.currency,
        "total": record.total,
        "issued_on": record.issued_on.isoformat(),
        "due_on": maybe_iso(record.due_on),
        "description": record.description,
        "revision": record.revision,
        "offered_until": maybe_micros(record.offered_until),
        **_void_values(record.voided),
        "stated_total": record.stated.total if record.stated else None,
        "stated_balance": record.stated.balance if record.stated else None,
        "counted": record.counted,
        "counted_back": record.counted_back,
        "branch": record.branch,
        "terms": record.terms,
        "undone_at": maybe_micros(record.undone_at),
        "plan": json_text([[part.due_on.isoformat(), part.amount] for part in record.plan]) if record.plan else "[]",
        "plan_by": record.plan_by,
        "created_at": micros(record.created_at),
    }


VOIDING: Final = (
    "voided_at",
    "voided_by",
    "void_reason",
    "voided_total",
    "voided_currency",
    "rebilled_at",
    "rebilled_by",
)
NOT_VOIDED: Final[Mapping[str, Any]] = dict.fromkeys(VOIDING)


def _void_values(voided: Voided | None) -> Mapping[str, Any]:
    if voided is None:
        return NOT_VOIDED
    return {
        "voided_at": micros(voided.at),
        "voided_by": voided.by,
        "void_reason": voided.reason,
        "voided_total": voided.total.minor,
        "voided_currency": voided.total.currency,
        "rebilled_at": maybe_micros(voided.rebilled_at),
        "rebilled_by": voided.rebilled_by if voided.rebilled_at else None,
    }


def _voided(row: sqlite3.Row) -> Voided | None:
    if row["voided_at"] is None:
        return None
    return Voided(
        at=moment(row["voided_at"]),
        by=row["voided_by"],
        reason=row["void_reason"],
        total=Money(row["voided_total"], row["voided_currency"]),
        rebilled_at=maybe_moment(row["rebilled_at"]),
        rebilled_by=row["rebilled_by"] or "",
    )


def _maybe(row: sqlite3.Row | None) -> Payable | None:
    return None if row is None else payable_in(row)


def payable_in(row: sqlite3.Row) -> Payable:
    """The payable of a row."""
    return Payable(
        id=row["id"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        kind=PayableKind(row["kind"]),
        number=row["number"],
        customer_id=row["customer"],
        currency=row["currency"],
        total=row["total"],
        issued_on=date.fromisoformat(row["issued_on"]),
        due_on=maybe_day(row["due_on"]),
        description=row["description"],
        revision=row["revision"],
        allocated=row["allocated"],
        withheld=row["withheld"],
        discounted=row["discounted"],
        credited=row["credited"],
        outside=row["outside"],
        written_off=row["written_off"],
        reopened=row["reopened"],
        offered_until=maybe_moment(row["offered_until"]),
        voided=_voided(row),
        stated=None if row["stated_total"] is None else Stated(row["stated_total"], row["stated_balance"]),
        counted=row["counted"],
        counted_back=row["counted_back"],
        branch=row["branch"],
        terms=row["terms"],
        undone_at=maybe_moment(row["undone_at"]),
        plan=tuple(Instalment(date.fromisoformat(day), amount) for day, amount in json.loads(row["plan"])),
        plan_by=row["plan_by"],
        created_at=moment(row["created_at"]),
    )
