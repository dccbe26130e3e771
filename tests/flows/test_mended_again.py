"""Random files with random choices: mended where rows were set aside, they say what they would have said at first."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.countries.co import COUNTRY as COLOMBIA
from hub.domain.files import mended
from hub.domain.files.field_labels import field_label
from hub.domain.files.invoice_file import InvoiceFile, parse_invoices
from hub.domain.files.layout import FileKind, Layout
from hub.domain.files.mended import MendedRows, SaidAgain
from hub.flows.imports import set_aside_file as module
from hub.flows.imports.set_aside_file import Handed
from tests.spoken import spoken

CURRENCIES = COLOMBIA.currencies
WORDS = {"Cancelada": "paid", "Cerrada": "open", "Rechazada": "void", "Pagada": "paid", "Emitida": "open"}
HEADINGS: Mapping[str, Sequence[str]] = {
    "number": ("Serie", "Ref."),
    "customer": ("Ident.",),
    "customer_name": ("Quien", "Quien 2"),
    "email": ("Dir. e",),
    "issued_on": ("F. doc",),
    "due_on": ("F. tope",),
    "currency": ("Mon.",),
    "total": ("A cobrar",),
    "balance": ("Queda",),
    "paid": ("Lleva",),
    "state": ("Sit.", "Sit. 2"),
    "kind": ("Clase",),
    "description": ("Obs.", "Obs. 2"),
    "branch": ("Punto",),
    "-": ("Total", "Saldo", "Estado", "Vencimiento"),
}
OPTIONAL = ("customer_name", "email", "due_on", "currency", "balance", "paid", "state", "kind", "description", "branch")
TYPED = {"customer": "900108281", "issued_on": "2026-09-07", "currency": "COP", "number": "M-77"}
"""What whoever mends a cell types there."""
BROKEN = {"customer": "", "issued_on": "31/13/2026", "currency": "XBT", "number": "", "total": "mil"}


@attrs.frozen
class Case:
    """A file without a fault, the same with some, how it is read, and what whoever mends it types by field."""

    whole: bytes
    spoilt: bytes
    layout: Layout
    typed: Mapping[str, str]


class Maker:
    """Makes a file by chance."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.sign = self.dice.choice(",.")
        self.is_answered = self.dice.random() < 0.6
        self.month_first = self.dice.random() < 0.4
        self.fields = [field for field in HEADINGS if field not in OPTIONAL or self.dice.random() < 0.6]
        self.columns = {field: self._some(field) for field in self.fields}

    def _some(self, field: str) -> tuple[str, ...]:
        names = HEADINGS[field]
        return tuple(names[: self.dice.randint(1, len(names))]) if field in ("number", "-") else tuple(names)

    def case(self) -> Case:
        rows = [cells for n in range(self.dice.randint(1, 7)) for cells in self._invoice(n)]
        spoilt, broken = [dict(row) for row in rows], set[str]()
        typed = {**TYPED, "total": f"1234{self.sign}50"}
        for number in sorted({row["number"][-1] for row in rows}):
            at = [place for place, row in enumerate(rows) if row["number"][-1] == number]
            fields = [field for field in BROKEN if field in self.fields and (field != "number" or field not in broken)]
            field = self.dice.choice(fields) if self.dice.random() < 0.7 else ""
            if not field:
                continue
            broken.add(field)
            for place in at:
                empty = ("",) * (len(rows[place][field]) - 1)
                rows[place] |= {field: (*empty, typed[field])}
                spoilt[place] |= {field: (*empty, BROKEN[field])}
        answers = {f"word:{word.lower()}": state for word, state in WORDS.items() if word[0] in "CR"}
        if self.dice.random() < 0.7:
            answers |= {"total_of": self.dice.choice(("invoice", "instalment"))}
        answers |= {"order": "mdy" if self.month_first else "dmy"} if self.month_first or self.is_answered else {}
        answers |= {"decimal": self.sign} if self.is_answered else {}
        columns = {name: ours for ours, names in self.columns.items() for name in names}
        return Case(self._written(rows), self._written(spoilt), Layout(columns=columns, answers=answers), typed)

    def _written(self, rows: Sequence[Mapping[str, Sequence[str]]]) -> bytes:
        text = io.StringIO(newline="")
        out = csv.writer(text, delimiter=";")
        out.writerow([name for names in self.columns.values() for name in names])
        out.writerows([[cell for field in self.columns for cell in row[field]] for row in rows])
        return text.getvalue().encode()

    def _invoice(self, n: int) -> list[dict[str, tuple[str, ...]]]:
        dice, code = self.dice, self.dice.choice(("COP", "USD", "EUR", "CRC"))
        parts = dice.choice((1, 1, 1, 2, 3)) if {"due_on"} <= set(self.fields) else 1
        total = dice.randint(1, 3_000_000) * dice.choice((1, 50, 100, 1000))
        issued = dice.randint(1, 12)
        row = {
            "number": ("FE",) * (len(self.columns["number"]) - 1) + (f"N{n}",),
            "customer": (dice.choice(("800197268", "ana@viaje.example", "Ana Mora")),),
            "customer_name": (dice.choice(("Ana", "")), dice.choice(("Mora", ""))),
            "email": (dice.choice(("b@viaje.example", "")),),
            "issued_on": (self._day(issued, 1),),
            "currency": (code,),
            "total": (self._amount(total),),
            "balance": (dice.choice(("", self._amount(0), self._amount(total // parts))),),
            "paid": (dice.choice(("", self._amount(total // 3))),),
            "state": (dice.choice((*WORDS, "")), dice.choice(("Anulada", "", "", ""))),
            "kind": (dice.choice(("Factura", "", "")),),
            "description": (dice.choice(("=1+1", "'t Hooft", "-5", "")), dice.choice(("x; y", "|z", ""))),
            "branch": (dice.choice(("Norte", "@sur", "")),),
            "-": tuple(dice.choice(("9", "Anulada", "1.250", "02/02/2026")) for _ in self.columns["-"]),
        }
        return [row | {"due_on": (self._day(12, 3 + part) if parts > 1 else "",)} for part in range(parts)]

    def _day(self, month: int, day: int) -> str:
        return f"{month:02}/{day:02}/2026" if self.month_first else f"{day:02}/{month:02}/2026"

    def _amount(self, minor: int) -> str:
        """With groups or without; doubtful only where somebody said which sign is decimal."""
        whole, cents = divmod(minor, 100)
        group = "." if self.sign == "," else ","
        text = f"{whole:,}".replace(",", group) if self.dice.random() < 0.5 else str(whole)
        bare = self.is_answered and not cents
        text = text if bare else f"{text}{self.sign}{cents:02}"
        return f"'{text}" if self.dice.random() < 0.1 else text


def values(file: InvoiceFile) -> dict[str, Any]:
    """What each invoice says; where it stands, and by which word, is of its file."""
    plain = {"line": 0, "lines": (), "state_word": ""}
    return {row.number: attrs.evolve(row, **plain) for row in file.rows}


def read(data: bytes, layout: Layout | None = None, name: str = "x.csv") -> InvoiceFile:
    return parse_invoices(data, name=name, layout=layout, default_currency="COP", currencies=CURRENCIES)


def mend(data: bytes, typed: Mapping[str, str]) -> bytes:
    """The file that was given back, with what was spoilt typed anew."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    for field, cell in BROKEN.items():
        heading = spoken(field_label(field))
        if heading in rows[0]:
            at = rows[0].index(heading)
            for row in rows[1:]:
                row[at] = typed[field] if row[at] == cell else row[at]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(rows)
    return text.getvalue().encode()


def says_the_same(seed: int) -> int:
    """How many rows were given back, mended and read again as the whole file has them."""
    case = Maker(seed).case()
    spoilt, first = read(case.spoilt, case.layout), read(case.whole, case.layout)
    if not spoilt.set_aside or spoilt.is_open or first.is_open:
        return 0
    handed = Handed(data=case.spoilt, name="x.csv", kind=FileKind.INVOICES, layout=case.layout, country=COLOMBIA)
    name, data = module.set_aside_file(handed, spoilt.set_aside, spoken, as_csv=True)
    unmended, again = read(data, name=name), read(mend(data, case.typed), name=name)
    for file in (unmended, again):
        assert (file.questions, file.missing, file.errors) == ((), (), ())
    assert unmended.rows == (), "nothing is taken before it is mended"
    whole, now = values(first), values(again)
    assert now == {number: whole[number] for number in now}
    assert {error.line for error in again.set_aside} or set(whole) - set(values(spoilt)) <= set(now)
    doubtful = any(error.value.startswith("?") for error in again.set_aside)
    assert doubtful or set(whole) - set(values(spoilt)) <= set(now), again.set_aside
    return len(now)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_mended_rows_say_what_they_would_have_said_without_a_question(seed: int) -> None:
    says_the_same(seed)


def test_most_files_of_the_trial_have_rows_to_mend() -> None:
    assert sum(says_the_same(seed) > 0 for seed in range(40)) > 20


@pytest.mark.parametrize("forgotten", ["state", "amounts", "total_of", "headings"])
def test_control_a_file_that_forgets_what_was_said_of_the_first_is_found(
    monkeypatch: pytest.MonkeyPatch, forgotten: str
) -> None:
    match forgotten:
        case "state":
            monkeypatch.setattr(mended, "_state", lambda *_: {})
        case "amounts":
            monkeypatch.setattr(SaidAgain, "amount", lambda _self, _field, cell, _code: str(cell))
        case "total_of":
            monkeypatch.setattr(mended, "_meant", lambda _: "")
        case "headings":
            monkeypatch.setattr(module, "mended_invoices", lambda *_, **_known: MendedRows())
    with pytest.raises(AssertionError):
        sum(map(says_the_same, range(400)))
