"""What each customer owes, kept beside the customers: lists are sorted by it without adding up every invoice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import and_, case, literal_column, or_, text, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.sql import ClauseElement

from hub.domain.ledger import Effect
from hub.storage.guards import AliasedRow, Condition, RowEvent, Trigger, rows_of
from hub.storage.schema import ONE, ZERO, customer_debt, literal, payable

MOVES: Final = ("total", "customer", "currency", "due_on", "issued_on", "plan", *(effect.value for effect in Effect))
"""What makes a customer owe more, less or from another day on."""

OLDEST: Final = (
    "SELECT min(day) FROM ("
    "SELECT min(coalesce(due_on, issued_on)) AS day FROM payable"
    " WHERE customer = {row}.customer AND mode = {row}.mode AND currency = {row}.currency"
    " AND kind = 'invoice' AND due > 0 AND plan = '[]'"
    " UNION ALL "
    "SELECT json_extract(part.value, '$[0]') FROM payable, json_each(payable.plan) AS part"
    " WHERE customer = {row}.customer AND mode = {row}.mode AND currency = {row}.currency"
    " AND kind = 'invoice' AND due > 0 AND plan <> '[]'"
    " AND due > (SELECT coalesce(sum(json_extract(later.value, '$[1]')), 0) FROM json_each(payable.plan) AS later"
    " WHERE later.key > part.key))"
)
"""The day of the oldest open invoice of a customer, of a planned one that of its oldest unpaid instalment."""


def debt_triggers() -> Iterator[Trigger]:
    """What moves a customer's debt."""
    new, old = rows_of(payable)
    yield Trigger(
        "payable_begins_debt",
        RowEvent("INSERT", payable, when=and_(new.kind == literal("invoice"), new.due > ZERO)),
        moves=_owes(new),
    )
    yield Trigger(
        "payable_moves_debt",
        RowEvent("UPDATE", payable, MOVES, and_(new.kind == literal("invoice"), _differs(new, old))),
        moves=(*_owes_no_more(old), *_owes(new)),
    )


def _differs(new: AliasedRow, old: AliasedRow) -> Condition:
    names = ("due", "customer", "currency", "due_on", "issued_on", "plan")
    return or_(*(getattr(new, name).is_distinct_from(getattr(old, name)) for name in names))


def _owes_no_more(old: AliasedRow) -> tuple[ClauseElement, ...]:
    """The debt without the invoice as it was."""
    less = update(customer_debt).where(*_whose(old))
    counted = case((old.due > ZERO, ONE), else_=ZERO)
    return (less.values(due=customer_debt.c.due - old.due, bills=customer_debt.c.bills - counted), _aged(old, "OLD"))


def _owes(new: AliasedRow) -> tuple[ClauseElement, ...]:
    """The debt with the invoice as it is."""
    counted = case((new.due > ZERO, ONE), else_=ZERO)
    first = insert(customer_debt).values(
        customer=new.customer,
        mode=new.mode,
        currency=new.currency,
        merchant=new.merchant,
        due=new.due,
        bills=counted,
        oldest=literal_column("NULL"),
    )
    more = first.inline().on_conflict_do_update(
        index_elements=[customer_debt.c.customer, customer_debt.c.mode, customer_debt.c.currency],
        set_={"due": customer_debt.c.due + first.excluded.due, "bills": customer_debt.c.bills + first.excluded.bills},
    )
    return more, _aged(new, "NEW")


def _aged(row: AliasedRow, name: str) -> ClauseElement:
    return update(customer_debt).where(*_whose(row)).values(oldest=text(f"({OLDEST.format(row=name)})"))


def _whose(row: AliasedRow) -> tuple[Condition, ...]:
    return (
        customer_debt.c.customer == row.customer,
        customer_debt.c.mode == row.mode,
        customer_debt.c.currency == row.currency,
    )
