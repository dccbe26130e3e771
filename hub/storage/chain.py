"""The hash chain of a merchant and mode: what is hashed, and how.

Free text is no part of it but a salted hash of it is: a text can be erased, and the chain still verifies.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

CHAIN_START = "0" * 64
"""What the first seal of a chain names as the hash before it."""

FORMAT = 1
"""Version of what is hashed; each seal names the one that it was made by."""

SEALED = (
    *("merchant", "mode", "key", "kind", "currency", "at", "value_on", "payment", "payable"),
    *("observation", "own_record", "note_digest"),
)
"""Columns of an entry that are hashed, in their order."""

Field = str | int | None


def chained(before: str, fields: Iterable[Field]) -> str:
    """SHA-256 of the hash before and the canonical bytes of an entry and its postings.

    The fields, in this order: version, merchant, mode, key, kind, currency, at (microseconds UTC), value_on, payment,
    payable, observation, own_record, note_digest; then kind, owner and amount of each posting. Each is
    ``length:text`` in UTF-8, nothing is ``-``.
    """
    return hashlib.sha256(before.encode() + _all_canonical(fields)).hexdigest()


def canonical(field: Field) -> bytes:
    """One field, so that no two lists of fields have the same bytes."""
    if field is None:
        return b"-"
    data = str(field).encode()
    return b"%d:%s" % (len(data), data)


def _all_canonical(fields: Iterable[Field]) -> bytes:
    """Fields one after the other; where all are ASCII, as nearly always, a character is a byte."""
    each = tuple(fields)
    joined = "".join(["-" if field is None else f"{len(text := str(field))}:{text}" for field in each])
    return joined.encode() if joined.isascii() else b"".join(map(canonical, each))


def new_salt() -> str:
    """A random salt, without which a short text could be found by trying; it is erased with the text."""
    return secrets.token_hex(16)


def digest_of(note: str, salt: str) -> str:
    """What stands for a free text in a seal: SHA-256 of the salt and the text in hexadecimal; empty for no text."""
    return hashlib.sha256(canonical(salt) + canonical(note)).hexdigest() if note else ""


def derived(*parts: str) -> str:
    """An id that follows from what it names."""
    return hashlib.sha256(_all_canonical(parts)).hexdigest()[:40]
