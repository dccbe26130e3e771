"""The simulated ONVO, as a client written from its documents and a person with a browser meet it."""

import asyncio
import base64
import json
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import attrs
import pytest

from hub_hookspecs.http import library as httpx
from hub_hookspecs.testing.simulator import Stage
from hub_onvo.simulator import SIMULATOR
from hub_onvo.simulator.agenda import Agenda

BASE = "http://simulator.test"
OWN_NUMBER = "+50660001234"
CONFIG = SIMULATOR.configure(
    {
        "merchants": [
            {"name": "Ferretería El Roble"},
            {"name": "Otra Tienda", "sinpe_number": OWN_NUMBER},
            {"name": "Tercera Tienda", "mode": "live"},
        ]
    }
)
REFERENCE = "K7Q2M9XW4TBC"


@attrs.frozen
class Client:
    """One merchant's client."""

    http: httpx.AsyncClient
    merchant: Mapping[str, Any]

    def other(self, place: int = 1) -> "Client":
        """Another merchant's client."""
        return Client(self.http, CONFIG["merchants"][place])

    async def call(self, method: str, path: str, body: Any = None, *, key: str = "secret_key") -> httpx.Response:
        headers = {"authorization": f"Bearer {self.merchant[key]}"}
        return await self.http.request(method, f"/api/v1/{path}", json=body, headers=headers)

    async def get(self, path: str) -> Any:
        answer = await self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any = None, **more: Any) -> Any:
        answer = await self.call("POST", path, body, **more)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def refusal(self, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
        answer = await self.call("POST", path, body, **more)
        assert answer.status_code == 400, answer.text
        return answer.json()

    async def open(self, reference: str = REFERENCE, **changed: Any) -> dict[str, Any]:
        return await self.post("checkout/sessions/one-time-link", link(reference, **changed))

    async def session(self, session: Mapping[str, Any]) -> dict[str, Any]:
        return await self.get(f"checkout/sessions/{session['id']}")

    async def intent(self, session: Mapping[str, Any]) -> dict[str, Any]:
        return await self.get(f"payment-intents/{session['paymentIntentId']}")

    async def status(self, session: Mapping[str, Any]) -> tuple[str, str, str]:
        """Of the session, its payment, and its intent."""
        now = await self.session(session)
        return now["status"], now["paymentStatus"], (await self.intent(session))["status"]

    async def pay(self, session: Mapping[str, Any], **fields: str) -> httpx.Response:
        """What a payer does on the page."""
        return await self.http.post(session["url"], data=fields)

    async def control(self, action: str, reference: str = REFERENCE, **body: Any) -> httpx.Response:
        return await self.http.post(f"/_control/{action}", json={"reference": reference, **body})

    async def wait(self, seconds: int) -> None:
        """Let so much time have passed since the beginning."""
        await self.http.post("/_control/clock", json={"seconds": seconds})

    async def option(self, **options: Any) -> None:
        assert (await self.http.post("/_control/options", json=options)).status_code == 200

    async def book(self) -> list[tuple[str, str, int, str]]:
        rows = (await self.http.get("/_control/book")).json()
        return [(row["reference"], row["provider_reference"], row["minor"], row["state"]) for row in rows]

    async def news(self, reference: str = REFERENCE) -> list[tuple[str, dict[str, Any]]]:
        rows = (await self.http.get("/_control/notifications", params={"reference": reference})).json()
        bodies = [json.loads(base64.b64decode(row["body"])) for row in rows]
        assert all(set(body) == {"type", "data"} for body in bodies)
        return [(body["type"], body["data"]) for body in bodies]

    async def told(self, reference: str = REFERENCE) -> list[str]:
        return [kind for kind, _ in await self.news(reference)]


def link(reference: str = REFERENCE, **changed: Any) -> dict[str, Any]:
    """A one-time link of 18 250.75 colones; ``...`` leaves a property out."""
    body = {
        "lineItems": [{"quantity": 1, "unitAmount": 1825075, "currency": "CRC", "description": "Factura FE-42"}],
        "customerName": "Ana Prueba",
        "customerEmail": "ana@example.com",
        "customerPhone": "+50688880000",
        "redirectUrl": "https://hub.example/o/return/x1",
        "cancelUrl": "https://hub.example/o/cancel/x1",
        "metadata": {"ref": reference},
        **changed,
    }
    return {name: value for name, value in body.items() if value is not ...}


def card(number: str = "4242424242424242") -> dict[str, str]:
    """The fields of the page's card form."""
    return {"action": "card", "card": number, "holder": "Ana Prueba", "expiry": "12/39", "cvv": "123"}


def sinpe(number: str, identification: str = "1-1393-1919") -> dict[str, str]:
    """The fields of the page's form for SINPE Móvil."""
    return {"action": "sinpe", "identification": identification, "number": number}


Scenario = Callable[[Client], Awaitable[None]]


def play(scenario: Scenario, **options: Any) -> None:
    """Run a scenario against a fresh simulator."""

    async def run() -> None:
        transport = httpx.ASGITransport(SIMULATOR.app({**CONFIG, "options": options}))
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
            await scenario(Client(http, CONFIG["merchants"][0]))

    asyncio.run(run())


# Keys, forms and errors


@pytest.mark.parametrize("key", ["", "Bearer", "Bearer wrong", "Basic {secret_key}", "Bearer {secret_key} "])
def test_a_wrong_key_is_401(key: str) -> None:
    async def scenario(client: Client) -> None:
        headers = {"authorization": key.format(**client.merchant)}
        answer = await client.http.get("/api/v1/customers?limit=1", headers=headers)
        assert (answer.status_code, answer.json()["message"]) == (401, "Unauthorized")

    play(scenario)


def test_keys_show_their_mode_and_the_publishable_one_may_do_little() -> None:
    async def scenario(client: Client) -> None:
        assert client.merchant["secret_key"].startswith("onvo_test_secret_key_")
        assert client.other(2).merchant["secret_key"].startswith("onvo_live_secret_key_")
        assert (await client.other(2).open())["mode"] == "live"
        answer = await client.call("POST", "checkout/sessions/one-time-link", link(), key="publishable_key")
        assert answer.status_code == 403
        await client.post("payment-methods", method(), key="publishable_key")

    play(scenario)


def test_a_merchant_sees_nothing_of_another() -> None:
    async def scenario(client: Client) -> None:
        session = await client.open()
        for path in (f"checkout/sessions/{session['id']}", f"payment-intents/{session['paymentIntentId']}"):
            assert (await client.other().call("GET", path)).status_code == 404
        assert await client.other().get("payment-intents/account") == []

    play(scenario)


def test_other_credentials_take_the_place_of_the_old_ones() -> None:
    async def scenario(client: Client) -> None:
        await client.http.post(
            "/_control/rotate",
            json={"merchant": client.merchant["id"], "secret_key": "onvo_test_secret_key_2", "webhook_secret": "w"},
        )
        assert (await client.call("GET", "customers")).status_code == 401
        renewed = Client(client.http, {**client.merchant, "secret_key": "onvo_test_secret_key_2"})
        await renewed.open()
        await client.control("approve")
        rows = (await client.http.get("/_control/notifications")).json()
        assert {row["headers"]["x-webhook-secret"] for row in rows} == {"w"}

    play(scenario)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"successUrl": "https://x.example"}, "property successUrl should not exist"),
        ({"expiresAt": 1}, "property expiresAt should not exist"),
        ({"lineItems": ...}, "lineItems should not be empty"),
        ({"lineItems": []}, "lineItems should not be empty"),
        ({"redirectUrl": "javascript:alert(1)"}, "redirectUrl must be a URL address"),
        ({"customerEmail": "ana"}, "customerEmail must be an email"),
        ({"metadata": {"n": 1}}, "metadata n must be a string"),
        ({"metadata": {"k" * 41: ""}}, "metadata keys must be shorter than or equal to 40 characters"),
        ({"metadata": {str(n): "" for n in range(51)}}, "metadata must have at most 50 pairs"),
    ],
)
def test_what_is_not_documented_is_refused(changed: dict[str, Any], problem: str) -> None:
    async def scenario(client: Client) -> None:
        answer = await client.refusal("checkout/sessions/one-time-link", link(**changed))
        assert answer == {"statusCode": 400, "message": [problem], "error": "Bad Request"}
        assert await client.get("payment-intents/account") == []

    play(scenario)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"amount": 5}, "lineItems.0.property amount should not exist"),
        ({"unitAmount": 18250.75}, "lineItems.0.unitAmount must be an integer number"),
        ({"unitAmount": "1825075"}, "lineItems.0.unitAmount must be an integer number"),
        ({"unitAmount": True}, "lineItems.0.unitAmount must be an integer number"),
        ({"unitAmount": -5}, "lineItems.0.unitAmount must not be less than 1"),
        ({"quantity": ...}, "lineItems.0.quantity should not be empty"),
        ({"description": ...}, "lineItems.0.description should not be empty"),
        ({"currency": "EUR"}, "currency must be one of the following values: CRC, USD"),
        ({"unitAmount": 25249}, f"amount must be from 25250 to {10**15}"),
        ({"unitAmount": 49, "currency": "USD"}, f"amount must be from 50 to {10**15}"),
        ({"unitAmount": 10**15, "quantity": 2}, f"amount must be from 25250 to {10**15}"),
    ],
)
def test_a_wrong_line_is_refused(changed: dict[str, Any], problem: str) -> None:
    line = {"quantity": 1, "unitAmount": 1825075, "currency": "CRC", "description": "Factura FE-42", **changed}
    lines = [{name: value for name, value in line.items() if value is not ...}]

    async def scenario(client: Client) -> None:
        answer = await client.refusal("checkout/sessions/one-time-link", link(lineItems=lines))
        assert answer["message"] == [problem]

    play(scenario)


