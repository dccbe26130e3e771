"""The simulated Greenpay, as a client written from the documents and a person with a browser meet it."""

import asyncio
import base64
import json
import random
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key

import hub_greenpay
from hub_greenpay.simulator import SIMULATOR
from hub_hookspecs import Account, Ask, IdentityCheck, Kind, Message, Mode, Order, Steps, Verdict
from hub_hookspecs.http import library as httpx

BASE = "http://simulator.test"
CONFIG = SIMULATOR.configure({"merchants": [{"name": "Ferretería El Roble"}, {"name": "Otra Tienda"}]})
MERCHANT, OTHER = CONFIG["merchants"]
GOOD = "4111111111111111"
YEAR = datetime.now(UTC).year + 3
"""In which the cards expire."""


@attrs.frozen
class Client:
    """A client of Greenpay's V1 API, written from its documents alone."""

    http: httpx.AsyncClient
    merchant: Mapping[str, Any]

    @property
    def public_key(self) -> rsa.RSAPublicKey:
        return load_der_public_key(base64.b64decode(self.merchant["public_key"]))

    async def order(self, reference: str = "FE-42-1", path: str = "/merchant", **members: Any) -> dict[str, Any]:
        body = {
            "secret": self.merchant["secret"],
            "merchantId": self.merchant["id"],
            "terminal": self.merchant["terminals"]["CRC"],
            "amount": 18250.75,
            "currency": "CRC",
            "description": "Invoice FE-42",
            "orderReference": reference,
            "callback": "https://hub.example/return/abc",
            **members,
        }
        return await self.post(path, {key: value for key, value in body.items() if value is not ...})

    async def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        answer = await self.http.post(path, json=body, headers=headers)
        assert answer.headers["content-type"] == "application/json"
        assert answer.status_code == 200
        return answer.json()

    def seal(self, value: Any, *, counter_as_list: bool = False) -> dict[str, str]:
        """AES-128-CTR with a fresh key under RSA PKCS#1 v1.5."""
        # With sixteen small numbers for the counter the text still fits into the 117 bytes of a 1024-bit key.
        top = 9 if counter_as_list else 254
        key = [random.randrange(top + 1) for _ in range(16)]
        start = random.randrange(top + 1)
        counter = [*[0] * 15, start] if counter_as_list else start
        encryptor = Cipher(algorithms.AES128(bytes(key)), modes.CTR(start.to_bytes(16, "big"))).encryptor()
        text = json.dumps({"k": key, "s": counter}, separators=(",", ":")).encode()
        return {
            "ld": (encryptor.update(json.dumps(value).encode()) + encryptor.finalize()).hex(),
            "lk": base64.b64encode(self.public_key.encrypt(text, padding.PKCS1v15())).decode(),
        }

    async def pay(
        self, order: Mapping[str, str], number: str = GOOD, path: str = "/checkout/kount", **options: Any
    ) -> dict[str, Any]:
        sealed = self.seal(card(number, **options.pop("card", {})), **options)
        return await self.post(path, {"session": order["session"], **sealed}, {"liszt-token": order["token"]})

    def is_signed(self, answer: Mapping[str, Any], text: str) -> bool:
        try:
            self.public_key.verify(bytes.fromhex(answer["_signature"]), text.encode(), padding.PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True

    async def control(self, action: str, **body: Any) -> httpx.Response:
        return await self.http.post(f"/_control/{action}", json=body)

    async def book(self) -> list[dict[str, Any]]:
        return (await self.http.get("/_control/book")).json()

    async def news(self) -> list[tuple[str, dict[str, Any]]]:
        rows = (await self.http.get("/_control/notifications")).json()
        return [(row["path"], json.loads(base64.b64decode(row["body"]))) for row in rows]


def card(number: str, month: Any = 9, year: Any = YEAR % 100, **more: Any) -> dict[str, Any]:
    inner = {"cardHolder": "Ana Prueba", "expirationDate": {"month": month, "year": year}, "cardNumber": number}
    return {"card": {**inner, "cvc": "123", "nickname": "myvisa"}, "tokenize": False, "kountSession": "k", **more}


def play(scenario: Callable[[Client], Awaitable[None]], **config: Any) -> None:
    """Run a scenario against a fresh simulator."""

    async def run() -> None:
        transport = httpx.ASGITransport(SIMULATOR.app({**CONFIG, **config}))
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
            await scenario(Client(http, MERCHANT))

    asyncio.run(run())


# Orders


def test_an_order_opens_a_session_on_the_bare_base() -> None:
    async def scenario(client: Client) -> None:
        for path in ("/merchant", "/merchant/"):
            answer = await client.order(path=path)
            assert set(answer) == {"session", "token"}
            assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", answer["session"])
        assert await client.book() == []

    play(scenario)


@pytest.mark.parametrize(
    ("members", "error"),
    [
        ({"secret": "wrong"}, "Merchant doesn't exist"),
        ({"secret": ...}, "Merchant doesn't exist"),
        ({"secret": OTHER["secret"]}, "Merchant doesn't exist"),
        ({"merchantId": "06c229a2-0000-4000-8000-000000000001"}, "Merchant doesn't exist"),
        ({"terminal": "Nobody-0000-BNCR-CRC"}, "Bank entity doesn't exist"),
        ({"terminal": OTHER["terminals"]["CRC"]}, "Bank entity doesn't exist"),
        ({"currency": "USD"}, "Bank entity doesn't exist"),
        ({"currency": "EUR"}, "Bank entity doesn't exist"),
        ({"orderReference": ""}, "orderReference is required"),
        ({"description": ...}, "description is required"),
        ({"amount": "100.00"}, "amount must be a number"),
        ({"amount": -1}, "amount is invalid"),
        ({"amount": 0.005}, "amount is invalid"),
        ({"callback": "javascript:alert(1)"}, "callback is invalid"),
    ],
)
def test_a_wrong_order_is_answered_with_200_and_its_error(members: dict[str, Any], error: str) -> None:
    async def scenario(client: Client) -> None:
        assert await client.order(**members) == {"status": 500, "errors": [error]}

    play(scenario)


@pytest.mark.parametrize("members", [{"callback": ""}, {"callback": ...}, {"amount": 100}, {"additional": {}}])
def test_what_real_clients_leave_out_is_tolerated(members: dict[str, Any]) -> None:
    async def scenario(client: Client) -> None:
        assert "session" in await client.order(**members)

    play(scenario)


def test_a_rotated_secret_opens_orders_and_the_old_one_does_not() -> None:
    async def scenario(client: Client) -> None:
        await client.control("rotate", merchant=MERCHANT["id"], secret="another")
        assert "errors" in await client.order()
        assert "session" in await client.order(secret="another")

    play(scenario)


def test_a_repeated_reference_is_accepted_unless_told_otherwise() -> None:
    async def scenario(client: Client) -> None:
        await client.order()
        assert "session" in await client.order()
        await client.control("options", repeated_reference="refuse")
        assert "errors" in await client.order()

    play(scenario)


# Checkout


@pytest.mark.parametrize("path", ["/checkout/kount", "/checkout", "/checkout/"])
@pytest.mark.parametrize(("month", "year"), [(9, YEAR % 100), ("9", f"{YEAR}"[2:]), ("09", f"{YEAR}"), (12, YEAR)])
def test_an_encrypted_card_is_charged(path: str, month: Any, year: Any) -> None:
    async def scenario(client: Client) -> None:
        order = await client.order()
        answer = await client.pay(order, path=path, card={"month": month, "year": year})

        assert (answer["status"], answer["orderId"]) == (200, "FE-42-1")
        assert re.fullmatch("[0-9]{6}", answer["authorization"])
        assert (answer["last4"], answer["brand"], answer["result"]["resp_code"]) == ("1111", "Visa", "00")
        assert len(answer["_signature"]) == 256
        assert client.is_signed(answer, "status:200,orderId:FE-42-1")
        assert not client.is_signed(answer, "status:500,orderId:FE-42-1")
        assert "amount" not in json.dumps(answer)
        assert [(line["minor"], line["currency"], line["captures"]) for line in await client.book()] == [
            (1825075, "CRC", 1)
        ]
        assert await client.news() == [("/", answer)]

    play(scenario)


def test_the_counter_may_be_sixteen_numbers() -> None:
    async def scenario(client: Client) -> None:
        answer = await client.pay(await client.order(), counter_as_list=True)
        assert answer["status"] == 200

    play(scenario)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("4485970366452449", "05"),
        ("4094394314664828", "51"),
        ("4539610492212483", "54"),
        ("4929518506489375", "262"),
        ("4556592228753727", "58"),
        ("4916869335186964", "96"),
        ("4111111111111112", "14"),
    ],
)
def test_test_cards_decline_with_their_codes(number: str, code: str) -> None:
    async def scenario(client: Client) -> None:
        answer = await client.pay(await client.order(), number)

        assert (answer["status"], answer["result"]["resp_code"], answer["authorization"]) == (500, code, "")
        assert answer["errors"]
        assert client.is_signed(answer, "status:500,orderId:FE-42-1")
        assert await client.book() == []
        assert await client.news() == [("/", answer)]

    play(scenario)


