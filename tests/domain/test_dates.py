"""Days as people and programs write them, read by the column."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.cells import Unreadable, read_date
from hub.domain.files.dates import DATES, DateColumns
from hub.domain.files.invoice_file import parse_invoices
from hub.domain.files.layout import Layout
from tests.spoken import spoken


def refusal(text: str) -> str:
    with pytest.raises(Unreadable) as refused:
        read_date(text)
    return spoken(refused.value.message)


def columns(*cells: str, **answers: str) -> DateColumns:
    return DateColumns.of({"issued_on": [(line, cell) for line, cell in enumerate(cells, 2)]}, Layout(answers=answers))


def as_read(read: DateColumns, *cells: str) -> list[str]:
    def one(cell: str) -> str:
        try:
            return read.read(cell).isoformat()
        except Unreadable as unreadable:
            return unreadable.message.id

    return [one(cell) for cell in cells]


@pytest.mark.parametrize(
    "text",
    [
        "05/03/2026", "5/3/2026", "05-03-2026", "05.03.2026", "2026-03-05", "2026/03/05", "2026-3-5", "20260305",
        "2026-03-05T00:00:00", "2026-03-05 00:00:00", "05/03/2026 0:00", "05/03/2026 14:35", "5/3/2026 2:35 p. m.",
        "5/3/2026 2:35\u00a0p.\u00a0m.", "5/3/2026 02:35:10 PM", "05/03/2026, 14:35", "2026-03-05T14:35:10-06:00",
        "2026-03-05T23:59:59Z", "2026-03-05T14:35:10.123456789-0600", "2026-03-05 14:35:10 -06:00", "20260305T143510Z",
        "5-mar-2026", "5 de marzo de 2026", "05/Mar/2026", "5-mar-2026 14:35", "jueves, 5 de marzo de 2026",
        "jue. 5 mar. 2026", "5 de marzo del 2026", "March 5, 2026", "Thursday, March 5, 2026", "Mar 5 2026",
        "'05/03/2026",
    ],
)  # fmt: skip
def test_the_day_stands_before_the_month_and_the_hour_does_not_matter(text: str) -> None:
    """March the fifth, however written; of a moment with an offset the day as it stands there."""
    assert read_date(text) == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("11/21/2026", "mes sería 21"), ("2026-21-11", "mes sería 21"), ("31/02/2026", "no existe"),
        ("29/02/2027", "no existe"), ("20261321", "mes sería 13"),
        ("05/03/26", "cuatro"), ("5-mar-26", "cuatro"), ("46347", "21/11/2026"), ("46347,5", "21/11/2026"),
        ("05/03-2026", "No es una fecha"), ("2026112", "No es una fecha"), ("", "No es una fecha"),
        ("14:35", "No es una fecha"), ("05/03/2206", "año"), ("0/3/2026", "no existe"), ("5/0/2026", "mes"),
        ("5 foo 2026", "No es una fecha"), ("####", "Excel"), ("٠٥/٠٣/٢٠٢٦", "No es una fecha"),
        ("05/03/2026 mañana", "No es una fecha"), ("30 días", "No es una fecha"),
    ],
)  # fmt: skip
def test_other_dates_are_refused_with_the_reason(text: str, word: str) -> None:
    """A month of 21 shows that somebody wrote the month first; serial numbers are named with their day."""
    assert word in refusal(text)


def test_a_column_in_which_no_date_shows_its_order_has_the_day_first() -> None:
    read = columns("02/09/2026", "2026-09-14", "3-sep-2026")

    assert not read.questions
    assert as_read(read, "02/09/2026", "2026-09-14") == ["2026-09-02", "2026-09-14"]


def test_a_date_that_can_only_have_the_month_first_makes_the_file_ask() -> None:
    """With rows of it read both ways; what says its order itself is read all the same."""
    cells = ("09/02/2026", "09/14/2026", "2026-09-14", "09/03/2026")
    (question,) = columns(*cells).questions

    assert question.key == DATES
    assert as_read(columns(*cells), *cells) == ["cell.two_orders", "cell.two_orders", "2026-09-14", "cell.two_orders"]
    assert as_read(columns(*cells, order="mdy"), *cells) == ["2026-09-02", "2026-09-14", "2026-09-14", "2026-09-03"]
    assert as_read(columns(*cells, order="dmy"), *cells) == ["2026-02-09", "cell.no_month", "2026-09-14", "2026-03-09"]
    assert {choice.value: [spoken(text) for text in choice.examples] for choice in question.choices} == {
        "dmy": [
            "Línea 2: «09/02/2026» es el 2026-02-09.",
            "Línea 3: «09/14/2026» no se puede leer así, y la fila queda aparte.",
            "Línea 5: «09/03/2026» es el 2026-03-09.",
        ],
        "mdy": [
            "Línea 2: «09/02/2026» es el 2026-09-02.",
            "Línea 3: «09/14/2026» es el 2026-09-14.",
            "Línea 5: «09/03/2026» es el 2026-09-03.",
        ],
    }


def test_one_wrong_date_among_others_that_can_only_have_the_day_first_asks_nothing() -> None:
    read = columns("14/09/2026", "09/15/2026")

    assert not read.questions
    assert as_read(read, "14/09/2026", "09/15/2026") == ["2026-09-14", "cell.no_month"]


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (["2/9/26"], ["2026-09-02"]), (["02-set-26", "31-dic-26"], ["2026-09-02", "2026-12-31"]),
        (["25/09/26"], ["cell.short_year"]), (["25/09/26", "02/10/26"], ["2026-09-25", "2026-10-02"]),
        (["26/09/02"], ["cell.short_year"]), (["05/03/77"], ["cell.short_year"]),
        (["05/03/26", "05/03/77"], ["cell.short_year", "cell.short_year"]),
    ],
)  # fmt: skip
def test_two_digits_of_a_year_are_read_where_the_column_shows_that_they_are_the_year(
    cells: list[str], read: list[str]
) -> None:
    assert as_read(columns(*cells), *cells) == read


@pytest.mark.parametrize("word", ["-", "–", "N/A", "0000-00-00", "Contado", "Sin vencimiento"])
def test_a_due_date_may_say_that_there_is_none(word: str) -> None:
    assert columns(word).read_or_none(word) is None
    assert as_read(columns(word), word) == ["cell.no_date"] or word == "0000-00-00"


def test_columns_of_dates_share_their_order() -> None:
    text = "number;customer;issued_on;due_on;total\nA;9;09/02/2026;09/30/2026;100\n"
    asked = parse_invoices(text.encode(), default_currency="CRC")
    answered = parse_invoices(text.encode(), default_currency="CRC", layout=Layout(answers={DATES: "mdy"}))

    assert [question.key for question in asked.questions] == [DATES]
    assert asked.rows == ()
    assert [(row.issued_on, row.due_on) for row in answered.rows] == [(date(2026, 9, 2), date(2026, 9, 30))]


DAYS = st.lists(st.dates(date(2020, 1, 1), date(2030, 12, 31)), min_size=1, max_size=8)


def never_another_day(days: list[date], form: str, read: Callable[[DateColumns, str], date] = DateColumns.read) -> None:
    """Each day of a column comes back, or the file asks; unless nothing in it shows the month first."""
    cells = [day.strftime(form) for day in days]
    found = columns(*cells)
    if form.startswith("%m") and all(day.day <= 12 for day in days):
        return
    for day, cell in zip(days, cells, strict=True):
        try:
            assert read(found, cell) == day
        except Unreadable:
            assert found.questions


@given(DAYS, st.sampled_from(["%d/%m/%Y", "%d-%m-%Y %H:%M", "%Y-%m-%d", "%m/%d/%Y", "%m/%d/%Y %I:%M %p", "%Y%m%d"]))
def test_no_day_of_a_column_is_ever_read_as_another(days: list[date], form: str) -> None:
    never_another_day(days, form)


def test_control_a_reader_that_looks_at_each_date_alone_is_found() -> None:
    def planted(read: DateColumns, cell: str) -> date:
        return attrs.evolve(read, order="dmy").read(cell)

    days = [date(2026, 9, 2), date(2026, 9, 14)]
    never_another_day(days, "%m/%d/%Y")
    with pytest.raises(AssertionError):
        never_another_day(days, "%m/%d/%Y", planted)


# ---- a row that contradicts itself


def in_rows(*rows: tuple[str, str], **answers: str) -> DateColumns:
    """Days of issue, and days on which they are due."""
    issued, due = ([(line, row[at]) for line, row in enumerate(rows, 2)] for at in (0, 1))
    return DateColumns.of({"issued_on": issued, "due_on": due}, Layout(answers=answers))


def an_order_that_a_row_contradicts_is_asked_about() -> None:
    for rows in (
        [("09/02/2026", "10/02/2026"), ("10/05/2026", "11/04/2026")],
        [("10/05/2026", "11/04/2026"), ("2026-09-02", "2026-10-02")],
        [("2026-09-02", "10/02/2026")],
        [("10/05/26", "11/04/26"), ("10/06/26", "11/05/26")],
    ):
        assert [question.key for question in in_rows(*rows).questions] == [DATES], rows


def test_a_row_that_would_be_due_before_it_is_issued_proves_no_order() -> None:
    """Month first it is no contradiction: the file is asked about, and the answer reads all of its dates."""
    an_order_that_a_row_contradicts_is_asked_about()
    answered = in_rows(("09/02/2026", "10/02/2026"), ("10/05/2026", "11/04/2026"), order="mdy")

    assert not answered.questions
    assert as_read(answered, "09/02/2026", "11/04/2026") == ["2026-09-02", "2026-11-04"]


def test_control_a_reader_that_holds_no_row_against_itself_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DateColumns, "_contradicts", lambda *_given: False)

    with pytest.raises(AssertionError):
        an_order_that_a_row_contradicts_is_asked_about()


@pytest.mark.parametrize(
    "rows",
    [
        [("10/05/2026", "11/04/2026"), ("25/09/2026", "25/10/2026")],
        [("02/09/2026", "02/10/2026"), ("03/09/2026", "03/10/2026")],
        [("10/05/2026", "10/04/2026")],
        [("2026-10-05", "2026-09-05"), ("02/09/2026", "02/10/2026")],
        [("10/05/2026", "contado"), ("10/05/2026", "")],
    ],
)
def test_what_contradicts_itself_either_way_or_where_the_order_is_proven_asks_nothing(
    rows: list[tuple[str, str]],
) -> None:
    assert not in_rows(*rows).questions


def test_a_file_whose_rows_are_due_before_they_are_issued_is_asked_about() -> None:
    data = (
        b"Num,Customer,Date,Due Date,Amount\n5101,1-1234-0567,09/02/2026,10/02/2026,5\n"
        b"5102,3-101-555444,10/05/2026,11/04/2026,6\n"
    )
    file = parse_invoices(data, default_currency="CRC")
    (question,) = file.questions

    assert (question.key, file.rows, file.set_aside) == (DATES, (), ())
    assert "Línea 3: «10/05/2026» es el 2026-10-05." in [spoken(text) for text in question.choices[1].examples]
