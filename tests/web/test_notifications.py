"""Messages from outside: what is taken in, what is refused, and that nothing is acknowledged in vain."""

from __future__ import annotations

import base64
import sqlite3
from typing import Any

import pytest

from hub.bootstrap import database_of
from hub.domain.ledger import EntryKind
from hub.domain.payment import Status
from hub.flows.payments.pack_message import unpacked
from tests.web.conftest import House


def address(house: House, country: str) -> str:
    account = house.accounts[country]
    return f"/n/{account.provider}/{account.path_token}"


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        ("POST", "/n/greenpay/none", {}, b"{}", 404),
        ("POST", "/n/nobody/none", {}, b"{}", 404),
        ("POST", "/n/greenpay", {}, b"{}", 404),
        ("POST", "/n/", {}, b"{}", 404),
        ("PUT", "{cr}", {}, b"{}", 405),
        ("DELETE", "{cr}", {}, b"", 405),
        ("POST", "{cr}", {}, b"x" * (256 * 1024 + 1), 413),
        ("POST", "{cr}", {f"x-{n}": "1" for n in range(101)}, b"{}", 431),
        ("POST", "{cr}", {}, b'{"result":{"success":true},"status":200,"orderId":"X","_signature":"AAAA"}', 401),
    ],
)
def test_what_is_not_taken_in_is_refused_with_its_own_status(
    house: House, method: str, path: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    with house.browser() as browser:
        answer = browser.request(
            method, path.replace("{cr}", address(house, "CR")), headers={"accept": "*/*", **headers}, content=body
        )

    assert (answer.status_code, answer.text) == (status, "")


def test_a_body_without_length_is_counted_as_it_comes(house: House) -> None:
    def chunks() -> Any:
        yield from (b"x" * 65536 for _ in range(5))

    with house.browser() as browser:
        assert browser.post(address(house, "CR"), content=chunks()).status_code == 413


def test_a_message_is_kept_as_it_came(house: House) -> None:
    path = f"{address(house, 'CO')}/a%2Fb//c%20d"
    with house.browser() as browser:
        answer = browser.post(f"{path}?x=%41&x=2", content=b'{"caf\xe9": 1}', headers={"X-Two": "Mixed Case"})

    assert answer.status_code == 401  # unproved, so it is kept for a replay and proves nothing
    kept = [message for message in _messages(house) if message.path.startswith("a%2F")]
    assert [(item.path, item.query, item.body) for item in kept] == [("a%2Fb//c%20d", "x=%41&x=2", b'{"caf\xe9": 1}')]
    assert ("x-two", "Mixed Case") in kept[0].headers


def _messages(house: House) -> list[Any]:
    """Every message in the database, opened."""
    with sqlite3.connect(database_of(house.opened.settings)) as connection:
        rows = [row[0] for row in connection.execute("SELECT id FROM raw_message")]
    connection.close()
    found = house.read(lambda tx: [tx.messages.get(row) for row in rows])
    return [
        unpacked(
            house.hub.vault.open(sealed, table="raw_message", column="raw", row=stored.id, merchant=stored.merchant_id)
        )
        for stored, sealed in found
    ]


def started(house: House, forms: Any) -> tuple[str, Any]:
    """The page and the payment of a Greenpay session that was just opened."""
    debtor = house.debtor("CR", (1500000, -30), email="ana@correo.example")
    with house.browser() as browser:
        html = browser.get(f"{debtor.path}/pay?provider=greenpay").text
        form = next(form for form in forms(html) if "total" in form["fields"])
        path = browser.post(form["action"], data=form["fields"]).headers["location"]
    path = path.removeprefix(house.base).partition("?")[0]
    return path, house.payment(path)


def test_the_same_notification_twice_is_acknowledged_twice_and_booked_once(house: House, forms: Any) -> None:
    path, payment = started(house, forms)
    house.control("greenpay", "approve", reference=payment.reference)
    house.until(lambda: house.payment(path).status is Status.PAID)
    with house.browser() as browser:
        sent = browser.get("/sim/greenpay/_control/notifications", params={"reference": payment.reference}).json()
        again = [
            browser.request(
                item["method"],
                address(house, "CR") + item["path"],
                headers=item["headers"],
                content=base64.b64decode(item["body"]),
            )
            for item in sent * 3
        ]

    assert {answer.status_code for answer in again} == {200}
    entries = house.read(lambda tx: tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id))
    assert [entry.kind for entry in entries].count(EntryKind.CAPTURE) == 1
    assert house.read(lambda tx: tx.ledger.verify()) == ()


def test_a_browser_that_comes_back_sees_the_payments_real_state(house: House, forms: Any) -> None:
    path, payment = started(house, forms)
    forged = base64.b64encode(b'{"result":{"success":true},"status":200,"_signature":"AAAA"}').decode()
    with house.browser() as browser:
        answers = [
            browser.request(method, f"/pay/return/{payment.return_token}{rest}")
            for method in ("GET", "POST")
            for rest in ("", "/cancel", f"/{forged}", "/%2F//%E9")
        ]
        unknown = browser.get("/pay/return/none/whatever")

    assert {(item.status_code, item.headers["location"]) for item in answers} == {(303, f"{house.base}{path}")}
    assert unknown.status_code == 404
    assert house.payment(path).status is Status.PENDING


def test_a_payer_who_gave_up_is_led_back_to_paying_and_nothing_else_happens(house: House, forms: Any) -> None:
    path, payment = started(house, forms)
    with house.browser() as browser:
        answers = [
            browser.request(method, f"/pay/return/{payment.return_token}/gave-up{rest}")
            for method in ("GET", "POST")
            for rest in ("", "?status=cancelled", "/more")
        ]
        page = browser.get(answers[0].headers["location"]).text

    assert {(item.status_code, item.headers["location"]) for item in answers} == {
        (303, f"{house.base}{path}?gave-up=1")
    }
    assert "Volvió sin terminar el pago." in page
    assert "Volver a la página de Greenpay" in page
    assert house.payment(path).status is Status.PENDING


@pytest.mark.long
def test_what_cannot_be_stored_is_never_acknowledged(house: House) -> None:
    lock = sqlite3.connect(database_of(house.opened.settings), isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        with house.browser() as browser:
            answer = browser.post(address(house, "CO"), content=b'{"late": 1}')
    finally:
        lock.execute("ROLLBACK")
        lock.close()

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