def test_a_card_whose_month_is_over_is_expired() -> None:
    async def scenario(client: Client) -> None:
        answer = await client.pay(await client.order(), card={"month": 1, "year": 20})
        assert answer["result"]["resp_code"] == "54"

    play(scenario)


def test_a_session_survives_a_decline_and_pays_once() -> None:
    async def scenario(client: Client) -> None:
        order = await client.order()
        assert (await client.pay(order, "4485970366452449"))["status"] == 500
        assert (await client.pay(order))["status"] == 200
        assert "used" in (await client.pay(order))["errors"][0]
        assert [line["captures"] for line in await client.book()] == [1]

    play(scenario)


def test_a_decline_ends_the_session_where_it_is_told_to() -> None:
    async def scenario(client: Client) -> None:
        order = await client.order()
        await client.pay(order, "4485970366452449")
        assert "used" in (await client.pay(order))["errors"][0]

    play(scenario, options={"decline_ends_session": True})


def test_the_http_status_of_a_decline_can_be_chosen() -> None:
    async def scenario(client: Client) -> None:
        order = await client.order()
        await client.control("options", http_status_on_decline=402)
        sealed = client.seal(card("4485970366452449"))
        answer = await client.http.post(
            "/checkout/kount", json={"session": order["session"], **sealed}, headers={"liszt-token": order["token"]}
        )
        assert (answer.status_code, answer.json()["status"]) == (402, 500)

    play(scenario)


