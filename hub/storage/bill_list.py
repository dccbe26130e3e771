"""Invoices as a list shows them: newest first, a page at a time, read along an index from where the last one ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, or_, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from hub.domain.payable import Payable
from hub_hookspecs import Mode

from .payables import payable_in
from .rows import folded, pattern
from .schema import ZERO, customer, literal, payable
from .statements import Runs

OURS = (
    payable.c.merchant == bindparam("merchant"),
    payable.c.mode == bindparam("mode"),
    payable.c.kind == literal("invoice"),
)
STANDS = (*OURS, payable.c.undone_at.is_(None))
OPEN = (*OURS, payable.c.due > ZERO)
LATE = (
    *OPEN,
    or_(
        func.coalesce(payable.c.due_on, payable.c.issued_on) < bindparam("today"),
        payable.c.plan != literal("[]"),
    ),
)
"""Whether an instalment is late is found by adding up, which is not the database's."""
MATCHES = or_(
    payable.c.number.ilike(bindparam("pattern"), escape="\\"),
    payable.c.customer.in_(
        select(customer.c.id).where(
            customer.c.merchant == bindparam("merchant"), customer.c.search.like(bindparam("pattern"), escape="\\")
        )
    ),
)
BEHIND = tuple_(payable.c.issued_on, payable.c.number) < tuple_(bindparam("day"), bindparam("number"))
PLACE = select(payable.c.issued_on, payable.c.number).where(
    payable.c.id == bindparam("id"), payable.c.merchant == bindparam("merchant")
)


def _newest(*conditions: ColumnElement[bool]) -> Select[Any]:
    return (
        select(payable)
        .where(*conditions, BEHIND)
        .order_by(payable.c.issued_on.desc(), payable.c.number.desc())
        .limit(bindparam("limit"))
    )


LISTS: Final[Mapping[tuple[str, bool], Select[Any]]] = {
    ("", False): _newest(*STANDS),
    ("", True): _newest(*STANDS, MATCHES),
    ("open", False): _newest(*OPEN),
    ("open", True): _newest(*OPEN, MATCHES),
    ("overdue", False): _newest(*LATE),
    ("overdue", True): _newest(*LATE, MATCHES),
}
FIRST: Final = ("9999-12-31", "")
"""Before the newest."""


class BillList:
    """Invoices as a list shows them."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def newest(
        self,
        merchant_id: str,
        mode: Mode,
        *,
        text: str = "",
        state: str = "",
        today: date = date.max,
        after: str = "",
        limit: int = 200,
    ) -> tuple[Payable, ...]:
        """A page of the list, newest first.

        Args:
            text: What number, or customer's name, number, mail or phone contains; empty for all.
            state: ``open``, ``overdue`` (or with instalments, of which one may be), or empty for all.
            after: Id of the last invoice of the page before; empty for the first page.
        """
        place = self._tx.run(PLACE, {"id": after, "merchant": merchant_id}).fetchone() if after else None
        day, number = (place["issued_on"], place["number"]) if place else FIRST
        values = {"merchant": merchant_id, "mode": mode.value, "day": day, "number": number, "limit": limit}
        values |= {"today": today.isoformat(), "pattern": pattern(folded(text.strip()))}
        return tuple(payable_in(row) for row in self._tx.run(LISTS[state, bool(text.strip())], values))
