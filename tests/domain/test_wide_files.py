"""A file of more columns than anybody reads is refused by name, and little of it is looked at."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.domain.files.delimited import read_delimited
from hub.domain.files.headings import MAX_COLUMNS, table_of
from hub.domain.files.layout import FileKind
from hub.domain.files.listed import read_listed
from hub.domain.files.sheet import MOST_CELLS, Grid
from hub.domain.text import Text
from tests.strangers.files import raw_xlsx

WIDE = 40_000
XML = (
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table><Row>'
    "{}</Row></Table></Worksheet></Workbook>"
)
FILES: dict[str, Callable[[], bytes]] = {
    "names": lambda: ";".join(f"c{at}" for at in range(WIDE)).encode() + b"\n1;2\n",
    "one name again and again": lambda: b"Total;" * WIDE + b"\n1;2\n",
    "blanks": lambda: b"factura;total" + b";" * WIDE + b"\n" + b"F1;1\n" * 50,
    "a row": lambda: b"factura;cliente;total\n" + b"F1;" * WIDE + b"\nF2;1;4\n",
    "json": lambda: b"[{" + b",".join(b'"c%d":"1"' % at for at in range(WIDE)) + b"}]",
    "rows of json that share none": lambda: b"\n".join(b'{"c%d":"1"}' % at for at in range(WIDE)),
    "a page": lambda: b"<table><tr>" + b"<td>x</td>" * WIDE + b"</tr><tr><td>1</td><td>2</td></tr></table>",
    "merged cells of a page": lambda: b"<table><tr>" + b"<td colspan=256>x" * WIDE + b"</tr></table>",
    "cells merged downwards": lambda: b"<table>" + (b"<tr>" + b"<td rowspan=250 colspan=200>" * 50) * 200,
    "a workbook": lambda: raw_xlsx('<row r="1">' + '<c t="inlineStr"><is><t>x</t></is></c>' * WIDE + "</row>"),
    "a workbook of 2003": lambda: XML.format("<Cell><Data>x</Data></Cell>" * WIDE).encode(),
}


@pytest.mark.parametrize("shape", FILES)
def test_a_file_with_too_many_columns_is_refused_by_name(shape: str) -> None:
    table = read_listed(FileKind.INVOICES, FILES[shape]())

    told = [error.message.id for error in table.errors if isinstance(error.message, Text)]
    assert told[0] in ("file.too_many_columns", "workbook.too_many_columns")
    assert not [row for row in table.rows if len(row.cells) > MAX_COLUMNS]


class Counted(frozenset[str]):
    """Names, and how often somebody asked for one."""

    asked = 0

    def __contains__(self, name: object) -> bool:
        Counted.asked += 1
        return super().__contains__(name)


def test_few_headings_of_a_wide_file_are_looked_at() -> None:
    Counted.asked = 0
    grid = Grid(lines=[(1, [f"c{at}" for at in range(MOST_CELLS)]), (2, ["1", "2"])])

    (error,) = table_of(grid, Counted({"factura"})).errors

    assert (error.line, Counted.asked) == (1, 2 * MAX_COLUMNS + 4)


def test_no_line_of_a_text_that_is_longer_than_any_list_is_kept() -> None:
    grid = read_delimited("x;" * (MOST_CELLS + 1) + "\n1;2\n", "UTF-8", frozenset())

    assert (list(grid.lines), [error.line for error in grid.errors]) == ([], [1])


def test_blank_columns_far_to_the_right_of_a_workbook_are_no_columns() -> None:
    rows = "".join(f'<row r="{at}"><c r="A{at}"><v>{at}</v></c><c r="XFD{at}"/></row>' for at in range(2, 30))
    table = read_listed(FileKind.INVOICES, raw_xlsx(f'<row r="1"><c r="A1"><v>1</v></c></row>{rows}'))

    assert (table.columns, len(table.rows), table.errors) == (("1",), 28, ())
