"""What a column that nobody knows by its name may be, by what stands in it: put before whoever says which is which.

Nothing is read so before a person agrees, and an amount is never proposed: two columns of money look alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from hub.domain.cells import Unreadable, read_date
from hub.domain.files.reading import Reading
from hub.domain.files.sheet import Row

ISSUED, DUE, CUSTOMER = "issued_on", "due_on", "customer"
TOTAL, NAME = "total", "customer_name"
OF_PEOPLE: Final = {"identity_type", "email", "phone"}
OF_INVOICES: Final = {DUE, "balance", "currency", "state", "kind"}


def proposed(
    missing: Collection[str], free: Sequence[str], rows: Sequence[Row], people: Sequence[str] = ()
) -> Mapping[str, str]:
    """A field for some of the headings that nothing is read from yet, where only one can be meant.

    Args:
        missing: Fields that must be there and have no column.
        free: Headings that nothing is read from.
        rows: The first rows.
        people: Headings below which all rows name customers who are known.
    """
    found: dict[str, str] = {}
    cells = {theirs: [row.cells.get(theirs, "").strip() for row in rows] for theirs in free}
    if ISSUED in missing:
        found.update(_dates(cells))
    if CUSTOMER in missing and len(people) == 1:
        found[people[0]] = CUSTOMER
    return found


def are_customers(reading: Reading, rows: Sequence[Row]) -> bool:
    """Whether what is read as invoices looks like customers: names beside types, mails or telephones, and neither a
    day nor an amount that anybody knows, nor one that somebody named."""
    found = set(reading.columns)
    cells = {theirs: [row.cells.get(theirs, "").strip() for row in rows] for theirs in reading.left_out}
    return (
        {ISSUED, TOTAL} <= set(reading.missing)
        and NAME in found
        and bool(found & OF_PEOPLE)
        and not found & OF_INVOICES
        and not reading.layout.columns
        and not _dates(cells)
    )


def _dates(cells: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The one column of dates, or of two the one that is never later: an invoice is not due before it is issued."""
    days = {theirs: read for theirs, column in cells.items() if (read := [*_days(column)])}
    names = list(days)
    if len(names) == 1:
        return {names[0]: ISSUED}
    if len(names) == 2:
        for first, second in (names, names[::-1]):
            if days[first] != days[second] and all(a <= b for a, b in zip(days[first], days[second], strict=True)):
                return {first: ISSUED, second: DUE}
    return {}


def _days(column: Sequence[str]) -> Iterator[date]:
    """The days of a column that has nothing else; none where a cell is no day."""
    read = []
    for cell in column:
        try:
            read.append(read_date(cell))
        except Unreadable:
            return
    yield from read
