"""A proposal to close what a complete list lacks stands on its import, and ends with it: one person is never two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

from hub.domain.decision import Decision, Signed, is_same_person
from hub.domain.import_run import ImportRun, RunState
from hub.domain.merchant import Member, Role
from hub.flows.corrections.approve_decision import approve_decision, find_waiting
from hub.flows.ground import proposals
from hub.flows.ground.proposals import standing_proposals
from hub.flows.merchants.remove_member import remove_member
from hub.flows.operations.prune import prune
from hub.flows.payments.decide import NotAllowed
from tests.bookkeeping.conftest import desk_for as desk_for
from tests.bookkeeping.conftest import empty_hub as empty_hub
from tests.bookkeeping.desk import Desk, run
from tests.flows.imported import bill, imported, listing, right, undone
from tests.flows.test_complete_list import FOUR, OWED, OWNER, begun, closed, read, row, team

Desks = Callable[[str], Desk]
SECOND = "conta@x.cr"


def proposed(desk: Desk, *, by: str = OWNER, **choices: Any) -> tuple[Decision, ImportRun]:
    """Somebody proposes to close four of five."""
    team(desk, SECOND)
    begun(desk, "FE-1", *FOUR)
    done, made = closed(desk, read(row("FE-1")), by=by, **choices)
    assert done.decision
    assert done.waits
    assert waiting(desk) == [done.decision.id]
    return done.decision, made


def waiting(desk: Desk) -> list[str]:
    now = desk.clock.now
    return [item.id for item in desk.read(lambda tx: standing_proposals(tx, now))]


def stored(desk: Desk) -> list[bool]:
    """Of every proposal whether it is over."""
    subject = f"{desk.merchant.id}:{desk.merchant.mode}"
    return [item.superseded for item in desk.read(lambda tx: tx.decisions.of(subject))]


def approved(desk: Desk, decision: Decision, *, by: str = SECOND) -> None:
    run(approve_decision(desk.hub, decision.id, signed=Signed(by=by, why="así es")))


def all_stay_open(desk: Desk) -> None:
    assert [bill(desk, number).due for number in FOUR] == [100_00] * 4
    right(desk)


def an_undone_proposal_is_nobodys_word(desk: Desk) -> None:
    decision, made = proposed(desk)

    undone(desk, made)

    assert waiting(desk) == []
    assert stored(desk) == [True]
    with pytest.raises(LookupError):
        approved(desk, decision)
    alone, _made = closed(desk, read(row("FE-1")), by=SECOND)
    assert (alone.waits, alone.numbers) == (True, ())
    all_stay_open(desk)


def test_the_second_person_of_an_undone_import_is_the_first_one(desk_for: Desks) -> None:
    an_undone_proposal_is_nobodys_word(desk_for("CR"))


def test_control_a_proposal_that_survives_its_import_is_found(desk_for: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.flows.imports.take_back.withdraw_closing", lambda _tx, _run: None)
    monkeypatch.setattr(proposals, "GONE", ())

    with pytest.raises(AssertionError):
        an_undone_proposal_is_nobodys_word(desk_for("CR"))


def test_a_proposal_of_a_person_who_was_removed_is_withdrawn(desk_for: Desks) -> None:
    desk = desk_for("CR")
    team(desk, "primera@x.cr")
    decision, _made = proposed(desk, by="primera@x.cr")

    run(remove_member(desk.hub, desk.merchant, "primera@x.cr", by=OWNER))

    assert waiting(desk) == []
    assert stored(desk) == [True]
    with pytest.raises(LookupError):
        approved(desk, decision)
    all_stay_open(desk)


def test_a_proposal_of_a_person_who_may_only_look_counts_no_more(desk_for: Desks) -> None:
    desk = desk_for("CR")
    decision, _made = proposed(desk, by="primera@x.cr")

    def lowered(tx: Any) -> None:
        tx.merchants.add_member(Member(merchant_id=desk.merchant.id, email="primera@x.cr", role=Role.OPERATOR))

    desk.opened.store.write_now(lowered)

    assert waiting(desk) == []
    with pytest.raises(LookupError):
        approved(desk, decision)
    alone, _made = closed(desk, read(row("FE-1")), by=SECOND)
    assert alone.waits
    all_stay_open(desk)


def test_a_proposal_is_too_old_after_thirty_days_and_is_withdrawn_with_its_file(desk_for: Desks) -> None:
    desk = desk_for("CR")
    decision, _made = proposed(desk)

    desk.clock.now += timedelta(days=30)

    assert waiting(desk) == []
    assert run(find_waiting(desk.hub, decision.id)) == ()
    with pytest.raises(LookupError):
        approved(desk, decision)
    run(prune(desk.hub))
    assert stored(desk) == [True]
    all_stay_open(desk)


def test_a_day_before_it_is_not(desk_for: Desks) -> None:
    desk = desk_for("CR")
    decision, _made = proposed(desk)
    desk.clock.now += timedelta(days=29)
    run(prune(desk.hub))

    approved(desk, decision)

    assert [bill(desk, number).due for number in FOUR] == [0] * 4


@pytest.mark.parametrize("missing", [{"*": "void"}, {"FE-2": "left", "*": "outside"}])
def test_another_choice_is_a_proposal_of_its_own(desk_for: Desks, missing: dict[str, str]) -> None:
    desk = desk_for("CR")
    first, _made = proposed(desk)
    later, _made = closed(desk, read(row("FE-1")), by=SECOND, missing=missing)

    assert later.numbers == () or "FE-2" not in later.numbers
    assert first.id not in waiting(desk)
    with pytest.raises(LookupError):
        approved(desk, first, by="tercera@x.cr")


def test_a_later_list_that_has_them_ends_what_was_proposed(desk_for: Desks) -> None:
    desk = desk_for("CR")
    decision, _made = proposed(desk)

    done, _made = closed(desk, read(row("FE-1"), *(row(number) for number in FOUR)), by=SECOND, missing={})

    assert done.decision is None
    assert waiting(desk) == []
    with pytest.raises(LookupError):
        approved(desk, decision)
    all_stay_open(desk)


def test_a_later_file_that_names_one_as_open_ends_it_though_nobody_calls_it_a_list(desk_for: Desks) -> None:
    desk = desk_for("CR")
    decision, _made = proposed(desk)

    imported(desk, listing(row("FE-1"), row(FOUR[0]), head=OWED))

    assert waiting(desk) == []
    with pytest.raises(LookupError):
        approved(desk, decision)
    all_stay_open(desk)


def test_a_later_file_of_other_invoices_leaves_it(desk_for: Desks) -> None:
    desk = desk_for("CR")
    decision, _made = proposed(desk)

    imported(desk, listing(row("FE-1"), row("FE-9"), head=OWED))
    approved(desk, decision)

    assert [bill(desk, number).due for number in FOUR] == [0] * 4


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ana", "Ana@x.cr", True),
        ("ana@x.cr", "ana+cobros@x.cr", True),
        ("ana@x.cr", "ana@y.cr", False),
        ("ana", "anabel@x.cr", False),
        ("luis", "ana@x.cr", False),
        ("Ana  Mora", "ana mora", True),
        ("ana.mora@x.cr", "anamora@x.cr", True),
        ("José Mora", "jose.mora@x.cr", True),
        ("Ana Mora", "ana.mora+2@x.cr", True),
        ("ana.mora@x.cr", "ana.mena@x.cr", False),
    ],
)
def test_the_command_line_and_the_page_know_one_person(one: str, other: str, same: bool) -> None:
    assert is_same_person(one, other) is same
    assert is_same_person(other, one) is same


def test_nobody_approves_his_own_proposal_by_another_name(desk_for: Desks) -> None:
    desk = desk_for("CR")
    decision, _made = proposed(desk, by="ana@x.cr")

    with pytest.raises(NotAllowed):
        approved(desk, decision, by="ana")

    again, _made = closed(desk, read(row("FE-1")), by="Ana")
    assert again.refused
    all_stay_open(desk)


def test_a_stopped_import_is_not_closed_before_it_is_taken(desk_for: Desks) -> None:
    desk = desk_for("CR")
    decision, made = proposed(desk)

    desk.opened.store.write_now(lambda tx: tx.imports.save(attrs.evolve(made, state=RunState.SHOWN)))

    with pytest.raises(NotAllowed):
        approved(desk, decision)
    all_stay_open(desk)
