"""Money that went back in the provider's panel is a fact that a person records with proof, and that is booked once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import attrs
import pytest

import hub.documents.mails.payment_returned
import hub.domain.known_returns
import hub.flows.payments.allow_refund
import hub.flows.payments.record_return
import hub.flows.settlements.match_lines
from hub.domain.decision import Decision, Evidence, Signed
from hub.domain.dispute import Dispute, DisputeOutcome, DisputeStage
from hub.domain.known_returns import Return
from hub.domain.observation import ObservedBy, Seen
from hub.domain.operation import OperationStatus
from hub.domain.payment import Payment
from hub.domain.returns import returns_in
from hub.flows.corrections.approve_decision import approve_decision
from hub.flows.corrections.end_dispute import end_dispute
from hub.flows.corrections.record_dispute import record_dispute
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.record_outcome import conclude_operation
from hub.flows.payments.record_return import ReturnEvidence, record_return
from hub.flows.payments.run_operation import refund_payment
from hub.flows.settlements.reconcile import import_settlement
from hub_hookspecs import Kind, Money, Observation
from tests.faults.harness import Desk, broken
from tests.flows.test_given_back import Plant, back, cop, give_back, hear, taken, went_back
from tests.operator.test_decisions import PANEL
from tests.spoken import refused

BY = Signed(by="Ana", why="devuelto en el panel", evidence=PANEL)


def saw(
    desk: Desk, payment: Payment, minor: int, *, kind: Kind = Kind.RETURNED, signed: Signed = BY, **more: Any
) -> Decision:
    """A person records what went back."""
    proof = ReturnEvidence(kind=kind, amount=Money(minor, "COP"), **more)
    made, _payment = asyncio.run(record_return(desk.hub, payment.id, proof, signed=signed))
    return made


def test_what_a_person_saw_is_booked_and_the_news_of_it_is_joined_once(desk: Desk) -> None:
    debtor, payment = taken(desk)
    made = saw(desk, payment, 30_000, on=date(2026, 11, 20))
    hear(desk, payment, back("E1", 30_000))
    hear(desk, payment, back("E1", 30_000))

    assert made.is_done
    assert went_back(desk, payment) == [30_000]
    assert desk.due(debtor.payables[0]) == 30_000
    assert desk.seen(payment)[-2].note.startswith("Ana: devuelto en el panel [panel")
    assert desk.causes(payment) == {"returned_bill"}
    hear(desk, payment, back("E2", 30_000))
    assert went_back(desk, payment) == [30_000, 30_000]
    assert broken(desk) == []


def heard_after_a_record(desk: Desk) -> list[int]:
    _debtor, payment = taken(desk)
    saw(desk, payment, 30_000)
    hear(desk, payment, back("E1", 30_000))
    return went_back(desk, payment)


def test_control_news_that_is_joined_with_no_record_is_booked_twice(desk: Desk, plant: Plant) -> None:
    plant(hub.domain.known_returns.KnownReturn, "_is_open_to", lambda _record, _news: False)
    assert heard_after_a_record(desk) == [30_000, 30_000]


def test_news_of_another_amount_asks_a_person_and_is_not_booked(desk: Desk) -> None:
    _debtor, payment = taken(desk)
    saw(desk, payment, 30_000)
    hear(desk, payment, back("E1", 25_000))
    hear(desk, payment, back("E1", 25_000))

    assert went_back(desk, payment) == [30_000]
    assert desk.causes(payment) == {"doubted_return", "returned_bill"}
    assert broken(desk) == []


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "more than is left": ({"minor": 100_001}, "amount"),
    "nothing": ({"minor": 0}, "amount"),
    "without a proof": ({"signed": Signed(by="Ana", why="panel", evidence=Evidence())}, "evidence"),
    "without a name": ({"signed": Signed(by=" ", why="panel", evidence=PANEL)}, "nobody"),
    "of a day to come": ({"on": date(2031, 1, 1)}, "day"),
}


@pytest.mark.parametrize(("given", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_may_not_be_recorded_is_refused_and_nothing_changes(desk: Desk, given: dict[str, Any], code: str) -> None:
    _debtor, payment = taken(desk)
    with pytest.raises(NotAllowed) as refusal:
        saw(desk, payment, **{"minor": 30_000, **given})
    assert refusal.value.code == code
    assert went_back(desk, payment) == []


def test_what_is_known_already_is_shown_first_and_another_one_takes_a_persons_word(desk: Desk) -> None:
    _debtor, payment = taken(desk)
    hear(desk, payment, back("E1", 30_000))
    with refused(NotAllowed, match="Ya consta"):
        saw(desk, payment, 30_000)
    saw(desk, payment, 30_000, is_another=True)

    assert went_back(desk, payment) == [30_000, 30_000]
    hear(desk, payment, back("E1", 30_000), back("E2", 30_000))
    assert went_back(desk, payment) == [30_000, 30_000]


def test_nothing_is_recorded_while_a_refund_is_unknown(desk: Desk) -> None:
    _debtor, payment = taken(desk)
    assert give_back(desk, payment, 30_000) is OperationStatus.UNKNOWN
    with pytest.raises(NotAllowed) as refusal:
        saw(desk, payment, 30_000)
    assert refusal.value.code == "under_way"

    desk.clock.now += timedelta(minutes=5)
    asyncio.run(conclude_operation(desk.hub, payment.id, done=False, signed=BY))
    saw(desk, payment, 30_000)
    assert went_back(desk, payment) == [30_000]


def test_above_the_limit_two_people_record_it(desk: Desk) -> None:
    _debtor, payment = taken(desk)
    desk.hub.second_person_above = {"COP": 20_000}
    made = saw(desk, payment, 30_000, kind=Kind.CHARGED_BACK, on=date(2026, 11, 20))
    assert (made.is_done, went_back(desk, payment)) == (False, [])

    second = Signed(by="Beto", why="lo vi también")
    after = asyncio.run(approve_decision(desk.hub, made.id, signed=second))
    assert (after.id, after.is_done, after.seconded_by) == (made.id, True, "Beto")
    assert went_back(desk, payment) == [30_000]
    assert desk.seen(payment)[-1].observation.kind is Kind.CHARGED_BACK


def disputed(desk: Desk, payment: Payment, **more: Any) -> None:
    opened = Dispute(
        id="d1",
        merchant_id=payment.merchant_id,
        mode=payment.mode,
        payment_id=payment.id,
        case="K1",
        amount=Money(30_000, "COP"),
        stage=DisputeStage.INQUIRY,
        opened_at=desk.clock.now,
    )
    desk.write(lambda tx: tx.disputes.add(attrs.evolve(opened, **more)))


def test_no_refund_is_sent_while_a_dispute_is_open(desk: Desk) -> None:
    _debtor, payment = taken(desk)
    disputed(desk, payment)
    with refused(NotAllowed, match="disputa"):
        give_back(desk, payment, 30_000, back("E1", 30_000))
    assert went_back(desk, payment) == []
    saw(desk, payment, 30_000, kind=Kind.CHARGED_BACK)
    assert went_back(desk, payment) == [30_000]


def test_a_dispute_that_is_over_stands_in_no_refunds_way(desk: Desk) -> None:
    _debtor, payment = taken(desk)
    disputed(desk, payment, outcome=DisputeOutcome.WON, ended_at=desk.clock.now, ended_by="Ana")
    assert give_back(desk, payment, 30_000, back("E1", 30_000)) is OperationStatus.DONE


def test_control_a_refund_that_asks_for_no_dispute_is_sent(desk: Desk, plant: Plant) -> None:
    plant(hub.flows.payments.allow_refund, "refuse_under_way", lambda *_given: None)
    _debtor, payment = taken(desk)
    disputed(desk, payment)
    assert give_back(desk, payment, 30_000, back("E1", 30_000)) is OperationStatus.DONE


def lines(desk: Desk, *rows: str) -> Any:
    text = "\n".join(("line_id,reference,gross", *rows)) + "\n"
    return asyncio.run(import_settlement(desk.hub, desk.accounts["CO"], text.encode(), decimal="."))


def test_a_negative_line_that_names_our_reference_proves_a_return_and_asks_a_person(desk: Desk) -> None:
    debtor, payment = taken(desk)
    rows = (f"L1,{payment.reference},1000", f"L2,{payment.reference},-300")
    report = lines(desk, *rows)

    assert (report.booked, report.differences, report.awaited) == (2, (), ())
    assert went_back(desk, payment) == [30_000]
    assert desk.due(debtor.payables[0]) == 30_000
    assert desk.causes(payment) == {"returned_bill", "settlement_return"}
    assert desk.seen(payment)[-2].source is ObservedBy.SETTLEMENT

    lines(desk, *rows)
    hear(desk, payment, back("E1", 30_000))
    assert went_back(desk, payment) == [30_000]
    with refused(NotAllowed, match="Ya consta"):
        saw(desk, payment, 30_000)
    assert report.balanced
    assert broken(desk) == []


@pytest.mark.parametrize("row", ["L2,{reference},-1000.01", "L2,NOBODY,-300"])
def test_a_negative_line_that_proves_nothing_is_a_difference(desk: Desk, row: str) -> None:
    _debtor, payment = taken(desk)
    report = lines(desk, row.format(reference=payment.reference))
    assert [found.cause for found in report.differences] == ["settlement_unknown"]
    assert went_back(desk, payment) == []


def test_a_line_is_no_proof_while_a_refund_is_unknown(desk: Desk) -> None:
    _debtor, payment = taken(desk)
    give_back(desk, payment, 30_000)
    report = lines(desk, f"L2,{payment.reference},-300")
    assert [found.cause for found in report.differences] == ["settlement_unknown"]
    assert went_back(desk, payment) == []


def test_control_a_line_that_proves_whatever_it_says_books_a_refund_that_may_be_on_its_way(
    desk: Desk, plant: Plant
) -> None:
    plant(hub.flows.settlements.match_lines, "proves_return", lambda *_given: True)
    _debtor, payment = taken(desk)
    give_back(desk, payment, 30_000)
    lines(desk, f"L2,{payment.reference},-300")
    assert went_back(desk, payment) == [30_000]


def told(desk: Desk, payment: Payment) -> list[str]:
    """Who is told of money that went back, in the order of their addresses."""
    return sorted(mail.details.get("to", "payer") for mail in desk.owed_mails(payment, "payment_returned"))


LEARN: dict[str, Callable[[Desk, Payment], object]] = {
    "heard": lambda desk, payment: hear(desk, payment, back("E1", 30_000)),
    "recorded": lambda desk, payment: saw(desk, payment, 30_000),
    "paid out less": lambda desk, payment: lines(desk, f"L2,{payment.reference},-300"),
}


@pytest.mark.parametrize("learn", LEARN.values(), ids=LEARN.keys())
def test_a_return_that_is_seen_from_outside_is_told_to_payer_and_merchant(
    desk: Desk, learn: Callable[[Desk, Payment], object]
) -> None:
    _debtor, payment = taken(desk)
    learn(desk, payment)
    hear(desk, payment, back("E1", 30_000))
    assert told(desk, payment) == ["merchant", "payer"]


def test_a_refund_of_ours_is_told_to_its_payer_alone(desk: Desk) -> None:
    _debtor, payment = taken(desk)
    give_back(desk, payment, 30_000, back("E1", 30_000))
    hear(desk, payment, back("E1", 30_000))
    assert told(desk, payment) == ["payer"]


def test_control_a_return_that_is_called_ours_is_told_to_no_merchant(desk: Desk, plant: Plant) -> None:
    def ours(seen: Iterable[Seen]) -> list[Return]:
        return [attrs.evolve(item, is_ours=True) for item in returns_in(seen)]

    plant(hub.documents.mails.payment_returned, "returns_in", ours)
    _debtor, payment = taken(desk)
    hear(desk, payment, back("E1", 30_000))
    assert told(desk, payment) == ["payer"]


def test_the_same_refund_is_not_sent_twice_for_want_of_news(desk: Desk) -> None:
    _debtor, payment = taken(desk)
    saw(desk, payment, 30_000)
    with pytest.raises(NotAllowed):
        asyncio.run(refund_payment(desk.hub, payment.id, amount=cop(80_000), by="Ana"))


def asked_by_bank(desk: Desk, payment: Payment, *cases: str, minor: int = 30_000) -> None:
    """The payer's bank asks, and takes nothing yet."""
    for case in cases:
        asked = {"case": case, "stage": DisputeStage.INQUIRY, "amount": cop(minor), "signed": BY}
        asyncio.run(record_dispute(desk.hub, payment.id, **asked))


