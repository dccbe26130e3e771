"""No plugin of a live account reaches the private network: judged by the address that is connected to."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any

import pytest

from hub.providers import wire
from hub.providers.exchange import Exchanger
from hub.providers.limits import Limits
from hub.providers.ran import Ran
from hub.providers.registry import Registry
from hub_hookspecs import Mode, Outcome, harmless
from hub_hookspecs.http import library as httpx
from tests.providers.conftest import account_at as account_at
from tests.providers.conftest import provider_with as provider_with

PUBLIC = "190.10.20.30"
WRITTEN = (
    "localhost",
    "127.0.0.1",
    "127.0.0.53",
    "127.255.255.254",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "0",
    "0.0.0.0",
    "10.0.0.1",
    "10.255.255.255",
    "167772161",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "3232235521",
    "100.64.0.1",
    "100.127.255.255",
    "100.100.100.200",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "169.254.170.2",
    "192.0.0.192",
    "192.0.0.1",
    "192.88.99.1",
    "[3fff::1]",
    "[5f00::1]",
    "[::ffff:0:127.0.0.1]",
    "192.0.2.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::a00:1]",
    "[2002:7f00:1::1]",
    "[2002:a9fe:a9fe::1]",
    "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
    "[fe80::1]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fdff::1]",
    "[ff02::1]",
    "[ff0e::1]",
    "[2001:db8::1]",
    "[100::1]",
)
"""Hosts as an address, in every way of writing it."""

NAMES: dict[str, tuple[str, ...]] = {
    "loop.evil.example": ("127.0.0.1",),
    "metadata.google.internal": ("169.254.169.254",),
    "instance-data.ec2.internal": ("169.254.169.254",),
    "router.evil.example": ("192.168.1.1",),
    "ten.evil.example": ("10.0.0.1",),
    "carrier.evil.example": ("100.64.0.1",),
    "six.evil.example": ("::1",),
    "mapped.evil.example": ("::ffff:10.0.0.1",),
    "nat64.evil.example": ("64:ff9b::a00:1",),
    "sixtofour.evil.example": ("2002:a00:1::",),
    "unique.evil.example": ("fd12:3456::1",),
    "link.evil.example": ("fe80::1%1",),
    "zero.evil.example": ("0.0.0.0",),
    "mixed.evil.example": (PUBLIC, "10.0.0.1"),
    "mixed-last.evil.example": (PUBLIC, "2600:1f18::1", "::1"),
    "mixed-first.evil.example": ("127.0.0.1", PUBLIC),
    "many.evil.example": (PUBLIC, PUBLIC, PUBLIC, PUBLIC, "169.254.169.254"),
    "local.": ("127.0.0.1",),
}
"""Names, and what the resolver says of them."""

TARGETS = (*WRITTEN, *NAMES)


CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""No handshake ever happens here."""


class Street(asyncio.SelectorEventLoop):
    """An event loop in a made-up network: it resolves as told, and notes who is called instead of calling."""

    def __init__(self, names: dict[str, list[tuple[str, ...]]]) -> None:
        super().__init__()
        self.names = names
        self.called: list[str] = []

    async def getaddrinfo(self, host: Any, port: Any, **more: Any) -> Any:  # type: ignore[override]
        name = host.decode() if isinstance(host, bytes) else str(host)
        if name not in self.names:
            more["flags"] = more.get("flags", 0) | (socket.AI_NUMERICHOST if name != "localhost" else 0)
            return await super().getaddrinfo(host, port, **more)
        said = self.names[name]
        addresses = said.pop(0) if len(said) > 1 else said[0]
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, port, 0, 0) if ":" in address else (address, port),
            )
            for address in addresses
        ]

    async def create_connection(self, *_protocol: Any, **where: Any) -> Any:  # type: ignore[override]
        host = _protocol[1] if len(_protocol) > 1 else where.get("host")
        self.called.append(str(host))
        raise ConnectionRefusedError


def charge(order: Any, account: Any) -> Any:
    yield httpx.Request("POST", f"{account.endpoints['api']}/pay", content=b"secret")


def call(provider: Any, account: Any, *answers: tuple[str, ...]) -> tuple[Ran, list[str]]:
    """One charge of a live account; what the resolver says, time after time."""
    host = account.endpoints["api"].removeprefix("https://")
    street = Street({host: list(answers)} if answers else {})

    async def play() -> Ran:
        async with Exchanger(Registry(), limits=Limits(pauses=(0,)), ssl_context=CONTEXT) as exchanger:
            return await exchanger.run(provider, "create_payment", account=account, account_id="a", order=None)

    with asyncio.Runner(loop_factory=lambda: street) as runner:
        return runner.run(play()), street.called


