"""Secrets at rest, link tokens and form tokens; the keys stand in one file beside the data, never in the database.

AES-256-GCM binds a ciphertext to table, column, row, merchant and key: moved elsewhere it does not open. Link and form
tokens are HMAC-SHA-256 under a key of their own; they are computed when they are handed over and never stored.

A vault follows its file: before it seals, and when it meets a key that it does not know, it looks whether the file was
replaced. So keys may be rotated beside running processes, and what is sealed inside a write transaction is sealed under
the key that the file names at that moment.

    VaultError (Unopened)       every one names the remedy and no secret
    +-- KeyFileMissing          no key file where one must be: restore it, a new one opens nothing that is stored
    +-- KeyFileUnusable         unreadable, incomplete, open to other users, or another hub's
    +-- KeyFileExists           create_keys never replaces keys
    +-- UnknownKey              sealed under a key that is not in the ring
    +-- NotOpened               damaged, or sealed for another place
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import json
import os
import secrets
import stat
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import attrs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.domain.merchant import Link
from hub.domain.refusals import Unopened

VERSION = 1
NONCE_BYTES = 12
RANDOM = getattr(os, "getrandom", os.urandom)
"""The same source; where the system has it, drawn without letting the interpreter's lock go."""

KEY_BYTES = 32
RETRY_SECONDS = 1.0
"""How soon a file that could not be read is read again, if it is still the same."""

Version = tuple[int, int, int, int]
"""What tells one version of a file from the next."""


class VaultError(Unopened):
    """Secrets cannot be sealed or opened; trying again does not help, what helps stands in the text."""


class KeyFileMissing(VaultError):
    """No key file where one must be."""


class KeyFileUnusable(VaultError):
    """The key file cannot be used as it is."""


class KeyFileExists(VaultError):
    """There are keys already."""


class UnknownKey(VaultError):
    """Sealed under a key that the ring does not hold."""


class NotOpened(VaultError):
    """The ciphertext is damaged or was sealed for another place."""


@attrs.frozen
class Ring:
    """What a key file holds.

    Attributes:
        current: Id of the key that seals.
        keys: 256-bit keys by id.
        link: 256-bit key of link and form tokens; rotating the others does not change it, so it tells hubs apart.
    """

    current: str
    keys: Mapping[str, bytes] = attrs.field(repr=False)
    link: bytes = attrs.field(repr=False)


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
        there = _version_at(self._path)
        if there == self._known and not (self.trouble and self._is_worth_a_try()):
            return
        with self._lock:
            try:
                ring, self._known = _read(self._path)
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


def link_id_of(token: str) -> str:
    """The id that a link token claims; nothing is proved before ``is_token_of``."""
    return token.partition(".")[0]


