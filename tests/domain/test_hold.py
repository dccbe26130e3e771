"""Money that is held: pending, never paid; its end is known, and nothing else is concluded of it."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import attrs
import pytest

from hub.domain.hold import Hold, hold_in, holds_still
from hub.domain.payment import Payment, Status
from hub.domain.payment_checks import conclusion_due, next_check
from hub_hookspecs import Kind, Money, Observation, QueryBy, Starts, Way
from tests.domain.test_payment import MINUTE, NOW, SESSION, a_payment, seen

DAY = timedelta(days=1)
CARD = Way(
    code="card", label="", starts=Starts.SESSION, outcome=frozenset({"query"}), query_by=QueryBy.OURS, authorises=True
)
HELD = a_payment(status=Status.PENDING, expires_at=NOW + 7 * DAY)


def a_hold(**changes: Any) -> Hold:
    return attrs.evolve(Hold(amount=Money(1000, "CRC"), until=NOW + 7 * DAY, since=NOW), **changes)


def test_nothing_is_held_of_a_payment_that_was_not_authorised() -> None:
    assert hold_in(a_payment(), [seen(Kind.ACCEPTED), seen(Kind.PAID)]) is None


@pytest.mark.parametrize(
    ("stated", "most"),
    [
        ([None], 1000),
        ([1000], 1000),
        ([400], 400),
        ([None, 400], 400),
        ([400, 900], 400),
        ([5000], 1000),
    ],
)
def test_the_least_that_was_stated_may_be_taken_and_never_more_than_was_asked_for(
    stated: list[int | None], most: int
) -> None:
    claims = [seen(Kind.AUTHORISED, amount=None if minor is None else Money(minor, "CRC")) for minor in stated]
    for order in itertools.permutations(claims):
        hold = hold_in(a_payment(), order)
        assert hold is not None
        assert hold.amount == Money(most, "CRC")


def test_nobody_knows_what_may_be_taken_of_money_held_in_another_currency() -> None:
    hold = hold_in(a_payment(), [seen(Kind.AUTHORISED, amount=Money(1000, "USD"))])

    assert hold is not None
    assert hold.amount is None


def test_a_hold_ends_at_the_latest_moment_that_was_said() -> None:
    claims = [seen(Kind.AUTHORISED, NOW + at * DAY, expires_at=NOW + 7 * at * DAY) for at in (1, 2)]

    assert [hold_in(a_payment(), order) for order in (claims, claims[::-1])] == [
        Hold(amount=Money(1000, "CRC"), until=NOW + 14 * DAY, since=NOW + DAY)
    ] * 2


CONCLUSIONS = [
    ("before its end", a_hold(), 7 * DAY - MINUTE, None),
    ("at its end, before it settled", a_hold(), 7 * DAY, None),
    ("once it settled", a_hold(), 7 * DAY + 15 * MINUTE, "expired"),
    ("once it settled, while a capture may have taken it", a_hold(unclear_since=NOW), 8 * DAY, None),
    ("of an end that nobody stated", a_hold(until=None), 100 * DAY, None),
]


@pytest.mark.parametrize(
    ("hold", "after", "kind"), [case[1:] for case in CONCLUSIONS], ids=[case[0] for case in CONCLUSIONS]
)
def test_nothing_but_its_lapse_is_concluded_of_money_that_is_held(
    hold: Hold, after: timedelta, kind: str | None
) -> None:
    due = conclusion_due(HELD, CARD, NOW + after, hold)

    assert (due.kind.value if due else None) == kind


def test_control_a_session_without_its_hold_would_be_given_up_with_the_money_in_it() -> None:
    short = attrs.evolve(HELD, expires_at=NOW + 30 * MINUTE)
    due = conclusion_due(short, SESSION, NOW + 45 * MINUTE)

    assert due is not None
    assert due.kind is Kind.SESSION_EXPIRED
    assert conclusion_due(short, SESSION, NOW + 45 * MINUTE, a_hold()) is None


def looks(payment: Payment, hold: Hold, days: float) -> list[float]:
    """Hours after which it is looked at."""
    found, now = [], NOW
    while (later := next_check(payment, CARD, now, hold)) and later <= NOW + days * DAY:
        assert now < later <= now + DAY
        found.append(round((later - NOW) / timedelta(hours=1), 3))
        now = later
    return found


def test_held_money_is_looked_at_daily_at_its_end_and_when_it_must_have_lapsed() -> None:
    assert looks(HELD, a_hold(until=NOW + 2.5 * DAY), 2.6) == [24, 48, 60, 60.25, 61.25, 62.25]


def test_what_the_hub_captures_by_itself_is_looked_at_within_a_second() -> None:
    assert looks(HELD, a_hold(due_from=NOW + timedelta(seconds=1)), 0.01)[:4] == [0, 0.002, 0.004, 0.017]


def test_a_capture_without_a_clear_answer_is_asked_about_as_an_unknown_payment_is() -> None:
    assert looks(HELD, a_hold(unclear_since=NOW), 0.05) == [0.001, 0.004, 0.017, 0.083, 0.25, 1]


@pytest.mark.parametrize(
    ("news", "still"),
    [
        ([], False),
        ([Observation(kind=Kind.ACCEPTED)], False),
        ([Observation(kind=Kind.AUTHORISED)], True),
        ([Observation(kind=Kind.AUTHORISED, expires_at=NOW)], False),
        ([Observation(kind=Kind.AUTHORISED, expires_at=NOW + MINUTE)], True),
    ],
)
def test_money_is_held_still_where_the_provider_says_so_and_names_no_end_that_is_over(
    news: list[Observation], still: bool
) -> None:
    assert holds_still(news, NOW) is still
