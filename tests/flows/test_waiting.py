"""A payment that stays open: when a person is asked about it, and when the hub undoes it by itself."""

from __future__ import annotations

import pytest

from hub.domain.decision import Evidence, Signed
from hub.domain.payment import Status
from hub.flows.operations.record_restore import record_restore
from hub.flows.payments.check_payment import check_payment
from hub.flows.payments.record_outcome import OutcomeEvidence, record_paid
from tests.faults.harness import World, broken


def test_a_push_that_stays_pending_is_put_before_a_person_on_the_third_day(world: World) -> None:
    payment = world.sent(world.debtor("CO", 90_000))

    world.pass_time(days=2, hours=23)
    world.run(check_payment(world.hub, payment.id))
    assert world.causes(payment) == set()

    world.pass_time(hours=1)
    world.run(check_payment(world.hub, payment.id))
    assert world.causes(payment) == {"unresolved"}
    assert world.payment(payment).is_live


@pytest.mark.parametrize("restored", [True, False])
def test_what_was_unknown_in_a_restored_backup_is_not_undone_without_a_person(world: World, restored: bool) -> None:
    """It was paid, and told, after the backup was made;
    the hub that wakes up in the backup knows nothing of it."""
    world.control("nequi", "options", reports="denied")
    debtor = world.debtor("CO", 90_000)
    world.fault("nequi", "*unregisteredpayment", "cut_after")
    payment = world.pay(debtor)
    world.approve(payment)
    world.pass_time(minutes=1)
    if restored:
        world.run(world.hub.store.write(lambda tx: record_restore(tx, "nightly.db", now=world.hub.clock())))
    world.pass_time(hours=3)

    (held,) = [row for row in world.book("nequi") if row["reference"] == payment.reference]
    assert (held["state"] == "returned") is not restored
    if restored:
        assert (world.payment(payment).status, world.causes(payment)) == (Status.UNKNOWN, {"unresolved"})
        shown = record_paid(
            world.hub,
            payment.id,
            OutcomeEvidence(amount=payment.amount),
            signed=Signed(by="Ana", why="su panel", evidence=Evidence(text="panel")),
        )
        world.run(shown)
        assert world.due(debtor.payables[0]) == 0
    assert broken(world) == []


def test_what_is_begun_after_a_restore_is_undone_as_ever(world: World) -> None:
    world.run(world.hub.store.write(lambda tx: record_restore(tx, "nightly.db", now=world.hub.clock())))
    world.pass_time(minutes=1)
    world.control("nequi", "options", reports="denied")
    world.fault("nequi", "*unregisteredpayment", "cut_after")
    payment = world.pay(world.debtor("CO", 90_000))
    world.approve(payment)
    world.pass_time(hours=3)

    assert [operation.kind.value for operation in world.operations(payment)] == ["undo"]