def test_lines_are_of_one_currency_and_known_prices() -> None:
    async def scenario(client: Client) -> None:
        lines = [{"quantity": 1, "unitAmount": 100000, "currency": name, "description": "x"} for name in ("CRC", "USD")]
        answer = await client.refusal("checkout/sessions/one-time-link", link(lineItems=lines))
        assert answer["message"] == ["lineItems must be of one currency"]
        priced = link(lineItems=[{"quantity": 1, "priceId": "cl502zv0d0127ebdp3zt27651"}])
        assert (await client.call("POST", "checkout/sessions/one-time-link", priced)).status_code == 404

    play(scenario)


def test_nine_currencies_may_be_played() -> None:
    async def scenario(client: Client) -> None:
        line = {"quantity": 1, "unitAmount": 100, "currency": "PEN", "description": "x"}
        await client.open(lineItems=[line])

    play(scenario, currencies="schema")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "customers/x"),
        ("PUT", "payment-intents/x"),
        ("GET", "refunds"),
        ("GET", "mobile-transfers/x"),
        ("POST", "checkout-sessions"),
        ("POST", "payments/intents"),
    ],
)
def test_paths_that_are_guessed_are_404(method: str, path: str) -> None:
    async def scenario(client: Client) -> None:
        answer = await client.call(method, path, {})
        assert answer.status_code == 404
        assert answer.json()["message"] == f"Cannot {method} /v1/{path}"

    play(scenario)


def test_measured_words_refuse_metadata_of_a_customer() -> None:
    async def scenario(client: Client) -> None:
        answer = await client.refusal("customers", {"name": "Ana", "metadata": {}})
        assert answer["message"] == ["property metadata should not exist"]
        customer = await client.post("customers", {"name": "Ana", "email": "ana@example.com"})
        changed = await client.post(f"customers/{customer['id']}", {"phone": "+50688880000"})
        assert (changed["name"], changed["phone"]) == ("Ana", "+50688880000")
        assert (await client.call("DELETE", f"customers/{customer['id']}")).status_code == 200
        assert (await client.call("GET", f"customers/{customer['id']}")).status_code == 404

    play(scenario)


def test_garbage_is_400_and_breaks_nothing() -> None:
    async def scenario(client: Client) -> None:
        headers = {"authorization": f"Bearer {client.merchant['secret_key']}"}
        for content in (b"{", b"[]", b"5", b"\xff", b"[" * 100_000):
            answer = await client.http.post("/api/v1/payment-intents", content=content, headers=headers)
            assert (answer.status_code, answer.json()["error"]) == (400, "Bad Request")

    play(scenario)


def test_a_rule_that_is_broken_has_the_other_shape() -> None:
    async def scenario(client: Client) -> None:
        session = await client.open()
        path = f"payment-intents/{session['paymentIntentId']}/cancel"
        answer = await client.refusal(path)
        assert set(answer) == {"statusCode", "type", "code", "message", "path", "timestamp"}
        assert (answer["type"], answer["path"]) == ("OnvoAPIError", f"/v1/{path}")
        await client.option(business_errors="plain")
        assert set(await client.refusal(path)) == {"statusCode", "apiCode", "message", "error"}

    play(scenario)


def test_keys_can_be_left_out_and_added() -> None:
    async def scenario(client: Client) -> None:
        session = await client.open()
        assert session["somethingNew"] == "1"
        assert "currency" not in session["lineItems"][0]

    play(scenario, omit_keys=["currency"], extra_keys=True)


# Checkout sessions