def reached(provider: Any, account_at: Any) -> list[str]:
    """Targets to which a connection was tried."""
    found = []
    for target in TARGETS:
        ran, called = call(provider, account_at(f"https://{target}", Mode.LIVE), *filter(None, [NAMES.get(target)]))
        if called or ran.conclusion.outcome is not Outcome.NEVER_SENT:
            found.append(f"{target}: {called} {ran.conclusion.outcome}")
    return found


def test_no_live_account_leads_into_the_private_network(provider_with: Any, account_at: Any) -> None:
    assert len(TARGETS) >= 80
    assert reached(provider_with(create_payment=charge), account_at) == []


def test_a_public_host_is_called_at_the_address_that_was_judged(provider_with: Any, account_at: Any) -> None:
    account = account_at("https://api.acme.example", Mode.LIVE)
    _ran, called = call(provider_with(create_payment=charge), account, (PUBLIC, "2600:1f18::1"))

    assert called == [PUBLIC, "2600:1f18::1"]


def test_control_without_the_check_the_private_network_is_called(
    provider_with: Any, account_at: Any, plant: Callable[..., None]
) -> None:
    plant(wire, "is_public", lambda _address: True)

    assert len(reached(provider_with(create_payment=charge), account_at)) > 60


REBOUND = ((PUBLIC,), ("169.254.169.254",))


def test_a_name_that_changes_its_mind_is_called_where_it_was_judged(provider_with: Any, account_at: Any) -> None:
    account = account_at("https://rebind.evil.example", Mode.LIVE)
    _ran, called = call(provider_with(create_payment=charge), account, *REBOUND)

    assert called == [PUBLIC]


def test_control_judging_the_name_before_connecting_by_name_is_rebound(
    provider_with: Any, account_at: Any, plant: Callable[..., None]
) -> None:
    async def by_name(host: str, port: int) -> list[str]:
        await wire.public_addresses(host, port)
        return [host]

    account = account_at("https://rebind.evil.example", Mode.LIVE)
    street = Street({"rebind.evil.example": list(REBOUND)})

    async def play() -> None:
        async with Exchanger(
            Registry(), limits=Limits(pauses=(0,)), ssl_context=CONTEXT, addresses_of=by_name
        ) as exchanger:
            provider = provider_with(create_payment=charge)
            await exchanger.run(provider, "create_payment", account=account, account_id="a", order=None)

    with asyncio.Runner(loop_factory=lambda: street) as runner:
        runner.run(play())

    assert street.called == ["169.254.169.254"]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/pay",
        "http://api.acme.example/pay",
        "https://api.acme.example:8443/pay",
        "https://api.acme.example.evil.example/pay",
        "https://api.acme.example@169.254.169.254/pay",
        "https://169.254.169.254/pay",
        "https://[::1]/pay",
        "file:///etc/passwd",
        "gopher://api.acme.example/_x",
        "unix:///var/run/docker.sock",
    ],
)
def test_a_plugin_asks_its_declared_hosts_alone(provider_with: Any, account_at: Any, url: str) -> None:
    def asks(order: Any, account: Any) -> Any:
        yield harmless(httpx.Request("GET", url))

    account = account_at("https://api.acme.example", Mode.LIVE)
    ran, called = call(provider_with(create_payment=asks), account, (PUBLIC,))

    assert (called, ran.conclusion.outcome) == ([], Outcome.NEVER_SENT)
    assert ran.conclusion.fault


def test_a_redirect_is_an_answer_and_is_not_followed(provider_with: Any, account_at: Any) -> None:
    """Over a real socket: the provider sends us to the machine's own metadata."""
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async def play() -> Ran:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, Exchanger(Registry(), limits=Limits(pauses=(0,)), ssl_context=CONTEXT) as exchanger:
            account = account_at(f"http://127.0.0.1:{port}", Mode.TEST)
            provider = provider_with(create_payment=charge)
            return await exchanger.run(provider, "create_payment", account=account, account_id="a", order=None)

    ran = asyncio.run(play())
    assert [step.status for step in ran.steps] == [302]
    assert len(asked) == 1
