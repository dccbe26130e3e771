"""The rows that were set aside, as a file: mended and brought again, they say what they said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import pytest

from hub.domain.files.bill_state import BillState
from hub.domain.files.invoice_file import InvoiceRow, parse_invoices
from hub.domain.files.layout import FileKind, Layout
from hub.domain.files.mended import MendedRows
from hub.flows.imports import set_aside_file
from hub.flows.imports.hand_in import hand_in
from hub.flows.imports.import_files import import_invoices
from hub.flows.imports.set_aside import rows_set_aside
from tests.bookkeeping.conftest import desk_for as desk_for
from tests.bookkeeping.conftest import empty_hub as empty_hub
from tests.bookkeeping.desk import Desk, run
from tests.flows.brought import ANA, bills, file_of
from tests.spoken import spoken
from tests.strangers.files import Shown, saved_anew, xlsx

Desks = Callable[[str], Desk]
NOBODY = {"CR": "199999999", "CO": "1020304051"}
HEAD = "Factura;Cliente;Fecha;Vencimiento;Moneda;Total"
BARE = "Factura;Cliente;Fecha;Vencimiento;Total;Saldo"


def workbook() -> bytes:
    day = "2026-09-02"
    dollars, colones = '"US$"#,##0.00', '"₡"#,##0.00'
    rows: list[list[Any]] = [
        ["W-1", ANA, day, "", Shown(1500, colones), Shown(1500, colones)],
        ["W-2", NOBODY["CR"], day, "2026-10-02", Shown(1250.5, dollars), Shown(120, dollars)],
        ["W-3", NOBODY["CR"], day, "", Shown(850, colones), Shown(0.5, colones)],
        ["W-4", NOBODY["CR"], day, "", Shown(1250, "[$$-409]#,##0"), Shown(1250, "General")],
        ["W-5", NOBODY["CR"], day, "", 1250, 1250],
    ]
    return xlsx([BARE.split(";"), *rows])


FILES: Mapping[str, tuple[str, str, bytes, Mapping[str, str], list[str]]] = {
    "a currency in a number format": (
        "CR",
        "libro.xlsx",
        workbook(),
        {},
        ["W-2 1250.50 USD", "W-3 850.00 CRC", "W-4 1250.00 USD", "W-5 1250.00 CRC"],
    ),
    "answers": (
        "CR",
        "cartera.csv",
        file_of(
            f"A-1;{ANA};09/13/2026;10/13/2026;CRC;1250.50",
            f"A-2;{NOBODY['CR']};09/02/2026;10/02/2026;CRC;850.000",
            f"A-3;{NOBODY['CR']};09/02/2026;-;USD;-1,250.000",
            f"A-4;{NOBODY['CR']};09/02/2026;;USD;1,250",
            head=HEAD,
        ),
        {"decimal": ".", "order": "mdy"},
        ["A-2 850.00 CRC", "A-3 1250.00 USD", "A-4 1250.00 USD"],
    ),
    "a comma by an answer": (
        "CR",
        "cartera.csv",
        file_of(
            f"K-1;{NOBODY['CR']};02/09/26;;USD;1,250",
            f"K-2;{NOBODY['CR']};25/09/26;;USD;1.250",
            head=HEAD,
        ),
        {"decimal": ","},
        ["K-1 1.25 USD", "K-2 1250.00 USD"],
    ),
    "another cell of the column": (
        "CO",
        "cartera.csv",
        file_of(
            f"C-1;{ANA};2026-09-02;;15000.50;0.00",
            f"C-2;{NOBODY['CO']};2026-09-02;;850,000;850,000",
            f"C-3;{NOBODY['CO']};02/09/2026;;US$ 1,250;$ 1,250",
            head=BARE,
        ),
        {},
        ["C-2 850000.00 COP", "C-3 1250.00 USD"],
    ),
    "customers above their rows": (
        "CR",
        "cartera.csv",
        file_of(
            f"Cliente: Ana de Prueba {ANA};;;",
            "G-1;02/09/2026;15000.50;0.00",
            f"Cliente: {NOBODY['CR']} Nadie;;;",
            "G-2;02/09/2026;850,000;850,000",
            "G-3;02/09/2026;US$ 1,250;US$ 1,250",
            head="Factura;Fecha;Total;Saldo",
        ),
        {},
        ["G-2 850000.00 CRC", "G-3 1250.00 USD"],
    ),
}


def values(row: InvoiceRow) -> tuple[Any, ...]:
    return row.number, row.kind, row.total, row.balance, row.issued_on, row.due_on


def says_the_same_when_it_is_mended(desk: Desk, name: str, data: bytes, said: Mapping[str, str]) -> list[str]:
    """What a file's set-aside rows are of, once they were given back and brought again."""
    layout = Layout(answers=dict(said))
    made = run(hand_in(desk.hub, desk.merchant, data, kind=FileKind.INVOICES, name=name, by="contadora", layout=layout))
    given, content = run(rows_set_aside(desk.hub, desk.merchant, made.id, spoken, as_csv=True))
    nobody = NOBODY[desk.merchant.company.country]
    assert content.count(nobody.encode()) == content.count(b"\n") - 1, content.decode()
    mended = content.replace(nobody.encode(), ANA.encode())

    currencies = desk.hub.countries[desk.merchant.company.country].currencies
    read = {"default_currency": currencies[0], "currencies": currencies}
    first = parse_invoices(data, name=name, layout=layout, **read)
    again = parse_invoices(mended, name=given, **read)
    assert (first.questions, again.questions, again.wrong) == ((), (), ())
    expected = [values(row) for row in first.rows if row.customer_key == nobody]
    assert [values(row) for row in again.rows] == expected

    taken = run(import_invoices(desk.hub, desk.merchant, mended, name=given))
    assert taken.faults == ()
    kept = desk.read(bills)
    assert all(kept[row.number].total == row.total.minor for row in again.rows if row.number in kept)
    return [f"{row.number} {row.total}" for row in again.rows]


