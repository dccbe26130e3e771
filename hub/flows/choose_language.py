"""The language in which a customer receives mails and papers."""

from __future__ import annotations

from typing import Final

import attrs

from hub.domain.merchant import Merchant

from .ports import Hub, Tx

LANGUAGES: Final = ("", "es", "en")
"""Those that can be chosen; empty is the merchant's own."""


async def choose_language(hub: Hub, merchant: Merchant, customer_id: str, language: str) -> None:
    """Write to this customer in this language from now on.

    Raises:
        LookupError: No such customer of this merchant, or no such language.
    """
    if language not in LANGUAGES:
        raise LookupError(language)

    def save(tx: Tx) -> None:
        customer = tx.customers.get(customer_id)
        if customer is None or customer.merchant_id != merchant.id:
            raise LookupError(customer_id)
        tx.customers.save(attrs.evolve(customer, language=language))

    await hub.store.write(save)
