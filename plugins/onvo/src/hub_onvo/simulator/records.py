"""What the simulated ONVO keeps: merchants, customers, payment methods, intents, sessions, transfers and refunds."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from hub_hookspecs.money import Money

SHARED_NUMBER: Final = "+50670196686"
"""Where transfers go to unless the merchant has a number of its own."""

LETTERS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def cuid() -> str:
    """A fresh id of 25 characters, as all things have."""
    return "cl" + "".join(secrets.choice(LETTERS) for _ in range(23))


@attrs.define(kw_only=True, eq=False)
class Merchant:
    """One account, in one mode.

    Attributes:
        sinpe_number: Its own SINPE Móvil number; empty where it uses the shared one.
    """

    id: str
    name: str
    mode: str
    secret_key: str
    publishable_key: str
    webhook_secret: str
    sinpe_number: str = ""
    notify: str = ""

    @property
    def destination(self) -> str:
        """The number that its payers send to."""
        return self.sinpe_number or SHARED_NUMBER


@attrs.define(kw_only=True, eq=False)
class Customer:
    """Somebody who pays."""

    id: str = attrs.Factory(cuid)
    merchant: Merchant
    created: datetime
    fields: dict[str, Any] = attrs.Factory(dict)


@attrs.define(kw_only=True, eq=False)
class Method:
    """How somebody pays: ``card`` or ``mobile_number``.

    Attributes:
        shown: What answers show of it.
        outcome: What the card's bank says: ``approved``, ``challenge``, or a code.
        identification, number: The payer's own, of SINPE Móvil.
    """

    id: str = attrs.Factory(cuid)
    merchant: Merchant
    created: datetime
    kind: str
    customer: Customer
    shown: Mapping[str, Any]
    outcome: str = ""
    identification: str = ""
    number: str = ""
    detached: bool = False


@attrs.define(kw_only=True, eq=False)
class Intent:
    """One payment.

    Attributes:
        error: What became of the last try, if it failed.
        collected: When the money came.
        received: How much came, and ``returned`` what went back of it.
        session: The hosted page where it is paid, if it has one.
        refunded: Whether money went back, or was asked back; ``refund`` is the one by the API.
    """

    id: str = attrs.Factory(cuid)
    merchant: Merchant
    created: datetime
    updated: datetime
    amount: int
    currency: str
    status: str
    description: str | None = None
    metadata: dict[str, str] = attrs.Factory(dict)
    capture_method: str = "automatic"
    office: str | None = None
    behalf: str | None = None
    session: Session | None = None
    customer: Customer | None = None
    method: Method | None = None
    attempts: int = 0
    error: dict[str, str] | None = None
    return_url: str | None = None
    challenge_url: str | None = None
    waiting_since: datetime | None = None
    collected: datetime | None = None
    received: int = 0
    returned: int = 0
    ref_number: str = ""
    settled: bool = False
    refunded: bool = False
    refund: Refund | None = None

    @property
    def reference(self) -> str:
        """The merchant's own reference: ``metadata.ref``, or the first text there, or our id."""
        return self.metadata.get("ref") or next(iter(self.metadata.values()), "") or self.id

    @property
    def money(self) -> Money:
        """What is asked for."""
        return Money(self.amount, self.currency)

    @property
    def is_open(self) -> bool:
        """Whether a payment method may be tried on it."""
        return self.status in ("requires_confirmation", "requires_payment_method")

    @property
    def by_card(self) -> bool:
        """Paid, or tried, by card."""
        return self.method is not None and self.method.kind == "card"


@attrs.define(kw_only=True, eq=False)
class Session:
    """One hosted checkout page, by one-time link.

    Attributes:
        ended: It was expired by a call.
    """

    id: str
    merchant: Merchant
    created: datetime
    updated: datetime
    expires: datetime
    intent: Intent
    url: str
    lines: list[dict[str, Any]]
    payer: Mapping[str, str]
    redirect_url: str | None = None
    cancel_url: str | None = None
    ended: bool = False

    @property
    def paid(self) -> bool:
        """Whether its money came."""
        return self.intent.collected is not None


@attrs.define(kw_only=True, eq=False)
class Transfer:
    """One SINPE Móvil transfer that reached ONVO."""

    id: str = attrs.Factory(cuid)
    merchant: Merchant | None
    mode: str
    created: datetime
    amount: int
    currency: str
    status: str
    description: str | None
    number: str
    origin_id: str
    origin_name: str
    origin_phone: str | None
    destination: str
    intent: Intent | None = None


@attrs.define(kw_only=True, eq=False)
class Refund:
    """Money on its way back, asked for by the API."""

    id: str = attrs.Factory(cuid)
    merchant: Merchant
    created: datetime
    updated: datetime
    intent: Intent
    amount: int
    reason: str | None
    description: str | None
    status: str = "pending"
    failure: str | None = None
