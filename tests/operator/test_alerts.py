"""What an operator is told: once a cause and hour, with the command that shows it, by mail and by webhook."""

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import attrs
import pytest

from hub.cli.commands import COMMANDS, LazyGroup
from hub.domain.account import AccountStatus
from hub.domain.alert import TELLINGS, Alert, AlertCause
from hub.domain.message import DeliveryKind, DeliveryState, MessageState
from hub.flows.accounts.watch_account import check_credentials
from hub.flows.ground.ports import Unavailable
from hub.flows.mails.deliver import deliver
from hub.flows.operations.check_readiness import check_readiness
from hub.flows.operations.prune import HEARTBEAT, REJECTED_LIFETIME, prune, send_heartbeat
from hub.flows.operations.raise_alerts import raise_alerts, send_directly
from hub.flows.operations.record_backup import record_backup
from hub.jobs.watch import Watch
from hub.providers.registry import LoadFailure, StageOrder
from hub_hookspecs import Kind, Money, Observation
from tests.faults.harness import Desk, World

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"


@pytest.fixture
def hook() -> Iterator[Any]:
    """An operator's own system that takes posts in."""

    class Taken(BaseHTTPRequestHandler):
        answers: ClassVar[list[int]] = []
        bodies: ClassVar[list[Any]] = []

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.bodies.append(json.loads(body))
            self.send_response(self.answers.pop(0) if self.answers else 204)
            self.end_headers()

        def log_message(self, *_values: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Taken)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    server.taken = Taken  # type: ignore[attr-defined]
    server.url = f"http://127.0.0.1:{server.server_port}/alerts"  # type: ignore[attr-defined]
    yield server
    server.shutdown()
    server.server_close()


def causes(desk: Desk, *, backlog: bool = False) -> list[str]:
    """What an alert is raised for now; nobody works here, so a backlog is only told where it is asked for."""
    raised = [alert.cause.value for alert in asyncio.run(raise_alerts(desk.hub))]
    return [cause for cause in raised if backlog or cause != "backlog"]


def quiet(desk: Desk) -> None:
    """Let everything that the founding left be told."""
    desk.hub.disk_free = lambda: 0.5
    asyncio.run(raise_alerts(desk.hub))
    desk.clock.now += timedelta(hours=1, seconds=1)


def reviewed(desk: Desk) -> Any:
    """A payment that needs a person."""
    payment = desk.sent(desk.debtor("CR", 100_000))
    return desk.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference, amount=Money(1, "CRC")))


def test_a_review_is_alerted_once_and_what_follows_within_the_hour_is_told_after_it(desk: Desk) -> None:
    quiet(desk)
    reviewed(desk)
    assert causes(desk) == ["review_opened"]
    reviewed(desk)
    reviewed(desk)
    assert causes(desk) == []
    desk.clock.now += timedelta(hours=1, seconds=1)
    (alert,) = [item for item in asyncio.run(raise_alerts(desk.hub)) if item.cause is not AlertCause.BACKLOG]
    assert (alert.cause, len(alert.lines)) == (AlertCause.REVIEW_OPENED, 2)
    desk.clock.now += timedelta(hours=1, seconds=1)
    assert causes(desk) == []


def test_an_alert_is_a_mail_with_the_command_that_shows_it_and_names_nobody(desk: Desk) -> None:
    quiet(desk)
    payment = reviewed(desk)
    asyncio.run(raise_alerts(desk.hub))
    (owed,) = desk.read(lambda tx: [d for d in tx.deliveries.of(state="due") if d.kind == DeliveryKind.ALERT])
    assert owed.recipient == desk.hub.operator_email
    assert asyncio.run(deliver(desk.hub, owed.id))
    mail = desk.mails.mails[-1]
    assert "payment-hub review list" in mail.text
    assert "docs/operating.md, review_opened" in mail.text
    assert mail.subject == "[Payment Hub] a review waits for a person"
    for secret in (payment.payer.name, payment.payer.email, payment.reference):
        assert secret not in mail.text + mail.html + mail.subject


def test_an_alert_is_posted_too_and_tried_again_until_it_is_taken(desk: Desk, hook: Any) -> None:
    desk.hub.alert_webhook = hook.url
    quiet(desk)
    reviewed(desk)
    asyncio.run(raise_alerts(desk.hub))
    (owed,) = desk.read(lambda tx: [d for d in tx.deliveries.of(state="due") if d.recipient == hook.url])
    hook.taken.answers = [503, 429, 204]
    for taken in (False, False, True):
        assert asyncio.run(deliver(desk.hub, owed.id)) is taken
    body = hook.taken.bodies[-1]
    assert body["cause"] == "review_opened"
    assert body["command"] == "payment-hub review list"
    assert {item["id"] for item in hook.taken.bodies} == {owed.id}


