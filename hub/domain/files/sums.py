"""Rows of sums below the others of a file: whether they say what was read above them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from hub.domain.cells import Unreadable
from hub_hookspecs import Money

from .reading import TotalRow
from .sheet import Row

Reader = Callable[[str, str, str], Money]
"""Reads a cell of a field in a currency."""
FIELDS = ("total", "balance", "paid")


class Sums:
    """What the amounts of a file come to, by field and currency, as they stand in its cells."""

    def __init__(self) -> None:
        self._sums: dict[str, dict[str, int]] = {field: {} for field in FIELDS}

    def counted(self, field: str, amount: Money | None) -> Money | None:
        """The same amount, which is counted."""
        if amount is not None:
            of_field = self._sums[field]
            of_field[amount.currency] = of_field.get(amount.currency, 0) + amount.minor
        return amount

    def beside(self, rows: Iterable[Row], columns: Mapping[str, tuple[str, ...]], read: Reader) -> tuple[TotalRow, ...]:
        """Each amount of the rows of sums, beside what was read; one of several currencies agrees with nothing."""
        found = []
        for row in rows:
            for field in FIELDS:
                for theirs in columns.get(field, ()):
                    if cell := row.cells.get(theirs, ""):
                        found.append(self._beside(row.line, theirs, cell, self._sums[field], partial(read, field)))
        return tuple(found)

    @staticmethod
    def _beside(
        line: int, theirs: str, cell: str, sums: Mapping[str, int], read: Callable[[str, str], Money]
    ) -> TotalRow:
        found = [Money(minor, currency) for currency, minor in sums.items()]
        try:
            agrees = len(found) == 1 and read(cell, found[0].currency) == found[0]
        except Unreadable:
            agrees = False
        shown = ", ".join(map(str, found))
        return TotalRow(line=line, column=theirs, stated=str(cell), read=shown, agrees=agrees)
