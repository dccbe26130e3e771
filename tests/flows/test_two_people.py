"""What makes less owed, or books a loss, above the deployment's limit takes two people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from hub.domain.decision import Decision, DecisionKind, Signed
from hub.domain.ledger import Entry
from hub.domain.settlement import LineKind
from hub.flows.corrections.approve_decision import approve_decision
from hub.flows.corrections.charge_line import charge_line
from hub.flows.corrections.credit_note import record_credit_note
from hub.flows.corrections.decide_correction import decide_correction
from hub.flows.corrections.void_bill import void_bill
from hub.flows.corrections.write_off import write_off_bill
from hub.flows.payments import decide
from hub.flows.payments.decide import NotAllowed
from tests.bookkeeping.conftest import desk_for as desk_for
from tests.bookkeeping.conftest import empty_hub as empty_hub
from tests.bookkeeping.desk import Desk, run
from tests.spoken import refused

LIMIT: Final = 50_000_00


def void(desk: Desk, by: str, **more: Any) -> Decision:
    return run(void_bill(desk.hub, desk.merchant, "FE-1", by=by, reason=f"no se debía, {by}", **more)).decision


def write_off(desk: Desk, by: str, amount: str = "") -> Decision:
    minor = desk.money(amount) if amount else None
    work = write_off_bill(desk.hub, desk.merchant, "FE-1", amount=minor, by=by, reason=f"incobrable, {by}")
    return run(work).decision


def charge(desk: Desk, by: str, kind: LineKind = LineKind.CHARGE) -> Decision:
    work = charge_line(desk.hub, desk.merchant, desk.account, "L1", kind, by=by, reason=f"contrato, {by}")
    return run(work).decision


def note(desk: Desk, by: str, amount: str = "") -> Decision:
    minor = desk.money(amount) if amount else None
    number = f"NC-{amount or 1}"
    work = record_credit_note(
        desk.hub, desk.merchant, "FE-1", note_number=number, amount=minor, by=by, reason=f"devuelta, {by}"
    )
    made = run(work).decision
    assert made
    return made


def entries(desk: Desk) -> tuple[Entry, ...]:
    return desk.read(lambda tx: tx.ledger.entries(desk.merchant.id, desk.merchant.mode))


ACTS: Mapping[DecisionKind, Callable[[Desk, str], Decision]] = {
    DecisionKind.VOID_BILL: void,
    DecisionKind.WRITE_OFF: write_off,
    DecisionKind.CHARGE: charge,
    DecisionKind.CREDIT_NOTE: note,
}
THEN: Mapping[DecisionKind, Mapping[tuple[str, str], int]] = {
    DecisionKind.VOID_BILL: {},
    DecisionKind.CREDIT_NOTE: {},
    DecisionKind.WRITE_OFF: {("write_off", "CRC"): 60_000_00, ("billed", "CRC"): -60_000_00},
    DecisionKind.CHARGE: {
        ("receivable", "CRC"): 60_000_00,
        ("billed", "CRC"): -60_000_00,
        ("fees", "CRC"): 70_000_00,
        ("bank", "CRC"): -70_000_00,
    },
}
BEFORE: Final = {("receivable", "CRC"): 60_000_00, ("billed", "CRC"): -60_000_00}


@pytest.fixture
def desk(desk_for: Callable[[str], Desk]) -> Desk:
    """An invoice of 60,000 and a line that takes 70,000 without a payment; above 50,000 it takes two people."""
    desk = desk_for("CR")
    desk.do("invoice FE-1 60000.00")
    desk.import_lines({"line_id": "L1", "reference": "nobody", "gross": "0.00", "fee": "70000.00"})
    desk.hub.second_person_above = {"CRC": LIMIT}
    return desk


@pytest.mark.parametrize("kind", list(ACTS))
def test_one_person_proposes_and_another_one_lets_it_happen(desk: Desk, kind: DecisionKind) -> None:
    first = ACTS[kind](desk, "Ana")
    assert (first.kind, first.is_done, desk.balances()) == (kind, False, BEFORE)
    with refused(NotAllowed, match="Ana"):
        ACTS[kind](desk, "ana ")

    second = ACTS[kind](desk, "Luis")

    assert (second.id, second.people) == (first.id, "Ana and Luis")
    assert desk.balances() == THEN[kind]
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


@pytest.mark.parametrize("kind", list(ACTS))
def test_whoever_approves_a_proposal_lets_it_happen(desk: Desk, kind: DecisionKind) -> None:
    first = ACTS[kind](desk, "Ana")

    made = run(approve_decision(desk.hub, first.id, signed=Signed(by="Luis", why="lo revisé")))

    assert made.is_done
    assert desk.balances() == THEN[kind]
    notes = [entry.note for entry in desk.read(lambda tx: tx.ledger.entries(desk.merchant.id, desk.merchant.mode))]
    assert any(note.startswith("Ana and Luis: ") and note.endswith("Luis: lo revisé") for note in notes)


@pytest.mark.parametrize("kind", list(ACTS))
def test_below_the_limit_one_person_is_enough(desk: Desk, kind: DecisionKind) -> None:
    desk.hub.second_person_above = {"CRC": 2 * LIMIT}

    assert ACTS[kind](desk, "Ana").is_done
    assert desk.balances() == THEN[kind]


def test_a_bill_that_changed_is_not_voided_by_what_was_proposed_before(desk: Desk) -> None:
    first = void(desk, "Ana")
    desk.do("invoice FE-1 65000.00")

    with refused(NotAllowed):
        run(approve_decision(desk.hub, first.id, signed=Signed(by="Luis", why="lo revisé")))

    assert desk.balances()["receivable", "CRC"] == 65_000_00


def test_what_one_person_writes_off_in_parts_is_added_up(desk: Desk) -> None:
    assert write_off(desk, "Ana", "40000.00").is_done
    assert not write_off(desk, "Ana", "15000.00").is_done


def test_a_reserve_that_is_released_is_no_loss(desk: Desk) -> None:
    desk.hub.second_person_above = {"CRC": 1}
    for event in ("pays A FE-1 60000.00", "paid A", "settled L2 A 60000.00 reserve 60000.00"):
        desk.do(event)
    desk.import_lines({"line_id": "L3", "reference": "nobody", "gross": "0.00", "reserve": "-60000.00"})
    work = charge_line(desk.hub, desk.merchant, desk.account, "L3", LineKind.RELEASE, by="Ana", reason="liberada")

    assert run(work).decision.is_done


def test_control_a_limit_that_nobody_asks_lets_one_person_do_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "needs_second", lambda *_all: False)
    for kind, act in ACTS.items():
        if kind not in (DecisionKind.WRITE_OFF, DecisionKind.CREDIT_NOTE):
            assert act(desk, "Ana").is_done


def test_control_a_credit_note_that_nobody_asks_about_is_booked_by_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decide, "needs_second", lambda *_all: False)
    assert note(desk, "Ana").is_done


def test_what_one_person_credits_in_parts_is_added_up(desk: Desk) -> None:
    assert note(desk, "Ana", "40000.00").is_done
    assert not note(desk, "Ana", "15000.00").is_done


def test_a_note_of_the_same_number_is_recorded_once_and_needs_nobody_again(desk: Desk) -> None:
    desk.hub.second_person_above = {"CRC": 2 * LIMIT}
    assert note(desk, "Ana").is_done
    again = record_credit_note(
        *(desk.hub, desk.merchant, "FE-1"),
        note_number="NC-1",
        amount=desk.money("60000.00"),
        by="Ana",
        reason="devuelta",
    )
    made = run(again)
    assert (made.decision, made.payable.due) == (None, 0)


def test_a_correction_above_the_limit_takes_two_people(desk: Desk) -> None:
    desk.hub.second_person_above = {"CRC": 2 * LIMIT}
    assert note(desk, "Ana").is_done
    desk.hub.second_person_above = {"CRC": LIMIT}

    def undo(by: str) -> Decision:
        return run(decide_correction(desk.hub, desk.merchant, "credit:NC-1", by=by, reason=f"no era, {by}")).decision

    assert not undo("Ana").is_done
    assert desk.balances() == {}
    with refused(NotAllowed, match="Ana"):
        undo("ana")
    made = undo("Luis")
    assert (made.is_done, desk.balances()) == (True, BEFORE)
    assert entries(desk)[-1].note == "Ana and Luis: no era, Ana; Luis: no era, Luis"
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


def test_whoever_approves_a_correction_lets_it_happen(desk: Desk) -> None:
    desk.hub.second_person_above = {"CRC": 2 * LIMIT}
    assert note(desk, "Ana").is_done
    desk.hub.second_person_above = {"CRC": LIMIT}
    first = run(decide_correction(desk.hub, desk.merchant, "credit:NC-1", by="Ana", reason="no era")).decision

    assert run(approve_decision(desk.hub, first.id, signed=Signed(by="Luis", why="lo revisé"))).is_done
    assert desk.balances() == BEFORE
