"""Disputes as a provider tells them: a case is one, its money is booked once, its end is the provider's word."""

from __future__ import annotations

import asyncio
import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest

import hub.domain.known_returns
import hub.flows.corrections.follow_dispute
from hub.domain.decision import Evidence, Signed
from hub.domain.dispute import Dispute, DisputeOutcome, DisputeStage
from hub.domain.payment import Payment
from hub.flows.corrections.end_dispute import end_dispute
from hub.flows.corrections.record_dispute import record_dispute
from hub.flows.payments.record_return import ReturnEvidence, record_return
from hub_hookspecs import Dispute as Told
from hub_hookspecs import DisputeStage as Stage
from hub_hookspecs import Kind, Money, Observation
from tests.faults.harness import Desk, broken
from tests.flows.test_returns import paid

LETTER = Evidence(text="carta del banco, 3 de diciembre")


def bought(desk: Desk, minor: int = 100_000) -> Payment:
    payment = desk.sent(desk.debtor("CO", minor))
    desk.tell(payment, paid(payment, minor))
    return payment


def news(
    stage: Stage,
    *,
    takes: bool = False,
    case: str = "K1",
    minor: int = 100_000,
    by: datetime | None = None,
    **more: Any,
) -> Observation:
    """What a provider tells of a case; each piece of news has an id of its own."""
    return Observation(
        kind=Kind.CHARGED_BACK if takes else Kind.ACCEPTED,
        amount=Money(minor, "COP"),
        event_id=more.pop("event", f"{case}-{stage}-{takes}"),
        vouched=frozenset({"event_id", "amount", "dispute"}),
        dispute=Told(case=case, stage=stage, reason=more.pop("reason", "no recibido"), answer_by=by),
        **more,
    )


def disputes(desk: Desk, payment: Payment) -> tuple[Dispute, ...]:
    return desk.read(lambda tx: tx.disputes.of_payments([payment.id]))


def told(desk: Desk, payment: Payment) -> list[str]:
    return sorted(mail.details["occasion"].partition(" ")[0] for mail in desk.owed_mails(payment, "dispute"))


def chargebacks(desk: Desk, payment: Payment) -> list[int]:
    entries = desk.read(lambda tx: tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id))
    return [-entry.moved(clearing()) for entry in entries if entry.kind.value == "chargeback"]


def clearing() -> Any:
    from hub.domain.ledger import LedgerKind

    return LedgerKind.PROVIDER_CLEARING


def remains(desk: Desk, payment: Payment) -> int:
    entries = desk.read(lambda tx: tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id))
    return sum(entry.moved(clearing()) for entry in entries)


def test_an_inquiry_that_took_nothing_opens_a_dispute_with_reason_and_last_day(desk: Desk) -> None:
    payment, until = bought(desk), desk.clock() + timedelta(days=10)
    after = desk.tell(payment, news(Stage.INQUIRY, by=until))
    [found] = disputes(desk, payment)

    assert (found.case, found.stage, found.reason, found.respond_by) == (
        "K1",
        DisputeStage.INQUIRY,
        "no recibido",
        until,
    )
    assert (after.status.value, after.flags, chargebacks(desk, payment)) == ("paid", frozenset(), [])
    assert told(desk, payment) == ["inquiry"]
    assert desk.causes(payment) == {"dispute"}
    assert broken(desk) == []


def test_its_merchant_is_reminded_before_the_last_day_and_not_once_it_answered(desk: Desk) -> None:
    reminded, answered = bought(desk), bought(desk)
    for payment in (reminded, answered):
        desk.tell(payment, news(Stage.INQUIRY, case=f"K{payment.id}", by=desk.clock() + timedelta(days=5)))
    desk.tell(answered, news(Stage.ANSWERED, case=f"K{answered.id}"))
    for _ in range(6):
        desk.clock.now += timedelta(days=1)
        desk.do_what_is_due()

    assert told(desk, reminded) == ["inquiry", "reminder", "reminder"]
    assert told(desk, answered) == ["inquiry"]
    assert [item.is_open for item in disputes(desk, answered)] == [True]


