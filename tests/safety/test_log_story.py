"""The log tells the business: one line a fact, followed by one id from the notification to
the mail; nobody by name."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import attrs
import httpx
import pytest
import structlog

from hub.domain.merchant import Role
from hub.flows.accounts.catalogue import notification_address
from hub.flows.ground.tell import tell
from hub.flows.imports.import_files import import_customers
from hub.flows.mails import deliver
from hub.flows.merchants.add_member import add_member
from hub.flows.merchants.issue_api_key import issue_api_key
from hub.flows.merchants.remove_member import remove_member
from hub.flows.payments import receive_message, record_message, record_observations
from hub.flows.payments.replay_message import replay_message
from hub.logs import set_up_logs
from hub.storage import SqliteTx
from tests.house.test_log_events import everything_described
from tests.safety.people import People
from tests.safety.test_canaries import PERSON, debug_logs
from tests.web.conftest import House

Line = dict[str, Any]

OPTIONAL = {
    "message_accepted": {"payment", "verdict"},
    "message_rejected": {"reason"},
    "payment_paid": {"message"},
}
"""Fields that a line of the story may lack."""


def lines_of(sink: io.StringIO) -> list[Line]:
    return [json.loads(line) for line in sink.getvalue().splitlines()]


def logged(lines: list[Line], **wanted: str) -> list[str]:
    """Events of the lines that carry these ids, in order."""
    return [line["event"] for line in lines if all(line.get(name) == value for name, value in wanted.items())]


@attrs.define
class Story:
    """What was played, and what the log said of it."""

    lines: list[Line]
    payment: Any
    rejected: httpx.Response
    canaries: dict[str, str]


def play(house: House, people: People) -> Story:
    """A payment by form from its start to its mails, a forged notification, and people who come and go."""
    with debug_logs() as sink:
        debtor = house.debtor("CR", (1500000, -30), email=PERSON["email"], remembered=PERSON["phone"])
        known = attrs.evolve(debtor.customer, name=PERSON["name"], address=PERSON["address"])
        house.write(lambda tx: tx.customers.save(known))
        payment = people.paid("CR", attrs.evolve(debtor, customer=known))
        with house.browser() as browser:
            rejected = browser.post(notification_address(house.hub, house.accounts["CR"]), content=b'{"status": 200}')
        merchant = house.merchants["CR"]
        house.run(add_member(house.hub, merchant, "canaria@privado.example", Role.ACCOUNTANT))
        house.run(remove_member(house.hub, merchant, "canaria@privado.example"))
        key = house.run(issue_api_key(house.hub, merchant, "canaria-tienda"))
        clerk = people.clerk(merchant)
        table = f"tipo;identificación;nombre;correo\nCF;1-1234-0567;{PERSON['name']};{PERSON['email']}\n"
        house.run(import_customers(house.hub, merchant, table.encode(), name="clientes.csv"))
        house.run(import_customers(house.hub, merchant, table.encode(), name="clientes.csv", dry_run=True))
        house.run(import_customers(house.hub, merchant, b"nombre\nNadie\n", name="clientes.csv"))
        house.until(lambda: not house.read(lambda tx: tx.deliveries.of(state="due")))
        house.run(asyncio.sleep(0.1))
        canaries = {
            **PERSON,
            "payer": "pagador@correo.example",
            "member": "canaria@privado.example",
            "shop": "canaria-tienda",
            "key": key,
            "link": debtor.path.split("/")[2].partition(".")[2],
            "return": payment.return_token,
            "session": clerk.browser.cookies["session"],
            "amount": "1500000",
        }
        return Story(lines_of(sink), payment, rejected, canaries)


@pytest.fixture(scope="module")
def story(house: House, people: People) -> Story:
    return play(house, people)


def test_one_id_leads_from_the_notification_to_the_mails(story: Story) -> None:
    events = logged(story.lines, payment=story.payment.id)
    mails = [line for line in story.lines if line["event"] == "mail_sent" and line.get("payment") == story.payment.id]

    assert events[0] == "payment_started"
    assert [event for event in events if event.startswith("payment_")] == [
        "payment_started",
        "payment_pending",
        "payment_paid",
    ]
    assert events.count("message_accepted") == 1
    assert {line["kind"] for line in mails} >= {"receipt", "payment_received"}
    assert events.index("message_accepted") < events.index("mail_sent")
    assert "provider_request" in events[: events.index("payment_pending")]
    assert len({line["delivery"] for line in mails}) == len(mails)


def test_a_message_and_what_it_brought_carry_the_same_id(story: Story) -> None:
    (accepted,) = [
        line for line in story.lines if line["event"] == "message_accepted" and line.get("payment") == story.payment.id
    ]

    assert sorted(logged(story.lines, message=accepted["message"])) == ["message_accepted", "payment_paid"]


def test_a_forged_message_is_told_with_its_id_and_is_no_payment(house: House, story: Story) -> None:
    (rejected,) = [line for line in story.lines if line["event"] == "message_rejected"]

    assert story.rejected.status_code in (400, 401)
    assert rejected["level"] == "warning"
    assert rejected["account"] == house.accounts["CR"].id
    assert house.read(lambda tx: tx.messages.get(rejected["message"])) is not None


def test_people_and_files_are_one_line_each(house: House, story: Story) -> None:
    counts = Counter(line["event"] for line in story.lines)
    imported = next(line for line in story.lines if line["event"] == "imported")
    refused = next(line for line in story.lines if line["event"] == "import_refused")

    assert [counts[event] for event in ("member_added", "member_removed", "api_key_issued")] == [1, 1, 1]
    assert [counts[event] for event in ("imported", "import_refused", "signed_in")] == [1, 1, 1]
    assert (imported["what"], imported["merchant"], imported["new"]) == ("customers", house.merchants["CR"].id, 1)
    assert refused["faults"] >= 1


def in_lines(story: Story) -> list[str]:
    """Canaries that stand in a line."""
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in story.lines)
    return [name for name, canary in story.canaries.items() if canary in text]


def test_nobody_stands_in_a_line(story: Story) -> None:
    assert len(story.lines) > 12
    assert in_lines(story) == []


def test_each_line_has_the_fields_that_are_described(story: Story) -> None:
    described = everything_described()
    wrong = []
    for line in story.lines:
        level, fields = described[line["event"]]
        given = set(line) - {"event", "level", "timestamp", "exception"}
        if (
            line["level"] not in level.split(" or ")
            or given - fields
            or fields - given - OPTIONAL.get(line["event"], fields)
        ):
            wrong.append((line, sorted(fields)))

    assert wrong == []


def sent_by_the_provider(house: House, payment: Any) -> list[dict[str, Any]]:
    """The notifications that the simulator has sent for a payment, as it sent them."""
    with house.browser() as browser:
        answer = browser.get("/sim/greenpay/_control/notifications", params={"reference": payment.reference})
    return list(answer.json())


def send(house: House, sent: dict[str, Any]) -> int:
    """Send a notification again."""
    with house.browser() as browser:
        address = notification_address(house.hub, house.accounts["CR"]) + sent["path"]
        body = base64.b64decode(sent["body"])
        return browser.request(sent["method"], address, headers=sent["headers"], content=body).status_code


@contextlib.contextmanager
def captured_logs(house: House) -> Any:
    """Lines of what happens within."""
    lines: list[Line] = []
    with debug_logs() as sink:
        yield lines
        house.run(asyncio.sleep(0.1))
        lines += lines_of(sink)


def test_a_message_of_a_payment_that_is_not_known_yet_is_parked_and_told_when_it_is(
    house: House, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = people.start("CR", house.debtor("CR", (700000, -3)))
    with captured_logs(house) as early, monkeypatch.context() as unknown:
        unknown.setattr(record_message, "payment_for", lambda *_given: None)
        house.control("greenpay", "approve", reference=payment.reference)
        house.until(lambda: sent_by_the_provider(house, payment))
        house.until(lambda: house.read(lambda tx: tx.messages.parked(payment.account_id)))
    (parked,) = [line for line in early if line["event"] == "message_parked"]
    with captured_logs(house) as late:
        house.run(replay_message(house.hub, parked["message"]))
        house.until(lambda: not house.read(lambda tx: tx.deliveries.of(state="due")))

    assert "payment" not in parked
    assert logged(early, payment=payment.id) == []
    assert sorted(logged(late, message=parked["message"])) == ["message_read", "payment_paid"]
    assert "mail_sent" in logged(late, payment=payment.id)


def test_the_same_news_again_is_one_line_that_says_so(house: House, story: Story) -> None:
    (sent,) = sent_by_the_provider(house, story.payment)
    with captured_logs(house) as lines:
        assert [send(house, sent) for _ in range(3)] == [200] * 3

    assert [(line["event"], line["new"]) for line in lines if "message" in line] == [("message_accepted", False)] * 3


def test_a_crowd_is_told_once_a_message_and_once_a_payment(house: House, people: People, monkeypatch: Any) -> None:
    payments = [people.start("CR", house.debtor("CR", (800000 + number, -3))) for number in range(4)]
    monkeypatch.setattr("hub.flows.payments.burst.BURST", 0)
    with captured_logs(house) as lines:
        for payment in payments:
            house.control("greenpay", "approve", reference=payment.reference)
        for payment in payments:
            house.until(lambda payment=payment: house.read(lambda tx: tx.payments.get(payment.id)).status == "paid")

    for payment in payments:
        assert logged(lines, payment=payment.id).count("payment_paid") == 1
        (read,) = [line for line in lines if line["event"] == "message_read" and line["payment"] == payment.id]
        assert logged(lines, message=read["message"])[0] == "message_accepted"
        assert len(logged(lines, message=read["message"])) == 3


class FullDisk(io.StringIO):
    """A log that cannot be written."""

    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")


def test_a_log_that_cannot_be_written_stops_nothing(house: House, people: People) -> None:
    payment = people.start("CR", house.debtor("CR", (900000, -3)))
    with debug_logs():
        set_up_logs("info", stream=FullDisk(), as_json=True)
        structlog.get_logger().info("nobody_hears_it")
        house.control("greenpay", "approve", reference=payment.reference)
        house.until(lambda: house.read(lambda tx: tx.payments.get(payment.id)).status == "paid")
        merchant = house.merchants["CR"]
        house.run(add_member(house.hub, merchant, "sin-disco@privado.example", Role.ACCOUNTANT))
        house.run(remove_member(house.hub, merchant, "sin-disco@privado.example"))


def test_control_a_line_that_names_a_person_is_found(house: House, people: People, plant: Callable[..., None]) -> None:
    whole = record_observations._owe_mails

    def careless(tx: Any, hub: Any, change: Any, *rest: Any) -> None:
        tell(tx, "payer_seen", address=change.payer)
        whole(tx, hub, change, *rest)

    plant(record_observations, "_owe_mails", careless)

    assert in_lines(play(house, people)) == ["payer"]


def test_control_what_is_told_before_the_commit_is_told_too_often(
    house: House, story: Story, plant: Callable[..., None]
) -> None:
    (sent,) = sent_by_the_provider(house, story.payment)
    plant(SqliteTx, "after_commit", lambda _tx, call: call())
    rolled_back = receive_message.record_proven

    def fail_once(*given: Any) -> None:
        rolled_back(*given)
        plant(receive_message, "record_proven", rolled_back)
        raise RuntimeError("the disk")

    plant(receive_message, "record_proven", fail_once)
    with captured_logs(house) as lines:
        assert [send(house, sent), send(house, sent)] == [500, 200]

    assert logged(lines).count("message_accepted") == 2


def test_control_without_its_line_the_mail_is_missed(house: House, people: People, plant: Callable[..., None]) -> None:
    plant(deliver, "tell", lambda *_given, **_fields: None)

    with pytest.raises(AssertionError):
        test_one_id_leads_from_the_notification_to_the_mails(play(house, people))
