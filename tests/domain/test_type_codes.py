"""Bare codes of types: of documents, or of identity documents; a credit note is never billed."""

from __future__ import annotations

import pytest

from hub.domain.files import value_columns
from hub.domain.files.bill_state import RowKind
from hub.domain.files.invoice_file import InvoiceFile, parse_invoices
from hub.domain.files.layout import Layout

HEAD = "factura;Tipo;cédula;fecha;total"


def read(*rows: str, head: str = HEAD, **answers: str) -> InvoiceFile:
    lines = "".join(f"F{at};{row};02/09/2026;1.000,00\n" for at, row in enumerate(rows))
    return parse_invoices(f"{head}\n{lines}".encode(), default_currency="CRC", layout=Layout(answers=answers))


def no_note_is_billed() -> None:
    beside = HEAD.replace("Tipo", "Tipo de identificación;Tipo")
    for file in (
        read("01;1-1234-0567", "03;1-1234-0567"),
        read("03;1-1234-0567"),
        read("01;1-1234-0567", "03;155812345678"),  # one alone may fit by chance
        read("01;01;1-1234-0567", "01;03;1-1234-0567", head=beside),
        read("01;1-1234-0567", "03;3-101-555444", head=HEAD.replace("Tipo", "Tipo documento")),
        read("33;1-1234-0567", "61;1-1234-0567"),
    ):
        assert [question.key for question in file.questions] == ["type_codes"]


def test_codes_of_which_one_may_be_a_credit_note_are_asked_about() -> None:
    no_note_is_billed()


def test_control_a_reader_that_takes_such_codes_for_types_of_identity_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(value_columns, "settled", lambda resolved, *_given: (resolved, ()))

    with pytest.raises(AssertionError):
        no_note_is_billed()


def test_codes_that_fit_the_numbers_beside_them_are_types_of_identity() -> None:
    for rows in (
        ("01;1-1234-0567", "02;3-101-555444"),
        ("01;1-1234-0567", "03;155812345678", "03;155812345679"),
        ("13;1020304050", "31;800197268"),
        ("01;1-1234-0567", "01;1-1234-0567"),
    ):
        file = read(*rows)
        assert (file.questions, file.columns["identity_type"]) == ((), ("Tipo",)), rows


def test_as_kinds_of_documents_the_codes_mean_what_the_tax_authority_says() -> None:
    file = read("01;1-1234-0567", "02;1-1234-0567", "03;1-1234-0567", "4;1-1234-0567", type_codes="kind")

    bill, note = RowKind.INVOICE, RowKind.CREDIT_NOTE
    assert [row.kind for row in file.rows] == [bill, bill, note, bill]
    assert (file.questions, file.columns["kind"], "identity_type" in file.columns) == ((), ("Tipo",), False)


def test_the_other_answers() -> None:
    rows = ("01;1-1234-0567", "03;1-1234-0567")
    assert read(*rows, type_codes="identity_type").rows[1].identity_type == "03"
    left = read(*rows, type_codes="-")
    assert (left.left_out, [row.kind for row in left.rows]) == (("Tipo",), [RowKind.INVOICE] * 2)


def test_what_a_person_said_of_the_column_is_not_asked_again() -> None:
    layout = Layout(columns={"Tipo": "identity_type"})
    text = f"{HEAD}\nF1;03;1-1234-0567;02/09/2026;1.000,00\n".encode()

    assert parse_invoices(text, default_currency="CRC", layout=layout).questions == ()
