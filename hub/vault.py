"""Secrets at rest, link tokens and form tokens; the keys stand in one file beside the data, never in the database.

AES-256-GCM binds a ciphertext to table, column, row, merchant and key: moved elsewhere it does not open. Link and form
tokens are HMAC-SHA-256 under a key of their own; they are computed when they are handed over and never stored.

    VaultError                  every one names the remedy and no secret
    +-- KeyFileMissing          no key file where one must be: restore it, a new one opens nothing that is stored
    +-- KeyFileUnusable         unreadable, incomplete, or open to other users
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
from collections.abc import Mapping
from pathlib import Path

import attrs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.domain.merchant import Link

VERSION = 1
NONCE_BYTES = 12
RANDOM = getattr(os, "getrandom", os.urandom)
"""The same source; where the system has it, drawn without letting the interpreter's lock go."""

KEY_BYTES = 32


class VaultError(Exception):
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
class Vault:
    """A key ring: seals under the current key, opens with the one a ciphertext names.

    Attributes:
        current: Id of the key that seals.
        keys: 256-bit keys by id.
        link: 256-bit key of link and form tokens; rotating the others does not change mailed links.
    """

    current: str
    keys: Mapping[str, bytes] = attrs.field(repr=False)
    link: bytes = attrs.field(repr=False)

    def seal(self, plain: bytes, *, table: str, column: str, row: str, merchant: str) -> tuple[bytes, str]:
        """Ciphertext and key id; it opens only for the same table, column, row and merchant."""
        nonce = RANDOM(NONCE_BYTES)
        place = _joined(table, column, row, merchant, self.current)
        head = bytes([VERSION, len(self.current)]) + self.current.encode()
        return head + nonce + AESGCM(self.keys[self.current]).encrypt(nonce, plain, place), self.current

    def open(self, sealed: bytes, *, table: str, column: str, row: str, merchant: str) -> bytes:
        """What was sealed for this place.

        Raises:
            UnknownKey: Its key is not in the ring.
            NotOpened: It is damaged, or belongs elsewhere.
        """
        key_id, nonce, body = _parts(sealed, f"{table}.{column}")
        key = self.keys.get(key_id)
        if key is None:
            raise UnknownKey(
                f"{table}.{column}: sealed under key {key_id!r}, which keys.json does not hold: restore it"
            )
        try:
            return AESGCM(key).decrypt(nonce, body, _joined(table, column, row, merchant, key_id))
        except InvalidTag as error:
            raise NotOpened(
                f"{table}.{column} does not open: damaged, moved from another row or merchant, or keys.json belongs to "
                "another data folder; restore the row or the key file"
            ) from error

    def needs_resealing(self, key_id: str) -> bool:
        """Whether a ciphertext under this key waits to be sealed again under the current one."""
        return key_id != self.current

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
        digest = hmac.digest(self.link, _joined(*parts), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def link_id_of(token: str) -> str:
    """The id that a link token claims; nothing is proved before ``is_token_of``."""
    return token.partition(".")[0]


def hash_token(token: str) -> bytes:
    """What is stored of a random token: its SHA-256."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


def open_vault(path: Path) -> Vault:
    """The key ring in a key file.

    Raises:
        KeyFileMissing, KeyFileUnusable: The text says what to do.
    """
    try:
        text = _read_private(path)
    except FileNotFoundError as error:
        raise KeyFileMissing(
            f"{path} is missing: restore it from the backup; without it stored secrets cannot be opened"
        ) from error
    try:
        ring = json.loads(text)
        keys = {str(key_id): _key(value) for key_id, value in ring["keys"].items()}
        vault = Vault(str(ring["current"]), keys, _key(ring["link"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        # The cause would carry the file's text.
        raise KeyFileUnusable(f"{path} is not a key file: restore it from the backup") from None
    if vault.current not in vault.keys:
        raise KeyFileUnusable(
            f"{path}: current key {vault.current!r} is not among its keys: restore it from the backup"
        )
    return vault


def create_keys(path: Path) -> Vault:
    """Write a fresh key file, readable by its owner alone.

    Raises:
        KeyFileExists: There is one; it is left as it is.
    """
    vault = Vault(_fresh_id(()), {}, os.urandom(KEY_BYTES))
    vault = attrs.evolve(vault, keys={vault.current: os.urandom(KEY_BYTES)})
    waiting = _write_beside(path, vault)
    try:
        os.link(waiting, path)  # fails where a file is, so that two processes cannot both create keys
    except FileExistsError as error:
        raise KeyFileExists(f"{path} exists: keys are never replaced; use rotate_keys to add one") from error
    finally:
        waiting.unlink()
    return vault


def rotate_keys(path: Path) -> Vault:
    """Add a fresh key and make it the current one; old keys stay until nothing is sealed under them."""
    vault = open_vault(path)
    fresh = _fresh_id(vault.keys)
    rotated = attrs.evolve(vault, current=fresh, keys={**vault.keys, fresh: os.urandom(KEY_BYTES)})
    _write_beside(path, rotated).replace(path)
    return rotated


def drop_key(path: Path, key_id: str) -> Vault:
    """Forget an old key, once nothing is sealed under it any more.

    Raises:
        VaultError: It is the current key, or not there.
    """
    vault = open_vault(path)
    if key_id == vault.current:
        raise VaultError(f"{path}: {key_id!r} is the current key: rotate first")
    if key_id not in vault.keys:
        raise UnknownKey(f"{path}: holds no key {key_id!r}; it has {', '.join(vault.keys)}")
    kept = attrs.evolve(vault, keys={name: key for name, key in vault.keys.items() if name != key_id})
    _write_beside(path, kept).replace(path)
    return kept


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


def _fresh_id(taken: Mapping[str, bytes] | tuple[()]) -> str:
    fresh = f"k{secrets.token_hex(4)}"
    return _fresh_id(taken) if fresh in taken else fresh


def _read_private(path: Path) -> str:
    handle = os.open(path, os.O_RDONLY)
    with os.fdopen(handle, encoding="utf-8") as file:
        if os.name == "posix" and stat.S_IMODE(os.fstat(handle).st_mode) & 0o077:
            raise KeyFileUnusable(f"{path} can be read by other users: chmod 600 {path}")
        try:
            return file.read()
        except UnicodeDecodeError:
            raise KeyFileUnusable(f"{path} is not a key file: restore it from the backup") from None


def _write_beside(path: Path, vault: Vault) -> Path:
    """A new file in the same folder, on disk, with mode 0600."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ring = {
        "current": vault.current,
        "keys": {key_id: base64.b64encode(key).decode() for key_id, key in vault.keys.items()},
        "link": base64.b64encode(vault.link).decode(),
    }
    waiting = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(ring, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(OSError):  # a folder cannot be flushed everywhere
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    return waiting
