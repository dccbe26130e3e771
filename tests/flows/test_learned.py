"""What a later channel teaches: a refund names its capture, and two ids for one thing move nothing."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

import hub.flows.payments.read_known
from hub.domain.payment import Payment, Status
from hub.flows.payments.check_payment import check_payment
from hub.flows.payments.receive_message import receive_notification
from hub.flows.payments.run_operation import cancel_payment, refund_payment
from hub_hookspecs import Kind, Message, Money, Source
from tests.faults.harness import World, broken, rows
from tests.flows.preferences import Preferences, news, preferences

Plant = Callable[[Any, str, Any], None]


@pytest.fixture
def there(world: World) -> Iterator[Preferences]:
    with preferences(world) as standing:
        yield standing


def paid_by(there: Preferences, *ids: str, minor: int = 100_000) -> Payment:
    """A payment of which its notifications told, each under an id of its own."""
    payment = there.started(there.world.debtor("CO", 100_000))
    there.take()
    for name in ids:
        told = {"kind": "paid", "reference": payment.reference, "id": name, "minor": minor}
        notify(there, told)
    return there.world.payment(payment)


def notify(there: Preferences, told: dict[str, Any]) -> None:
    world = there.world
    message = Message(
        source=Source.NOTIFICATION,
        method="POST",
        path="",
        query="",
        headers=(),
        body=json.dumps(told).encode(),
        received_at=world.clock.now,
        call_id="CALL000001",
    )
    answer = world.run(receive_notification(world.hub, world.accounts["CO"].path_token, message))
    assert answer.status == 200


def refund(there: Preferences, payment: Payment, minor: int | None = None) -> list[str]:
    amount = None if minor is None else Money(minor, "COP")
    world = there.world
    done = world.run(refund_payment(world.hub, payment.id, amount=amount, by="Ana"))
    assert done.status == "done"
    return there.take()


def test_a_refund_names_the_payment_that_the_notification_told_of_and_not_what_starting_gave(
    there: Preferences,
) -> None:
    payment = paid_by(there, "9001")

    assert (payment.provider_reference, payment.memory) == ("PREF-1", {"preference": "PREF-1"})
    assert refund(there, payment) == ["POST /payments/9001/refunds/100000"]
    assert broken(there.world) == []


def test_of_two_captures_each_part_of_a_refund_is_asked_of_its_own(there: Preferences) -> None:
    payment = paid_by(there, "9001", "9002")

    assert refund(there, payment, 150_000) == [
        "POST /payments/9001/refunds/100000",
        "POST /payments/9002/refunds/50000",
    ]
    assert refund(there, payment, 50_000) == ["POST /payments/9002/refunds/50000"]


def test_what_went_back_of_the_second_capture_leaves_the_first_whole(there: Preferences) -> None:
    payment = paid_by(there, "9001", "9002")
    back = attrs.evolve(
        news(kind="returned", reference=payment.reference, id="9002", minor=100_000), event_id="B1", learned={}
    )
    there.world.tell(payment, back)

    assert refund(there, payment) == ["POST /payments/9001/refunds/100000"]


def test_control_an_id_of_the_payment_in_place_of_each_captures_own_names_what_cannot_be_refunded(
    there: Preferences, plant: Plant
) -> None:
    right = hub.flows.payments.read_known.captures_of

    def planted(payment: Payment, *given: Any, **more: Any) -> Any:
        found = right(payment, *given, **more)
        return tuple(attrs.evolve(taken, provider_reference=payment.provider_reference) for taken in found)

    plant(hub.flows.payments.read_known, "captures_of", planted)
    payment = paid_by(there, "9001")

    assert refund(there, payment) != ["POST /payments/9001/refunds/100000"]


def asked_of(there: Preferences, kind: str) -> list[Any]:
    """Why a person is asked, an hour after news that name no payment of ours."""
    notify(there, {"kind": kind, "reference": "", "id": "9009", "minor": 100_000})
    there.world.pass_time(minutes=61)
    return rows(there.world.path, "SELECT cause FROM review")


@pytest.mark.parametrize("kind", ["paid", "returned", "charged_back"])
def test_money_that_came_or_went_of_no_payment_that_is_known_here_is_asked_about(there: Preferences, kind: str) -> None:
    """A bank takes money by the id of a capture that the hub never heard of."""
    assert asked_of(there, kind) == [("parked_payment",)]


def test_control_news_by_which_no_money_moved_ask_nobody(there: Preferences) -> None:
    assert asked_of(there, "accepted") == []


def test_a_query_asks_with_what_a_notification_taught_though_nothing_else_came_of_it(there: Preferences) -> None:
    payment = paid_by(there)
    notify(there, {"kind": "accepted", "reference": payment.reference, "id": "9001"})
    there.told = [{"kind": "paid", "id": "9001", "minor": 100_000}]

    after = there.world.run(check_payment(there.world.hub, payment.id))

    assert after
    assert there.take() == ["GET /payments/9001"]
    assert after.status is Status.PAID


def test_two_ids_for_one_thing_open_one_review_and_a_cancel_is_given_neither_while_a_query_has_the_first(
    there: Preferences,
) -> None:
    payment, world = paid_by(there), there.world
    for name in ("9001", "9002", "9001", "9003"):
        notify(there, {"kind": "accepted", "reference": payment.reference, "id": name})

    assert rows(world.path, "SELECT cause, details FROM review WHERE payment = ?", payment.id) == [
        ("learned_otherwise", f"payment {payment.reference}, of which two are told: payment")
    ]
    world.run(check_payment(world.hub, payment.id))
    world.run(cancel_payment(world.hub, payment.id, by="Ana"))
    assert there.take() == ["GET /payments/9001", "POST /cancels/none"]


def test_control_a_cancel_that_is_given_the_first_of_two_ids_may_cancel_the_wrong_one(
    there: Preferences, plant: Plant
) -> None:
    right = hub.flows.payments.read_known.memory_of
    plant(
        hub.flows.payments.read_known,
        "memory_of",
        lambda *given: attrs.evolve(right(*given), contradictions=frozenset()),
    )
    payment = paid_by(there)
    for name in ("9001", "9002"):
        notify(there, {"kind": "accepted", "reference": payment.reference, "id": name})
    there.world.run(cancel_payment(there.world.hub, payment.id, by="Ana"))

    assert there.take() == ["POST /cancels/9001"]


def test_who_teaches_first_and_how_often_changes_nothing(there: Preferences) -> None:
    """The same claim, told without what it teaches and with it, in any order: it is learned once."""
    taught = set()
    for order in itertools.permutations([True, False, True]):
        payment = there.started(there.world.debtor("CO", 100_000))
        for learned in order:
            claim = news(kind="accepted", reference=payment.reference, id="9001", learned=learned)
            there.world.tell(payment, claim)
        known = there.world.read(lambda tx, payment=payment: hub.flows.payments.read_known.known_of(tx, payment))
        taught.add((known.memory.first.get("payment"), known.memory.contradictions))
        assert len([item for item in there.world.seen(payment) if item.observation.kind is Kind.ACCEPTED]) == 3

    assert taught == {("9001", frozenset())}