def test_a_session_dies_after_thirty_minutes() -> None:
    async def scenario(client: Client) -> None:
        order = await client.order()
        await client.control("clock", seconds=1799)
        assert "errors" in await client.pay({**order, "token": "wrong"})
        await client.control("clock", seconds=1801)
        assert "expired" in (await client.pay(order))["errors"][0]
        assert await client.book() == []

    play(scenario)


@pytest.mark.parametrize(
    "sealed",
    [
        {},
        {"ld": "", "lk": ""},
        {"ld": "zz", "lk": "AAAA"},
        {"ld": 5, "lk": []},
        {"ld": "00ff", "lk": base64.b64encode(b"x" * 128).decode()},
    ],
)
def test_what_cannot_be_opened_is_an_error_not_a_crash(sealed: dict[str, Any]) -> None:
    async def scenario(client: Client) -> None:
        order = await client.order()
        answer = await client.post(
            "/checkout/kount", {"session": order["session"], **sealed}, {"liszt-token": order["token"]}
        )
        assert answer == {"status": 500, "errors": ["the encrypted data cannot be opened"]}
        wrong_key = attrs.evolve(client, merchant=OTHER)
        assert "errors" in await wrong_key.pay(order)
        assert await client.book() == []

    play(scenario)


def test_garbage_is_answered_with_400() -> None:
    async def scenario(client: Client) -> None:
        for content in (b"", b"[]", b"{", b"\xff", b"[" * 100_000):
            for path in ("/merchant", "/checkout/kount"):
                answer = await client.http.post(path, content=content)
                assert answer.status_code == 400

    play(scenario)


