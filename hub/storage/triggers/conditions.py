"""Conditions that the triggers of several tables have in common."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from hub.storage.guards import AliasedRow, Condition
from hub.storage.schema import ONE


def sum_of(amount: ColumnElement[Any], *where: Condition) -> ColumnElement[int]:
    """What an amount comes to in the rows for which this holds."""
    return select(func.coalesce(func.sum(amount), 0)).where(*where).scalar_subquery()


def of_one_book(one: Any, this: Condition, other: Any, that: Condition) -> Condition:
    """Whether these two rows are of one merchant, mode and currency."""
    together = and_(other.c.merchant == one.c.merchant, other.c.mode == one.c.mode, other.c.currency == one.c.currency)
    return exists(ONE).select_from(one.join(other, together)).where(this, that)


def phase_goes_back(new: AliasedRow, old: AliasedRow) -> Condition:
    """Whether a payment or an operation would be in an earlier phase than it was."""
    return or_(and_(old.phase == "sending", new.phase == "created"), and_(old.phase == "sent", new.phase != "sent"))
