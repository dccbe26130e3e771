"""What may be given back is what the books hold of a payment, less what is on its way back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from hub.domain.captures import captures_in
from hub.domain.decision import Signed
from hub.domain.entry_keys import capture_key, chargeback_key
from hub.domain.identity import Invalid
from hub.domain.operation import Operation, OperationKind
from hub.domain.payment import LEASE, Payment
from hub.domain.refusals import Conflict
from hub.domain.returns import left_of, returns_in
from hub.flows.corrections.correct_entry import correct_amount, correct_entry
from hub.flows.corrections.decide_refund import decide_refund
from hub.flows.corrections.record_receipt import record_for_payment
from hub.flows.payments import allow_refund
from hub.flows.payments.allow_refund import refundable
from hub.flows.payments.decide import NotAllowed
from hub.flows.views.view_record import record_of
from hub_hookspecs import Kind, Money, Observation
from tests.faults.harness import Desk
from tests.flows.test_returns import paid, returned
from tests.spoken import refused, spoken


def corrected(desk: Desk, payment: Payment, minor: int) -> None:
    """A person says what the provider truly captured."""
    key = capture_key(payment.account_id, payment.reference)
    work = correct_amount(desk.hub, desk.companies["CO"], key, Money(minor, "COP"), by="Ana", reason="panel")
    asyncio.run(work)


def won(desk: Desk, payment: Payment, case: str) -> None:
    """A dispute ends in the merchant's favour."""
    key = chargeback_key(payment.account_id, f"{case}-{payment.id}")
    asyncio.run(correct_entry(desk.hub, desk.companies["CO"], key, by="Ana", reason="ganada"))


def back(event: str, minor: int, kind: Kind = Kind.RETURNED) -> Callable[[Desk, Payment], Any]:
    """So much goes back."""
    return lambda desk, payment: desk.tell(payment, returned(payment, minor, event=f"{event}-{payment.id}", kind=kind))


def dispute(case: str, minor: int) -> Callable[[Desk, Payment], Any]:
    """The payer's bank takes so much back."""
    return back(case, minor, Kind.CHARGED_BACK)


def amount(minor: int) -> Callable[[Desk, Payment], Any]:
    """The capture is corrected."""
    return lambda desk, payment: corrected(desk, payment, minor)


def win(case: str) -> Callable[[Desk, Payment], Any]:
    """The dispute is won."""
    return lambda desk, payment: won(desk, payment, case)


REFUSED = -1
"""Nothing is offered while a bank wants the money, or while nobody knows what became of a refund."""

ROWS: dict[str, tuple[list[Callable[[Desk, Payment], Any]], int]] = {
    "nothing happened": ([], 100_000),
    "corrected downwards": ([amount(60_000)], 60_000),
    "corrected upwards": ([amount(160_000)], 100_000),
    "a part went back": ([back("R1", 30_000)], 70_000),
    "a part went back of what was corrected downwards": ([amount(60_000), back("R1", 30_000)], 30_000),
    "all that the provider vouched for went back of more": ([amount(160_000), back("R1", 100_000)], 0),
    "disputed": ([dispute("D1", 100_000)], REFUSED),
    "a dispute that was won": ([dispute("D1", 100_000), win("D1")], 100_000),
    "a part was disputed and won, another went back": ([dispute("D1", 40_000), win("D1"), back("R1", 30_000)], 70_000),
    "disputed again": ([dispute("D1", 100_000), win("D1"), dispute("D2", 100_000)], REFUSED),
}


def test_what_may_be_given_back_is_what_the_books_hold(desk: Desk) -> None:
    found = {}
    for name, (events, _left) in ROWS.items():
        payment = desk.sent(desk.debtor("CO", 100_000))
        desk.tell(payment, paid(payment, 100_000))
        for happen in events:
            happen(desk, payment)
        found[name] = offered(desk, payment)

    assert found == {name: left for name, (_events, left) in ROWS.items()}


def offered(desk: Desk, payment: Payment) -> int:
    """What may be given back, minor units."""
    try:
        return int(desk.read(lambda tx: refundable(tx, desk.hub, desk.payment(payment))).minor)
    except NotAllowed as refusal:
        return 0 if refusal.code == "nothing_left" else REFUSED