def taken_by_bank(event: str) -> Observation:
    """What the provider says of it."""
    return attrs.evolve(back(event, 30_000), kind=Kind.CHARGED_BACK)


def disputes_of(desk: Desk, payment: Payment) -> list[tuple[str, DisputeStage, bool]]:
    found = desk.read(lambda tx: tx.disputes.of_payments([payment.id]))
    return [(item.case, item.stage, item.is_open) for item in found]


def test_money_of_the_one_open_inquiry_that_a_person_records_is_of_that_dispute(desk: Desk) -> None:
    _debtor, payment = taken(desk)
    asked_by_bank(desk, payment, "CASE-1")
    saw(desk, payment, 30_000, kind=Kind.CHARGED_BACK)
    hear(desk, payment, taken_by_bank("K9"))
    hear(desk, payment, taken_by_bank("K9"))

    assert went_back(desk, payment) == [30_000]
    assert disputes_of(desk, payment) == [("CASE-1", DisputeStage.CHARGEBACK, True)]
    assert sorted(mail.details["occasion"] for mail in desk.owed_mails(payment, "dispute")) == ["chargeback", "inquiry"]

    asyncio.run(end_dispute(desk.hub, payment.id, "CASE-1", DisputeOutcome.WON, signed=BY))
    hear(desk, payment, taken_by_bank("K9"))

    assert disputes_of(desk, payment) == [("CASE-1", DisputeStage.CHARGEBACK, False)]
    assert desk.causes(payment) == set()
    assert broken(desk) == []


