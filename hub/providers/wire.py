"""One request on the wire: sent once, read within limits, and the truth about whether a byte left."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import attrs

from hub_hookspecs import MAX_ANSWER, NotSent, OutcomeUnknown
from hub_hookspecs.http import library as httpx

AddressesOf = Callable[[str, int], Awaitable[Sequence[str]]]

UNICAST = ipaddress.ip_network("2000::/3")
SPECIAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
"""Networks with a purpose of their own that Python 3.11 takes for public ones;
clouds keep secrets in the first."""

FIRST_ADDRESSES = 3
"""Addresses of a host that are tried in turn, as long as no byte was written."""


@attrs.frozen
class Lost:
    """A request without a usable answer.

    Attributes:
        wrote: Whether its headers began to be written.
        local: True when the hub itself held it back.
    """

    trouble: NotSent | OutcomeUnknown
    wrote: bool = False
    local: bool = False


class UnusableAnswer(Exception):
    """A complete answer that may not be handed on: too large, or in an encoding we did not ask for."""


@attrs.define
class Trace:
    """Listens to the transport's own events; exception names prove nothing."""

    wrote: bool = False

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        """Note the start of writing; a request that the transport could not even encode was not written."""
        if event.endswith("send_request_headers.started"):
            self.wrote = True
        elif event.endswith("send_request_headers.failed"):
            self.wrote = type(info.get("exception")).__name__ != "LocalProtocolError"


class Wire:
    """The kept connections to one provider.

    Args:
        context: The process's one TLS context, or one that shows an account's certificate.
        connect: Seconds to connect.
        addresses_of: Host and port to the addresses that a live account may be connected to.
        once: It ends with its first request.
        transport: Carries requests in the network's place; it says in the request's trace when one is written.
    """

    def __init__(
        self,
        context: ssl.SSLContext,
        connect: float,
        addresses_of: AddressesOf,
        *,
        once: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._ends = once
        self._under_way = 0
        self._connect = connect
        self._addresses_of = addresses_of
        self._kept = transport or httpx.AsyncHTTPTransport(
            verify=context, trust_env=False, limits=httpx.Limits(max_connections=50, keepalive_expiry=20)
        )
        # A kept connection that the other side closed meanwhile would make a charge look unknown.
        self._fresh = transport or httpx.AsyncHTTPTransport(
            verify=context, trust_env=False, limits=httpx.Limits(max_connections=50, max_keepalive_connections=0)
        )

    async def send(self, request: httpx.Request, *, fresh: bool, public: bool, limit: float) -> httpx.Response | Lost:
        """Send a request once and read its whole answer; never raises for what the network does."""
        trace = Trace()
        self._under_way += 1
        try:
            async with asyncio.timeout(limit):
                return await self._send(request, trace, self._fresh if fresh else self._kept, public, limit)
        except Exception as error:  # noqa: BLE001 - whatever a transport raises, the request is lost
            kind = "no answer in time" if isinstance(error, TimeoutError | httpx.ReadTimeout) else _text_of(error)
            text = f"{request.url.host}: {kind}"
            return Lost(OutcomeUnknown(text) if trace.wrote else NotSent(text), wrote=trace.wrote)
        finally:
            self._under_way -= 1
            if self._ends and not self._under_way:
                await self.close()

    async def end(self) -> None:
        """Close all connections as soon as nothing is under way."""
        self._ends = True
        if not self._under_way:
            await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._kept.aclose()
        await self._fresh.aclose()

    async def _send(
        self, request: httpx.Request, trace: Trace, transport: httpx.AsyncBaseTransport, public: bool, limit: float
    ) -> httpx.Response:
        timeout = {"connect": min(self._connect, limit), "read": limit, "write": limit, "pool": min(5.0, limit)}
        hosts = [request.url.host]
        if public:  # judged by the address that is connected to: a name may change its mind
            hosts = list(await self._addresses_of(request.url.host, request.url.port or 443))[:FIRST_ADDRESSES]
        for host in hosts[:-1]:
            try:
                return await _exchange(transport, request, _copy(request, host, trace, timeout))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if trace.wrote:
                    raise
        return await _exchange(transport, request, _copy(request, hosts[-1], trace, timeout))


class PrivateAddress(Exception):
    """A live account's host leads into a private network."""

    def __str__(self) -> str:
        return "its address is not public"


async def public_addresses(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, all of them public.

    Raises:
        PrivateAddress: One of them is not.
        OSError: There is none.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(item[4][0]) for item in found))
    if not all(map(is_public, addresses)):
        raise PrivateAddress
    return addresses


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet, also where it wraps an older one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = ip.ipv4_mapped or ip.sixtofour
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            wrapped = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if wrapped is not None:
            return is_public(str(wrapped))
        if ip not in UNICAST:
            return False
    special = any(ip in network for network in SPECIAL if network.version == ip.version)
    return ip.is_global and not ip.is_multicast and not special


def _text_of(error: Exception) -> str:
    return str(error) if isinstance(error, PrivateAddress | UnusableAnswer) else type(error).__name__


def _copy(request: httpx.Request, host: str, trace: Trace, timeout: dict[str, float]) -> httpx.Request:
    """The request as it is sent: to a checked address, in the host's own name."""
    extensions: dict[str, Any] = {"trace": trace, "timeout": timeout}
    if request.url.scheme == "https":
        extensions["sni_hostname"] = request.url.host
    headers = httpx.Headers(request.headers)
    headers["host"] = request.url.netloc.decode("ascii").rpartition("@")[2]
    headers.setdefault("user-agent", "payment-hub")
    headers.setdefault("accept", "*/*")
    headers["accept-encoding"] = "gzip, identity"
    return httpx.Request(
        request.method,
        request.url.copy_with(host=host),
        headers=headers,
        content=request.content,
        extensions=extensions,
    )


async def _exchange(transport: httpx.AsyncBaseTransport, asked: httpx.Request, sent: httpx.Request) -> httpx.Response:
    response = await transport.handle_async_request(sent)
    response.request = sent
    try:
        raw = await _read(response)
    finally:
        await response.aclose()
    headers = [
        (name, value)
        for name, value in response.headers.multi_items()
        if name not in ("content-encoding", "content-length", "transfer-encoding")
    ]
    content = _decoded(raw, response.headers.get("content-encoding", ""))
    return httpx.Response(response.status_code, headers=headers, content=content, request=asked)


async def _read(response: httpx.Response) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.aiter_raw():
        size += len(chunk)
        if size > MAX_ANSWER:
            raise UnusableAnswer("its answer is too large")
        chunks.append(chunk)
    return b"".join(chunks)


def _decoded(raw: bytes, encoding: str) -> bytes:
    match encoding.strip().lower():
        case "" | "identity":
            return raw
        case "gzip" | "x-gzip":
            bits = zlib.MAX_WBITS | 16
        case "deflate":
            bits = zlib.MAX_WBITS
        case _:
            raise UnusableAnswer("its answer has an encoding that was not asked for")
    decoder = zlib.decompressobj(bits)
    try:
        content = decoder.decompress(raw, MAX_ANSWER + 1)
    except zlib.error:
        raise UnusableAnswer("its answer cannot be decompressed") from None
    if len(content) > MAX_ANSWER:
        raise UnusableAnswer("its answer is too large")
    if raw and not decoder.eof:
        raise UnusableAnswer("its answer ends early")
    return content
