"""Each event is played, and whoever must know is owed the mail that the table names, once; nobody else is owed any."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import attrs
import pytest

import hub.flows.books.book_money
from hub.domain.alert import AlertCause
from hub.domain.dispute import DisputeStage
from hub.domain.merchant import Link, LinkKind, Parties
from hub.domain.message import DeliveryKind
from hub.domain.observation import ObservedBy
from hub.domain.payment import Phase
from hub.domain.told_of import ALERT, TOLD, Event, Person
from hub.flows.corrections.record_dispute import record_dispute
from hub.flows.operations.raise_alerts import raise_alerts
from hub.flows.payments.record_observations import Claim, record_observations
from hub.flows.payments.remind_dispute import remind_dispute
from hub.flows.statements.write_note import CustomerMessage, notify_merchant
from hub_hookspecs import Kind, Mode, Money, Observation
from tests.bookkeeping.conftest import desk_for as desk_for
from tests.bookkeeping.conftest import empty_hub as empty_hub
from tests.bookkeeping.desk import SIGNED, Desk, run

PAYER, CUSTOMER, COMPANY = "persona@correo.example", "c1@correo.example", "cobros@empresa.example"
ABOVE_CAP: Final = ("invoice FE-1 100.00", "pays A FE-1 60.00 waits FE-1 iva 40.00", "paid A")
PAID: Final = ("invoice FE-1 100.00", "pays A FE-1 100.00", "paid A")


def lines(*texts: str) -> Callable[[Desk], None]:
    """Lines of an accountant's case."""

    def play(desk: Desk) -> None:
        for text in texts:
            desk.do(text)

    return play


def refunded(desk: Desk) -> None:
    """A refund of ours is answered."""
    lines(*PAID)(desk)
    amount, vouched = Money(100_00, "CRC"), frozenset({"event_id", "amount"})
    back = Observation(kind=Kind.RETURNED, amount=amount, event_id="OP1", vouched=vouched)
    claim = Claim(observation=back, source=ObservedBy.ANSWER, operation="OP1", occasion="OP1")
    payment = desk._payment("A")
    desk.opened.store.write_now(lambda tx: record_observations(tx, desk.hub, payment, [claim], now=desk.clock.now))


def unknown(desk: Desk) -> None:
    """It was sent, and nobody answered."""
    lines("invoice FE-1 100.00", "pays A FE-1 100.00")(desk)
    payment = attrs.evolve(desk._payment("A"), id="pay-B", reference="REFB", return_token="return-B")
    desk.do("declined A")
    desk.clock.now += timedelta(minutes=1)

    def write(tx: Any) -> None:
        tx.payments.add(attrs.evolve(payment, phase=Phase.CREATED, status=type(payment.status).CREATED, ended_at=None))
        tx.payments.begin_sending(payment.id, "process-1", desk.clock.now)
        sent = attrs.evolve(tx.payments.get(payment.id), phase=Phase.SENT, ended_at=desk.clock.now)
        record_observations(tx, desk.hub, sent, [], now=desk.clock.now)

    desk.opened.store.write_now(write)


def reported(desk: Desk) -> None:
    """A customer reports a transfer from the statement."""
    now = desk.clock.now
    about = {"id": "link", "merchant_id": desk.merchant.id, "target": "c1"}
    link = Link(**about, mode=Mode.TEST, kind=LinkKind.STATEMENT, version=1, expires_at=now + timedelta(days=1))

    def write(tx: Any) -> None:
        parties = Parties(tx.merchants.get(desk.merchant.id), tx.customers.get("c1"))
        notify_merchant(tx, desk.hub, parties, link, CustomerMessage("payment_reported", "review-1", "ya pagué", now))

    desk.opened.store.write_now(write)


def near_its_day(desk: Desk) -> None:
    """The last day to answer the bank comes near; that it was opened was told to somebody else."""
    notify(desk, "otra@empresa.example")
    lines(*PAID)(desk)
    until = desk.clock.now + timedelta(days=10)
    opened = {"case": "CASE-1", "stage": DisputeStage.INQUIRY, "respond_by": until, "signed": SIGNED}
    dispute = run(record_dispute(desk.hub, desk._payment("A").id, **opened))
    run(raise_alerts(desk.hub))
    notify(desk, COMPANY)
    desk.clock.now = until - timedelta(days=2)
    run(remind_dispute(desk.hub, dispute.id))