# Saved cards, voids


def test_a_saved_card_pays_without_a_session() -> None:
    async def scenario(client: Client) -> None:
        who = {"secret": MERCHANT["secret"], "merchantId": MERCHANT["id"]}
        order = await client.post("/merchant/tokenize", {**who, "requestId": "req-77"})
        sealed = client.seal({"card": card(GOOD)["card"]})
        saved = await client.post(
            "/checkout/tokenize", {"session": order["session"], **sealed}, {"liszt-token": order["token"]}
        )
        token = saved["result"]["token"]

        assert (saved["requestId"], saved["expiration_date"]) == ("req-77", f"{YEAR}"[2:] + "09")
        assert client.is_signed(saved, "status:201,requestId:req-77")
        assert await client.news() == [("/newCard", saved)]
        paid = await client.order(path="/merchant/tokenPayment", token=token)
        assert paid["status"] == 200
        gone = await client.post("/merchant/deleteToken", {**who, "token": token, "requestId": 78})
        assert client.is_signed(gone, "status:DELETED,requestId:78")
        assert "errors" in await client.order(path="/merchant/tokenPayment", token=token)

    play(scenario)


def test_a_void_needs_the_whole_card_and_three_hours() -> None:
    async def scenario(client: Client) -> None:
        paid = await client.pay(await client.order())
        body = {
            "secret": MERCHANT["secret"],
            "merchantId": MERCHANT["id"],
            "bin": "411111",
            "last4": "1111",
            "authorization": paid["authorization"],
            "orderReference": "FE-42-1",
        }
        assert (await client.post("/merchant/transactions/void", {**body, "bin": ""}))["code"] == 404
        assert (await client.post("/merchant/transactions/refund", body))["code"] == 500  # no BAC terminal
        await client.control("clock", seconds=3 * 3600 + 60)
        assert (await client.post("/merchant/transactions/void", body))["status"] == "FAIL"
        await client.control("clock", seconds=60)
        voided = await client.post("/merchant/transactions/void", body)
        assert voided["result"] == {"orderReference": "FE-42-1", "void": True}
        assert [line["state"] for line in await client.book()] == ["returned"]

    play(scenario)


# The hosted form


def fields(number: str = GOOD, action: str = "pay", **more: str) -> dict[str, str]:
    typed = {"cardNumber": number, "cardHolder": "Ana Prueba", "expiry": f"09/{YEAR % 100}", "cvc": "123"}
    return {**typed, "action": action, **more}


def decoded(location: str) -> dict[str, Any]:
    prefix = "https://hub.example/return/abc/"
    assert location.startswith(prefix)
    return json.loads(base64.b64decode(location.removeprefix(prefix), validate=True))


def test_the_form_shows_what_is_paid_to_whom() -> None:
    async def scenario(client: Client) -> None:
        order = await client.order(description='<script>alert("x")</script>')
        page = await client.http.get(f"/form/{order['session']}")

        assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
        for text in ("SIMULADO", "₡18\u00a0250,75", "Ferretería El Roble", "Pagar", "Cancelar", "4485 9703 6645 2449"):
            assert text in page.text
        assert "<script" not in page.text
        assert order["token"] not in page.text
        labelled = set(re.findall(r'<label for="(\w+)"', page.text))
        assert (
            labelled
            == set(re.findall(r'<input id="(\w+)"', page.text))
            == {"cardNumber", "cardHolder", "expiry", "cvc"}
        )

    play(scenario)


