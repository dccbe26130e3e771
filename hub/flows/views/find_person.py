"""Find people by a number that somebody wrote down: an identity number, or a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hub.domain.identity import numbers_for
from hub.domain.merchant import Customer, Merchant
from hub.domain.payment import Payment
from hub.flows.ground.ports import Hub, Tx

MIN_PHONE_DIGITS = 7
"""Digits that a phone has at least."""

MAX_HITS = 200
"""Things of one kind that are looked at."""


def digits_of(text: str) -> str:
    """Its digits alone."""
    return re.sub(r"\D", "", text)


def customers_numbered(tx: Tx, hub: Hub, merchant: Merchant, text: str) -> tuple[Customer, ...]:
    """Customers with this identity number, however it is written."""
    country = hub.countries.get(merchant.company.country)
    numbers = numbers_for(country, text) if country else ()
    found = {item.id: item for number in numbers for item in tx.customers.find(merchant.id, number=number)}
    return tuple(found.values())


def customers_called(tx: Tx, merchant: Merchant, text: str) -> tuple[Customer, ...]:
    """Customers with this phone, however either is written."""
    digits = digits_of(text)
    if len(digits) < MIN_PHONE_DIGITS:
        return ()
    return tuple(item for item in tx.customers.of(merchant.id, shoppers=True) if is_called(item.phone, digits))


def payments_typed(tx: Tx, text: str) -> Iterator[Payment]:
    """Payments for which a payer typed this phone, newest first."""
    digits = digits_of(text)
    if len(digits) >= MIN_PHONE_DIGITS:
        for payment in tx.payments.typed(digits[-MIN_PHONE_DIGITS:], limit=MAX_HITS):
            if any(is_called(value, digits) for value in payment.payer.fields.values()):
                yield payment


def is_called(phone: str, digits: str) -> bool:
    """Whether these are a phone's digits, either with or without those of its country."""
    known = digits_of(phone)
    return len(known) >= MIN_PHONE_DIGITS and (known.endswith(digits) or digits.endswith(known))
