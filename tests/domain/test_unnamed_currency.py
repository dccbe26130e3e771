"""A column whose every cell names a currency says the row's, whatever it is called."""

from __future__ import annotations

import pytest

from hub.domain.files import value_columns
from hub.domain.files.invoice_file import InvoiceFile, parse_invoices
from hub.domain.files.layout import LEFT_OUT, Layout


def read(heading: str, *cells: str, more: str = "", layout: Layout | None = None) -> InvoiceFile:
    lines = [f"factura;cédula;fecha;total;{heading}{more}"]
    lines += [f"F{at};1-1234-0567;02/09/2026;1.130,00;{cell}" for at, cell in enumerate(cells)]
    text = "\n".join(lines).encode()
    return parse_invoices(text, default_currency="CRC", currencies=("CRC", "USD"), layout=layout or Layout())


def dollars_stay_dollars() -> None:
    for heading in ("Mon.", "Mda", "Div.", "Símbolo", "Cod. Moneda", "X"):
        file = read(heading, "CRC", "USD", "Dólares", "US$", "")
        assert not file.is_open
        named = [row.total.currency for row in file.rows]
        assert (named, len(file.set_aside) > 0) == (["CRC", "USD", "USD", "USD"], True), heading


def test_a_column_in_which_every_cell_names_a_currency_is_the_currency_of_its_rows() -> None:
    dollars_stay_dollars()


def test_control_whoever_leaves_it_out_takes_dollars_for_colones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(value_columns, "with_currency", lambda resolved, *_given: resolved)
    with pytest.raises(AssertionError):
        dollars_stay_dollars()


def test_two_such_columns_that_do_not_say_the_same_are_asked_about() -> None:
    assert read("Mon.", "CRC;USD", "USD;USD", more=";Div.").missing == ("currency",)
    assert [row.total.currency for row in read("Mon.", "CRC;₡", "USD;US$", more=";Div.").rows] == ["CRC", "USD"]


def test_a_column_with_other_words_and_one_that_somebody_left_out_say_nothing() -> None:
    assert [row.total.currency for row in read("Zona", "CRC", "Norte").rows] == ["CRC", "CRC"]
    left = Layout(columns={"Mon.": LEFT_OUT})
    assert [row.total.currency for row in read("Mon.", "USD", "USD", layout=left).rows] == ["CRC", "CRC"]
