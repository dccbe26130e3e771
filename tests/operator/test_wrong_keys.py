"""A hub that serves with keys that do not open what is stored: nothing genuine is lost,
nobody is locked out."""

import re
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

import hub.flows.payments.receive_message
from hub.domain.account import AccountStatus
from hub.domain.alert import AlertCause
from hub.domain.message import LOCKED, MessageState
from hub.domain.payment import Payment, Status
from hub.flows.accounts.connect_account import connect_account
from hub.flows.accounts.reseal_secrets import reseal_secrets
from hub.flows.operations.check_keys import KEYS
from hub.flows.operations.examine import examine
from hub.flows.operations.examined_fact import Grade
from hub.flows.operations.prune import send_heartbeat
from hub.flows.operations.raise_alerts import raise_alerts
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.open_payment import NotPossible
from hub.flows.payments.read_message import MAX_TRIES
from hub.flows.payments.replay_message import replay_message
from hub.flows.payments.run_operation import refund_payment
from hub.flows.payments.start_payment import start_payment
from hub.flows.views.view_messages import find_messages, view_message
from hub.vault.key_changes import add_keys, create_keys, drop_key, rotate_keys
from tests.cli.conftest import call
from tests.faults.harness import News, World, broken, until
from tests.operator.test_keys import beside as beside
from tests.operator.test_keys import deliver, is_booked, paid_at_the_provider, ready
from tests.operator.test_process import Served, payments, serving
from tests.spoken import refused

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs unix: signals")


def another_hubs(data: Path) -> None:
    """The key file of another hub in the place of the right one, which is safe elsewhere."""
    (data / "keys.json").replace(data / "safe.json")
    create_keys(data / "keys.json")


def newer(data: Path) -> None:
    """A database that was restored beside a key file from after a rotation."""
    keys = data / "keys.json"
    (data / "safe.json").write_bytes(keys.read_bytes())
    (data / "safe.json").chmod(0o600)
    old = rotate_keys(keys).key_ids[0]
    drop_key(keys, old)


def put_back(data: Path) -> None:
    """What the manual says: aside, never over it, and the right one in its place."""
    (data / "keys.json").replace(data / "aside.json")
    (data / "safe.json").replace(data / "keys.json")


def take_over(data: Path) -> None:
    """The command for a database that is older than its keys."""
    assert call("account", "add-keys", str(data / "safe.json")).code == 0


def waiting(world: World) -> int:
    """How many messages wait for their keys."""
    return sum(count for _account, _key, count in world.read(lambda tx: tx.messages.waiting(LOCKED)))


def comes_back(base: str, payment: Payment) -> httpx.Response:
    """The browser of a payer comes back, and follows to the page that it is led to."""
    with httpx.Client(timeout=90, trust_env=False) as browser:
        answer = browser.get(f"{base}/pay/return/{payment.return_token}")
        assert answer.status_code == 303, answer.text
        return browser.get(base + re.sub(r"^https?://[^/]+", "", answer.headers["location"]))


def link_of(served: Served, debtor: Any) -> str:
    """The address of a statement, under the keys that are there now."""
    words = ("statement", "link", debtor.customer.document.number, "--company")
    link = call(*words, served.world.companies[debtor.country].slug).out.strip()
    return served.base + re.sub(r"^https?://[^/]+", "", link)