def test_a_test_card_of_the_table_fills_the_form() -> None:
    async def scenario(client: Client) -> None:
        order = await client.order()
        page = await client.http.get(f"/form/{order['session']}?card=4485970366452449")
        assert 'value="4485970366452449"' in page.text
        page = await client.http.get(f"/form/{order['session']}?card=%22%3E%3Cscript%3E")
        assert "<script" not in page.text

    play(scenario)


def test_a_person_is_declined_tries_again_and_pays() -> None:
    async def scenario(client: Client) -> None:
        order = await client.order()
        address = f"/form/{order['session']}"
        declined = await client.http.post(address, data=fields("4094394314664828"))
        assert declined.status_code == 303
        assert decoded(declined.headers["location"])["result"]["resp_code"] == "51"
        assert "Fondos insuficientes" in (await client.http.get(address)).text

        paid = await client.http.post(address, data=fields("4111 1111 1111 1111"))
        answer = decoded(paid.headers["location"])
        assert answer["status"] == 200
        assert [body["status"] for _, body in await client.news()] == [500, 200]

        again = await client.http.get(address)
        assert "ya fue pagada" in again.text
        assert (await client.http.post(address, data=fields())).status_code == 200
        assert [line["captures"] for line in await client.book()] == [1]

    play(scenario)


def test_a_cancel_goes_back_and_leaves_the_session_open() -> None:
    async def scenario(client: Client) -> None:
        order = await client.order()
        back = await client.http.post(f"/form/{order['session']}", data={"action": "cancel"})
        assert (back.status_code, back.headers["location"]) == (303, "https://hub.example/return/abc/cancel")
        assert await client.news() == []
        assert (await client.http.get(f"/form/{order['session']}")).status_code == 200

    play(scenario)


def test_a_form_filled_in_wrongly_says_where_and_tries_nothing() -> None:
    async def scenario(client: Client) -> None:
        order = await client.order()
        for typed, name in (
            (fields("12"), "cardNumber"),
            (fields(cardHolder=" "), "cardHolder"),
            (fields(expiry=f"13/{YEAR % 100}"), "expiry"),
            (fields(cvc="1"), "cvc"),
        ):
            page = await client.http.post(f"/form/{order['session']}", data=typed)
            assert page.status_code == 422
            assert page.text.count('aria-invalid="true"') == 1
            assert f'id="{name}-error"' in page.text
            assert 'role="alert"' in page.text
        assert (await client.http.post(f"/form/{order['session']}", content=b"\xff\xfe")).status_code == 422
        assert await client.news() == []

    play(scenario)


def test_a_form_that_is_over_or_unknown_says_so() -> None:
    async def scenario(client: Client) -> None:
        order = await client.order()
        await client.control("expire", reference="FE-42-1")
        page = await client.http.post(f"/form/{order['session']}", data=fields())
        assert (page.status_code, "venció" in page.text) == (410, True)
        assert (await client.http.get("/form/nothing")).status_code == 404
        assert await client.book() == []

    play(scenario)


def test_without_a_callback_the_form_shows_the_result_itself() -> None:
    async def scenario(client: Client) -> None:
        order = await client.order(callback="")
        assert (
            "rechazada" in (await client.http.post(f"/form/{order['session']}", data=fields("4485970366452449"))).text
        )
        assert "aprobado" in (await client.http.post(f"/form/{order['session']}", data=fields())).text

    play(scenario)


# Control


def test_the_payer_can_be_driven_from_outside() -> None:
    async def scenario(client: Client) -> None:
        await client.order("A")
        await client.control("reject", reference="A", code="51")
        await client.control("reject", reference="A", code="899")
        await client.control("reject", reference="A", card="4556710706281072")
        await client.control("approve", reference="A")
        assert [body["result"]["resp_code"] for _, body in await client.news()] == ["51", "899", "55", "00"]
        assert (await client.control("approve", reference="A")).status_code == 404
        assert (await client.control("approve", reference="nobody")).status_code == 404
        await client.order("B")
        await client.control("approve", reference="B", card="4485970366452449")
        assert (await client.news())[-1][1]["status"] == 500

    play(scenario)


