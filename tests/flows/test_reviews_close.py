"""What waits for a person closes by itself only where the table of causes names the fact, and with that fact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import pytest

from hub.domain.message import Review, review_of
from hub.domain.operation import Operation, OperationKind
from hub.domain.payment import LEASE
from hub.domain.review_causes import CAPTURE_FOUND, CAUSES, LINE_BOOKED, PAYMENT_KNOWN, Fact
from hub.flows.ground import open_review as reviews
from hub.flows.ground.open_review import open_review
from hub.flows.payments.observe_operation import conclude_by_hand
from hub.flows.settlements import ask_about_line
from hub_hookspecs import Kind, Mode, Money
from tests.bookkeeping.conftest import desk_for as desk_for
from tests.bookkeeping.conftest import empty_hub as empty_hub
from tests.bookkeeping.desk import Desk

BY_A_FACT = {cause.name: cause.closed_by for cause in CAUSES.values() if cause.closed_by}


def ask(desk: Desk, subject: str) -> None:
    """A review of every cause about the same payment."""
    payment = desk._payment("A")

    def write(tx: Any) -> None:
        for cause in CAUSES:
            open_review(
                tx,
                Review(
                    id=f"review-{cause}",
                    merchant_id=payment.merchant_id,
                    mode=Mode.TEST,
                    cause=cause,
                    payment_id=payment.id,
                    subject=subject,
                    details="",
                    opened_at=desk.clock.now,
                ),
            )

    desk.opened.store.write_now(write)


def closed(desk: Desk) -> Mapping[str, str]:
    """What nobody is asked any more, with the resolution, by cause."""
    found = desk.read(lambda tx: tx.reviews.resolved())
    assert all(review.resolved_by == "" for review in found)
    return {review.cause: review.resolution for review in found}


def by(*facts: Fact) -> set[str]:
    return {name for name, fact in BY_A_FACT.items() if fact in facts}


@pytest.fixture
def desk(desk_for: Callable[[str], Desk]) -> Desk:
    """A payment is live."""
    desk = desk_for("CR")
    desk.do("invoice FE-1 100.00")
    desk.do("pays A FE-1 100.00")
    return desk


@pytest.mark.parametrize(
    ("news", "facts"),
    [
        ("paid A", (PAYMENT_KNOWN, CAPTURE_FOUND)),
        ("declined A", (PAYMENT_KNOWN,)),
        ("unheard A", (PAYMENT_KNOWN,)),
    ],
)
def test_what_became_of_a_payment_closes_what_was_asked_about_it(
    desk: Desk, news: str, facts: tuple[Fact, ...]
) -> None:
    ask(desk, "")
    desk.do(news)

    assert set(closed(desk)) == by(*facts)
    assert all("REFA" in resolution for resolution in closed(desk).values())


@pytest.mark.parametrize("subject", ["acct:L1", "acct:capture:acct:REFA"])
def test_a_line_that_is_booked_closes_what_was_asked_about_it_or_its_money(desk: Desk, subject: str) -> None:
    desk.do("paid A")
    ask(desk, subject)
    desk.do("settled L1 A 100.00")

    assert set(closed(desk)) == by(LINE_BOOKED)
    assert all("line L1" in resolution for resolution in closed(desk).values())


def test_the_outcome_of_an_operation_closes_what_was_asked_about_it(desk: Desk) -> None:
    desk.do("paid A")
    payment, now = desk._payment("A"), desk.clock.now
    refund = Operation(
        id="op1",
        payment_id=payment.id,
        account_id=payment.account_id,
        merchant_id=payment.merchant_id,
        mode=Mode.TEST,
        kind=OperationKind.REFUND,
        reference="OP1",
        amount=Money(100_00, "CRC"),
        created_at=now,
    )

    def write(tx: Any) -> None:
        tx.operations.add(refund)
        tx.operations.begin_sending(refund.id, "process-1", now + LEASE)
        open_review(tx, review_of("operation_unknown", refund, "", now, payment_id=payment.id))
        sent = tx.operations.get(refund.id)
        conclude_by_hand(tx, desk.hub, sent, payment, Kind.DECLINED, "seen in the panel", now)

    desk.opened.store.write_now(write)

    assert closed(desk) == {"operation_unknown": "refund OP1 is closed"}


def test_control_where_every_cause_closes_a_double_charge_is_forgotten(
    desk: Desk, plant: Callable[[Any, str, Any], None]
) -> None:
    ask(desk, "acct:L1")
    everything = {name: attrs.evolve(cause, closed_by=LINE_BOOKED) for name, cause in CAUSES.items()}
    plant(reviews, "CAUSES", everything)
    plant(ask_about_line, "CAUSES", everything)
    desk.do("paid A")
    desk.do("settled L1 A 100.00")

    assert "duplicate_charge" in closed(desk)
