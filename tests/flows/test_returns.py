"""Money that went back is nobody's: not the customer's credit, not on a receipt,
not to be given back again."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from hub.domain.identity import Invalid
from hub.domain.observation import ObservedBy
from hub.domain.payment import Payment, Status, Withholding
from hub.flows.corrections.record_receipt import record_for_payment
from hub.flows.payments.allow_refund import refundable
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.view_payment import view_of
from hub.flows.views.view_start import view_start
from hub_hookspecs import Kind, Money, Observation
from tests.faults.harness import Desk, World, broken
from tests.spoken import refused


def paid(payment: Payment, minor: int) -> Observation:
    vouched = frozenset({"movement", "amount"})
    return Observation(kind=Kind.PAID, movement=payment.reference, amount=Money(minor, "COP"), vouched=vouched)


def returned(payment: Payment, minor: int, *, event: str = "", kind: Kind = Kind.RETURNED) -> Observation:
    """One return; a channel that knows its id vouches for that, another for the movement alone."""
    return Observation(
        kind=kind,
        movement=payment.reference,
        amount=Money(minor, "COP"),
        event_id=event or None,
        vouched=frozenset({"event_id"} if event else {"movement", "amount"}),
    )


def test_a_part_that_went_back_before_its_capture_is_one_part_however_many_channels_tell_of_it(desk: Desk) -> None:
    debtor = desk.debtor("CO", 100_000)
    payment = desk.sent(debtor)
    desk.tell(payment, returned(payment, 50_000), source=ObservedBy.NOTIFICATION)
    desk.tell(payment, returned(payment, 50_000, event="R1"))
    desk.tell(payment, paid(payment, 100_000))

    assert desk.due(debtor.payables[0]) == 50_000
    assert desk.credit(debtor) == {}
    assert len(desk.owed_mails(payment, "receipt")) == 1
    assert broken(desk) == []


def test_what_may_still_be_given_back_counts_each_return_once(desk: Desk) -> None:
    payment = desk.sent(desk.debtor("CO", 100_000))
    desk.tell(payment, paid(payment, 100_000))
    desk.tell(payment, returned(payment, 30_000, event="R1"))
    desk.tell(payment, returned(payment, 30_000), source=ObservedBy.NOTIFICATION)

    with refused(NotAllowed, match=r"70"):
        desk.read(lambda tx: refundable(tx, desk.hub, desk.payment(payment), Money(99_000, "COP")))


def test_what_was_kept_back_is_owed_again_once_all_went_back_even_if_the_clock_went_back_too(desk: Desk) -> None:
    debtor = desk.debtor("CO", 100_000)
    made = desk.made(debtor)
    kept = Withholding(tax="retefuente", base=100_000, amount=2_500)
    line = attrs.evolve(made.lines[0], amount=97_500, withholdings=(kept,))
    payment = desk.started(attrs.evolve(made, lines=(line,), amount=Money(97_500, "COP")))
    desk.tell(payment, paid(payment, 97_500))
    assert desk.due(debtor.payables[0]) == 0
    desk.clock.now -= timedelta(minutes=5)
    again = Observation(kind=Kind.PAID, movement=payment.reference)
    desk.tell(payment, again, returned(payment, 97_500, event="R1"))

    assert desk.due(debtor.payables[0]) == 100_000
    assert desk.credit(debtor) == {}
    assert broken(desk) == []


def test_each_return_is_told_once(desk: Desk) -> None:
    payment = desk.sent(desk.debtor("CO", 100_000))
    desk.tell(payment, paid(payment, 100_000))
    for event, minor in (("R1", 30_000), ("R1", 30_000), ("R2", 20_000)):
        desk.tell(payment, returned(payment, minor, event=event))

    assert len([mail for mail in desk.owed_mails(payment, "payment_returned") if not mail.details]) == 2
    assert len(desk.owed_mails(payment, "receipt")) == 1


@pytest.mark.parametrize("kind", [Kind.RETURNED, Kind.CHARGED_BACK])
def test_what_went_back_is_no_credit_and_asks_for_no_receipt(world: World, kind: Kind) -> None:
    debtor = world.debtor("CO", 100_000)
    payment = world.sent(debtor)
    world.tell(payment, paid(payment, 100_000))
    world.tell(payment, returned(payment, 100_000, event="R1", kind=kind))
    merchant = world.companies["CO"]

    view = world.read(lambda tx: view_of(tx, world.hub, world.payment(payment), world.clock.now))
    assert (view.payment.status, view.credit, view.is_unrecorded) == (Status.PAID, None, False)
    assert world.run(view_start(world.hub, merchant)).unrecorded == ()
    why = "disputa un pago" if kind is Kind.CHARGED_BACK else "no queda nada"
    with refused(NotAllowed, match=why):
        world.read(lambda tx: refundable(tx, world.hub, world.payment(payment)))
    with refused(Invalid, match="no queda dinero"):
        world.run(record_for_payment(world.hub, merchant, payment.id, by="Ana"))


def test_the_receipt_of_what_is_left_is_for_what_is_left(world: World) -> None:
    payment = world.sent(world.debtor("CO", 100_000))
    world.tell(payment, paid(payment, 120_000))
    world.tell(payment, returned(payment, 50_000, event="R1"))

    receipt = world.run(record_for_payment(world.hub, world.companies["CO"], payment.id, by="Ana"))

    assert (receipt.cash.minor, receipt.lines[0].applied, receipt.advance.minor) == (70_000, 70_000, 0)
    assert broken(world) == []
