"""The signature of Nequi's notifications: HTTP Signatures (an old draft) with HMAC-SHA384 over two headers.

    Digest: SHA-256=<base64 of sha256(raw body)>
    Signature: keyId="...",algorithm="hmac-sha384",headers="content-type digest",signature="..."

The signed text is ``content-type: <its value>\\ndigest: <value of the Digest header>``. Known from one source, which
leaves open whether the signature is base64 or base64url: both are taken. The one public receiver of the scheme leaves
out ``headers``, once ``algorithm`` too: both may be missing, and where they stand they must name what is signed. The
draft would have a missing ``headers`` mean the date alone; that would say nothing of the body, so it never does here.

Algorithm, signed headers and key are ours, never the message's: whatever it says, a genuine one has the digest of this
very body under one of this account's secrets. keyId is not looked at, but for the words of a refusal.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from hub_hookspecs import Message

PARAMETER: Final = re.compile(
    r'[ \t]*([A-Za-z][A-Za-z0-9_-]{0,39})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))[ \t]*(?:,(?=.)|$)'
)
ALGORITHM: Final = "hmac-sha384"
SIGNED: Final = ("content-type", "digest")
NEEDED: Final = ("signature", *SIGNED)
KNOWN: Final = frozenset({"keyid", "algorithm", "headers", "signature"})
MAX_HEADER: Final = 2000


def is_genuine(message: Message, secrets: Iterable[str]) -> bool:
    """Whether the message carries a right digest of its body, and a signature over it by one of the secrets."""
    return not flaw_in(message, secrets)


def flaw_in(message: Message, secrets: Iterable[str], *, client_id: str = "") -> str:
    """Which check the message fails, in words that hold nothing of it and nothing computed; empty when it is genuine.

    Args:
        client_id: What keyId names in Nequi's own notifications.
    """
    names = [name for name, _ in message.headers]
    for name in NEEDED:
        if names.count(name) != 1:
            return f"the {name} header is {'given more than once' if name in names else 'missing'}"
    values = {name: value for name, value in message.headers if name in NEEDED}
    given = _parameters(values["signature"])
    if given is None:
        return "the signature header is no list of parameters, each given once"
    return _flaw_in_parameters(given) or _flaw_in_proof(message.body, values, given, secrets, client_id)


def _parameters(header: str) -> Mapping[str, str] | None:
    """The header's parameters, their names in lower case; None where it has another form or repeats one we know.

    As the draft says: unknown ones are ignored, and one that is given twice must not be processed.
    """
    if len(header) > MAX_HEADER:
        return None
    found: dict[str, str] = {}
    at = 0
    while at < len(header):
        match = PARAMETER.match(header, at)
        if not match or (match[1].lower() in KNOWN and match[1].lower() in found):
            return None
        found[match[1].lower()] = match[3] if match[2] is None else match[2]
        at = match.end()
    return found


def _flaw_in_parameters(given: Mapping[str, str]) -> str:
    for name, shown in (("keyid", "keyId"), ("signature", "signature")):
        if name not in given:
            return f"the signature header has no {shown}="
    if given.get("algorithm", ALGORITHM) != ALGORITHM:
        return f"algorithm= names another than {ALGORITHM}"
    if tuple(sorted(_signed_headers(given))) != SIGNED:
        return f"headers= names others than {' and '.join(SIGNED)}"
    return ""


def _signed_headers(given: Mapping[str, str]) -> list[str]:
    """The names in the order in which they are signed."""
    return given["headers"].lower().split() if "headers" in given else list(SIGNED)


def _flaw_in_proof(
    body: bytes, values: Mapping[str, str], given: Mapping[str, str], secrets: Iterable[str], client_id: str
) -> str:
    algorithm, _, value = values["digest"].partition("=")
    if algorithm.upper() != "SHA-256":
        return "the digest is of another algorithm than SHA-256"
    if not _is_one_of(value, _texts(hashlib.sha256(body).digest())):
        return "the digest is not the body's"
    signed = [*_signed_texts(values, _signed_headers(given))]
    if any(
        _is_one_of(given["signature"], _texts(_mac(secret, text))) for secret in secrets if secret for text in signed
    ):
        return ""
    if client_id and not _is_one_of(given["keyid"], (client_id,)):
        return "keyId is not the account's client_id, and the signature does not verify with the account's secret"
    return "the signature does not verify with the account's secret"


def _signed_texts(values: Mapping[str, str], names: Iterable[str]) -> Iterator[str]:
    """What may have been signed: the content type as received, or bare, since a charset is put behind it on the way."""
    for content_type in dict.fromkeys((values["content-type"], values["content-type"].partition(";")[0].rstrip())):
        shown = {**values, "content-type": content_type}
        yield "\n".join(f"{name}: {shown[name]}" for name in names)


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
    return text.encode(errors="surrogatepass")
