"""A dispute has a record of its own: opened once, told at once and before its last day, ended by a person."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta
from typing import Any

import attrs
import pytest

from hub.domain.decision import Decision, Evidence, Signed
from hub.domain.dispute import Dispute, DisputeOutcome, DisputeStage
from hub.domain.entry_keys import chargeback_key
from hub.domain.identity import Invalid
from hub.domain.payment import LEASE, Payment
from hub.flows.corrections.approve_decision import approve_decision
from hub.flows.corrections.correct_entry import correct_entry
from hub.flows.corrections.end_dispute import end_dispute
from hub.flows.corrections.record_dispute import record_dispute
from hub.flows.corrections.resolve_review import resolve_review
from hub.flows.payments import record_observations, remind_dispute
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.open_dispute import open_dispute
from hub_hookspecs import Kind, Money
from tests.faults.harness import Desk, broken
from tests.flows.test_held import under_way
from tests.flows.test_returns import paid, returned
from tests.spoken import refused

LETTER = Evidence(text="carta del banco, 3 de diciembre")


def disputes(desk: Desk, payment: Payment) -> tuple[Dispute, ...]:
    return desk.read(lambda tx: tx.disputes.of_payments([payment.id]))


def told(desk: Desk, payment: Payment) -> list[str]:
    """On which occasions the merchant was told."""
    return sorted(mail.details["occasion"] for mail in desk.owed_mails(payment, "dispute"))


def asked(desk: Desk, payment: Payment, case: str, *, stage: DisputeStage = DisputeStage.INQUIRY, **more: Any) -> Any:
    """A person says what the bank says."""
    amount = Money(100_000, "COP")
    return desk.write(
        lambda tx: open_dispute(tx, desk.hub, payment, case=case, amount=amount, stage=stage, now=desk.clock(), **more)
    )


def test_money_that_a_bank_took_back_opens_a_dispute_once(desk: Desk) -> None:
    payment = desk.sent(desk.debtor("CO", 100_000))
    desk.tell(payment, paid(payment, 100_000))
    for _ in range(2):
        desk.tell(payment, returned(payment, 40_000, event="K1", kind=Kind.CHARGED_BACK))
        desk.tell(payment, returned(payment, 10_000, event="R1"))

    [found] = disputes(desk, payment)

    assert (found.case, found.amount, found.stage) == ("K1", Money(40_000, "COP"), DisputeStage.CHARGEBACK)
    assert desk.causes(payment) == {"dispute", "returned_bill"}
    assert told(desk, payment) == ["chargeback"]
    assert broken(desk) == []


def test_control_a_door_that_opens_no_dispute_tells_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_observations, "_open_disputes", lambda *_given: None)
    with pytest.raises((AssertionError, ValueError)):
        test_money_that_a_bank_took_back_opens_a_dispute_once(desk)


def test_in_any_order_the_same_disputes_are_open(desk: Desk) -> None:
    found = []
    for order in itertools.permutations(range(3)):
        payment = desk.sent(desk.debtor("CO", 100_000))
        news = (
            paid(payment, 100_000),
            returned(payment, 40_000, event=f"K1-{payment.id}", kind=Kind.CHARGED_BACK),
            returned(payment, 30_000, event=f"K2-{payment.id}", kind=Kind.CHARGED_BACK),
        )
        for at in order:
            desk.tell(payment, news[at])
        found.append({(item.case[:2], item.amount.minor, item.stage) for item in disputes(desk, payment)})

    assert found == [{("K1", 40_000, DisputeStage.CHARGEBACK), ("K2", 30_000, DisputeStage.CHARGEBACK)}] * 6


def test_an_inquiry_becomes_the_chargeback_of_its_case_and_never_goes_back(desk: Desk) -> None:
    payment = desk.sent(desk.debtor("CO", 100_000))
    desk.tell(payment, paid(payment, 100_000))
    until = desk.clock() + timedelta(days=10)
    asked(desk, payment, "K1", reason="no recibido", respond_by=until)
    desk.tell(payment, returned(payment, 100_000, event="K1", kind=Kind.CHARGED_BACK))
    asked(desk, payment, "K1")

    [found] = disputes(desk, payment)

    assert (found.stage, found.reason, found.respond_by) == (DisputeStage.CHARGEBACK, "no recibido", until)
    assert told(desk, payment) == ["chargeback", "inquiry"]


def test_a_bank_that_takes_money_after_its_inquiry_ended_opens_another_dispute(desk: Desk) -> None:
    payment = desk.sent(desk.debtor("CO", 100_000))
    desk.tell(payment, paid(payment, 100_000))
    first = asked(desk, payment, "K1")
    over = attrs.evolve(first, outcome=DisputeOutcome.WON, ended_at=desk.clock(), ended_by="Ana")
    desk.write(lambda tx: tx.disputes.save(over))
    assert asked(desk, payment, "K1") == over

    desk.tell(payment, returned(payment, 100_000, event="K1", kind=Kind.CHARGED_BACK))
    desk.tell(payment, returned(payment, 100_000, event="K1", kind=Kind.CHARGED_BACK))

    assert sorted(item.is_open for item in disputes(desk, payment)) == [False, True]
    assert told(desk, payment) == ["chargeback", "inquiry"]


def disputed(desk: Desk, **more: Any) -> Payment:
    """A payment whose bank asks."""
    payment = desk.sent(desk.debtor("CO", 100_000))
    desk.tell(payment, paid(payment, 100_000))
    signed = Signed(by="Ana", why="carta del banco")
    work = record_dispute(
        desk.hub, payment.id, case="K1", stage=DisputeStage.INQUIRY, signed=signed, **{"reason": "no recibido", **more}
    )
    asyncio.run(work)
    return payment


def taken(desk: Desk) -> Payment:
    """A payment whose bank took the money."""
    payment = desk.sent(desk.debtor("CO", 100_000))
    desk.tell(payment, paid(payment, 100_000))
    desk.tell(payment, returned(payment, 100_000, event="K1", kind=Kind.CHARGED_BACK))
    return payment


def ends(
    desk: Desk, payment: Payment, outcome: DisputeOutcome, *, by: str = "Ana", evidence: Evidence = LETTER
) -> Decision:
    signed = Signed(by=by, why="así terminó", evidence=evidence)
    made, _over = asyncio.run(end_dispute(desk.hub, payment.id, "K1", outcome, signed=signed))
    return made


def open_causes(desk: Desk, payment: Payment) -> set[str]:
    found = desk.read(lambda tx: tx.reviews.of(payment_id=payment.id))
    return {review.cause for review in found if review.resolved_at is None}


def test_the_merchant_is_reminded_once_three_days_and_once_a_day_before(desk: Desk) -> None:
    start = desk.clock.now
    payment = disputed(desk, respond_by=start + timedelta(days=10))
    found = []
    for day in range(12):
        desk.clock.now = start + timedelta(days=day, minutes=1)
        for _ in range(2):
            desk.do_what_is_due()
        found.append(len(told(desk, payment)))

    assert found == [1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3]
    assert {occasion.split()[0] for occasion in told(desk, payment)} == {"inquiry", "reminder"}
    assert all(mail.state == "sent" for mail in desk.owed_mails(payment, "dispute"))


def test_control_reminders_without_an_occasion_of_their_own_are_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remind_dispute, "_occasion", lambda *_given: "inquiry")
    with pytest.raises(AssertionError):
        test_the_merchant_is_reminded_once_three_days_and_once_a_day_before(desk)


def test_who_learns_of_a_new_last_day_is_reminded_of_that_one(desk: Desk) -> None:
    start = desk.clock.now
    payment = disputed(desk, respond_by=start + timedelta(days=4))
    asked(desk, payment, "K1", respond_by=start + timedelta(days=20))
    desk.clock.now = start + timedelta(days=5)
    desk.do_what_is_due()
    assert told(desk, payment) == ["inquiry"]

    desk.clock.now = start + timedelta(days=18)
    desk.do_what_is_due()
    assert len(told(desk, payment)) == 2


def test_a_dispute_that_ended_reminds_nobody_and_its_review_is_closed(desk: Desk) -> None:
    start = desk.clock.now
    payment = disputed(desk, respond_by=start + timedelta(days=4))
    assert open_causes(desk, payment) == {"dispute"}
    ends(desk, payment, DisputeOutcome.ACCEPTED)
    desk.clock.now = start + timedelta(days=4)
    desk.do_what_is_due()

    assert told(desk, payment) == ["inquiry"]
    assert open_causes(desk, payment) == set()
    with refused(NotAllowed, match="No hay una disputa abierta"):
        ends(desk, payment, DisputeOutcome.WON)


def test_its_review_is_not_closed_while_the_dispute_is_open(desk: Desk) -> None:
    payment = disputed(desk)
    [review] = desk.read(lambda tx: tx.reviews.of(payment_id=payment.id))
    with refused(NotAllowed, match="sigue abierta"):
        asyncio.run(resolve_review(desk.hub, review.id, signed=Signed(by="Ana", why="ya")))


def test_won_the_money_is_here_again_and_lost_it_is_not(desk: Desk) -> None:
    due = {}
    for outcome in (DisputeOutcome.WON, DisputeOutcome.LOST, DisputeOutcome.ACCEPTED):
        debtor = desk.debtor("CO", 100_000)
        payment = desk.sent(debtor)
        desk.tell(payment, paid(payment, 100_000))
        desk.tell(payment, returned(payment, 100_000, event="K1", kind=Kind.CHARGED_BACK))
        ends(desk, payment, outcome)
        due[outcome.value] = desk.due(debtor.payables[0])

    assert due == {"won": 0, "lost": 100_000, "accepted": 100_000}
    assert broken(desk) == []


def test_it_is_not_won_while_a_refund_of_its_payment_is_unknown(desk: Desk) -> None:
    payment = desk.sent(desk.debtor("CO", 100_000))
    desk.tell(payment, paid(payment, 100_000))
    desk.tell(payment, returned(payment, 60_000, event="K1", kind=Kind.CHARGED_BACK))
    operation = under_way(payment, 40_000)

    def begin(tx: Any) -> None:
        tx.operations.add(operation)
        tx.operations.begin_sending(operation.id, "process-1", desk.clock.now + LEASE)

    desk.write(begin)
    with pytest.raises(Invalid):
        ends(desk, payment, DisputeOutcome.WON)
    assert disputes(desk, payment)[0].is_open


def test_nobody_ends_it_without_showing_why(desk: Desk) -> None:
    payment = taken(desk)
    with refused(NotAllowed, match="Hace falta una prueba"):
        ends(desk, payment, DisputeOutcome.WON, evidence=Evidence())
    assert disputes(desk, payment)[0].is_open


def test_above_the_amount_a_second_person_ends_it_too(desk: Desk) -> None:
    desk.hub.second_person_above = {"COP": 50_000}
    payment = taken(desk)
    made = ends(desk, payment, DisputeOutcome.WON)
    assert (made.is_done, disputes(desk, payment)[0].is_open) == (False, True)
    assert desk.balance("CO", "provider_clearing") == 0

    asyncio.run(approve_decision(desk.hub, made.id, signed=Signed(by="Luis", why="de acuerdo")))

    [found] = disputes(desk, payment)
    assert (found.outcome, found.ended_by) == (DisputeOutcome.WON, "Ana and Luis")
    assert desk.balance("CO", "provider_clearing") == 100_000


def test_a_chargeback_that_is_corrected_is_a_dispute_that_was_won(desk: Desk) -> None:
    payment = taken(desk)
    key = chargeback_key(payment.account_id, "K1")
    asyncio.run(correct_entry(desk.hub, desk.companies["CO"], key, by="Ana", reason="ganada"))

    [found] = disputes(desk, payment)
    assert (found.outcome, found.ended_by) == (DisputeOutcome.WON, "Ana")
    assert open_causes(desk, payment) == set()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"case": " "}, "número de caso"),
        ({"amount": Money(100_001, "COP")}, "más de cero hasta"),
        ({"stage": DisputeStage.ARBITRATION}, "anote primero el contracargo"),
    ],
)
def test_what_a_bank_cannot_say_is_refused(desk: Desk, given: dict[str, Any], words: str) -> None:
    payment = desk.sent(desk.debtor("CO", 100_000))
    desk.tell(payment, paid(payment, 100_000))
    said = {"case": "K1", "stage": DisputeStage.INQUIRY, **given}
    with refused(Invalid, match=words):
        asyncio.run(record_dispute(desk.hub, payment.id, signed=Signed(by="Ana", why="carta"), **said))
    assert disputes(desk, payment) == ()


def open_over(desk: Desk, payment: Payment, amount: Money | None) -> None:
    """A person says that nothing is disputed; that opens nothing."""
    signed = Signed(by="Ana Rojas", why="carta del banco")
    with refused(Invalid, match="El monto disputado va de más de cero"):
        asyncio.run(
            record_dispute(desk.hub, payment.id, case="K0", stage=DisputeStage.INQUIRY, amount=amount, signed=signed)
        )
    assert not disputes(desk, payment)


def test_a_dispute_over_nothing_is_refused_and_not_taken_for_all_that_came(desk: Desk) -> None:
    payment = desk.sent(desk.debtor("CO", 100_000))
    desk.tell(payment, paid(payment, 100_000))

    open_over(desk, payment, Money(0, "COP"))


def test_control_a_nought_that_counts_as_no_amount_is_found(desk: Desk) -> None:
    payment = desk.sent(desk.debtor("CO", 100_000))
    desk.tell(payment, paid(payment, 100_000))

    with pytest.raises(pytest.fail.Exception):
        open_over(desk, payment, None)


def said_at_length(desk: Desk, payment: Payment, *, by: int = 3, why: int = 5, evidence: int = 5) -> None:
    """What a person says of a decision, longer than what is kept for ever may be, is refused and decides nothing."""
    signed = Signed(by="ñ" * by, why="ñ" * why, evidence=Evidence(text="ñ" * evidence))
    with refused(Invalid, match="Es demasiado largo"):
        asyncio.run(record_dispute(desk.hub, payment.id, case="K0", stage=DisputeStage.INQUIRY, signed=signed))
    assert not disputes(desk, payment)


LONG = ({"by": 255}, {"why": 401}, {"evidence": 1001})


@pytest.mark.parametrize("lengths", LONG)
def test_what_a_person_says_of_a_decision_fits_or_is_refused(desk: Desk, lengths: dict[str, int]) -> None:
    payment = desk.sent(desk.debtor("CO", 100_000))
    desk.tell(payment, paid(payment, 100_000))

    said_at_length(desk, payment, **lengths)


@pytest.mark.parametrize("lengths", LONG)
def test_control_words_that_just_fit_decide(desk: Desk, lengths: dict[str, int]) -> None:
    payment = desk.sent(desk.debtor("CO", 100_000))
    desk.tell(payment, paid(payment, 100_000))

    with pytest.raises(pytest.fail.Exception):
        said_at_length(desk, payment, **{name: length - 1 for name, length in lengths.items()})
