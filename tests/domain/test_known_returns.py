"""What a person or a payout line tells of a return without an id is joined once with news of it, in whatever order."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from hub.domain.observation import ObservedBy, Seen
from hub.domain.returns import doubted_in, returns_in, without_withdrawn
from hub_hookspecs import Kind, Money, Observation

START = datetime(2026, 11, 23, 10, tzinfo=UTC)


def seen(key: str, minor: int | None, source: ObservedBy, *, kind: Kind = Kind.RETURNED, besides: str = "") -> Seen:
    """What one channel says; its key stands for its id where a provider says it."""
    named = source is ObservedBy.NOTIFICATION
    amount = None if minor is None else Money(minor, "CRC")
    claim = Observation(kind=kind, amount=amount, event_id=key if named else None)
    at = START + timedelta(minutes=ord(key[-1]))
    return Seen(
        key=key,
        payment_id="p",
        account_id="a",
        source=source,
        observation=claim,
        seen_at=at,
        besides=frozenset(besides.split()),
    )


def by_hand(key: str, minor: int, *, kind: Kind = Kind.RETURNED, besides: str = "") -> Seen:
    return seen(key, minor, ObservedBy.OPERATOR, kind=kind, besides=besides)


def by_line(key: str, minor: int) -> Seen:
    return seen(key, minor, ObservedBy.SETTLEMENT)


def news(key: str, minor: int | None, *, kind: Kind = Kind.RETURNED) -> Seen:
    return seen(key, minor, ObservedBy.NOTIFICATION, kind=kind)


def names(*items: Seen) -> list[str]:
    return [back.name for back in returns_in(items)]


def doubted(*items: Seen) -> list[str]:
    return [back.name for back in doubted_in(items)]


@pytest.mark.parametrize("record", [by_hand("R1", 300), by_line("R1", 300)], ids=["by hand", "by line"])
@pytest.mark.parametrize("minor", [300, None])
def test_what_was_recorded_is_joined_once_with_the_first_news_of_it(record: Seen, minor: int | None) -> None:
    assert names(record, news("E2", minor)) == ["R1"]
    assert names(record, news("E2", minor), news("E3", 300)) == ["R1", "E3"]
    assert doubted(record, news("E2", minor), news("E3", 300)) == []


def test_another_amount_is_no_return_until_a_person_says_what_it_is() -> None:
    assert names(by_hand("R1", 300), news("E2", 250)) == ["R1"]
    assert doubted(by_hand("R1", 300), news("E2", 250)) == ["E2"]


def test_once_the_same_amount_is_told_of_the_other_one_is_a_return_of_its_own() -> None:
    items = (by_hand("R1", 300), news("E2", 250), news("E3", 300))
    assert sorted(names(*items)) == ["E2", "R1"]
    assert doubted(*items) == []


def test_recording_the_other_amount_too_says_that_there_were_two() -> None:
    items = (by_hand("R1", 300), news("E2", 250), by_hand("R3", 250))
    assert sorted(names(*items)) == ["E2", "R1"]
    assert doubted(*items) == []


def test_of_two_candidates_a_person_is_asked_and_nothing_more_is_booked() -> None:
    items = (by_hand("R1", 300), by_hand("R2", 300), news("E3", 300))
    assert names(*items) == ["R1", "R2"]
    assert doubted(*items) == ["E3"]


def test_what_was_told_apart_stays_apart() -> None:
    assert names(news("E1", 300), by_hand("R2", 300, besides="E1")) == ["E1", "R2"]
    assert names(news("E1", 300), by_hand("R2", 300, besides="E1"), news("E3", 300)) == ["E1", "R2"]


def test_a_line_that_may_be_a_chargeback_is_not_booked_again_as_one() -> None:
    back = news("K2", 300, kind=Kind.CHARGED_BACK)
    assert names(by_line("L1", 300), back) == ["L1"]
    assert doubted(by_line("L1", 300), back) == ["K2"]
    assert names(by_hand("R1", 300), back) == ["R1", "K2"]


def test_what_was_reversed_before_any_news_of_it_is_left_out() -> None:
    record, told = by_hand("R1", 300), news("E5", 300)
    before, after = START + timedelta(minutes=ord("3")), START + timedelta(minutes=ord("9"))
    assert without_withdrawn((record, told), {"R1": before}) == (told,)
    assert without_withdrawn((record, told), {"R1": after}) == (record, told)


WORLDS = {
    "one by one": (by_hand("R1", 300), news("E2", 300), by_hand("R3", 300, besides="R1 E2"), news("E4", 300)),
    "three of one amount": (
        *(by_hand("R1", 300), news("E2", 300), news("E3", 300)),
        *(by_hand("R4", 300, besides="R1 E2 E3"), news("E5", 300)),
    ),
    "told apart from one, then joined": (
        *(news("E1", 300), by_hand("R2", 300, besides="E1")),
        *(by_hand("R3", 200, besides="E1 R2"), news("E4", 200), news("E5", 300)),
    ),
}


@pytest.mark.parametrize("items", WORLDS.values(), ids=WORLDS.keys())
def test_how_many_returns_there_are_of_each_amount_is_the_same_in_any_order(items: tuple[Seen, ...]) -> None:
    def amounts(order: tuple[Seen, ...]) -> list[int]:
        return sorted(back.amount.minor for back in returns_in(order) if back.amount)

    for order in itertools.permutations(items):
        assert amounts(order) == amounts(items), [item.key for item in order]


@pytest.mark.parametrize("items", WORLDS.values(), ids=WORLDS.keys())
def test_a_name_under_which_something_was_booked_stays_in_any_order(items: tuple[Seen, ...]) -> None:
    for order in itertools.permutations(items):
        for at in range(len(order)):
            assert set(names(*order[:at])) <= set(names(*order[: at + 1])), [item.key for item in order]
