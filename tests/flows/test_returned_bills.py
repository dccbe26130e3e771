"""Of an invoice whose money was returned somebody says whether it is still owed; until then nobody is reminded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

import hub.flows.corrections.answer_return
import hub.flows.payments.decide
import hub.flows.payments.record_observations
from hub.domain.decision import Decision, Evidence, Signed
from hub.domain.dispute import DisputeOutcome, DisputeStage
from hub.domain.identity import Invalid
from hub.domain.merchant import Merchant
from hub.domain.message import Review
from hub.domain.payment import Payment
from hub.domain.round import Choice
from hub.flows.books.settle_bill import credit_bill
from hub.flows.corrections.answer_return import ReturnedBill, answer_return
from hub.flows.corrections.approve_decision import approve_decision
from hub.flows.corrections.correct_entry import correct_entry
from hub.flows.corrections.end_dispute import end_dispute
from hub.flows.corrections.record_dispute import record_dispute
from hub.flows.corrections.resolve_review import resolve_review
from hub.flows.payments.decide import NotAllowed
from hub.flows.statements.send_round import plan_round
from hub_hookspecs import Kind, Money
from tests.faults.harness import Debtor, Desk, broken
from tests.flows.test_given_back import Plant, back, give_back, hear, taken
from tests.flows.test_receipts import part_of
from tests.flows.test_recorded_returns import lines, saw
from tests.spoken import refused

BY = Signed(by="Ana", why="llamó el cliente")
SHOWN = Signed(by="Ana", why="así lo dice", evidence=Evidence(text="carta del banco"))


def merchant_of(desk: Desk, merchant_id: str) -> Merchant:
    found: Merchant = desk.read(lambda tx: tx.merchants.get(merchant_id))
    return found


def question(desk: Desk, payment: Payment) -> Review:
    (review,) = [
        item for item in desk.read(lambda tx: tx.reviews.of(payment_id=payment.id)) if item.cause == "returned_bill"
    ]
    return review


def reminded(desk: Desk, debtor: Debtor) -> bool:
    """Whether a round would reach this customer."""
    plan = asyncio.run(plan_round(desk.hub, merchant_of(desk, debtor.customer.merchant_id), Choice()))
    every = (*plan.reached, *plan.without_mail, *plan.unsubscribed)
    return any(item.customer.id == debtor.customer.id for item in every)


def answer(desk: Desk, payment: Payment, said: ReturnedBill, **more: Any) -> None:
    review, merchant = question(desk, payment), merchant_of(desk, payment.merchant_id)
    asyncio.run(answer_return(desk.hub, merchant, review.id, said, signed=BY, **more))


LEARN: dict[str, Callable[[Desk, Payment], object]] = {
    "refunded": lambda desk, payment: give_back(desk, payment, 30_000, back("E1", 30_000)),
    "heard": lambda desk, payment: hear(desk, payment, back("E1", 30_000)),
    "recorded": lambda desk, payment: saw(desk, payment, 30_000),
    "paid out less": lambda desk, payment: lines(desk, f"L2,{payment.reference},-300"),
}


@pytest.mark.parametrize("learn", LEARN.values(), ids=LEARN.keys())
def test_nobody_is_reminded_of_an_invoice_whose_money_was_returned_until_somebody_says_that_it_is_owed(
    desk: Desk, learn: Callable[[Desk, Payment], object]
) -> None:
    debtor, payment = taken(desk)
    learn(desk, payment)
    assert desk.due(debtor.payables[0]) == 30_000
    assert not reminded(desk, debtor)

    answer(desk, payment, ReturnedBill.STILL_OWED)
    assert reminded(desk, debtor)
    assert "returned_bill" not in desk.causes(payment)


def test_a_credit_note_is_booked_with_the_answer_once(desk: Desk) -> None:
    debtor, payment = taken(desk)
    hear(desk, payment, back("E1", 30_000))
    with pytest.raises(Invalid):
        answer(desk, payment, ReturnedBill.CREDIT_NOTE)
    answer(desk, payment, ReturnedBill.CREDIT_NOTE, note_number="NC-1")

    assert desk.due(debtor.payables[0]) == 0
    assert "returned_bill" not in desk.causes(payment)
    assert broken(desk) == []


def test_what_was_never_due_is_said_once_the_invoice_owes_nothing(desk: Desk) -> None:
    _debtor, payment = taken(desk)
    hear(desk, payment, back("E1", 30_000))
    with refused(NotAllowed, match="todavía debe"):
        answer(desk, payment, ReturnedBill.NOT_DUE)
    assert "returned_bill" in desk.causes(payment)


def test_the_question_is_closed_by_an_answer_alone(desk: Desk) -> None:
    debtor, payment = taken(desk)
    hear(desk, payment, back("E1", 30_000))
    with refused(NotAllowed, match="solo eso la cierra"):
        asyncio.run(resolve_review(desk.hub, question(desk, payment).id, signed=BY))
    assert "returned_bill" in desk.causes(payment)
    assert not reminded(desk, debtor)


def test_a_chargeback_asks_no_such_question(desk: Desk) -> None:
    debtor, payment = taken(desk)
    saw(desk, payment, 30_000, kind=Kind.CHARGED_BACK)
    assert "returned_bill" not in desk.causes(payment)
    assert reminded(desk, debtor)


def test_control_where_nobody_is_asked_the_customer_is_reminded_of_what_was_given_back(
    desk: Desk, plant: Plant
) -> None:
    plant(hub.flows.payments.record_observations, "_review_due_again", lambda *_given: None)
    debtor, payment = taken(desk)
    hear(desk, payment, back("E1", 30_000))
    assert reminded(desk, debtor)


NOTED = {"note_number": "NC-1", "amount": Money(30_000, "COP")}


def waits(desk: Desk, said: ReturnedBill, **more: Any) -> tuple[Debtor, Payment, Decision]:
    """One person answers where two are wanted."""
    debtor, payment = taken(desk)
    hear(desk, payment, back("E1", 30_000))
    desk.hub.second_person_above = {"COP": 1}
    review, merchant = question(desk, payment), merchant_of(desk, payment.merchant_id)
    made = asyncio.run(answer_return(desk.hub, merchant, review.id, said, signed=BY, **more))
    assert not made.is_done
    return debtor, payment, made


def approve(desk: Desk, made: Decision) -> Decision:
    return asyncio.run(approve_decision(desk.hub, made.id, signed=Signed(by="Luis", why="lo revisé")))


def credit(desk: Desk, debtor: Debtor, number: str) -> None:
    """The company records a credit note of the invoice by itself."""
    merchant, payable = merchant_of(desk, debtor.customer.merchant_id), debtor.payables[0]
    amount = Money(30_000, "COP")
    asyncio.run(credit_bill(desk.hub, merchant, payable.number, note_number=number, amount=amount, by="Ana"))


def notes(desk: Desk) -> list[str]:
    return [
        row["key"] for row in desk.read(lambda tx: tx.run(text("SELECT key FROM entry WHERE kind = 'credit_note'")))
    ]


def test_nothing_is_booked_before_the_second_person_says_the_same(desk: Desk) -> None:
    debtor, payment, made = waits(desk, ReturnedBill.CREDIT_NOTE, **NOTED)
    assert (desk.due(debtor.payables[0]), notes(desk)) == (30_000, [])
    assert "returned_bill" in desk.causes(payment)

    assert approve(desk, made).people == "Ana and Luis"

    assert (desk.due(debtor.payables[0]), notes(desk)) == (0, ["credit:NC-1"])
    assert "returned_bill" not in desk.causes(payment)
    assert broken(desk) == []


def test_the_same_answer_of_another_person_books_it_once(desk: Desk) -> None:
    debtor, payment, _made = waits(desk, ReturnedBill.CREDIT_NOTE, note_number="NC-1")
    review, merchant = question(desk, payment), merchant_of(desk, payment.merchant_id)
    second = Signed(by="Luis", why="también")
    asyncio.run(
        answer_return(desk.hub, merchant, review.id, ReturnedBill.CREDIT_NOTE, signed=second, note_number="NC-1")
    )

    assert (desk.due(debtor.payables[0]), notes(desk)) == (0, ["credit:NC-1"])


def test_an_approval_looks_again_at_what_is_owed(desk: Desk) -> None:
    debtor, payment, made = waits(desk, ReturnedBill.CREDIT_NOTE, **NOTED)
    credit(desk, debtor, "NC-2")
    with refused(NotAllowed, match="menos que la nota"):
        approve(desk, made)

    assert notes(desk) == ["credit:NC-2"]
    assert "returned_bill" in desk.causes(payment)


def test_an_approval_of_never_due_looks_again_whether_it_owes_nothing(desk: Desk) -> None:
    debtor, payment = taken(desk)
    hear(desk, payment, back("E1", 30_000))
    credit(desk, debtor, "NC-2")
    desk.hub.second_person_above = {"COP": 1}
    review, merchant = question(desk, payment), merchant_of(desk, payment.merchant_id)
    made = asyncio.run(answer_return(desk.hub, merchant, review.id, ReturnedBill.NOT_DUE, signed=BY))
    asyncio.run(correct_entry(desk.hub, merchant, "credit:NC-2", by="Ana", reason="no era"))

    with refused(NotAllowed, match="todavía debe"):
        approve(desk, made)
    assert "returned_bill" in desk.causes(payment)


def test_an_approval_waits_while_a_payment_lives_or_a_bank_asks(desk: Desk) -> None:
    debtor, payment, made = waits(desk, ReturnedBill.CREDIT_NOTE, **NOTED)
    asks = {"case": "K1", "stage": DisputeStage.INQUIRY, "signed": BY}
    asyncio.run(record_dispute(desk.hub, payment.id, **asks))
    with refused(NotAllowed, match="disputa"):
        approve(desk, made)
    asyncio.run(end_dispute(desk.hub, payment.id, "K1", DisputeOutcome.LOST, signed=SHOWN))
    (waiting,) = [item for item in desk.read(lambda tx: tx.decisions.waiting()) if item.kind == "record"]
    approve(desk, waiting)
    live = part_of(desk, debtor, 30_000)
    with refused(NotAllowed, match="en curso"):
        approve(desk, made)

    assert (live.is_live, notes(desk)) == (True, [])


def test_control_an_approval_that_checks_nothing_anew_gives_up_what_was_given_up_before(
    desk: Desk, plant: Plant
) -> None:
    plant(hub.flows.corrections.answer_return, "_check", lambda *_given: None)

    with pytest.raises((AssertionError, pytest.fail.Exception)):
        test_an_approval_of_never_due_looks_again_whether_it_owes_nothing(desk)


def test_control_a_credit_note_that_waits_for_nobody_is_found(desk: Desk, plant: Plant) -> None:
    plant(hub.flows.payments.decide, "needs_second", lambda *_given: False)

    with pytest.raises(AssertionError):
        test_nothing_is_booked_before_the_second_person_says_the_same(desk)
