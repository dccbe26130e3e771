"""What the simulated Greenpay opens for a payer: a session to pay in, or one to save a card."""

from __future__ import annotations

import base64
import enum
import json
from datetime import datetime
from typing import Any

import attrs

from hub_hookspecs.money import Money

from .cards import Card
from .merchants import Merchant


class State(enum.Enum):
    """What became of a session."""

    OPEN = enum.auto()
    PAID = enum.auto()
    ENDED = enum.auto()


@attrs.define(kw_only=True)
class Session:
    """One order and the half hour in which it may be paid."""

    id: str
    token: str
    merchant: Merchant
    terminal: str
    reference: str
    amount: Money
    description: str
    callback: str
    payer: str
    opened_at: datetime
    expires_at: datetime
    state: State = State.OPEN
    tries: int = 0
    card: Card | None = None
    answer: dict[str, Any] | None = None
    authorization: str = ""
    paid_at: datetime | None = None


@attrs.define(kw_only=True)
class TokenOrder:
    """One order to save a card."""

    id: str
    token: str
    merchant: Merchant
    request_id: str
    callback: str
    expires_at: datetime


def identifiers(session: Session) -> tuple[str, ...]:
    """By what a void or refund names a payment."""
    card = session.card
    return (session.reference, session.authorization, card.bin, card.last4) if card else ()


def return_address(session: Session) -> str:
    """Where the form sends the browser with the last result: the callback, and base64 as the rest of the path."""
    text = json.dumps(session.answer, ensure_ascii=False, separators=(",", ":"))
    return f"{session.callback}/{base64.b64encode(text.encode()).decode()}"
