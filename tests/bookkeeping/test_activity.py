"""The statement of activity: after every case it ends with exactly what the open statement says is owed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from sqlalchemy import union

from hub.domain import billing
from hub.domain.activity import Activity, compute_activity, moved_by
from hub.domain.ledger import LedgerKind
from hub.domain.payable import PayableKind
from hub.flows.books import revise_bill
from hub.flows.statements.view_statement import statement_of
from hub.flows.views.view_activity import movements_of
from hub.storage import entries
from hub.storage import ledger as stored
from hub_hookspecs import Mode, Money
from tests.bookkeeping.desk import Desk, read_case
from tests.spoken import spoken

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))


def differences(desk: Desk) -> list[str]:
    """Where the activity of a customer does not come to what the open statement says,
    or leaves an entry out."""

    def read(tx: object) -> list[str]:
        found = []
        everything = tx.ledger.entries(desk.merchant.id, Mode.TEST)  # type: ignore[attr-defined]
        for customer in tx.customers.of(desk.merchant.id):  # type: ignore[attr-defined]
            statement = statement_of(tx, desk.hub, customer.id, Mode.TEST, desk.clock.now).statement  # type: ignore[arg-type]
            movements = movements_of(tx, desk.merchant, customer.id, Mode.TEST)  # type: ignore[arg-type]
            for days in (0, 1, 40):
                activity = compute_activity(
                    company=desk.merchant.company,
                    customer=customer,
                    movements=movements,
                    since=statement.cut_off - timedelta(days=days),
                    until=statement.cut_off,
                    as_of=desk.clock.now,
                    zone=statement.zone,
                )
                closing = {section.currency: section.closing for section in activity.sections if section.closing}
                net = {section.currency: section.net for section in statement.sections if section.net}
                if closing != net:
                    found.append(f"{customer.id}, {days} days: {closing} is not {net}")
            ids = {row.payable_id for entry in everything for row in entry.applied}
            ids |= {entry.key.split(":")[1] for entry in everything if entry.kind == "bill"}
            payables = tx.payables.many(ids)  # type: ignore[attr-defined]
            orders = {payable.id for payable in payables if payable.kind is PayableKind.ORDER}
            others = {payable.id for payable in payables if payable.customer_id != customer.id}
            whole, shown = Counter[tuple[date, str]](), Counter[tuple[date, str]]()
            for entry in everything:
                # An invoice that was another customer's all along never was this one's.
                if not (entry.kind == "bill" and entry.key.split(":")[1] in others):
                    day = entry.counts_on(ZoneInfo(statement.zone))
                    whole[day, entry.currency] += moved_by(entry, customer.id, orders)
            for movement in movements:
                shown[movement.on, movement.amount.currency] += movement.amount.minor
            if whole - shown or shown - whole:
                found.append(f"{customer.id}: {movements} are not all of {whole}")
        return found

    return desk.read(read)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_case_ends_with_what_is_owed(path: Path, desk_for: Callable[[str], Desk]) -> None:
    case = read_case(path)
    desk = desk_for(case.country)
    for line in (*case.sections.get("given", ()), *case.sections["events"]):
        desk.do(line)
    assert differences(desk) == []


def test_control_a_statement_that_leaves_credit_notes_out_is_seen(
    desk_for: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_for("CR")
    for line in ("invoice FE-1 100.00", "received cash 100.00 for FE-1 100.00", "credit-note N1 FE-1 30.00"):
        desk.do(line)
    assert differences(desk) == []

    without = [part for part in entries.OF_CUSTOMER.selects if "credit:" not in str(part)]
    monkeypatch.setattr(stored, "OF_CUSTOMER", union(*without))
    assert differences(desk)


def test_an_invoice_counts_on_its_own_day_and_a_payment_on_its_own(desk_for: Callable[[str], Desk]) -> None:
    """Imported on the 2nd, the invoice is of the 1st: the period that begins on the 2nd opens with it."""
    desk = desk_for("CR")
    desk.do("invoice FE-1 100.00")
    desk.do("received cash 40.00 for FE-1 40.00")
    movements = desk.read(lambda tx: movements_of(tx, desk.merchant, "c1", Mode.TEST))
    activity = compute_activity(
        company=desk.merchant.company,
        customer=desk.read(lambda tx: tx.customers.get("c1")),
        movements=movements,
        since=date(2026, 3, 2),
        until=date(2026, 3, 2),
        as_of=desk.clock.now,
        zone="America/Costa_Rica",
    )
    (section,) = activity.sections
    assert section.opening == Money(10_000, "CRC")
    assert [(row.movement.number, row.credit, row.balance) for row in section.rows] == [
        ("RC-000001", Money(4_000, "CRC"), Money(6_000, "CRC"))
    ]
    with pytest.raises(ValueError, match="contradict"):
        attrs.evolve(section, closing=section.closing + Money(1, "CRC"))


def activity_of(desk: Desk, customer: str, since: date, until: date) -> Activity:
    """The statement of activity of some days."""
    return compute_activity(
        company=desk.merchant.company,
        customer=desk.read(lambda tx: tx.customers.get(customer)),
        movements=desk.read(lambda tx: movements_of(tx, desk.merchant, customer, Mode.TEST)),
        since=since,
        until=until,
        as_of=desk.clock.now,
        zone="America/Costa_Rica",
    )


def rows_shown(desk: Desk, customer: str, since: date, until: date) -> list[tuple[str, ...]]:
    """(opening balance), then day, concept, document and amount of each row."""
    (section,) = activity_of(desk, customer, since, until).sections
    rows = [
        (str(item.on), spoken(item.concept.label), item.number, f"{item.amount.decimal:f}")
        for item in (row.movement for row in section.rows)
    ]
    return [(f"{section.opening.decimal:f}",), *rows]


MARCH = date(2026, 3, 1), date(2026, 3, 31)
MARCH_SO_FAR = date(2026, 3, 1), date(2026, 3, 17)
APRIL = date(2026, 4, 1), date(2026, 4, 30)


def typed_in_april(desk: Desk, *lines: str) -> None:
    """Lines about invoices of the 1st of March, done on the 2nd of April."""
    desk.clock.now += timedelta(days=31)
    for line in lines:
        desk.do(line)
    desk.clock.now += timedelta(days=40)


OPENING = [("0.00",), ("2026-03-01", "Factura", "FE-1", "100.00")]
IMPORTED = ("2026-03-01", "Saldo inicial importado", "FE-1", "-60.00")


def test_what_was_paid_before_the_import_is_an_opening_balance_of_the_invoices_day(
    desk_for: Callable[[str], Desk],
) -> None:
    desk = desk_for("CR")
    typed_in_april(desk, "invoice FE-1 100.00 owes 40.00")

    assert rows_shown(desk, "c1", *MARCH) == [*OPENING, IMPORTED]
    assert rows_shown(desk, "c1", *APRIL) == [("40.00",)]


def test_an_invoice_that_moved_to_another_customer_stands_at_its_own_day_there(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CR")
    desk.do("invoice FE-1 100.00")
    typed_in_april(desk, "invoice FE-1 100.00 of c2")

    assert activity_of(desk, "c1", *MARCH).is_empty
    assert rows_shown(desk, "c2", *MARCH) == OPENING
    assert rows_shown(desk, "c2", *APRIL) == [("100.00",)]
    moved = desk.read(lambda tx: tx.ledger.entries(desk.merchant.id, Mode.TEST))
    assert {str(entry.value_on) for entry in moved} == {"2026-03-01"}


def moves_after_changes(desk: Desk) -> None:
    """Total and balance of an invoice change on later days; then another customer owes it."""
    for line in ("owes 60.00", "owes 50.00 of c1", "owes 120.00"):
        desk.do(f"invoice FE-1 {'100.00' if line == 'owes 60.00' else '120.00'} {line}")
        desk.clock.now += timedelta(days=5)
    desk.do("invoice FE-1 120.00 of c2 dated 2026-03-04")
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


def owed_each_day(desk: Desk, customer: str) -> set[int]:
    """What the ledger says that a customer owed, on each day that anything counts for; minor units."""
    zone = ZoneInfo(desk.merchant.company.zone)
    entries = desk.read(lambda tx: tx.ledger.entries(desk.merchant.id, Mode.TEST))
    legs = [(entry.counts_on(zone), leg) for entry in entries for leg in entry.postings if leg.owner == customer]
    return {
        sum(leg.amount for on, leg in legs if on <= day and leg.kind is LedgerKind.RECEIVABLE)
        for day in {entry.counts_on(zone) for entry in entries}
    }


def test_an_invoice_that_changed_before_it_moved_is_nobodys_debt_on_any_day_but_its_customers(
    desk_for: Callable[[str], Desk],
) -> None:
    desk = desk_for("CR")
    moves_after_changes(desk)

    assert owed_each_day(desk, "c1") == {0}
    assert owed_each_day(desk, "c2") == {0, 12_000}
    assert activity_of(desk, "c1", *MARCH_SO_FAR).is_empty
    assert rows_shown(desk, "c2", *MARCH_SO_FAR) == [("0.00",), ("2026-03-04", "Factura", "FE-1", "120.00")]


def test_an_invoice_that_went_and_came_back_shows_no_balance_that_never_was(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CR")
    moves_after_changes(desk)
    desk.do("invoice FE-1 120.00 of c1 dated 2026-03-02")
    desk.do("invoice FE-1 120.00 of c1 dated 2026-03-06")

    assert owed_each_day(desk, "c1") == {0, 12_000}
    assert rows_shown(desk, "c1", *MARCH_SO_FAR) == [("0.00",), ("2026-03-06", "Factura", "FE-1", "120.00")]


def test_control_an_invoice_that_moves_as_a_whole_on_its_own_day_leaves_false_balances_behind(
    desk_for: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = revise_bill.owed_by_day

    def at_once(tx: Any, merchant: Any, payable: Any, *begin: str) -> dict[date, int]:
        return {payable.issued_on: sum(whole(tx, merchant, payable, *begin).values())}

    monkeypatch.setattr(revise_bill, "owed_by_day", at_once)
    desk = desk_for("CR")
    moves_after_changes(desk)

    assert min(owed_each_day(desk, "c1")) < 0


def test_an_invoice_whose_date_a_file_corrects_stands_at_the_right_day_with_what_was_paid_of_it(
    desk_for: Callable[[str], Desk],
) -> None:
    desk = desk_for("CR")
    desk.do("invoice FE-1 100.00 owes 40.00 dated 2026-04-01")
    typed_in_april(desk, "invoice FE-1 100.00 owes 40.00")

    assert rows_shown(desk, "c1", *MARCH) == [*OPENING, IMPORTED]
    assert rows_shown(desk, "c1", *APRIL) == [("40.00",)]
    desk.do("invoice FE-1 100.00 owes 40.00 dated 2026-04-03")
    assert rows_shown(desk, "c1", *APRIL) == [("0.00",), *(("2026-04-03", *row[1:]) for row in (OPENING[1], IMPORTED))]
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


def test_control_an_opening_balance_that_counts_for_the_day_of_the_import_makes_false_openings(
    desk_for: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = billing.paid_elsewhere
    monkeypatch.setattr(billing, "paid_elsewhere", lambda *a, **more: attrs.evolve(whole(*a, **more), value_on=None))
    desk = desk_for("CR")
    typed_in_april(desk, "invoice FE-1 100.00 owes 40.00")

    assert rows_shown(desk, "c1", *APRIL)[0] == ("100.00",)
