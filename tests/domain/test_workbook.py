"""Workbooks as Excel writes them, taken apart; and tables written for it."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from typing import Any

import pytest

from hub.domain.countries.cr import COUNTRY as CR
from hub.domain.export import csv_of, xlsx_of
from hub.domain.files.customer_file import parse_customers
from hub.domain.files.invoice_file import parse_invoices
from hub.domain.files.sheet import JsonNumber
from hub.domain.files.table_file import read_table
from hub.domain.files.workbook import MAX_PART_BYTES
from hub_hookspecs import Money
from tests.spoken import spoken

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
FORMATS = (
    "General",
    14,
    "dd/mm/yyyy;@",
    '[$-140A]d" de "mmmm" de "yyyy',
    '_-"₡"* #,##0.00_-;[Red]-"₡"* #,##0.00',
    "00000",
)
HEADER = ("Número", "Cliente", "Fecha", "Vencimiento", "Total", "Saldo")


def relations(*rows: tuple[str, str, str]) -> str:
    listed = "".join(f'<Relationship Id="{i}" Type="{REL}/{kind}" Target="{target}"/>' for i, kind, target in rows)
    return f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{listed}</Relationships>'


def workbook(
    rows: str, *, strings: str = "", extra: dict[str, str] | None = None, properties: str = "", sheets: str = ""
) -> bytes:
    """A workbook with the parts that Excel writes; ``rows`` is the inside of sheetData."""
    own = [(164 + at, code) for at, code in enumerate(FORMATS) if isinstance(code, str) and code != "General"]
    ids = {code: number for number, code in own}
    styles = "".join(f'<xf numFmtId="{code if isinstance(code, int) else ids.get(code, 0)}"/>' for code in FORMATS)
    declared = "".join(
        f'<numFmt numFmtId="{number}" formatCode="{code.replace(chr(34), "&quot;")}"/>' for number, code in own
    )
    parts = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="x"/>',
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{REL}"><workbookPr{properties}/>'
        f'<sheets>{sheets}<sheet name="Facturas" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            ("rId2", "styles", "styles.xml"),
            ("rId3", "sharedStrings", "/xl/sharedStrings.xml"),
            ("rId4", "worksheet", "worksheets/sheet2.xml"),
        ),
        "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts>{declared}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>{styles}</cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'{HEAD}<sst xmlns="{MAIN}">{strings}</sst>',
        "xl/worksheets/sheet1.xml": f'{HEAD}<worksheet xmlns="{MAIN}">'
        f'<dimension ref="A1"/><sheetData>{rows}</sheetData></worksheet>',
        **(extra or {}),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return made.getvalue()


def row(line: int, *cells: Any) -> str:
    """A row of texts, or of whole <c> elements with their attributes as (attributes, inside)."""
    made = ""
    for at, cell in enumerate(cells):
        place = f'r="{chr(65 + at)}{line}"'
        if isinstance(cell, tuple):
            made += f"<c {place} {cell[0]}>{cell[1]}</c>"
        elif cell is not None:
            made += f'<c {place} t="inlineStr"><is><t>{cell}</t></is></c>'
    return f'<row r="{line}" spans="1:6">{made}</row>'


def number(text: str, style: int = 0) -> tuple[str, str]:
    return f's="{style}"', f"<v>{text}</v>"


def test_an_invoice_list_is_read_as_excel_shows_it() -> None:
    data = workbook(
        row(1, *HEADER)
        + row(
            2,
            "FE-1",
            number("301230456"),
            number("46027", 1),
            number("46058.75", 2),
            number("1234.1000000000001", 4),
            None,
        )
        + row(
            5, "FE-2", "ana@correo.example", number("46027", 3), None, number("150000"), number("0.30000000000000004")
        )
    )
    file = parse_invoices(data, default_currency="CRC")
    assert not file.wrong
    assert spoken(file.format) == "Excel, hoja «Facturas»"
    first, second = file.rows
    assert (first.line, first.number, first.customer_key) == (2, "FE-1", "301230456")
    assert (first.issued_on, first.due_on) == (date(2026, 1, 5), date(2026, 2, 5))
    assert (first.total, first.balance) == (Money(123_410, "CRC"), None)
    assert (second.line, second.total, second.balance) == (5, Money(15_000_000, "CRC"), Money(30, "CRC"))


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (number("1.1000000000000001"), "1.1"),
        (number("-2.5"), "-2.5"),
        (number("1E-3"), "0.001"),
        (number("12345678901234"), "12345678901234"),
        (number("1.2345678901234568E+19"), "1.23457E+19"),
        (number("42", 5), "42"),
        (number("46027", 1), "2026-01-05"),
        (number("59", 1), "1900-02-28"),
        (number("60", 1), "60"),
        (number("61", 1), "1900-03-01"),
        (('t="s"', "<v>1</v>"), "Ana María"),
        (('t="str"', "<f>A1&amp;B1</f><v>junto</v>"), "junto"),
        (('t="b"', "<v>1</v>"), "VERDADERO"),
        (('t="e"', "<v>#N/A</v>"), "#N/A"),
        (('t="inlineStr"', "<is><r><t>dos</t></r><r><t> partes</t></r></is>"), "dos partes"),
        (('t="inlineStr"', "<is><t>una_x000D_\nlínea</t></is>"), "una\r\nlínea"),
    ],
)
def test_each_kind_of_cell_is_read_as_text(cell: tuple[str, str], read: str) -> None:
    strings = "<si><t>otra</t></si><si><r><t>Ana </t></r><r><t>María</t></r><rPh><t>アナ</t></rPh></si>"
    table = read_table(workbook(row(1, "x") + row(2, cell), strings=strings))
    assert not table.errors
    assert table.rows[0].cells["x"] == read


def test_dates_of_a_workbook_from_a_mac_count_from_1904() -> None:
    table = read_table(workbook(row(1, "x") + row(2, number("44565", 1)), properties=' date1904="1"'))
    assert table.rows[0].cells["x"] == "2026-01-05"


def test_hidden_and_empty_sheets_are_passed_over() -> None:
    empty = f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
    data = workbook(
        row(1, "x") + row(2, "uno"),
        sheets='<sheet name="Oculta" sheetId="2" state="hidden" r:id="rId1"/>'
        '<sheet name="Vacía" sheetId="3" r:id="rId4"/>',
        extra={"xl/worksheets/sheet2.xml": empty},
    )
    table = read_table(data)
    assert spoken(table.format) == "Excel, hoja «Facturas», la 2.ª de 2; no se lee de «Vacía»"
    assert [item.cells["x"] for item in table.rows] == ["uno"]


@pytest.mark.parametrize(
    ("cells", "line", "words"),
    [
        (("FE-1", "1", number("46027"), None, number("10"), None), 2, "número de serie de Excel"),
        (("FE-1", "1", number("46027", 1), None, number("10.005"), None), 2, "más decimales"),
        (("FE-1", number("1.2E+19"), number("46027", 1), None, number("10"), None), 2, "se perdieron cifras"),
        (("FE-1", "1", number("46027", 1), None, ('t="e"', "<v>#¡REF!</v>"), None), 2, "error de Excel"),
        (("FE-1", "1", number("46027", 1), None, ("", "<f>B2*2</f>"), None), 2, "no trae su resultado"),
    ],
)
def test_what_excel_garbled_is_a_fault_with_its_line(cells: tuple[Any, ...], line: int, words: str) -> None:
    file = parse_invoices(workbook(row(1, *HEADER) + row(2, *cells)), default_currency="CRC")
    assert not file.rows
    assert any(error.line == line and words in spoken(error.message) for error in file.wrong), file.wrong


def test_customers_keep_numbers_typed_as_numbers() -> None:
    header = ("Tipo", "Identificación", "Nombre", "Correo", "Teléfono")
    data = workbook(
        row(1, *header) + row(2, "CF", number("112340567"), "Ana", "ana@correo.example", number("88881234"))
    )
    file = parse_customers(data, country=CR)
    assert not file.wrong
    assert (file.rows[0].document.number, file.rows[0].phone) == ("112340567", "88881234")


BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><sst>&b;</sst>'


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04",
        workbook("")[:400],
        workbook(row(1, "x") + row(2, "y"), extra={"xl/sharedStrings.xml": BOMB}),
        workbook(row(1, "x") + row(2, ('t="s"', "<v>7</v>"))),
        workbook(row(1, "x") + "<row r='2'><c r='!!'><v>1</v></c></row>"),
        workbook(row(1, "x") + "<row r='2'><c r='A2'><v>uno</v></c></row>"),
        workbook("<row r='9999999999999999999999x'/>"),
        workbook("", extra={"xl/workbook.xml": "<workbook/>"}),
        workbook("", extra={"_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.bin"))}),
    ],
    ids=["cut", "half", "entities", "string", "place", "figure", "line", "sheets", "binary"],
)
def test_a_damaged_or_hostile_workbook_is_refused_whole(data: bytes) -> None:
    table = read_table(data)
    assert not table.rows
    assert len(table.errors) == 1
    assert "xcel" in spoken(table.errors[0].message)


def test_a_sheet_that_grows_beyond_all_measure_is_not_unpacked() -> None:
    padded = f"{HEAD}<worksheet>{' ' * MAX_PART_BYTES}</worksheet>"
    table = read_table(workbook("", extra={"xl/worksheets/sheet1.xml": padded}))
    assert "demasiado grande" in spoken(table.errors[0].message)


def test_what_we_export_is_read_back_and_holds_no_formula() -> None:
    columns = ("Referencia", "Monto", "Fecha", "Hora", "Veces", "Nota")
    rows = [
        ("=HYPERLINK(1)", Money(-123_456, "CRC"), date(2026, 1, 5), datetime(2026, 1, 5, 14, 30, tzinfo=UTC), 3, None),
        (
            "@SUM(A1)",
            Money(185_000_00, "COP"),
            date(2026, 2, 28),
            datetime(2026, 2, 28, 0, 0, tzinfo=UTC),
            1,
            "a;b\n<&>\x00",
        ),
    ]
    table = read_table(xlsx_of("Pagos [x]", columns, rows))
    assert spoken(table.format) == "Excel, hoja «Pagos  x »"
    first, second = (item.cells for item in table.rows)
    shown = ["=HYPERLINK(1)", "-1234.56", "2026-01-05", "2026-01-05T14:30:00", "3", ""]
    assert [first[name] for name in columns] == shown
    assert second["Hora"] == "2026-02-28"
    assert isinstance(first["Monto"], JsonNumber)
    assert second["Nota"] == "a;b\n<&>"
    text = csv_of(columns, rows).decode("utf-8-sig").splitlines()
    assert text[1] == "'=HYPERLINK(1);-1234,56;2026-01-05;2026-01-05 14:30;3;"
    assert text[2].startswith("'@SUM(A1);185000,00;")
