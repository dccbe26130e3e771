"""What a simulator has done: the money that it took, and the notifications that it owes."""

from __future__ import annotations

import base64
from typing import Any

import attrs

from hub_hookspecs.money import Money


@attrs.define(kw_only=True)
class Holding:
    """One line of the simulator's book: money that it really took."""

    reference: str
    provider_reference: str
    merchant: str
    amount: Money
    captures: int = 1
    state: str = "captured"

    def row(self) -> dict[str, Any]:
        """The line as JSON."""
        return {
            "reference": self.reference,
            "provider_reference": self.provider_reference,
            "merchant": self.merchant,
            "minor": self.amount.minor,
            "currency": self.amount.currency,
            "state": self.state,
            "captures": self.captures,
        }


@attrs.define(kw_only=True)
class News:
    """One notification, as it was or would be sent."""

    reference: str
    merchant: str
    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"

    def row(self) -> dict[str, Any]:
        """The notification as JSON."""
        return {
            "reference": self.reference,
            "method": self.method,
            "path": self.path,
            "headers": self.headers,
            "body": base64.b64encode(self.body).decode(),
        }
