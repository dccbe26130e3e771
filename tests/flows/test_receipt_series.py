"""A merchant's series of cash receipts: begun above what was used elsewhere, closed for good, never renamed."""

from __future__ import annotations

import threading
from typing import Any

import pytest

import hub.flows.receipts.issue_by_hand
from hub.domain.identity import Invalid
from hub.domain.receipt import CashReceipt, Means
from hub.domain.refusals import Conflict
from hub.flows.corrections.record_receipt import record_by_hand
from hub.flows.operations.record_restore import series_ends
from hub.flows.receipts.series import begin_series, list_series
from hub.flows.receipts.skip_numbers import list_gaps, skip_numbers
from hub_hookspecs import Money
from tests.faults.harness import Desk
from tests.flows.test_receipts import run
from tests.spoken import refused


def received(desk: Desk, minor: int = 100) -> CashReceipt:
    merchant = desk.companies["CR"]
    debtor = desk.debtor("CR", 10_000)
    receipt: CashReceipt = run(
        record_by_hand(
            *(desk.hub, merchant, debtor.customer.id),
            means=Means.CASH,
            cash=Money(minor, "CRC"),
            shares=[],
            by="Ana",
        )
    )
    return receipt


def begun(desk: Desk, name: str, first: str = "1") -> Any:
    return run(begin_series(desk.hub, desk.companies["CR"], name, first, by="Ana"))


def test_a_series_begins_above_what_was_given_elsewhere_and_says_so(desk: Desk) -> None:
    assert received(desk).label == "RC-000001"
    assert begun(desk, "rc2027", "4501").next_label == "RC2027-004501"
    assert received(desk).label == "RC2027-004501"
    assert received(desk).label == "RC2027-004502"
    (gap,) = run(list_gaps(desk.hub, desk.companies["CR"]))
    assert gap.labels == ("RC2027-000001", "RC2027-004500")
    assert gap.by == "Ana"
    new, old = run(list_series(desk.hub, desk.companies["CR"]))
    assert (new.series, new.last, new.issued, new.is_open) == ("RC2027", 4502, 2, True)
    assert (old.series, old.last, old.issued, old.is_open, old.closed_by) == ("RC", 1, 1, False, "Ana")
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


def test_a_used_series_is_neither_named_again_nor_opened_again(desk: Desk) -> None:
    received(desk)
    begun(desk, "A")
    received(desk)
    begun(desk, "B")
    for name in ("RC", "A", "B"):
        with pytest.raises(Invalid):
            begun(desk, name)
    with refused(Invalid, match="cerrada"):
        run(skip_numbers(desk.hub, desk.companies["CR"], "A-000009", by="Ana", reason="x"))
    assert received(desk).label == "B-000001"


NO_SERIES = ("", "R C", "R-1", "ABCDEFGHIJK", "CE", "ND", "ñ")
NO_NUMBER = ("0", "-3", "1.000", "1000000000", "²")


@pytest.mark.parametrize(
    ("name", "first"), [*((name, "1") for name in NO_SERIES), *(("X", number) for number in NO_NUMBER)]
)
def test_what_is_no_series_or_no_number_begins_nothing(desk: Desk, name: str, first: str) -> None:
    with pytest.raises(Invalid):
        begun(desk, name, first)
    assert [view.series for view in run(list_series(desk.hub, desk.companies["CR"]))] == ["RC"]
    assert received(desk).label == "RC-000001"


def test_a_series_that_was_never_used_gives_way_to_another(desk: Desk) -> None:
    begun(desk, "A", "10")
    assert received(desk).label == "A-000010"
    with pytest.raises(Invalid):
        begun(desk, "RC")


def test_threads_that_issue_at_once_leave_no_gap_and_give_no_number_twice(desk: Desk) -> None:
    begun(desk, "H", "7")
    trouble: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(5):
                received(desk)
        except Exception as error:  # noqa: BLE001 - told by the test
            trouble.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
    company = desk.companies["CR"]
    numbers = [item.number for item in desk.read(lambda tx: tx.receipts.of(company.id, company.mode))]
    assert sorted(numbers) == list(range(7, 27))


def test_control_a_number_of_a_closed_series_is_refused_by_the_database(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    received(desk)
    begun(desk, "A")
    with monkeypatch.context() as planted:
        planted.setattr(hub.flows.receipts.issue_by_hand, "series_in_use", lambda *_given: "RC")
        with pytest.raises(Conflict):
            received(desk)
    assert received(desk).label == "A-000001"


def test_a_restore_asks_for_the_last_number_of_a_chosen_series_too(desk: Desk) -> None:
    begun(desk, "A")
    ends = desk.read(lambda tx: series_ends(tx, desk.hub.countries))
    company = desk.companies["CR"]
    assert "A" in {end.series for end in ends if end.merchant_id == company.id and end.mode is company.mode}
