"""Greenpay's proof: RSA PKCS#1 v1.5 over SHA-256 of a short text, in hexadecimal.

The text of a payment is ``status:<status>,orderId:<orderId>``: nothing else of an answer is covered. Greenpay gives its
merchants keys of 1024 bits. Accepting that size is an exception of this plugin, written down here: the provider
offers no longer one, and a forged *paid* would still have to name a live reference of 128 random bits.
"""

from __future__ import annotations

import base64
import functools
import re
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

SMALLEST_KEY: Final = 1024
MAX_KEY_BITS: Final = 4096

HEXADECIMAL: Final = re.compile("[0-9A-Fa-f]+")
_ARMOUR: Final = re.compile(r"-----(BEGIN|END) (RSA )?PUBLIC KEY-----")


def payment_text(status: int, order_id: str) -> str:
    """What Greenpay signs for a payment."""
    return f"status:{status},orderId:{order_id}"


def tokenisation_text(status: int, request_id: str) -> str:
    """What Greenpay signs when a card was saved; never taken for a payment."""
    return f"status:{status},requestId:{request_id}"


@functools.lru_cache(maxsize=1024)
def load_key(text: str) -> rsa.RSAPublicKey:
    """The merchant's public key as Greenpay hands it out: base64 with or without BEGIN and END lines and blanks.

    Raises:
        ValueError: It is not an RSA public key of an acceptable size.
    """
    body = "".join(_ARMOUR.sub("", text).split())
    try:
        key = load_der_public_key(base64.b64decode(body, validate=True))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("not a public key in base64") from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("not an RSA public key")
    if not SMALLEST_KEY <= key.key_size <= MAX_KEY_BITS:
        raise ValueError(f"a key of {key.key_size} bits is not accepted")
    return key


def is_usable(key: str) -> bool:
    """Whether answers could be verified with this text as public key."""
    try:
        load_key(key)
    except ValueError:
        return False
    return True


def is_genuine(text: str, signature: object, key: str) -> bool:
    """Whether ``signature`` proves ``text`` under the key; hostile input is simply not genuine."""
    if not isinstance(signature, str):
        return False
    try:
        public = load_key(key)
        if len(signature) != _length_by(public):
            return False
        public.verify(bytes.fromhex(signature), text.encode(), padding.PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def _length_by(public: rsa.RSAPublicKey) -> int:
    """How many hexadecimal digits a signature under the key has: two for each byte, the last of them begun or not."""
    return 2 * ((public.key_size + 7) // 8)


def doubt_about(signature: object, key: str) -> str:
    """Which check a signature failed, in words that repeat nothing of it."""
    if signature is None:
        return "the answer has no _signature"
    if not isinstance(signature, str):
        return "_signature is no text"
    try:
        public = load_key(key)
    except ValueError:
        return "the account's public_key is no RSA key that can be used"
    if len(signature) != _length_by(public):
        return "_signature is not as long as one of the account's public_key"
    if not HEXADECIMAL.fullmatch(signature):
        return "_signature is not hexadecimal"
    return "_signature is not of this status and orderId under the account's public_key"
