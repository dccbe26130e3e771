"""ONVO Pay's notifications prove their sender and nothing of what they say: only what its intents say is booked."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from typing import Any

import attrs
import pytest

import hub_onvo
from hub.domain.account import AccountStatus
from hub.domain.payment import Payment, Status
from hub.flows.accounts.connect_account import connect_account
from hub_hookspecs import EnteredBy, Mode
from tests.faults.harness import News, World, broken, rows
from tests.faults.onvo import Onvo

Plant = Callable[[Any, str, Any], None]


@pytest.fixture
def onvo(world: World) -> Onvo:
    return Onvo.connected(world)


def changed(news: News, **data: Any) -> News:
    """The same event with other data, under the genuine secret."""
    event = json.loads(news.body)
    return attrs.evolve(news, body=json.dumps({**event, "data": {**event["data"], **data}}).encode())


def named(onvo: Onvo, payment: Payment, kind: str) -> News:
    """The newest event of a kind that is owed for a payment."""
    return [item for item in onvo.world.news(payment) if json.loads(item.body)["type"] == kind][-1]


def told(onvo: Onvo, news: News) -> None:
    assert onvo.post(news) in (200, 202, 204)
    onvo.world.work()


def state(onvo: Onvo, payment: Payment) -> tuple[Status, int, int]:
    return onvo.world.payment(payment).status, onvo.booked(), onvo.held(payment)


@pytest.mark.parametrize("lie", [{"amount": 1}, {"amount": 10**9, "receivedAmount": 10**9}, {"currency": "USD"}])
def test_an_event_that_was_changed_on_the_way_books_what_the_intent_says(onvo: Onvo, lie: dict[str, Any]) -> None:
    payment = onvo.pay(onvo.world.debtor("CR", 100_000))
    onvo.play(payment, "approve")
    told(onvo, changed(named(onvo, payment, "payment-intent.succeeded"), **lie))
    assert state(onvo, payment) == (Status.PAID, 100_000, 100_000)
    assert (onvo.world.payment(payment).flags, broken(onvo.world)) == (frozenset(), [])


def test_an_event_that_names_another_payment_as_its_own_pays_the_one_that_was_paid(onvo: Onvo) -> None:
    paid, other = (onvo.pay(onvo.world.debtor("CR", 100_000)) for _ in range(2))
    onvo.play(paid, "approve")
    told(onvo, changed(named(onvo, paid, "payment-intent.succeeded"), metadata={"ref": other.reference}))
    assert [onvo.world.payment(item).status for item in (paid, other)] == [Status.PAID, Status.PENDING]
    assert (onvo.booked(), broken(onvo.world)) == (100_000, [])


def test_an_event_of_a_payment_that_nobody_paid_pays_nothing(onvo: Onvo) -> None:
    paid, other = (onvo.pay(onvo.world.debtor("CR", 100_000)) for _ in range(2))
    onvo.play(paid, "approve")
    intent = onvo.world.payment(other).provider_reference
    told(onvo, changed(named(onvo, paid, "payment-intent.succeeded"), id=intent, metadata={"ref": other.reference}))
    assert (onvo.world.payment(other).status, onvo.booked()) == (Status.PENDING, 0)


def test_control_a_plugin_that_believes_the_event_books_what_nobody_paid(onvo: Onvo, plant: Plant) -> None:
    other = onvo.pay(onvo.world.debtor("CR", 100_000))
    paid = onvo.pay(onvo.world.debtor("CR", 100_000))
    onvo.play(paid, "approve")
    intent = onvo.world.payment(other).provider_reference
    body = {"id": intent, "status": "succeeded", "amount": 100_000, "currency": "CRC"}
    lie = changed(named(onvo, paid, "payment-intent.succeeded"), **body, metadata={"ref": other.reference})

    def believed(_intent: str, _account: Any) -> Generator[Any, Any, Any]:
        yield from ()
        return hub_onvo.wire.observations_of(json.loads(lie.body)["data"])

    plant(hub_onvo, "_read", believed)
    told(onvo, lie)
    assert state(onvo, other) == (Status.PAID, 100_000, 0)


def test_both_events_of_one_payment_book_it_once_in_any_order(onvo: Onvo) -> None:
    world, booked = onvo.world, 0
    for turned in (False, True):
        payment = onvo.pay(world.debtor("CR", 100_000))
        onvo.play(payment, "approve")
        both = [named(onvo, payment, f"{kind}.succeeded") for kind in ("checkout-session", "payment-intent")]
        for news in both[::-1] if turned else both:
            told(onvo, news)
            told(onvo, news)
        world.pass_time(minutes=5)
        booked += 100_000
        assert (world.payment(payment).status, onvo.booked(), onvo.held(payment)) == (Status.PAID, booked, 100_000)
    assert broken(world) == []


def test_a_transfer_to_the_companys_own_number_is_kept_and_books_nothing(onvo: Onvo) -> None:
    payment = onvo.pay(onvo.world.debtor("CR", 100_000))
    onvo.play(payment, "sinpe")
    onvo.play(payment, "transfer", part="half")
    before = len(rows(onvo.world.path, "SELECT 1 FROM raw_message"))
    transfer = {"amount": 50_000, "currency": "CRC", "SINPERefNumber": "2" * 25, "originId": "01-1393-1919"}
    event = json.dumps({"type": "mobile-transfer.received", "data": transfer}).encode()
    told(onvo, attrs.evolve(named(onvo, payment, "payment-intent.deferred"), body=event))
    assert len(rows(onvo.world.path, "SELECT 1 FROM raw_message")) == before + 1
    assert state(onvo, payment) == (Status.PENDING, 0, 50_000)


def test_a_wrong_secret_is_refused_and_causes_nothing(onvo: Onvo) -> None:
    payment = onvo.pay(onvo.world.debtor("CR", 100_000))
    onvo.play(payment, "approve")
    genuine, asked = named(onvo, payment, "payment-intent.succeeded"), onvo.asked("")
    stranger = attrs.evolve(genuine, headers=(("x-webhook-secret", "webhook_secret_somebody_else"),))
    assert onvo.post(stranger) == 401
    onvo.world.work()
    assert (onvo.world.payment(payment).status, onvo.booked(), onvo.asked("")) == (Status.PENDING, 0, asked)


def test_the_browsers_return_proves_nothing(onvo: Onvo) -> None:
    world = onvo.world
    payment = onvo.pay(world.debtor("CR", 100_000))
    intent = world.payment(payment).provider_reference
    url = f"{world.base}/pay/return/{payment.return_token}?payment_intent_id={intent}&status=succeeded"
    world.run(world.town.client.get(url))
    world.work()
    assert state(onvo, payment) == (Status.PENDING, 0, 0)


def test_a_notification_before_the_answer_of_the_start_is_booked_once(onvo: Onvo) -> None:
    world = onvo.world
    world.hold("/checkout/sessions/one-time-link")
    started = world.begin(world.debtor("CR", 100_000), account_id=onvo.account.id, way="checkout")
    assert world.reached("/checkout/sessions/one-time-link")
    onvo.play(started, "approve")
    for news in world.news(started):
        assert onvo.post(news) in (200, 202, 204)
    world.let_go()
    world.work()
    world.pass_time(minutes=5)
    assert (state(onvo, started), broken(world)) == ((Status.PAID, 100_000, 100_000), [])


def test_a_test_key_in_a_live_account_is_refused_and_the_key_is_named(onvo: Onvo) -> None:
    world, merchant = onvo.world, onvo.world.companies["CR"]
    world.write(lambda tx: tx.merchants.save(attrs.evolve(merchant, mode=Mode.LIVE)))
    values = {"secret_key": "onvo_test_secret_key_" + "a" * 30, "webhook_secret": "webhook_secret_" + "a" * 20}
    asked = onvo.asked("")
    refused = world.run(
        connect_account(world.hub, merchant.id, "onvo", values, by="owner", entered_by=EnteredBy.MERCHANT)
    ).account
    assert (refused.mode, refused.status) == (Mode.LIVE, AccountStatus.FAILED)
    assert refused.report is not None
    assert refused.report.culprits == ("secret_key",)
    assert onvo.asked("") == asked
