"""A document that a row names with its type is one customer's, and never makes a second of the same number."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.domain.import_run import Choices
from hub.flows.imports import name_customers
from hub.flows.imports.import_files import import_customers
from tests.bookkeeping.conftest import desk_for as desk_for
from tests.bookkeeping.conftest import empty_hub as empty_hub
from tests.bookkeeping.desk import Desk, run
from tests.flows.brought import bring

HEAD = "factura;tipo de identificación;identificación;nombre;fecha;total"
LUIS = "tipo;identificación;nombre\nCC;1020304050;Luis\n"


def no_second_customer(desk: Desk) -> None:
    run(import_customers(desk.hub, desk.merchant, LUIS.encode(), name="clientes.csv"))
    before = desk.read(lambda tx: tx.customers.names(desk.merchant.id))
    for kind, number in (("31", "1020304050"), ("NIT", "1.020.304.050-8"), ("31 / NIT", "10203040508")):
        row = f"F1;{kind};{number};Luis;02/09/2026;1.000"
        report = bring(desk, row, head=HEAD, choices=Choices(create_customers=True))
        assert (report.created, [error.line for error in report.set_aside]) == (0, [2]), kind
    assert desk.read(lambda tx: tx.customers.names(desk.merchant.id)) == before


def test_a_persons_nit_makes_no_second_customer_of_the_one_with_the_cedula(desk_for: Callable[[str], Desk]) -> None:
    no_second_customer(desk_for("CO"))


def test_control_a_second_customer_of_the_same_number_is_found(
    desk_for: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(name_customers, "is_of_another_type", lambda *_given: False)

    with pytest.raises(AssertionError):
        no_second_customer(desk_for("CO"))


def test_the_same_type_and_number_is_the_customer_however_both_are_written(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CO")
    run(import_customers(desk.hub, desk.merchant, LUIS.encode(), name="clientes.csv"))

    for at, (kind, number) in enumerate((("13", "1.020.304.050"), ("13 / CC", "1020304050"), ("cc", "1020304050"))):
        report = bring(desk, f"F{at};{kind};{number};X;02/09/2026;1.000", head=HEAD)
        assert (report.new, report.set_aside) == (1, ()), kind