def test_money_of_no_open_inquiry_is_a_dispute_of_its_own(desk: Desk) -> None:
    """The bank asks about one case and takes the money of another, of the same amount; each ends by itself."""
    _debtor, payment = taken(desk)
    asked_by_bank(desk, payment, "CASE-1")
    saw(desk, payment, 30_000, kind=Kind.CHARGED_BACK, of_no_inquiry=True)

    assert went_back(desk, payment) == [30_000]
    (asked, own) = sorted(disputes_of(desk, payment), key=lambda item: item[1] is DisputeStage.CHARGEBACK)
    assert asked == ("CASE-1", DisputeStage.INQUIRY, True)
    assert own[1:] == (DisputeStage.CHARGEBACK, True)

    asyncio.run(end_dispute(desk.hub, payment.id, own[0], DisputeOutcome.WON, signed=BY))
    assert [item[2] for item in disputes_of(desk, payment)].count(True) == 1
    assert broken(desk) == []


def won_by_hand(desk: Desk) -> Payment:
    """A person recorded that a bank took the money, and that the dispute was won."""
    _debtor, payment = taken(desk)
    saw(desk, payment, 30_000, kind=Kind.CHARGED_BACK)
    case = disputes_of(desk, payment)[0][0]
    asyncio.run(end_dispute(desk.hub, payment.id, case, DisputeOutcome.WON, signed=BY))
    desk.clock.now += timedelta(days=2)
    return payment


