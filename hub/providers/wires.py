"""The wires of a process: one a provider, and one of its own for each account that shows a client certificate.

A certificate is shown to its account's provider alone, and its connections carry that account's requests alone: they
are kept in a wire of the account's, with a TLS context of its own, for as long as it has this certificate.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import ssl
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import attrs

from hub.domain.client_certificate import client_certificate
from hub_hookspecs import Account, ProviderInfo, SettingKind
from hub_hookspecs.http import library as httpx

from .wire import AddressesOf, Wire

MakeContext = Callable[[], ssl.SSLContext]


def default_context() -> ssl.SSLContext:
    """A TLS context with the certificate authorities that the HTTP library trusts, whatever the environment says."""
    return httpx.create_ssl_context(trust_env=False)


def certificate_of(info: ProviderInfo, account: Account) -> str:
    """The client certificate, with its key, that an account shows; empty where it shows none."""
    return next(
        (account.settings.get(item.name, "") for item in info.settings if item.kind is SettingKind.CLIENT_CERTIFICATE),
        "",
    )


def show_certificate(context: ssl.SSLContext, pem: str) -> ssl.SSLContext:
    """Let a context show this certificate.

    The interpreter's TLS takes a key from a file alone. On Linux that is memory with a descriptor that this process
    holds for as long as reading takes; it never has a name in a file system. Elsewhere it is a file that only this user
    may read, in a folder that only this user may enter, and it is gone before the context is used.

    Raises:
        Unusable, ssl.SSLError: It is no certificate with its key.
    """
    with _as_file(client_certificate(pem).pem.encode()) as path:
        context.load_cert_chain(path)
    return context


@contextlib.contextmanager
def _as_file(content: bytes) -> Iterator[str]:
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("certificate", os.MFD_CLOEXEC)
        try:
            os.write(descriptor, content)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
        return
    with tempfile.TemporaryDirectory() as folder:  # mode 0700
        path = Path(folder) / "certificate"
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
        yield str(path)


MOST_OWN: Final = 64
"""Wires of accounts' own that are kept; the one that was used least lately goes first."""


@attrs.frozen
class Certified:
    """An account's own wire, and the digest of the certificate that it shows."""

    digest: bytes
    wire: Wire


class Wires:
    """Every wire of a process.

    Args:
        connect, addresses_of: As for ``Wire``.
        make_context: Makes a TLS context; it costs 40 ms.
        context: The one for all that show no certificate; made when the first of them is called.
        transport: As for ``Wire``.
    """

    def __init__(
        self,
        connect: float,
        addresses_of: AddressesOf,
        make_context: MakeContext = default_context,
        context: ssl.SSLContext | None = None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._transport = transport
        self._connect = connect
        self._addresses_of = addresses_of
        self._make_context = make_context
        self._context = context
        self._by_provider: dict[str, Wire] = {}
        self._by_account: dict[str, Certified] = {}

    async def of(self, info: ProviderInfo, account: Account, account_id: str, *, keep: bool) -> Wire:
        """The wire for one request of an account.

        Args:
            keep: Its certificate is the stored one; another is tried on a wire that ends with the request.

        Raises:
            Unusable, ssl.SSLError, OSError: The account's certificate is none that can be shown.
        """
        pem = certificate_of(info, account)
        if not pem:
            return self._shared(info.code)
        if not keep:
            return self._showing(pem, once=True)
        digest, known = hashlib.sha256(pem.encode()).digest(), self._by_account.pop(account_id, None)
        if known is None or known.digest != digest:
            before, known = known, Certified(digest, self._showing(pem))
            if before:
                await before.wire.end()
        self._by_account[account_id] = known
        if len(self._by_account) > MOST_OWN:
            await self._by_account.pop(next(iter(self._by_account))).wire.end()
        return known.wire

    async def close(self) -> None:
        """Close all connections."""
        for wire in (*self._by_provider.values(), *(item.wire for item in self._by_account.values())):
            await wire.close()
        self._by_provider.clear()
        self._by_account.clear()

    def _shared(self, code: str) -> Wire:
        if code not in self._by_provider:
            if self._context is None:
                self._context = self._make_context()
            self._by_provider[code] = Wire(self._context, self._connect, self._addresses_of, transport=self._transport)
        return self._by_provider[code]

    def _showing(self, pem: str, *, once: bool = False) -> Wire:
        context = show_certificate(self._make_context(), pem)
        return Wire(context, self._connect, self._addresses_of, once=once, transport=self._transport)
