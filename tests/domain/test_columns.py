"""Which column of a file is which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import pytest

from hub.domain.files import columns
from hub.domain.files.columns import Column, Resolved, heading_key, resolve_columns
from hub.domain.files.field_labels import LABELS
from hub.domain.files.invoice_file import parse_invoices
from hub.domain.files.known_columns import (
    CUSTOMER_COLUMNS,
    INVOICE_COLUMNS,
    KNOWN_COLUMNS,
    PAYOUT_COLUMNS,
    WITHHOLDINGS,
)
from hub.domain.files.layout import Layout
from hub.domain.files.table_file import read_table
from tests.spoken import spoken


def found(text: str, known: Sequence[Column] = INVOICE_COLUMNS, **said: Mapping[str, str]) -> Resolved:
    return resolve_columns(read_table(text.encode()), known, Layout(**said))  # type: ignore[arg-type]


def headed(header: str, cells: str, **said: Mapping[str, str]) -> Resolved:
    return found(f"{header}\n{cells}\n", **said)


# ---- what programs call their columns


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        (
            "Prefijo;Consecutivo;Tercero;NIT;Creación;Vence;Neto;IVA;Valor total;Saldo actual;Vendedor;Condición"
            ";Estado",
            "FV;12;Ana SAS;900123456;2/9/2026;3/10/2026;100;19;119;119;Pedro;Contado;Abierta",
            "number=Prefijo+Consecutivo customer=NIT customer_name=Tercero issued_on=Creación due_on=Vence"
            " total=Valor total balance=Saldo actual state=Estado",
        ),
        (
            "N.º;Tipo de transacción;Fecha;Cliente;Vencimiento;Importe;Saldo pendiente",
            "1001;Factura;2/9/2026;Ana Solís;2/10/2026;5;4",
            "number=N.º customer_name=Cliente kind=Tipo de transacción issued_on=Fecha due_on=Vencimiento"
            " total=Importe balance=Saldo pendiente",
        ),
        (
            "Serie;Folio;RFC;Nombre / Razón social;F. Emisión;Fecha vencimiento;Total;Abonos;Sucursal;Cuota"
            ";Días crédito",
            "A;1;ABC010101XY1;Ana;2/2/2026;2/3/2026;5;2;Norte;1;30",
            "number=Serie+Folio customer=RFC customer_name=Nombre / Razón social issued_on=F. Emisión"
            " due_on=Fecha vencimiento total=Total paid=Abonos branch=Sucursal",
        ),
        (
            "Comprobante;RUT;Fecha;Total con IVA;Detalle;Correo;Teléfono",
            "F-1;76.123.456-7;2/2/2026;5;Clavos;a@b.example;8888",
            "number=Comprobante customer=RUT issued_on=Fecha total=Total con IVA description=Detalle email=Correo"
            " phone=Teléfono",
        ),
        (
            "Invoice no.;Customer;Invoice date;Due date;Amount;Balance due;Status",
            "1;Ana Solis;2026-02-02;2026-03-02;5;5;Open",
            "number=Invoice no. customer_name=Customer issued_on=Invoice date due_on=Due date total=Amount"
            " balance=Balance due state=Status",
        ),
    ],
)
def test_the_usual_headings_are_known(header: str, cells: str, expected: str) -> None:
    resolved = headed(header, cells)

    said = " ".join(f"{ours}={'+'.join(theirs)}" for ours, theirs in resolved.columns.items())
    assert said == expected
    assert not resolved.is_open


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nº de Factura", "FACTURA NO."),
        ("N.º", "Número"),
        ("Fec. Emisión", "fecha de emisión"),
        ("Fecha Vcto", "Fecha de vencimiento"),
        ("Identificación Cliente", "identificacion_del_cliente"),
    ],
)
def test_headings_that_say_the_same_have_one_key(one: str, other: str) -> None:
    assert heading_key(one) == heading_key(other)


def test_no_name_is_one_fields_and_anothers_at_the_same_rank() -> None:
    """Where two fields might take a heading, its cells decide, or a person."""
    for kind, known in KNOWN_COLUMNS.items():
        ranks: dict[tuple[int, str], str] = {}
        for column in known:
            for rank, names in enumerate(column.ranks):
                for name in names:
                    other = ranks.setdefault((rank, name), column.name)
                    assert other == column.name, f"{kind}: {name} is {other} and {column.name}"


def test_every_field_has_a_label() -> None:
    fields = {column.name for known in KNOWN_COLUMNS.values() for column in known}
    assert fields | {column.name for column in WITHHOLDINGS} == set(LABELS)


# ---- what is left out, missing, or to be said


def test_an_unknown_column_is_left_out_and_listed() -> None:
    resolved = headed("factura;cliente;fecha;total;vendedor", "A;900123456;01/10/2026;1;Pedro")

    assert resolved.left_out == ("vendedor",)
    assert not resolved.is_open


def test_what_is_missing_is_named_and_is_no_error() -> None:
    resolved = headed("factura;cliente;fecha", "A;900123456;01/10/2026")

    assert (resolved.missing, resolved.errors) == (("total",), ())


@pytest.mark.parametrize(("mapping", "faulty"), [({"nothing": "total"}, "nothing"), ({"total": "nothing"}, "total")])
def test_a_mapping_that_cannot_be_is_an_error(mapping: Mapping[str, str], faulty: str) -> None:
    resolved = headed("factura;cliente;fecha;total", "A;900123456;01/10/2026;1", columns=mapping)

    assert [error.column for error in resolved.errors] == [faulty]
    assert resolved.is_open


def test_two_columns_that_somebody_names_for_one_date_are_an_error() -> None:
    said = {"Creada": "issued_on", "Enviada": "issued_on"}

    (error,) = headed("factura;cliente;total;Creada;Enviada", "A;900;1;2;3", columns=said).errors

    assert error.column == "Enviada"
    assert "--map" not in spoken(error.message)
    assert '--map "Enviada=-"' in spoken(error.message, at_terminal=True)


def test_a_column_that_somebody_leaves_out_is_not_found_again() -> None:
    resolved = headed("factura;cliente;fecha;total", "A;900;01/10/2026;1", columns={"TOTAL": "-"})

    assert (resolved.left_out, resolved.missing) == (("total",), ("total",))


# ---- who owes


def test_an_identity_column_beats_cliente_with_names() -> None:
    resolved = headed("factura;cliente;identificación;fecha;total", "F1;Ana Prueba;1-1234-0567;02/09/2026;1000,00")

    assert (resolved.columns["customer"], resolved.columns["customer_name"]) == (("identificación",), ("cliente",))


@pytest.mark.parametrize(
    ("cell", "field"),
    [
        ("Ana Prueba", "customer_name"),
        ("Ferretería 2000 S.A.", "customer_name"),
        ("Taller 3M", "customer_name"),
        ("1-1234-0567", "customer"),
        ("ABC010101XY1", "customer"),
        ("compras@example.com", "customer"),
        ("900", "customer"),
    ],
)
def test_what_stands_in_cliente_tells_whether_it_is_a_name(cell: str, field: str) -> None:
    resolved = headed("factura;cliente;fecha;total", f"A;{cell};01/10/2026;1")

    assert resolved.columns[field] == ("cliente",)
    assert resolved.missing == ()


def test_a_document_number_that_may_be_of_the_bill_or_of_the_customer_is_nobodys() -> None:
    assert headed("Nro. documento;Cliente;Fecha;Total", "FE-12;Ana S.A.;2/2/2026;3").columns["number"]
    resolved = headed("Nro. documento;Cliente;Fecha;Total", "900123456;Ana S.A.;2/2/2026;3")
    assert (resolved.missing, resolved.left_out) == (("number",), ("Nro. documento",))


def test_numbers_of_people_and_companies_in_two_columns_are_one() -> None:
    resolved = found("factura;NIT;Cédula;fecha;total\nA;900123456;;1/2/2026;1\nB;;1020304050;1/2/2026;1\n")

    assert resolved.columns["customer"] == ("NIT", "Cédula")


def test_a_prefix_that_each_number_has_already_is_not_read_again() -> None:
    resolved = headed("Prefijo;Factura;NIT;Fecha;Total", "FE;FE-12;900123456;1/2/2026;1")

    assert (resolved.columns["number"], resolved.left_out) == (("Factura",), ("Prefijo",))


def test_a_name_in_four_columns_is_read_as_one_and_a_company_beside_it() -> None:
    head = "tipo;cedula;Primer nombre;Segundo nombre;Primer apellido;Segundo apellido;Razón social"
    resolved = found(f"{head}\nCF;1-1234-0567;Ana;María;Solís;Paz;\nCJ;3;;;;;Ferre S.A.\n", CUSTOMER_COLUMNS)

    assert len(resolved.columns["name"]) == 5
    said = {"Uno": "name", "Dos": "name"}
    mapped = found("tipo;cedula;Uno;Dos\nCF;1;Ana;Solís\n", CUSTOMER_COLUMNS, columns=said)
    assert mapped.columns["name"] == ("Uno", "Dos")


# ---- money is never chosen by luck


def no_money_by_likeness() -> None:
    for heading in ("subtotal", "totl", "Total neto", "saldo anterior", "Neto", "Total sin IVA", "tottal"):
        resolved = headed(f"factura;cliente;fecha;{heading}", "A;900123456;01/10/2026;1")
        assert resolved.missing == ("total",), heading
        assert heading not in resolved.near, heading


def test_nobody_is_advised_to_take_an_amount_by_its_likeness() -> None:
    no_money_by_likeness()
    assert headed("factura;clinte;fecha;total", "A;900;01/10/2026;1").near == {"clinte": "customer"}


def test_control_advice_for_amounts_takes_the_subtotal_for_the_total(monkeypatch: pytest.MonkeyPatch) -> None:
    loose = tuple(attrs.evolve(column, is_money=False) for column in INVOICE_COLUMNS)
    near = columns._near
    monkeypatch.setattr(columns, "_near", lambda left, _known, taken: near(left, loose, taken))

    with pytest.raises(AssertionError):
        no_money_by_likeness()


def test_a_subtotal_beside_the_total_to_pay_is_left_out() -> None:
    resolved = headed("factura;cliente;fecha;subtotal;IVA;Total a pagar", "F1;900;02/09/2026;1000,00;130,00;1130,00")

    assert resolved.columns["total"] == ("Total a pagar",)


def test_a_value_beside_its_tax_may_be_without_it_and_is_not_taken() -> None:
    assert headed("factura;cliente;fecha;Valor;IVA", "A;900;01/10/2026;100;19").missing == ("total",)
    assert headed("factura;cliente;fecha;Valor", "A;900;01/10/2026;100").columns["total"] == ("Valor",)


def asks_which_total() -> None:
    text = "factura;cliente;fecha;Total;Total a pagar\nA;900;01/10/2026;100;90\nB;900;01/10/2026;5;5\n"
    resolved = found(text)

    assert len(resolved.questions) == 1
    question = resolved.questions[0]
    assert (question.key, [choice.value for choice in question.choices]) == ("column:total", ["Total", "Total a pagar"])
    assert spoken(question.choices[1].examples[0]) == "línea 2: 90"
    assert "total" not in resolved.columns
    answered = found(text, answers={"column:total": "Total a pagar"})
    assert (answered.columns["total"], answered.left_out) == (("Total a pagar",), ("Total",))


def test_two_totals_that_differ_are_asked_about() -> None:
    asks_which_total()
    same = "factura;cliente;fecha;Total;Total factura\nA;900;01/10/2026;100;100\n"
    assert found(same).columns["total"] == ("Total",)


def test_control_the_first_of_two_totals_is_taken_by_luck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns._Search, "_chosen", lambda _search, _column, several: several[:1])

    with pytest.raises(AssertionError):
        asks_which_total()


def test_a_total_that_somebody_names_is_the_total() -> None:
    text = "factura;cliente;fecha;Neto;Total\nA;900;01/10/2026;100;119\n"

    resolved = found(text, columns={"Neto": "total"})

    assert (resolved.columns["total"], resolved.left_out) == (("Neto",), ("Total",))


def test_both_columns_of_a_state_are_read() -> None:
    """Annulled may stand in one, and paid in the other."""
    resolved = headed("factura;cliente;fecha;total;Estado;Estado de pago", "A;900;01/10/2026;1;Publicado;Pagado")

    assert resolved.columns["state"] == ("Estado", "Estado de pago")


def test_headings_of_payouts_are_known_in_any_case() -> None:
    resolved = found("Line_ID;REFERENCE;Gross;Fee;Net\nL-1;abc-1;2500,50;87,52;2412,98\n", PAYOUT_COLUMNS)
    assert list(resolved.columns) == ["line_id", "reference", "gross", "fee", "net"]
    spanish = found(
        "ID transacción;Referencia;Bruto;Comisión;IVA comisión;Neto;Fecha de abono\nL;a;1;1;1;1;1\n", PAYOUT_COLUMNS
    )
    assert list(spanish.columns) == ["line_id", "reference", "gross", "fee", "fee_tax", "net", "settled_on"]


# ---- currencies in headings, and headings that come twice


@pytest.mark.parametrize("heading", ["Total (USD)", "Total USD", "Total en dólares", "TOTAL US$"])
def test_an_amounts_heading_may_name_its_currency(heading: str) -> None:
    file = parse_invoices(
        f"factura;cliente;fecha;{heading}\nF1;1-1234-0567;02/09/2026;1.200,50\n".encode(),
        default_currency="CRC",
        currencies=("CRC", "USD"),
    )
    assert [str(row.total) for row in file.rows] == ["1200.50 USD"]


def test_a_currency_that_is_not_that_of_the_amounts_heading_sets_its_row_aside() -> None:
    file = parse_invoices(
        b"factura;cliente;fecha;moneda;Total (USD)\nF1;1-1;02/09/2026;CRC;1,5\nF2;1-1;02/09/2026;USD;1,5\n",
        default_currency="CRC",
        currencies=("CRC", "USD"),
    )
    assert [str(row.total) for row in file.rows] == ["1.50 USD"]
    assert [(error.line, getattr(error.message, "id", "")) for error in file.set_aside] == [
        (2, "cell.currency_not_of_heading")
    ]


def test_a_total_beside_its_worth_in_dollars_is_the_total() -> None:
    resolved = headed("factura;cliente;fecha;total;total usd", "F1;1-1;2/9/2026;1000;2")
    assert (resolved.columns["total"], resolved.left_out) == (("total",), ("total usd",))


def test_two_columns_of_one_heading_that_differ_are_asked_about_and_equal_ones_are_one() -> None:
    resolved = headed("factura;cliente;fecha;fecha;total", "F1;1-1;2/9/2026;3/9/2026;5")
    assert [question.key for question in resolved.questions] == ["column:issued_on"]
    resolved = headed("factura;cliente;fecha;fecha;total", "F1;1-1;2/9/2026;2/9/2026;5")
    assert (resolved.questions, resolved.columns["issued_on"]) == ((), ("fecha",))
