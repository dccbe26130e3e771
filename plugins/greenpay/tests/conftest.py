"""An account with a real 1024-bit key, orders, messages, and answers signed as Greenpay signs them."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hub_hookspecs import (
    Account,
    Company,
    IdentityCheck,
    IdentityDocument,
    Message,
    Mode,
    Money,
    Order,
    OrderLine,
    Payer,
    Source,
)

SAMPLES = Path(__file__).parent / "samples"
NOW = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
REFERENCE = "7Q2M9XK4T0VB3H8C5RZN6WDJ1E"


@attrs.frozen
class Greenpay:
    """The provider's side of the key."""

    key: rsa.RSAPrivateKey

    @property
    def public_key(self) -> str:
        pem = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        return "".join(pem.splitlines()[1:-1])

    def sign(self, text: str) -> str:
        return self.key.sign(text.encode(), padding.PKCS1v15(), SHA256()).hex()

    def signed(self, body: Mapping[str, Any]) -> bytes:
        """The body with the signature of a payment."""
        text = f"status:{body['status']},orderId:{body['orderId']}"
        return json.dumps({**body, "_signature": self.sign(text)}, ensure_ascii=False).encode()

    def sample(self, name: str, **changed: Any) -> bytes:
        """A sample, changed, and signed afterwards."""
        return self.signed({**json.loads((SAMPLES / f"{name}.json").read_text()), **changed})


@pytest.fixture(scope="session")
def greenpay() -> Greenpay:
    return Greenpay(rsa.generate_private_key(65537, 1024))


@pytest.fixture(scope="session")
def stranger() -> Greenpay:
    """Somebody with another key of the same size."""
    return Greenpay(rsa.generate_private_key(65537, 1024))


@pytest.fixture
def account(greenpay: Greenpay) -> Account:
    company = Company(
        country="CR",
        document=IdentityDocument("CJ", "3101123456"),
        legal_name="Ferretería El Roble S.A.",
        email="cobros@roble.example",
    )
    return Account(
        company=company,
        mode=Mode.TEST,
        settings={
            "secret": "c2VjcmV0LWNhbmFyeQ==",
            "merchant_id": "06c229a2-0000-4000-8000-000000000001",
            "public_key": greenpay.public_key,
            "terminal_crc": "Ferreteria-1a2b-BNCR-CRC",
            "terminal_usd": "Ferreteria-1a2b-BNCR-USD",
        },
        endpoints={
            "merchant": "http://127.0.0.1:9/gp/merchant",
            "checkout": "http://127.0.0.1:9/gp/checkout",
            "form": "http://127.0.0.1:9/gp/form",
        },
    )


@pytest.fixture
def order() -> Order:
    return Order(
        reference=REFERENCE,
        way="form",
        amount=Money(1825075, "CRC"),
        description="Facturas FE-41 y FE-42",
        lines=(
            OrderLine(number="FE-41", description="Cemento", amount=Money(1000000, "CRC")),
            OrderLine(number="FE-42", description="", amount=Money(825075, "CRC")),
        ),
        payer=Payer(
            name="Alejandro González",
            email="alejandro@example.com",
            document=IdentityDocument("CF", "101230456"),
            country="CR",
        ),
        return_url="https://hub.example/return/abc",
        locale="es-CR",
        now=NOW,
        call_id="a1b2c3d4e5",
    )


@pytest.fixture
def check() -> IdentityCheck:
    return IdentityCheck(reference=REFERENCE, currencies=("CRC", "USD"), now=NOW, call_id="a1b2c3d4e5")


@pytest.fixture
def notification() -> Callable[..., Message]:
    def build(body: bytes, path: str = "") -> Message:
        return Message(
            source=Source.NOTIFICATION, method="POST", path=path, query="", headers=(), body=body, received_at=NOW
        )

    return build


@pytest.fixture
def browser_return() -> Callable[[str], Message]:
    def build(path: str) -> Message:
        return Message(source=Source.RETURN, method="GET", path=path, query="", headers=(), body=b"", received_at=NOW)

    return build
