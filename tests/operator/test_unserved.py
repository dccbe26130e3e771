"""A plugin that is not served for a while: what its provider sends meanwhile is kept,
and read when it is back."""

import sys
from datetime import timedelta
from typing import Any

import attrs
import pytest

import hub.flows.payments.read_message
import hub.flows.payments.receive_message
from hub.documents.mails import gathering
from hub.domain.mail import NothingToSay
from hub.domain.message import UNSERVED, Delivery, DeliveryKind, DeliveryState, MessageState
from hub.domain.payment import Status
from hub.flows.operations.examine import examine
from hub.flows.payments.read_message import MAX_TRIES
from hub.flows.payments.replay_message import replay_message
from hub.flows.views.find_anything import find_anything
from hub.flows.views.view_messages import find_messages, view_message
from tests.faults.harness import News, World, broken
from tests.operator.test_keys import paid_at_the_provider
from tests.operator.test_wrong_keys import comes_to_its_page

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs unix: signals")

PROVIDERS = {"CR": "greenpay", "CO": "nequi"}


def stored(world: World) -> list[Any]:
    return list(world.read(lambda tx: tx.messages.of()))


def quarantine(world: World, country: str) -> None:
    """As the registry does it with a plugin that hangs."""
    world.hub.registry.quarantine(PROVIDERS[country], "it hung three times")
    world.hub.cached.clear()


def come_back(world: World) -> None:
    """The operator has corrected the plugin, and started the hub again."""
    world.run(world.opened.close(2))
    world.take_over()


@pytest.mark.parametrize("country", ["CR", "CO"])
def test_what_comes_while_a_plugin_is_not_served_is_kept_and_read_when_it_is_back(world: World, country: str) -> None:
    payment, news = paid_at_the_provider(world, country)
    quarantine(world, country)
    assert [world.post(country, news).status_code for _ in range(3)] == [503] * 3
    (message,) = stored(world)
    assert (message.state, message.trouble) == (MessageState.DUE, UNSERVED)
    world.work()
    assert world.payment(payment).status is not Status.PAID

    come_back(world)
    world.work()
    assert world.payment(payment).status is Status.PAID
    assert stored(world)[0].state is MessageState.DONE
    assert broken(world) == []


def test_control_a_hub_that_only_answers_503_loses_the_only_news_of_a_payment(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forget(*_message: Any) -> None:
        """The bug: the provider will surely come again."""

    monkeypatch.setattr(hub.flows.payments.receive_message, "store_unread", forget)
    payment, news = paid_at_the_provider(world, "CR")
    quarantine(world, "CR")
    assert world.post("CR", news).status_code == 503
    come_back(world)
    world.work()
    assert world.payment(payment).status is not Status.PAID


def test_a_signed_return_while_a_plugin_is_not_served_is_read_when_it_is_back(world: World) -> None:
    payment, _news = paid_at_the_provider(world, "CR")
    quarantine(world, "CR")
    assert comes_to_its_page(world, payment)
    (message,) = stored(world)
    assert (message.state, message.message.source.value) == (MessageState.DUE, "return")
    come_back(world)
    world.work()
    assert stored(world)[0].state is MessageState.DONE
    assert world.read(lambda tx: tx.messages.rejected_since(world.clock.now - timedelta(days=1))) == ()


def test_a_message_that_was_acknowledged_is_not_given_up_however_long_its_plugin_is_not_served(world: World) -> None:
    payment, news = paid_at_the_provider(world, "CO")
    assert world.post("CO", news).status_code == 200  # it waits for a request of its plugin
    quarantine(world, "CO")
    for _ in range(MAX_TRIES + 2):
        world.pass_time(hours=1, minutes=1)
    (message,) = stored(world)
    assert (message.state, message.trouble) == (MessageState.DUE, UNSERVED)
    come_back(world)
    unlucky(world)
    world.work()
    (message,) = stored(world)
    assert (message.state, message.tries) == (MessageState.DUE, 0)  # they begin anew: one bad minute does not end it
    assert message.trouble != UNSERVED
    world.pass_time(days=1)
    assert world.payment(payment).status is Status.PAID


def test_control_tries_that_are_counted_while_nobody_can_read_a_message_end_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.flows.payments.read_message, "_wait", lambda *_given, **_named: _nothing())
    _payment, news = paid_at_the_provider(world, "CO")
    assert world.post("CO", news).status_code == 200
    quarantine(world, "CO")
    for _ in range(MAX_TRIES + 2):
        world.pass_time(hours=1, minutes=1)
    come_back(world)
    unlucky(world)
    world.pass_time(minutes=3)
    assert stored(world)[0].state is MessageState.DEAD


