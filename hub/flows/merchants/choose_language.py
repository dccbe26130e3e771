"""The language in which a customer receives mails and papers, and in which a member reads pages and mails."""

from __future__ import annotations

from typing import Final

import attrs

from hub.domain.customer_edit import CustomerField
from hub.domain.merchant import Merchant, Session
from hub.flows.ground.own_customer import customer_of
from hub.flows.ground.ports import Hub, Tx

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
        customer = customer_of(tx, merchant, customer_id)
        by_hand = tuple(sorted({*customer.by_hand, CustomerField.LANGUAGE.value}))
        tx.customers.save(attrs.evolve(customer, language=language, by_hand=by_hand))

    await hub.store.write(save)


async def speak_language(hub: Hub, session: Session, language: str) -> None:
    """Show the pages to whoever is signed in, and write to them, in this language from now on.

    Raises:
        LookupError: No such language.
    """
    if language not in LANGUAGES:
        raise LookupError(language)
    await hub.store.write(lambda tx: tx.merchants.set_language(session.merchant_id, session.email, language))
