"""Reads the body of a request to the simulated Greenpay."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hub_hookspecs.money import Money, MoneyError


class Refusal(Exception):
    """Greenpay answers with this error text."""


def text_in(body: Mapping[str, Any], name: str) -> str:
    """A required text."""
    value = body.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)  # requestId is sent as a number too
    if not isinstance(value, str) or not value.strip():
        raise Refusal(f"{name} is required")
    return value


def amount_from(value: Any, currency: str, *, whole: bool) -> Money:
    """An amount of money; a negative one is refused."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Refusal("amount must be a number")
    if whole and value != int(value):
        raise Refusal("amount must be an integer")
    try:
        money = Money.parse(value, currency)
    except MoneyError as error:
        raise Refusal("amount is invalid") from error
    if money.minor < 0:
        raise Refusal("amount is invalid")
    return money


def callback_in(body: Mapping[str, Any]) -> str:
    """The address that the browser comes back to; empty when there is none."""
    value = body.get("callback") or ""
    if not isinstance(value, str) or (value and not value.startswith(("http://", "https://"))):
        raise Refusal("callback is invalid")
    return value


def payer_in(body: Mapping[str, Any]) -> str:
    """The payer\'s name; empty when there is none."""
    additional = body.get("additional")
    customer = additional.get("customer") if isinstance(additional, dict) else None
    name = customer.get("name") if isinstance(customer, dict) else None
    return name if isinstance(name, str) else ""
