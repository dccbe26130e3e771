"""Disputes of payments in the database."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from hub.domain.dispute import Dispute, DisputeOutcome, DisputeStage
from hub.domain.refusals import Conflict
from hub.storage import SqliteStore
from hub_hookspecs import Mode, Money


def a_dispute(world: Any, **changes: Any) -> Dispute:
    known = Dispute(
        id="x1",
        merchant_id="m1",
        mode=Mode.TEST,
        payment_id="t1",
        case="K1",
        amount=Money(500, "CRC"),
        stage=DisputeStage.INQUIRY,
        reason="not received",
        respond_by=world.now + timedelta(days=7),
        opened_at=world.now,
    )
    return attrs.evolve(known, **changes)


@pytest.fixture
def paid(store: SqliteStore, world: Any) -> SqliteStore:
    store.write_now(lambda tx: world.furnish(tx, "p1"))
    store.write_now(lambda tx: world.pay(tx, world.start(tx, world.payment("t1", "p1"))))
    return store


def test_a_dispute_comes_back_as_it_was_kept(paid: SqliteStore, world: Any) -> None:
    dispute = a_dispute(world)
    paid.write_now(lambda tx: tx.disputes.add(dispute))
    assert paid.read_now(lambda tx: tx.disputes.of_payments(["t1"])) == (dispute,)

    ended = attrs.evolve(
        dispute,
        stage=DisputeStage.CHARGEBACK,
        outcome=DisputeOutcome.WON,
        ended_at=world.now,
        ended_by="Ana",
        amount=Money(400, "CRC"),
    )
    paid.write_now(lambda tx: tx.disputes.save(ended))

    assert paid.read_now(lambda tx: tx.disputes.of_payments(["t1", "t2"])) == (ended,)
    assert paid.read_now(lambda tx: tx.disputes.open_of("m1", Mode.TEST)) == ()


def test_the_nearest_deadline_is_first_and_one_without_is_last(paid: SqliteStore, world: Any) -> None:
    late = a_dispute(world, id="x2", case="K2", respond_by=world.now + timedelta(days=20))
    never = a_dispute(world, id="x3", case="K3", respond_by=None)
    for dispute in (never, late, a_dispute(world)):
        paid.write_now(lambda tx, dispute=dispute: tx.disputes.add(dispute))

    found = paid.read_now(lambda tx: tx.disputes.open_of("m1", Mode.TEST))

    assert [dispute.case for dispute in found] == ["K1", "K2", "K3"]


def test_one_case_of_a_payment_is_one_dispute(paid: SqliteStore, world: Any) -> None:
    paid.write_now(lambda tx: tx.disputes.add(a_dispute(world)))
    with pytest.raises(Conflict, match="unique"):
        paid.write_now(lambda tx: tx.disputes.add(a_dispute(world, id="x2")))
