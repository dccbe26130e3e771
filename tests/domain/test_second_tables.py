"""A list that stands in several sheets, or beside another, is no complete list: what was not read is told by name."""

from __future__ import annotations

import io
from collections.abc import Sequence

import openpyxl
import pytest

from hub.domain import complete_list
from hub.domain.complete_list import why_no_list
from hub.domain.files import workbook
from hub.domain.files.invoice_file import InvoiceFile, parse_invoices
from hub.domain.files.layout import Layout
from tests.spoken import spoken

HEAD = ("Factura", "Cédula", "Fecha", "Moneda", "Total", "Saldo")
RIGHT = ("Documento", "Nit", "Emisión", "Divisa", "Monto", "Pendiente")


def row(number: str) -> tuple[str, ...]:
    return (number, "1-1234-0567", "01/10/2026", "CRC", "1.000,00", "1.000,00")


def book(*sheets: tuple[str, str, Sequence[Sequence[str]]], hidden_rows: Sequence[int] = ()) -> InvoiceFile:
    """A workbook of sheets, each with its state and lines; some lines of the last one are hidden."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, state, lines in sheets:
        sheet = made.create_sheet(name)
        sheet.sheet_state = state
        for line in lines:
            sheet.append(list(line))
    for line in hidden_rows:
        made.worksheets[-1].row_dimensions[line].hidden = True
    kept = io.BytesIO()
    made.save(kept)
    return parse_invoices(kept.getvalue(), name="cartera.xlsx")


def csv(*lines: Sequence[str], layout: Layout | None = None) -> InvoiceFile:
    return parse_invoices("\n".join(";".join(line) for line in lines).encode(), name="cartera.csv", layout=layout)


def whys(file: InvoiceFile) -> list[str]:
    return [spoken(why) for why in why_no_list(file)]


def is_told(file: InvoiceFile, name: str) -> None:
    assert file.unread_sheets == (name,)
    assert whys(file) == [
        f"La hoja «{name}» también tiene filas y no se lee; ponga todas las facturas en una sola hoja"
    ]


FIRST = ("Octubre", "visible", [HEAD, row("S-1"), row("S-2")])


@pytest.mark.parametrize("state", ["visible", "hidden", "veryHidden"])
@pytest.mark.parametrize(
    "lines",
    [
        [HEAD, row("S-9")],
        [RIGHT, row("S-9")],
        [("Cartera de noviembre",), (), HEAD, row("S-9")],
        [HEAD, *(row(f"S-{number}") for number in range(100, 300))],
    ],
)
def test_a_further_sheet_with_rows_is_named(state: str, lines: Sequence[Sequence[str]]) -> None:
    is_told(book(FIRST, ("Noviembre", state, lines)), "Noviembre")


def test_a_sheet_before_it_that_is_hidden_is_named_too() -> None:
    is_told(book(("Setiembre", "hidden", [HEAD, row("S-9")]), FIRST), "Setiembre")


def test_a_further_sheet_of_which_every_row_is_hidden_is_named() -> None:
    is_told(book(FIRST, ("Noviembre", "visible", [HEAD, row("S-9")]), hidden_rows=[2]), "Noviembre")


@pytest.mark.parametrize(
    "lines", [[], [HEAD], [("Resumen",), ("Total", "2.000,00")], [("Instrucciones de uso",), ("Llene la hoja uno",)]]
)
def test_a_further_sheet_without_a_list_is_no_reason(lines: Sequence[Sequence[str]]) -> None:
    file = book(FIRST, ("Otra", "visible", lines))

    assert file.unread_sheets == ()
    assert whys(file) == []


def test_control_a_workbook_of_which_one_sheet_is_looked_at_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook._Workbook, "_with_rows", lambda *_given: ())

    with pytest.raises(AssertionError):
        is_told(book(FIRST, ("Noviembre", "visible", [HEAD, row("S-9")])), "Noviembre")


@pytest.mark.parametrize(
    "lines",
    [
        [HEAD, row("S-1"), RIGHT],
        [HEAD, row("S-1"), RIGHT, row("S-9")],
        [HEAD, row("S-1"), ("",) * 6, ("Cédula", "Factura", "Fecha", "Moneda", "Total", "Saldo"), row("S-9")],
        [(*HEAD, ""), (*row("S-1"), ""), ("", *HEAD), ("", *row("S-9"))],
    ],
)
def test_headings_again_below_are_a_row_that_is_set_aside(lines: Sequence[Sequence[str]]) -> None:
    assert whys(csv(*lines)) != []


def test_the_same_headings_again_are_the_next_page_of_the_list() -> None:
    file = csv(HEAD, row("S-1"), HEAD, row("S-9"))

    assert ([line.number for line in file.rows], whys(file)) == (["S-1", "S-9"], [])


def a_table_beside_is_told(head: Sequence[str], column: str) -> None:
    lines = [(*HEAD, "", *head), (*row("S-1"), "", *row("S-9")[: len(head)]), (*row("S-2"), "", *[""] * len(head))]
    asked = csv(*lines)
    meant = {"customer": "Cédula", "currency": "Moneda", "total": "Total", "issued_on": "Fecha", "balance": "Saldo"}
    answers = {question.key: meant.get(question.key.removeprefix("column:"), "Factura") for question in asked.questions}
    file = csv(*lines, layout=Layout().answering(answers))

    assert not {"S-9"} & file.numbers
    beside = f"Al lado hay otra tabla, con los números en «{column}», y no se lee; "
    assert beside + "ponga todas las facturas en una sola tabla" in whys(file)


@pytest.mark.parametrize(
    ("head", "column"), [(HEAD, "Factura (2)"), (RIGHT, "Documento"), (("Factura", "Cédula", "Saldo"), "Factura (2)")]
)
def test_a_table_beside_the_list_is_told(head: Sequence[str], column: str) -> None:
    a_table_beside_is_told(head, column)


def test_control_a_table_beside_that_is_left_out_in_silence_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(complete_list, "second_table", lambda _file: "")

    with pytest.raises(AssertionError):
        a_table_beside_is_told(HEAD, "Factura (2)")
