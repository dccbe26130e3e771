"""Headings and cells of identity numbers: whom a row names is never left out, so that a name decides nothing alone."""

from __future__ import annotations

import pytest

from hub.domain.countries.co import COUNTRY as CO
from hub.domain.countries.cr import COUNTRY as CR
from hub.domain.files import identity_headings
from hub.domain.files.customer_file import parse_customers
from hub.domain.files.invoice_file import InvoiceFile, parse_invoices
from hub.domain.files.layout import Layout
from hub_hookspecs import Country

MADE_OF_IDENTITY = (
    *("Ced.", "CED", "Céd. Cliente", "Ced. Receptor", "RUC/Cédula", "C.C. / NIT", "NIT o CC", "Cédula o RUC"),
    *("Cédula jurídica o física", "Cédula física/jurídica", "N.I.T.", "No. de cédula", "# Cédula", "Nit/CC Tercero"),
    *("Identif.", "No. identificación", "Identificación del deudor", "Nº Ident. cliente", "Doc. cliente", "CUIT"),
    *("Documento del tercero", "Cédula/RUC/Pasaporte", "C.C.", "C.I.", "DUI o NIT", "R.U.T. cliente", "DIMEX / Cédula"),
    *("Cédula de ciudadanía", "Cédula o NIT del comprador", "RTN", "Cédula Identidad", "Identification No."),
)
OTHERWISE = (
    *("Cédula vendedor", "NIT emisor", "Tipo de identificación", "Ced. cajero", "Identificación proveedor", "Fecha CC"),
    *("Documento soporte", "Tipo cédula", "NIT matriz"),
)


def read(heading: str, *numbers: str, country: Country = CR, name: str = "Prueba", **answers: str) -> InvoiceFile:
    lines = "".join(f"F{at};{number};{name} {at};02/09/2026;1.000,00\n" for at, number in enumerate(numbers))
    text = f"factura;{heading};nombre;fecha;total\n{lines}"
    layout = Layout(answers={key.replace("__", ":"): answer for key, answer in answers.items()})
    return parse_invoices(text.encode(), default_currency=country.currencies[0], country=country, layout=layout)


def every_heading_is_known() -> None:
    for heading in MADE_OF_IDENTITY:
        file = read(heading, "2-0999-0999", "3-101-555444")
        assert [row.customer_key for row in file.rows] == ["2-0999-0999", "3-101-555444"], heading


def test_a_heading_made_of_words_of_identity_is_the_column_of_the_identity_number() -> None:
    every_heading_is_known()


def test_control_headings_that_are_left_out_make_the_name_the_customer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity_headings, "CORE", frozenset())
    with pytest.raises(AssertionError):
        every_heading_is_known()


@pytest.mark.parametrize("heading", MADE_OF_IDENTITY)
def test_it_is_the_column_of_a_file_of_customers_too(heading: str) -> None:
    file = parse_customers(f"nombre;{heading}\nAna Prueba;1-1234-0567\n".encode(), country=CR)
    assert [row.document.number for row in file.rows] == ["112340567"], file


@pytest.mark.parametrize("heading", OTHERWISE)
def test_a_heading_with_another_word_is_not_taken_for_it(heading: str) -> None:
    file = read(heading, "2-0999-0999", "3-101-555444")
    assert "customer" not in file.columns


def test_centres_of_cost_are_no_numbers_of_people() -> None:
    assert read("CC", "01", "02").questions == ()
    assert "customer" not in read("CC", "01", "02").columns


# ---- a column that nobody knows


@pytest.mark.parametrize(
    ("heading", "country", "numbers"),
    [
        ("Cód. cliente", CR, ("2-0999-0999", "3-101-555444")),
        ("ID del contacto", CR, ("209990999", "3101555444")),
        ("Columna 7", CR, ("209990999", "3101555444", "")),
        ("Clave del socio", CO, ("900.555.444-9", "52123456")),
        ("Cuenta cliente", CO, ("52.123.456", "1020304050")),
        ("NIT matriz", CO, ("900555444", "800197268")),
    ],
)
def test_cells_that_look_like_identity_numbers_are_asked_about_before_a_name_decides(
    heading: str, country: Country, numbers: tuple[str, ...]
) -> None:
    file = read(heading, *numbers, country=country)
    (question,) = file.questions
    assert question.key.startswith("identity:")
    assert [choice.value for choice in question.choices] == ["customer", "-"]

    taken = read(heading, *numbers, country=country, **{question.key.replace(":", "__"): "customer"})
    assert (taken.questions, taken.rows[0].customer_key) == ((), numbers[0])
    left = read(heading, *numbers, country=country, **{question.key.replace(":", "__"): "-"})
    assert (left.questions, left.rows[0].customer_key) == ((), "Prueba 0")


@pytest.mark.parametrize(
    ("heading", "country", "numbers"),
    [
        ("Tel. de casa", CO, ("3001234567", "6021234567")),
        ("Orden de compra", CR, ("209990999", "310155544")),
        ("Clave", CR, ("50601112600310112345600100001010000000501199999999",)),
        ("Cód. cliente", CR, ("C-001", "C-002")),
        ("Cód. cliente", CR, ("1001", "1002")),
        ("Flete", CO, ("12.000", "1.250.000")),
        ("Ciudad", CR, ("San José", "Heredia")),
        ("Cédula vendedor", CR, ("209990999", "209990999")),
        ("Entrega", CR, ("02/09/2026", "20260902")),
    ],
)
def test_phones_orders_dates_and_amounts_are_not_asked_about(
    heading: str, country: Country, numbers: tuple[str, ...]
) -> None:
    assert read(heading, *numbers, country=country).questions == ()


def test_nothing_is_asked_where_every_row_names_its_customer_by_number() -> None:
    text = "factura;cédula;Cód. socio;nombre;fecha;total\nF1;1-1234-0567;209990999;Ana;02/09/2026;1.000,00\n"
    file = parse_invoices(text.encode(), default_currency="CRC", country=CR)
    assert file.questions == ()
