"""A dispute that is won after a payout line took its money: what comes back is joined once, whoever tells first."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.domain.decision import Signed
from hub.domain.dispute import DisputeOutcome
from hub.domain.identity import Invalid
from hub.domain.refusals import Conflict
from hub.flows.books import book_return
from hub.flows.books.reverse_entry import reverse
from hub.flows.corrections import end_dispute
from hub.flows.corrections.approve_decision import approve_decision
from hub.flows.corrections.correct_entry import correct_entry
from hub.flows.settlements import match_lines, prove_win
from hub.storage import settlements
from hub_hookspecs import Money
from tests.bookkeeping.desk import Desk, make_origin, run

TAKEN = ("invoice FE-1 70000.00", "pays A FE-1 70000.00", "paid A", "settled L1 A 70000.00", "chargeback A as CASE-1")


@pytest.fixture(scope="session")
def empty_hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_origin(tmp_path_factory.mktemp("won") / "empty")


@pytest.fixture
def desk(empty_hub: Path, tmp_path: Path) -> Iterator[Desk]:
    shutil.copytree(empty_hub, tmp_path / "desk")
    found = Desk.open(tmp_path / "desk")
    for event in TAKEN:
        found.do(event)
    yield found
    found.close()


def play(desk: Desk, *events: str) -> None:
    for event in events:
        desk.do(event)
        assert desk.read(lambda tx: tx.ledger.verify()) == (), event


WON = "dispute-ends A CASE-1 won"
TOOK = "settled L2 A -70000.00"
GAVE = "settled L3 A 70000.00"
ORDERS = [(TOOK, WON, GAVE), (TOOK, GAVE), (WON, TOOK, GAVE), (WON, GAVE, TOOK), (GAVE, TOOK), (GAVE, WON, TOOK)]


@pytest.mark.parametrize("events", ORDERS, ids=lambda events: ", ".join(event.split()[1] for event in events))
def test_in_any_order_what_the_bank_gave_again_is_there_once(desk: Desk, events: tuple[str, ...]) -> None:
    play(desk, *events)

    assert desk.balances() == {("bank", "CRC"): 7_000_000, ("billed", "CRC"): -7_000_000}
    assert desk.read(lambda tx: tx.settlements.awaited("acct")) == ()
    (dispute,) = desk.read(lambda tx: tx.disputes.of_payments(["pay-A"]))
    assert dispute.outcome is DisputeOutcome.WON


@pytest.mark.parametrize("first", ["CASE-1", "CASE-2"])
def test_of_two_cases_that_were_won_nothing_is_taken_though_one_found_nothing_to_take(desk: Desk, first: str) -> None:
    last = "CASE-1" if first == "CASE-2" else "CASE-2"

    play(desk, "chargeback A as CASE-2", f"dispute-ends A {first} won", f"dispute-ends A {last} won")

    assert desk.balances() == {("bank", "CRC"): 7_000_000, ("billed", "CRC"): -7_000_000}
    desk.do("paid A")
    assert desk.balances() == {("bank", "CRC"): 7_000_000, ("billed", "CRC"): -7_000_000}


@pytest.mark.parametrize("ended", ["lost", "accepted"])
def test_of_two_cases_the_one_that_was_lost_is_taken_once_the_other_gave_back(desk: Desk, ended: str) -> None:
    play(desk, "chargeback A as CASE-2", f"dispute-ends A CASE-2 {ended}", "dispute-ends A CASE-1 won")

    assert desk.balances()["provider_clearing", "CRC"] == -7_000_000


def test_control_a_case_that_was_won_is_taken_once_there_is_something_to_take(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_return, "_was_won", lambda *_given: False)

    with pytest.raises(AssertionError):
        test_of_two_cases_that_were_won_nothing_is_taken_though_one_found_nothing_to_take(desk, "CASE-2")


def test_of_a_dispute_that_a_line_won_a_person_is_asked_still(desk: Desk) -> None:
    play(desk, TOOK, GAVE)

    assert desk.causes() == ["dispute"]
    (dispute,) = desk.read(lambda tx: tx.disputes.of_payments(["pay-A"]))
    assert dispute.ended_by == "line L3 of pagos.csv"


def test_a_line_wins_nothing_where_two_disputes_may_be_meant(empty_hub: Path, tmp_path: Path) -> None:
    shutil.copytree(empty_hub, tmp_path / "two")
    desk = Desk.open(tmp_path / "two")
    play(desk, *TAKEN[:4], "chargeback A 35000.00 as CASE-1", "chargeback A 35000.00 as CASE-2")
    play(desk, "settled L2 A -35000.00", "settled L4 A -35000.00", "settled L3 A 35000.00")

    assert "settlement_repeated" in desk.causes()
    assert all(item.is_open for item in desk.read(lambda tx: tx.disputes.of_payments(["pay-A"])))
    desk.close()


def repeated_before(empty_hub: Path, tmp_path: Path) -> Desk:
    """The capture is paid out under two names, by a file and by a report, before the bank takes the money."""
    shutil.copytree(empty_hub, tmp_path / "twice")
    desk = Desk.open(tmp_path / "twice")
    play(desk, *TAKEN[:4], "settled S1 A 70000.00", TAKEN[4], TOOK)
    return desk


def test_a_line_that_was_there_before_the_bank_took_the_money_wins_nothing(empty_hub: Path, tmp_path: Path) -> None:
    desk = repeated_before(empty_hub, tmp_path)

    assert desk.balances() == {("receivable", "CRC"): 7_000_000, ("billed", "CRC"): -7_000_000}
    assert all(item.is_open for item in desk.read(lambda tx: tx.disputes.of_payments(["pay-A"])))
    play(desk, GAVE)
    assert desk.balances() == {("bank", "CRC"): 7_000_000, ("billed", "CRC"): -7_000_000}
    desk.close()


def test_a_report_of_the_payout_that_a_file_told_of_wins_nothing(empty_hub: Path, tmp_path: Path) -> None:
    """The provider's report names the capture's payout otherwise than the file did, and comes after the dispute."""
    shutil.copytree(empty_hub, tmp_path / "reported")
    desk = Desk.open(tmp_path / "reported", "CO")
    play(desk, *TAKEN, TOOK, "reported S1 A 70000.00")

    assert desk.balances() == {("receivable", "COP"): 7_000_000, ("billed", "COP"): -7_000_000}
    assert all(item.is_open for item in desk.read(lambda tx: tx.disputes.of_payments(["pay-A"])))
    desk.close()


def test_control_a_report_that_repeats_a_file_gives_money_that_the_bank_keeps(
    empty_hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prove_win, "_may_repeat", lambda _stored, _booked: False)

    with pytest.raises(AssertionError):
        test_a_report_of_the_payout_that_a_file_told_of_wins_nothing(empty_hub, tmp_path)


def test_control_a_line_of_any_day_gives_money_that_the_bank_keeps(
    empty_hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prove_win, "_is_stated_since", lambda _stored, _taken: True)

    with pytest.raises(AssertionError):
        test_a_line_that_was_there_before_the_bank_took_the_money_wins_nothing(empty_hub, tmp_path)


def test_control_a_line_that_is_not_asked_about_disputes_leaves_the_money_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(match_lines, "dispute_won_by", lambda *_args: None)

    with pytest.raises(AssertionError):
        test_in_any_order_what_the_bank_gave_again_is_there_once(desk, (TOOK, GAVE))


def test_control_a_correction_that_always_counts_with_what_it_corrects_is_never_paid_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        settlements, "counts_with", lambda key, _settled, **_how: key.removeprefix("fix:").removesuffix(":0")
    )

    with pytest.raises((AssertionError, Conflict)):
        test_in_any_order_what_the_bank_gave_again_is_there_once(desk, (TOOK, WON, GAVE))


PART = "dispute-ends A CASE-1 won 20000.00"
GAVE_PART, NETTED = "settled L3 A 20000.00", "settled L2 A -50000.00"
PARTS = [
    *((TOOK, PART, GAVE_PART), (PART, TOOK, GAVE_PART), (PART, GAVE_PART, TOOK), (PART, NETTED)),
    *((TOOK, GAVE_PART, PART, GAVE_PART), (GAVE_PART, PART, GAVE_PART, TOOK)),
]


@pytest.mark.parametrize("events", PARTS, ids=lambda events: ", ".join(event.split()[1] for event in events))
def test_of_a_dispute_that_is_won_in_part_each_line_is_joined_once(desk: Desk, events: tuple[str, ...]) -> None:
    play(desk, *events)

    assert desk.balances() == {
        ("bank", "CRC"): 2_000_000,
        ("receivable", "CRC"): 5_000_000,
        ("billed", "CRC"): -7_000_000,
    }
    assert desk.read(lambda tx: tx.settlements.awaited("acct")) == ()
    (dispute,) = desk.read(lambda tx: tx.disputes.of_payments(["pay-A"]))
    assert (dispute.outcome, dispute.won) == (DisputeOutcome.PARTLY_WON, Money(2_000_000, "CRC"))
    assert "dispute" not in desk.causes()


def test_the_chargeback_of_a_dispute_that_was_won_in_part_is_not_reversed_once_more(desk: Desk) -> None:
    play(desk, PART)
    key = "chargeback:acct:CASE-1"

    with pytest.raises(Invalid) as refused:
        run(correct_entry(desk.hub, desk.merchant, key, by="Ana", reason="otra vez"))

    assert refused.value.problems[0].message.id == "entry.corrected_already"


def test_what_was_won_of_an_inquiry_is_nothing_and_all_of_it_is_won_as_always(desk: Desk) -> None:
    play(desk, "inquiry A CASE-2", "refused dispute-ends A CASE-2 won 1.00", "refused dispute-ends A CASE-1 lost 1.00")
    play(desk, "dispute-ends A CASE-1 won 70000.00")

    ended = {item.case: item for item in desk.read(lambda tx: tx.disputes.of_payments(["pay-A"]))}
    assert (ended["CASE-1"].outcome, ended["CASE-1"].won) == (DisputeOutcome.WON, None)
    assert ended["CASE-2"].is_open


def test_a_second_person_approves_the_part_that_was_proposed(desk: Desk) -> None:
    desk.hub.second_person_above = {"CRC": 1_000_000}
    play(desk, PART)
    assert desk.balances()["receivable", "CRC"] == 7_000_000

    (waiting,) = desk.read(lambda tx: tx.decisions.waiting())
    run(approve_decision(desk.hub, waiting.id, signed=Signed(by="Luis", why="de acuerdo")))

    assert desk.balances()["receivable", "CRC"] == 5_000_000
    assert desk._payable("FE-1").due == 5_000_000


def test_control_a_part_that_brings_everything_back_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        end_dispute, "give_back", lambda tx, entry, _amount, *, at, note: reverse(tx, entry, at=at, note=note)
    )

    with pytest.raises(AssertionError):
        test_of_a_dispute_that_is_won_in_part_each_line_is_joined_once(desk, PARTS[0])
