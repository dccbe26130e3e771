"""A column that nobody knows by its name is proposed by what stands in it; never an amount, and never one of two."""

from __future__ import annotations

from hub.domain.files.propose import proposed
from hub.domain.files.sheet import Row

MISSING = ("number", "customer", "issued_on", "total")


def rows(**columns: list[str]) -> list[Row]:
    count = len(next(iter(columns.values())))
    return [Row(at + 2, {name: cells[at] for name, cells in columns.items()}) for at in range(count)]


def of(*people: str, **columns: list[str]) -> dict[str, str]:
    return dict(proposed(MISSING, list(columns), rows(**columns), people))


def test_of_two_columns_of_dates_the_earlier_is_the_issue_date() -> None:
    assert of(tope=["01/03/2026", "05/04/2026"], doc=["01/02/2026", "05/03/2026"]) == {
        "doc": "issued_on",
        "tope": "due_on",
    }


def test_dates_that_are_now_earlier_and_now_later_are_left_to_the_person() -> None:
    assert of(a=["01/03/2026", "05/02/2026"], b=["01/02/2026", "05/03/2026"]) == {}


def test_the_only_column_that_names_known_customers_is_the_customers() -> None:
    assert of("ident", ident=["1-1234-0567", "3-101-234567"], zona=["Norte", "Sur"]) == {"ident": "customer"}
    assert of("ident", "correo", ident=["112340567"], correo=["a@b.example"]) == {}


def test_an_amount_is_never_proposed() -> None:
    assert of(bruto=["1.000,50", "2.000,00"], neto=["1.130,50", "2.260,00"]) == {}


def test_what_has_a_column_already_is_not_looked_for() -> None:
    assert proposed(("total",), ["doc"], rows(doc=["01/02/2026"])) == {}