@pytest.mark.parametrize(("spoil", "mend"), [(another_hubs, put_back), (newer, take_over)])
def test_a_hub_with_wrong_keys_keeps_what_it_cannot_read_and_reads_it_once_it_can(
    beside: World, spoil: Callable[[Path], None], mend: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = beside
    monkeypatch.setenv("HUB_DATA", str(world.data))
    told = {country: paid_at_the_provider(world, country) for country in ("CR", "CO")}
    debtor = world.debtor("CO", 150_000)
    spoil(world.data)
    with serving(world) as served:
        for country, (_payment, news) in told.items():
            answers = [deliver(served, country, news) for _ in range(2)]
            assert [(answer.status_code, answer.headers["retry-after"]) for answer in answers] == [(503, "5")] * 2
        assert waiting(world) == 2
        payment, _news = told["CO"]
        back = comes_back(served.base, payment)
        assert (back.status_code, payment.reference in back.text) == (200, True)

        before = len(payments(world))
        link = link_of(served, debtor)
        for page in (link, f"{link}/pay?currency=COP&provider=nequi"):
            seen = httpx.get(page, trust_env=False, timeout=90)
            assert (seen.status_code, "no está disponible por ahora" in seen.text) == (200, True), seen.text
        assert len(payments(world)) == before
        status, text = ready(served)
        assert (status, "keys: put the keys.json of this data folder back" in text) == (503, True)
        ended = call("doctor", "--no-mail")
        assert (ended.code, "FAULT    keys: " in ended.out) == (1, True), ended.out

        mend(world.data)
        for country, (payment, _news) in told.items():
            assert is_booked(world, payment, country)
        assert until(lambda: waiting(world) <= 1, 20)  # the browser's own return may still be asked about
        assert ready(served) == (200, "ready\n")
        assert served.press(link_of(served, debtor)).status_code == 303
        assert not [line for line in served.told if "Traceback" in line]
        assert broken(world) == []


class Keys:
    """The keys of a world's hub, which a test may take away and give back."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._path = world.data / "keys.json"

    def lose(self) -> None:
        """A process that began with another hub's file."""
        self._path.replace(self._world.data / "safe.json")
        create_keys(self._path)
        self.restart()

    def find(self) -> None:
        """The right file is back in its place."""
        put_back(self._world.data)

    def restart(self) -> None:
        """The next process, on what is there now."""
        self._world.run(self._world.opened.close(2))
        self._world.take_over()


@pytest.fixture
def keys(world: World) -> Keys:
    return Keys(world)


def stored(world: World) -> list[Any]:
    return list(world.read(lambda tx: tx.messages.of()))


def test_a_forged_message_that_was_kept_unread_is_rejected_once_it_can_be_read(world: World, keys: Keys) -> None:
    payment, news = paid_at_the_provider(world, "CR")
    keys.lose()
    forged = news.with_members(status=201)
    assert world.post("CR", forged).status_code == 503
    keys.find()
    world.work()
    (message,) = stored(world)
    assert (message.state, message.verdict) == (MessageState.REJECTED, "invalid")
    assert world.payment(payment).status is not Status.PAID
    assert world.causes(payment) == {"rejected_signature"}


def test_control_a_hub_that_only_answers_503_loses_the_news(
    world: World, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forget(*_message: Any) -> None:
        """The bug: the provider will surely come again."""

    monkeypatch.setattr(hub.flows.payments.receive_message, "store_unread", forget)
    payment, news = paid_at_the_provider(world, "CR")
    keys.lose()
    assert world.post("CR", news).status_code == 503
    keys.find()
    world.work()
    assert world.payment(payment).status is not Status.PAID


def test_what_is_kept_unread_is_bounded_as_what_proves_nothing_is(world: World, keys: Keys) -> None:
    keys.lose()
    world.stand_at_the_front(unproven=3)
    statuses = [world.post("CR", News(body=b"%d" % number)).status_code for number in range(5)]
    assert (statuses, len(stored(world))) == ([503] * 5, 3)


def test_a_message_is_not_given_up_while_its_account_does_not_open(world: World, keys: Keys) -> None:
    payment, news = paid_at_the_provider(world, "CR")
    keys.lose()
    assert world.post("CR", news).status_code == 503
    for _ in range(MAX_TRIES + 2):
        world.pass_time(minutes=6)
    (message,) = stored(world)
    assert (message.state, message.trouble) == (MessageState.DUE, LOCKED)
    assert world.payment(payment).status is Status.PENDING  # nothing was concluded of it meanwhile
    keys.find()
    world.work()
    assert world.payment(payment).status is Status.PAID
    assert stored(world)[0].state is MessageState.DONE


def test_payments_wait_and_are_not_closed_while_their_account_does_not_open(world: World, keys: Keys) -> None:
    payment = world.pay(world.debtor("CR", 1_500_000))
    keys.lose()
    world.pass_time(hours=3)
    assert world.payment(payment).status is Status.PENDING
    with refused(NotPossible, match="not_offered"):
        world.run(start_payment(world.hub, world.request(world.debtor("CR", 90_000))))
    keys.find()
    world.pass_time(hours=3)
    assert world.payment(payment).status is Status.CLOSED


def test_nothing_is_given_back_through_an_account_that_does_not_open(world: World, keys: Keys) -> None:
    payment, news = paid_at_the_provider(world, "CO")
    assert world.post("CO", news).status_code == 200
    world.work()
    keys.lose()
    with pytest.raises(NotAllowed) as refusal:
        world.run(refund_payment(world.hub, payment.id, by="ana"))
    assert (refusal.value.code, world.operations(payment)) == ("locked", [])


def test_a_signed_return_that_was_kept_unread_is_booked_once_it_can_be_read(world: World, keys: Keys) -> None:
    payment, _news = paid_at_the_provider(world, "CR")
    keys.lose()
    for _ in range(2):
        assert comes_to_its_page(world, payment)
    assert len(stored(world)) == 1
    keys.find()
    world.work()
    (message,) = stored(world)
    assert message.state is MessageState.DONE  # a plain return is no forged notification
    assert world.read(lambda tx: tx.messages.rejected_since(world.clock.now - timedelta(days=1))) == ()


def comes_to_its_page(world: World, payment: Payment) -> bool:
    """Whether a browser that comes back is led to the payment's page."""
    answer = httpx.get(f"{world.base}/pay/return/{payment.return_token}", trust_env=False, timeout=90)
    return answer.status_code == 303 and "/p/" in answer.headers["location"]


def test_a_browser_that_comes_back_sees_its_payment_though_the_plugin_is_not_served(world: World) -> None:
    payment = world.pay(world.debtor("CR", 1_500_000))
    world.hub.registry.quarantine("greenpay", "it hung three times")
    assert comes_to_its_page(world, payment)


def test_messages_under_a_key_that_is_gone_stop_no_others_and_are_told_once(world: World, keys: Keys) -> None:
    world.hub.disk_free = lambda: 0.5
    payment, news = paid_at_the_provider(world, "CR")
    keys.lose()
    for number in range(20):
        assert world.post("CR", News(body=b"%d" % number)).status_code == 503
    assert world.post("CR", news).status_code == 503
    keys.find()
    keys.restart()  # the process that could open both is gone
    later, more = paid_at_the_provider(world, "CR")
    assert world.post("CR", more).status_code == 200
    world.pass_time(minutes=6)
    assert world.payment(later).status is Status.PAID
    assert waiting(world) == 21
    raised = {alert.cause: alert for alert in world.run(raise_alerts(world.hub))}
    assert "messages that wait until they can be opened: 21" in raised[AlertCause.KEYS_WRONG].lines[0]
    world.clock.now += timedelta(hours=2)
    assert AlertCause.KEYS_WRONG not in {alert.cause for alert in world.run(raise_alerts(world.hub))}

    assert len(add_keys(world.data / "keys.json", world.data / "aside.json")) == 1
    world.pass_time(minutes=1)
    assert world.payment(payment).status is Status.PAID
    assert waiting(world) == 0
    (key_id,) = world.read(lambda tx: tx.messages.key_ids())
    assert key_id == world.hub.vault.current  # sealed anew, so that the other key may go


def test_a_message_that_does_not_open_is_shown_without_its_content_and_replayed_later(world: World, keys: Keys) -> None:
    _payment, news = paid_at_the_provider(world, "CR")
    keys.lose()
    assert world.post("CR", news).status_code == 503
    (message,) = stored(world)
    (line,) = world.run(find_messages(world.hub, message.id))
    page = world.run(view_message(world.hub, line))
    assert (page.size, page.now.trouble if page.now else "") == (0, LOCKED)
    read = world.run(replay_message(world.hub, message.id)).read
    assert read is not None
    assert (read.state, read.trouble) == (MessageState.DUE, LOCKED)


def test_a_lost_key_file_is_alerted_though_the_process_still_opens_everything(world: World) -> None:
    world.hub.disk_free = lambda: 0.5
    (world.data / "keys.json").rename(world.data / "safe.json")
    raised = {alert.cause: alert for alert in world.run(raise_alerts(world.hub))}
    (line,) = raised[AlertCause.KEYS_WRONG].lines
    assert "keys.json is missing: restore it" in line
    assert raised[AlertCause.KEYS_WRONG].command == "payment-hub doctor"


def test_an_older_key_file_in_the_newer_ones_place_is_told_while_a_process_still_holds_the_newer(world: World) -> None:
    path = world.data / "keys.json"
    older = path.read_bytes()
    fresh = rotate_keys(path).current
    world.run(reseal_secrets(world.hub, current=fresh))
    assert world.run(send_heartbeat(world.hub, "serve")) is None
    assert world.read(lambda tx: KEYS.of("serve").get(tx)) is None

    path.write_bytes(older)  # by whoever puts files back each night
    world.run(send_heartbeat(world.hub, "serve"))
    told, _at = world.read(lambda tx: KEYS.of("serve").get(tx))
    assert f"does not hold key {fresh!r} any more" in told
    world.hub.disk_free = lambda: 0.5
    raised = {alert.cause: alert for alert in world.run(raise_alerts(world.hub))}
    assert "before this process ends" in raised[AlertCause.KEYS_WRONG].lines[0]
    found = [item for item in world.run(examine(world.hub)) if "serve has the wrong keys" in item.what]
    assert [item.remedy.endswith("do not stop serve before") for item in found] == [True]


def test_a_running_process_notes_what_its_keys_do_not_open_for_the_doctor(world: World, keys: Keys) -> None:
    keys.lose()
    world.run(send_heartbeat(world.hub, "serve"))
    told, _at = world.read(lambda tx: KEYS.of("serve").get(tx))
    assert "which keys.json does not hold" in told
    found = [item for item in world.run(examine(world.hub)) if item.grade is Grade.FAULT]
    assert any("serve has the wrong keys" in item.what and "put the keys.json" in item.remedy for item in found)
    assert sum("its secrets do not open" in item.what for item in found) == 2
    keys.find()
    world.run(send_heartbeat(world.hub, "serve"))
    assert world.read(lambda tx: KEYS.of("serve").get(tx)) is None


def test_credentials_that_are_entered_again_open_the_account_though_the_keys_are_gone(world: World, keys: Keys) -> None:
    payment, news = paid_at_the_provider(world, "CR")
    keys.lose()
    assert world.post("CR", news).status_code == 503
    merchant, town = world.companies["CR"], world.town
    known = town.configs["greenpay"]["merchants"][0]["id"]
    values = town.simulators["greenpay"].settings(town.configs["greenpay"], known)
    after = world.run(connect_account(world.hub, merchant.id, "greenpay", values, by="ana")).account
    assert (after.status, after.confirmed_by != "") == (AccountStatus.ACTIVE, True)
    world.pass_time(minutes=6)
    assert world.payment(payment).status is Status.PAID
