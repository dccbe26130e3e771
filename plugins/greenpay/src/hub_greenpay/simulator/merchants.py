"""Merchants of the simulated Greenpay: their credentials, drawn at random where a configuration leaves them out.

Configuration, all of it optional::

    {"merchants": [{"id": UUID, "name": TEXT, "secret": TEXT, "private_key": PEM, "public_key": BASE64,
                    "terminals": {"CRC": TEXT, "USD": TEXT}, "notify": URL}],
     "key_bits": 1024, "options": {...}, "public_key_file": PATH}
"""

from __future__ import annotations

import base64
import secrets
import uuid
from collections.abc import Mapping
from typing import Any

import attrs
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from hub_hookspecs.testing.simulator import Config, read_options

from .options import OPTIONS


@attrs.frozen(kw_only=True)
class Merchant:
    """One merchant, ready for use.

    Attributes:
        terminals: Terminal name by currency.
        number: Greenpay's internal integer, in ``result.merchant_id``.
    """

    id: str
    name: str
    secret: str
    key: rsa.RSAPrivateKey
    terminals: Mapping[str, str]
    number: int


def configure(config: Config) -> dict[str, Any]:
    """Fill in what a configuration leaves out."""
    bits = config.get("key_bits", 1024)
    merchants = [_filled(item, bits) for item in config.get("merchants") or [{}]]
    return {
        **config,
        "key_bits": bits,
        "options": read_options(OPTIONS, config.get("options", {})),
        "merchants": merchants,
    }


def _filled(given: Mapping[str, Any], bits: int) -> dict[str, Any]:
    name = given.get("name", "Comercio Simulado")
    tail = secrets.token_hex(2)
    private = given.get("private_key") or _new_key(bits)
    return {
        "id": str(uuid.uuid4()),
        "secret": base64.b64encode(secrets.token_bytes(48)).decode(),
        "terminals": {currency: f"{name}-{tail}-BNCR-{currency}" for currency in ("CRC", "USD")},
        "notify": None,
        **given,
        "name": name,
        "private_key": private,
        "public_key": _public_body(_load(private)),
    }


def _new_key(bits: int) -> str:
    key = rsa.generate_private_key(65537, bits)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _load(pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the simulator signs with RSA keys alone")
    return key


def _public_body(key: rsa.RSAPrivateKey) -> str:
    """The public key as Greenpay hands it out: the base64 body of its SPKI, without BEGIN and END lines."""
    return base64.b64encode(
        key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    ).decode()


def public_pem(config: Config) -> bytes:
    """The first merchant's public key as PEM, for clients that read one from a file."""
    return (
        _load(config["merchants"][0]["private_key"])
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def merchants_of(config: Config) -> dict[str, Merchant]:
    """The merchants of a filled configuration, by id."""
    return {
        item["id"]: Merchant(
            id=item["id"],
            name=item["name"],
            secret=item["secret"],
            key=_load(item["private_key"]),
            terminals=dict(item["terminals"]),
            number=900 + position,
        )
        for position, item in enumerate(config["merchants"])
    }


def settings(config: Config, merchant: str) -> dict[str, str]:
    """What the merchant's account needs, by setting name."""
    item = next(item for item in config["merchants"] if item["id"] == merchant)
    values = {"secret": item["secret"], "merchant_id": item["id"], "public_key": item["public_key"]}
    return values | {f"terminal_{currency.lower()}": name for currency, name in item["terminals"].items()}


def credentials(config: Config) -> dict[str, Any]:
    """The first merchant's credentials under Greenpay's own names, for the line printed when run alone."""
    item = config["merchants"][0]
    return {
        "secret": item["secret"],
        "merchantId": item["id"],
        "terminals": dict(item["terminals"]),
        "publicKey": item["public_key"],
    }
