"""Pack a message as bytes for the vault, unpack it, and know the same message by its digest."""

from __future__ import annotations

import hashlib
from datetime import datetime

from hub_hookspecs import Message, Source

CHUNK = 2000
"""Bytes hashed at once: above 2,047 the interpreter's lock is let go, and getting it back costs more than the hash."""


def digest_of(message: Message) -> str:
    """SHA-256 of everything that makes a message the same message."""
    parts = (message.source, message.method, message.path, message.query, repr(message.headers))
    digest = hashlib.sha256("\x1f".join(parts).encode() + b"\x1f")
    for start in range(0, len(message.body), CHUNK):
        digest.update(message.body[start : start + CHUNK])
    return digest.hexdigest()


def packed(message: Message) -> bytes:
    """A message as bytes, for the vault: length-prefixed fields, so that any body survives."""
    fields = [
        message.source.value.encode(),
        message.method.encode(),
        message.path.encode("utf-8", "surrogateescape"),
        message.query.encode("utf-8", "surrogateescape"),
        message.received_at.isoformat().encode(),
        message.body,
    ]
    for name, value in message.headers:
        fields += [name.encode("latin-1", "replace"), value.encode("latin-1", "replace")]
    return b"".join(len(field).to_bytes(4, "big") + field for field in fields)


def unpacked(raw: bytes) -> Message:
    """The message that was packed."""
    fields: list[bytes] = []
    at = 0
    while at < len(raw):
        size = int.from_bytes(raw[at : at + 4], "big")
        fields.append(raw[at + 4 : at + 4 + size])
        at += 4 + size
    source, method, path, query, received, body, *headers = fields
    return Message(
        source=Source(source.decode()),
        method=method.decode(),
        path=path.decode("utf-8", "surrogateescape"),
        query=query.decode("utf-8", "surrogateescape"),
        headers=tuple(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in zip(headers[::2], headers[1::2], strict=True)
        ),
        body=body,
        received_at=datetime.fromisoformat(received.decode()),
    )
