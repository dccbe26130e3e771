"""Adding up what was told: one movement is one capture, one id is one return."""

from __future__ import annotations

import pytest

from hub_hookspecs import Kind, Money, Observation
from hub_hookspecs.testing.adding import Told, add_up, captures_of

OWED = Money(100_00, "PEN")


def paid(movement, minor=None, vouched=frozenset({"amount"})):
    amount = None if minor is None else Money(minor, "PEN")
    return Told(observation=Observation(kind=Kind.PAID, movement=movement, amount=amount, vouched=vouched))


def back(minor=None, *, event=None, movement="M", operation="", asked=None, kind=Kind.RETURNED):
    amount = None if minor is None else Money(minor, "PEN")
    told = Observation(kind=kind, movement=movement, amount=amount, event_id=event)
    return Told(observation=told, operation=operation, asked=asked and Money(asked, "PEN"))


@pytest.mark.parametrize(
    ("told", "came", "went"),
    [
        ([], 0, 0),
        ([paid("M"), paid("M")], 100_00, 0),
        ([paid("M"), paid("N")], 200_00, 0),
        ([paid("M", 40_00)], 40_00, 0),
        ([paid("M", 40_00, frozenset())], 100_00, 0),
        ([paid("M"), back(30_00, event="R1"), back(30_00, event="R1")], 100_00, 30_00),
        ([paid("M"), back(30_00, event="R1"), back(30_00, event="R2")], 100_00, 60_00),
        ([paid("M"), back(operation="O1", asked=30_00), back(30_00, event="R1")], 100_00, 30_00),
        ([paid("M"), back(30_00, event="O1", operation="O1"), back(30_00, event="R1")], 100_00, 30_00),
        ([paid("M"), back(30_00, event="X1", operation="O1"), back(30_00, event="R1")], 100_00, 60_00),
        ([paid("M"), back(operation="O1", asked=30_00), back(operation="O2", asked=30_00)], 100_00, 60_00),
        ([paid("M"), back(30_00), back(30_00)], 100_00, 30_00),
        ([paid("M"), back(30_00), back(40_00)], 100_00, 70_00),
        ([paid("M"), back(30_00, event="R1"), back(30_00, event="R1", kind=Kind.CHARGED_BACK)], 100_00, 60_00),
        ([paid("M"), back(event="R1")], 100_00, 100_00),
    ],
)
def test_one_movement_is_one_capture_and_one_id_is_one_return(told, came, went):
    assert add_up(told, OWED).get("PEN", (0, 0)) == (came, went)


def test_later_hooks_know_what_was_taken_and_what_of_it_went_back():
    (capture,) = captures_of([paid("M"), back(30_00, event="R1")], OWED)
    assert (capture.movement, capture.amount, capture.returned) == ("M", OWED, Money(30_00, "PEN"))
