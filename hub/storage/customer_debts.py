"""Customers in lists: by name, by what they owe, by how long; page by page, each found from where the last one ended.

What a customer owes is kept by the payables' triggers, so that a page of a hundred thousand customers costs what one of
a hundred does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import attrs
from sqlalchemy import Select, bindparam, func, select, tuple_

from hub_hookspecs import Mode, Money

from .rows import bare_digits, folded, json_text, maybe_day, pattern
from .schema import ZERO, customer, customer_debt
from .statements import Runs, among

NAMED = (
    select(customer.c.id)
    .where(customer.c.merchant == bindparam("merchant"), customer.c.is_shopper == ZERO)
    .order_by(customer.c.search, customer.c.id)
    .limit(bindparam("limit"))
)
NAMED_AFTER = NAMED.where(tuple_(customer.c.search, customer.c.id) > tuple_(bindparam("key"), bindparam("after")))
MATCHES = customer.c.search.like(bindparam("pattern"), escape="\\")

OWING = (
    select(customer_debt.c.customer)
    .where(
        customer_debt.c.merchant == bindparam("merchant"),
        customer_debt.c.mode == bindparam("mode"),
        customer_debt.c.currency == bindparam("currency"),
        customer_debt.c.due > ZERO,
    )
    .limit(bindparam("limit"))
)
BY_DUE = OWING.order_by(customer_debt.c.due.desc(), customer_debt.c.customer.desc())
BY_DUE_AFTER = BY_DUE.where(
    tuple_(customer_debt.c.due, customer_debt.c.customer) < tuple_(bindparam("key"), bindparam("after"))
)
BY_AGE = OWING.where(customer_debt.c.oldest < bindparam("today")).order_by(
    customer_debt.c.oldest, customer_debt.c.customer
)
BY_AGE_AFTER = BY_AGE.where(
    tuple_(customer_debt.c.oldest, customer_debt.c.customer) > tuple_(bindparam("key"), bindparam("after"))
)
OWES_MATCHING = customer_debt.c.customer.in_(
    select(customer.c.id).where(customer.c.merchant == bindparam("merchant"), customer.c.is_shopper == ZERO, MATCHES)
)
"""Found once, from the list's own index, and not row by row."""
OF = select(customer_debt).where(
    among(customer_debt.c.customer, "ids"), customer_debt.c.mode == bindparam("mode"), customer_debt.c.due > ZERO
)
WHOSE = customer_debt.c.merchant == bindparam("merchant"), customer_debt.c.mode == bindparam("mode")
SUMS = (
    select(
        customer_debt.c.currency,
        func.sum(customer_debt.c.due).label("due"),
        func.sum(customer_debt.c.bills).label("bills"),
    )
    .where(*WHOSE, customer_debt.c.due > ZERO)
    .group_by(customer_debt.c.currency)
    .order_by(customer_debt.c.currency)
)
OWERS = select(func.count(customer_debt.c.customer.distinct()).label("count")).where(*WHOSE, customer_debt.c.due > ZERO)
LATE = OWERS.where(customer_debt.c.oldest < bindparam("today"))
KEY_BY_NAME = select(customer.c.search).where(
    customer.c.id == bindparam("after"), customer.c.merchant == bindparam("merchant")
)
KEY_BY_DEBT = select(customer_debt.c.due, customer_debt.c.oldest).where(
    customer_debt.c.customer == bindparam("after"),
    customer_debt.c.merchant == bindparam("merchant"),
    customer_debt.c.mode == bindparam("mode"),
    customer_debt.c.currency == bindparam("currency"),
)


@attrs.frozen(kw_only=True)
class CustomerDebt:
    """What a customer owes in one currency.

    Attributes:
        due: Minor units.
        bills: How many invoices are open.
        oldest: The day on which the oldest of them, or its oldest unpaid instalment, falls or fell due.
    """

    customer_id: str
    currency: str
    due: int
    bills: int
    oldest: date | None


@attrs.frozen(kw_only=True)
class OwedInAll:
    """What all customers together owe.

    Attributes:
        owed: One amount a currency.
        bills: How many invoices are open.
        customers: How many owe.
        late: How many of them owe something overdue.
    """

    owed: tuple[Money, ...]
    bills: int
    customers: int
    late: int


