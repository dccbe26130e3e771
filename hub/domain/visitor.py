"""Who asks: addresses as proxies hand them on, which of them are believed, and whose tries are counted together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LOOPBACK: Final = ("127.0.0.1", "::1")
"""Proxies that are believed unless others are named: those on this very machine."""

HOUSE_BITS: Final = 64
"""One house has a whole IPv6 network of this length."""

MAPPED_BITS: Final = 96
"""Of an IPv6 address that stands for an IPv4 address, these say only that."""

MAX_LENGTH: Final = 100
"""Letters of an address, its zone and its port."""

WITH_PORT: Final = re.compile(r"\[([^\[\]]*)\](?::\d{1,5})?|([\d.]+):\d{1,5}")


class UnusableNetwork(ValueError):
    """A text that names no network of proxies; it says why, and what to write."""


def network_of(text: str) -> Network:
    """The network that a text names; a single address is one of its own.

    Raises:
        UnusableNetwork: It names none, or everybody.
    """
    text = text.strip()
    try:
        network = ip_network(text)
    except ValueError:
        raise UnusableNetwork(_why_not(text)) from None
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped and network.prefixlen >= MAPPED_BITS:
        network = IPv4Network((network.network_address.ipv4_mapped, network.prefixlen - MAPPED_BITS))
    if network.prefixlen == 0:
        raise UnusableNetwork(f"{text} is everybody, who may then make up any address: name the proxies alone")
    return network


def _why_not(text: str) -> str:
    try:
        meant = ip_network(text, strict=False)
    except ValueError:
        return "no address and no network such as 10.0.0.5, 172.18.0.0/16 or fd00::/8; a name does not serve"
    return f"{text} is an address inside a network: write {meant} for all of it, or {text.partition('/')[0]} alone"


@lru_cache(maxsize=64)
def networks_of(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """The networks that texts name.

    Raises:
        UnusableNetwork: One of them names none.
    """
    return tuple(network_of(text) for text in texts)


def address_of(text: str) -> Address | None:
    """The address in a text such as ``10.0.0.5``, ``10.0.0.5:443``, ``[fd00::1]:443`` or ``fe80::1%eth0``.

    An IPv4 address that is written as an IPv6 one is the same address. None for everything else.
    """
    text = text.strip()
    return _address_of(text) if len(text) <= MAX_LENGTH else None  # long texts are made up, and none is stored


@lru_cache(maxsize=4096)
def _address_of(text: str) -> Address | None:
    if found := WITH_PORT.fullmatch(text):
        text = found[1] or found[2] or ""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def is_among(text: str, networks: Sequence[Network]) -> bool:
    """Whether a text is an address of one of these networks."""
    address = address_of(text)
    return address is not None and any(address in network for network in networks)


def visitor_behind(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """The address that asks: the peer, or whom proxies that are believed name.

    Each proxy adds whom it was asked by at the right, so what stands there is read first, and believed as long as the
    address that says it is trusted: the right-most address that is not trusted is the visitor. What is no address ends
    the reading, and whoever said it stays the visitor.

    Args:
        peer: Who holds the connection.
        forwarded: ``X-Forwarded-For``, all lines of it joined by commas.
        trusted: Networks of the proxies.
    """
    visitor = peer
    for text in reversed(forwarded.split(",")):
        if not is_among(visitor, trusted):
            break
        if not text.strip():
            continue
        address = address_of(text)
        if address is None:
            break
        visitor = str(address)
    return visitor


def counted_as(host: str) -> str:
    """Whose tries are counted together: an address, or an IPv6 network, since one house has a whole one."""
    address = address_of(host)
    if address is None:
        return host or "unknown"
    if isinstance(address, IPv6Address):
        return str(ip_network((address, HOUSE_BITS), strict=False))
    return str(address)
