"""Status is a function of the set of observations (F29); so order,
repetition and delay of news cannot matter."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

import hub.domain.payment_checks
from hub.domain.captures import captures_in
from hub.domain.flags import flags_of
from hub.domain.observation import ObservedBy, Seen, dedupe_key, tries_in
from hub.domain.payment import LEASE, Flag, Payment, PaymentLine, Phase, Status, status_of
from hub.domain.payment_checks import conclusion_due, next_check, session_end_due, session_over_at
from hub.domain.returns import was_undone
from hub_hookspecs import Channel, Kind, Mode, Money, Observation, Payer, QueryBy, Starts, Way

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
StatusOf = Callable[[Phase, Iterable[Kind]], tuple[Status, str]]

MEANING = """
paid            paid
declined        closed declined
cancelled       closed cancelled
expired         closed expired
never_sent      closed never_sent
never_existed   closed never_existed
session_expired closed session_expired
released        closed released
accepted        pending
authorised      pending
"""
"""The status function as the specification has it: the first line whose kind was seen decides."""

UNHEARD = {"created": "created", "sending": "unknown", "sent": "unknown"}


def by_the_table(phase: str, kinds: frozenset[str]) -> tuple[str, str]:
    """The same function, written as a table and read line by line."""
    for line in MEANING.strip().splitlines():
        kind, status, reason = (*line.split(), "")[:3]
        if kind in kinds:
            return status, reason
    return UNHEARD[phase], ""


def subsets(most: int = 6) -> Iterator[tuple[Kind, ...]]:
    return itertools.chain.from_iterable(itertools.combinations(Kind, size) for size in range(most + 1))


def divergent(status: StatusOf, dice: random.Random) -> list[tuple[Kind, ...]]:
    """Sets whose status depends on the order or the number of their news."""
    found = []
    for kinds in subsets(4):
        orders = {status(Phase.SENT, dice.sample(kinds, len(kinds))) for _ in range(4)}
        orders |= {status(Phase.SENT, dice.choices(kinds, k=9) + list(kinds)) for _ in range(2) if kinds}
        if len(orders) > 1:
            found.append(kinds)
    return found


def test_every_set_of_up_to_six_kinds_has_the_status_of_the_table() -> None:
    checked = 0
    for kinds in subsets():
        for phase in Phase:
            status, reason = status_of(phase, kinds)
            assert (status.value, reason) == by_the_table(phase.value, frozenset(kind.value for kind in kinds))
            checked += 1

    assert checked == 3 * 9949


def test_no_order_and_no_repetition_changes_a_status() -> None:
    assert divergent(status_of, random.Random(29)) == []


def test_control_last_news_wins_is_found_out() -> None:
    def last_news_wins(phase: Phase, kinds: Iterable[Kind]) -> tuple[Status, str]:
        return status_of(phase, list(kinds)[-1:])

    assert len(divergent(last_news_wins, random.Random(29))) > 1000


def a_payment(**changes: Any) -> Payment:
    payment = Payment(
        id="t1", merchant_id="m1", mode=Mode.TEST, account_id="a1", provider="p", way="push",
        channel=Channel.STATEMENT, customer_id="c1", payer=Payer(), reference="R1", amount=Money(1000, "CRC"),
        lines=(PaymentLine(payable_id="i1", number="1", amount=1000),), phase=Phase.SENT, ended_at=NOW, created_at=NOW,
    )  # fmt: skip
    return attrs.evolve(payment, **changes)


def seen(kind: Kind, at: datetime = NOW, **claim: Any) -> Seen:
    if kind is Kind.PAID:
        claim = {"movement": "R1", "vouched": frozenset({"amount"}), **claim}
    observation = Observation(kind=kind, **claim)
    key = dedupe_key("a1", "t1", attrs.evolve(observation, vouched=frozenset({"amount", "authorisation"})))
    return Seen(key=key, payment_id="t1", account_id="a1", source=ObservedBy.QUERY, observation=observation, seen_at=at)


OURS = {"never_sent", "never_existed", "session_expired", "released"}
NOES = {"declined", "cancelled", "expired"}


def flags_by_the_table(kinds: set[str]) -> set[str]:
    """Flags of a set in which every amount is the asked one."""
    paid = "paid" in kinds
    flags = set()
    if paid and kinds & OURS:
        flags.add("late")
    accepted_after_all = "accepted" in kinds and kinds & {"never_sent", "never_existed"}
    if (paid and kinds & NOES) or accepted_after_all or ("authorised" in kinds and kinds & OURS):
        flags.add("conflict")
    if not paid and kinds & {"returned", "charged_back"}:
        flags.add("orphan_refund")
    if paid and {"returned", "charged_back"} <= kinds:
        flags.add("over_refund")
    return flags | ({"needs_review"} if flags - {"late"} else set())


def test_every_set_of_up_to_six_kinds_has_the_flags_of_the_table_in_any_order() -> None:
    dice = random.Random(31)
    payment = a_payment()
    made = {kind: seen(kind) for kind in Kind}
    for kinds in subsets():
        items = [made[kind] for kind in dice.sample(kinds, len(kinds))]

        assert flags_of(payment, items) == flags_by_the_table({kind.value for kind in kinds})


PAID = seen(Kind.PAID, amount=Money(1000, "CRC"))
ODD = [
    ("the asked amount", [PAID], set()),
    ("no stated amount", [seen(Kind.PAID)], set()),
    ("less", [seen(Kind.PAID, amount=Money(999, "CRC"))], {"amount_mismatch", "needs_review"}),
    ("more", [seen(Kind.PAID, amount=Money(1001, "CRC"))], {"amount_mismatch", "needs_review"}),
    ("another currency", [seen(Kind.PAID, amount=Money(1000, "USD"))], {"currency_mismatch", "needs_review"}),
    ("two amounts for one movement", [PAID, seen(Kind.PAID, amount=Money(7, "CRC"))],
     {"amount_mismatch", "needs_review"}),
    ("two movements", [PAID, seen(Kind.PAID, movement="R1-2")], {"duplicate_charge", "needs_review"}),
    ("two authorisations", [seen(Kind.PAID, authorisation="1"), seen(Kind.PAID, authorisation="2")], {"needs_review"}),
    ("an authorisation told by one channel alone", [seen(Kind.PAID), seen(Kind.PAID, authorisation="2")], set()),
    ("a provider's id told by one channel alone", [seen(Kind.PAID, provider_reference="T"), PAID], set()),
    ("an authorisation here, an id there",
     [seen(Kind.PAID, provider_reference="T"), seen(Kind.PAID, authorisation="2")], set()),
    ("a return of part", [PAID, seen(Kind.RETURNED, amount=Money(400, "CRC"))], set()),
    ("returns above the capture",
     [PAID, seen(Kind.RETURNED, amount=Money(600, "CRC")), seen(Kind.RETURNED, amount=Money(500, "CRC"))],
     {"over_refund", "needs_review"}),
    ("a return of what never came", [seen(Kind.RETURNED, amount=Money(400, "CRC"))], {"orphan_refund", "needs_review"}),
    ("a yes beside the provider's own no", [PAID, seen(Kind.EXPIRED)], {"conflict", "needs_review"}),
    ("an answer beside our never", [seen(Kind.ACCEPTED), seen(Kind.NEVER_EXISTED)], {"conflict", "needs_review"}),
    ("our never alone", [seen(Kind.NEVER_SENT)], set()),
    ("money held and taken", [seen(Kind.AUTHORISED), PAID], set()),
    ("money held beside our never", [seen(Kind.AUTHORISED), seen(Kind.NEVER_SENT)], {"conflict", "needs_review"}),
    ("money held for what we gave up", [seen(Kind.AUTHORISED), seen(Kind.RELEASED)], {"conflict", "needs_review"}),
    ("money held that lapsed", [seen(Kind.AUTHORISED), seen(Kind.EXPIRED)], set()),
    ("money after we gave up", [seen(Kind.SESSION_EXPIRED), PAID], {"late"}),
]  # fmt: skip


@pytest.mark.parametrize(("items", "flags"), [case[1:] for case in ODD], ids=[case[0] for case in ODD])
def test_what_is_odd_is_flagged(items: list[Seen], flags: set[str]) -> None:
    assert flags_of(a_payment(), items) == flags


def test_money_that_is_first_seen_after_the_offer_ended_is_late() -> None:
    before, after = seen(Kind.PAID, NOW), seen(Kind.PAID, NOW + 2 * MINUTE)

    assert flags_of(a_payment(), [after], offered_until=NOW + MINUTE) == {Flag.LATE}
    assert flags_of(a_payment(), [before], offered_until=NOW + MINUTE) == frozenset()
    assert flags_of(a_payment(), [after, before], offered_until=NOW + MINUTE) == frozenset()


def test_a_capture_without_a_stated_amount_is_marked_as_our_own_record() -> None:
    (stated,), (unstated,) = captures_in(a_payment(), [PAID]), captures_in(a_payment(), [seen(Kind.PAID)])

    assert (stated.amount, stated.own_record) == (Money(1000, "CRC"), False)
    assert (unstated.amount, unstated.own_record) == (Money(1000, "CRC"), True)


def test_a_time_that_the_provider_does_not_state_is_when_we_learnt_of_it() -> None:
    told = NOW - timedelta(hours=3)
    (unstated,), (stated,) = (
        captures_in(a_payment(), [PAID]),
        captures_in(a_payment(), [seen(Kind.PAID, occurred_at=told)]),
    )

    assert (unstated.at, unstated.is_learnt) == (NOW, True)
    assert (stated.at, stated.is_learnt) == (told, False)


def test_an_amount_without_a_proof_is_flagged_and_ours_is_booked() -> None:
    claims = [seen(Kind.PAID, amount=Money(99_000, "CRC"), vouched=frozenset({"reference", "movement"}))]
    (taken,) = captures_in(a_payment(), claims)

    assert (taken.amount, taken.own_record) == (Money(1000, "CRC"), True)
    assert flags_of(a_payment(), claims) == {"amount_mismatch", "needs_review"}


def test_one_movement_is_one_capture_however_often_it_is_told() -> None:
    claims = [PAID, seen(Kind.PAID), seen(Kind.PAID, amount=Money(5, "CRC")), seen(Kind.PAID, movement="R1-2")]

    assert [(taken.movement, taken.amount.minor) for taken in captures_in(a_payment(), claims)] == [
        ("R1", 1000),
        ("R1-2", 1000),
    ]


def test_a_session_counts_its_tries() -> None:
    assert tries_in([seen(Kind.ACCEPTED), seen(Kind.TRY_DECLINED), PAID]) == 2
    assert tries_in([seen(Kind.ACCEPTED), seen(Kind.TRY_DECLINED)]) == 1
    assert tries_in([seen(Kind.ACCEPTED), seen(Kind.TRY_DECLINED), seen(Kind.SESSION_EXPIRED)]) == 1
    assert tries_in([seen(Kind.ACCEPTED), seen(Kind.DECLINED)]) == 1
    assert tries_in([seen(Kind.ACCEPTED)]) == 1


def test_the_same_news_has_the_same_key_whatever_is_not_vouched_for() -> None:
    told = Observation(kind=Kind.PAID, reference="R1", movement="R1", vouched=frozenset({"reference"}))

    assert dedupe_key("a1", "t1", told) == dedupe_key(
        "a1", "t1", attrs.evolve(told, authorisation="1", occurred_at=NOW)
    )


def test_other_accounts_payments_kinds_movements_and_vouched_fields_have_keys_of_their_own() -> None:
    told = Observation(kind=Kind.PAID, reference="R1", movement="R1", vouched=frozenset({"reference", "authorisation"}))
    keys = [
        dedupe_key("a1", "t1", told),
        dedupe_key("a2", "t1", told),
        dedupe_key("a1", "t2", told),
        dedupe_key("a1", "t1", told, occasion="check 2"),
        dedupe_key("a1", "t1", attrs.evolve(told, kind=Kind.DECLINED)),
        dedupe_key("a1", "t1", attrs.evolve(told, movement="R2")),
        dedupe_key("a1", "t1", attrs.evolve(told, authorisation="7")),
    ]

    assert len(set(keys)) == len(keys)


def test_a_vouched_event_id_makes_the_rest_of_what_is_vouched_no_matter() -> None:
    event = Observation(kind=Kind.PAID, movement="R1", event_id="E1", vouched=frozenset({"event_id"}))

    assert dedupe_key("a1", "t1", event) == dedupe_key("a1", "t1", attrs.evolve(event, authorisation="7"))
    assert dedupe_key("a1", "t1", event) != dedupe_key("a1", "t1", attrs.evolve(event, event_id="E2"))


def a_way(starts: Starts = Starts.SESSION, query_by: QueryBy = QueryBy.NONE) -> Way:
    return Way(code="w", label="W", starts=starts, outcome=frozenset({"notification"}), query_by=query_by)


SESSION, PUSH = a_way(), a_way(Starts.CHARGE, QueryBy.THEIRS)
SENDING = {"phase": Phase.SENDING, "status": Status.UNKNOWN, "ended_at": None, "lease_until": NOW + LEASE}
PENDING = {"status": Status.PENDING, "expires_at": NOW + 30 * MINUTE}
CONCLUSIONS = [
    ("a fresh created payment", {"phase": Phase.CREATED, "status": Status.CREATED}, SESSION, 59 / 60, None),
    ("a created payment of a minute", {"phase": Phase.CREATED, "status": Status.CREATED}, SESSION, 1, "never_sent"),
    ("a session that is being opened, before the lease is over", SENDING, SESSION, 119 / 60, None),
    ("a session that was never opened", SENDING, SESSION, 2, "never_sent"),
    ("a charge whose sender died, long after", SENDING, PUSH, 600, None),
    ("an unknown charge, long after", {"status": Status.UNKNOWN}, PUSH, 100_000, None),
    ("an open session", PENDING, SESSION, 30, None),
    ("a session just before grace ends", PENDING, SESSION, 44.9, None),
    ("a session after its grace", PENDING, SESSION, 45, "session_expired"),
    ("a push after its grace", PENDING, PUSH, 600, None),
    ("a paid session", {**PENDING, "status": Status.PAID}, SESSION, 45, None),
]


@pytest.mark.parametrize(
    ("state", "way", "minutes", "kind"), [case[1:] for case in CONCLUSIONS], ids=[case[0] for case in CONCLUSIONS]
)
def test_the_hub_concludes_what_the_rules_say_and_nothing_sooner(
    state: dict[str, Any], way: Way, minutes: float, kind: str | None
) -> None:
    due = conclusion_due(a_payment(**state), way, NOW + minutes * MINUTE)

    assert (due.kind.value if due else None) == kind


def test_the_payer_is_told_the_moment_at_which_the_hub_gives_a_session_up() -> None:
    payment = a_payment(status=Status.PENDING, phase=Phase.SENT, expires_at=NOW)
    way = attrs.evolve(SESSION, settle_minutes=20)

    told = session_over_at(payment, way)

    assert told == NOW + 20 * MINUTE
    assert conclusion_due(payment, way, told - timedelta(seconds=1)) is None
    assert conclusion_due(payment, way, told) is not None
    assert session_over_at(attrs.evolve(payment, status=Status.PAID), way) is None


def moments(payment: Payment, way: Way, hours: float) -> list[float]:
    """Seconds after the exchange ended at which it is looked at."""
    found, now = [], NOW
    while (later := next_check(payment, way, now)) and later <= NOW + timedelta(hours=hours):
        assert later > now
        found.append((later - NOW).total_seconds())
        now = later
    return found


def test_an_unknown_payment_is_asked_about_soon_and_then_ever_more_rarely_but_never_forgotten() -> None:
    unknown = a_payment(status=Status.UNKNOWN)

    assert moments(unknown, PUSH, 72) == [5, 15, 60, 300, 900, 3600, 21600, 108000, 194400]


def test_a_pending_push_is_asked_about_every_few_seconds_at_its_expiry_and_after_it_settled() -> None:
    looked = moments(a_payment(status=Status.PENDING, expires_at=NOW + 15 * MINUTE), PUSH, 60)

    assert looked[:12] == [5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60]
    assert {75.0, 300.0, 900.0, 1800.0} <= set(looked)
    assert max(looked) - 86400 == looked[-2] or len(looked) < 40


def asked_of_a_voucher(days: int = 3) -> list[float]:
    """When it is asked about a voucher that nobody pays, in hours, until it has settled."""
    way = attrs.evolve(SESSION, query_by=QueryBy.OURS)
    voucher = a_payment(status=Status.PENDING, expires_at=NOW + timedelta(days=days))
    return [seconds / 3600 for seconds in moments(voucher, way, days * 24 + way.settle_minutes / 60)]


def test_a_voucher_of_days_is_asked_about_in_hours_and_at_its_end() -> None:
    assert asked_of_a_voucher() == [5 / 60, 0.5, 1, 2, 3, 4, 5, *range(6, 73, 6), 72.25]
    assert len(asked_of_a_voucher(days=7)) < 40


def test_control_a_voucher_that_is_asked_about_like_a_push_is_asked_about_4_300_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hub.domain.payment_checks, "LONG_LIFE", timedelta(days=30))
    assert len(asked_of_a_voucher()) > 4_300


def test_a_way_says_when_it_is_asked_about_and_a_look_in_between_shifts_nothing() -> None:
    way = attrs.evolve(PUSH, check_minutes=(2, 10))
    payment = a_payment(status=Status.PENDING, expires_at=NOW + 30 * MINUTE)

    assert moments(payment, way, 0.75) == [120, 720, 1320, 1800, 2700]
    assert next_check(payment, way, NOW + 13 * MINUTE) == NOW + 22 * MINUTE


def test_no_pause_of_a_way_is_longer_than_a_day() -> None:
    way = attrs.evolve(PUSH, check_minutes=(3 * 24 * 60,))
    payment = a_payment(status=Status.PENDING, expires_at=NOW + timedelta(days=3))

    assert moments(payment, way, 72) == [86400, 172800, 259200]


def watched(way: Way, days: int) -> list[float]:
    """On which days after it was paid, two days after it was sent, a payment is asked about."""
    payment, paid_at, found = a_payment(status=Status.PAID), NOW + timedelta(days=2), []
    now: datetime | None = paid_at
    while now and (now := next_check(payment, attrs.evolve(way, watch_paid_days=days), now, paid_at=paid_at)):
        found.append((now - paid_at) / timedelta(days=1))
    return found


def test_a_paid_payment_is_watched_ever_more_rarely_from_when_it_was_paid_where_its_way_says_so() -> None:
    assert watched(PUSH, 30) == [1 / 24, 1, 2, 4, 7, 14, 21, 28, 30]
    assert watched(PUSH, 3) == [1 / 24, 1, 2, 3]
    assert watched(PUSH, 0) == watched(SESSION, 30) == []


def test_a_session_that_cannot_be_asked_about_is_looked_at_when_its_grace_ends() -> None:
    assert moments(a_payment(**PENDING), SESSION, 1) == [45 * 60]


def test_a_session_that_cannot_be_asked_about_but_ended_is_looked_at_at_its_end_too() -> None:
    assert moments(a_payment(**PENDING), attrs.evolve(SESSION, cancel=True), 1) == [30 * 60, 45 * 60]


def test_a_session_that_its_provider_can_end_is_to_be_ended_from_its_end_on() -> None:
    way, payment = attrs.evolve(SESSION, cancel=True), a_payment(**PENDING)
    assert payment.expires_at is not None
    over = payment.expires_at

    assert not session_end_due(payment, way, over - timedelta(seconds=1))
    assert session_end_due(payment, way, over)


@pytest.mark.parametrize(
    ("way", "changed"),
    [
        ({"cancel": False}, {}),
        ({"starts": Starts.CHARGE}, {}),
        ({}, {"status": Status.UNKNOWN}),
        ({}, {"phase": Phase.SENDING}),
        ({}, {"expires_at": None}),
    ],
)
def test_nothing_else_is_ended_by_itself(way: dict[str, Any], changed: dict[str, Any]) -> None:
    payment = a_payment(**{**PENDING, **changed})
    assert not session_end_due(payment, attrs.evolve(SESSION, **{"cancel": True, **way}), NOW + timedelta(days=1))


def test_a_payment_that_was_never_sent_is_looked_at_after_a_minute() -> None:
    assert next_check(a_payment(status=Status.CREATED), PUSH, NOW) == NOW + MINUTE


def test_one_event_that_tells_of_two_payments_or_of_two_things_is_two_pieces_of_news() -> None:
    told = Observation(kind=Kind.PAID, event_id="E1", vouched=frozenset({"event_id"}))
    again = attrs.evolve(told, movement="S1", vouched=frozenset({"event_id", "movement"}))

    assert dedupe_key("a1", "t1", told) == dedupe_key("a1", "t1", again)
    keys = {
        dedupe_key("a1", "t1", told),
        dedupe_key("a1", "t2", told),
        dedupe_key("a1", "t1", attrs.evolve(told, kind=Kind.RETURNED)),
    }
    assert len(keys) == 3


def test_what_never_came_was_not_undone() -> None:
    assert not was_undone(a_payment(), [seen(Kind.RETURNED, movement="R")])
    came = seen(Kind.PAID, movement="M", amount=Money(1_500_050, "CRC"))
    went = seen(Kind.RETURNED, movement="R", amount=Money(1_500_050, "CRC"))
    assert was_undone(a_payment(), [came, went])
    assert not was_undone(a_payment(), [came])


def test_nothing_is_looked_for_in_a_paid_or_a_proven_close() -> None:
    for status, reason in ((Status.PAID, ""), (Status.CLOSED, "declined"), (Status.CLOSED, "never_sent")):
        assert next_check(a_payment(status=status, reason=reason), PUSH, NOW) is None


def test_an_unproven_close_is_watched_for_a_week_where_it_can_be_asked_about() -> None:
    closed = a_payment(status=Status.CLOSED, reason="session_expired")

    assert len(moments(closed, PUSH, 24 * 30)) == 7
    assert moments(closed, SESSION, 24 * 30) == []


def test_what_was_accepted_although_we_held_it_for_never_sent_is_watched_too() -> None:
    doubted = a_payment(status=Status.CLOSED, reason="never_sent", flags=frozenset({Flag.CONFLICT}))

    assert len(moments(doubted, PUSH, 24 * 30)) == 7


def test_a_bare_sending_is_looked_at_when_its_lease_is_over() -> None:
    assert next_check(a_payment(**SENDING), PUSH, NOW) == NOW + LEASE
