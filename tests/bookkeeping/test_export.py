"""The export of movements: one row a movement of money, as the ledger has it,
chosen by either of its two days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from hub.domain.export import csv_of, rendered
from hub.domain.moved import By, What
from hub.flows.views import export_payments as flow
from hub.flows.views.export_line import COLUMNS
from hub_hookspecs import Kind, Observation
from tests.bookkeeping.compared import disagreements, exported
from tests.bookkeeping.desk import Desk
from tests.spoken import spoken

Desks = Callable[[str], Desk]


def shown(desk: Desk, *columns: str, **chosen: Any) -> list[tuple[str, ...]]:
    """What stands in some columns of the file."""
    heads = [spoken(column) for column in COLUMNS]
    lines = csv_of(heads, rendered(exported(desk, **chosen).rows, spoken)).decode("utf-8-sig").splitlines()
    rows = [dict(zip(heads, line.split(";"), strict=True)) for line in lines[1:]]
    return [tuple(row[column] for column in columns) for row in rows]


def test_what_goes_back_is_a_row_of_its_own_and_negative(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for line in ("invoice FE-1 64000.00", "pays A FE-1 64000.00", "paid A", "returned A 14000.00 as R1"):
        desk.do(line)
    desk.do("chargeback A 50000.00 as K1")
    desk.do("correct chargeback:acct:K1")

    assert shown(desk, "Movimiento", "Referencia", "Moneda", "Monto", "Facturas", "A favor") == [
        ("Pago en línea", "REFA", "CRC", "64000,00", "FE-1: 64000,00", "0,00"),
        ("Devolución", "REFA", "CRC", "-14000,00", "FE-1: -14000,00", "0,00"),
        ("Contracargo", "REFA", "CRC", "-50000,00", "FE-1: -50000,00", "0,00"),
        ("Corrección", "REFA", "CRC", "50000,00", "FE-1: 50000,00", "0,00"),
    ]
    (total,) = exported(desk).totals
    assert (str(total.brought_in.decimal), str(total.went_back.decimal)) == ("64000.00", "14000.00")


def test_money_stands_in_the_currency_in_which_it_came(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for line in ("invoice FE-1 100000.00", "pays A FE-1 100000.00", "paid A 200.00 USD as M3"):
        desk.do(line)

    assert shown(desk, "Moneda", "Monto", "Facturas", "A favor", "Por aclarar") == [
        ("USD", "200,00", "", "0,00", "200,00")
    ]


def test_what_a_person_received_and_what_was_kept_back_stand_there_too(desk_for: Desks) -> None:
    desk = desk_for("CO")
    for line in (
        "invoice FV-1 100000.00",
        "invoice FV-2 50000.00",
        "received transfer 90000.00 for FV-1 80000.00 for FV-2 10000.00 withheld FV-1 iva 2500.00",
        "received cash 5000.00",
        "correct manual:{RC-000001} 85000.00",
        "use-credit FV-2 5000.00",
        "pays A FV-2 30000.00",
        "paid A",
        "receipt A withheld FV-2 renta 750.00",
    ):
        desk.do(line)

    assert shown(desk, "Movimiento", "Medio", "Monto", "Retención", "Facturas", "A favor", "Recibo de caja") == [
        (
            "Recibo de caja",
            "Transferencia",
            "90000,00",
            "2500,00",
            "FV-1: 80000,00 | FV-2: 10000,00",
            "0,00",
            "RC-000001",
        ),
        ("Recibo de caja", "Efectivo", "5000,00", "", "", "5000,00", "RC-000002"),
        ("Corrección", "Transferencia", "-5000,00", "", "FV-2: -5000,00", "0,00", "RC-000001"),
        ("Saldo a favor aplicado", "Efectivo", "", "", "FV-2: 5000,00", "-5000,00", "RC-000002"),
        ("Pago en línea", "", "30000,00", "", "FV-2: 30000,00", "0,00", "RC-000003"),
        ("Retención", "", "", "750,00", "", "0,00", "RC-000003"),
    ]


def test_a_row_names_the_cash_receipt_of_its_own_capture(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for line in (
        "invoice FE-1 64000.00",
        "pays A FE-1 64000.00",
        "paid A 64000.00",
        "paid A 40000.00 as M2",
        "receipt A movement M2",
    ):
        desk.do(line)
    columns = ("Monto", "Recibo de caja")
    assert shown(desk, *columns) == [("64000,00", ""), ("40000,00", "RC-000001")]

    for line in ("receipt A movement REFA", "returned A 14000.00 as R1", "correct capture:acct:M2 30000.00"):
        desk.do(line)
    assert shown(desk, *columns) == [
        ("64000,00", "RC-000002"),
        ("40000,00", "RC-000001"),
        ("-14000,00", "RC-000001"),  # it goes back out of the credit that the second capture left
        ("-10000,00", "RC-000001"),
    ]


def test_late_news_is_in_the_export_of_the_day_on_which_it_came_and_in_the_month_that_it_counts_for(
    desk_for: Desks,
) -> None:
    desk = desk_for("CR")
    desk.do("invoice FE-1 100.00")
    desk.do("pays A FE-1 100.00")
    occurred, desk.clock.now = desk.clock.now, desk.clock.now + timedelta(days=31)
    vouched = frozenset({"movement", "amount", "occurred_at"})
    desk._tell(
        "A", Observation(kind=Kind.PAID, movement="M", amount=desk.money("100"), occurred_at=occurred, vouched=vouched)
    )

    columns = ("Registrado", "Fecha valor", "Monto")
    row = [("2026-04-02", "2026-03-02", "100,00")]
    april = date(2026, 4, 1)
    assert shown(desk, *columns, first=april) == row
    assert shown(desk, *columns, first=april, by=By.VALUE) == []
    assert shown(desk, *columns, first=date(2026, 3, 1), last=date(2026, 3, 31), by=By.VALUE) == row


def test_control_an_export_of_captures_alone_disagrees_with_the_ledger(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_for("CR")
    for line in ("invoice FE-1 100.00", "pays A FE-1 100.00", "paid A", "returned A 60.00", "received cash 5.00"):
        desk.do(line)
    assert disagreements(desk) == []

    whole = flow.movements_of
    monkeypatch.setattr(flow, "movements_of", lambda *a: tuple(item for item in whole(*a) if item.what is What.PAYMENT))
    assert disagreements(desk) != []


TWICE = (
    "invoice FE-1 100.00",
    "invoice FE-2 50.00",
    "pays A FE-1 100.00",
    "paid A 100.00 as M1",
    "paid A 100.00 as M2",
    "receipt A movement M1",
    "receipt A movement M2",
    "use-credit FE-2 50.00",
    "returned A 30.00 as R1",
    "correct capture:acct:M2 90.00",
    "correct fix:capture:acct:M2:0",
)


def test_each_movement_of_a_payment_names_its_own_cash_receipt(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for line in TWICE[:-1]:
        desk.do(line)

    assert shown(desk, "Movimiento", "Monto", "Recibo de caja") == [
        ("Pago en línea", "100,00", "RC-000001"),
        ("Pago en línea", "100,00", "RC-000002"),
        ("Saldo a favor aplicado", "", "RC-000002"),
        ("Devolución", "-30,00", "RC-000002"),
        ("Corrección", "-10,00", "RC-000002"),
    ]
    facts = [line.facts["cash_receipt"] for line in exported(desk).lines]
    assert facts == ["RC-000001", "RC-000002", "RC-000002", "RC-000002", "RC-000002"]


def test_a_void_receipt_is_no_longer_named_and_a_return_of_two_movements_names_both(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for line in (*TWICE[:7], "void RC-000001", "receipt A movement M1", "returned A 150.00 as R1"):
        desk.do(line)

    assert shown(desk, "Movimiento", "Monto", "Recibo de caja") == [
        ("Pago en línea", "100,00", "RC-000003"),
        ("Pago en línea", "100,00", "RC-000002"),
        ("Devolución", "-150,00", "RC-000002 | RC-000003"),
    ]


def test_control_the_first_receipt_of_a_payment_is_not_that_of_each_movement(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow._ExportedPayment, "receipts_of", lambda known, _moved: tuple(known.receipts.values())[:1])
    with pytest.raises(AssertionError):
        test_each_movement_of_a_payment_names_its_own_cash_receipt(desk_for)


def test_each_capture_of_a_payment_names_the_transaction_of_its_own(desk_for: Desks) -> None:
    desk = desk_for("CR")
    desk.do("invoice FE-1 100.00")
    desk.do("pays A FE-1 100.00")
    for movement in ("M1", "M2"):
        proof = frozenset({"movement", "amount", "provider_reference"})
        desk._tell(
            "A",
            Observation(
                kind=Kind.PAID,
                movement=movement,
                provider_reference=f"TX-{movement}",
                amount=desk.money("100"),
                vouched=proof,
            ),
        )

    assert shown(desk, "Transacción del proveedor") == [("TX-M1",), ("TX-M2",)]
