"""A provider's wire on loopback that misbehaves as told."""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pluggy
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hub.providers.registry import Provider
from hub_hookspecs import (
    PROJECT,
    Account,
    Channel,
    Company,
    CurrencyRule,
    IdentityDocument,
    Mode,
    ProviderInfo,
    QueryBy,
    ReferenceRule,
    Starts,
    Way,
    hookimpl,
    specs,
)

DAY = timedelta(days=1)
Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def an_info(**changes: Any) -> ProviderInfo:
    """A small provider."""
    way = Way(
        code="push",
        label="Push",
        starts=Starts.CHARGE,
        outcome=frozenset({"query", "notification"}),
        query_by=QueryBy.OURS,
    )
    info = ProviderInfo(
        code="acme",
        name="Acme",
        contract_version=(1, 1),
        countries=("CR",),
        currencies=(CurrencyRule(currency="CRC", decimals=2),),
        channels=frozenset(Channel),
        ways=(way,),
        reference=ReferenceRule(10),
        endpoints={"live": {"api": "https://api.acme.example"}, "test": {"api": "https://test.acme.example"}},
    )
    return attrs.evolve(info, **changes)


@pytest.fixture
def provider_with() -> Callable[..., Provider]:
    """provider_with(create_payment=function, ...): a provider that implements just these hooks."""

    def build(info: ProviderInfo | None = None, **hooks: Callable[..., Any]) -> Provider:
        plugin = type("Plugin", (), {name: staticmethod(hookimpl(hook)) for name, hook in hooks.items()})
        manager = pluggy.PluginManager(PROJECT)
        manager.add_hookspecs(specs)
        manager.register(plugin)
        return Provider(
            code="acme",
            info=info or an_info(),
            hooks=manager.hook,
            module=plugin,
            distribution="payment-hub-acme",
            version="1.2.0",
            capabilities=frozenset(hooks),
        )

    return build


@pytest.fixture
def account_at() -> Callable[..., Account]:
    """account_at(url): an account whose endpoint is there."""

    def build(url: str, mode: Mode = Mode.TEST) -> Account:
        company = Company(country="CR", document=IdentityDocument("CJ", "3101234567"), legal_name="Ferretería El Sol")
        return Account(company=company, mode=mode, settings={"key": "s3cr3t-canary"}, endpoints={"api": url})

    return build


@attrs.define
class Listener:
    """A server on loopback that plays one behaviour per request, in order; the last one stays."""

    behaviours: list[Behaviour]
    tls: ssl.SSLContext | None = None
    requests: list[bytes] = attrs.Factory(list)
    connections: int = 0
    url: str = ""
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = attrs.Factory(set)

    async def __aenter__(self) -> Listener:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_exception: object) -> None:
        assert self._server
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self.connections += 1
        try:
            while request := await read_request(reader):
                self.requests.append(request)
                behaviour = self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]
                await behaviour(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self._tasks.discard(task)


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """One request, head and body; empty when the other side is gone."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    return head + await reader.readexactly(length)


def replies(status: int = 200, body: bytes = b"{}", **headers: str) -> Behaviour:
    """Answer with this."""

    async def behave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        head += "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        writer.write(head.encode() + b"\r\n" + body)
        await writer.drain()

    return behave


async def cuts(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Read the request, then break the connection."""
    raise ConnectionResetError


async def cuts_midway(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Begin an answer, then break the connection."""
    writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"st')
    await writer.drain()
    raise ConnectionResetError


async def hangs(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Never answer."""
    await asyncio.sleep(60)


async def trickles(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer a byte at a time, without end."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


@pytest.fixture
def listener() -> type[Listener]:
    """A server on loopback that plays one behaviour per request."""
    return Listener


@pytest.fixture
def behave() -> Any:
    """The behaviours: behave.replies(...), behave.cuts, ..."""
    return sys.modules[__name__]


@pytest.fixture
def certificate(tmp_path: Path) -> Callable[..., tuple[ssl.SSLContext, ssl.SSLContext]]:
    """certificate(host): the TLS contexts of a server that is this host,
    and of a client that trusts it if known."""

    def make(
        host: str, *, begins: timedelta = -2 * DAY, ends: timedelta = DAY, known: bool = True
    ) -> tuple[ssl.SSLContext, ssl.SSLContext]:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now + begins)
            .not_valid_after(now + ends)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .sign(key, hashes.SHA256())
        )
        pem = made.public_bytes(serialization.Encoding.PEM)
        plain = serialization.NoEncryption()
        secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        (tmp_path / "host.pem").write_bytes(pem + secret)
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(tmp_path / "host.pem")
        return server, ssl.create_default_context(cadata=pem.decode() if known else None)

    return make
