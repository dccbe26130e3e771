"""What came and what went back, movement by movement: what each carries, what is left, and what is odd about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from hub.domain.captures import captures_in, claims_in
from hub.domain.flags import flags_of, occasions_of
from hub.domain.observation import ObservedBy, Seen, dedupe_key
from hub.domain.payment import Flag, PaymentLine
from hub.domain.returns import brought_in, left_of, returns_in, was_undone, without_withdrawn
from hub_hookspecs import Kind, Money, Observation
from tests.domain.test_payment import NOW, a_payment, seen

PAYMENT = a_payment()
SECOND = timedelta(seconds=1)


def came(minor: int = 1000, currency: str = "CRC", **claim: Any) -> Seen:
    return seen(Kind.PAID, amount=Money(minor, currency), **claim)


def went(minor: int | None, currency: str = "CRC", **claim: Any) -> Seen:
    return seen(Kind.RETURNED, amount=None if minor is None else Money(minor, currency), **claim)


def by_hand(item: Seen) -> Seen:
    return attrs.evolve(item, source=ObservedBy.OPERATOR)


def test_a_capture_carries_what_its_provider_calls_it() -> None:
    claim = came(999, provider_reference="T1", authorisation="9", occurred_at=NOW - SECOND)
    (taken,) = captures_in(PAYMENT, [claim, came(provider_reference="T2", authorisation="8")])

    assert (taken.key, taken.provider_reference, taken.authorisation) == (claim.key, "T1", "9")
    assert (taken.movement, taken.amount, taken.own_record) == ("R1", Money(999, "CRC"), False)


def test_a_claim_that_names_no_movement_speaks_of_the_first_named_else_of_the_payment() -> None:
    named, unnamed = came(movement="M"), came(movement=None)

    def movements(*claims: Seen) -> list[str]:
        found = claims_in(PAYMENT, [went(1), *claims])
        assert [item for _movement, item in found] == list(claims)
        return [movement for movement, _item in found]

    assert movements(unnamed, unnamed) == ["R1", "R1"]
    assert movements(named, unnamed) == ["M", "M"]
    assert movements(unnamed, named, unnamed) == ["R1", "R1", "R1"]
    assert [taken.movement for taken in captures_in(PAYMENT, [came(movement=None)])] == ["R1"]


def test_what_is_left_is_counted_by_currency_and_as_people_corrected_it() -> None:
    captures = captures_in(PAYMENT, [came(700), came(200, movement="R2"), came(5, "USD", movement="R3")])
    returns = returns_in([went(100, movement="a"), went(1, "EUR", movement="b")])
    first, back = captures[0].key, returns[0].key

    assert left_of(captures, returns) == {"CRC": 800, "USD": 5, "EUR": -1}
    assert left_of(captures, returns, {first: 701}) == {"CRC": 801, "USD": 5, "EUR": -1}
    assert left_of(captures, returns, {back: 101}) == {"CRC": 799, "USD": 5, "EUR": -1}


def test_a_return_that_states_no_amount_takes_all_of_what_came_first() -> None:
    captures = captures_in(PAYMENT, [came(700), came(5, "USD", movement="R3")])

    assert left_of(captures, returns_in([went(None, movement="a")])) == {"CRC": 0, "USD": 5}


def test_a_return_that_we_brought_about_is_ours() -> None:
    ours = attrs.evolve(went(100, movement="a"), operation="OP1")

    assert [back.is_ours for back in returns_in([ours, went(200, movement="b")])] == [True, False]


def test_money_was_undone_only_where_nothing_at_all_was_left_by_then() -> None:
    assert was_undone(PAYMENT, [came(1000), went(1000, movement="a")])
    assert not was_undone(PAYMENT, [came(1000), went(999, movement="a")])
    assert not was_undone(PAYMENT, [came(1000), seen(Kind.RETURNED, NOW + SECOND, amount=Money(1000, "CRC"))])
    assert was_undone(PAYMENT, [came(movement=None), went(None)])


def test_what_came_is_brought_to_the_lines_in_their_order_until_it_is_used_up() -> None:
    lines = tuple(PaymentLine(payable_id=name, number=name, amount=400) for name in ("i1", "i2", "i3"))
    payment = attrs.evolve(PAYMENT, lines=lines)

    assert brought_in(payment, [came(500), came(9, "USD", movement="R3")]) == {"i1": 400, "i2": 100, "i3": 0}
    assert brought_in(payment, [came(500), went(500, movement="a")]) == {}


def test_a_return_by_hand_that_was_reversed_before_any_news_of_it_was_never_said() -> None:
    said = by_hand(went(100))
    reversed_at = {said.key: NOW}

    assert without_withdrawn([came(), said], reversed_at) == (came(),)
    assert without_withdrawn([came(), said], {}) == (came(), said)


def test_a_return_that_was_joined_or_told_by_the_provider_or_taken_by_a_bank_is_not_withdrawn() -> None:
    said, news = by_hand(went(100)), went(100, event_id="E1")
    taken = by_hand(seen(Kind.CHARGED_BACK, amount=Money(100, "CRC")))

    for items in ((came(), said, news), (came(), news), (came(), taken)):
        assert without_withdrawn(items, {item.key: NOW for item in items}) == items
    later = attrs.evolve(news, seen_at=NOW + SECOND)
    assert without_withdrawn([came(), said, later], {said.key: NOW}) == (came(), later)


def test_two_ids_of_the_provider_for_one_movement_are_perhaps_two_captures() -> None:
    claims = [came(provider_reference="T1"), came(provider_reference="T2")]

    assert flags_of(PAYMENT, claims) == {Flag.NEEDS_REVIEW}
    assert occasions_of(PAYMENT, claims) == {"contradicting_claims": ("",)}


def test_a_claim_without_a_movement_contradicts_like_any_other() -> None:
    claims = [came(movement=None, authorisation="1"), came(movement=None, authorisation="2")]

    assert flags_of(PAYMENT, claims) == {Flag.NEEDS_REVIEW}
    assert occasions_of(PAYMENT, claims) == {"contradicting_claims": ("",)}


def test_money_that_shows_at_the_very_end_of_the_offer_is_late() -> None:
    assert flags_of(PAYMENT, [came()], offered_until=NOW) == {Flag.LATE}
    assert flags_of(PAYMENT, [came()], offered_until=NOW + SECOND) == frozenset()


def test_money_for_a_bill_that_another_payment_paid_is_a_duplicate_and_so_is_each_of_its_movements() -> None:
    claims = [came(), came(movement="R2")]

    assert flags_of(PAYMENT, [came()], shares_paid_payable=True) == {Flag.DUPLICATE_CHARGE, Flag.NEEDS_REVIEW}
    assert occasions_of(PAYMENT, claims, shares_paid_payable=True) == {"duplicate_charge": ("", "R2")}
    assert occasions_of(PAYMENT, claims) == {"duplicate_charge": ("R2",)}
    assert occasions_of(PAYMENT, [came()]) == {}


def test_what_people_corrected_counts_in_whether_too_much_went_back() -> None:
    claims = [came(1000), went(1000, movement="a"), went(1, movement="b")]
    more = {claims[0].key: 1001}

    assert flags_of(PAYMENT, claims) == {Flag.OVER_REFUND, Flag.NEEDS_REVIEW}
    assert occasions_of(PAYMENT, claims) == {"over_refund": ("b",)}
    assert flags_of(PAYMENT, claims, corrected=more) == frozenset()
    assert occasions_of(PAYMENT, claims, corrected=more) == {}


def test_a_return_without_money_is_an_orphan_under_its_own_name() -> None:
    assert occasions_of(PAYMENT, [went(1, movement="a")]) == {"orphan_refund": ("a",)}
    assert occasions_of(PAYMENT, [went(1, movement="")]) == {"orphan_refund": (went(1, movement="").key,)}


KEYS = [
    ("by what is vouched for", {"movement": "M", "reference": "R1", "vouched": frozenset({"reference"})}, "",
     "5a2c03cfd688663ec678e925b776e634bfcd3424"),
    ("with nothing vouched for", {}, "", "ef991d3dfa775573647126afba24a3147e6dbef0"),
    ("on an occasion", {"movement": "M"}, "check 2", "a9f97a48ba6bcd591c610dd162cc082b5af64fe7"),
    ("by the provider's event", {"event_id": "E1", "vouched": frozenset({"event_id"})}, "",
     "6f7675d3b2b11f76084504ecb3a693c795591503"),
    ("by an event on an occasion", {"event_id": "E1", "vouched": frozenset({"event_id"})}, "again",
     "70fc8033d971ab3e28b223d5a424e3092315ed0a"),
    ("with a vouched field that is empty", {"vouched": frozenset({"authorisation", "event_id"})}, "",
     "9f7000c0b2e448b2d807c4eb541837d70dc3d0c3"),
    ("with a vouched field that there is not", {"vouched": frozenset({"colour"})}, "",
     "0e1ef7a1513aa8b6e799edb7205b4f4af67a973d"),
    ("with an event that nobody vouches for", {"event_id": "E1"}, "", "ef991d3dfa775573647126afba24a3147e6dbef0"),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "occasion", "key"), [case[1:] for case in KEYS], ids=[case[0] for case in KEYS])
def test_the_key_of_news_stays_the_same_for_ever(claim: dict[str, Any], occasion: str, key: str) -> None:
    """Another key for the same news would book it twice: what is stored under the old one is not found."""
    assert dedupe_key("a1", "t1", Observation(kind=Kind.PAID, **claim), occasion=occasion) == key


def test_an_occasion_that_is_not_said_is_none() -> None:
    told = Observation(kind=Kind.PAID, movement="M")

    assert dedupe_key("a1", "t1", told) == dedupe_key("a1", "t1", told, occasion="")
