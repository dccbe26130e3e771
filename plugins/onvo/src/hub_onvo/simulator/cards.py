"""Cards of ONVO's test mode, and what becomes of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from .errors import refused

GOOD: Final = "4242424242424242"
CHALLENGED: Final = "4000000000003220"
DECLINED: Final = "4000000000000002"
UNUSABLE: Final = "4000000000000127"
BROKEN: Final = "4000000000000119"

OUTCOMES: Final[Mapping[str, str]] = {
    GOOD: "approved",
    "5555555555554444": "approved",
    "378282246310005": "approved",
    CHALLENGED: "challenge",
    DECLINED: "declined",
    BROKEN: "processor_error",
}
"""What the bank says at the confirm. A card that is not here, or whose month is over, becomes no payment method."""


def card_parts(card: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What is kept of a card.

    Raises:
        ApiError: It cannot become a payment method.
    """
    number, year = card["number"], card["expYear"]
    full = year if year >= 100 else 2000 + year
    if number not in OUTCOMES or (full, card["expMonth"]) < (now.year, now.month):
        raise refused("cards.invalid_card_info", "Los datos de la tarjeta no son válidos")
    shown = {
        "brand": {"4": "visa", "5": "mastercard", "3": "amex"}[number[0]],
        "last4": number[-4:],
        "expMonth": card["expMonth"],
        "expYear": full,
        "holderName": card["holderName"],
    }
    return {"kind": "card", "shown": shown, "outcome": OUTCOMES[number]}