STORY = (
    (Stage.INQUIRY, False),
    (Stage.OPENED, True),
    (Stage.ANSWERED, False),
    (Stage.LOST, True),
)


@pytest.mark.parametrize("order", [*itertools.permutations(range(4))], ids=str)
def test_in_any_order_a_case_is_one_dispute_and_its_money_is_booked_once(desk: Desk, order: tuple[int, ...]) -> None:
    payment = bought(desk)
    for at in order:
        stage, takes = STORY[at]
        for _ in range(2):
            desk.tell(payment, news(stage, takes=takes))
            desk.do_what_is_due()
    every = disputes(desk, payment)

    assert chargebacks(desk, payment) == [100_000]
    assert remains(desk, payment) == 0
    assert [item.outcome for item in every if item.stage.has_taken] == [DisputeOutcome.LOST]
    assert not any(item.is_open for item in every)
    assert broken(desk) == []


def test_control_money_known_by_the_id_of_its_news_would_be_taken_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.domain.known_returns, "_case_of", lambda _item: None)
    payment = bought(desk)
    for stage in (Stage.OPENED, Stage.LOST):
        desk.tell(payment, news(stage, takes=True, minor=40_000))

    assert chargebacks(desk, payment) == [40_000, 40_000]


@pytest.mark.parametrize("first", ["taken", "won"])
def test_a_case_that_was_won_brings_the_money_back_once(desk: Desk, first: str) -> None:
    payment = bought(desk)
    story = [news(Stage.OPENED, takes=True), news(Stage.WON)]
    for item in story if first == "taken" else story[::-1]:
        for _ in range(2):
            desk.tell(payment, item)
            desk.do_what_is_due()

    assert remains(desk, payment) == 100_000
    assert {item.outcome for item in disputes(desk, payment)} == {DisputeOutcome.WON}
    assert "dispute" not in open_causes(desk, payment)
    assert broken(desk) == []


def open_causes(desk: Desk, payment: Payment) -> set[str]:
    found = desk.read(lambda tx: tx.reviews.of(payment_id=payment.id))
    return {review.cause for review in found if review.resolved_at is None}


def test_an_inquiry_that_was_won_ends_and_books_nothing(desk: Desk) -> None:
    payment = bought(desk)
    desk.tell(payment, news(Stage.INQUIRY), news(Stage.WON))
    desk.do_what_is_due()

    assert [item.outcome for item in disputes(desk, payment)] == [DisputeOutcome.WON]
    assert (remains(desk, payment), chargebacks(desk, payment)) == (100_000, [])
    assert broken(desk) == []


def won_in_part(desk: Desk) -> Payment:
    """A bank took all of a payment, and gives a part of it again."""
    payment = bought(desk)
    desk.tell(payment, news(Stage.OPENED, takes=True), news(Stage.WON, minor=40_000))
    desk.do_what_is_due()
    return payment


def test_a_case_that_is_won_in_part_brings_nothing_back_until_a_person_says_how_much(desk: Desk) -> None:
    payment = won_in_part(desk)
    desk.clock.now += timedelta(days=2)
    desk.do_what_is_due()
    assert remains(desk, payment) == 0
    assert [item.is_open for item in disputes(desk, payment)] == [True]
    assert "dispute" in open_causes(desk, payment)

    signed, part = Signed(by="Ana", why="carta", evidence=LETTER), Money(40_000, "COP")
    asyncio.run(end_dispute(desk.hub, payment.id, "K1", DisputeOutcome.PARTLY_WON, won=part, signed=signed))
    assert remains(desk, payment) == 40_000
    assert "dispute" not in open_causes(desk, payment)
    assert broken(desk) == []


def test_control_a_part_that_was_won_read_as_all_would_invent_money(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.flows.corrections.follow_dispute, "_is_clear", lambda *_given: True)

    assert remains(desk, won_in_part(desk)) == 100_000


