"""What was paid out of credit since is no longer there to be taken back, and whoever tries is told so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hub.domain.identity import Invalid
from hub.domain.refusals import Conflict
from hub.storage import connection
from tests.bookkeeping.desk import Desk

Desks = Callable[[str], Desk]
DOORS = {
    "a receipt by hand": ("received cash 100.00 as X", "disburse cash 60.00", "void X"),
    "a conversion": ("converted cash 1.00 USD to CRC at 100 as X", "disburse cash 60.00", "void-conversion X"),
}


@pytest.mark.parametrize("door", DOORS)
def test_what_was_paid_out_is_not_voided_and_the_person_is_told_why(desk_for: Desks, door: str) -> None:
    desk = desk_for("CR")
    *before, void = DOORS[door]
    for line in before:
        desk.do(line)
    stood = desk.balances()

    with pytest.raises(Invalid) as refusal:
        desk.do(void)

    assert [problem.message.id for problem in refusal.value.problems] == ["receipt.paid_out"]
    assert desk.balances() == stood


@pytest.mark.parametrize("door", DOORS)
def test_control_a_refusal_of_the_database_by_another_name_reaches_nobody(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    def nameless(text: str) -> Any:
        found = right(text)
        found.rule = found.rule.replace("intake_", "")
        return found

    right = connection._conflict
    monkeypatch.setattr(connection, "_conflict", nameless)

    with pytest.raises(Conflict):
        test_what_was_paid_out_is_not_voided_and_the_person_is_told_why(desk_for, door)
