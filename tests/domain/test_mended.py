"""Rows that are given back to be mended: their headings are known, their texts come back as they were."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.domain.export import FORMULA, csv_of, harmless
from hub.domain.files.columns import resolve_columns
from hub.domain.files.field_labels import LABELS
from hub.domain.files.known_columns import KNOWN_COLUMNS, usual_headings
from hub.domain.files.layout import FileKind, Layout
from hub.domain.files.mended import SaidAgain
from hub.domain.files.mended_lines import mended_lines
from hub.domain.files.settlement_file import LineFile, parse_lines
from hub.domain.files.sheet import marked, unmarked
from hub.domain.files.table_file import read_table
from tests.spoken import spoken

NAMED = [(kind, column.name) for kind in FileKind for column in KNOWN_COLUMNS[kind]]


@pytest.mark.parametrize("locale", ["es_CR", "es_CO", "en"])
@pytest.mark.parametrize("kind", FileKind)
def test_what_we_call_a_field_is_a_heading_that_we_know(kind: FileKind, locale: str) -> None:
    known = KNOWN_COLUMNS[kind]
    labels = {column.name: spoken(LABELS[column.name], locale) for column in known if column.name in LABELS}
    data = "\n".join(";".join(row) for row in (labels.values(), ("1",) * len(labels))).encode()
    found = resolve_columns(read_table(data, known=usual_headings(kind)), known, Layout())
    assert (found.questions, found.left_out) == ((), ())
    assert found.columns == {name: (label,) for name, label in labels.items()}


TEXTS = st.text(st.sampled_from("'=+-@|%＝a1 "), min_size=1, max_size=6).map(str.strip)


@given(TEXTS)
@example("'-5000")
@example("-x'")
@example("''")
@example("'" * 5000)
def test_a_text_that_is_guarded_comes_back_and_no_spreadsheet_takes_it_for_a_formula(text: str) -> None:
    assert unmarked(marked(text)) == text
    assert harmless(marked(text)) == marked(text)
    assert not marked(text).startswith(FORMULA)


def comes_back(text: str) -> None:
    data = csv_of(["Uno", "Dos"], [[marked(text), "x"]])
    assert read_table(data).rows[0].cells["Uno"] == text


@pytest.mark.parametrize("text", ["'-5000", "=1+1", "'t Hooft", "|x", "%5", "＝x", "-it's'", "'=1'", "+506 8888-8888"])
def test_a_cell_that_begins_as_a_formula_or_with_a_mark_comes_back_through_a_file(text: str) -> None:
    comes_back(text)


@pytest.mark.parametrize("text", ["'-5000", "'t Hooft"])
def test_control_a_mark_that_is_not_doubled_is_lost(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setitem(globals(), "marked", harmless)
    with pytest.raises(AssertionError):
        comes_back(text)


# ---- lines of payouts

HEAD = "Mov.;Pedido;Venta bruta;Com.;IVA com.;Depositado;Día;ReteICA"
MAPPED = {
    "Mov.": "line_id", "Pedido": "reference", "Venta bruta": "gross", "Com.": "fee", "IVA com.": "fee_tax",
    "Depositado": "net", "Día": "settled_on", "ReteICA": "withholding:reteica",
}  # fmt: skip
PAYOUTS = {
    "a minus before what is kept back": (
        {},
        ("L1;R1;1000,00;-50,00;-6,50;943,50;02/09/2026;0,00", "L2;;100,00;-5,00;-0,65;94,35;03/09/2026;0,00"),
    ),
    "a sign that somebody answered": (
        {"decimal": ","},
        ("L1;R1;1,250;0,250;0,050;0,950;02/09/2026;0", "L2;;1.250;250;0;1000;03/09/2026;0"),
    ),
    "a sign that another row proves, and a month first": (
        {"order": "mdy"},
        ("L1;R1;15000.50;0;0;15000.50;09/14/2026;0", "L2;;850,000;0;0;849,000;09/02/2026;1,000"),
    ),
}


def read_lines(data: bytes, layout: Layout | None = None) -> LineFile:
    return parse_lines(data, currency="USD", layout=layout)


def given_back(case: str) -> None:
    answers, rows = PAYOUTS[case]
    layout = Layout(columns=MAPPED, answers=answers)
    spoilt = "\n".join((HEAD, *rows)).encode()
    whole = read_lines(spoilt.replace(b"L2;;", b"L2;R2;"), layout)
    first = read_lines(spoilt, layout)
    assert [error.line for error in first.set_aside] == [3]
    found = mended_lines(read_table(spoilt), {3}, name="", layout=layout, currency="USD", sign=",")
    headings = [spoken(LABELS.get(field, field)) for field in found.fields]
    cells = [found.rows[3].get(field, "") for field in found.fields]
    data = csv_of([*headings, "Motivo"], [[*map(marked, cells), "x"]])
    assert read_lines(data).lines == ()
    at = found.fields.index("reference")
    again = read_lines(csv_of([*headings, "Motivo"], [[*map(marked, (*cells[:at], "R2", *cells[at + 1 :])), "x"]]))
    assert (again.questions, again.missing, again.set_aside) == ((), (), ())
    assert again.lines == whole.lines[1:]


@pytest.mark.parametrize("case", PAYOUTS)
def test_a_line_of_a_payout_that_is_mended_says_what_it_would_have_said(case: str) -> None:
    given_back(case)


@pytest.mark.parametrize("case", list(PAYOUTS)[1:])
def test_control_cells_of_a_payout_that_stand_as_they_did_say_something_else(
    monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.setattr(SaidAgain, "amount", lambda _self, _field, cell, _code, **_known: str(cell))
    monkeypatch.setattr(SaidAgain, "day", lambda _self, cell: str(cell))
    with pytest.raises(AssertionError):
        given_back(case)