async def _nothing() -> None:
    """The bug: a row that nobody can read comes due again by itself, and each time is a try."""


def unlucky(world: World) -> None:
    """Nequi is down for a moment, just when the plugin is back."""
    world.fault("nequi", "*getstatuspayment", "cut_before", times=8)


def test_what_is_kept_for_a_plugin_is_bounded_as_what_proves_nothing_is(world: World) -> None:
    quarantine(world, "CR")
    world.stand_at_the_front(unproven=3)
    statuses = [world.post("CR", News(body=b"%d" % number)).status_code for number in range(5)]
    assert (statuses, len(stored(world))) == ([503] * 5, 3)


def test_a_message_that_waits_for_its_plugin_is_shown_and_counted(world: World) -> None:
    _payment, news = paid_at_the_provider(world, "CR")
    quarantine(world, "CR")
    assert world.post("CR", news).status_code == 503
    (message,) = stored(world)
    (line,) = world.run(find_messages(world.hub, message.id))
    assert world.run(view_message(world.hub, line)).now is None
    assert world.run(replay_message(world.hub, message.id)).read is None
    assert world.run(find_anything(world.hub, message.id)) != ()
    assert any("that wait for its plugin: 1" in item.what for item in world.run(examine(world.hub)))


def owed(world: World) -> Delivery:
    """The mail about a validation, owed while the plugin is not served."""
    company, account = world.companies["CR"], world.accounts["CR"]
    delivery = Delivery(
        id="ab" * 16,
        merchant_id=company.id,
        mode=company.mode,
        kind=DeliveryKind.ACCOUNT_RESULT,
        recipient="duena@eltornillo.example",
        subject_id=account.id,
        details={},
        state=DeliveryState.DUE,
        due_at=world.clock.now,
        created_at=world.clock.now,
    )
    world.write(lambda tx: tx.deliveries.add(delivery))
    return delivery


def test_a_mail_about_an_account_waits_for_its_plugin(world: World) -> None:
    quarantine(world, "CR")
    mail = owed(world)
    world.work()
    waiting: Any = world.read(lambda tx: tx.deliveries.get(mail.id))
    assert (waiting.state, waiting.tries, waiting.last_error) == (DeliveryState.DUE, 1, "NotYet")
    come_back(world)
    world.pass_time(minutes=1)
    assert world.read(lambda tx: tx.deliveries.get(mail.id)).state is DeliveryState.SENT


def test_a_mail_about_an_account_that_is_no_more_is_given_up(world: World) -> None:
    mail = attrs.evolve(owed(world), id="cd" * 16, subject_id="nobody")
    world.write(lambda tx: tx.deliveries.add(mail))
    world.work()
    assert world.read(lambda tx: tx.deliveries.get(mail.id)).state is DeliveryState.DEAD


def test_control_a_mail_without_its_plugin_that_counts_as_pointless_is_never_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "NotYet", NothingToSay)
    quarantine(world, "CR")
    mail = owed(world)
    world.work()
    assert world.read(lambda tx: tx.deliveries.get(mail.id)).state is DeliveryState.DEAD