def test_control_what_was_observed_added_up_forgets_what_people_corrected(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def observed(tx: Any, payment: Payment) -> int:
        seen = tx.payments.seen(payment.id)
        return left_of(captures_in(payment, seen), returns_in(seen))["COP"]

    monkeypatch.setattr(allow_refund, "refundable_now", observed)

    with pytest.raises(AssertionError):
        test_what_may_be_given_back_is_what_the_books_hold(desk)


def test_what_is_on_its_way_back_is_not_offered_again(desk: Desk) -> None:
    payment = desk.sent(desk.debtor("CO", 100_000))
    desk.tell(payment, paid(payment, 100_000))
    operation = under_way(payment, 30_000)

    def begin(tx: Any) -> None:
        tx.operations.add(operation)
        tx.operations.begin_sending(operation.id, "process-1", desk.clock.now + LEASE)

    desk.write(begin)

    assert offered(desk, payment) == REFUSED


def under_way(payment: Payment, minor: int) -> Operation:
    """A refund that nobody knows the end of."""
    return Operation(
        id=f"op-{payment.id}",
        payment_id=payment.id,
        account_id=payment.account_id,
        merchant_id=payment.merchant_id,
        mode=payment.mode,
        kind=OperationKind.REFUND,
        reference=f"OP-{payment.reference}",
        amount=Money(minor, "COP"),
        created_at=payment.created_at,
    )


def test_the_database_sends_no_refund_above_what_the_books_hold(desk: Desk) -> None:
    payment = desk.sent(desk.debtor("CO", 100_000))
    desk.tell(payment, paid(payment, 100_000))
    dispute("D1", 60_000)(desk, payment)

    def begin(tx: Any) -> None:
        tx.operations.add(under_way(payment, 40_001))
        tx.operations.begin_sending(f"op-{payment.id}", "process-1", desk.clock.now + LEASE)

    with pytest.raises(Conflict, match="legal_send"):
        desk.write(begin)


def test_a_rest_is_not_offered_by_a_provider_that_gives_back_all_or_nothing(desk: Desk) -> None:
    payment = desk.sent(desk.debtor("CO", 100_000))
    desk.tell(payment, paid(payment, 100_000))
    back("R1", 30_000)(desk, payment)

    record = desk.read(lambda tx: record_of(tx, desk.hub, desk.payment(payment)))

    assert record.refundable is None
    assert "solo devuelve el monto completo" in spoken(record.why_not)
    with refused(NotAllowed, match=r"quedan 700\.00 COP"):
        asyncio.run(decide_refund(desk.hub, payment.id, signed=Signed(by="Ana", why="x")))


def test_money_in_another_currency_is_given_back_elsewhere_and_says_so(desk: Desk) -> None:
    payment = desk.sent(desk.debtor("CO", 100_000))
    vouched = frozenset({"movement", "amount"})
    strange = Observation(kind=Kind.PAID, movement=payment.reference, amount=Money(2_500, "USD"), vouched=vouched)
    desk.tell(payment, strange)

    with refused(NotAllowed, match=r"en otra moneda, 25\.00 USD"):
        desk.read(lambda tx: refundable(tx, desk.hub, desk.payment(payment)))


@pytest.mark.parametrize(
    ("happen", "why"),
    [
        (back("R1", 100_000), "se devolvió"),
        (dispute("D1", 100_000), "el banco del cliente lo retiró"),
        (amount(0), "se corrigió lo que llegó"),
    ],
)
def test_where_no_money_is_left_the_receipt_says_what_became_of_it(
    desk: Desk, happen: Callable[[Desk, Payment], Any], why: str
) -> None:
    payment = desk.sent(desk.debtor("CO", 100_000))
    desk.tell(payment, paid(payment, 100_000))
    happen(desk, payment)

    with refused(Invalid, match=why):
        asyncio.run(record_for_payment(desk.hub, desk.companies["CO"], payment.id, by="Ana"))


def test_for_money_in_suspense_there_is_no_receipt_yet_and_it_is_not_called_returned(desk: Desk) -> None:
    payment = desk.sent(desk.debtor("CO", 100_000))
    vouched = frozenset({"movement", "amount"})
    strange = Observation(kind=Kind.PAID, movement=payment.reference, amount=Money(2_500, "USD"), vouched=vouched)
    desk.tell(payment, strange)

    with refused(Invalid, match="en otra moneda y está en suspenso"):
        asyncio.run(record_for_payment(desk.hub, desk.companies["CO"], payment.id, by="Ana"))
