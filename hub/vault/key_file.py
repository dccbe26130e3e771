"""The key file: a ring of keys, read with the file's version, and written whole with mode 0600."""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

import attrs

from .errors import KeyFileMissing, KeyFileUnusable

KEY_BYTES = 32

Version = tuple[int, int, int, int]
"""What tells one version of a file from the next."""


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


def version_at(path: Path) -> Version | None:
    """Which version of the file is there; None where none can be looked at."""
    try:
        return _version(os.stat(path))
    except OSError:
        return None


def _version(found: os.stat_result) -> Version:
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def read_ring(path: Path) -> tuple[Ring, Version]:
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


def write_beside(path: Path, ring: Ring) -> Path:
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


def flush_folder(path: Path) -> None:
    """Let a new name be on disk too."""
    with contextlib.suppress(OSError):  # a folder cannot be flushed everywhere
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
