"""Two columns of one amount, each in a currency, of which a row fills one: no row is lost, or of two currencies."""

from __future__ import annotations

import pytest

from hub.domain.files import by_currency
from hub.domain.files.invoice_file import InvoiceFile, parse_invoices
from hub.domain.files.layout import Layout

HEAD = "factura;cédula;fecha;Total colones;Total dólares;Saldo colones;Saldo dólares"


def read(*rows: str, head: str = HEAD, layout: Layout | None = None) -> InvoiceFile:
    lines = "".join(f"F{at};1-1234-0567;02/09/2026;{row}\n" for at, row in enumerate(rows))
    text = f"{head}\n{lines}"
    return parse_invoices(text.encode(), default_currency="CRC", currencies=("CRC", "USD"), layout=layout or Layout())


def amounts(file: InvoiceFile) -> list[tuple[str, int, int | None]]:
    assert (file.questions, file.errors) == ((), ())
    return [
        (row.total.currency, row.total.minor, row.balance.minor if row.balance is not None else None)
        for row in file.rows
    ]


def each_row_is_of_the_currency_that_it_fills() -> None:
    expected = [("CRC", 1_500_000, 1_500_000), ("USD", 120_000, 35_000), ("USD", 10_000, 0)]
    for nil in ("", "0,00", "-"):
        rows = (f"15.000,00;{nil};15.000,00;{nil}", f"{nil};1.200,00;{nil};350,00", f"{nil};100,00;{nil};0,00")
        assert amounts(read(*rows)) == expected, nil


def test_each_row_is_of_the_currency_that_it_fills() -> None:
    each_row_is_of_the_currency_that_it_fills()


def test_control_whoever_leaves_one_column_out_loses_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_currency, "taken", lambda resolved, *_given: resolved)
    with pytest.raises(AssertionError):
        each_row_is_of_the_currency_that_it_fills()


@pytest.mark.parametrize(
    "head",
    [
        "factura;cédula;fecha;Total CRC;Total USD",
        "factura;cédula;fecha;Total (₡);Total (US$)",
        "factura;cédula;fecha;Monto en colones;Monto en dólares",
        "factura;cédula;fecha;Total ₡;Total $",
    ],
)
def test_the_currency_may_be_a_code_a_sign_or_a_word(head: str) -> None:
    found = amounts(read("15.000,00;", ";1.200,00", head=head))
    assert found == [("CRC", 1_500_000, None), ("USD", 120_000, None)]


def test_a_row_that_fills_both_is_set_aside_with_the_reason() -> None:
    file = read(
        "15.000,00;30,00;15.000,00;",
        ";1.200,00;;350,00",
        "10,00;;10,00;",
        ";20,00;15.000,00;",
    )
    assert amounts(file) == [("USD", 120_000, 35_000), ("CRC", 1_000, 1_000)]
    assert {error.line for error in file.set_aside} == {2, 5}
    assert "cell.several_currencies" in {getattr(error.message, "id", "") for error in file.set_aside}


def test_the_same_amount_in_two_currencies_is_asked_about() -> None:
    file = read("15.000,00;30,00", "5.000,00;10,00", head="factura;cédula;fecha;Total colones;Total dólares")
    assert [question.key for question in file.questions] == ["column:total"]


def test_a_column_of_currencies_that_says_another_sets_the_row_aside() -> None:
    head = "factura;cédula;fecha;Total CRC;Total USD;moneda"
    file = read("15.000,00;;USD", ";1.200,00;USD", head=head)
    assert (amounts(file), {error.line for error in file.set_aside}) == ([("USD", 120_000, None)], {2})


def test_both_columns_are_remembered_as_the_one_amount() -> None:
    said = {"Total colones": "total", "Total dólares": "total", "Saldo colones": "balance", "Saldo dólares": "balance"}
    file = read("15.000,00;;15.000,00;", ";1.200,00;;350,00", layout=Layout(columns=said))
    assert amounts(file) == [("CRC", 1_500_000, 1_500_000), ("USD", 120_000, 35_000)]
