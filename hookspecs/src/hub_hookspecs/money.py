"""Money as whole minor units, and its exact literal on the wire.

No float exists anywhere in this package: amounts are integers inside, decimal
text outside. Exponents stand in one table (``currencies``); what a provider does
differently is translated in its own ``wire.py``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import attrs

from .currencies import EXPONENTS as EXPONENTS

SHORT: Final = 18
"""Length of texts whose digits are the minor units themselves; the exact way is the same for them, and slower."""

LIMIT: Final = 10**15
"""Largest amount, in minor units, that the hub accepts: far above any invoice, far below int64."""


class MoneyError(ValueError):
    """An amount that is not money: unknown currency, float, fraction of a minor unit,
    beyond the limit."""


def _integer(_record: object, _field: object, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise MoneyError(f"minor units are an integer, not {type(value).__name__}")
    if abs(value) > LIMIT:
        raise MoneyError(f"{value} minor units are beyond the limit of {LIMIT}")


def _known(_record: object, _field: object, value: Any) -> None:
    if value not in EXPONENTS:
        raise MoneyError(f"unknown currency {value!r}")


@attrs.frozen
class Money:
    """An amount in whole minor units of one currency: ``Money(1825075,
    "CRC")`` is 18 250.75 colones."""

    minor: int = attrs.field(validator=_integer)
    currency: str = attrs.field(validator=_known)

    @classmethod
    def parse(cls, text: str | Decimal | int, currency: str) -> Money:
        """Read major units written with a decimal point; refuse what is not exact.

        Raises:
            MoneyError: A float, not a plain number, or finer than a minor unit.
        """
        if isinstance(text, str):
            plain = text.strip()
            whole, _, part = plain.partition(".")
            digits = whole.removeprefix("-") + part
            if not (digits.isdigit() and digits.isascii()):
                raise MoneyError(f"not a plain decimal number: {text[:40]!r}")
            if len(plain) <= SHORT and len(part) <= EXPONENTS.get(currency, -1):
                return cls(int(whole + part.ljust(EXPONENTS[currency], "0")), currency)
        elif isinstance(text, bool) or not isinstance(text, Decimal | int):
            raise MoneyError(f"an amount is text, Decimal or int, not {type(text).__name__}")
        value = Decimal(text.strip() if isinstance(text, str) else text)
        if not value.is_finite():
            raise MoneyError("not a finite number")
        if value.adjusted() > 20:
            raise MoneyError(f"beyond the limit of {LIMIT} minor units")
        _known(None, None, currency)
        scaled = value.scaleb(EXPONENTS[currency])
        if scaled != scaled.to_integral_value():
            raise MoneyError(f"{value} {currency} is finer than a minor unit")
        return cls(int(scaled), currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exactly, with the currency's number of decimals."""
        return Decimal(self.minor).scaleb(-EXPONENTS[self.currency])

    def __str__(self) -> str:
        return f"{self.decimal:f} {self.currency}"

    def __bool__(self) -> bool:
        return self.minor != 0

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def _same(self, other: Money) -> int:
        if not isinstance(other, Money):
            raise MoneyError(f"money meets {type(other).__name__}")
        if other.currency != self.currency:
            raise MoneyError(f"{self.currency} meets {other.currency}")
        return other.minor


@attrs.frozen
class Literal:
    """A JSON number that ``json_bytes`` writes exactly as given."""

    text: str


def number(money: Money, decimals: int | None = None) -> Literal:
    """The exact JSON number of an amount in major units, with at most ``decimals`` decimals.

    Raises:
        MoneyError: The provider's wire cannot carry the amount; it is refused, never rounded.
    """
    return Literal(plain(money, decimals))


def plain(money: Money, decimals: int | None = None) -> str:
    """The exact decimal text of an amount in major units: ``"18250.75"``,
    or ``"185000"`` for whole pesos."""
    exponent = EXPONENTS[money.currency]
    places = exponent if decimals is None else decimals
    value = money.decimal
    if places < exponent:
        value = value.quantize(Decimal(1).scaleb(-places))
        if value != money.decimal:
            raise MoneyError(f"{money} is finer than the provider's {places} decimals")
    return f"{value:.{places}f}"


def json_bytes(value: Any) -> bytes:
    """Encode a body as JSON with exact numbers.

    Raises:
        MoneyError: A float, a Decimal or another value that JSON cannot carry exactly.
    """
    return _json(value).encode()


def _json(value: Any) -> str:
    match value:
        case Literal(text):
            return text
        case None | bool() | str() | int():
            return json.dumps(value, ensure_ascii=False)
        case Mapping():
            return "{" + ",".join(f"{_json(str(key))}:{_json(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(_json, value)) + "]"
    raise MoneyError(f"{type(value).__name__} in a body: write amounts with number(Money)")
