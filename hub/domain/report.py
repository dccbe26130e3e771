"""Reports of a company: what is asked for, the rows of each, and what their columns add up to."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from datetime import date, datetime

import attrs

from hub.domain.text import Text
from hub_hookspecs import IdentityDocument, Money

from .export import Cell
from .moved import By


class ReportKind(enum.StrEnum):
    """What a report tells."""

    AGEING = "ageing"
    OWED = "owed"
    PAID = "paid"
    RECEIPTS = "receipts"
    BILLS = "bills"
    DEBTORS = "debtors"


@attrs.frozen
class Who:
    """A customer as a row names it."""

    id: str
    name: str
    document: IdentityDocument | None = None


@attrs.frozen(kw_only=True)
class Bill:
    """An invoice in a report.

    Attributes:
        due_on: When it, or its oldest unpaid instalment, falls due.
        total, due: Nothing, where it is void.
        voided: What it was for, where it is void.
    """

    id: str
    number: str
    who: Who
    issued_on: date
    due_on: date | None
    total: Money
    due: Money
    voided: Money | None = None


@attrs.frozen(kw_only=True)
class Issued:
    """A cash receipt in a report.

    Attributes:
        lines: Numbers of the invoices that it names.
    """

    id: str
    label: str
    who: Who
    received_from: str
    received_on: date
    means: str
    bank_reference: str
    cash: Money
    lines: tuple[str, ...]
    voided_at: datetime | None = None


@attrs.frozen(kw_only=True)
class Debtor:
    """What a customer owes, and has to its credit, in one currency; empty where it never owed anything."""

    who: Who
    email: str
    phone: str
    currency: str
    owes: Money | None
    credit: Money | None


@attrs.frozen(kw_only=True)
class Asked:
    """What a report is about: a kind, and its days.

    Attributes:
        first: Of those that are told by a period.
        last: The last day, or the day on which something was owed; None for now, where that may be asked.
        by: Which of the two days of an entry is meant, where the books are asked.
    """

    kind: ReportKind
    first: date | None = None
    last: date | None = None
    by: By = By.VALUE


@attrs.frozen
class ReportRow:
    """One row, and where what it is about is shown.

    Attributes:
        cells: Under the columns of the report; each column of amounts can be summed, one currency at a time.
    """

    cells: tuple[Cell | Text, ...]
    currency: str
    leads_to: str = ""


@attrs.frozen(kw_only=True)
class Report:
    """The beginning of a report, and what all of it adds up to.

    Attributes:
        totals: By currency, under the columns; amounts alone.
        count: Rows of all of it; ``rows`` are the first.
    """

    asked: Asked
    columns: tuple[Text, ...]
    rows: tuple[ReportRow, ...]
    totals: tuple[tuple[Cell, ...], ...]
    count: int


def summed(rows: Iterable[ReportRow], sums: dict[str, list[Money | None]]) -> Iterator[ReportRow]:
    """The rows as they come; what their columns add up to stands in ``sums`` afterwards, by currency."""
    for row in rows:
        so_far = sums.setdefault(row.currency, [None] * len(row.cells)) if row.currency else []
        for at, cell in enumerate(row.cells if row.currency else ()):
            if isinstance(cell, Money):
                before = so_far[at]
                so_far[at] = cell if before is None else before + cell
        yield row
