"""Money that went back is booked once, whoever tells of it first: our refund's answer,
a notification, or a query."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

import hub.domain.known_returns
import hub.flows.books.book_money
import hub.flows.books.book_return
import hub.flows.payments.observe_operation
import hub.flows.payments.operation_news
import hub.flows.payments.run_operation
from hub.domain.decision import Signed
from hub.domain.ledger import EntryKind, LedgerKind
from hub.domain.observation import ObservedBy
from hub.domain.operation import Operation, OperationStatus
from hub.domain.payment import LEASE, Payment, Phase, Status
from hub.domain.refusals import Conflict
from hub.flows.payments.check_operation import check_operation
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.record_observations import Claim, record_observations
from hub.flows.payments.record_outcome import OutcomeEvidence, conclude_operation, record_paid
from hub.flows.payments.run_operation import cancel_payment, refund_payment, undo_payment
from hub.flows.settlements.reconcile import import_settlement
from hub_hookspecs import Conclusion, Kind, Money, Observation, Outcome, Refunds
from tests.faults.harness import Debtor, Desk, broken
from tests.operator.test_decisions import PANEL

OWED = 100_000
Plant = Callable[[Any, str, Any], None]


@attrs.define
class Answering:
    """A provider that answers each operation with the next of these; with nothing, its answer is lost."""

    answers: list[tuple[Observation, ...] | None]

    async def run(self, *_given: Any, **_records: Any) -> Any:
        told = self.answers.pop(0)
        clear = Conclusion(outcome=Outcome.RESULT, value=told)
        conclusion = Conclusion(outcome=Outcome.UNKNOWN, cause="no answer") if told is None else clear
        return attrs.make_class("Ran", ["conclusion", "steps"])(conclusion, ())


@attrs.define
class Asked:
    """A provider that is asked, and tells this."""

    told: tuple[Observation, ...]
    queries: list[Any] = attrs.Factory(list)

    def is_open(self, _account: str) -> bool:
        return False

    async def run(self, *_given: Any, **records: Any) -> Any:
        self.queries.append(records["query"])
        clear = Conclusion(outcome=Outcome.RESULT, value=self.told)
        return attrs.make_class("Ran", ["conclusion", "steps"])(clear, ())


def operations(desk: Desk, payment: Payment) -> tuple[Operation, ...]:
    return desk.read(lambda tx: tx.operations.of_payment(payment.id))


def cop(minor: int | None) -> Money | None:
    return None if minor is None else Money(minor, "COP")


def back(event: str = "", minor: int | None = None, *, movement: str | None = None) -> Observation:
    """What a provider says of money that went back: with an id of its own, or without."""
    fields = {"event_id": event or None, "amount": cop(minor), "movement": movement}
    told = frozenset(name for name, value in fields.items() if value is not None)
    return Observation(kind=Kind.RETURNED, vouched=told, **fields)  # type: ignore[arg-type]


def taken(desk: Desk) -> tuple[Debtor, Payment]:
    """A payment that is paid, at a provider that gives parts back."""
    provider = desk.hub.providers["nequi"]
    provider.info = attrs.evolve(provider.info, refunds=Refunds.PARTIAL)
    debtor = desk.debtor("CO", OWED)
    payment = desk.sent(debtor)
    vouched = frozenset({"movement", "amount"})
    desk.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference, amount=cop(OWED), vouched=vouched))
    return debtor, payment


def give_back(desk: Desk, payment: Payment, minor: int, *answer: Observation) -> OperationStatus:
    desk.hub.exchanger = Answering([answer or None])
    return asyncio.run(refund_payment(desk.hub, payment.id, amount=cop(minor), by="Ana")).status


def hear(desk: Desk, payment: Payment, *told: Observation) -> None:
    desk.tell(payment, *told, source=ObservedBy.NOTIFICATION)


def went_back(desk: Desk, payment: Payment) -> list[int]:
    """What is booked as given back of a payment, one entry after the other."""
    entries = desk.read(lambda tx: tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id))
    returns = [entry for entry in entries if entry.kind in (EntryKind.REFUND, EntryKind.CHARGEBACK)]
    return [-entry.moved(LedgerKind.PROVIDER_CLEARING) for entry in returns]


def test_a_provider_that_gives_back_once_is_not_asked_again_whoever_gave_back_before(desk: Desk) -> None:
    provider = desk.hub.providers["nequi"]
    provider.info = attrs.evolve(provider.info, refunds_per_payment=1)
    _debtor, asked = taken(desk)
    assert give_back(desk, asked, 30_000, back("E1", 30_000)) is OperationStatus.DONE
    _other, in_its_panel = taken(desk)
    hear(desk, in_its_panel, back("E2", 20_000))

    for payment in (asked, in_its_panel):
        with pytest.raises(NotAllowed) as refusal:
            give_back(desk, payment, 1_000, back("E3", 1_000))
        assert refusal.value.code == "once"


def test_control_one_that_gives_back_as_often_as_there_is_money_is_asked_again(desk: Desk) -> None:
    _debtor, payment = taken(desk)
    assert give_back(desk, payment, 30_000, back("E1", 30_000)) is OperationStatus.DONE
    assert give_back(desk, payment, 1_000, back("E3", 1_000)) is OperationStatus.DONE


def test_a_refund_without_an_answer_is_done_once_news_tell_of_it(desk: Desk) -> None:
    _debtor, payment = taken(desk)
    assert give_back(desk, payment, 30_000) is OperationStatus.UNKNOWN
    hear(desk, payment, back("E9", 20_000))
    assert [item.status for item in operations(desk, payment)] == [OperationStatus.UNKNOWN]
    hear(desk, payment, back("E1", 30_000))

    assert [item.status for item in operations(desk, payment)] == [OperationStatus.DONE]
    assert went_back(desk, payment) == [20_000, 30_000]
    assert give_back(desk, payment, 50_000, back("E2", 50_000)) is OperationStatus.DONE
    assert broken(desk) == []


def twice_as_much(desk: Desk, *first: Observation) -> Payment:
    """One refund that its provider told of, and one of the same amount without an answer."""
    _debtor, payment = taken(desk)
    give_back(desk, payment, 30_000, *first)
    hear(desk, payment, back("E1", 30_000))
    assert [item.status for item in operations(desk, payment)] == [OperationStatus.DONE]
    assert give_back(desk, payment, 30_000) is OperationStatus.UNKNOWN
    return payment


@pytest.mark.parametrize("first", [(back("E1", 30_000),), (back(),), ()], ids=["named", "unnamed", "lost"])
def test_news_of_one_refund_end_no_other_of_the_same_amount(desk: Desk, first: tuple[Observation, ...]) -> None:
    payment = twice_as_much(desk, *first)
    hear(desk, payment, back("E1", 30_000))
    desk.tell(payment, attrs.evolve(back("E1", 30_000), learned={"refund": "R-1"}), source=ObservedBy.QUERY)

    assert operations(desk, payment)[-1].status is OperationStatus.UNKNOWN
    with pytest.raises(NotAllowed):
        give_back(desk, payment, 40_001, back("E3"))
    hear(desk, payment, back("E2", 30_000))
    assert operations(desk, payment)[-1].status is OperationStatus.DONE
    assert went_back(desk, payment) == [30_000, 30_000]
    assert broken(desk) == []


def in_two_parts(desk: Desk) -> Payment:
    """Its provider gave back in two parts what one refund asked for; no answer came, and a person tells the end."""
    _debtor, payment = taken(desk)
    assert give_back(desk, payment, 40_000) is OperationStatus.UNKNOWN
    desk.clock.now += timedelta(minutes=5)
    hear(desk, payment, back("E1", 30_000), back("E2", 10_000))
    if operations(desk, payment)[0].is_live:
        signed = Signed(by="Ana", why="panel", evidence=PANEL)
        asyncio.run(conclude_operation(desk.hub, payment.id, done=True, signed=signed))
    return payment


def test_a_refund_that_went_back_in_parts_is_done_once_they_come_to_it(desk: Desk) -> None:
    payment = in_two_parts(desk)

    assert [item.status for item in operations(desk, payment)] == [OperationStatus.DONE]
    assert went_back(desk, payment) == [30_000, 10_000]
    assert give_back(desk, payment, 40_000) is OperationStatus.UNKNOWN
    hear(desk, payment, back("E2", 10_000), back("E1", 30_000))
    assert operations(desk, payment)[-1].status is OperationStatus.UNKNOWN
    assert broken(desk) == []


def test_control_parts_that_are_not_added_up_let_a_person_book_them_twice(desk: Desk, plant: Plant) -> None:
    plant(hub.flows.payments.operation_news, "_coming_to", lambda _amount, _told: ())

    assert went_back(desk, in_two_parts(desk)) == [30_000, 10_000, 40_000]


def test_news_of_a_first_refund_that_come_after_the_second_was_sent_do_not_end_it(desk: Desk) -> None:
    _debtor, payment = taken(desk)
    give_back(desk, payment, 30_000, back("E1", 30_000))
    assert give_back(desk, payment, 30_000) is OperationStatus.UNKNOWN
    hear(desk, payment, back("E1", 30_000))

    assert operations(desk, payment)[-1].status is OperationStatus.UNKNOWN
    assert went_back(desk, payment) == [30_000]
    with pytest.raises(NotAllowed):
        give_back(desk, payment, 70_000, back("E3"))


def test_control_news_that_end_any_refund_of_their_amount_let_more_go_back_than_came(desk: Desk, plant: Plant) -> None:
    right = hub.flows.payments.operation_news.sort_out

    def nobodys(seen: Any) -> Any:
        found = right(seen)
        return attrs.evolve(found, standing=tuple(attrs.evolve(item, operation=None) for item in found.standing))

    plant(hub.flows.payments.operation_news, "sort_out", nobodys)
    plant(hub.flows.payments.operation_news, "TELLS", frozenset(ObservedBy))
    _debtor, payment = taken(desk)
    give_back(desk, payment, 30_000, back("E1", 30_000))
    give_back(desk, payment, 30_000)
    hear(desk, payment, back("E1", 30_000))

    assert give_back(desk, payment, 70_000, back("E3")) is OperationStatus.DONE


def test_news_that_overtake_a_refund_that_is_still_being_sent_end_it_once_it_was(desk: Desk) -> None:
    _debtor, payment = taken(desk)

    @attrs.define
    class Overtaken:
        async def run(self, *_given: Any, **_records: Any) -> Any:
            claim = Claim(observation=back("E1", 30_000), source=ObservedBy.NOTIFICATION)
            now = desk.clock.now
            await desk.hub.store.write(
                lambda tx: record_observations(tx, desk.hub, tx.payments.get(payment.id), [claim], now=now)
            )
            pending = Conclusion(outcome=Outcome.RESULT, value=(Observation(kind=Kind.ACCEPTED),))
            return attrs.make_class("Ran", ["conclusion", "steps"])(pending, ())

    desk.hub.exchanger = Overtaken()
    asyncio.run(refund_payment(desk.hub, payment.id, amount=cop(30_000), by="Ana"))

    assert [item.status for item in operations(desk, payment)] == [OperationStatus.DONE]
    assert went_back(desk, payment) == [30_000]
    assert broken(desk) == []


def test_a_provider_is_asked_what_became_of_a_refund_that_it_neither_did_nor_refused(desk: Desk) -> None:
    """Its answer names the refund; what it learned is handed to the query, which tells the end."""
    _debtor, payment = taken(desk)
    pending = Observation(kind=Kind.ACCEPTED, learned={"refund": "R-77"})
    assert give_back(desk, payment, 30_000, pending) is OperationStatus.UNKNOWN
    asked = Asked((back("R-77", 30_000),))
    desk.hub.exchanger = asked
    (operation,) = operations(desk, payment)
    desk.clock.now += timedelta(seconds=20)
    asyncio.run(check_operation(desk.hub, operation.id))

    assert [query.memory.get("refund") for query in asked.queries] == ["R-77"]
    assert [item.status for item in operations(desk, payment)] == [OperationStatus.DONE]
    assert went_back(desk, payment) == [30_000]


def test_a_refund_answered_with_an_id_and_notified_with_it_is_booked_once(desk: Desk) -> None:
    debtor, payment = taken(desk)
    assert give_back(desk, payment, 30_000, back("E1", 30_000)) is OperationStatus.DONE
    hear(desk, payment, back("E1", 30_000))

    assert went_back(desk, payment) == [30_000]
    assert desk.due(debtor.payables[0]) == 30_000
    assert len([mail for mail in desk.owed_mails(payment, "payment_returned") if not mail.details]) == 1
    assert broken(desk) == []


ALONE = back("E1", 30_000)
TOLD = {
    "an answer with an id, then its news": (ALONE, [ALONE]),
    "an answer with an id and no amount": (back("E1"), [ALONE]),
    "an answer without an id": (back(minor=30_000), [ALONE]),
    "an answer without anything": (back(), [ALONE]),
    "an answer with a movement": (back(movement="M"), [back("E1", 30_000, movement="M")]),
    "an answer with an id, then a channel without": (
        back("E1", 30_000, movement="M"),
        [back(minor=30_000, movement="M")],
    ),
    "an answer without an id, then both": (
        back(movement="M"),
        [back(minor=30_000, movement="M"), back("E1", 30_000, movement="M")],
    ),
}


@pytest.mark.parametrize(("answer", "news"), TOLD.values(), ids=TOLD.keys())
@pytest.mark.parametrize("first", ["answer", "news"])
def test_a_return_that_two_channels_tell_of_is_booked_once(
    desk: Desk, first: str, answer: Observation, news: list[Observation]
) -> None:
    debtor, payment = taken(desk)
    if first == "news":
        hear(desk, payment, *news)
    give_back(desk, payment, 30_000, answer)
    hear(desk, payment, *news)

    assert went_back(desk, payment) == [30_000]
    assert desk.due(debtor.payables[0]) == 30_000
    assert len([mail for mail in desk.owed_mails(payment, "payment_returned") if not mail.details]) == 1
    assert broken(desk) == []


def taught(told: Observation) -> Observation:
    """The same news, by a channel that teaches more of the payment."""
    return attrs.evolve(told, learned={"charge": "C-1"})


@pytest.mark.parametrize("kind", [Kind.RETURNED, Kind.CHARGED_BACK])
@pytest.mark.parametrize("first", ["told", "taught"])
def test_a_return_that_names_nothing_is_one_though_another_channel_teaches_more(
    desk: Desk, first: str, kind: Kind
) -> None:
    _debtor, payment = taken(desk)
    told = attrs.evolve(back(minor=30_000), kind=kind)
    both = [told, taught(told)]
    hear(desk, payment, *(both if first == "told" else both[::-1]))
    desk.tell(payment, taught(told), source=ObservedBy.QUERY)

    assert went_back(desk, payment) == [30_000]
    assert len([mail for mail in desk.owed_mails(payment, "payment_returned") if not mail.details]) <= 1
    assert broken(desk) == []


def test_control_returns_told_apart_by_what_was_taught_would_be_booked_twice(desk: Desk, plant: Plant) -> None:
    plant(hub.domain.known_returns, "said_by", lambda claim: f"{claim.kind} {dict(claim.learned)}")
    _debtor, payment = taken(desk)
    hear(desk, payment, back(minor=30_000), taught(back(minor=30_000)))

    assert went_back(desk, payment) == [30_000, 30_000]


@pytest.mark.parametrize("answers", [(back("E1"), back("E2")), (back(), back()), (back("E1"), back())], ids=str)
@pytest.mark.parametrize("is_notified", [False, True])
def test_two_parts_of_the_same_amount_stay_two(desk: Desk, answers: tuple[Observation, ...], is_notified: bool) -> None:
    _debtor, payment = taken(desk)
    for answer, event in zip(answers, ("E1", "E2"), strict=True):
        give_back(desk, payment, 30_000, answer)
        if is_notified:
            hear(desk, payment, back(event, 30_000))

    assert went_back(desk, payment) == [30_000, 30_000]
    with pytest.raises(NotAllowed):
        give_back(desk, payment, 40_001, back("E3"))
    assert broken(desk) == []


def test_what_the_provider_says_it_gave_back_is_booked_and_not_what_was_asked_for(desk: Desk) -> None:
    debtor, payment = taken(desk)
    give_back(desk, payment, 30_000, back("E1", 25_000))

    assert went_back(desk, payment) == [25_000]
    assert desk.due(debtor.payables[0]) == 25_000


def test_an_answer_that_tells_of_two_returns_books_both(desk: Desk) -> None:
    _debtor, payment = taken(desk)
    give_back(desk, payment, 30_000, back("E1", 10_000), back("E2", 20_000))
    hear(desk, payment, back("E2", 20_000))

    assert went_back(desk, payment) == [10_000, 20_000]


def test_a_refund_whose_answer_was_lost_and_that_a_person_concluded_is_booked_once(desk: Desk) -> None:
    _debtor, payment = taken(desk)
    assert give_back(desk, payment, 30_000) is OperationStatus.UNKNOWN
    desk.clock.now += timedelta(minutes=5)
    asyncio.run(
        conclude_operation(desk.hub, payment.id, done=True, signed=Signed(by="Ana", why="panel", evidence=PANEL))
    )
    hear(desk, payment, back("E1", 30_000, movement="M"))

    assert went_back(desk, payment) == [30_000]
    assert broken(desk) == []


def test_a_payout_that_takes_a_refund_back_settles_the_one_that_is_booked(desk: Desk) -> None:
    _debtor, payment = taken(desk)
    give_back(desk, payment, 30_000, ALONE)
    hear(desk, payment, ALONE)
    rows = f"line_id,reference,gross\nL1,{payment.reference},1000\nL2,{payment.reference},-300\n"
    report = asyncio.run(import_settlement(desk.hub, desk.accounts["CO"], rows.encode(), decimal="."))

    assert (report.booked, report.differences, report.awaited) == (2, (), ())
    assert report.balanced


def given_back_twice(desk: Desk) -> list[int]:
    """What is booked of two returns that together are more than came."""
    _debtor, payment = taken(desk)
    hear(desk, payment, back("E1", 70_000), back("E2", 50_000))
    assert "over_refund" in desk.causes(payment)
    return went_back(desk, payment)


def test_more_than_came_does_not_go_back_in_the_books_and_is_asked_about(desk: Desk) -> None:
    assert given_back_twice(desk) == [70_000, 30_000]
    assert broken(desk) == []


def test_control_returns_that_are_booked_beyond_what_came_are_noticed(desk: Desk, plant: Plant) -> None:
    plant(hub.flows.books.book_return, "left_of", lambda _tx, _payment, _currency: 10**9)

    with pytest.raises(Conflict):
        given_back_twice(desk)


def doubted(desk: Desk) -> tuple[Debtor, Payment]:
    """A payment whose outcome nobody knows, long after it could be approved."""
    debtor = desk.debtor("CO", OWED)
    payment = desk.made(debtor)

    def send(tx: Any) -> None:
        tx.payments.add(payment)
        tx.payments.begin_sending(payment.id, "process-1", desk.clock.now + LEASE)
        sent = attrs.evolve(tx.payments.get(payment.id), phase=Phase.SENT, ended_at=desk.clock.now)
        record_observations(tx, desk.hub, sent, [], now=desk.clock.now)

    desk.write(send)
    desk.clock.now += timedelta(hours=2)
    return debtor, payment


def undo(desk: Desk, payment: Payment, *answer: Observation) -> None:
    desk.hub.exchanger = Answering([answer])

    async def send() -> None:
        await undo_payment(desk.hub, payment.id)
        while desk.opened.tasks.running:
            await asyncio.sleep(0.001)

    asyncio.run(send())


def captured(desk: Desk, payment: Payment) -> list[int]:
    entries = desk.read(lambda tx: tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id))
    return [entry.moved(LedgerKind.PROVIDER_CLEARING) for entry in entries if entry.kind is EntryKind.CAPTURE]


def paid(movement: str | None, minor: int = OWED) -> Observation:
    return Observation(kind=Kind.PAID, movement=movement, amount=cop(minor), vouched=frozenset({"movement", "amount"}))


@pytest.mark.parametrize("answer", [(back(),), (back("E1", OWED),), (paid("TX-9"), back("E1", OWED))], ids=len)
def test_an_undone_payment_that_is_notified_late_came_once_and_went_back_once(
    desk: Desk, answer: tuple[Observation, ...]
) -> None:
    debtor, payment = doubted(desk)
    undo(desk, payment, *answer)
    hear(desk, payment, paid("TX-9"), back("E1", OWED))
    hear(desk, payment, paid("TX-9"))

    assert (captured(desk, payment), went_back(desk, payment)) == ([OWED], [OWED])
    assert (desk.due(debtor.payables[0]), desk.credit(debtor)) == (OWED, {})
    assert broken(desk) == []


def test_a_cancel_that_came_too_late_books_the_capture_under_its_own_movement(desk: Desk) -> None:
    payment = desk.sent(desk.debtor("CO", OWED))
    desk.hub.exchanger = Answering([(paid("TX-9"),)])
    asyncio.run(cancel_payment(desk.hub, payment.id, by="Ana"))
    hear(desk, payment, paid("TX-9"))

    assert captured(desk, payment) == [OWED]
    assert desk.payment(payment).status is Status.PAID


def test_a_cancel_that_gave_the_money_back_books_both(desk: Desk) -> None:
    payment = desk.sent(desk.debtor("CO", OWED))
    desk.hub.exchanger = Answering([(paid("TX-9"), back("E1", OWED))])
    asyncio.run(cancel_payment(desk.hub, payment.id, by="Ana"))
    hear(desk, payment, back("E1", OWED))

    assert (captured(desk, payment), went_back(desk, payment)) == ([OWED], [OWED])


def by_hand(desk: Desk, payment: Payment) -> None:
    proof = OutcomeEvidence(amount=Money(OWED, "COP"))
    asyncio.run(record_paid(desk.hub, payment.id, proof, signed=Signed(by="Ana", why="panel", evidence=PANEL)))


def by_payout(desk: Desk, payment: Payment) -> None:
    row = f"line_id,reference,gross\nL1,{payment.reference},1000\n"
    asyncio.run(import_settlement(desk.hub, desk.accounts["CO"], row.encode(), decimal="."))


@pytest.mark.parametrize("learn", [by_hand, by_payout])
def test_money_that_was_learnt_of_without_its_movement_is_booked_once_when_it_is_named(
    desk: Desk, learn: Callable[[Desk, Payment], None]
) -> None:
    debtor = desk.debtor("CO", OWED)
    payment = desk.sent(debtor)
    learn(desk, payment)
    hear(desk, payment, paid("TX-9"))
    hear(desk, payment, paid("TX-9"))

    assert captured(desk, payment) == [OWED]
    assert desk.credit(debtor) == {}
    assert "duplicate_charge" not in desk.causes(payment)
    assert broken(desk) == []


def test_a_second_movement_is_a_second_capture_all_the_same(desk: Desk) -> None:
    payment = desk.sent(desk.debtor("CO", OWED))
    by_hand(desk, payment)
    hear(desk, payment, paid("TX-9"), paid("TX-10"))

    assert captured(desk, payment) == [OWED, OWED]
    assert "duplicate_charge" in desk.causes(payment)


def replaced(desk: Desk, plant: Plant) -> list[int]:
    """What is booked where the answer's own id and amount give way to ours."""
    right = hub.flows.payments.observe_operation._claims

    def ours(payment: Payment, operation: Any, *given: Any) -> list[Any]:
        own = {"event_id": operation.reference, "amount": operation.amount, "vouched": frozenset({"event_id"})}
        return [
            Claim(observation=attrs.evolve(claim.observation, **own), source=claim.source)
            for claim in right(payment, operation, *given)
        ]

    plant(hub.flows.payments.observe_operation, "_claims", ours)
    _debtor, payment = taken(desk)
    give_back(desk, payment, 30_000, back("E1", 30_000))
    hear(desk, payment, back("E1", 30_000))
    return went_back(desk, payment)


def test_control_an_answer_whose_id_is_replaced_by_ours_is_booked_twice(desk: Desk, plant: Plant) -> None:
    assert replaced(desk, plant) == [30_000, 30_000]
