"""Files that state again what the hub knows already: only a change is booked, and each difference is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.domain.refusals import Conflict
from hub.domain.stated import News, Standing, Stated
from hub.flows import book_money, import_files
from hub.flows.import_files import ImportReport, import_invoices
from tests.bookkeeping.desk import Desk, read_case

CASES = Path(__file__).parent / "cases"
Desks = Callable[[str], Desk]


def state(desk: Desk, total: str, balance: str) -> ImportReport:
    """Import a file that says this of FE-1."""
    file = f"number,customer,issued_on,currency,total,balance\nFE-1,100000001,2026-03-01,CRC,{total},{balance}\n"
    report = asyncio.run(import_invoices(desk.hub, desk.merchant, file.encode(), decimal="."))
    assert (report.faults, report.refused) == ((), ())
    return report


def told(report: ImportReport) -> list[str]:
    return [difference.message for difference in report.differences]


@pytest.fixture
def paid(desk_for: Desks) -> Desk:
    """An invoice of 100,000 that a file stated, and that was paid here since."""
    desk = desk_for("CR")
    for line in ("invoice FE-1 100000.00 owes 100000.00", "pays A FE-1 100000.00", "paid A"):
        desk.do(line)
    return desk


def test_what_a_file_does_not_count_yet_is_listed_at_each_import(paid: Desk) -> None:
    (first,) = told(state(paid, "100000.00", "100000.00"))
    (second,) = told(state(paid, "100000.00", "40000.00"))

    assert "se recibieron o descontaron aquí" in first
    assert "se recibieron o descontaron aquí" in second
    assert told(state(paid, "100000.00", "0.00")) == []


def test_what_went_back_is_listed_until_a_file_counts_it(paid: Desk) -> None:
    assert told(state(paid, "100000.00", "0.00")) == []
    paid.do("returned A 30000.00")

    for _day in range(2):
        (line,) = told(state(paid, "100000.00", "0.00"))
        assert "se devolvieron" in line
    assert told(state(paid, "100000.00", "30000.00")) == []
    assert paid.causes() == []


def test_a_balance_that_rises_without_a_reason_is_asked_about_once(paid: Desk) -> None:
    state(paid, "100000.00", "0.00")

    for _day in range(3):
        (line,) = told(state(paid, "100000.00", "25000.00"))
        assert "no se sabe por qué" in line
    assert paid.causes() == ["balance_rose"]


def test_a_row_is_set_aside_while_a_payment_is_under_way_and_counts_as_news_later(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for line in ("invoice FE-1 100000.00 owes 100000.00", "pays A FE-1 60000.00"):
        desk.do(line)
    desk.do("refused invoice FE-1 100000.00 owes 80000.00")
    desk.do("paid A")

    assert len(told(state(desk, "100000.00", "80000.00"))) == 1, "20,000 of the 60,000 are counted"
    assert told(state(desk, "100000.00", "40000.00")) == []


def test_control_what_was_paid_here_held_against_what_a_file_says_books_a_refund_as_money_from_elsewhere(
    paid: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was: whatever a file says was paid and is not settled here now was paid elsewhere."""

    def as_it_was(standing: Standing, stated: Stated) -> News:
        return News(outside=standing.due - (stated.balance or 0), last=stated)

    state(paid, "100000.00", "0.00")
    monkeypatch.setattr(import_files, "news_of", as_it_was)
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
    whole = book_money.ledger.shares_of
    monkeypatch.setattr(
        book_money.ledger,
        "shares_of",
        lambda amount, wanted, due: whole(amount, wanted, dict.fromkeys(_ids(wanted), amount)),
    )

    with pytest.raises(Conflict, match="walls"):
        desk.do(case.sections["events"][-1])


def _ids(wanted: object) -> list[str]:
    return [share.payable_id for share in wanted]  # type: ignore[attr-defined]
