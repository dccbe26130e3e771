"""Columns of one amount by currencies, of which each row fills one: ``Total colones``, ``Total dólares``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from hub.domain.currencies import currency_named
from hub.domain.text import Text

from .columns import WHICH, Resolved
from .currency_column import FIELD
from .currency_lines import currencies_in
from .heading_words import amount_key
from .layout import Layout
from .row_cells import RowCells
from .sheet import Row, Table, unmarked

ROWS_OF_ONE: Final = 2
"""One row of so many may fill both: more often both are the same amount, and it is asked which one counts."""


def taken(
    resolved: Resolved, table: Table, fields: Sequence[str], currencies: Sequence[str], layout: Layout
) -> Resolved:
    """The columns, with all of those that are one amount by currencies, instead of the question which of them it is,
    and instead of the one alone that has the better name: ``Total (₡)`` beside ``Total (US$)``."""
    asked = {one.key.removeprefix(WHICH): tuple(choice.value for choice in one.choices) for one in resolved.questions}
    said = {*layout.columns, *layout.columns.values(), *(key.removeprefix(WHICH) for key in layout.answers)}
    free = [theirs for theirs in resolved.left_out if theirs not in said]
    found = {}
    for field in fields:
        several = asked.get(field, ())
        if field in resolved.columns and field not in said:
            first, *_others = resolved.columns[field]
            several = (first, *(theirs for theirs in free if amount_key(theirs) == amount_key(first)))
        if (named := _named(several, currencies)) and _fill_one(table.rows, named):
            found[field] = several
    if not found:
        return resolved
    used = {theirs for several in found.values() for theirs in several}
    return attrs.evolve(
        resolved,
        columns={**resolved.columns, **found},
        left_out=tuple(theirs for theirs in resolved.left_out if theirs not in used),
        questions=tuple(one for one in resolved.questions if one.key.removeprefix(WHICH) not in found),
    )


def _named(several: Sequence[str], currencies: Sequence[str]) -> Mapping[str, str]:
    """The currency that each heading names; nothing where one names none, or two the same."""
    named = {theirs: tuple(currencies_in(theirs, currencies)) for theirs in several}
    one = {theirs: codes[0] for theirs, codes in named.items() if len(codes) == 1}
    return one if len(set(one.values())) == len(several) > 1 else {}


def _fill_one(rows: Sequence[Row], several: Mapping[str, str]) -> bool:
    both = sum(sum(_says(row, theirs) for theirs in several) > 1 for row in rows)
    return both * ROWS_OF_ONE < len(rows)


def _says(row: Row, theirs: str) -> bool:
    """Whether a cell has an amount that is not nil."""
    return any(char in "123456789" for char in row.cells.get(theirs, ""))


@attrs.frozen
class ByCurrency:
    """The columns of amounts of a file whose currency their heading says, by field; empty where there are none."""

    columns: Mapping[str, tuple[str, ...]]
    several: Mapping[str, Mapping[str, str]]
    currencies: Sequence[str]

    @classmethod
    def of(cls, columns: Mapping[str, tuple[str, ...]], fields: Sequence[str], currencies: Sequence[str]) -> ByCurrency:
        """Those of a file whose columns are known."""
        named = {field: _named(columns[field], currencies) for field in fields if len(columns[field]) > 1}
        return cls(columns, {field: codes for field, codes in named.items() if codes}, currencies)

    def row(self, cells: RowCells, wrong: RowCells) -> tuple[Mapping[str, tuple[str, ...]], str | None]:
        """The columns that count in a row, and its currency; none where two may be meant, which is an error.

        Args:
            cells: Read by all columns.
            wrong: The same; its errors are the file's.
        """
        filled = {
            code: theirs
            for codes in self.several.values()
            for theirs, code in codes.items()
            if _says(cells.row, theirs)
        }
        written = cells.raw(FIELD)
        if written and (code := currency_named(unmarked(written), self.currencies)):
            filled.setdefault(code, FIELD)
        if len(filled) != 1:
            if filled:
                wrong.add_error(next(iter(self.several)), Text("cell.several_currencies", named=", ".join(filled)))
            return self.columns, None
        (code,) = filled
        of_it = {
            field: tuple(theirs for theirs, of in codes.items() if of == code) for field, codes in self.several.items()
        }
        return {**self.columns, **of_it}, code
