"""Connections that are slow, endless or far too large: each is turned away,
and hinders nobody meanwhile (F37)."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlsplit

import attrs

from hub.domain.payment import Status
from hub.flows.accounts.catalogue import notification_address
from hub.web import notifications
from tests.faults.harness import until
from tests.safety.people import People
from tests.web.conftest import House

Size = Callable[[int, int], int]

PATIENCE = 120.0
LARGE = 300 * 1024
MANY = 10_000
HEAD = "POST {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n"


async def too_large(head: str) -> AsyncIterator[bytes]:
    yield f"{head}content-length: {LARGE}\r\n\r\n".encode()
    yield b"x" * LARGE


async def endless(head: str) -> AsyncIterator[bytes]:
    yield f"{head}transfer-encoding: chunked\r\n\r\n".encode()
    while True:
        yield b"10000\r\n" + b"x" * 65536 + b"\r\n"
        await asyncio.sleep(0)


async def many_headers(head: str) -> AsyncIterator[bytes]:
    yield f"{head}{''.join(f'x-{at}: 1{chr(13)}{chr(10)}' for at in range(MANY))}content-length: 2\r\n\r\n{{}}".encode()


async def slow_body(head: str) -> AsyncIterator[bytes]:
    yield f"{head}content-length: 1000\r\n\r\n".encode()
    while True:
        yield b"x"
        await asyncio.sleep(0.5)


async def half_a_head(head: str) -> AsyncIterator[bytes]:
    yield head.encode()
    await asyncio.sleep(3600)


KINDS: dict[str, tuple[Callable[[str], AsyncIterator[bytes]], int]] = {
    "too large": (too_large, 413),
    "endless": (endless, 413),
    "many headers": (many_headers, 431),
    "slow": (slow_body, 408),
    "half a head": (half_a_head, 0),  # never a request, so never answered; a proxy in front ends it
}


CALM = ("many headers", "slow", "half a head")
"""Those that wait for their answer."""


@attrs.define
class Burst:
    """Connections of every kind at once, and what each was answered."""

    address: str
    count: int
    told: Counter[tuple[str, int]] = attrs.Factory(Counter)
    begun: int = 0
    over: threading.Event = attrs.Factory(threading.Event)

    def run(self) -> None:
        """Until each has its answer, or ``over`` for those that get none."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        names = [list(KINDS)[at % len(KINDS)] for at in range(self.count)]
        await asyncio.gather(*(self._one(name) for name in names))

    async def _one(self, name: str) -> None:
        parts = urlsplit(self.address)
        assert parts.hostname
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        kind, _status = KINDS[name]
        writing = asyncio.ensure_future(self._write(writer, kind(HEAD.format(path=parts.path, host=parts.netloc))))
        self.begun += 1
        answer = asyncio.ensure_future(reader.readline())
        while not answer.done() and not (name == "half a head" and self.over.is_set()):
            await asyncio.wait([answer], timeout=0.1)
        writing.cancel()
        line = b"" if not answer.done() or answer.exception() else answer.result()
        self.told[name, int(line.split()[1]) if line else 0] += 1
        answer.cancel()
        writer.transport.abort()
        await asyncio.gather(writing, answer, return_exceptions=True)

    async def _write(self, writer: asyncio.StreamWriter, pieces: AsyncIterator[bytes]) -> None:
        try:
            async for piece in pieces:
                writer.write(piece)
                await writer.drain()
        except ConnectionError:
            return  # it was turned away


def under_a_burst(house: House, people: People, count: int) -> tuple[Counter[tuple[str, int]], list[Status]]:
    """What the burst was answered, and what became of the payments that were made meanwhile."""
    debtors = [house.debtor("CR", (1500000, -30)) for _ in range(3)]
    burst = Burst(notification_address(house.hub, house.accounts["CR"]), count)
    thread = threading.Thread(target=burst.run)
    thread.start()
    try:
        assert until(lambda: burst.begun == count, PATIENCE)
        paid = [people.paid("CR", debtor).status for debtor in debtors]
        answered = count - sum(at % len(KINDS) == list(KINDS).index("half a head") for at in range(count))
        until(lambda: sum(burst.told.values()) == answered, PATIENCE)
    finally:
        burst.over.set()
        thread.join(PATIENCE)
    return burst.told, paid


def test_slow_and_large_connections_are_turned_away_while_genuine_news_gets_through(
    house: House, people: People, plant: Callable[..., None], size: Size
) -> None:
    plant(notifications, "BODY_SECONDS", size(2, 10))
    count = size(25, 500)
    told, paid = under_a_burst(house, people, count)

    each = count // len(KINDS)
    assert {name for name, _status in told} == set(KINDS)
    assert {name: [told[name, status], told[name, 0]] for name, (_kind, status) in KINDS.items() if name in CALM} == {
        name: [each, each if name == "half a head" else 0] for name in CALM
    }
    # Who is still sending when the connection is closed on him may never read why.
    assert all(status in (0, KINDS[name][1]) for name, status in told)
    assert told["endless", 413] + told["too large", 413] > 0
    assert paid == [Status.PAID] * 3


def test_control_without_the_limits_they_are_taken_in(house: House, people: People, plant: Callable[..., None]) -> None:
    plant(notifications, "MAX_BODY", 1 << 40)
    plant(notifications, "BODY_SECONDS", 1)
    plant(notifications, "MAX_HEADERS", 1 << 40)
    told, _paid = under_a_burst(house, people, 5)

    assert told["too large", 413] == told["many headers", 431] == 0
