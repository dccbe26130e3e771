"""A client certificate with its key, as a person pastes it: what is wrong with it, and when it ends."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

import attrs
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from hub.domain.text import Text

LONGEST: Final = 64 * 1024
"""Characters of certificate, chain and key together."""

WARNED_BEFORE: Final = timedelta(days=30)
"""How long before its end people are warned."""

BLOCK: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----\s.*?-----END \1-----", re.DOTALL)
"""One object in PEM."""


class Unusable(ValueError):
    """It cannot be used; ``why`` tells the person who pasted it what helps."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.id)
        self.why = why


@attrs.frozen
class ClientCertificate:
    """A certificate and its key.

    Attributes:
        pem: The certificate, its key, then the rest of its chain: the order that TLS wants.
    """

    pem: str = attrs.field(repr=False)
    begins: datetime
    ends: datetime


def client_certificate(text: str) -> ClientCertificate:
    """Read a certificate with its key.

    Raises:
        Unusable: It is none, the key is missing, has a passphrase or is that of another certificate.
    """
    blocks = [(found[1], found[0]) for found in BLOCK.finditer(text)] if len(text) <= LONGEST else []
    keys = [block for kind, block in blocks if kind.endswith("PRIVATE KEY")]
    papers = [block for kind, block in blocks if kind in ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")]
    if not keys and not papers:
        raise Unusable(Text("certificate.unreadable"))
    if not papers:
        raise Unusable(Text("certificate.missing"))
    if not keys:
        raise Unusable(Text("certificate.no_key"))
    if len(keys) > 1:
        raise Unusable(Text("certificate.two_keys"))
    try:
        key = serialization.load_pem_private_key(keys[0].encode(), password=None)
        read = [(x509.load_pem_x509_certificate(block.encode()), block) for block in papers]
        fitting = [item for item in read if item[0].public_key() == key.public_key()]
    except TypeError:
        raise Unusable(Text("certificate.passphrase")) from None
    except (ValueError, UnsupportedAlgorithm):
        raise Unusable(Text("certificate.unreadable")) from None
    if not fitting:
        raise Unusable(Text("certificate.other_key"))
    own, block = fitting[0]
    chain = [item for _paper, item in read if item != block]
    return ClientCertificate("\n".join([block, keys[0], *chain, ""]), own.not_valid_before_utc, own.not_valid_after_utc)


def certificate_problem(text: str, now: datetime) -> Text | None:
    """What keeps a pasted certificate from being used now."""
    try:
        read = client_certificate(text)
    except Unusable as error:
        return error.why
    if read.ends <= now:
        return Text("certificate.expired", moment=read.ends)
    if read.begins > now:
        return Text("certificate.not_yet", moment=read.begins)
    return None
