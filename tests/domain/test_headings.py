"""Which line of a file names its columns, and what the lines around its rows are."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from openpyxl import Workbook

from hub.domain.files import headings
from hub.domain.files.invoice_file import parse_invoices
from hub.domain.files.sheet import Table
from hub.domain.files.table_file import read_table
from tests.spoken import spoken

KNOWN = frozenset(
    {"factura", "numero", "cliente", "fecha", "fecha_emision", "vencimiento", "fecha_vencimiento", "total", "saldo"}
)
LIST = "factura;cliente;fecha;total\nF1;1-1234-0567;02/09/2026;15.000,50\nF2;1-1234-0568;03/09/2026;1.000,00\n"


def workbook(*rows: tuple[Any, ...], merged: tuple[str, ...] = ()) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for place in merged:
        book.active.merge_cells(place)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def numbers(table: Table, column: str = "factura") -> list[str]:
    return [str(row.cells[column]) for row in table.rows]


@pytest.mark.parametrize("known", [KNOWN, frozenset()], ids=["known", "unknown"])
@pytest.mark.parametrize(
    "title",
    [
        "Reporte de facturas\n\n", "Reporte de facturas;noviembre\n", "Reporte;;;;\n",
        "Ferretería de Prueba S.A.\nCédula jurídica: 3-101-555444\nCuentas por cobrar\nAl 28/11/2026\n\n",
        "Cliente:;Todos\nDesde;01/09/2026\nHasta;30/09/2026\n", "sep=;\nReporte\n",
        "Empresa, S.A.\nTel. 2222-2222, 8888-8888, fax, y más\n",
    ],
)  # fmt: skip
def test_headings_are_found_below_titles(title: str, known: frozenset[str]) -> None:
    """And the titles are kept, since people look for them."""
    table = read_table((title + LIST).encode(), known=known)

    assert not table.errors
    assert table.columns == ("factura", "cliente", "fecha", "total")
    assert table.header_line == title.count("\n") + 1
    assert numbers(table) == ["F1", "F2"]
    assert [row.line for row in table.rows] == [table.header_line + 1, table.header_line + 2]
    assert len(table.titles) == sum(1 for line in title.splitlines() if line.strip(";") and "sep" not in line)


def test_somebodys_own_word_for_the_headings_counts_most() -> None:
    """Even against headings that are known."""
    text = "factura;cliente\nNo.;Quién;Cuánto\nF1;9;1,50\n"

    assert read_table(text.encode(), known=KNOWN).header_line == 1
    table = read_table(text.encode(), known=KNOWN, header_line=2)
    assert (table.header_line, table.columns, numbers(table, "No.")) == (2, ("No.", "Quién", "Cuánto"), ["F1"])
    assert table.titles == ("factura cliente",)


@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
def test_blank_columns_are_left_out_and_named_by_their_letter_where_they_hold_something(delimiter: str) -> None:
    """Nobody is refused for a stray note."""
    text = ";factura;;cliente;;total\n;F1;;9;;1\n;F2;;9;nota;2\n".replace(";", delimiter)

    table = read_table(text.encode())

    assert not table.errors
    assert table.columns == ("factura", "cliente", "(E)", "total")
    assert [row.cells["(E)"] for row in table.rows] == ["", "nota"]


def test_the_second_of_two_like_headings_gets_a_number() -> None:
    table = read_table(b"factura;Monto;MONTO;Monto (2)\nF1;1;2;3\n")
    assert table.columns == ("factura", "Monto", "MONTO (2)", "Monto (2) (2)")
    assert list(table.rows[0].cells.values()) == ["F1", "1", "2", "3"]


SUMS = [
    "Total general;;;16.000,50", "TOTAL;;;16.000,50", ";;Total:;16.000,50", ";;TOTALES;₡16.000,50",
    "Gran total;;;16.000,50", "Subtotal;;CRC;16.000,50", ";Suma;;16.000,50", "Total facturas: 2;;;16.000,50",
    "Total CRC;;;16.000,50", ";;;16.000,50",
    "Total en colones;;;16.000,50", "Total por cobrar;;;₡ -",
]  # fmt: skip


@pytest.mark.parametrize("line", SUMS)
def test_a_row_of_sums_is_set_apart(line: str) -> None:
    """It is no invoice, and shows whether all others were read."""
    table = read_table((LIST + line + "\n").encode(), known=KNOWN)

    assert not table.errors
    assert numbers(table) == ["F1", "F2"]
    (total,) = table.totals
    assert (total.line, total.cells["total"]) == (4, line.split(";")[-1])


@pytest.mark.parametrize(
    "line",
    [
        "TOTAL-1;9;02/09/2026;1,00", "Total;9;02/09/2026;1,00", "F3;Total Energías S.A.;02/09/2026;1,00",
        "Total Energías S.A.;9;;1,00", "F3;;;1,00", "F3;;;", "F3", ";9;;1,00", "FE 123",
        "Nota: S.A.;3-101-555444;;", "Registros: S.A.;9",
    ],
)  # fmt: skip
def test_what_could_be_an_invoice_is_never_taken_for_a_sum_or_words(line: str) -> None:
    """A faulty row must stay a row: a list without it would not be complete."""
    table = read_table((LIST + line + "\n").encode(), known=KNOWN)

    assert not table.totals
    assert len(table.rows) == 3
    assert not table.titles


def test_sums_of_one_customer_stand_between_rows() -> None:
    """Named after somebody who is in no row by that name: nothing but its figures has a place there."""
    head = "factura;cliente;fecha;moneda;total;saldo\n"
    text = head + "F1;1-1;02/09/2026;CRC;1,00;1,00\nTotal Ana Prueba;;;;1,00;1,00\nF2;1-2;02/09/2026;CRC;2,00;2,00\n"
    table = read_table((text + "Total Robles S.A.;;;;2,00;2,00\n").encode())
    assert numbers(table) == ["F1", "F2"]
    assert [row.line for row in table.totals] == [3, 5]


def test_control_a_reader_that_takes_every_total_for_a_sum_loses_an_invoice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headings, "OF_ALL", re.compile(".*"))
    monkeypatch.setattr(headings, "CURRENCY_WORDS", re.compile(".*"))
    for line in ("TOTAL-1;9;02/09/2026;1,00", "Total Energías S.A.;9;;1,00"):
        with pytest.raises(AssertionError):
            test_what_could_be_an_invoice_is_never_taken_for_a_sum_or_words(line)


@pytest.mark.parametrize(
    "line",
    [
        "Generado por Contable 5.1 el 28/11/2026", "Página 1 de 3", ";;;Página 2", "- 2 -",
        "Impreso por: Ana;;28/11/2026",
        "Factura;Cliente;Fecha;Total", "Fin del reporte", "Cliente: Ana Prueba", "Nota: los montos están en colones",
        "Usuario: ana", "Cliente: 3-101-555444 Robles", "Todos los montos están en colones al 28/11/2026",
        "www.contable.example",
    ],
)  # fmt: skip
def test_words_between_and_below_rows_are_no_rows_and_no_faults(line: str) -> None:
    """Page feet, headings repeated on each page, whoever printed it."""
    first, *rest = LIST.splitlines(keepends=True)
    table = read_table((first + rest[0] + line + "\n" + rest[1] + line + "\n").encode(), known=KNOWN)

    assert not table.errors
    assert numbers(table) == ["F1", "F2"]
    assert len(table.titles) == 2


def test_headings_that_cannot_be_read_are_told() -> None:
    """They are not taken for a title."""
    table = read_table(b'"fac"tura;"cliente;total\nF1;9;1\nF2;9;2\n')
    assert table.errors
    assert min(error.line for error in table.errors) == 1


def test_two_line_headings_are_read_as_one() -> None:
    """Merged cells in Excel, blanks in text."""
    rows = (
        ("Cuentas por cobrar",),
        ("Número", "Cliente", "Fecha", None, "Total"),
        (None, None, "Emisión", "Vencimiento", None),
        ("F1", "1-1234-0567", "02/09/2026", "02/10/2026", 15000.5),
    )
    columns = ("Número", "Cliente", "Fecha Emisión", "Fecha Vencimiento", "Total")
    merged = ("A1:E1", "A2:A3", "B2:B3", "C2:D2", "E2:E3")
    text = "\n".join(";".join(str(cell or "") for cell in row) for row in rows)

    for known in (KNOWN, frozenset()):
        for data in (workbook(*rows, merged=merged), workbook(*rows), text.encode()):
            table = read_table(data, known=known)
            assert not table.errors
            assert (table.columns, table.header_line, numbers(table, "Número")) == (columns, 3, ["F1"])
            assert table.titles == ("Cuentas por cobrar",)
    assert read_table(text.encode(), known=KNOWN, header_line=2).columns == columns


def test_cells_beyond_the_headings_of_a_sheet_have_a_column_by_its_letter() -> None:
    table = read_table(workbook(("Factura", "Total"), ("F1", 1), ("F2", 2, None, "nota")))
    assert not table.errors
    assert table.columns == ("Factura", "Total", "(D)")
    assert table.rows[1].cells["(D)"] == "nota"


def test_an_amount_that_an_unquoted_comma_splits_spoils_its_row_alone() -> None:
    """Never two amounts, and never the whole file."""
    text = "number,customer,issued_on,total,balance\nA,9,01/10/2026,1234,50,0\nB,9,01/10/2026,1.00,1.00\n"

    table = read_table(text.encode())
    found = parse_invoices(text.encode(), default_currency="CRC")

    assert [error.line for error in table.errors] == [2]
    assert "coma sin comillas" in spoken(table.errors[0].message)
    assert [row.number for row in found.rows] == ["B"]


def test_a_delimiter_at_the_end_of_every_row_is_no_cell() -> None:
    """Except for a comma, which may have split an amount with nothing behind it."""
    assert not read_table(b"number;total\nA;1;\nB;2;\n").errors
    assert [error.line for error in read_table(b"number;total\nA;1;\nB;2\n").errors] == [2]
    assert [error.line for error in read_table(b"number,total\nA,1,\nB,2,\n").errors] == [2, 3]


def test_the_first_lines_are_kept_as_they_stand() -> None:
    """For whoever says which column is which."""
    table = read_table(("Reporte\n\n" + LIST + "x;9;02/09/2026;1\n" * 30).encode())

    assert len(table.head) == 20
    assert [(line.line, line.cells) for line in table.head[:2]] == [
        (1, ("Reporte",)),
        (3, ("factura", "cliente", "fecha", "total")),
    ]


def test_more_columns_than_any_list_has_are_refused() -> None:
    text = ";".join(f"c{n}" for n in range(1_000_000)) + "\n1;2;3\n"
    (error,) = read_table(text.encode()).errors
    assert "256 columnas" in spoken(error.message)


@pytest.mark.parametrize(
    ("text", "is_cut"), [(LIST, False), (LIST.rstrip(), False), (LIST[:-12], True), (LIST + 'F3;"9', True)]
)
def test_a_file_that_was_cut_off_says_so(text: str, *, is_cut: bool) -> None:
    assert read_table(text.encode()).is_cut is is_cut


def test_groups_above_headings_name_those_that_stand_twice() -> None:
    rows = (
        (None, "Cliente", None, "Colones", None, "Dólares", None),
        ("Número", "Nombre", "Cédula", "Total", "Saldo", "Total", "Saldo"),
        ("F1", "Ana", "1-1234-0567", 1, 2, 3, 4),
    )
    table = read_table(workbook(*rows, merged=("B1:C1", "D1:E1", "F1:G1")))
    assert table.columns == (
        "Número", "Nombre", "Cédula", "Colones Total", "Colones Saldo", "Dólares Total", "Dólares Saldo",
    )  # fmt: skip


def test_a_heading_over_two_filled_columns_names_both() -> None:
    rows = (("Factura", "Cliente", None, "Total"), ("F1", "Ana", "Mora", 1))
    assert read_table(workbook(*rows, merged=("B1:C1",))).columns == ("Factura", "Cliente", "Cliente (2)", "Total")
