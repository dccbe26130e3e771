"""The rows of a file in the order in which they are taken: each invoice with the credit notes that name it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar

import attrs

from hub.domain.files.bill_state import RowKind
from hub.domain.files.invoice_row import InvoiceRow
from hub.domain.invoice_numbers import folded_number

T = TypeVar("T")
PORTION: Final = 500
"""Rows that are taken in one transaction."""


@attrs.frozen
class Unit:
    """Rows of one file that are about one invoice; without a row of its own, the notes alone."""

    row: InvoiceRow | None = None
    notes: tuple[InvoiceRow, ...] = ()

    @property
    def rows(self) -> tuple[InvoiceRow, ...]:
        """All of them."""
        return (*((self.row,) if self.row else ()), *self.notes)


def units_of(rows: Iterable[InvoiceRow]) -> tuple[Unit, ...]:
    """Invoices with their notes, then the notes of invoices that the file does not have."""
    invoices: list[InvoiceRow] = []
    notes: list[InvoiceRow] = []
    for row in rows:
        (notes if row.kind is RowKind.CREDIT_NOTE else invoices).append(row)
    alike: dict[str, list[str]] = {}
    for row in invoices if notes else ():
        alike.setdefault(row.folded, []).append(row.number)
    of: dict[str, list[InvoiceRow]] = {}
    alone: list[Unit] = []
    numbers = {row.number for row in invoices if notes}
    for note in notes:
        several = alike.get(folded_number(note.credits), []) if note.credits else []
        if note.credits in numbers:
            of.setdefault(note.credits, []).append(note)
        elif len(several) == 1:
            of.setdefault(several[0], []).append(note)
        elif not note.credits:
            alone.append(Unit(notes=(note,)))
    elsewhere: dict[str, list[InvoiceRow]] = {}
    taken = {note.line for several in of.values() for note in several}
    for note in notes:
        if note.credits and note.line not in taken:
            elsewhere.setdefault(folded_number(note.credits), []).append(note)
    return (
        *(Unit(row, tuple(of.get(row.number, ()))) for row in invoices),
        *(Unit(notes=tuple(several)) for several in elsewhere.values()),
        *alone,
    )


def by_customer(units: Sequence[Unit]) -> Sequence[Unit]:
    """What needs several portions, customer by customer: what belongs to one is read and written together."""
    if sum(len(unit.rows) for unit in units) <= PORTION:
        return units
    return sorted(units, key=lambda unit: unit.rows[0].customer_key)


def portions(items: Sequence[T], whole: bool, rows: Callable[[T], int] = lambda _item: 1) -> Iterator[tuple[T, ...]]:
    """What is taken in one transaction each; at least one, also where there is nothing to take.

    Args:
        rows: How many rows of the file something is.
    """
    if whole or not items:
        yield tuple(items)
        return
    portion: list[T] = []
    count = 0
    for item in items:
        portion.append(item)
        count += rows(item)
        if count >= PORTION:
            yield tuple(portion)
            portion, count = [], 0
    if portion:
        yield tuple(portion)