def hash_token(token: str) -> bytes:
    """What is stored of a random token: its SHA-256."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


def open_vault(path: Path) -> Vault:
    """The keys in a key file.

    Raises:
        KeyFileMissing, KeyFileUnusable: The text says what to do.
    """
    return Vault(path, *_read(path))


def create_keys(path: Path) -> Vault:
    """Write a fresh key file, readable by its owner alone.

    Raises:
        KeyFileExists: There is one; it is left as it is.
    """
    current = _fresh_id(())
    ring = Ring(current, {current: os.urandom(KEY_BYTES)}, os.urandom(KEY_BYTES))
    waiting = _write_beside(path, ring)
    try:
        os.link(waiting, path)  # fails where a file is, so that two processes cannot both create keys
    except FileExistsError as error:
        raise KeyFileExists(f"{path} exists: keys are never replaced; use rotate_keys to add one") from error
    finally:
        waiting.unlink()
        _flush_folder(path)
    return open_vault(path)


def rotate_keys(path: Path) -> Vault:
    """Add a fresh key and make it the current one; old keys stay until nothing is sealed under them."""
    ring = _read(path)[0]
    fresh = _fresh_id(ring.keys)
    return _replace(path, attrs.evolve(ring, current=fresh, keys={**ring.keys, fresh: os.urandom(KEY_BYTES)}))


def drop_key(path: Path, key_id: str) -> Vault:
    """Forget an old key, once nothing is sealed under it any more.

    Raises:
        VaultError: It is the current key, or not there.
    """
    ring = _read(path)[0]
    if key_id == ring.current:
        raise VaultError(f"{path}: {key_id!r} is the current key: rotate first")
    if key_id not in ring.keys:
        raise UnknownKey(f"{path}: holds no key {key_id!r}; it has {', '.join(ring.keys)}")
    return _replace(path, attrs.evolve(ring, keys={name: key for name, key in ring.keys.items() if name != key_id}))


def add_keys(path: Path, other: Path) -> tuple[str, ...]:
    """Ids of the keys that are taken over from another key file; the current key and the links stay as they are."""
    ring = _read(path)[0]
    found = _read(other)[0]
    fresh = {name: key for name, key in found.keys.items() if name not in ring.keys}
    if fresh:
        _replace(path, attrs.evolve(ring, keys={**ring.keys, **fresh}))
    return tuple(fresh)


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


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if len(key) != KEY_BYTES:
        raise ValueError("not a 256-bit key")
    return key


def _key_id(text: str) -> str:
    """An id as it stands before every ciphertext: its length is one byte."""
    if not text.isascii() or not 0 < len(text) < 256:
        raise ValueError("not an id of a key")
    return text


def _fresh_id(taken: Mapping[str, bytes] | tuple[()]) -> str:
    fresh = f"k{secrets.token_hex(4)}"
    return _fresh_id(taken) if fresh in taken else fresh


def _version_at(path: Path) -> Version | None:
    """Which version of the file is there; None where none can be looked at."""
    try:
        return _version(os.stat(path))
    except OSError:
        return None


def _version(found: os.stat_result) -> Version:
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _read(path: Path) -> tuple[Ring, Version]:
    """The ring in a key file, and which version of the file that is.

    Raises:
        KeyFileMissing, KeyFileUnusable: The text says what to do.
    """
    try:
        text, version = _read_private(path)
    except FileNotFoundError as error:
        raise KeyFileMissing(
            f"{path} is missing: restore it from the backup; without it stored secrets cannot be opened"
        ) from error
    except PermissionError as error:
        raise KeyFileUnusable(
            f"{path} cannot be read ({error.strerror}): give it to the user of this process"
        ) from error
    except OSError as error:
        raise KeyFileUnusable(
            f"{path} cannot be read ({error.strerror}): move it aside, and restore the file from the backup"
        ) from error
    try:
        found = json.loads(text)
        keys = {_key_id(key_id): _key(value) for key_id, value in found["keys"].items()}
        ring = Ring(str(found["current"]), keys, _key(found["link"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        # The cause would carry the file's text.
        raise KeyFileUnusable(f"{path} is not a key file: restore it from the backup") from None
    if ring.current not in ring.keys:
        raise KeyFileUnusable(f"{path}: current key {ring.current!r} is not among its keys: restore it from the backup")
    return ring, version


def _read_private(path: Path) -> tuple[str, Version]:
    with path.open(encoding="utf-8") as file:  # leaves nothing open where the path is a folder
        found = os.fstat(file.fileno())
        if os.name == "posix" and stat.S_IMODE(found.st_mode) & 0o077:
            raise KeyFileUnusable(f"{path} can be read by other users: chmod 600 {path}")
        try:
            return file.read(), _version(found)
        except UnicodeDecodeError:
            raise KeyFileUnusable(f"{path} is not a key file: restore it from the backup") from None


def _replace(path: Path, ring: Ring) -> Vault:
    """Put a ring in the place of the one that is there, on disk before anything is sealed under it.

    Where the path is a link, the file that it names is replaced: whoever keeps that one keeps the new keys too.
    """
    path = path.resolve()
    waiting = _write_beside(path, ring)
    with contextlib.suppress(OSError):  # root may rotate what another user's process reads; nobody else needs to
        before = os.stat(path)
        os.chown(waiting, before.st_uid, before.st_gid)
    waiting.replace(path)
    _flush_folder(path)
    return open_vault(path)


def _write_beside(path: Path, ring: Ring) -> Path:
    """A new file in the same folder, on disk, with mode 0600."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = {
        "current": ring.current,
        "keys": {key_id: base64.b64encode(key).decode() for key_id, key in ring.keys.items()},
        "link": base64.b64encode(ring.link).decode(),
    }
    waiting = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(written, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    return waiting


def _flush_folder(path: Path) -> None:
    """Let a new name be on disk too."""
    with contextlib.suppress(OSError):  # a folder cannot be flushed everywhere
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