def test_each_merchant_signs_with_its_own_key() -> None:
    async def scenario(client: Client) -> None:
        other = attrs.evolve(client, merchant=OTHER)
        await client.order("A")
        await other.order("A", amount=5)
        await client.control("approve", reference="A")
        await client.control("approve", reference="A")
        first, second = [body for _, body in await client.news()]
        assert other.is_signed(first, "status:200,orderId:A")
        assert not client.is_signed(first, "status:200,orderId:A")
        assert client.is_signed(second, "status:200,orderId:A")
        assert {(line["merchant"], line["minor"]) for line in await client.book()} == {
            (OTHER["id"], 500),
            (MERCHANT["id"], 1825075),
        }

    play(scenario)


def test_a_forged_and_a_distorted_notification_differ_as_they_should() -> None:
    async def scenario(client: Client) -> None:
        for reference, kind in (("A", "forge"), ("B", "wrong_amount"), ("C", "repeat"), ("D", "drop")):
            await client.order(reference)
            await client.control("fault", path="notification", kind=kind)
            await client.control("approve", reference=reference)
        bodies = [body for _, body in await client.news()]
        signed = [client.is_signed(body, f"status:200,orderId:{body['orderId']}") for body in bodies]
        assert [body["orderId"] for body in bodies] == ["A", "B", "C", "C"]
        assert signed == [False, True, True, True]
        assert bodies[1]["authorization"] == "999999"
        assert len(await client.book()) == 4

    play(scenario)


def test_reset_forgets_all_but_the_configuration() -> None:
    async def scenario(client: Client) -> None:
        await client.order()
        await client.control("options", decline_ends_session=True)
        await client.control("reset")
        order = await client.order("B")
        await client.pay(order, "4485970366452449")
        assert (await client.pay(order))["status"] == 200
        assert (await client.control("approve", reference="FE-42-1")).status_code == 404

    play(scenario)