def test_news_of_what_was_won_meanwhile_books_nothing_and_asks_whether_it_was_taken_again(desk: Desk) -> None:
    payment = won_by_hand(desk)
    for _ in range(2):
        hear(desk, payment, taken_by_bank("K9"))

    assert went_back(desk, payment) == [30_000]
    assert desk.causes(payment) == {"doubted_return"}
    assert broken(desk) == []

    saw(desk, payment, 30_000, kind=Kind.CHARGED_BACK, is_another=True)
    assert went_back(desk, payment) == [30_000, 30_000]


def test_control_news_that_is_taken_for_what_was_won_asks_nobody(desk: Desk, plant: Plant) -> None:
    plant(hub.flows.payments.record_observations, "told_after", lambda *_given: ())
    payment = won_by_hand(desk)
    hear(desk, payment, taken_by_bank("K9"))

    assert desk.causes(payment) == set()


def test_of_two_inquiries_a_person_says_which_and_another_amount_is_another_dispute(desk: Desk) -> None:
    _debtor, payment = taken(desk)
    asked_by_bank(desk, payment, "CASE-1", "CASE-2")
    with refused(NotAllowed, match="CASE-1, CASE-2") as refusal:
        saw(desk, payment, 30_000, kind=Kind.CHARGED_BACK)
    assert refusal.value.code == "which_case"
    with refused(NotAllowed, match="CASE-3"):
        saw(desk, payment, 30_000, kind=Kind.CHARGED_BACK, case="CASE-3")
    assert went_back(desk, payment) == []

    saw(desk, payment, 25_000, kind=Kind.CHARGED_BACK, case="CASE-2")
    saw(desk, payment, 10_000, kind=Kind.CHARGED_BACK, is_another=True)

    stages = {case: stage for case, stage, _open in disputes_of(desk, payment)}
    assert (stages["CASE-1"], stages["CASE-2"]) == (DisputeStage.INQUIRY, DisputeStage.CHARGEBACK)
    assert len(stages) == 3
    assert broken(desk) == []


def test_a_second_person_says_the_same_case(desk: Desk) -> None:
    _debtor, payment = taken(desk)
    desk.hub.second_person_above = {"COP": 10_000}
    asked_by_bank(desk, payment, "CASE-1", "CASE-2")
    first = saw(desk, payment, 30_000, kind=Kind.CHARGED_BACK, case="CASE-1")
    assert not first.is_done

    second = Signed(by="Luis", why="también lo vi")
    made = asyncio.run(approve_decision(desk.hub, first.id, signed=second))

    assert made.is_done
    assert ("CASE-1", DisputeStage.CHARGEBACK, True) in disputes_of(desk, payment)


def test_control_a_record_that_asks_for_no_inquiry_opens_a_second_dispute(desk: Desk, plant: Plant) -> None:
    plant(hub.flows.payments.record_return, "_inquiry_of", lambda *_all: None)
    _debtor, payment = taken(desk)
    asked_by_bank(desk, payment, "CASE-1")
    saw(desk, payment, 30_000, kind=Kind.CHARGED_BACK)

    assert len(disputes_of(desk, payment)) == 2
