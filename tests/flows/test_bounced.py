"""A refund that bounced: a person records it with proof, all is as before it, and its payout line is joined once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.domain import entry_keys
from hub.domain.decision import Signed
from hub.domain.identity import Invalid
from hub.flows.books.reverse_entry import reverse
from hub.flows.corrections import record_bounce
from hub.flows.corrections.approve_decision import approve_decision
from hub.flows.corrections.correct_entry import correct_entry
from hub.flows.views.view_record import view_record
from hub.storage import settlements
from hub_hookspecs import Money
from tests.bookkeeping.desk import Desk, make_origin, run

GIVEN = ("invoice FE-1 70000.00", "pays A FE-1 70000.00", "paid A", "settled L1 A 70000.00")
BACK = "returned A 30000.00 as REF-1"
SEEN = "seen-back A 30000.00"


@pytest.fixture(scope="session")
def empty_hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_origin(tmp_path_factory.mktemp("bounced") / "empty")


@pytest.fixture
def desk(empty_hub: Path, tmp_path: Path) -> Iterator[Desk]:
    shutil.copytree(empty_hub, tmp_path / "desk")
    found = Desk.open(tmp_path / "desk")
    for event in GIVEN:
        found.do(event)
    yield found
    found.close()


def play(desk: Desk, *events: str) -> None:
    for event in events:
        desk.do(event)
        assert desk.read(lambda tx: tx.ledger.verify()) == (), event


BOUNCED = "bounced A 30000.00"
TOOK = "settled L2 A -30000.00"
GAVE = "settled L3 A 30000.00"
ORDERS = [
    *((TOOK, BOUNCED, GAVE), (BOUNCED, TOOK, GAVE), (BOUNCED, GAVE, TOOK), (BOUNCED,)),
    (TOOK, GAVE, BOUNCED, GAVE),
]


@pytest.mark.parametrize("first", [BACK, SEEN], ids=["told", "seen by a person"])
@pytest.mark.parametrize("events", ORDERS, ids=lambda events: ", ".join(event.split()[0] for event in events))
def test_in_any_order_of_lines_all_is_as_before_the_refund(desk: Desk, first: str, events: tuple[str, ...]) -> None:
    play(desk, first, *events)

    assert desk.balances() == {("bank", "CRC"): 7_000_000, ("billed", "CRC"): -7_000_000}
    assert desk._payable("FE-1").due == 0
    assert desk.read(lambda tx: tx.settlements.awaited("acct")) == ()
    assert desk.causes() == []


@pytest.mark.parametrize("first", [BACK, SEEN], ids=["told", "seen by a person"])
def test_news_of_the_refund_that_comes_later_is_of_the_one_that_bounced(desk: Desk, first: str) -> None:
    play(desk, first, BOUNCED, BACK, BACK)

    assert desk.balances() == {("bank", "CRC"): 7_000_000, ("billed", "CRC"): -7_000_000}
    play(desk, "returned A 30000.00 as REF-2")  # it is given back anew
    assert desk._payable("FE-1").due == 3_000_000


def test_only_a_refund_that_stands_bounces_and_of_two_the_person_says_which(desk: Desk) -> None:
    play(desk, "refused bounced A 30000.00", "returned A 20000.00 as REF-1", "returned A 20000.00 as REF-2")
    play(desk, "refused bounced A 20000.00", "refused bounced A 20000.00 of REF-3", "bounced A 20000.00 of REF-2")

    record = run(view_record(desk.hub, "pay-A"))
    assert [(item.name, item.amount) for item in record.bounceable] == [("REF-1", Money(2_000_000, "CRC"))]
    assert [(item.amount, item.on) for item in record.bounced] == [(Money(2_000_000, "CRC"), desk.clock.now.date())]
    with pytest.raises(Invalid):
        run(correct_entry(desk.hub, desk.merchant, "refund:acct:REF-2", by="Ana", reason="otra vez"))


def test_above_the_limit_a_second_person_lets_it_be_booked(desk: Desk) -> None:
    desk.hub.second_person_above = {"CRC": 1_000_000}
    play(desk, BACK, BOUNCED)
    assert desk._payable("FE-1").due == 3_000_000

    (waiting,) = desk.read(lambda tx: tx.decisions.waiting())
    run(approve_decision(desk.hub, waiting.id, signed=Signed(by="Luis", why="lo vi también")))

    assert desk._payable("FE-1").due == 0


def test_a_debit_note_of_what_bounced_owes_nothing_any_more(desk: Desk) -> None:
    play(desk, "invoice FE-2 500.00", "pays B FE-2 500.00", "paid B 900.00", "disburse cash 400.00")
    before = desk.balances()
    play(desk, "returned B 400.00 as REF-9")
    assert desk._payable("ND-000001").due == 40_000

    play(desk, "bounced B 400.00")

    assert desk._payable("ND-000001").due == 0
    assert desk.balances().get(("receivable", "CRC"), 0) == 0
    assert desk.balances()["provider_clearing", "CRC"] == before["provider_clearing", "CRC"]


def test_control_a_refund_that_is_merely_corrected_leaves_the_line_of_the_money_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def corrected(tx: object, entry: object, *, at: object, on: object, note: str) -> object:
        reverse(tx, entry, at=at, note=note)  # type: ignore[arg-type]
        return tx.ledger.keyed(entry.merchant_id, entry.mode, f"fix:{entry.key}")[-1]  # type: ignore[attr-defined]

    monkeypatch.setattr(record_bounce, "bounce", corrected)

    with pytest.raises(AssertionError):
        test_in_any_order_of_lines_all_is_as_before_the_refund(desk, BACK, ORDERS[0])


def test_control_what_bounced_and_is_no_movement_of_its_own_is_paid_out_never(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one(key: str, settled: object, *, apart: bool = False, is_movement: bool = False) -> str:
        return entry_keys.counts_with(key, settled, apart=apart)  # type: ignore[arg-type]

    monkeypatch.setattr(settlements, "counts_with", one)

    with pytest.raises(AssertionError):
        test_in_any_order_of_lines_all_is_as_before_the_refund(desk, BACK, ORDERS[0])
