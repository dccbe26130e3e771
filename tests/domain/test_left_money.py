"""A column of money that nobody knows is asked about where it may change what is owed."""

from __future__ import annotations

import pytest

from hub.domain.files import left_money
from hub.domain.files.invoice_file import InvoiceFile, parse_invoices
from hub.domain.files.layout import Layout
from tests.strangers.files import Shown, xlsx


def read(*lines: str, **answers: str) -> InvoiceFile:
    text = "\n".join(lines).encode()
    return parse_invoices(text, default_currency="CRC", layout=Layout(answers={"decimal": ",", **answers}))


HEAD = "factura;cédula;fecha;total"
ROW = "F1;1-1234-0567;02/09/2026;1.000,00"


def nothing_is_owed_in_silence() -> None:
    for heading, cell in (
        *(("Saldo vencido", "400,00"), ("Anticipos", "1.000,00"), ("Notas crédito", "-400,00")),
        *((heading, "400,00") for heading in ("Por pagar", "Neto a pagar", "Falta", "Resta", "Open Amount")),
        ("Monto cancelado", "600,00"),
    ):
        file = read(f"{HEAD};{heading}", f"{ROW};{cell}")
        assert [question.key[:6] for question in file.questions] == ["money:"], heading


def test_what_may_lower_the_debt_is_never_left_out_in_silence() -> None:
    nothing_is_owed_in_silence()


def test_control_a_reader_that_leaves_such_columns_out_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(left_money, "questions", lambda *_given: ())

    with pytest.raises(AssertionError):
        nothing_is_owed_in_silence()


def test_each_answer_is_shown_with_what_is_owed_then() -> None:
    (question,) = read(f"{HEAD};Notas crédito;Abonos", f"{ROW};-300,00;100,00").questions

    told = {choice.value: str(choice.examples[0].values["owed"]) for choice in question.choices}
    assert told == {"balance": "-300.00 CRC", "-": "900.00 CRC"}


def test_an_answer_is_used_and_one_of_another_file_is_no_fault() -> None:
    answers = {"money:saldo_vencido": "balance", "money:otra": "paid"}
    file = read(f"{HEAD};Saldo vencido", f"{ROW};400,00", **answers)

    assert (file.questions, file.wrong, str(file.rows[0].balance)) == ((), (), "400.00 CRC")


def test_what_a_person_left_out_is_not_asked_again() -> None:
    layout = Layout(columns={"saldo vencido": "-"})
    text = f"{HEAD};Saldo vencido\n{ROW};400,00\n".encode()

    assert parse_invoices(text, default_currency="CRC", layout=layout).questions == ()


def test_codes_days_and_words_are_no_money_of_this_kind() -> None:
    for heading, cell in (("Nota crédito", "NC-5"), ("Condición de pago", "30"), ("Saldo %", "40"), ("Pagos", "")):
        assert read(f"{HEAD};{heading}", f"{ROW};{cell}").questions == (), heading


def test_numbers_of_a_workbook_are_money_too() -> None:
    rows = [
        ["factura", "cédula", "fecha", "total", "Deuda"],
        ["F1", "1-1234-0567", "02/09/2026", 1000, Shown(400, "0")],
    ]

    (question,) = parse_invoices(xlsx(rows), default_currency="CRC").questions

    assert question.key == "money:deuda"
