"""Cards of Greenpay's sandbox: which are declined, with which code, and how a card arrives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import attrs

APPROVED: Final = "00"
GOOD_CARD: Final = "4111111111111111"

DECLINED_CARDS: Final[Mapping[str, str]] = {
    "4539790114303785": "01",
    "4319593393858768": "03",
    "4556500081329277": "04",
    "4485970366452449": "05",
    "4485684474633390": "12",
    "4024007189880601": "13",
    "4916402417466144": "14",
    "4539935161849723": "19",
    "4345967438617249": "31",
    "4929639391534299": "41",
    "4716178359021988": "43",
    "4094394314664828": "51",
    "4539610492212483": "54",
    "4556710706281072": "55",
    "4556592228753727": "58",  # fails the Luhn check in the provider's own table
    "4929518506489375": "262",  # the same
    "4024007105223894": "63",
    "4716342493980323": "65",
    "4929597009464475": "78",
    "4539740270025870": "89",
    "4929942460623880": "91",
    "4916869335186964": "96",
}

MEANINGS: Final[Mapping[str, str]] = {
    "00": "Aprobada",
    "01": "Refiérase al emisor",
    "03": "Comercio inválido",
    "04": "Retenga la tarjeta",
    "05": "Denegada",
    "12": "Transacción inválida",
    "13": "Monto inválido",
    "14": "Tarjeta inválida",
    "19": "Reintente la transacción",
    "30": "Error de formato",
    "31": "Banco no soportado",
    "41": "Tarjeta perdida",
    "43": "Retenga y llame",
    "51": "Fondos insuficientes",
    "54": "Tarjeta vencida",
    "55": "PIN incorrecto",
    "58": "Transacción no permitida",
    "62": "No puede ser autorizada",
    "63": "No puede ser autorizada",
    "65": "No puede ser autorizada",
    "78": "No puede ser autorizada",
    "89": "Terminal inválida",
    "91": "El emisor no responde",
    "96": "No soportada",
    "262": "No puede ser autorizada",
    "899": "Tiempo agotado, reversión aplicada",
    "996": "Rechazada por la revisión de fraude",
}

_BRANDS: Final = ((r"4", "Visa"), (r"5[1-5]|2[2-7]", "Mastercard"))


class CardError(ValueError):
    """The card data cannot be read."""


@attrs.frozen(kw_only=True)
class Card:
    """A card as the payer typed it."""

    number: str = attrs.field(repr=False)
    holder: str
    month: int
    year: int
    cvc: str = attrs.field(repr=False)
    nickname: str = ""

    @property
    def last4(self) -> str:
        """What answers show of the number."""
        return self.number[-4:]

    @property
    def bin(self) -> str:
        """The first six digits."""
        return self.number[:6]

    @property
    def brand(self) -> str:
        """Visa, Mastercard, or ND for the rest."""
        return next((name for pattern, name in _BRANDS if re.match(pattern, self.number)), "ND")

    @property
    def expiration_date(self) -> str:
        """YYMM."""
        return f"{self.year % 100:02}{self.month:02}"

    def is_expired(self, now: datetime) -> bool:
        """The month printed on the card is over."""
        return (self.year, self.month) < (now.year, now.month)


def read_card(value: Any) -> Card:
    """A card out of checkout JSON; month and year as integer or text, the year with 2 or 4 digits.

    Raises:
        CardError: A part is missing or unreadable.
    """
    if not isinstance(value, dict):
        raise CardError("card is missing")
    expiry = value.get("expirationDate")
    if not isinstance(expiry, dict):
        raise CardError("expirationDate is missing")
    return new_card(
        number=value.get("cardNumber"),
        holder=value.get("cardHolder"),
        month=expiry.get("month"),
        year=expiry.get("year"),
        cvc=value.get("cvc") or value.get("cvv"),
        nickname=str(value.get("nickname") or ""),
    )


def new_card(*, number: Any, holder: Any, month: Any, year: Any, cvc: Any, nickname: str = "") -> Card:
    """A card of its parts.

    Raises:
        CardError: A part is missing or unreadable.
    """
    digits = re.sub(r"[ -]", "", str(number or ""))
    if not re.fullmatch(r"[0-9]{12,19}", digits):
        raise CardError("cardNumber is invalid")
    if not str(holder or "").strip():
        raise CardError("cardHolder is missing")
    if not re.fullmatch(r"[0-9]{3,4}", str(cvc or "")):
        raise CardError("cvc is invalid")
    months, years = _digits(month, r"0?[1-9]|1[0-2]", "month"), _digits(year, r"[0-9]{2}|[0-9]{4}", "year")
    full = years if years >= 100 else 2000 + years
    return Card(number=digits, holder=str(holder), month=months, year=full, cvc=str(cvc), nickname=nickname)


def _digits(value: Any, pattern: str, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str) or not re.fullmatch(pattern, str(value)):
        raise CardError(f"{name} is invalid")
    return int(value)


def code_for(card: Card, now: datetime) -> str:
    """What the simulated bank says to a card."""
    if card.number in DECLINED_CARDS:
        return DECLINED_CARDS[card.number]
    if not is_luhn(card.number):
        return "14"
    return "54" if card.is_expired(now) else APPROVED


def is_luhn(digits: str) -> bool:
    """The check digit fits."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def card_with_code(code: str) -> str:
    """The test card that gets this code, or the good one."""
    return next((number for number, own in DECLINED_CARDS.items() if own == code), GOOD_CARD)
