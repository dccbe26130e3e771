"""What is wrong with a cell sets a row aside only where something is read from its column."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.domain.countries.cr import COUNTRY as CR
from hub.domain.files import value_columns
from hub.domain.files.customer_file import parse_customers
from hub.domain.files.invoice_file import InvoiceFile, parse_invoices
from hub.domain.files.layout import Layout
from hub.domain.files.settlement_file import parse_lines
from tests.spoken import spoken
from tests.strangers.files import ANA, PACKAGE, REL, raw_row, raw_xlsx

HEAD = ("Factura", "Cédula", "Fecha", "Total", "Días", "Saldo")
EMPTY = '<c r="@"><f>TODAY()-C2</f><v/></c>'
LINKED = '<c r="@"><f>[1]Hoja1!A1</f><v>7</v></c>'
STORED = '<c r="@"><f>D2*1</f><v>1000</v></c>'
LINKS = {
    "xl/externalLinks/externalLink1.xml": "<externalLink/>",
    "xl/externalLinks/_rels/externalLink1.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{REL}/externalLinkPath" Target="precios.xlsx" TargetMode="External"/>'
    "</Relationships>",
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId3" Type="{REL}/externalLink" Target="externalLinks/externalLink1.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    f'xmlns:r="{REL}"><sheets><sheet name="Hoja1" sheetId="1" r:id="rId1"/></sheets>'
    '<externalReferences><externalReference r:id="rId3"/></externalReferences></workbook>',
}


def invoices(
    days: str, balance: str = "1.000,00", *, layout: Layout | None = None, parts: dict[str, str | bytes] | None = None
) -> InvoiceFile:
    row = raw_row(2, "F1", ANA, "02/09/2026", "1.000,00", days, balance)
    data = raw_xlsx(raw_row(1, *HEAD) + row, parts=parts)
    return parse_invoices(data, default_currency="CRC", layout=layout)


@pytest.mark.parametrize("cell", [EMPTY, '<c r="@" t="e"><v>#REF!</v></c>', "31/02/2026", "####"])
def test_what_is_wrong_in_a_column_that_nothing_is_read_from_sets_nothing_aside(cell: str) -> None:
    file = invoices(cell)

    assert ([row.number for row in file.rows], file.wrong, file.left_out) == (["F1"], (), ("Días",))


def what_is_used_is_never_taken_without_its_value() -> None:
    for file in (
        invoices("3", EMPTY),
        invoices(EMPTY, layout=Layout(columns={"Días": "description"})),
        invoices("3", LINKED, parts=LINKS),
        invoices(LINKED, STORED, parts=LINKS),
        parse_invoices(
            raw_xlsx(raw_row(1, *HEAD[:4], "Anticipos") + raw_row(2, "F1", ANA, "02/09/2026", "1.000,00", EMPTY)),
            default_currency="CRC",
        ),
    ):
        assert (file.rows, len(file.set_aside)) == ((), 1)


def test_what_is_wrong_in_a_column_that_is_used_sets_its_row_aside() -> None:
    """Also where another book feeds a cell that a used one may be computed from, and where what nobody knows by its
    name may change what is owed."""
    what_is_used_is_never_taken_without_its_value()
    (told,) = invoices("3", EMPTY).set_aside

    assert (told.line, told.column) == (2, "Saldo")
    assert "F2" in spoken(told.message)


def test_control_a_reader_that_forgets_all_that_the_workbook_told_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    forgets: Callable[..., tuple[()]] = lambda *_given: ()  # noqa: E731
    monkeypatch.setattr(value_columns, "errors_read", forgets)

    with pytest.raises(AssertionError):
        what_is_used_is_never_taken_without_its_value()


def test_another_book_that_feeds_nothing_that_is_read_is_no_fault() -> None:
    file = invoices(LINKED, parts=LINKS)

    assert ([row.number for row in file.rows], file.wrong) == (["F1"], ())


def test_a_formula_without_its_value_below_no_heading_is_no_fault() -> None:
    row = raw_row(2, "F1", ANA, "02/09/2026", "1.000,00", EMPTY)

    assert parse_invoices(raw_xlsx(raw_row(1, *HEAD[:4]) + row), default_currency="CRC").wrong == ()


def test_customers_and_payouts_are_read_so_too() -> None:
    people = raw_row(1, "Nombre", "Tipo", "Cédula", "Ficha") + raw_row(2, "Ana Prueba", "CF", ANA, EMPTY)
    lines = raw_row(1, "line_id", "reference", "gross", "net", "Ficha") + raw_row(2, "1", "R1", "10,00", "10,00", EMPTY)

    assert parse_customers(raw_xlsx(people), country=CR).wrong == ()
    assert parse_lines(raw_xlsx(lines), currency="CRC").wrong == ()


def test_an_object_in_a_field_of_json_that_nothing_is_read_from_is_no_fault() -> None:
    data = b'[{"factura": "F1", "cedula": "1-1234-0567", "fecha": "2026-09-02", "total": 5, "meta": {"a": 1}}]'

    assert parse_invoices(data, default_currency="CRC").wrong == ()
