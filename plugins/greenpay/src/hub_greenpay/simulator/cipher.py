"""Greenpay's cryptography as its documents describe it, on the server's side.

A client sends ``ld``, hex of AES-128-CTR over the card's JSON, and ``lk``, base64 of the RSA PKCS#1 v1.5
encryption of ``{"k": [16 integers], "s": integer}``; the counter starts at ``s`` as a 16-byte big-endian number.
Answers carry an RSA SHA-256 signature in hex.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256


class CipherError(ValueError):
    """The encrypted card cannot be opened."""


def open_sealed(body: dict[str, Any], key: rsa.RSAPrivateKey) -> dict[str, Any]:
    """The JSON inside ``ld`` and ``lk``.

    Raises:
        CipherError: A wrong key, or not the documented form. (Implicit rejection turns a bad ``lk`` into
            garbage, so unreadable JSON is a failed decryption.)
    """
    try:
        session_key = json.loads(key.decrypt(base64.b64decode(body["lk"], validate=True), padding.PKCS1v15()))
        cipher = Cipher(algorithms.AES128(bytes(session_key["k"])), modes.CTR(_counter(session_key["s"])))
        opened = cipher.decryptor()
        value = json.loads(opened.update(bytes.fromhex(body["ld"])) + opened.finalize())
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise CipherError("the encrypted data cannot be opened") from error
    if not isinstance(value, dict):
        raise CipherError("the encrypted data are not an object")
    return value


def _counter(start: Any) -> bytes:
    """The first counter block; the documents' prose has 16 bytes, every client one integer."""
    return bytes(start) if isinstance(start, list) else int(start).to_bytes(16, "big")


def sign(text: str, key: rsa.RSAPrivateKey) -> str:
    """``_signature`` over a text."""
    return key.sign(text.encode(), padding.PKCS1v15(), SHA256()).hex()
