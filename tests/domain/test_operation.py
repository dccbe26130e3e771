"""What becomes of refunds, cancels and undos, from the set of what was observed of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from hub.domain.operation import Operation, OperationKind, OperationStatus, operation_status, undo_due
from hub.domain.payment import Payment, Phase, Status
from hub_hookspecs import Channel, Kind, Mode, Money, Payer, QueryBy, Starts, Way

REFUND, CANCEL, UNDO = OperationKind.REFUND, OperationKind.CANCEL, OperationKind.UNDO


@pytest.mark.parametrize(
    ("kind", "phase", "seen", "status", "reason"),
    [
        (REFUND, Phase.CREATED, (), OperationStatus.CREATED, ""),
        (REFUND, Phase.SENDING, (), OperationStatus.UNKNOWN, ""),
        (REFUND, Phase.SENT, (), OperationStatus.UNKNOWN, ""),
        (REFUND, Phase.SENT, (Kind.RETURNED,), OperationStatus.DONE, ""),
        (REFUND, Phase.SENT, (Kind.DECLINED, Kind.RETURNED), OperationStatus.DONE, ""),
        (REFUND, Phase.SENT, (Kind.DECLINED,), OperationStatus.CLOSED, "declined"),
        (REFUND, Phase.SENT, (Kind.NEVER_SENT,), OperationStatus.CLOSED, "never_sent"),
        (REFUND, Phase.SENT, (Kind.NEVER_SENT, Kind.DECLINED), OperationStatus.CLOSED, "declined"),
        (REFUND, Phase.SENT, (Kind.NOT_FOUND, Kind.PAID), OperationStatus.UNKNOWN, ""),
        (CANCEL, Phase.SENT, (Kind.CANCELLED,), OperationStatus.DONE, ""),
        (CANCEL, Phase.SENT, (Kind.PAID,), OperationStatus.CLOSED, "paid"),
        (CANCEL, Phase.SENT, (Kind.RETURNED,), OperationStatus.UNKNOWN, ""),
        (UNDO, Phase.SENT, (Kind.RETURNED,), OperationStatus.DONE, ""),
        (UNDO, Phase.SENT, (Kind.NOT_FOUND,), OperationStatus.CLOSED, "nothing_to_return"),
        (UNDO, Phase.SENT, (Kind.NOT_FOUND, Kind.RETURNED), OperationStatus.DONE, ""),
        (UNDO, Phase.SENT, (Kind.PAID,), OperationStatus.UNKNOWN, ""),
    ],
)
def test_an_operation_has_the_status_of_the_first_rule_that_holds(
    kind: OperationKind, phase: Phase, seen: tuple[Kind, ...], status: OperationStatus, reason: str
) -> None:
    assert operation_status(kind, phase, seen) == (status, reason)
    assert operation_status(kind, phase, (*reversed(seen), *seen)) == (status, reason), "order and repetition"


NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
WAY = Way(
    code="push", label="Push", starts=Starts.CHARGE, outcome=frozenset({"query"}), query_by=QueryBy.THEIRS,
    undo=True, expiry_minutes=15, settle_minutes=15,
)  # fmt: skip
UNKNOWN = Payment(
    id="t", merchant_id="m", mode=Mode.TEST, account_id="a", provider="p", way="push", channel=Channel.STATEMENT,
    customer_id="c", payer=Payer(), reference="R", amount=Money(1000, "COP"), lines=(), phase=Phase.SENT,
    status=Status.UNKNOWN, created_at=NOW,
)  # fmt: skip


@pytest.mark.parametrize(
    ("payment", "way", "minutes", "due"),
    [
        (UNKNOWN, WAY, 29, False),
        (UNKNOWN, WAY, 30, True),
        (attrs.evolve(UNKNOWN, expires_at=NOW + timedelta(minutes=20)), WAY, 34, False),
        (attrs.evolve(UNKNOWN, expires_at=NOW + timedelta(minutes=20)), WAY, 35, True),
        (attrs.evolve(UNKNOWN, phase=Phase.SENDING), WAY, 60, False),
        (attrs.evolve(UNKNOWN, status=Status.PENDING), WAY, 60, False),
        (UNKNOWN, attrs.evolve(WAY, undo=False), 60, False),
    ],
)
def test_only_an_unknown_payment_past_approval_and_news_is_undone(
    payment: Payment, way: Way, minutes: int, due: bool
) -> None:
    assert undo_due(payment, way, NOW + timedelta(minutes=minutes)) is due


def test_an_operation_is_live_until_its_outcome_is_known() -> None:
    operation = Operation(
        id="o", payment_id="t", merchant_id="m", mode=Mode.TEST, account_id="a", kind=REFUND, reference="R",
        amount=Money(1, "COP"), created_at=NOW,
    )  # fmt: skip
    lives = {status: attrs.evolve(operation, status=status).is_live for status in OperationStatus}
    assert {status for status, live in lives.items() if live} == {OperationStatus.CREATED, OperationStatus.UNKNOWN}
