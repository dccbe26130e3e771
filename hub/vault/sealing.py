"""A vault seals and opens secrets at rest, and makes link and form tokens.

AES-256-GCM binds a ciphertext to table, column, row, merchant and key: moved elsewhere it does not open. Link and form
tokens are HMAC-SHA-256 under a key of their own; they are computed when they are handed over and never stored.

A vault follows its file: before it seals, and when it meets a key that it does not know, it looks whether the file was
replaced. So keys may be rotated beside running processes, and what is sealed inside a write transaction is sealed under
the key that the file names at that moment.
"""

from __future__ import annotations

import base64
import hmac
import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import attrs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.domain.merchant import Link

from .errors import NotOpened, UnknownKey, VaultError
from .key_file import Ring, Version, read_ring, version_at

VERSION = 1
NONCE_BYTES = 12
RANDOM = getattr(os, "getrandom", os.urandom)
"""The same source; where the system has it, drawn without letting the interpreter's lock go."""

RETRY_SECONDS = 1.0
"""How soon a file that could not be read is read again, if it is still the same."""


@attrs.define(eq=False)
class Vault:
    """Seals under the current key of its file, and opens with the key that a ciphertext names; any thread may ask it.

    Keys that the file no longer holds still open here: what this process sealed itself is never lost to it. Another
    hub's ring is taken up only when it has opened what the one before could not.

    Attributes:
        trouble: Why the file as it is now is not followed; empty while it is.
        changes: How often what it holds has changed.
    """

    _path: Path
    _ring: Ring = attrs.field(repr=False)
    _known: Version | None
    _held: Mapping[str, bytes] = attrs.field(init=False, repr=False)
    _other: Ring | None = attrs.field(init=False, default=None, repr=False)
    _retry_at: float = attrs.field(init=False, default=0.0)
    _lock: threading.Lock = attrs.field(init=False, factory=threading.Lock, repr=False)
    trouble: str = attrs.field(init=False, default="")
    changes: int = attrs.field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        """Hold what the file held."""
        self._held = dict(self._ring.keys)

    @property
    def current(self) -> str:
        """Id of the key that seals."""
        return self._ring.current

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Ids of the keys that the file holds; what is sealed under others does not open after a restart."""
        return tuple(self._ring.keys)

    def seal(self, plain: bytes, *, table: str, column: str, row: str, merchant: str) -> tuple[bytes, str]:
        """Ciphertext and key id; it opens only for the same table, column, row and merchant."""
        self.follow()
        ring = self._ring
        nonce = RANDOM(NONCE_BYTES)
        place = _joined(table, column, row, merchant, ring.current)
        head = bytes([VERSION, len(ring.current)]) + ring.current.encode()
        return head + nonce + AESGCM(ring.keys[ring.current]).encrypt(nonce, plain, place), ring.current

    def open(self, sealed: bytes, *, table: str, column: str, row: str, merchant: str) -> bytes:
        """What was sealed for this place.

        Raises:
            UnknownKey: Its key is not in the ring.
            NotOpened: It is damaged, or belongs elsewhere.
        """
        key_id, nonce, body = _parts(sealed, f"{table}.{column}")
        if key_id not in self._held:
            self.follow()
        key = self._held.get(key_id)
        if key is None:
            raise UnknownKey(
                f"{table}.{column}: sealed under key {key_id!r}, which keys.json does not hold: restore it"
            )
        try:
            plain = AESGCM(key).decrypt(nonce, body, _joined(table, column, row, merchant, key_id))
        except InvalidTag as error:
            raise NotOpened(
                f"{table}.{column} does not open: damaged, moved from another row or merchant, or keys.json belongs to "
                "another data folder; restore the row or the key file"
            ) from error
        if key_id not in self._ring.keys:
            self._prove(key_id)
        return plain

    def knows(self, key_id: str) -> bool:
        """Whether this process can open what is sealed under this key."""
        return key_id in self._held

    def needs_resealing(self, key_id: str) -> bool:
        """Whether a ciphertext under this key waits to be sealed again under the current one."""
        self.follow()
        return key_id != self._ring.current

    def follow(self) -> None:
        """Take up what the file holds now, if it was replaced since it was read."""
        there = version_at(self._path)
        if there == self._known and not (self.trouble and self._is_worth_a_try()):
            return
        with self._lock:
            try:
                ring, self._known = read_ring(self._path)
            except VaultError as error:
                self._known, self._retry_at = there, time.monotonic() + RETRY_SECONDS
                self.trouble = str(error)
                return
            self._take_up(ring)

    def _is_worth_a_try(self) -> bool:
        """Another hub's file stays that; one that could not be read may be readable by now."""
        return self._other is None and time.monotonic() >= self._retry_at

    def _take_up(self, ring: Ring) -> None:
        self._held = {**ring.keys, **self._held}
        self.changes += 1
        if ring.link == self._ring.link:
            self._ring, self._other, self.trouble = ring, None, ""
        else:
            self._other = ring
            self.trouble = f"{self._path} belongs to another hub: restore this one's from the backup"

    def _prove(self, key_id: str) -> None:
        """Something of this hub was opened with a key that its ring lacks: whose ring has it is the right one."""
        with self._lock:
            if self._other is not None and key_id in self._other.keys:
                self._ring, self._other, self.trouble = self._other, None, ""
                self.changes += 1

    def link_token(self, link: Link) -> str:
        """``<link id>.<HMAC>``: computed when it is handed over, never stored; raising the version revokes it."""
        return f"{link.id}.{self._mac('link', link.id, str(link.version))}"

    def is_token_of(self, link: Link, token: str) -> bool:
        """Whether the token was made for this link in this version, compared in constant time."""
        return hmac.compare_digest(self.link_token(link).encode(), token.encode(errors="replace"))

    def form_token(self, purpose: str, subject: str) -> str:
        """HMAC for a form that needs no session (CSRF of link pages, single-purpose links)."""
        return self._mac("form", purpose, subject)

    def is_form_token(self, purpose: str, subject: str, token: str) -> bool:
        """Whether the token was made for this purpose and subject, compared in constant time."""
        return hmac.compare_digest(self.form_token(purpose, subject).encode(), token.encode(errors="replace"))

    def _mac(self, *parts: str) -> str:
        digest = hmac.digest(self._ring.link, _joined(*parts), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def open_vault(path: Path) -> Vault:
    """The keys in a key file.

    Raises:
        KeyFileMissing, KeyFileUnusable: The text says what to do.
    """
    return Vault(path, *read_ring(path))


def _joined(*parts: str) -> bytes:
    """Parts with their lengths before them, so that no two lists of parts look the same."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def _parts(sealed: bytes, where: str) -> tuple[str, bytes, bytes]:
    """Key id, nonce, and ciphertext with its tag."""
    size = sealed[1] if len(sealed) > 1 else 0
    start = 2 + size
    if not sealed or sealed[0] != VERSION or len(sealed) < start + NONCE_BYTES + 16:
        raise NotOpened(f"{where} is not a ciphertext of this vault: restore the row from the backup")
    key_id = sealed[2:start].decode(errors="replace")
    return key_id, sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
