"""What a simulator has done: the money that it took, and the notifications that it owes."""

from __future__ import annotations

import base64
from typing import Any

import attrs

from hub_hookspecs.money import Money


@attrs.define(kw_only=True)
class Holding:
    """One line of the simulator's book: money that it really took, and what of it went back.

    Attributes:
        captures: How often the amount was taken.
        returned: What went back, in minor units.
    """

    reference: str
    provider_reference: str
    merchant: str
    amount: Money
    captures: int = 1
    returned: int = 0

    @property
    def left(self) -> int:
        """What has not gone back, in minor units."""
        return self.amount.minor * self.captures - self.returned

    @property
    def state(self) -> str:
        """``returned`` once all of it went back, else ``captured``."""
        return "captured" if self.left else "returned"

    def give_back(self, amount: Money | None = None) -> bool:
        """Return an amount, or all that is left; False when there is not so much."""
        back = Money(self.left, self.amount.currency) if amount is None else amount
        if back.currency != self.amount.currency or not 0 < back.minor <= self.left:
            return False
        self.returned += back.minor
        return True

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
            "returned": self.returned,
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
