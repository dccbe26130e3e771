"""Keys are created, rotated, added and dropped: each change writes the key file anew."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import attrs

from .errors import KeyFileExists, UnknownKey, VaultError
from .key_file import KEY_BYTES, Ring, flush_folder, read_ring, write_beside
from .sealing import Vault, open_vault


def create_keys(path: Path) -> Vault:
    """Write a fresh key file, readable by its owner alone.

    Raises:
        KeyFileExists: There is one; it is left as it is.
    """
    current = _fresh_id(())
    ring = Ring(current, {current: os.urandom(KEY_BYTES)}, os.urandom(KEY_BYTES))
    waiting = write_beside(path, ring)
    try:
        os.link(waiting, path)  # fails where a file is, so that two processes cannot both create keys
    except FileExistsError as error:
        raise KeyFileExists(f"{path} exists: keys are never replaced; use rotate_keys to add one") from error
    finally:
        waiting.unlink()
        flush_folder(path)
    return open_vault(path)


def rotate_keys(path: Path) -> Vault:
    """Add a fresh key and make it the current one; old keys stay until nothing is sealed under them."""
    ring = read_ring(path)[0]
    fresh = _fresh_id(ring.keys)
    return _replace(path, attrs.evolve(ring, current=fresh, keys={**ring.keys, fresh: os.urandom(KEY_BYTES)}))


def drop_key(path: Path, key_id: str) -> Vault:
    """Forget an old key, once nothing is sealed under it any more.

    Raises:
        VaultError: It is the current key, or not there.
    """
    ring = read_ring(path)[0]
    if key_id == ring.current:
        raise VaultError(f"{path}: {key_id!r} is the current key: rotate first")
    if key_id not in ring.keys:
        raise UnknownKey(f"{path}: holds no key {key_id!r}; it has {', '.join(ring.keys)}")
    return _replace(path, attrs.evolve(ring, keys={name: key for name, key in ring.keys.items() if name != key_id}))


def add_keys(path: Path, other: Path) -> tuple[str, ...]:
    """Ids of the keys that are taken over from another key file; the current key and the links stay as they are."""
    ring = read_ring(path)[0]
    found = read_ring(other)[0]
    fresh = {name: key for name, key in found.keys.items() if name not in ring.keys}
    if fresh:
        _replace(path, attrs.evolve(ring, keys={**ring.keys, **fresh}))
    return tuple(fresh)


def _fresh_id(taken: Mapping[str, bytes] | tuple[()]) -> str:
    fresh = f"k{secrets.token_hex(4)}"
    return _fresh_id(taken) if fresh in taken else fresh


def _replace(path: Path, ring: Ring) -> Vault:
    """Put a ring in the place of the one that is there, on disk before anything is sealed under it.

    Where the path is a link, the file that it names is replaced: whoever keeps that one keeps the new keys too.
    """
    path = path.resolve()
    waiting = write_beside(path, ring)
    with contextlib.suppress(OSError):  # root may rotate what another user's process reads; nobody else needs to
        before = os.stat(path)
        os.chown(waiting, before.st_uid, before.st_gid)
    waiting.replace(path)
    flush_folder(path)
    return open_vault(path)