def test_a_one_time_link_opens_a_session_and_its_intent() -> None:
    async def scenario(client: Client) -> None:
        lines = [
            {"quantity": 1, "unitAmount": 1325075, "currency": "CRC", "description": "Factura FE-42"},
            {"quantity": 2, "unitAmount": 250000, "currency": "CRC", "description": "Transporte"},
        ]
        session = await client.open(lineItems=lines)
        assert re.fullmatch("[a-z0-9]{25}", session["id"])
        assert session["url"] == f"{SIMULATOR.endpoints(BASE)['page']}/pay/{session['id']}"
        assert (session["status"], session["paymentStatus"], session["mode"]) == ("open", "unpaid", "test")
        assert session["successUrl"] == "https://hub.example/o/return/x1"
        assert session["accountId"] == client.merchant["id"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", session["createdAt"])
        assert "amount" not in json.dumps(session).lower().replace("unitamount", "")

        intent = await client.intent(session)
        assert (intent["amount"], intent["currency"], intent["status"]) == (1825075, "CRC", "requires_confirmation")
        assert intent["metadata"] == {"ref": REFERENCE}
        assert intent["receivedAmount"] == 1825075
        assert (intent["baseAmount"], intent["exchangeRate"]) == (3614, 505)
        assert await client.session(session) == session
        assert await client.book() == []

    play(scenario)


def test_nothing_is_idempotent() -> None:
    async def scenario(client: Client) -> None:
        headers = {"authorization": f"Bearer {client.merchant['secret_key']}", "idempotency-key": "one"}
        ids = set()
        for _ in range(2):
            answer = await client.http.post("/api/v1/checkout/sessions/one-time-link", json=link(), headers=headers)
            ids.add(answer.json()["id"])
        assert len(ids) == 2

    play(scenario)


def test_lists_are_newest_first_and_paged() -> None:
    async def scenario(client: Client) -> None:
        sessions = [await client.open(f"REF{number}") for number in range(12)]
        page = await client.get("payment-intents/account")
        assert [item["metadata"]["ref"] for item in page] == [f"REF{number}" for number in range(11, 1, -1)]
        rest = await client.get(f"payment-intents/account?startingAfter={page[-1]['id']}")
        assert [item["metadata"]["ref"] for item in rest] == ["REF1", "REF0"]
        before = await client.get(f"payment-intents/account?endingBefore={rest[0]['id']}&limit=2")
        assert [item["metadata"]["ref"] for item in before] == ["REF3", "REF2"]
        listed = await client.get("checkout/sessions/one-time-link/account?limit=1")
        assert listed == [await client.session(sessions[-1])]
        for query in ("limit=0", "limit=101", "limit=x", "page=2", "startingAfter=a&endingBefore=b", "limit=1&limit=2"):
            assert (await client.call("GET", f"payment-intents/account?{query}")).status_code == 400

    play(scenario)


def test_lists_are_narrowed_by_time() -> None:
    async def scenario(client: Client) -> None:
        first = await client.open("FIRST")
        await client.wait(3600)
        second = await client.open("SECOND")
        at = (await client.intent(second))["createdAt"]
        for test, found in (("gte", ["SECOND"]), ("gt", []), ("lt", ["FIRST"]), ("lte", ["SECOND", "FIRST"])):
            page = await client.get(f"payment-intents/account?createdAt[{test}]={at}")
            assert [item["metadata"]["ref"] for item in page] == found
        assert (await client.call("GET", "payment-intents/account?createdAt[gte]=yesterday")).status_code == 400
        assert first["createdAt"] < second["createdAt"]

    play(scenario)


def test_lists_come_in_the_envelope_that_is_played() -> None:
    async def scenario(client: Client) -> None:
        for number in range(3):
            await client.post("customers", {"name": f"Ana {number}"})
        page = await client.get("customers?limit=2")
        assert [item["name"] for item in page["data"]] == ["Ana 2", "Ana 1"]
        last = page["data"][-1]["id"]
        assert page["meta"] == {"total": 3, "limit": 2, "pages": 2, "cursorNext": last, "cursorBefore": None}
        assert isinstance(await client.get("payment-intents/account"), list)
        await client.option(lists="bare")
        assert isinstance(await client.get("customers"), list)
        await client.option(lists="enveloped")
        assert (await client.get("payment-intents/account"))["data"] == []

    play(scenario)


def test_an_open_session_is_expired_once() -> None:
    async def scenario(client: Client) -> None:
        session = await client.open()
        ended = await client.post(f"checkout/sessions/{session['id']}/expire")
        assert (ended["status"], ended["paymentStatus"]) == ("expired", "unpaid")
        await client.refusal(f"checkout/sessions/{session['id']}/expire")
        page = await client.http.get(session["url"])
        assert (page.status_code, page.headers["location"]) == (303, "https://hub.example/o/cancel/x1")
        tried = await client.pay(session, **card())
        assert tried.headers["location"] == "https://hub.example/o/cancel/x1"
        assert (await client.control("approve")).status_code == 404
        assert await client.status(session) == ("expired", "unpaid", "requires_confirmation")
        assert await client.book() == []

    play(scenario)


def test_an_expired_session_without_an_address_sends_its_payer_to_the_provider() -> None:
    async def scenario(client: Client) -> None:
        session = await client.open(cancelUrl=...)
        await client.control("expire")
        assert (await client.http.get(session["url"])).headers["location"] == "https://onvopay.com"

    play(scenario)


def test_a_session_dies_by_itself() -> None:
    async def scenario(client: Client) -> None:
        session = await client.open()
        await client.wait(30 * 60 - 1)
        assert (await client.session(session))["status"] == "open"
        await client.wait(30 * 60 + 1)
        assert (await client.session(session))["status"] == "expired"
        await client.refusal(f"checkout/sessions/{session['id']}/expire")

    play(scenario, session_minutes=30)


def test_what_expire_does_to_an_intent_and_to_a_paid_session_can_be_chosen() -> None:
    async def scenario(client: Client) -> None:
        session = await client.open("A")
        await client.option(expire_cancels_intent=True)
        await client.post(f"checkout/sessions/{session['id']}/expire")
        assert await client.status(session) == ("expired", "unpaid", "canceled")

        paid = await client.open("B")
        await client.control("approve", "B")
        await client.refusal(f"checkout/sessions/{paid['id']}/expire")
        await client.option(expire_paid="expire")
        await client.post(f"checkout/sessions/{paid['id']}/expire")
        assert await client.status(paid) == ("expired", "paid", "succeeded")

    play(scenario)


# Cards


def test_a_card_pays_and_two_events_tell_of_one_payment() -> None:
    async def scenario(client: Client) -> None:
        session = await client.open()
        answer = await client.pay(session, **card())
        assert (answer.status_code, answer.headers["location"]) == (303, "https://hub.example/o/return/x1")
        assert await client.status(session) == ("open", "paid", "succeeded")
        assert await client.book() == [(REFERENCE, session["paymentIntentId"], 1825075, "captured")]

        (_, whole), (_, intent) = await client.news()
        assert await client.told() == ["checkout-session.succeeded", "payment-intent.succeeded"]
        assert set(intent) == {
            *("id", "accountId", "currency", "amount", "status", "confirmationAttempts", "description", "createdAt"),
            *("customer", "metadata"),
        }
        assert (intent["id"], intent["amount"]) == (session["paymentIntentId"], 1825075)
        assert intent["metadata"] == whole["metadata"] == {"ref": REFERENCE}
        assert not {"id", "paymentIntentId"} & set(whole)
        assert (whole["amountTotal"], whole["paymentStatus"], whole["url"]) == (1825075, "paid", session["url"])

        again = await client.pay(session, **card())
        assert again.headers["location"] == "https://hub.example/o/return/x1"
        assert len(await client.book()) == 1

    play(scenario)


def test_newer_texts_can_be_played() -> None:
    async def scenario(client: Client) -> None:
        session = await client.open()
        assert (await client.intent(session))["status"] == "requires_payment_method"
        assert (await client.intent(session))["receivedAmount"] == 0
        answer = await client.pay(session, **card())
        added = f"https://hub.example/o/return/x1?payment_intent_id={session['paymentIntentId']}"
        assert answer.headers["location"] == added
        assert (await client.session(session))["status"] == "complete"
        (_, whole), (_, intent) = await client.news()
        assert intent["charges"] == (await client.intent(session))["charges"]
        assert whole["paymentIntentId"] == session["paymentIntentId"]

    play(
        scenario,
        first_status="requires_payment_method",
        unpaid_received="zero",
        paid_session="complete",
        event_fields="more",
        return_query="payment_intent_id",
    )


def test_every_event_carries_the_secret_that_proves_the_sender_alone() -> None:
    async def scenario(client: Client) -> None:
        for kind in ("forge", "wrong_amount", "repeat", "drop"):
            await client.open(kind)
            await client.http.post("/_control/fault", json={"path": "notification", "kind": kind})
            await client.control("reject" if kind == "drop" else "approve", kind)
        rows = (await client.http.get("/_control/notifications")).json()
        secret = client.merchant["webhook_secret"]
        good = {kind: [] for kind in ("forge", "wrong_amount", "repeat")}
        for row in rows:
            good[row["reference"]].append(row["headers"]["x-webhook-secret"] == secret)
        assert good == {"forge": [False, True], "wrong_amount": [True, True], "repeat": [True, True, True]}
        (_, whole), (_, intent) = await client.news("wrong_amount")
        assert (whole["amountTotal"], intent["amount"]) == (1826075, 1825075)
        assert secret.startswith("webhook_secret_")

    play(scenario)


@pytest.mark.parametrize(
    ("number", "code"), [("4000000000000002", "declined"), ("4000000000000119", "processor_error")]
)
def test_a_declined_card_leaves_the_session_open_for_another(number: str, code: str) -> None:
    async def scenario(client: Client) -> None:
        session = await client.open()
        back = await client.pay(session, **card(number))
        assert back.headers["location"] == session["id"]
        assert await client.status(session) == ("open", "unpaid", "requires_payment_method")
        ((kind, data),) = await client.news()
        assert kind == "payment-intent.failed"
        assert set(data) == {"id", "accountId", "currency", "status", "customer", "metadata", "error"}
        assert (data["error"]["type"], data["error"]["code"]) == ("processing_error", code)
        assert (await client.intent(session))["lastPaymentError"]["code"] == code
        assert "Puede intentar de nuevo" in (await client.http.get(session["url"])).text

        await client.pay(session, **card("5555 5555 5555 4444"))
        assert (await client.intent(session))["lastPaymentError"] is None
        assert [row[2:] for row in await client.book()] == [(1825075, "captured")]

    play(scenario)


def test_a_card_that_becomes_no_method_is_no_try() -> None:
    async def scenario(client: Client) -> None:
        session = await client.open()
        for number in ("4000000000000127", "4111111111111111"):
            assert (await client.pay(session, **card(number))).status_code == 422
        assert await client.status(session) == ("open", "unpaid", "requires_confirmation")
        assert await client.news() == []

    play(scenario)


@pytest.mark.parametrize(("answer", "status"), [("yes", "succeeded"), ("no", "requires_payment_method")])
def test_the_bank_asks_the_payer_where_a_card_needs_it(answer: str, status: str) -> None:
    async def scenario(client: Client) -> None:
        session = await client.open()
        asked = await client.pay(session, **card("4000000000003220"))
        assert asked.headers["location"] == f"../3ds/{session['paymentIntentId']}"
        intent = await client.intent(session)
        assert (intent["status"], await client.book()) == ("requires_action", [])
        address = intent["nextAction"]["redirectToUrl"]["url"]
        assert "Su banco pregunta" in (await client.http.get(address)).text
        await client.http.post(address, data={"answer": answer})
        await client.http.post(address, data={"answer": "yes"})
        assert (await client.intent(session))["status"] == status
        assert len(await client.book()) == (answer == "yes")

    play(scenario)


def test_a_challenge_that_is_answered_after_the_session_expired_still_pays() -> None:
    async def scenario(client: Client) -> None:
        session = await client.open()
        await client.pay(session, **card("4000000000003220"))
        await client.post(f"checkout/sessions/{session['id']}/expire")
        await client.control("approve")
        assert await client.status(session) == ("expired", "paid", "succeeded")

    play(scenario)


def test_declines_can_be_told_by_a_code_or_by_a_spanish_word() -> None:
    async def scenario(client: Client) -> None:
        session = await client.open()
        await client.control("reject", code="insufficient_funds")
        assert (await client.intent(session))["lastPaymentError"]["code"] == "insufficient_funds"
        await client.option(decline_code="word")
        await client.control("reject")
        assert (await client.intent(session))["lastPaymentError"]["code"] == "Declinado"

    play(scenario)


# SINPE Móvil


def at_page(number: str) -> Callable[[Client], Awaitable[dict[str, Any]]]:
    """A payer who chose SINPE Móvil with a test number."""

    async def begin(client: Client) -> dict[str, Any]:
        session = await client.open()
        assert (await client.pay(session, **sinpe(number))).headers["location"] == session["id"]
        return session

    return begin


@pytest.mark.parametrize(
    ("number", "moments"),
    [
        ("8888 8888", {0: 0, 14: 0, 15: 1825075}),
        ("+506 8888 4444", {359: 0, 360: 1825075}),
        ("8888-3333", {14: 0, 15: 912537, 44: 912537, 45: 1825075}),
        ("88889521", {10**6: 0}),
    ],
)
def test_test_numbers_send_what_they_send_by_the_simulators_clock(number: str, moments: dict[int, int]) -> None:
    async def scenario(client: Client) -> None:
        await client.http.post("/_control/clock", json={"at": "2026-11-29T12:00:00Z"})
        session = await at_page(number)(client)
        assert await client.told() == ["payment-intent.deferred"]
        for seconds, held in moments.items():
            await client.http.post("/_control/clock", json={"at": "2026-11-29T12:00:00Z", "seconds": seconds})
            assert sum(row[2] for row in await client.book()) == held
            paid = held == 1825075
            assert await client.status(session) == (
                ("open", "paid", "succeeded") if paid else ("open", "unpaid", "processing")
            )
            assert ("payment-intent.succeeded" in await client.told()) is paid
            assert [row[:2] for row in await client.book()] == [(REFERENCE, session["paymentIntentId"])] or not paid

    play(scenario, session_minutes=10**6)


def test_the_event_of_a_transfer_to_come_has_no_metadata() -> None:
    async def scenario(client: Client) -> None:
        session = await at_page("88889521")(client)
        ((kind, data),) = await client.news()
        assert kind == "payment-intent.deferred"
        assert (data["id"], data["status"], data["amount"]) == (session["paymentIntentId"], "processing", 1825075)
        assert "metadata" not in data

    play(scenario)


def test_what_is_processing_cannot_be_cancelled_and_takes_a_transfer_after_its_session_is_over() -> None:
    async def scenario(client: Client) -> None:
        session = await at_page("88888888")(client)
        await client.refusal(f"payment-intents/{session['paymentIntentId']}/cancel")
        await client.option(expire_cancels_intent=True)
        await client.post(f"checkout/sessions/{session['id']}/expire")
        assert await client.status(session) == ("expired", "unpaid", "processing")
        await client.wait(16)
        assert await client.status(session) == ("expired", "paid", "succeeded")
        assert [row[2] for row in await client.book()] == [1825075]

    play(scenario)


def test_an_abandoned_payment_swallows_the_next_transfer_of_its_payer() -> None:
    async def scenario(client: Client) -> None:
        for reference in ("OLD", "NEW"):
            await client.open(reference)
            await client.control("sinpe", reference)
        await client.control("unassociated", "NEW", originId="01-1393-1919", amount=1825075)
        assert [row[0] for row in await client.book()] == ["OLD"]
        await client.option(several_waiting="newest")
        await client.open("NEWEST")
        await client.control("sinpe", "NEWEST")
        await client.control("unassociated", "NEW", originId="01-1393-1919", amount=1825075)
        assert [row[0] for row in await client.book()] == ["OLD", "NEWEST"]

    play(scenario)


def test_transfers_of_one_person_are_not_associated_where_it_is_unclear_for_what() -> None:
    async def scenario(client: Client) -> None:
        for reference in ("A", "B"):
            await client.open(reference)
            await client.control("sinpe", reference)
        await client.control("unassociated", "A", originId="01-1393-1919", amount=1825075)
        assert [row[3] for row in await client.book()] == ["captured"]
        assert "A" not in [row[0] for row in await client.book()]

    play(scenario, several_waiting="none")


def test_a_transfer_may_have_to_come_from_the_phone_too() -> None:
    async def scenario(client: Client) -> None:
        await client.open()
        await client.control("sinpe", number="+50688889521")
        for phone in ("88880000", "88889521"):
            await client.control("unassociated", originId="01-1393-1919", originPhone=phone, amount=1825075)
        assert [row[0] == REFERENCE for row in await client.book()] == [False, True]

    play(scenario, matching="identification_and_phone")


def test_a_transfer_of_another_amount_waits_for_more_or_is_not_associated() -> None:
    async def scenario(client: Client) -> None:
        session = await client.open()
        await client.control("sinpe")
        await client.control("transfer", amount=1825076)
        assert [row[0] for row in await client.book()] != [REFERENCE]
        await client.control("transfer", part="half")
        await client.control("transfer", amount=1)
        assert (await client.intent(session))["status"] == "processing"
        await client.control("transfer")
        held = [row[1:3] for row in await client.book() if row[0] == REFERENCE]
        assert held == [(session["paymentIntentId"], 1825075)]
        assert len(await client.book()) == 2
        assert (await client.control("transfer")).status_code == 404

    play(scenario)


@pytest.mark.parametrize("amount", [1825000, 1900000])
def test_another_amount_may_count(amount: int) -> None:
    async def scenario(client: Client) -> None:
        session = await client.open()
        await client.control("sinpe")
        await client.control("transfer", amount=amount)
        intent = await client.intent(session)
        assert (intent["status"], intent["amount"], intent["receivedAmount"]) == ("succeeded", 1825075, amount)
        assert [row[2] for row in await client.book()] == [amount]

    play(scenario, other_amount="counts")


def test_money_that_no_payment_takes_is_nobodys_at_the_shared_number() -> None:
    async def scenario(client: Client) -> None:
        await client.control("unassociated", client.merchant["id"])
        rows = (await client.http.get("/_control/book")).json()
        assert [(row["merchant"], row["minor"]) for row in rows] == [("", 1450000)]
        assert (await client.http.get("/_control/notifications")).json() == []
        answer = await client.call("GET", "mobile-transfers/list")
        assert answer.status_code == 400
        assert answer.json()["message"] == "La cuenta no tiene habilitado el número móvil personalizado"

    play(scenario)


def test_money_that_no_payment_takes_is_listed_at_an_own_number() -> None:
    async def scenario(client: Client) -> None:
        shop = client.other()
        await shop.open()
        await shop.control("sinpe")
        await shop.control("transfer")
        await shop.control("unassociated", shop.merchant["id"], description="FACTURA FE-42")
        lines = (await shop.http.get("/_control/book")).json()
        assert {line["merchant"] for line in lines} == {shop.merchant["id"]}

        page = await shop.get("mobile-transfers/list")
        assert page["meta"] == {"hasMore": False}
        stranger, own = page["data"]
        assert (stranger["status"], stranger["paymentIntentId"]) == ("attempt_not_found", None)
        assert own["status"] == "received"
        assert own["paymentIntentId"] == lines[0]["provider_reference"]
        assert re.fullmatch("[0-9]{25}", stranger["SINPERefNumber"])
        assert stranger["destinationPhone"] == "60001234"
        for query in (f"SINPERefNumber={stranger['SINPERefNumber']}", "status=attempt_not_found,pending"):
            assert (await shop.get(f"mobile-transfers/list?{query}"))["data"] == [stranger]
        assert (await shop.get("mobile-transfers/list?sortOrder=asc"))["data"] == [own, stranger]
        assert (await shop.call("GET", "mobile-transfers/list?sinpeRefNumber=1")).status_code == 400

        ((kind, data),) = await shop.news(stranger["SINPERefNumber"])
        assert kind == "mobile-transfer.received"
        assert set(data) == {
            *("amount", "currency", "description", "SINPERefNumber", "originId", "originName", "originPhone"),
            "authorizationDate",
        }
        assert "mobile-transfer.received" in await shop.told()

    play(scenario)


def test_dollars_have_no_sinpe() -> None:
    async def scenario(client: Client) -> None:
        line = {"quantity": 1, "unitAmount": 12345, "currency": "USD", "description": "x"}
        session = await client.open(lineItems=[line])
        assert "SINPE" not in (await client.http.get(session["url"])).text
        assert (await client.pay(session, **sinpe("88888888"))).status_code == 200
        assert (await client.control("sinpe")).status_code == 404
        assert (await client.intent(session))["status"] == "requires_confirmation"
        await client.control("approve")
        rows = (await client.http.get("/_control/book")).json()
        assert [(row["minor"], row["currency"]) for row in rows] == [(12345, "USD")]

    play(scenario)


def test_what_is_due_happens_when_the_clock_is_set_or_by_itself() -> None:
    async def scenario(client: Client) -> None:
        await at_page("88888888")(client)
        await client.wait(14)
        assert "payment-intent.succeeded" not in await client.told()
        await client.http.post("/_control/clock", json={"at": "2100-01-01T00:00:00Z"})
        assert "payment-intent.succeeded" in await client.told()

        happened = asyncio.Event()
        Agenda(Stage()).after(0.01, happened.set)
        async with asyncio.timeout(5):
            await happened.wait()

    play(scenario)


def test_an_event_may_be_there_before_the_answer() -> None:
    async def scenario(client: Client) -> None:
        session = await client.open()
        await client.option(answer_seconds=60)
        expiring = asyncio.create_task(client.post(f"checkout/sessions/{session['id']}/expire"))
        async with asyncio.timeout(5):
            while (await client.http.get(session["url"])).status_code != 303:
                await asyncio.sleep(0)
        assert not expiring.done()
        expiring.cancel()

    play(scenario)


# The page


def test_the_page_says_that_it_is_simulated_in_every_state() -> None:
    async def scenario(client: Client) -> None:
        session = await client.open(redirectUrl=...)
        pages = [await client.http.get(session["url"]), await client.http.get(session["url"] + "?method=sinpe")]
        pages.append(await client.pay(session, action="card"))
        await client.pay(session, **sinpe("88889521"))
        pages.append(await client.http.get(session["url"]))
        await client.wait(301)
        pages.append(await client.http.get(session["url"]))
        await client.pay(session, action="half")
        await client.pay(session, action="arrive")
        pages.append(await client.http.get(session["url"]))
        pages.append(await client.http.get(f"{BASE}/checkout/pay/nothing"))
        assert [page.status_code for page in pages] == [200, 200, 422, 200, 200, 200, 404]
        for page in pages:
            assert '<html lang="es">' in page.text
            assert "SIMULADO" in page.text
            assert "<script" not in page.text
        waiting, over = pages[3].text, pages[4].text
        assert "+506 7019 6686" in waiting
        assert "₡18\N{NO-BREAK SPACE}250,75" in waiting
        assert 'http-equiv="refresh"' in waiting
        assert 'http-equiv="refresh"' not in over
        assert "Todavía no vemos su transferencia" in over
        assert "Pago recibido" in pages[5].text

    play(scenario)


def test_texts_of_the_merchant_and_the_payer_are_no_markup() -> None:
    async def scenario(client: Client) -> None:
        line = {"quantity": 1, "unitAmount": 100000, "currency": "CRC", "description": "<b>x</b>"}
        session = await client.open(lineItems=[line], customerName='"><i>')
        page = (await client.http.get(session["url"] + '?card="><u>')).text
        assert not [tag for tag in ("<b>", "<i>", "<u>") if tag in page]

    play(scenario)


def test_a_payer_who_cancels_goes_back_and_may_come_again() -> None:
    async def scenario(client: Client) -> None:
        session = await client.open()
        answer = await client.pay(session, action="cancel")
        assert answer.headers["location"] == "https://hub.example/o/cancel/x1"
        assert (await client.pay(session, **card())).headers["location"] == "https://hub.example/o/return/x1"

    play(scenario)


def test_addresses_name_the_place_where_it_is_mounted() -> None:
    async def run() -> None:
        inner = SIMULATOR.app(CONFIG)

        async def mounted(scope: Any, receive: Any, send: Any) -> None:
            await inner({**scope, "root_path": "/sim/onvo"}, receive, send)

        base = f"{BASE}/sim/onvo"
        async with httpx.AsyncClient(transport=httpx.ASGITransport(mounted), base_url=base) as http:
            client = Client(http, CONFIG["merchants"][0])
            session = await client.open()
            assert session["url"] == f"{SIMULATOR.endpoints(base)['page']}/pay/{session['id']}"
            assert (await http.get(session["url"])).status_code == 200

    asyncio.run(run())


# Intents of a page of the merchant's own


def method(number: str = "4242424242424242") -> dict[str, Any]:
    inner = {"number": number, "expMonth": 12, "expYear": 2039, "cvv": "123", "holderName": "Ana Prueba"}
    return {"type": "card", "card": inner}


def mobile(number: str = "+50688888888", **changed: Any) -> dict[str, Any]:
    inner = {"identification": "01-1393-1919", "identificationType": 0, "number": number, **changed}
    return {"type": "mobile_number", "mobileNumber": inner}


async def confirmed(client: Client, way: dict[str, Any], **intent: Any) -> tuple[httpx.Response, str]:
    body = {"amount": 500000, "currency": "CRC", "metadata": {"ref": REFERENCE}, **intent}
    made = await client.post("payment-intents", body)
    chosen = await client.post("payment-methods", way, key="publishable_key")
    asked = {"paymentMethodId": chosen["id"], "returnUrl": "https://shop.example/back"}
    path = f"payment-intents/{made['id']}/confirm"
    return await client.call("POST", path, asked, key="publishable_key"), made["id"]


def test_an_intent_is_confirmed_by_card_with_the_publishable_key() -> None:
    async def scenario(client: Client) -> None:
        answer, key = await confirmed(client, method())
        assert (answer.status_code, answer.json()["status"]) == (201, "succeeded")
        assert answer.json()["customerId"]
        assert await client.told() == ["payment-intent.succeeded"]
        assert [row[:3] for row in await client.book()] == [(REFERENCE, key, 500000)]
        shown = await client.get(f"payment-methods/{answer.json()['paymentMethodId']}")
        assert (shown["type"], shown["card"]["last4"]) == ("card", "4242")
        assert "4242424242424242" not in json.dumps(shown)
        refused = await client.call("POST", f"payment-intents/{key}/confirm", {"paymentMethodId": shown["id"]})
        assert refused.status_code == 403
        await client.option(confirm_key="any")
        again = await client.refusal(f"payment-intents/{key}/confirm", {"paymentMethodId": shown["id"]})
        assert again["code"] == "payment_intents.invalid_status"

    play(scenario)


def test_an_intent_is_confirmed_by_sinpe_and_waits() -> None:
    async def scenario(client: Client) -> None:
        answer, key = await confirmed(client, mobile())
        assert answer.json()["status"] == "processing"
        shown = await client.get(f"payment-methods/{answer.json()['paymentMethodId']}")
        assert shown["mobileNumber"] == {"maskedNumber": "****8888"}
        refused = await client.refusal(f"payment-intents/{key}", {"amount": 600000})
        assert refused["code"] == "payment_intents.invalid_status"
        await client.wait(16)
        assert (await client.get(f"payment-intents/{key}"))["status"] == "succeeded"
        assert (await client.control("approve")).status_code == 404

    play(scenario)


def test_the_payers_own_identification_has_its_form() -> None:
    async def scenario(client: Client) -> None:
        for wrong in ({"identification": "1-1393-1919"}, {"number": "88888888"}, {"identificationType": 7}):
            await client.refusal("payment-methods", mobile(**wrong))
        foreigner = mobile(identification="155812345678", identificationType=1)
        answer = await client.refusal("payment-methods", foreigner)
        assert answer["message"] == ["mobileNumber.identificationType must be one of the following values: 0"]
        await client.option(identification_types="all")
        await client.post("payment-methods", foreigner)
        for kind in ("zunify", "bank_deposit"):
            await client.refusal("payment-methods", {"type": kind})
        await client.refusal("payment-methods", {"type": "card", "mobileNumber": mobile()["mobileNumber"]})

    play(scenario)


def test_a_method_that_cannot_be_made_and_one_that_is_detached() -> None:
    async def scenario(client: Client) -> None:
        answer = await client.refusal("payment-methods", method("4000000000000127"))
        assert answer["code"] == "cards.invalid_card_info"
        made = await client.post("payment-methods", method())
        await client.post(f"payment-methods/{made['id']}/detach")
        assert (await client.call("GET", f"payment-methods/{made['id']}")).status_code == 404

    play(scenario)


def test_a_declined_confirm_answers_with_the_intent_or_an_error() -> None:
    async def scenario(client: Client) -> None:
        answer, _ = await confirmed(client, method("4000000000000002"))
        assert (answer.status_code, answer.json()["status"]) == (201, "requires_payment_method")
        await client.option(declined_confirm="error", business_errors="plain")
        answer, _ = await confirmed(client, method("4000000000000002"))
        assert (answer.status_code, answer.json()["apiCode"]) == (400, "declined")
        assert len(await client.news()) == 2

    play(scenario)


def test_a_challenge_returns_to_the_merchants_own_page() -> None:
    async def scenario(client: Client) -> None:
        answer, key = await confirmed(client, method("4000000000003220"))
        action = answer.json()["nextAction"]["redirectToUrl"]
        assert action["returnUrl"] == "https://shop.example/back"
        back = await client.http.post(action["url"], data={"answer": "yes"})
        assert back.headers["location"] == f"https://shop.example/back?payment_intent_id={key}"

    play(scenario)


def test_an_authorised_payment_is_captured_or_cancelled() -> None:
    async def scenario(client: Client) -> None:
        answer, key = await confirmed(client, method(), captureMethod="manual")
        assert (answer.json()["status"], answer.json()["capturableAmount"]) == ("requires_capture", 500000)
        assert await client.book() == []
        await client.refusal(f"payment-intents/{key}/capture", {"amountToCapture": 500001})
        captured = await client.post(f"payment-intents/{key}/capture", {"amountToCapture": 400000})
        assert (captured["status"], captured["receivedAmount"]) == ("succeeded", 400000)
        _, other = await confirmed(client, method(), captureMethod="manual")
        assert (await client.post(f"payment-intents/{other}/cancel"))["status"] == "canceled"
        assert [row[2] for row in await client.book()] == [400000]

    play(scenario)


def test_an_intent_is_changed_and_cancelled_in_documented_states_alone() -> None:
    async def scenario(client: Client) -> None:
        made = await client.post("payment-intents", {"amount": 500000, "currency": "CRC"})
        path = f"payment-intents/{made['id']}"
        changed = await client.post(path, {"amount": 600000, "metadata": {"ref": "B"}})
        assert (changed["amount"], changed["metadata"]) == (600000, {"ref": "B"})
        await client.refusal(f"{path}/cancel")
        await client.option(cancel_unconfirmed="cancel")
        assert (await client.post(f"{path}/cancel"))["status"] == "canceled"
        await client.refusal(path, {"description": "x"})
        declined = await client.open()
        await client.control("reject")
        cancelled = await client.post(f"payment-intents/{declined['paymentIntentId']}/cancel")
        assert cancelled["status"] == "canceled"

    play(scenario)


# Refunds


async def paid_by_card(client: Client, reference: str = REFERENCE) -> str:
    session = await client.open(reference)
    await client.control("approve", reference)
    return str(session["paymentIntentId"])


def test_a_refund_has_a_state_of_its_own_and_no_event() -> None:
    async def scenario(client: Client) -> None:
        key = await paid_by_card(client)
        told = await client.told()
        body = {"paymentIntentId": key, "reason": "requested_by_customer"}
        refund = await client.post("refunds", body)
        assert (refund["status"], refund["amount"], refund["currency"]) == ("pending", 1825075, "CRC")
        assert (await client.get(f"payment-intents/{key}"))["receivedAmount"] == 1825075
        assert [row[3] for row in await client.book()] == ["captured"]
        await client.wait(6)
        assert (await client.get(f"refunds/{refund['id']}"))["status"] == "succeeded"
        intent = await client.get(f"payment-intents/{key}")
        assert (intent["status"], intent["receivedAmount"]) == ("succeeded", 0)
        assert [row[2:] for row in await client.book()] == [(1825075, "returned")]
        assert await client.told() == told

    play(scenario)


def test_a_part_is_refunded_once_and_the_book_says_what_is_left() -> None:
    async def scenario(client: Client) -> None:
        key = await paid_by_card(client)
        refund = await client.post("refunds", {"paymentIntentId": key, "amount": 100000})
        assert refund["status"] == "succeeded"
        assert (await client.get(f"payment-intents/{key}"))["receivedAmount"] == 1725075
        answer = await client.refusal("refunds", {"paymentIntentId": key, "amount": 100000})
        assert answer["code"] == "refunds.charge_already_refunded"
        assert [row[2:] for row in await client.book()] == [(1825075, "captured")]
        (row,) = (await client.http.get("/_control/book")).json()
        assert (row["captures"], row["returned"]) == (1, 100000)

    play(scenario, refund_seconds=0)


def test_a_refund_may_fail_and_the_money_stays() -> None:
    async def scenario(client: Client) -> None:
        key = await paid_by_card(client)
        refund = await client.post("refunds", {"paymentIntentId": key})
        assert (await client.get(f"payment-intents/{key}"))["receivedAmount"] == 0
        await client.control("end_refund", outcome="failed")
        failed = await client.get(f"refunds/{refund['id']}")
        assert (failed["status"], failed["failureReason"]) == ("failed", "declined")
        await client.wait(6)
        assert (await client.get(f"payment-intents/{key}"))["receivedAmount"] == 1825075
        assert [row[3] for row in await client.book()] == ["captured"]
        await client.refusal("refunds", {"paymentIntentId": key})

    play(scenario, refund_shows="pending")


@pytest.mark.parametrize("reading", ["succeeded", "refunded"])
def test_what_a_refunded_intent_is_called_can_be_chosen(reading: str) -> None:
    async def scenario(client: Client) -> None:
        key = await paid_by_card(client)
        await client.post("refunds", {"paymentIntentId": key})
        assert (await client.get(f"payment-intents/{key}"))["status"] == reading

    play(scenario, refunded_intent=reading, refund_seconds=0)


def test_sinpe_what_is_settled_and_what_is_unpaid_cannot_be_refunded() -> None:
    async def scenario(client: Client) -> None:
        session = await client.open("SINPE")
        unpaid = await client.refusal("refunds", {"paymentIntentId": session["paymentIntentId"]})
        assert unpaid["code"] == "refunds.invalid_status"
        await client.control("sinpe", "SINPE")
        await client.control("transfer", "SINPE")
        by_sinpe = await client.refusal("refunds", {"paymentIntentId": session["paymentIntentId"]})
        assert by_sinpe["code"] == "refunds.payment_method_not_supported"
        settled = await paid_by_card(client, "SETTLED")
        await client.control("settle", "SETTLED")
        old = await client.refusal("refunds", {"paymentIntentId": settled})
        assert old["code"] == "refunds.charge_settled"
        card_key = await paid_by_card(client, "LARGE")
        large = await client.refusal("refunds", {"paymentIntentId": card_key, "amount": 1825076})
        assert large["code"] == "refunds.amount_too_large"
        await client.option(settled_after_seconds=86400)
        await client.wait(86401)
        assert (await client.refusal("refunds", {"paymentIntentId": card_key}))["code"] == "refunds.charge_settled"
        assert {row[3] for row in await client.book()} == {"captured"}

    play(scenario)


def test_the_dashboard_gives_back_what_the_api_does_not() -> None:
    async def scenario(client: Client) -> None:
        session = await client.open()
        await client.control("sinpe")
        await client.control("transfer")
        told = await client.told()
        await client.control("refund_in_dashboard", amount=25075)
        intent = await client.intent(session)
        assert (intent["status"], intent["receivedAmount"]) == ("succeeded", 1800000)
        assert (await client.control("refund_in_dashboard", amount=1800001)).status_code == 404
        await client.control("refund_in_dashboard")
        assert (await client.intent(session))["status"] == "refunded"
        assert (await client.session(session))["paymentStatus"] == "paid"
        assert sum(row[2] for row in await client.book() if row[3] == "returned") == 1825075
        assert (await client.control("refund_in_dashboard")).status_code == 404
        assert await client.told() == told

    play(scenario)


# Notifications on a real socket, and what is configured


@pytest.mark.parametrize(("reading", "times"), [("logged", 1), ("retried", 2)])
def test_a_notification_that_is_not_taken_is_logged_or_sent_again(reading: str, times: int) -> None:
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        status = b"503 Busy" if len(heard) == 1 else b"200 OK"
        writer.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async def scenario(client: Client) -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/n/token"
        await client.http.post("/_control/notify", json={"merchant": client.merchant["id"], "url": url})
        await client.open()
        await client.control("reject")
        await asyncio.sleep(0)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        async with asyncio.timeout(10):
            while len(heard) < times:
                await asyncio.sleep(0.02)
            while sending := [task for task in others if not task.done() and "_send" in repr(task)]:
                await asyncio.wait(sending)
        server.close()
        assert len(heard) == times
        assert heard[0].startswith(b"POST /n/token HTTP/1.1")
        assert f"x-webhook-secret: {client.merchant['webhook_secret']}".encode() in heard[0]

    play(scenario, webhook_failure=reading)


def test_events_that_were_not_chosen_are_not_sent() -> None:
    async def scenario(client: Client) -> None:
        await client.open()
        await client.control("reject")
        await client.control("approve")
        assert await client.told() == ["checkout-session.succeeded"]

    play(scenario, events=["checkout-session.succeeded"])


def test_reset_forgets_all_but_the_configuration() -> None:
    async def scenario(client: Client) -> None:
        session = await at_page("88888888")(client)
        await client.option(paid_session="complete")
        await client.http.post("/_control/reset", json={})
        assert (await client.call("GET", f"checkout/sessions/{session['id']}")).status_code == 404
        await client.wait(60)
        assert (await client.book(), await client.news()) == ([], [])
        await client.open()
        await client.control("approve")
        assert (await client.get("checkout/sessions/one-time-link/account"))[0]["status"] == "open"

    play(scenario)


@pytest.mark.parametrize("action", ["approve", "reject", "expire", "sinpe", "transfer", "settle", "end_refund"])
def test_an_action_on_nothing_is_404(action: str) -> None:
    async def scenario(client: Client) -> None:
        assert (await client.control(action, "NOTHING")).status_code == 404

    play(scenario)


def test_a_payment_is_named_by_the_merchants_reference_or_an_id() -> None:
    async def scenario(client: Client) -> None:
        session = await client.open(metadata={"order_id": "7"})
        await client.control("reject", "7")
        await client.control("reject", session["id"])
        await client.control("approve", session["paymentIntentId"])
        assert [row[0] for row in await client.book()] == ["7"]

    play(scenario)


def test_a_partial_configuration_is_filled_and_stays_json() -> None:
    given = {"merchants": [{"secret_key": "onvo_test_secret_key_mine", "sinpe_number": OWN_NUMBER}]}
    config = SIMULATOR.configure(given)
    assert SIMULATOR.configure(json.loads(json.dumps(config))) == config
    merchant = config["merchants"][0]
    assert re.fullmatch("[a-z0-9]{25}", merchant["id"])
    assert SIMULATOR.settings(config, merchant["id"]) == {
        "account_id": merchant["id"],
        "secret_key": "onvo_test_secret_key_mine",
        "webhook_secret": merchant["webhook_secret"],
        "sinpe_number": OWN_NUMBER,
    }
    plain = SIMULATOR.settings(CONFIG, CONFIG["merchants"][0]["id"])
    assert set(plain) == {"account_id", "secret_key", "webhook_secret"}
    line = json.loads(json.dumps(SIMULATOR.line("http://127.0.0.1:9", config)))
    assert line["endpoints"] == {"api": "http://127.0.0.1:9/api", "page": "http://127.0.0.1:9/checkout"}
    assert set(line["credentials"]) == {"secret_key", "publishable_key", "webhook_secret"}


def test_the_simulator_says_which_readings_it_can_play() -> None:
    assert all(option.text and option.takes(option.default) for option in SIMULATOR.options)
    assert set(SIMULATOR.configure({})["options"]) == {option.name for option in SIMULATOR.options}

    async def scenario(client: Client) -> None:
        answer = await client.http.post("/_control/options", json={"strict": True})
        assert (answer.status_code, answer.json()["error"].startswith("there is no option strict; ")) == (400, True)

    play(scenario)


def test_the_simulator_takes_nothing_from_the_plugin() -> None:
    program = (
        "import sys, hub_onvo.simulator as s, pathlib;"
        "print(*[p.name for p in pathlib.Path(s.__file__).parent.glob('*.py') if 'hub_onvo' in p.read_text()])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == ""
