"""Rows of sums below the others of a file: whether they say what was read above them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from hub.domain.cells import Unreadable, own_currency
from hub_hookspecs import Money

from .currency_lines import currencies_in
from .line_words import is_figure, is_sum_of_all
from .reading import TotalRow
from .sheet import Row

Reader = Callable[[str, str, str], Money]
"""Reads a cell of a field in a currency."""
FIELDS = ("total", "balance", "paid")


class Sums:
    """What the amounts of a file come to, by field and currency, between its rows of sums and in all."""

    def __init__(self, rows: Sequence[Row], currencies: Sequence[str], usual: str | None = None) -> None:
        self._rows, self._currencies, self._usual = rows, currencies, usual
        self._lines = [row.line for row in rows]
        self._parts: list[dict[tuple[str, str], int]] = [{} for _part in (*rows, None)]

    def counted(self, line: int, field: str, amount: Money | None) -> Money | None:
        """The same amount, which is counted."""
        if amount is not None:
            part = self._parts[bisect_left(self._lines, line)]
            part[field, amount.currency] = part.get((field, amount.currency), 0) + amount.minor
        return amount

    def beside(self, columns: Mapping[str, tuple[str, ...]], read: Reader) -> tuple[TotalRow, ...]:
        """Each amount of the rows of sums, beside what was read: of the currency that the row names, or of the only
        one that comes to it; a sum of one customer, or of a page, may be that of the rows since the sum before it."""
        found = []
        for at, row in enumerate(self._rows):
            for field in FIELDS:
                for theirs in columns.get(field, ()):
                    if cell := row.cells.get(theirs, ""):
                        found.append(self._beside(at, row, theirs, cell, field, partial(read, field)))
        return tuple(found)

    def _beside(
        self, at: int, row: Row, theirs: str, cell: str, field: str, read: Callable[[str, str], Money]
    ) -> TotalRow:
        words = [cell for cell in row.cells.values() if cell and not is_figure(cell)]
        named = {code for word in words for code in currencies_in(word, self._currencies)}
        if own := own_currency(cell, self._currencies, None):
            named.add(own)
        several = [self._come_to(field, parts, named) for parts in self._meant(at, words)]
        for found in several:
            same = [amount for amount in found if _says(cell, amount, read)]
            if len(same) == 1:
                return TotalRow(line=row.line, column=theirs, stated=str(cell), sums=tuple(same), agrees=True)
        return TotalRow(line=row.line, column=theirs, stated=str(cell), sums=tuple(several[0]), agrees=False)

    def _meant(self, at: int, words: Iterable[str]) -> Iterator[Sequence[Mapping[tuple[str, str], int]]]:
        """What a row may be the sum of: the rows above it, all of the file, or those since the sum before it."""
        yield self._parts
        yield self._parts[: at + 1]
        if not any(map(is_sum_of_all, words)):
            yield self._parts[at : at + 1]

    def _come_to(self, field: str, parts: Iterable[Mapping[tuple[str, str], int]], named: set[str]) -> list[Money]:
        """What parts come to, of the currencies that are named; where nothing was read of any, that it is nothing."""
        sums: dict[str, int] = {}
        for part in parts:
            for (of, currency), minor in part.items():
                if of == field and (not named or currency in named):
                    sums[currency] = sums.get(currency, 0) + minor
        nothing = sorted(named) or [*filter(None, [self._usual]), *self._currencies][:1]
        return [Money(minor, currency) for currency, minor in (sums or dict.fromkeys(nothing, 0)).items()]


def _says(cell: str, amount: Money, read: Callable[[str, str], Money]) -> bool:
    """Whether an amount stands in a cell."""
    try:
        return read(cell, amount.currency) == amount
    except Unreadable:
        return False
