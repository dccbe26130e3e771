"""Held money on the command line and before two people."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hub.domain.account import CaptureChoice
from hub.domain.decision import DecisionKind, Signed
from hub.domain.payment import Payment, Status
from hub.flows.accounts.set_capture import set_capture
from hub.flows.corrections.approve_decision import approve_decision
from hub.flows.corrections.decide_refund import decide_capture
from hub.flows.payments.decide import NotAllowed
from hub.flows.views.view_record import view_record
from hub_hookspecs import Money
from tests.cli.conftest import call
from tests.faults.harness import World, broken
from tests.faults.holding import CODE, Holding, holding


@pytest.fixture
def house(world: World) -> Holding:
    made = holding(world)
    made.choose(capture=CaptureChoice.BY_HAND)
    return made


def held(house: Holding) -> Payment:
    _debtor, payment = house.pay()
    return house.look(payment)


def decide(house: Holding, payment: Payment, by: str, minor: int | None = None) -> Any:
    amount = None if minor is None else Money(minor, "CRC")
    made = house.world.run(
        decide_capture(house.world.hub, payment.id, amount=amount, signed=Signed(by=by, why="se envió"))
    )
    house.world.work()
    return made


def test_a_capture_above_the_limit_waits_for_a_second_person_and_is_sent_once(house: Holding) -> None:
    house.world.hub.second_person_above = {"CRC": 50_000}
    payment = held(house)
    first = decide(house, payment, "Ana")
    assert (first.operation, house.book.takes) == (None, [])
    with pytest.raises(NotAllowed):
        house.world.run(approve_decision(house.world.hub, first.decision.id, signed=Signed(by="Ana", why="ya")))

    house.world.run(approve_decision(house.world.hub, first.decision.id, signed=Signed(by="Luis", why="de acuerdo")))
    house.world.work()
    record = house.world.run(view_record(house.world.hub, payment.id))
    assert house.book.takes == [payment.reference]
    assert house.world.payment(payment).status is Status.PAID
    assert [(item.kind, item.people) for item in record.decisions] == [(DecisionKind.CAPTURE, "Ana and Luis")]
    assert broken(house.world) == []


def test_below_the_limit_one_person_takes_a_part(house: Holding) -> None:
    house.world.hub.second_person_above = {"CRC": 50_000}
    payment = held(house)
    assert decide(house, payment, "Ana", 40_000).operation is not None
    assert house.book.taken(payment.reference) == 40_000
    assert house.world.payment(payment).flags == frozenset()


def test_the_page_of_a_payment_names_the_command_and_its_amount(house: Holding, capsys: Any) -> None:
    payment = held(house)
    record = house.world.run(view_record(house.world.hub, payment.id))

    assert record.capturable == Money(90_000, "CRC")
    assert record.cancellable
    decide(house, payment, "Ana")
    assert house.world.run(view_record(house.world.hub, payment.id)).capturable is None


def test_a_company_chooses_when_what_is_held_is_taken(house: Holding) -> None:
    payment = held(house)
    merchant = house.world.companies["CR"]
    house.world.run(set_capture(house.world.hub, merchant, CODE, CaptureChoice.AT_ONCE))
    house.look(payment)
    house.world.pass_time(seconds=2)

    assert house.world.payment(payment).status is Status.PAID


def test_the_command_line_says_what_it_cannot_do(world: World) -> None:
    """Of a payment that was charged at once, and of a provider that captures by itself."""
    payment = world.pay(world.debtor("CO", 90_000))
    world.approve(payment)
    data = ("--data", str(world.data))
    refused = call("payment", "capture", payment.reference, "--by", "Ana", "--why", "x", *data)
    assert refused.code == 1
    assert "nequi does not offer this operation" in refused.err

    merchant = world.companies["CO"]
    chosen = call("account", "capture", "nequi", "by-hand", "--company", merchant.slug, *data)
    assert chosen.code == 1
    assert "captures by itself" in chosen.err
    shown = call("account", "show", "nequi", "--company", merchant.slug, "--json", *data)
    assert json.loads(shown.out)["capture"] == "at_once"
