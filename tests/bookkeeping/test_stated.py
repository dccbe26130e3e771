"""Files that state again what the hub knows already: only a change is booked, and each difference is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from hub.domain.decision import Signed
from hub.domain.import_run import Choices
from hub.domain.payable import Payable
from hub.domain.refusals import Conflict
from hub.domain.stated import InvoiceStanding, Stated, StatedChange
from hub.flows.books import move_credit
from hub.flows.corrections.resolve_review import resolve_review
from hub.flows.imports import save_invoices
from hub.flows.imports.import_files import import_invoices
from hub.flows.imports.import_report import ImportReport
from tests.bookkeeping.desk import Desk, read_case, run
from tests.spoken import spoken

CASES = Path(__file__).parent / "cases"
Desks = Callable[[str], Desk]


def state(desk: Desk, total: str, balance: str) -> ImportReport:
    """Import a file that says this of FE-1."""
    report = run(import_invoices(desk.hub, desk.merchant, _file(total, balance), decimal="."))
    assert (report.faults, report.set_aside) == ((), ())
    return report


def _file(total: str, balance: str) -> bytes:
    head = "number,customer,issued_on,currency,total,balance"
    return f"{head}\nFE-1,100000001,2026-03-01,CRC,{total},{balance}\n".encode()


def reported(report: ImportReport) -> list[str]:
    return [spoken(difference.message) for difference in report.differences]


@pytest.fixture
def paid(desk_for: Desks) -> Desk:
    """An invoice of 100,000 that a file stated, and that was paid here since."""
    desk = desk_for("CR")
    for line in ("invoice FE-1 100000.00 owes 100000.00", "pays A FE-1 100000.00", "paid A"):
        desk.do(line)
    return desk


def test_what_a_file_does_not_count_yet_is_listed_at_each_import(paid: Desk) -> None:
    (first,) = reported(state(paid, "100000.00", "100000.00"))
    (second,) = reported(state(paid, "100000.00", "40000.00"))

    assert "se recibieron o descontaron aquí" in first
    assert "se recibieron o descontaron aquí" in second
    assert reported(state(paid, "100000.00", "0.00")) == []


def test_what_went_back_is_listed_until_a_file_counts_it(paid: Desk) -> None:
    assert reported(state(paid, "100000.00", "0.00")) == []
    paid.do("returned A 30000.00")

    for _day in range(2):
        (line,) = reported(state(paid, "100000.00", "0.00"))
        assert "se devolvieron" in line
    assert reported(state(paid, "100000.00", "30000.00")) == []
    assert paid.causes() == ["returned_bill"], "only what the money that went back asks"


def test_a_balance_that_rises_without_a_reason_is_asked_about_once(paid: Desk) -> None:
    state(paid, "100000.00", "0.00")

    for _day in range(3):
        (line,) = reported(state(paid, "100000.00", "25000.00"))
        assert "no se sabe por qué" in line
    assert paid.causes() == ["balance_rose"]


def test_a_row_is_set_aside_while_a_payment_is_under_way_and_counts_as_news_later(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for line in ("invoice FE-1 100000.00 owes 100000.00", "pays A FE-1 60000.00"):
        desk.do(line)
    desk.do("refused invoice FE-1 100000.00 owes 80000.00")
    desk.do("paid A")

    assert len(reported(state(desk, "100000.00", "80000.00"))) == 1, "20,000 of the 60,000 are counted"
    assert reported(state(desk, "100000.00", "40000.00")) == []


def row(desk: Desk, number: str = "FE-1") -> Payable:
    return desk._payable(number)


def test_a_dry_run_lists_the_difference_and_remembers_nothing(paid: Desk) -> None:
    before, file = row(paid), _file("100000.00", "40000.00")
    report = run(import_invoices(paid.hub, paid.merchant, file, decimal=".", dry_run=True))

    assert len(reported(report)) == 1
    assert row(paid) == before


def test_of_a_file_that_is_refused_as_a_whole_nothing_is_remembered(paid: Desk) -> None:
    before = row(paid)
    file = _file("100000.00", "0.00") + b"FE-2,199999999,2026-03-01,CRC,5.00,5.00\n"
    report = run(import_invoices(paid.hub, paid.merchant, file, decimal=".", choices=Choices(whole=True)))

    assert (len(report.faults), report.differences, row(paid)) == (1, (), before)
    assert reported(state(paid, "100000.00", "0.00")) == [], "it is news yet"
    assert row(paid).counted == 100_000_00


def test_a_row_in_another_currency_is_set_aside_and_not_remembered(paid: Desk) -> None:
    before = row(paid)
    file = _file("100000.00", "0.00").replace(b"CRC", b"USD")
    report = run(import_invoices(paid.hub, paid.merchant, file, decimal="."))

    assert ["CRC" in spoken(fault.message) for fault in report.set_aside] == [True]
    assert row(paid) == before


def test_the_first_statement_of_an_invoice_is_set_aside_too_while_a_payment_is_under_way(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for line in ("invoice FE-1 100000.00", "pays A FE-1 60000.00", "refused invoice FE-1 100000.00 owes 40000.00"):
        desk.do(line)
    assert row(desk).stated == Stated(100_000_00)
    desk.do("paid A")

    assert reported(state(desk, "100000.00", "40000.00")) == []
    assert (row(desk).outside, row(desk).due) == (0, 40_000_00)


def test_a_store_order_of_the_same_number_is_none_of_a_files_business(desk_for: Desks) -> None:
    desk = desk_for("CR")
    desk.do("order FE-1 100000.00")
    order = desk.read(lambda tx: tx.payables.get("order-FE-1"))
    state(desk, "70000.00", "10000.00")

    assert desk.read(lambda tx: tx.payables.get("order-FE-1")) == order
    assert row(desk).due == 10_000_00


def test_a_balance_that_rises_again_is_asked_about_again_once_a_person_has_answered(paid: Desk) -> None:
    for _times in range(2):
        state(paid, "100000.00", "0.00")
        state(paid, "100000.00", "25000.00")
        assert paid.causes() == ["balance_rose"]
        (review,) = paid.read(lambda tx: tx.reviews.of())
        run(resolve_review(paid.hub, review.id, signed=Signed(by="contadora", why="revisado")))
        paid.clock.now += timedelta(days=1)

    assert row(paid).due == 0


def test_what_came_and_went_back_at_once_for_another_payment_is_nothing_that_a_file_must_count(desk_for: Desks) -> None:
    """Two payments of one bill: the second takes the place of the first,
    and money from elsewhere comes later."""
    desk = desk_for("CR")
    for line in (
        *("invoice FE-1 100000.00 owes 100000.00", "pays A FE-1 100000.00", "unheard A", "pays B FE-1 100000.00"),
        *("paid B", "paid A", "invoice FE-1 100000.00 owes 0.00", "returned B 100000.00"),
    ):
        desk.do(line)
    assert row(desk).due == 0
    desk.do("returned A 100000.00")
    assert reported(state(desk, "100000.00", "100000.00")) == []
    assert reported(state(desk, "100000.00", "0.00")) == []

    assert row(desk).outside == 100_000_00


def test_what_was_paid_elsewhere_is_not_put_back_for_who_owes_the_invoice_no_longer(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for line in (
        *("invoice FE-1 100.00 owes 40.00", "invoice FE-1 100.00 owes 100.00"),
        "invoice FE-1 100.00 owes 100.00 of c2",
        "refused correct outside:{FE-1}:1",
    ):
        desk.do(line)
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


def test_control_what_was_paid_here_held_against_what_a_file_says_books_a_refund_as_money_from_elsewhere(
    paid: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was: whatever a file says was paid and is not settled here now was paid elsewhere."""

    def as_it_was(standing: InvoiceStanding, stated: Stated) -> StatedChange:
        return StatedChange(outside=standing.due - (stated.balance or 0), last=stated)

    state(paid, "100000.00", "0.00")
    monkeypatch.setattr(save_invoices, "stated_change", as_it_was)
    paid.do("returned A 100000.00")
    state(paid, "100000.00", "0.00")

    assert paid.balances()["outside", "CRC"] == 100_000_00


def test_control_money_that_settles_whoevers_bill_stops_at_the_database(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = read_case(CASES / "75_late_money_of_a_moved_invoice.txt")
    desk = desk_for(case.country)
    for line in (*case.sections["given"], *case.sections["events"][:-1]):
        desk.do(line)
    whole = move_credit.shares_of
    monkeypatch.setattr(
        move_credit,
        "shares_of",
        lambda amount, wanted, due: whole(amount, wanted, dict.fromkeys(_ids(wanted), amount)),
    )

    with pytest.raises(Conflict, match="walls"):
        desk.do(case.sections["events"][-1])


def _ids(wanted: object) -> list[str]:
    return [share.payable_id for share in wanted]  # type: ignore[attr-defined]
