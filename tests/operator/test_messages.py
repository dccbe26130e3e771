"""Messages that led nowhere: listed, shown without their content,
and replayed through the door that they came to."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

import hub.flows.payments.read_message
import hub.flows.payments.record_message
import hub_greenpay.signature
import hub_nequi
from hub.domain.message import MessageState
from hub.domain.payment import Status
from hub.flows.operations.raise_alerts import raise_alerts
from hub.flows.payments.burst import burst_of
from hub.flows.payments.replay_message import replay_message
from tests.cli.conftest import Ended, call
from tests.cli.conftest import bare as bare
from tests.cli.conftest import made as made
from tests.faults.harness import World, broken, rows
from tests.flows.test_payments import approval

Plant = Callable[[Any, str, Any], None]
CARD = "4111 1111 1111 1111"


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """plant(module, name, fault): a plugin that is wrong for a while."""
    return monkeypatch.setattr


@pytest.fixture
def shell(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """shell("message", "list"): a command beside the running hub, as an operator types it."""
    monkeypatch.setenv("HUB_DATA", str(world.data))
    monkeypatch.setenv("HUB_LOG_LEVEL", "debug")  # loggers remember their level, and later tests read log lines
    roles = {code: item.endpoints for code, item in world.town.settings.providers.items()}
    (world.data / "hub.toml").write_text(
        "".join(
            f"[providers.{code}.endpoints]\n" + "".join(f'{role} = "{url}"\n' for role, url in urls.items())
            for code, urls in roles.items()
        ),
        encoding="utf-8",
    )
    return call


def paid_for(world: World, country: str) -> tuple[Any, Any]:
    """A payment whose payer has paid, and the genuine news of it."""
    payment = world.pay(world.debtor(country, 150_000))
    world.approve(payment)
    return payment, world.news(payment)[-1]


def ids(world: World, state: str) -> list[str]:
    """Ids of kept messages in a state."""
    return [row[0] for row in rows(world.path, "SELECT id FROM raw_message WHERE state = ?", state)]


def everything(world: World) -> list[Any]:
    """What a dry run may not change."""
    return [
        rows(world.path, f"SELECT * FROM {table}")
        for table in ("raw_message", "observation", "payment", "entry", "delivery", "review", "counter", "account")
    ]


@pytest.mark.parametrize("country", ["CR", "CO"])
def test_a_genuine_message_that_a_faulty_plugin_refused_is_applied_once_by_a_replay(
    world: World, shell: Callable[..., Ended], plant: Plant, country: str
) -> None:
    payment, news = paid_for(world, country)
    module = {"CR": hub_greenpay.signature, "CO": hub_nequi}[country]
    right = module.is_genuine
    plant(module, "is_genuine", lambda *_given: False)
    assert world.post(country, news).status_code == 401
    (message,) = ids(world, "rejected")
    assert "stay refused" in shell("message", "replay", message, "--dry-run").out
    assert shell("message", "replay", message).code == 1

    plant(module, "is_genuine", right)
    before = everything(world)
    tried = shell("message", "replay", "--state", "rejected", "--dry-run")
    assert everything(world) == before
    said = {"CR": "paid of", "CO": "ask nequi about it"}[country]
    assert (tried.code, said in tried.out, "nothing was written" in tried.out) == (0, True, True)
    done = shell("message", "replay", "--state", "rejected")
    assert (done.code, f"{payment.reference}: pending -> paid" in done.out) == (0, True), done
    assert world.payment(payment).status is Status.PAID

    again = shell("message", "replay", message)
    assert (again.code, "nothing new" in again.out) == (0, True)
    assert len(world.owed_mails(payment, "receipt")) == 1
    assert broken(world) + world.book_differences() == []


def test_control_a_verifier_that_is_off_would_let_a_replay_in(
    world: World, shell: Callable[..., Ended], plant: Plant
) -> None:
    payment = world.pay(world.debtor("CR", 150_000))
    world.post("CR", approval(world, payment.reference).with_members(_signature="00" * 128))
    plant(hub_greenpay.signature, "is_genuine", lambda *_given: True)
    shell("message", "replay", "--state", "rejected")
    assert world.payment(payment).status is Status.PAID


@pytest.mark.parametrize("country", ["CR", "CO"])
def test_what_is_forged_stays_refused_however_often_it_is_replayed(
    world: World, shell: Callable[..., Ended], country: str
) -> None:
    payment = world.pay(world.debtor(country, 150_000))
    body = {
        "CR": {"status": 200, "orderId": payment.reference, "_signature": "ab" * 128},
        "CO": {"commerceCode": "1", "messageId": payment.reference, "status": "35", "value": "1500"},
    }
    news = attrs.evolve(approval(world, payment.reference), body=json.dumps(body[country]).encode())
    assert world.post(country, news).status_code in (400, 401)
    for _ in range(3):
        ended = shell("message", "replay", "--state", "rejected")
        assert (ended.code, "stay refused" in ended.out, "lead nowhere: 1" in ended.out) == (1, True, True)
    assert world.payment(payment).status is Status.PENDING
    assert ids(world, "rejected")
    assert broken(world) == []


def test_a_dead_letter_that_is_read_now_is_applied(world: World, shell: Callable[..., Ended], plant: Plant) -> None:
    world.hub.disk_free = lambda: 0.5
    world.run(raise_alerts(world.hub))
    payment, news = paid_for(world, "CO")
    right = hub_nequi.status.observations_from

    def faulty(*_given: Any, **_more: Any) -> Any:
        raise ZeroDivisionError

    plant(hub_nequi.status, "observations_from", faulty)
    plant(hub.flows.payments.read_message, "MAX_TRIES", 2)
    assert world.post("CO", news).status_code == 200
    world.work()
    world.clock.now += timedelta(minutes=1)
    world.work()
    (message,) = ids(world, "dead")
    world.clock.now += timedelta(hours=1, seconds=1)
    assert "message_dead" in [alert.cause.value for alert in world.run(raise_alerts(world.hub))]
    shown = shell("message", "list", "--state", "dead")
    assert (message[:10] in shown.out, "ZeroDivisionError" in shown.out) == (True, True), shown
    failing = shell("message", "replay", message)
    assert (failing.code, "tried again by serve or worker: " in failing.out) == (1, True), failing
    plant(hub_nequi.status, "observations_from", right)
    done = shell("message", "replay", message[:8])
    assert (done.code, "-> paid" in done.out) == (0, True), done
    assert world.payment(payment).status is Status.PAID
    assert not ids(world, "dead")
    assert broken(world) + world.book_differences() == []


def test_proven_money_for_no_payment_of_ours_is_a_review_after_an_hour_and_settled_when_it_is_known(
    world: World, shell: Callable[..., Ended]
) -> None:
    reference = "7Q2M9XK4T0VB3H8C5RZN6WDJ1E"
    assert world.post("CR", approval(world, reference)).status_code == 200
    (message,) = ids(world, "parked")
    replayed = world.run(replay_message(world.hub, message))
    assert [item.payment for item in replayed.read.claims] == [None]
    assert ids(world, "parked") == [message]
    world.pass_time(minutes=59)
    assert world.read(lambda tx: tx.reviews.of()) == ()
    world.pass_time(minutes=2)
    (review,) = world.read(lambda tx: tx.reviews.of())
    assert (review.cause, reference in review.details) == ("parked_payment", True)
    assert ids(world, "parked") == [message]
    world.pass_time(days=2)
    assert len(world.read(lambda tx: tx.reviews.of())) == 1
    again = shell("message", "replay", message)
    assert (again.code, "which is not known here" in again.out) == (1, True)

    restored = world.sent(world.debtor("CR", 150_000), reference=reference)
    tried = shell("message", "replay", "--state", "parked", "--account", "greenpay", "--dry-run")
    assert (tried.code, f"paid of {reference}: pending -> paid" in tried.out) == (0, True), tried
    assert world.payment(restored).status is Status.PENDING
    assert shell("message", "replay", "--state", "parked", "--account", "greenpay").code == 0
    assert world.payment(restored).status is Status.PAID
    resolved = world.read(lambda tx: tx.reviews.get(review.id))
    assert "became known" in resolved.resolution
    assert broken(world) == []


def asked_about(world: World, hand_in: Callable[[Any, Any], object]) -> list[list[str]]:
    """Why a person is asked, just before and just after proven money has named no
    payment of ours for an hour."""
    hand_in(world, approval(world, "7Q2M9XK4T0VB3H8C5RZN6WDJ1E"))
    found = []
    for minutes in (59, 2):
        world.pass_time(minutes=minutes)
        found.append([review.cause for review in world.read(lambda tx: tx.reviews.of())])
    return found


def alone(world: World, news: Any) -> None:
    assert world.post("CR", news).status_code == 200


def in_a_burst(world: World, news: Any) -> None:
    burst_of(world.hub).until = world.clock.now + timedelta(seconds=1)
    assert world.post("CR", news).status_code == 200


def twice(world: World, news: Any) -> None:
    assert [world.post("CR", news).status_code for _ in range(2)] == [200, 200]


@pytest.mark.parametrize("hand_in", [alone, in_a_burst, twice])
def test_parked_money_that_nobody_touches_is_asked_about_after_an_hour(
    world: World, hand_in: Callable[[Any, Any], object]
) -> None:
    assert asked_about(world, hand_in) == [[], ["parked_payment"]]


@pytest.mark.parametrize("hand_in", [alone, in_a_burst, twice])
def test_control_money_that_is_parked_and_never_looked_at_again_is_noticed(
    world: World, plant: Plant, hand_in: Callable[[Any, Any], object]
) -> None:
    for module in (hub.flows.payments.record_message, hub.flows.payments.read_message):
        plant(module, "parked_money", lambda _claims: None)

    assert asked_about(world, hand_in) == [[], []]


def test_what_was_refused_and_comes_again_genuine_is_parked_and_not_forgotten(world: World, plant: Plant) -> None:
    news, right = approval(world, "7Q2M9XK4T0VB3H8C5RZN6WDJ1E"), hub_greenpay.signature.is_genuine
    plant(hub_greenpay.signature, "is_genuine", lambda *_given: False)
    assert world.post("CR", news).status_code == 401
    plant(hub_greenpay.signature, "is_genuine", right)
    assert world.post("CR", news).status_code == 200
    assert (ids(world, "rejected"), len(ids(world, "parked"))) == ([], 1)
    world.pass_time(hours=2)
    assert [review.cause for review in world.read(lambda tx: tx.reviews.of())] == ["parked_payment"]


def test_parked_news_without_money_asks_nobody(world: World) -> None:
    from tests.faults.test_messages import key_of, signed

    order = "0" * 26
    news = approval(world, order).with_members(
        status=500, _signature=signed(key_of(world), f"status:500,orderId:{order}")
    )
    assert world.post("CR", news).status_code == 200
    assert ids(world, "parked")
    world.pass_time(hours=3)
    assert world.read(lambda tx: tx.reviews.of()) == ()


def test_a_message_is_shown_by_its_shape_and_nothing_of_a_person_or_a_card(
    world: World, shell: Callable[..., Ended]
) -> None:
    payment, news = paid_for(world, "CR")
    secret = {
        "card": CARD, "pan": int(CARD.replace(" ", "")), "holder": "Ana Rojas", "phone": "88887777",
        "mail": "ana@correo.example", CARD: {"note": [CARD, 4, True, "200"]}, "_signature": "cd" * 128,
    }  # fmt: skip
    sent = attrs.evolve(
        news.with_members(**secret),
        headers=(*news.headers, ("authorization", "Bearer aaaa.bbbb.cccc"), ("x-card", CARD)),
    )
    assert world.post("CR", sent).status_code == 401
    (message,) = ids(world, "rejected")
    for ended in (
        shell("message", "show", message),
        shell("message", "show", message[:10], "--json"),
        shell("message", "list"),
        shell("message", "list", "--json"),
        shell("message", "replay", message, "--dry-run"),
    ):
        for part in ("4111", "1111 1111", "Ana", "Rojas", "8888", "correo", "Bearer", "bbbb", "cdcd"):
            assert part not in ended.out + ended.err, (part, ended.out)
    page = shell("message", "show", message).out
    assert "holder" in page
    assert "<text of 9>" in page
    assert "verifier said  invalid" in page
    assert "its proof does not hold" in page
    assert payment.reference not in page  # nothing proved that it is about this payment


def test_a_message_that_was_applied_names_its_payment(world: World, shell: Callable[..., Ended]) -> None:
    payment, news = paid_for(world, "CO")
    world.deliver(payment)
    (message,) = ids(world, "done")
    page = shell("message", "show", message)
    assert (page.code, f"{payment.reference}, 1500.00 COP, paid" in page.out) == (0, True), page.out
    assert news.body.decode() not in page.out
    assert f"payment-hub message show {message[:10]}" in shell("payment", "show", payment.reference).out
    facts = json.loads(shell("message", "show", message, "--json").out)
    assert (facts["state"], facts["verdict"], facts["payment"]) == ("applied", "valid", payment.reference)
    assert ["messageId", payment.reference] in facts["body"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("message", "show", "zzzz"), 1, "no message begins with 'zzzz': payment-hub message list"),
        (("message", "show", ""), 1, "no message begins with"),
        (("message", "replay"), 2, "name messages, or choose them by"),
        (("message", "replay", "zzzz", "--state", "dead"), 2, "not both"),
        (("message", "replay", "zzzz"), 1, "no message begins with 'zzzz'"),
        (("message", "list", "--account", "paypal"), 1, "no account of 'paypal' here (there are: greenpay, nequi)"),
        (("message", "list", "--state", "lost"), 2, "'lost' is not one of"),
        (("message", "list", "--since", "yesterday"), 2, "neither a date such as"),
        (("message", "list", "--company", "nobody"), 1, "there is no company 'nobody'"),
        (("message", "replay", "--state", "dead"), 0, ""),
    ],
)
def test_bad_input_names_culprit_and_remedy_and_changes_nothing(
    world: World, shell: Callable[..., Ended], words: tuple[str, ...], code: int, told: str
) -> None:
    before = everything(world)
    ended = shell(*words)
    assert (ended.code, told in ended.err) == (code, True), ended
    assert everything(world) == before


def test_a_plugin_that_is_not_served_reads_nothing_and_loses_nothing(world: World) -> None:
    payment, news = paid_for(world, "CR")
    world.post("CR", news.with_members(_signature="00" * 128))
    (message,) = ids(world, "rejected")
    world.hub.registry.quarantine("greenpay", "it hung three times")
    replayed = world.run(replay_message(world.hub, message))
    assert replayed.read is None
    assert replayed.stored.state is MessageState.REJECTED
    assert ids(world, "rejected") == [message]
    assert world.payment(payment).status is Status.PENDING


def test_news_for_a_plugin_in_quarantine_is_asked_for_again_and_not_turned_away(world: World) -> None:
    payment, news = paid_for(world, "CR")
    world.hub.registry.quarantine("greenpay", "it hung three times")
    answer = world.post("CR", news)
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (503, True)
    assert world.payment(payment).status is Status.PENDING


@pytest.mark.parametrize("what", ["review", "message", "reconcile"])
def test_an_empty_hub_says_so(bare: Any, what: str) -> None:
    ended = call(what, "list")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.strip()
