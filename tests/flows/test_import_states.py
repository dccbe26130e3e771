"""What a word for a state, a credit note and an instalment do: never twice, never against money that is here."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.domain.files import invoice_file, same_number
from hub.domain.text import Text
from hub.flows.imports import save_invoices
from hub.flows.imports.credit_notes import Notes
from hub.flows.imports.told_report import read_report, stored_report
from tests.bookkeeping.conftest import desk_for as desk_for
from tests.bookkeeping.conftest import empty_hub as empty_hub
from tests.bookkeeping.desk import Desk
from tests.flows.brought import ANA, HEAD, bills, bring, counts, look, owed, reasons, words
from tests.spoken import spoken

Desks = Callable[[str], Desk]
STATES = "factura;cliente;fecha;moneda;total;estado"
NOTES = f"{HEAD};factura afectada"


@pytest.fixture
def desk(desk_for: Desks) -> Desk:
    return desk_for("CR")


def row(number: str, state: str, total: str = "1000,00") -> str:
    return f"{number};{ANA};02/09/2026;CRC;{total};{state}"


# ---- state words


def test_known_words_say_what_is_owed_and_what_is_no_invoice(desk: Desk) -> None:
    report = bring(
        desk,
        *(row(f"A{n}", word) for n, word in enumerate(("Abierta", "POR COBRAR", "Vencida", "Emitida", "Parcial", ""))),
        *(row(f"P{n}", word) for n, word in enumerate(("Pagada", "Cobrada", "Paid"))),
        *(row(f"S{n}", word) for n, word in enumerate(("Borrador", "Cotización"))),
        *(row(f"V{n}", word) for n, word in enumerate(("Anulada", "Void"))),
        head=STATES,
    )

    assert counts(report) == (9, 0, 0, 0)
    assert [error.line for error in report.left_out] == [11, 12, 13, 14]
    assert owed(desk) == {**{f"A{n}": 1000 for n in range(6)}, **{f"P{n}": 0 for n in range(3)}}


@pytest.mark.parametrize("word", ["Cancelada", "Rechazada", "Abonada", "En trámite"])
def test_a_word_with_two_meanings_is_asked_once_with_rows_and_nothing_is_taken(desk: Desk, word: str) -> None:
    rows = (row("F1", word), row("F2", word), row("F3", "Abierta"))
    report = bring(desk, *rows, head=STATES)

    (question,) = report.reading.questions
    assert (report.is_open, counts(report), owed(desk)) == (True, (0, 0, 0, 0), {})
    assert [choice.value for choice in question.choices] == ["open", "paid", "void", "note", "skip"]
    assert "F1" in spoken(question.choices[0].examples[0])
    report = bring(desk, *rows, head=STATES, **{question.key: "paid"})
    assert (counts(report), owed(desk)) == ((3, 0, 0, 0), {"F1": 0, "F2": 0, "F3": 1000})


def test_an_annulled_invoice_is_voided_where_nobodys_money_is_in_it(desk: Desk) -> None:
    bring(desk, row("F1", "Abierta"), row("F2", "Abierta"), head=STATES)
    report = bring(desk, row("F1", "Anulada", "0,00"), row("F2", "Abierta"), head=STATES)

    assert (counts(report), owed(desk)) == ((0, 1, 1, 0), {"F1": 0, "F2": 1000})
    voided = desk.read(bills)["F1"].voided
    assert voided is not None
    assert "Anulada" in voided.reason
    assert counts(bring(desk, row("F1", "Anulada"), row("F2", "Abierta"), head=STATES)) == (0, 0, 2, 0)
    report = bring(desk, row("F1", "Abierta"), head=STATES)
    assert (report.unchanged, len(report.kept), owed(desk)["F1"]) == (1, 1, 0), (
        "a person or a file said that it is none"
    )


@pytest.mark.parametrize("word", ["Anulada", "Pagada"])
@pytest.mark.parametrize(
    "before",
    [
        ("pays A F1 600.00",),
        ("pays A F1 600.00", "unheard A"),
        ("pays A F1 600.00", "paid A"),
    ],
)
def test_annulled_or_paid_is_set_aside_while_money_may_come_or_is_here(
    desk: Desk, word: str, before: tuple[str, ...]
) -> None:
    bring(desk, row("F1", "Abierta"), head=STATES)
    for line in before:
        desk.do(line)
    due = owed(desk)
    report = bring(desk, row("F1", word), row("F2", "Abierta"), head=STATES)

    assert counts(report) == (1, 0, 0, 1)
    assert owed(desk) == {**due, "F2": 1000}


def test_paid_books_what_the_balance_of_a_file_would_and_nothing_where_it_is_paid_here(desk: Desk) -> None:
    bring(desk, row("F1", "Abierta"), row("F2", "Abierta"), head=STATES)
    for line in ("pays A F2 1000.00", "paid A"):
        desk.do(line)
    report = bring(desk, row("F1", "Pagada"), row("F2", "Pagada"), head=STATES)

    assert reasons(report) == []
    found = desk.read(bills)
    assert (found["F1"].outside, found["F2"].outside, owed(desk)) == (100_000, 0, {"F1": 0, "F2": 0})
    assert counts(bring(desk, row("F1", "Pagada"), row("F2", "Pagada"), head=STATES)) == (0, 0, 2, 0)


def test_a_balance_that_contradicts_the_word_is_set_aside(desk: Desk) -> None:
    report = bring(desk, f"F1;{ANA};02/09/2026;CRC;1000,00;Pagada;10,00", head=f"{STATES};saldo")

    assert reasons(report) == [(2, "import.paid_with_balance")]
    assert "Pagada" in words(report)[0]


def test_control_a_word_that_says_paid_counts_money_of_here_as_money_from_elsewhere(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(save_invoices._Portion, "_not_paid", lambda *_asked: None)
    with pytest.raises(AssertionError):
        test_annulled_or_paid_is_set_aside_while_money_may_come_or_is_here(
            desk, "Pagada", ("pays A F1 600.00", "paid A")
        )


# ---- credit notes


def test_a_credit_note_comes_off_the_invoice_that_it_names_once_however_often_it_is_brought(desk: Desk) -> None:
    bring(desk, f"F1;{ANA};02/09/2026;;CRC;1000,00;1000,00")
    rows = (f"F1;{ANA};02/09/2026;;CRC;1000,00;800,00;", f"NC-5;{ANA};03/09/2026;;CRC;-200,00;0,00;F1")

    assert counts(bring(desk, *rows, head=NOTES)) == (1, 0, 1, 0)
    for note in ("NC-5", "nc 5", "NC-0005"):
        again = bring(desk, rows[0], rows[1].replace("NC-5", note), head=NOTES)
        assert (counts(again), owed(desk)) == ((0, 0, 2, 0), {"F1": 800})
    found = desk.read(bills)["F1"]
    assert (found.credited, found.outside) == (20_000, 0), "what the balance fell by is that note"


def test_an_invoice_and_its_note_may_come_in_one_file(desk: Desk) -> None:
    rows = (
        f"NC-5;{ANA};03/09/2026;;CRC;-200,00;0,00;f 01",
        f"F1;{ANA};02/09/2026;;CRC;1000,00;500,00;",
        f"F2;{ANA};02/09/2026;;CRC;1000,00;1000,00;",
        f"NC-6;{ANA};03/09/2026;;CRC;200,00;;F2",
    )
    assert counts(bring(desk, *rows, head=NOTES)) == (4, 0, 0, 0)
    assert owed(desk) == {"F1": 500, "F2": 800}
    again = bring(desk, *rows, head=NOTES)
    assert (counts(again), owed(desk)) == ((0, 0, 4, 0), {"F1": 500, "F2": 800})
    assert [error.line for error in again.differences] == [4], "the file does not count the note of F2 yet"


def test_a_note_that_names_no_invoice_waits_by_name_and_the_rest_is_taken(desk: Desk) -> None:
    rows = (f"F1;{ANA};02/09/2026;;CRC;1000,00;1000,00", f"NC-5;{ANA};03/09/2026;;CRC;-200,00;-200,00")
    report = bring(desk, *rows)

    assert (counts(report), owed(desk)) == ((1, 0, 0, 1), {"F1": 1000})
    assert "¿de qué factura?" in words(report)[0]


@pytest.mark.parametrize("word", ["Recibo de caja", "ANTICIPO", "Abono", "Pago", "Cobro", ""])
def test_money_that_came_is_no_credit_note_and_lowers_nothing(desk: Desk, word: str) -> None:
    bring(desk, f"F1;{ANA};02/09/2026;;CRC;1000,00;")
    head = "tipo;factura;cliente;fecha;moneda;total;factura afectada"
    report = bring(desk, f"{word};RC-7;{ANA};03/09/2026;CRC;-300,00;F1", head=head)
    assert counts(report) == (0, 0, 0, 1)
    assert reasons(report) == [(2, "import.is_receipt")]
    assert owed(desk) == {"F1": 1000}


def test_control_a_receipt_whose_kind_nobody_reads_lowers_its_invoice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invoice_file, "is_receipt_number", lambda _number: False)
    with pytest.raises(AssertionError):
        test_money_that_came_is_no_credit_note_and_lowers_nothing(desk, "")


@pytest.mark.parametrize("word", ["NC", "N/C", "Nota Crédito", "NOTA DE CRÉDITO ELECTRÓNICA", "n.c."])
def test_a_credit_note_is_known_by_each_of_its_names(desk: Desk, word: str) -> None:
    bring(desk, f"F1;{ANA};02/09/2026;;CRC;1000,00;")
    head = "tipo;factura;cliente;fecha;moneda;total;factura afectada"
    assert counts(bring(desk, f"{word};7;{ANA};03/09/2026;CRC;300,00;F1", head=head)) == (1, 0, 0, 0)
    assert owed(desk) == {"F1": 700}


def test_a_note_of_an_invoice_that_is_nowhere_or_of_somebody_else_is_set_aside(desk: Desk) -> None:
    desk._ensure_customer("c2")
    report = bring(
        desk,
        "F1;100000002;02/09/2026;;CRC;1000,00;1000,00;",
        f"NC-5;{ANA};03/09/2026;;CRC;-200,00;;F9",
        f"NC-6;{ANA};03/09/2026;;CRC;-200,00;;F1",
        "NC-7;100000002;03/09/2026;;CRC;-1200,00;;F1",
        head=NOTES,
    )

    assert sorted(reasons(report)) == [
        (3, "import.note_invoice_unknown"),
        (4, "import.note_of_other_customer"),
        (5, "credit_note.too_much"),
    ]
    assert owed(desk) == {"F1": 1000}


def test_control_a_note_whose_writing_changed_is_booked_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Notes._before

    def by_its_very_number(notes: Notes, row: object, customer_id: str) -> object:
        found = before(notes, row, customer_id)  # type: ignore[arg-type]
        return found if found and found.key == f"credit:{row.number}" else None  # type: ignore[attr-defined]

    monkeypatch.setattr(Notes, "_before", by_its_very_number)
    with pytest.raises(AssertionError):
        test_a_credit_note_comes_off_the_invoice_that_it_names_once_however_often_it_is_brought(desk)


def test_a_kind_of_document_that_is_a_code_is_asked_and_bills_no_note(desk: Desk) -> None:
    head = "tipo comprobante;factura;cliente;fecha;moneda;total;factura afectada"
    rows = (f"01;F1;{ANA};02/09/2026;CRC;1000,00;", f"03;7;{ANA};03/09/2026;CRC;300,00;F1")
    report = bring(desk, *rows, head=head)
    assert ([question.key for question in report.reading.questions], owed(desk)) == (["word:01", "word:03"], {})
    bring(desk, *rows, head=head, **{"word:01": "open", "word:03": "note"})
    assert owed(desk) == {"F1": 700}


# ---- instalments


def parts(*amounts: tuple[int, str, str]) -> list[str]:
    return [f"F1;{ANA};02/09/2026;02/{month}/2026;CRC;{total};{balance}" for month, total, balance in amounts]


def test_a_total_that_is_the_sum_of_the_balances_is_the_invoices(desk: Desk) -> None:
    report = bring(desk, *parts(*((month, "3000,00", "1000,00") for month in (10, 11, 12))))

    (bill,) = desk.read(bills).values()
    assert (counts(report), bill.total, bill.due, str(bill.due_on)) == ((1, 0, 0, 0), 300_000, 300_000, "2026-10-02")
    assert [(str(part.due_on), part.amount) for part in bill.plan] == [
        ("2026-10-02", 100_000),
        ("2026-11-02", 100_000),
        ("2026-12-02", 100_000),
    ]


def test_balances_above_the_total_say_that_it_is_the_instalments(desk: Desk) -> None:
    bring(desk, *parts(*((month, "1000,00", "1000,00") for month in (10, 11, 12))))

    assert owed(desk) == {"F1": 3000}


@pytest.mark.parametrize("total", ["3000,00", "1000,00"])
def test_instalments_that_a_newer_file_has_no_more_are_paid(desk: Desk, total: str) -> None:
    """Whether the column is the invoice's or the instalment's."""
    rows = parts(*((month, total, "1000,00") for month in (10, 11, 12)))
    bring(desk, *rows)
    assert counts(bring(desk, *rows)) == (0, 0, 1, 0)
    report = bring(desk, *rows[2:])

    (bill,) = desk.read(bills).values()
    assert (counts(report), bill.total, bill.due, bill.outside) == ((0, 1, 0, 0), 300_000, 100_000, 200_000)
    assert (len(bill.plan), str(bill.due_on)) == (3, "2026-12-02")
    assert counts(bring(desk, *rows[2:])) == (0, 0, 1, 0)


@pytest.mark.parametrize("total", ["3000,00", "1000,00"])
def test_an_invoice_of_here_says_what_the_total_of_fewer_instalments_is_of(desk: Desk, total: str) -> None:
    rows = parts(*((month, total, "1000,00") for month in (10, 11, 12)))
    bring(desk, *rows)
    report = bring(desk, *rows[1:])

    (bill,) = desk.read(bills).values()
    assert (counts(report), bill.total, bill.due, len(bill.plan)) == ((0, 1, 0, 0), 300_000, 200_000, 3)
    assert counts(bring(desk, *rows[1:])) == (0, 0, 1, 0)


def test_balances_above_the_total_that_are_no_whole_instalments_are_asked_and_never_owed_so(desk: Desk) -> None:
    rows = parts((10, "3000,00", "2000,00"), (11, "3000,00", "2000,00"))
    assert (bring(desk, *rows).is_open, owed(desk)) == (True, {})
    report = bring(desk, *rows, total_of="invoice")
    assert (counts(report), owed(desk)) == ((0, 0, 0, 2), {})


def test_control_balances_above_the_total_are_owed_as_they_stand(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(same_number, "_meaning", lambda _plan: same_number.OF_INSTALMENT)
    with pytest.raises(AssertionError):
        test_balances_above_the_total_that_are_no_whole_instalments_are_asked_and_never_owed_so(desk)


def test_what_the_total_is_of_is_asked_where_the_sum_does_not_tell(desk: Desk) -> None:
    rows = parts((11, "3000,00", "1000,00"), (12, "3000,00", "1000,00"))
    report = bring(desk, *rows)
    (question,) = report.reading.questions
    assert (question.key, owed(desk)) == ("total_of", {})
    assert ["3000.00" in spoken(question.choices[0].examples[0]), "6000.00" in spoken(question.choices[1].examples[0])]

    bring(desk, *rows, total_of="invoice")
    (bill,) = desk.read(bills).values()
    assert (bill.total, bill.due) == (300_000, 200_000)


def test_an_instalment_that_cannot_be_read_keeps_the_whole_invoice_out(desk: Desk) -> None:
    rows = parts((10, "3000,00", "1000,00"), (11, "3000,00", "1000,00"), (12, "3000,00", "1000,00"))
    report = bring(desk, *(row.replace("02/12/2026", "31/11/2026") for row in rows))

    assert (counts(report), owed(desk)) == ((0, 0, 0, 3), {})
    assert reasons(report) == [(2, "import.beside_faulty"), (3, "import.beside_faulty"), (4, "cell.no_day")]


@pytest.mark.parametrize("total", ["3000,00", "1000,00"])
def test_a_word_for_each_instalment_says_which_are_paid(desk: Desk, total: str) -> None:
    head = f"{HEAD};estado"
    rows = [
        f"F1;{ANA};02/09/2026;02/{month}/2026;CRC;{total};{left};{word}"
        for month, left, word in ((10, "0,00", "Pagada"), (11, "1000,00", "Pendiente"), (12, "1000,00", "Por vencer"))
    ]
    if total == "3000,00":
        assert bring(desk, *rows, head=head).is_open, "two thousand of three: it may be either"
        bring(desk, *rows, head=head, total_of="invoice")
    else:
        bring(desk, *rows, head=head)
    (bill,) = desk.read(bills).values()
    assert (bill.total, bill.due, str(bill.due_on)) == (300_000, 200_000, "2026-11-02")

    head = "factura;cliente;fecha;vencimiento;moneda;total;estado"
    rows = [f"F2;{ANA};02/09/2026;02/{m}/2026;CRC;{m}00,00;{w}" for m, w in ((10, "Pagada"), (11, "Pendiente"))]
    bring(desk, *rows, head=head)
    assert owed(desk)["F2"] == 1100


def test_an_instalment_that_is_called_paid_and_has_a_balance_keeps_the_whole_invoice_out(desk: Desk) -> None:
    head = f"{HEAD};estado"
    rows = [f"F1;{ANA};02/09/2026;02/{m}/2026;CRC;500,00;500,00;{w}" for m, w in ((10, "Pagada"), (11, "Pendiente"))]
    report = bring(desk, *rows, head=head)

    assert (counts(report), owed(desk)) == ((0, 0, 0, 2), {})


def test_an_invoice_in_instalments_that_is_annulled_is_one_invoice(desk: Desk) -> None:
    head = f"{HEAD};estado"
    rows = [f"F1;{ANA};02/09/2026;02/{month}/2026;CRC;3000,00;1000,00;" for month in (10, 11, 12)]
    bring(desk, *rows, head=head)
    report = bring(desk, *(f"{row}Anulada" for row in rows), head=head)

    assert (counts(report), owed(desk)) == ((0, 1, 0, 0), {"F1": 0})


# ---- a row of sums


def test_a_row_of_sums_is_no_invoice_and_is_held_against_what_was_read(desk: Desk) -> None:
    rows = (
        f"F1;{ANA};02/09/2026;;CRC;1000,00;1000,00",
        f"F2;{ANA};02/09/2026;;CRC;500,00;0,00",
        f"NC-5;{ANA};02/09/2026;;CRC;-200,00;-200,00",
    )
    report = bring(desk, *rows, "TOTAL;;;;;1.300,00;801,00")

    assert owed(desk) == {"F1": 1000, "F2": 0}
    assert [(total.column, total.read, total.agrees) for total in report.reading.totals] == [
        ("total", "1300.00 CRC", True),
        ("saldo", "800.00 CRC", False),
    ]


def test_sums_of_customers_and_of_currencies_are_each_held_against_their_own_rows(desk: Desk) -> None:
    first, second = f"F1;{ANA};02/09/2026;;CRC;1000,00;1000,00", f"F2;{ANA};02/09/2026;;CRC;500,00;500,00"
    sums = ("Total Ana Prueba;;;;;1000,00;1000,00", "Total Robles S.A.;;;;;500,00;500,00")
    for last, agrees in (("1500,00;1500,00", True), ("500,00;500,00", False)):
        report = look(desk, first, sums[0], second, sums[1], f"Total general;;;;;{last}")
        assert [total.agrees for total in report.reading.totals] == [True] * 4 + [agrees] * 2

    dollars = f"F2;{ANA};02/09/2026;;USD;50,25;50,25"
    for rest, agrees in (("50,25;50,25", True), ("50,26;50,26", False)):
        report = look(desk, first, dollars, "Total CRC;;;;;1000,00;1000,00", f"Total USD;;;;;{rest}")
        assert [total.agrees for total in report.reading.totals] == [True] * 2 + [agrees] * 2

    for last, agrees in (("50,25;50,25", True), ("1000,00;1000,00", True), ("1050,25;1050,25", False)):
        report = look(desk, first, dollars, f"Total;;;;;{last}")
        assert [total.agrees for total in report.reading.totals] == [agrees] * 2
    report = look(desk, first, dollars, "Total;;;;;US$ 50,25;₡50,25")
    assert [(total.agrees, total.read) for total in report.reading.totals] == [
        (True, "50.25 USD"),
        (False, "1000.00 CRC"),
    ]


def test_what_a_file_has_no_column_for_is_called_as_people_call_it(desk: Desk) -> None:
    report = bring(desk, f"NC-1;{ANA};02/09/2026;;CRC;-200,00;-200,00")
    assert [error.column for error in report.set_aside] == [Text("field.credits")]
    assert read_report(stored_report(report)).set_aside == report.set_aside
    unknown = bring(
        desk, "F1;Nadie Conocido;02/09/2026;CRC;100,00", head="factura;nombre del cliente;fecha;moneda;total"
    )
    assert [error.column for error in unknown.set_aside] == ["nombre del cliente"]
