"""When a payment is looked at, to the second, and under which name the hub concludes by itself.

test_payment.py says what follows in which order; here stand the edges: the last second before and the first one after.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from hub.domain.payment import LEASE, Payment, Phase, Status
from hub.domain.payment_checks import conclusion_due, is_watched, next_check
from hub_hookspecs import QueryBy, Starts, Way
from tests.domain.test_payment import MINUTE, NOW, PUSH, SENDING, SESSION, a_payment, a_way

ASKED_SESSION = a_way(Starts.SESSION, QueryBy.OURS)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
UNENDED: dict[str, Any] = {"ended_at": None, "created_at": NOW}


def wait(payment: Payment, way: Way, now: datetime) -> timedelta:
    """How long the hub waits from now on until it looks."""
    moment = next_check(payment, way, now)
    assert moment is not None
    return moment - now


RULES = [
    ("a payment that was created and not sent", {"phase": Phase.CREATED, "status": Status.CREATED}, "created_too_long"),
    ("a session that was never opened", SENDING, "session_never_opened"),
    ("a session past its grace", {"status": Status.PENDING, "expires_at": NOW}, "session_over"),
]


@pytest.mark.parametrize(("state", "rule"), [case[1:] for case in RULES], ids=[case[0] for case in RULES])
def test_what_the_hub_concludes_names_the_rule_by_which_it_did(state: dict[str, Any], rule: str) -> None:
    due = conclusion_due(a_payment(**state), SESSION, NOW + 60 * MINUTE)

    assert due is not None
    assert due.rule == rule


@pytest.mark.parametrize(
    ("since", "step"),
    [(0, 5), (59, 5), (60, 15), (299, 15), (300, 60), (3600, 60)],
)
def test_a_pending_payment_is_asked_about_at_steps_that_grow(since: int, step: int) -> None:
    payment = a_payment(status=Status.PENDING, expires_at=NOW + 120 * MINUTE)

    assert wait(payment, PUSH, NOW + since * SECOND) == step * SECOND


def test_the_steps_of_a_payment_whose_exchange_did_not_end_count_from_its_beginning() -> None:
    payment = a_payment(status=Status.PENDING, expires_at=NOW + 120 * MINUTE, **UNENDED)

    assert wait(payment, PUSH, NOW + 59 * SECOND) == 5 * SECOND
    assert wait(payment, PUSH, NOW + 61 * SECOND) == 15 * SECOND


def test_a_pending_payment_that_says_no_end_ends_as_its_way_says() -> None:
    payment, way = a_payment(status=Status.PENDING), attrs.evolve(PUSH, expiry_minutes=30, settle_minutes=15)

    assert wait(payment, way, NOW + 29.5 * MINUTE) == 0.5 * MINUTE
    assert wait(payment, way, NOW + 30 * MINUTE) == 15 * MINUTE
    assert wait(payment, way, NOW + 44 * MINUTE) == MINUTE
    assert wait(payment, way, NOW + 45 * MINUTE) == DAY


def test_a_session_past_its_time_that_can_be_asked_about_is_asked_about_every_quarter_of_an_hour() -> None:
    payment = a_payment(status=Status.PENDING, expires_at=NOW)

    assert wait(payment, ASKED_SESSION, NOW + 600 * MINUTE) == 15 * MINUTE
    assert wait(payment, PUSH, NOW + 600 * MINUTE) == DAY


def test_an_unknown_payment_counts_from_the_end_of_its_lease_where_its_exchange_did_not_end() -> None:
    leased = a_payment(status=Status.UNKNOWN, lease_until=NOW + LEASE, **UNENDED)
    bare = a_payment(status=Status.UNKNOWN, **UNENDED)

    assert next_check(leased, PUSH, NOW + LEASE) == NOW + LEASE + 5 * SECOND
    assert next_check(bare, PUSH, NOW) == NOW + 5 * SECOND


def test_an_unknown_payment_is_looked_at_when_its_undo_is_due() -> None:
    way = attrs.evolve(PUSH, undo=True, expiry_minutes=20, settle_minutes=10)
    unknown = a_payment(status=Status.UNKNOWN)

    assert next_check(unknown, way, NOW + 16 * MINUTE) == NOW + 30 * MINUTE
    assert next_check(unknown, way, NOW + 30 * MINUTE) == NOW + 60 * MINUTE
    assert next_check(unknown, attrs.evolve(way, undo=False), NOW + 16 * MINUTE) == NOW + 60 * MINUTE
    assert next_check(attrs.evolve(unknown, expires_at=NOW + 18 * MINUTE), way, NOW + 16 * MINUTE) == NOW + 28 * MINUTE


def test_money_of_an_unproven_close_is_waited_for_a_week_from_its_expiry_else_its_end_else_its_beginning() -> None:
    for state, begins in (
        ({"expires_at": NOW + DAY}, NOW + DAY),
        ({}, NOW),
        ({"ended_at": None, "created_at": NOW - DAY}, NOW - DAY),
    ):
        payment = a_payment(status=Status.CLOSED, reason="session_expired", **state)

        assert is_watched(payment, begins + 7 * DAY - SECOND)
        assert not is_watched(payment, begins + 7 * DAY)
    assert not is_watched(a_payment(status=Status.CLOSED, reason="declined"), NOW)