def test_notifications_are_posted_to_the_merchants_address_after_the_delay() -> None:
    """Over a real socket: the provider calls the hub's address with a slash behind it."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
        heard.append(head + await reader.readexactly(size))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def scenario(client: Client) -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        await client.control("notify", merchant=MERCHANT["id"], url=f"http://127.0.0.1:{port}/n/token")
        await client.control("options", notify_delay=0.05)
        await client.order()
        await client.control("approve", reference="FE-42-1")
        assert heard == []
        async with asyncio.timeout(5):
            while not heard:
                await asyncio.sleep(0.02)
        server.close()
        await server.wait_closed()
        assert heard[0].startswith(b"POST /n/token/ HTTP/1.1")
        assert b'"orderId":"FE-42-1"' in heard[0]

    play(scenario)


# Configuration


def test_a_partial_configuration_is_filled_and_stays_json() -> None:
    given = {"merchants": [{"id": "06c229a2-0000-4000-8000-000000000001", "terminals": {"USD": "X-1a2b-BAC-USD"}}]}
    config = SIMULATOR.configure(given)

    assert SIMULATOR.configure(json.loads(json.dumps(config))) == config
    settings = SIMULATOR.settings(config, "06c229a2-0000-4000-8000-000000000001")
    assert settings["terminal_usd"] == "X-1a2b-BAC-USD"
    assert "terminal_crc" not in settings
    assert len(base64.b64decode(settings["public_key"])) == 162
    assert settings["public_key"].startswith("MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ")


def test_drawn_credentials_match_the_declared_settings_and_differ_between_merchants() -> None:
    first, second = (SIMULATOR.settings(CONFIG, item["id"]) for item in (MERCHANT, OTHER))
    info = hub_greenpay.describe_provider()

    assert all(re.fullmatch(info.setting(name).pattern, value) for name, value in first.items())
    assert set(first) == {setting.name for setting in info.settings}
    assert not set(first.values()) & set(second.values())


def test_the_line_printed_alone_holds_what_a_client_needs(tmp_path) -> None:
    path = tmp_path / "key.pem"
    line = json.loads(json.dumps(SIMULATOR.line("http://127.0.0.1:9", {**CONFIG, "public_key_file": str(path)})))

    assert line["provider"] == "greenpay"
    assert line["control"] == "http://127.0.0.1:9/_control"
    assert line["endpoints"]["merchant"] == "http://127.0.0.1:9/merchant"
    assert line["credentials"]["merchantId"] == MERCHANT["id"]
    assert line["credentials"]["terminals"] == MERCHANT["terminals"]
    assert load_pem_public_key(path.read_bytes()).key_size == 1024
    assert line["public_key_file"] == str(path)
    assert "private" not in json.dumps(line).lower()


# The plugin against it


async def drive(client: Client, hook: str, exchange: Any, account: Account) -> Any:
    steps = Steps(hook, exchange, info=hub_greenpay.describe_provider(), account=account)
    step = steps.first()
    while isinstance(step, Ask):
        step = steps.answered(await client.http.send(step.request))
    assert step.outcome == "result"
    return step.value


def account_at_the_simulator(account: Account) -> Account:
    settings = SIMULATOR.settings(CONFIG, MERCHANT["id"])
    return attrs.evolve(account, settings=settings, endpoints=SIMULATOR.endpoints(BASE), mode=Mode.TEST)


READINGS: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "strictest": {"strict_keys": True, "repeated_reference": "refuse", "notification_route": ""},
    "refused in lists": {"refusal": "nested", "http_status_on_refusal": 400, "result_on_decline": "null"},
    "refused as V2 does": {"refusal": "message", "http_status_on_refusal": 500, "brand_unknown": "nd"},
}
"""What is played where public sources differ or say nothing."""


@pytest.mark.parametrize("reading", READINGS)
def test_the_plugin_pays_through_the_simulator_and_believes_both_channels(
    account: Account,
    order: Order,
    browser_return: Callable[[str], Message],
    notification: Callable[..., Message],
    reading: str,
) -> None:
    here = account_at_the_simulator(account)

    async def scenario(client: Client) -> None:
        exchange = hub_greenpay.create_payment(order=order, account=here)
        started = await drive(client, "create_payment", exchange, here)
        declined = await client.http.post(started.action.url, data=fields("4485970366452449"))
        paid = await client.http.post(started.action.url, data=fields())

        kinds = []
        for answer in (declined, paid):
            path = answer.headers["location"].removeprefix(order.return_url + "/")
            seen = hub_greenpay.handle_notification(message=browser_return(path), account=here)
            assert seen.verdict is Verdict.VALID
            kinds += [item.kind for item in seen.observations]
        assert kinds == [Kind.TRY_DECLINED, Kind.PAID]

        rows = (await client.http.get(f"/_control/notifications?reference={order.reference}")).json()
        told = [
            hub_greenpay.handle_notification(
                message=notification(base64.b64decode(row["body"]), row["path"].lstrip("/")), account=here
            )
            for row in rows
        ]
        assert told[-1] == seen
        assert [(line["reference"], line["minor"]) for line in await client.book()] == [(order.reference, 1825075)]

    play(scenario, options=READINGS[reading])


@pytest.mark.parametrize(
    ("wrong", "culprits"),
    [
        ({}, ()),
        ({"secret": "wrong-secret"}, ("secret", "merchant_id")),
        ({"terminal_usd": "Nobody-0000-BNCR-USD"}, ("terminal_usd",)),
        ({"terminal_crc": MERCHANT["terminals"]["USD"]}, ("terminal_crc",)),
    ],
)
@pytest.mark.parametrize("reading", READINGS)
def test_the_plugin_validates_its_credentials_without_a_charge(
    wrong: dict[str, str], culprits: tuple[str, ...], account: Account, check: IdentityCheck, reading: str
) -> None:
    here = account_at_the_simulator(account)
    here = attrs.evolve(here, settings={**here.settings, **wrong})

    async def scenario(client: Client) -> None:
        exchange = hub_greenpay.validate_identity(check=check, account=here)
        report = await drive(client, "validate_identity", exchange, here)
        assert (report.credentials, report.culprits) == ("refused" if culprits else "accepted", culprits)
        assert await client.book() == []

    play(scenario, options=READINGS[reading])


CUSTOMER = {
    "name": "Ana Prueba",
    "email": "ana@example.com",
    "identification": "111111111",
    "billingAddress": {"country": "CR", "street1": "Av 1"},
    "shippingAddress": {"country": "CR", "street1": "Av 1", "zip": "10201"},
}
PRODUCTS = [{"description": "Service", "skuId": "sku_1", "quantity": 1, "price": 18250.75, "type": "Service"}]


@pytest.mark.parametrize(
    ("customer", "products", "members", "error"),
    [
        ({}, {}, {}, None),
        ({}, {}, {"callback": ""}, None),
        ({"identification": ...}, {}, {}, "additional.customer.identification is required"),
        ({"email": ""}, {}, {}, "additional.customer.email is required"),
        ({"billingAddress": {"country": "CR"}}, {}, {}, "additional.customer.billingAddress.street1 is required"),
        ({"phone": "2222-1100"}, {}, {}, "additional.customer.phone is unknown"),
        ({}, {"quantity": "1"}, {}, "additional.products[0].quantity is invalid"),
        ({}, {"skuId": ...}, {}, "additional.products[0].skuId is required"),
        ({}, {}, {"callback": ...}, "callback is required"),
        ({}, {}, {"terminalId": "x"}, "terminalId is unknown"),
        ({}, {}, {"amount": "18250.75"}, "amount is invalid"),
        ({}, {}, {"amount": True}, "amount is invalid"),
        ({}, {}, {"additional": {"customer": CUSTOMER, "products": []}}, "additional.products is required"),
        ({}, {}, {"additional": []}, "additional is invalid"),
    ],
)
def test_strict_keys_refuse_what_the_clients_leave_out(
    customer: dict[str, Any], products: dict[str, Any], members: dict[str, Any], error: str | None
) -> None:
    def changed(whole: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in {**whole, **change}.items() if value is not ...}

    additional = {"customer": changed(CUSTOMER, customer), "products": [changed(PRODUCTS[0], products)]}

    async def scenario(client: Client) -> None:
        answer = await client.order(**{"additional": additional, **members})
        assert answer.get("errors") == ([error] if error else None)

    play(scenario, options={"strict_keys": True})


def test_an_amount_may_have_to_be_whole() -> None:
    async def scenario(client: Client) -> None:
        assert (await client.order(amount=18250.75))["errors"] == ["amount must be an integer"]
        assert "session" in await client.order(amount=18250)

    play(scenario, options={"amounts": "whole"})


def test_the_simulator_says_which_readings_it_can_play() -> None:
    assert all(option.text and option.takes(option.default) for option in SIMULATOR.options)
    assert set(SIMULATOR.configure({})["options"]) == {option.name for option in SIMULATOR.options}

    async def scenario(client: Client) -> None:
        answer = await client.control("options", strict=True)
        assert (answer.status_code, answer.json()["error"].startswith("there is no option strict; ")) == (400, True)

    play(scenario)


def test_the_simulator_takes_nothing_from_the_plugins_translation() -> None:
    program = (
        "import sys, hub_greenpay.simulator as s, pathlib;"
        "print(*[p.name for p in pathlib.Path(s.__file__).parent.glob('*.py') "
        "if 'wire' in p.read_text() or 'hub_greenpay' in p.read_text()])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == ""