@pytest.mark.parametrize("case", FILES)
def test_a_mended_file_says_the_amounts_currencies_and_days_that_its_rows_had(desk_for: Desks, case: str) -> None:
    country, name, data, said, expected = FILES[case]
    assert says_the_same_when_it_is_mended(desk_for(country), name, data, said) == expected


@pytest.mark.parametrize("case", FILES)
def test_control_whoever_leaves_the_cells_as_they_stand_changes_amounts(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.setattr(set_aside_file, "mended_invoices", lambda *_, **_known: MendedRows())
    with pytest.raises(AssertionError):
        test_a_mended_file_says_the_amounts_currencies_and_days_that_its_rows_had(desk_for, case)


def test_yes_below_paid_is_given_back_as_the_word_that_it_is(desk_for: Desks) -> None:
    desk = desk_for("CR")
    rows = (f"Y-1;{NOBODY['CR']};02/09/2026;CRC;100,00;Sí", f"Y-2;{NOBODY['CR']};02/09/2026;CRC;200,00;No")
    data = file_of(*rows, head="Factura;Cliente;Fecha;Moneda;Total;Pagado")
    made = run(hand_in(desk.hub, desk.merchant, data, kind=FileKind.INVOICES, name="f.csv", by="contadora"))

    name, content = run(rows_set_aside(desk.hub, desk.merchant, made.id, spoken))

    first = parse_invoices(data, name="f.csv", default_currency="CRC")
    again = parse_invoices(content, name=name, default_currency="CRC")
    assert [(row.number, row.state) for row in again.rows] == [(row.number, row.state) for row in first.rows]
    assert [row.state for row in first.rows] == [BillState.PAID, BillState.OPEN]


def test_what_cannot_be_read_stands_as_it_did_and_is_not_read_afterwards(desk_for: Desks) -> None:
    desk = desk_for("CR")
    rows = [
        ["U-1", ANA, "2026-09-02", "", "CRC", Shown(0.13, "0%")],
        ["U-2", ANA, "2026-09-02", "", "CRC", Shown(1250.5, '"US$"#,##0.00')],
        ["U-3", ANA, "2026-09-31", "", "CRC", "=1+1"],
        ["U-4", ANA, "2026-09-02", "", "CRC", Shown(1250.505, "General")],
    ]
    made = run(
        hand_in(
            desk.hub,
            desk.merchant,
            xlsx([HEAD.split(";"), *rows]),
            kind=FileKind.INVOICES,
            name="libro.xlsx",
            by="contadora",
        )
    )
    name, content = run(rows_set_aside(desk.hub, desk.merchant, made.id, spoken, as_csv=True))

    cells = [line.split(";")[2:6:3] for line in content.decode("utf-8-sig").splitlines()[1:]]
    days, amounts = zip(*cells, strict=True)
    assert days == ("2026-09-02", "2026-09-02", "2026-09-31", "2026-09-02")
    assert amounts == ("13%", "USD 1250,50", "'=1+1", "? 1250.505")
    again = parse_invoices(content, name=name, default_currency="CRC")
    assert {error.line for error in again.set_aside} == {2, 3, 4, 5}


def test_an_amount_of_a_currency_that_nobody_knows_is_as_large_as_the_answer_said(desk_for: Desks) -> None:
    desk = desk_for("CR")
    data = file_of(f"X-1;{ANA};02/09/2026;;XBT;850,000", f"X-2;{NOBODY['CR']};02/09/2026;;USD;1,250", head=HEAD)
    layout = Layout(answers={"decimal": ","})
    made = run(hand_in(desk.hub, desk.merchant, data, kind=FileKind.INVOICES, name="c.csv", by="a", layout=layout))
    name, content = run(rows_set_aside(desk.hub, desk.merchant, made.id, spoken, as_csv=True))

    again = parse_invoices(content.replace(b"XBT", b"CRC"), name=name, default_currency="CRC")
    assert [str(row.total) for row in again.rows] == ["850.00 CRC", "1.25 USD"]


def test_rows_of_a_file_that_still_asks_stand_as_they_do(desk_for: Desks) -> None:
    desk = desk_for("CR")
    data = file_of(f"Q-1;{ANA};02/14/2026;;USD;1,250", "Q-2;;03/04/2026;;USD;1.250", head=HEAD)
    made = run(hand_in(desk.hub, desk.merchant, data, kind=FileKind.INVOICES, name="c.csv", by="a"))
    _name, content = run(rows_set_aside(desk.hub, desk.merchant, made.id, spoken, as_csv=True))
    assert b"Q-2;;03/04/2026;;USD;1.250;" in content


LONG = "00100001010000012345"
"""As long as a number of an electronic document; a spreadsheet keeps 15 digits of one that it takes for a number."""


def a_long_number_outlives_a_spreadsheet(desk: Desk) -> None:
    data = file_of(f"{LONG};{ANA};31/13/2026;05/10/2026;CRC;1.250,50", head=HEAD)
    made = run(hand_in(desk.hub, desk.merchant, data, kind=FileKind.INVOICES, name="c.csv", by="a"))
    name, content = run(rows_set_aside(desk.hub, desk.merchant, made.id, spoken))
    assert name == "c-motivo.xlsx"

    again = parse_invoices(saved_anew(content, {"31/13/2026": "2026-09-02"}), name=name, default_currency="CRC")
    assert (again.questions, again.set_aside) == ((), ())
    (row,) = again.rows
    assert (row.number, str(row.total), f"{row.issued_on} {row.due_on}") == (
        LONG,
        "1250.50 CRC",
        "2026-09-02 2026-10-05",
    )


def test_a_long_number_outlives_a_spreadsheet(desk_for: Desks) -> None:
    a_long_number_outlives_a_spreadsheet(desk_for("CR"))


def test_control_a_number_that_a_spreadsheet_shortens_is_found(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = set_aside_file.xlsx_of

    def as_numbers(name: str, columns: Any, rows: Any) -> bytes:
        return written(
            name, columns, [[int(cell[:15] + "0" * 5) if cell == LONG else cell for cell in row] for row in rows]
        )

    monkeypatch.setattr(set_aside_file, "xlsx_of", as_numbers)

    with pytest.raises(AssertionError):
        a_long_number_outlives_a_spreadsheet(desk_for("CR"))


@pytest.mark.parametrize("case", FILES)
def test_a_workbook_says_what_its_csv_says(desk_for: Desks, case: str) -> None:
    country, name, data, said, _expected = FILES[case]
    desk = desk_for(country)
    layout = Layout(answers=dict(said))
    made = run(hand_in(desk.hub, desk.merchant, data, kind=FileKind.INVOICES, name=name, by="a", layout=layout))
    told = []
    for as_csv in (True, False):
        given, content = run(rows_set_aside(desk.hub, desk.merchant, made.id, spoken, as_csv=as_csv))
        content = content if as_csv else saved_anew(content, {})
        read = parse_invoices(
            content,
            name=given,
            default_currency=desk.hub.countries[country].currencies[0],
            currencies=desk.hub.countries[country].currencies,
        )
        told.append(([attrs.evolve(row, line=0) for row in read.rows], read.questions, read.missing))
    assert told[0] == told[1]
