"""Some rows of a payout file, written so that any file says them; see ``hub.domain.files.mended``."""

from __future__ import annotations

from collections.abc import Container

from hub_hookspecs import EXPONENTS

from .known_columns import PAYOUT_COLUMNS
from .layout import Layout
from .mended import MendedRows, SaidAgain, text_of
from .row_cells import RowCells
from .settlement_file import PARTS, TEXTS, WITHHOLDING, parse_lines
from .sheet import Table


def mended_lines(
    table: Table, lines: Container[int], *, name: str, layout: Layout, currency: str, sign: str
) -> MendedRows:
    """Rows of a payout file; what it writes with a minus and keeps back is written without.

    Args:
        currency: Of rows that name none.
        sign: The decimal sign of amounts where the file does not show which is its own.
    """
    read = parse_lines(table, name=name, layout=layout, currency=currency)
    if read.is_open or read.errors or read.amounts is None or read.dates is None:
        return MendedRows()
    again = SaidAgain(amounts=read.amounts, dates=read.dates, currencies=(currency,), usual=currency, sign=sign)
    rows = {}
    for row in table.rows:
        if row.line not in lines:
            continue
        cells = RowCells(row, read.columns, [], frozenset())
        written = cells.raw("currency") or currency
        code = written.upper() if written.upper() in EXPONENTS else None
        said = {}
        for field in read.columns:
            if field in read.money:
                is_turned = read.is_turned and (field in PARTS or field.startswith(WITHHOLDING))
                said[field] = again.amount(field, cells.raw(field), code, turned=is_turned)
            elif field == "settled_on":
                said[field] = again.day(cells.raw(field))
            else:
                said[field] = text_of(cells.raw(field), is_code=field in TEXTS)
        rows[row.line] = said | {"currency": code or written}
    known = (*(column.name for column in PAYOUT_COLUMNS), *(field for field in read.columns if ":" in field))
    return MendedRows.of(known, read.columns, rows)