def test_a_case_that_is_lost_without_money_that_was_told_to_be_taken_waits_for_a_person(desk: Desk) -> None:
    payment = bought(desk)
    desk.tell(payment, news(Stage.INQUIRY), news(Stage.LOST))
    desk.do_what_is_due()

    assert [item.is_open for item in disputes(desk, payment)] == [True]
    assert open_causes(desk, payment) == {"dispute"}
    assert remains(desk, payment) == 100_000


def test_an_end_that_contradicts_the_one_here_is_put_before_a_person_and_books_nothing(desk: Desk) -> None:
    payment = bought(desk)
    desk.tell(payment, news(Stage.OPENED, takes=True), news(Stage.WON))
    desk.do_what_is_due()
    desk.clock.now += timedelta(days=1)
    desk.tell(payment, news(Stage.LOST))
    desk.do_what_is_due()

    assert [item.outcome for item in disputes(desk, payment)] == [DisputeOutcome.WON]
    assert "doubted_return" in open_causes(desk, payment)
    assert remains(desk, payment) == 100_000
    assert broken(desk) == []


def test_a_case_that_a_person_recorded_is_the_one_that_the_provider_tells_of(desk: Desk) -> None:
    payment, until = bought(desk), desk.clock() + timedelta(days=9)
    signed = Signed(by="Ana", why="carta", evidence=LETTER)
    asyncio.run(record_dispute(desk.hub, payment.id, case="K1", stage=DisputeStage.INQUIRY, reason="x", signed=signed))
    desk.tell(payment, news(Stage.OPENED, takes=True, by=until))
    [found] = disputes(desk, payment)

    assert (found.stage, found.respond_by, found.reason) == (DisputeStage.CHARGEBACK, until, "no recibido")
    assert chargebacks(desk, payment) == [100_000]
    assert broken(desk) == []


def test_money_that_a_person_recorded_as_taken_is_the_money_of_the_case(desk: Desk) -> None:
    payment = bought(desk)
    proof = ReturnEvidence(kind=Kind.CHARGED_BACK, amount=Money(100_000, "COP"))
    asyncio.run(record_return(desk.hub, payment.id, proof, signed=Signed(by="Ana", why="panel", evidence=LETTER)))
    desk.tell(payment, news(Stage.OPENED, takes=True), news(Stage.WON))
    desk.do_what_is_due()

    assert chargebacks(desk, payment) == [100_000]
    assert [item.outcome for item in disputes(desk, payment)] == [DisputeOutcome.WON]
    assert remains(desk, payment) == 100_000
    assert broken(desk) == []


def test_what_a_person_wrote_since_stays_until_the_provider_says_something_new(desk: Desk) -> None:
    payment, until = bought(desk), desk.clock() + timedelta(days=9)
    desk.tell(payment, news(Stage.INQUIRY, by=until))
    later = until + timedelta(days=3)
    signed = Signed(by="Ana", why="el banco dio más tiempo", evidence=LETTER)
    stage = DisputeStage.INQUIRY
    asyncio.run(
        record_dispute(desk.hub, payment.id, case="K1", stage=stage, reason="y", respond_by=later, signed=signed)
    )
    desk.tell(payment, news(Stage.INQUIRY, by=until))  # the same again
    desk.tell(payment, Observation(kind=Kind.SETTLED, event_id="S1", vouched=frozenset({"event_id"})))
    assert disputes(desk, payment)[0].respond_by == later

    latest = until + timedelta(days=5)
    desk.tell(payment, news(Stage.INQUIRY, by=latest, event="again"))
    assert disputes(desk, payment)[0].respond_by == latest


def test_two_cases_of_one_payment_are_two_disputes(desk: Desk) -> None:
    payment = bought(desk)
    desk.tell(payment, news(Stage.OPENED, takes=True, minor=40_000))
    desk.tell(payment, news(Stage.OPENED, takes=True, case="K2", minor=40_000))

    assert sorted(item.case for item in disputes(desk, payment)) == ["K1", "K2"]
    assert chargebacks(desk, payment) == [40_000, 40_000]
    assert broken(desk) == []
