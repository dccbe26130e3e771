"""End reminders: a customer asks for no more statements that come by themselves, and may take it back.

What ends is each mail of a round of that company. Receipts, mails about a payment, and a statement that a person sends
to this one customer go on. The address in a mail opens with an HMAC over the customer's id: nothing is stored, and it
holds as long as mails are stored.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Final

import attrs

from hub.domain.merchant import Customer, Merchant
from hub.flows.ground.own_customer import customer_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell

PATH: Final = "u"
PURPOSE: Final = "unsubscribe"


@attrs.frozen
class Wish:
    """Whose reminders of which company, and since when they are not wanted."""

    merchant: Merchant
    customer: Customer

    @property
    def ended_at(self) -> datetime | None:
        """Since when there are none; None while they come."""
        return self.customer.unsubscribed_at


def unsubscribe_url(hub: Hub, customer_id: str) -> str:
    """The address that ends the reminders of a customer; handed over, never stored."""
    return f"{hub.base_url}/{PATH}/{customer_id}.{hub.vault.form_token(PURPOSE, customer_id)}"


async def view_wish(hub: Hub, token: str) -> Wish:
    """What the address is about.

    Raises:
        LookupError: Nobody's address.
    """
    return await hub.store.read(lambda tx: _wish(tx, hub, token))


async def end_reminders(hub: Hub, token: str) -> Wish:
    """No more of them; asked again, nothing changes.

    Raises:
        LookupError: Nobody's address.
    """
    now = hub.clock()
    return await hub.store.write(lambda tx: _changed(tx, _wish(tx, hub, token), now))


async def resume_reminders(hub: Hub, token: str) -> Wish:
    """They come again.

    Raises:
        LookupError: Nobody's address.
    """
    return await hub.store.write(lambda tx: _changed(tx, _wish(tx, hub, token), None))


async def record_wish(hub: Hub, merchant: Merchant, customer_id: str, *, wanted: bool) -> None:
    """Record what the customer asked of the merchant.

    Raises:
        LookupError: No such customer of this merchant.
    """
    now = hub.clock()

    def write(tx: Tx) -> None:
        customer = customer_of(tx, merchant, customer_id)
        _changed(tx, Wish(merchant, customer), None if wanted else now)

    await hub.store.write(write)


def _wish(tx: Tx, hub: Hub, token: str) -> Wish:
    customer_id, _, given = token.partition(".")
    expected = hub.vault.form_token(PURPOSE, customer_id)
    if not hmac.compare_digest(expected.encode(), given.encode(errors="replace")):
        raise LookupError("nobody's address")
    customer = tx.customers.get(customer_id)
    merchant = tx.merchants.get(customer.merchant_id) if customer else None
    if customer is None or merchant is None:
        raise LookupError("nobody's address")
    return Wish(merchant, customer)


def _changed(tx: Tx, wish: Wish, ended_at: datetime | None) -> Wish:
    if ended_at and wish.ended_at:
        return wish
    customer = attrs.evolve(wish.customer, unsubscribed_at=ended_at)
    tx.customers.save(customer)
    if ended_at:
        tell(tx, "reminders_ended", merchant=wish.merchant.id, customer=customer.id)
    elif wish.ended_at:
        tell(tx, "reminders_resumed", merchant=wish.merchant.id, customer=customer.id)
    return attrs.evolve(wish, customer=customer)