PLAYS: Final[dict[Event, Callable[[Desk], None]]] = {
    Event.PAID: lines(*PAID),
    Event.PAID_LATE: lines("invoice FE-1 100.00", "pays A FE-1 100.00", "unheard A", "paid A"),
    Event.PAID_TWICE: lines(
        "invoice FE-1 100.00", "pays B FE-1 100.00", "unheard B", "pays A FE-1 100.00", "paid A", "paid B"
    ),
    Event.PAID_OTHERWISE: lines("invoice FE-1 100.00", "pays A FE-1 100.00", "paid A 60.00"),
    Event.PAID_FOR_ANOTHER: lines(
        "invoice FE-1 100.00", "pays A FE-1 100.00", "unheard A", "invoice FE-1 100.00 of c2", "paid A"
    ),
    Event.DECLINED_LATER: lines("invoice FE-1 100.00", "pays A FE-1 100.00", "declined A"),
    Event.UNKNOWN: unknown,
    Event.UNPROVEN: lines("invoice FE-1 100.00", "pays A FE-1 100.00", "unheard A"),
    Event.REFUNDED_HERE: refunded,
    Event.RETURNED_OUTSIDE: lines(*PAID, "returned A"),
    Event.RETURNED_UNPAID: lines("invoice FE-1 100.00", "pays A FE-1 100.00", "declined A", "returned A"),
    Event.REFUND_BOUNCED: lines(*PAID, "returned A", "bounced A"),
    Event.DISPUTE_OPENED: lines(*PAID, "inquiry A CASE-1"),
    Event.DISPUTE_NEAR_ITS_DAY: near_its_day,
    Event.TRANSFER_REPORTED: reported,
    Event.RECEIVED_BY_HAND: lines("invoice FE-1 100.00", "received cash 100.00 for FE-1 100.00"),
    Event.RECEIPT_VOIDED: lines("received cash 100.00 as R1", "void R1"),
    Event.CREDIT_DISBURSED: lines("received cash 100.00", "disburse cash 40.00"),
    Event.CONVERTED: lines("invoice FE-1 100.00 USD", "converted transfer 26000.00 CRC to USD at 520"),
    Event.SETTLED_OTHERWISE: lines(*PAID, "settled L1 A 90.00"),
    Event.WITHHELD_ABOVE_CAP: lines(*ABOVE_CAP),
    Event.WITHHOLDING_REFUSED: lines(*ABOVE_CAP, "refuse-withheld A FE-1"),
}
"""How each event is played; what it brings besides was owed before."""

BEFORE: Final[dict[Event, frozenset[tuple[Person, str]]]] = {
    event: frozenset({(Person.PAYER, "receipt"), (Person.MERCHANT, "payment_received")})
    for event in (
        *(Event.REFUNDED_HERE, Event.RETURNED_OUTSIDE, Event.DISPUTE_OPENED, Event.SETTLED_OTHERWISE),
        *(Event.WITHHELD_ABOVE_CAP, Event.WITHHOLDING_REFUSED),
    )
} | {
    Event.REFUND_BOUNCED: frozenset(
        {
            *((Person.PAYER, "receipt"), (Person.MERCHANT, "payment_received")),
            *((Person.PAYER, "payment_returned"), (Person.MERCHANT, "payment_returned")),
        }
    ),
    Event.UNKNOWN: frozenset({(Person.PAYER, "payment_declined")}),
    Event.RETURNED_UNPAID: frozenset({(Person.PAYER, "payment_declined")}),
    Event.DISPUTE_NEAR_ITS_DAY: frozenset({(Person.PAYER, "receipt")}),
}
"""What the payment that an event is about owed already."""


@pytest.fixture
def desk(desk_for: Callable[[str], Desk]) -> Desk:
    """A company that has named who is told, and an operator with an address."""
    desk = desk_for("CR")
    notify(desk, COMPANY)
    return desk


def notify(desk: Desk, *addresses: str) -> None:
    """The company names who is told of payments."""
    options = attrs.evolve(desk.merchant.options, notify=addresses)
    named = attrs.evolve(desk.merchant, options=options)
    desk.opened.store.write_now(lambda tx: tx.merchants.save(named))


def told(desk: Desk) -> frozenset[tuple[Person, str]]:
    """Who is owed which mail; the operator is alerted."""
    owed = set()
    for person, address in ((Person.PAYER, PAYER), (Person.PAYER, CUSTOMER), (Person.MERCHANT, COMPANY)):
        owed |= {(person, delivery.kind) for delivery in desk.read(lambda tx, to=address: tx.deliveries.to(to))}
    if any(alert.cause is AlertCause.REVIEW_OPENED for alert in run(raise_alerts(desk.hub))):
        owed.add((Person.OPERATOR, ALERT))
    return frozenset(owed)


def said_by_table(event: Event) -> frozenset[tuple[Person, str]]:
    return frozenset((person, mail) for person, mail in TOLD[event].items() if isinstance(mail, str))


@pytest.mark.parametrize("event", list(PLAYS))
def test_whoever_must_know_is_told_and_nobody_else(desk: Desk, event: Event) -> None:
    PLAYS[event](desk)

    assert told(desk) == said_by_table(event) | BEFORE.get(event, frozenset())


@pytest.mark.parametrize("event", list(Event))
def test_no_field_of_the_table_is_empty(event: Event, desk: Desk) -> None:
    for person in Person:
        mail = TOLD[event][person]
        assert mail if isinstance(mail, str) else mail.why
        if isinstance(mail, str):
            assert mail in {*desk.hub.documents.mails, DeliveryKind.ALERT}


def test_every_event_is_played() -> None:
    assert set(PLAYS) == set(Event)


def test_control_a_company_that_is_not_told_is_found(desk: Desk) -> None:
    notify(desk, "otra@empresa.example")
    lines(*PAID)(desk)

    assert told(desk) != said_by_table(Event.PAID)


def causes(desk: Desk) -> list[str]:
    return sorted(review.cause for review in desk.read(lambda tx: tx.reviews.of(merchant_id=desk.merchant.id)))


def test_money_for_a_bill_that_moved_to_another_customer_is_called_so(desk: Desk) -> None:
    PLAYS[Event.PAID_FOR_ANOTHER](desk)

    assert causes(desk) == ["moved_bill"]


def test_control_a_bill_that_nobody_compares_with_its_payer_is_called_a_surplus(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.flows.books.book_money, "_of_others", lambda *_given: 0)
    PLAYS[Event.PAID_FOR_ANOTHER](desk)

    assert causes(desk) == ["surplus"]
