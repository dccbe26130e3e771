"""The further doors of a world: whatever is looked at there finds the bug that is planted for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import hub.domain.known_returns
import hub.domain.money_entries
import hub.flows.corrections.disburse_credit
import hub.flows.corrections.end_dispute
import hub.flows.ground.refuse_while
from hub.domain.acts import Act, Pending, why_refused
from hub.domain.ledger import Entry
from hub.storage import SqliteStore

from .test_worlds import found
from .world import Origin

Plant = Callable[[Any, str, Any], None]


def more_is_booked_than_was_counted(plant: Plant) -> str:
    right = hub.domain.money_entries.offline_receipt

    def greedy(*, amount: int, **more: Any) -> Entry:
        return right(amount=amount + 1, **more)

    plant(hub.domain.money_entries, "offline_receipt", greedy)
    return "till: "


def credit_that_a_payment_holds_is_paid_out(plant: Plant) -> str:
    def all_of_it(tx: Any, customer_id: str, mode: Any, currency: str) -> Any:
        return tx.ledger.unapplied(customer_id, mode, currency)

    plant(hub.flows.corrections.disburse_credit, "free_credit", all_of_it)
    return "per customer: held"


def what_was_recorded_and_told_is_two_returns(plant: Plant) -> str:
    plant(hub.domain.known_returns.KnownReturn, "_is_open_to", lambda *_given: False)
    return "invented"


def a_dispute_that_is_won_brings_nothing_back(plant: Plant) -> str:
    plant(hub.flows.corrections.end_dispute, "_bring_back", lambda *_given: None)
    return "lost or invented"


def the_table_of_acts_is_not_asked(plant: Plant) -> str:
    plant(hub.flows.ground.refuse_while, "_objection", lambda _act, _met: None)
    return "though the table refuses it"


def whatever_is_under_way_refuses_every_act(plant: Plant) -> str:
    def strict(_act: Act, met: Mapping[Pending, Any]) -> Any:
        return next((why_refused(pending, "F") for pending in met), None)

    plant(hub.flows.ground.refuse_while, "_objection", strict)
    return "which is not under way, or does not refuse it"


def what_is_refused_is_committed_all_the_same(plant: Plant) -> str:
    plant(SqliteStore, "_roll_back", staticmethod(lambda connection: connection.execute("COMMIT")))
    return "and changed something"


BUGS: Mapping[Callable[[Plant], str], int] = {
    more_is_booked_than_was_counted: 1,
    credit_that_a_payment_holds_is_paid_out: 27,
    what_was_recorded_and_told_is_two_returns: 4,
    a_dispute_that_is_won_brings_nothing_back: 2,
    the_table_of_acts_is_not_asked: 1,
    whatever_is_under_way_refuses_every_act: 1,
    what_is_refused_is_committed_all_the_same: 30,
}
"""Each with the world from which on it is looked for, so that it is found soon."""


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__.replace("_", " "))
def test_control_what_is_looked_at_behind_the_doors_finds_its_bug(
    origin: Origin, scratch: Path, plant: Plant, bug: Callable[[Plant], str]
) -> None:
    sign = bug(plant)

    assert found(origin, scratch, 60, sign, first=BUGS[bug])