def test_a_webhook_that_refuses_for_good_is_given_up_and_says_so(desk: Desk, hook: Any) -> None:
    desk.hub.alert_webhook = hook.url
    quiet(desk)
    reviewed(desk)
    asyncio.run(raise_alerts(desk.hub))
    (owed,) = desk.read(lambda tx: [d for d in tx.deliveries.of(state="due") if d.recipient == hook.url])
    hook.taken.answers = [410]
    asyncio.run(deliver(desk.hub, owed.id))
    kept = desk.read(lambda tx: tx.deliveries.get(owed.id))
    assert (kept.state, "410" in kept.last_error) == (DeliveryState.DEAD, True)


def test_work_that_nobody_does_is_alerted_after_five_minutes(desk: Desk) -> None:
    quiet(desk)
    desk.sent(desk.debtor("CO", 5_000_000))
    desk.clock.now += timedelta(minutes=4)
    assert causes(desk, backlog=True) == []
    desk.clock.now += timedelta(minutes=2)
    assert causes(desk, backlog=True) == ["backlog"]


def test_a_full_disk_and_an_old_backup_are_alerted_every_hour_until_they_are_not(desk: Desk) -> None:
    quiet(desk)
    asyncio.run(record_backup(desk.hub, desk.clock.now, "one.db"))
    desk.clock.now += timedelta(hours=25)
    assert causes(desk) == []
    desk.clock.now += timedelta(hours=2)
    desk.hub.disk_free = lambda: 0.09
    assert causes(desk) == ["disk_low", "backup_old"]
    desk.clock.now += timedelta(minutes=59)
    assert causes(desk) == []
    desk.clock.now += timedelta(minutes=2)
    asyncio.run(record_backup(desk.hub, desk.clock.now, "two.db"))
    assert causes(desk) == ["disk_low"]


def test_a_backup_that_was_never_made_is_alerted_only_where_one_is_expected(desk: Desk) -> None:
    quiet(desk)
    desk.clock.now += timedelta(days=3)
    assert causes(desk) == []
    desk.hub.backup_expected = True
    assert causes(desk) == []
    desk.clock.now += timedelta(hours=27)
    assert causes(desk) == ["backup_old"]


def test_a_mail_that_was_given_up_is_alerted(desk: Desk) -> None:
    quiet(desk)
    payment = reviewed(desk)
    (mail, *_) = desk.owed_mails(payment)
    desk.write(lambda tx: tx.deliveries.save(attrs.evolve(mail, state=DeliveryState.DEAD, due_at=None)))
    desk.clock.now += timedelta(hours=1, seconds=1)
    assert "delivery_dead" in causes(desk)
    desk.clock.now += timedelta(hours=1, seconds=1)
    assert "delivery_dead" not in causes(desk)


def test_a_plugin_in_quarantine_is_alerted_once(desk: Desk) -> None:
    quiet(desk)
    desk.hub.registry.quarantine("nequi", "it hung three times")
    assert causes(desk) == ["plugin_quarantined"]
    desk.clock.now += timedelta(hours=2)
    assert causes(desk) == []


def test_a_country_in_quarantine_is_alerted_once_and_told_by_the_readiness(desk: Desk) -> None:
    quiet(desk)
    lost = LoadFailure(
        distribution="peru", version="1.2.0", code="PE", kind="country", stage=StageOrder.CHECK, error="zone: none"
    )
    desk.hub.lost_countries = (lost,)
    assert causes(desk) == ["plugin_quarantined"]
    assert asyncio.run(check_readiness(desk.hub)).quarantined == ("PE",)
    desk.clock.now += timedelta(hours=2)
    assert causes(desk) == []


def test_notifications_without_a_proof_are_alerted_and_forgotten_after_thirty_days(world: World) -> None:
    world.hub.disk_free = lambda: 0.5
    world.run(raise_alerts(world.hub))
    world.clock.now += timedelta(hours=1, seconds=1)
    payment = world.pay(world.debtor("CR", 100_000))
    world.approve(payment)
    (news, *_) = world.news(payment)
    assert world.post("CR", news.with_members(status=201)).status_code == 401
    raised = {alert.cause: alert for alert in world.run(raise_alerts(world.hub))}
    assert "1 of greenpay" in raised[AlertCause.REJECTED_SIGNATURES].lines[0]
    assert world.post("CR", news.with_members(status=202)).status_code == 401  # in the same moment, after the look
    assert AlertCause.REJECTED_SIGNATURES not in {alert.cause for alert in world.run(raise_alerts(world.hub))}
    world.clock.now += timedelta(hours=1, seconds=1)
    again = {alert.cause: alert for alert in world.run(raise_alerts(world.hub))}
    assert "1 of greenpay" in again[AlertCause.REJECTED_SIGNATURES].lines[0]
    assert world.read(lambda tx: tx.messages.count_in(MessageState.REJECTED.value)) == 2
    world.clock.now += REJECTED_LIFETIME + timedelta(seconds=1)
    world.run(prune(world.hub))
    assert world.read(lambda tx: tx.messages.count_in(MessageState.REJECTED.value)) == 0


