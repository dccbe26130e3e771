"""A column that says whether an invoice is paid, cancelled or annulled with yes and no: a state, and no amount."""

from __future__ import annotations

import pytest

from hub.domain.files import state_words
from hub.domain.files.bill_state import BillState
from hub.domain.files.invoice_file import InvoiceFile, parse_invoices
from hub.domain.files.layout import Layout


def read(heading: str, *cells: str, **answers: str) -> InvoiceFile:
    rows = "".join(f"F{at};1-1234-0567;02/09/2026;1.000,00;{cell}\n" for at, cell in enumerate(cells))
    text = f"factura;cédula;fecha;total;{heading}\n{rows}"
    layout = Layout(answers={key.replace("__", ":"): answer for key, answer in answers.items()})
    return parse_invoices(text.encode(), default_currency="CRC", layout=layout)


def states(file: InvoiceFile) -> list[BillState | None]:
    assert (file.questions, file.set_aside, file.errors) == ((), (), ())
    return [row.state for row in file.rows]


def yes_is_paid() -> None:
    for heading in ("Pagado", "Pagada", "PAGADO", "Paid", "¿Pagada?", "Pagado (Sí/No)", "Cobrada", "Está pagada"):
        for yes, no in (("Sí", "No"), ("SI", "NO"), ("S", "N"), ("x", ""), ("true", "false"), ("Yes", "No")):
            file = read(heading, yes, no)
            assert states(file)[0] is BillState.PAID, (heading, yes)
            assert states(file)[1] in {BillState.OPEN, None}, (heading, no)


def test_yes_below_paid_is_a_state() -> None:
    yes_is_paid()


def test_control_whoever_reads_such_cells_as_amounts_sets_every_row_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_words, "YES", frozenset())
    with pytest.raises(AssertionError):
        yes_is_paid()


def test_amounts_below_paid_stay_amounts() -> None:
    file = read("Pagado", "400,00", "0,00")
    assert [row.balance.minor for row in file.rows if row.balance] == [60_000, 100_000]


def test_yes_below_annulled_bills_nothing_and_no_says_nothing() -> None:
    assert states(read("Anulada", "Sí", "No")) == [BillState.VOID, None]


def test_cancelled_means_paid_to_some_and_annulled_to_others_and_is_asked() -> None:
    file = read("Cancelada", "Sí", "No")
    assert [question.key for question in file.questions] == ["word:cancelada"]
    assert states(read("Cancelada", "Sí", "No", word__cancelada="paid")) == [BillState.PAID, BillState.OPEN]


def test_other_words_below_a_state_are_asked_as_ever() -> None:
    assert [question.key for question in read("Estado", "Sí").questions] == ["word:si"]
