"""The simulated Nequi's access tokens: who may have one, and whose one is."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from hub_nequi.simulator.world import World

TOKEN_SECONDS = 3600


class Tokens:
    """The tokens of every merchant."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.stage = world.stage

    def merchant_by_basic(self, header: str) -> Mapping[str, Any] | None:
        """The merchant whose client id and secret a Basic header gives."""
        scheme, _, text = header.partition(" ")
        try:
            pair = base64.b64decode(text, validate=True).decode() if scheme.lower() == "basic" else ""
        except (binascii.Error, UnicodeDecodeError):
            return None
        name, _, secret = pair.partition(":")
        for merchant in self.world.merchants:
            if merchant["client_id"] == name and hmac.compare_digest(
                merchant["client_secret"].encode(), secret.encode()
            ):
                return merchant
        return None

    def token_for(self, merchant: Mapping[str, Any]) -> str:
        """Like a JWT, and good in a later life of the simulator too."""
        now = int(self.stage.now().timestamp())
        claims = {
            "token_use": "access",
            "scope": "other/other",
            "client_id": merchant["client_id"],
            "version": 2,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "jti": secrets.token_hex(8),
        }
        text = f"{_packed({'kid': 'simulated', 'alg': 'HS256'})}.{_packed(claims)}"
        return f"{text}.{_sealed(text, merchant['client_secret'])}"

    def merchant_by_token(self, header: str) -> Mapping[str, Any] | None:
        """The merchant to whom the token of a Bearer header was given, while it lives."""
        scheme, _, token = header.partition(" ")
        text, _, seal = token.rpartition(".")
        try:
            claims = json.loads(base64.urlsafe_b64decode(text.partition(".")[2] + "=="))
            merchant = next(item for item in self.world.merchants if item["client_id"] == claims["client_id"])
            alive = claims["exp"] > self.stage.now().timestamp()
        except (ValueError, KeyError, TypeError, StopIteration):
            return None
        good = hmac.compare_digest(_sealed(text, merchant["client_secret"]).encode(), seal.encode())
        return merchant if scheme == "Bearer" and alive and good else None


def _packed(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _sealed(text: str, secret: str) -> str:
    mac = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")
