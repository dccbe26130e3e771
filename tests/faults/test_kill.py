"""The server is killed while notifications arrive at full speed:
what was acknowledged is there, once (F01)."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from hub.domain.payment import Payment
from tests.faults import harness
from tests.faults.harness import HOST, Clock, Desk, Zygote, broken, rows

Folder = Callable[[], Path]
Plant = Callable[[Any, str, Any], None]
Size = Callable[[int, int], int]

SENDERS = 12
CLAIMED = timedelta(seconds=121)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        return int(sock.getsockname()[1])


def signing_key(data: Path) -> rsa.RSAPrivateKey:
    pem = json.loads((data / "simulators.json").read_text())["greenpay"]["merchants"][0]["private_key"]
    key = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def notice(key: rsa.RSAPrivateKey, payment: Payment, url: str) -> bytes:
    """A signed approval as the provider posts it, whole."""
    proof = key.sign(f"status:200,orderId:{payment.reference}".encode(), padding.PKCS1v15(), SHA256()).hex()
    body = json.dumps({"status": 200, "orderId": payment.reference, "authorization": "1", "_signature": proof}).encode()
    head = (
        f"POST {url} HTTP/1.1\r\nhost: {HOST}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def pour(port: int, notices: dict[str, bytes], *, kill: Callable[[int], None] = lambda _count: None) -> set[str]:
    """Send all notices over a few connections as fast as they are answered;
    the references that were acknowledged."""
    waiting = list(notices)
    acknowledged: set[str] = set()

    async def send() -> None:
        try:
            reader, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            return
        try:
            while waiting:
                reference = waiting.pop()
                writer.write(notices[reference])
                head = await reader.readuntil(b"\r\n\r\n")
                if head.startswith(b"HTTP/1.1 200"):
                    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                    await reader.readexactly(length)
                    acknowledged.add(reference)
                    kill(len(acknowledged))
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    await asyncio.gather(*(send() for _ in range(SENDERS)))
    return acknowledged


STATES = (
    "SELECT p.reference, p.status, (SELECT count(*) FROM observation o WHERE o.payment = p.id AND o.kind = 'paid'),"
    " (SELECT count(*) FROM entry e WHERE e.payment = p.id AND e.kind = 'capture') FROM payment p"
)
WHOLE, UNTOUCHED = ["paid", 1, 1], ["pending", 0, 0]


def killings(zygote: Zygote, folder: Folder, dice: random.Random, kills: int, bug: str = "none") -> list[str]:
    """Kill the server again and again while notices arrive;
    what is wrong when all its work was taken up again."""
    data = folder()
    key = signing_key(data)
    problems: list[str] = []
    acknowledged: set[str] = set()
    for _ in range(kills):
        with Desk.open(data, clock=Clock.today()) as desk:
            debtors = desk.debtors("CR", 30, 12_345)
            payments = desk.sent_all(debtors)
            url = f"/n/greenpay/{desk.accounts['CR'].path_token}"
        port, after = free_port(), dice.randrange(2, 25)
        notices = {payment.reference: notice(key, payment, url) for payment in payments}
        server = zygote.serve(data, port, bug)

        def kill(count: int, server: int = server, after: int = after) -> None:
            if count == after:
                os.kill(server, signal.SIGKILL)

        acknowledged |= asyncio.run(pour(port, notices, kill=kill))
        for reference, *state in rows(data / "hub.db", STATES):
            if state not in (WHOLE, UNTOUCHED):
                problems.append(f"{reference} is half applied: {state}")
    with Desk.open(data, clock=Clock.today()) as desk:
        desk.clock.now += CLAIMED  # what a dead server was at work on is free again
        desk.forget_mails()
        desk.do_what_is_due()
        problems += broken(desk)
    whole = {reference for reference, *state in rows(data / "hub.db", STATES) if state == WHOLE}
    return problems + [f"{reference} was acknowledged and is lost" for reference in sorted(acknowledged - whole)]


def test_what_was_acknowledged_before_a_kill_is_applied_once(
    zygote: Zygote, folder_of_today: Folder, dice: random.Random, size: Size
) -> None:
    for _ in range(size(1, 50)):
        assert killings(zygote, folder_of_today, dice, 20) == []


def test_control_a_server_that_acknowledges_before_it_commits_loses_news(
    zygote: Zygote, folder_of_today: Folder, dice: random.Random
) -> None:
    lost = killings(zygote, folder_of_today, dice, 2, "acknowledge_before_commit")

    assert any("was acknowledged and is lost" in text for text in lost)


def test_a_house_of_another_day_is_not_served_by_the_real_clock(zygote: Zygote, folder: Folder) -> None:
    with pytest.raises(AssertionError, match=r"begin that house with Clock\.today"):
        zygote.serve(folder(), free_port())


def test_control_a_house_of_another_day_has_expired_before_its_server_answers(
    zygote: Zygote, folder: Folder, dice: random.Random, plant: Plant
) -> None:
    plant(harness, "refuse_another_day", lambda _data: None)
    plant(Clock, "today", Clock)

    rounds = (killings(zygote, folder, dice, 5) for _ in range(12))  # until one kill comes at the right moment
    assert any("is half applied: ['closed'" in text for texts in rounds for text in texts)
