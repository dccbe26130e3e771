"""A payment that stays open: when a person is asked about it."""

from __future__ import annotations

from hub.flows.check_payment import check_payment
from tests.faults.harness import World


def test_a_push_that_stays_pending_is_put_before_a_person_on_the_third_day(world: World) -> None:
    payment = world.sent(world.debtor("CO", 90_000))

    world.pass_time(days=2, hours=23)
    world.run(check_payment(world.hub, payment.id))
    assert world.causes(payment) == set()

    world.pass_time(hours=1)
    world.run(check_payment(world.hub, payment.id))
    assert world.causes(payment) == {"unresolved"}
    assert world.payment(payment).is_live
