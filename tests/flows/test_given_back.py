"""One movement of money back is booked once, whoever tells of it first: our refund's answer, a notification, a query."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import attrs
import pytest

import hub.flows.run_operation
from hub.domain.ledger import EntryKind, LedgerKind
from hub.domain.operation import OperationStatus
from hub.domain.payment import ObservedBy, Payment
from hub.flows.record_observations import Claim
from hub.flows.run_operation import refund_payment
from hub_hookspecs import Conclusion, Kind, Money, Observation, Outcome, Refunds
from tests.faults.harness import Debtor, Desk, broken

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


@pytest.mark.xfail(strict=True, reason="B2: the answer's own id is replaced by ours")
def test_a_refund_answered_with_an_id_and_notified_with_it_is_booked_once(desk: Desk) -> None:
    debtor, payment = taken(desk)
    assert give_back(desk, payment, 30_000, back("E1", 30_000)) is OperationStatus.DONE
    hear(desk, payment, back("E1", 30_000))

    assert went_back(desk, payment) == [30_000]
    assert desk.due(debtor.payables[0]) == 30_000
    assert len(desk.owed_mails(payment, "payment_returned")) == 1
    assert broken(desk) == []


def replaced(desk: Desk, plant: Plant) -> list[int]:
    """What is booked where the answer's own id and amount give way to ours."""
    right = hub.flows.run_operation._claims

    def ours(payment: Payment, operation: Any, *given: Any) -> list[Any]:
        own = {"event_id": operation.reference, "amount": operation.amount, "vouched": frozenset({"event_id"})}
        return [
            Claim(observation=attrs.evolve(claim.observation, **own), source=claim.source)
            for claim in right(payment, operation, *given)
        ]

    plant(hub.flows.run_operation, "_claims", ours)
    _debtor, payment = taken(desk)
    give_back(desk, payment, 30_000, back("E1", 30_000))
    hear(desk, payment, back("E1", 30_000))
    return went_back(desk, payment)


def test_control_an_answer_whose_id_is_replaced_by_ours_is_booked_twice(desk: Desk, plant: Plant) -> None:
    assert replaced(desk, plant) == [30_000, 30_000]
