"""The signature of Nequi's notifications: HTTP Signatures (an old draft) with HMAC-SHA384 over two headers.

    Digest: SHA-256=<base64 of sha256(raw body)>
    Signature: keyId="...",algorithm="hmac-sha384",headers="content-type digest",signature="..."

The signed text is ``content-type: <its value>\\ndigest: <value of the Digest header>``. Known from one source, which
leaves open whether the signature is base64 or base64url: both are taken. Algorithm, headers and key are ours, never
the message's; keyId is not looked at.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Final

from hub_hookspecs import Message

PARAMETER: Final = re.compile(r'([A-Za-z]{1,20})="([^"\\]{0,300})"')
WANTED: Final = {"keyId", "algorithm", "headers", "signature"}


def is_genuine(message: Message, secrets: Iterable[str]) -> bool:
    """Whether the message carries a right digest of its body, and a signature over it by one of the secrets."""
    digest, content_type = message.header("digest"), message.header("content-type")
    given = _parameters(message.header("signature") or "")
    if digest is None or content_type is None or given is None:
        return False
    if given["algorithm"] != "hmac-sha384" or given["headers"] != "content-type digest":
        return False
    algorithm, _, value = digest.partition("=")
    if algorithm.upper() != "SHA-256" or not _is_one_of(value, _texts(hashlib.sha256(message.body).digest())):
        return False
    signed = f"content-type: {content_type}\ndigest: {digest}"
    return any(_is_one_of(given["signature"], _texts(_mac(secret, signed))) for secret in secrets if secret)


def _parameters(header: str) -> dict[str, str] | None:
    """The header's parameters; None unless they are exactly the four of the scheme, each once."""
    if len(header) > 2000:
        return None
    pairs: list[tuple[str, str]] = []
    for part in header.split(","):
        match = PARAMETER.fullmatch(part.strip(" \t"))
        if not match:
            return None
        pairs.append((match[1], match[2]))
    found = dict(pairs)
    return found if len(pairs) == len(WANTED) and set(found) == WANTED else None


def _mac(secret: str, signed: str) -> bytes:
    return hmac.new(_bytes(secret), _bytes(signed), hashlib.sha384).digest()


def _texts(raw: bytes) -> tuple[str, ...]:
    """Both base64 alphabets, with and without padding: canonical forms only."""
    forms = (base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode())
    return (*forms, *(form.rstrip("=") for form in forms))


def _is_one_of(given: str, forms: tuple[str, ...]) -> bool:
    """Compared with each form in constant time."""
    return any(hmac.compare_digest(_bytes(given), _bytes(form)) for form in forms)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