def change_secret(world: World, account: Any, name: str) -> None:
    """The provider no longer knows this secret."""
    place = {"table": "account_secret", "column": name, "row": account.id, "merchant": account.merchant_id}
    sealed, key_id = world.hub.vault.seal(b"not-what-it-was", **place)
    world.write(lambda tx: tx.accounts.save_secret(account.id, name, sealed, key_id))
    world.run(world.opened.exchanger._grants.drop(account.id))


def test_refused_credentials_suspend_the_account_tell_its_merchant_once_and_alert(world: World) -> None:
    world.hub.disk_free = lambda: 0.5
    world.run(raise_alerts(world.hub))
    world.clock.now += timedelta(hours=1, seconds=1)
    account = world.accounts["CO"]
    live = world.pay(world.debtor("CO", 3_000_000))
    change_secret(world, account, "client_secret")
    world.pass_time(hours=2)
    world.wait(0.3)
    world.work()
    suspended = world.read(lambda tx: tx.accounts.get(account.id))
    assert suspended.status is AccountStatus.SUSPENDED
    told = world.read(lambda tx: tx.deliveries.of(subject_id=account.id))
    attention = [item for item in told if item.kind == DeliveryKind.ACCOUNT_ATTENTION]
    assert [item.details["cause"] for item in attention] == ["credentials_refused"]
    raised = {alert.cause for alert in world.run(raise_alerts(world.hub))}
    assert AlertCause.CREDENTIALS_REFUSED in raised
    assert world.payment(live).is_live  # what was started goes on


def test_one_refusal_that_the_provider_does_not_confirm_suspends_nothing(world: World) -> None:
    account = world.accounts["CO"]
    world.run(check_credentials(world.hub, account.id, "HTTP 403 to create_payment"))
    assert world.read(lambda tx: tx.accounts.get(account.id)).status is AccountStatus.ACTIVE
    assert world.run(check_credentials(world.hub, account.id, "HTTP 403 to create_payment")) is None


def test_a_database_that_cannot_write_is_told_past_it_once_an_hour(desk: Desk) -> None:
    async def refuse(_fn: Any) -> None:
        raise Unavailable("database or disk is full")

    desk.hub.store.write = refuse
    watch = Watch(desk.hub, "serve")
    asyncio.run(watch.look())
    asyncio.run(watch.look())
    told = [mail for mail in desk.mails.mails if "database cannot write" in mail.subject]
    assert len(told) == 1
    assert "payment-hub doctor" in told[0].text


def test_nobody_is_told_where_nobody_is_named(desk: Desk) -> None:
    desk.hub.operator_email = ""
    quiet(desk)
    reviewed(desk)
    assert causes(desk) == ["review_opened"]
    assert not desk.read(lambda tx: [d for d in tx.deliveries.of() if d.kind == DeliveryKind.ALERT])
    assert asyncio.run(send_directly(desk.hub, Alert(cause=AlertCause.DISK_LOW, lines=("x",))))


def test_a_sign_of_life_is_kept_by_role(desk: Desk) -> None:
    asyncio.run(send_heartbeat(desk.hub, "serve"))
    assert set(desk.read(HEARTBEAT.all)) == {"serve"}
    desk.clock.now += timedelta(days=3)
    asyncio.run(prune(desk.hub))
    assert not desk.read(HEARTBEAT.all)


@pytest.mark.parametrize("cause", list(AlertCause))
def test_every_alert_has_a_paragraph_for_the_night(cause: AlertCause) -> None:
    text = OPERATING.read_text(encoding="utf-8")
    found = re.search(rf"^### `{cause}`\n(.+?)(?=^##)", text, re.MULTILINE | re.DOTALL)
    assert found, f"docs/operating.md has no paragraph ### `{cause}`"
    paragraph = found[1]
    for part in ("**What happened.**", "**Safe.**", "**Do.**", "**Worry when.**"):
        assert part in paragraph, f"{cause}: {part} is missing"
    assert TELLINGS[cause].command.split(" FILE")[0] in paragraph


def commands() -> set[str]:
    """Every command there is, as one types it."""
    import click

    found = set()

    def walk(command: click.Command, words: tuple[str, ...]) -> None:
        found.add(" ".join(words))
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                assert below is not None
                walk(below, (*words, name))

    walk(LazyGroup("payment-hub", COMMANDS), ("payment-hub",))
    return found


@pytest.mark.parametrize("page", ["operating.md", "settings.md"])
def test_every_command_that_a_page_or_an_alert_names_exists(page: str) -> None:
    known = commands()
    text = (OPERATING.parent / page).read_text(encoding="utf-8")
    named = re.findall(r"payment-hub(?: [a-z][a-z-]+)+", text) + [telling.command for telling in TELLINGS.values()]
    for words in named:
        parts = words.split()
        assert any(" ".join(parts[:end]) in known for end in range(2, len(parts) + 1)), words