SEARCHED: Mapping[Select[Any], Select[Any]] = {
    **{statement: statement.where(MATCHES) for statement in (NAMED, NAMED_AFTER)},
    **{statement: statement.where(OWES_MATCHING) for statement in (BY_DUE, BY_DUE_AFTER, BY_AGE, BY_AGE_AFTER)},
}


class CustomerDebts:
    """Customers in lists, and what they owe."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def by_name(self, merchant_id: str, *, search: str = "", after: str = "", limit: int) -> tuple[str, ...]:
        """Ids of customers by name, without the store's shoppers, from the one after this id."""
        values = {"merchant": merchant_id, "limit": limit}
        row = self._tx.run(KEY_BY_NAME, {**values, "after": after}).fetchone() if after else None
        if row is None:
            return self._ids(NAMED, values, search)
        return self._ids(NAMED_AFTER, {**values, "key": row["search"], "after": after}, search)

    def by_due(
        self, merchant_id: str, mode: Mode, currency: str, *, search: str = "", after: str = "", limit: int
    ) -> tuple[str, ...]:
        """Ids of customers who owe in this currency, the largest debt first."""
        values = {"merchant": merchant_id, "mode": mode.value, "currency": currency, "limit": limit}
        key = self._key(values, after)
        if key is None:
            return self._ids(BY_DUE, values, search)
        return self._ids(BY_DUE_AFTER, {**values, "key": key["due"], "after": after}, search)

    def by_age(
        self,
        merchant_id: str,
        mode: Mode,
        currency: str,
        *,
        today: date,
        search: str = "",
        after: str = "",
        limit: int,
    ) -> tuple[str, ...]:
        """Ids of customers who owe something overdue in this currency, the oldest first."""
        values: dict[str, Any] = {"merchant": merchant_id, "mode": mode.value, "currency": currency, "limit": limit}
        values["today"] = today.isoformat()
        key = self._key(values, after)
        if key is None:
            return self._ids(BY_AGE, values, search)
        return self._ids(BY_AGE_AFTER, {**values, "key": key["oldest"], "after": after}, search)

    def in_all(self, merchant_id: str, mode: Mode, today: date) -> OwedInAll:
        """What all customers of a merchant owe."""
        values = {"merchant": merchant_id, "mode": mode.value}
        rows = self._tx.run(SUMS, values).fetchall()
        counts = [
            int(self._tx.run(statement, asked).fetchone()["count"])
            for statement, asked in ((OWERS, values), (LATE, {**values, "today": today.isoformat()}))
        ]
        return OwedInAll(
            owed=tuple(Money(row["due"], row["currency"]) for row in rows),
            bills=sum(row["bills"] for row in rows),
            customers=counts[0],
            late=counts[1],
        )

    def of(self, customer_ids: Collection[str], mode: Mode) -> Mapping[str, tuple[CustomerDebt, ...]]:
        """What each of these customers owes, by currency."""
        found: dict[str, tuple[CustomerDebt, ...]] = {}
        rows = self._tx.run(OF, {"ids": json_text(list(customer_ids)), "mode": mode.value})
        for debt in sorted(map(_debt, rows), key=lambda debt: debt.currency):
            found[debt.customer_id] = (*found.get(debt.customer_id, ()), debt)
        return found

    def _key(self, values: Mapping[str, Any], after: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._tx.run(KEY_BY_DEBT, {**values, "after": after}).fetchone() if after else None
        return row

    def _ids(self, statement: Select[Any], values: Mapping[str, Any], search: str) -> tuple[str, ...]:
        if text := search.strip():
            statement, values = SEARCHED[statement], {**values, "pattern": pattern(bare_digits(text) or folded(text))}
        return tuple(row[0] for row in self._tx.run(statement, values))


def _debt(row: sqlite3.Row) -> CustomerDebt:
    return CustomerDebt(
        customer_id=row["customer"],
        currency=row["currency"],
        due=row["due"],
        bills=row["bills"],
        oldest=maybe_day(row["oldest"]),
    )
