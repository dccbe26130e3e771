"""Send a customer's statement, or hand its link over; a link can be revoked."""

from __future__ import annotations

import attrs

from hub.domain.card_numbers import mask_card_numbers
from hub.domain.identity import Invalid
from hub.domain.lengths import LETTER, too_long
from hub.domain.merchant import Link, LinkKind, Merchant
from hub.domain.message import About, DeliveryKind, owed_mail
from hub.flows.ground.open_link import link_to, revoked, url_of
from hub.flows.ground.own_customer import customer_of
from hub.flows.ground.ports import Hub, Tx


class NoMail(Exception):
    """The customer has no mail address; nothing was sent."""


@attrs.frozen(kw_only=True)
class SentStatement:
    """A statement that is on its way."""

    delivery_id: str
    recipient: str
    expires_at: str


async def send_statement(
    hub: Hub, merchant: Merchant, customer_id: str, *, note: str = "", by: str = ""
) -> SentStatement:
    """Owe the customer a statement mail; no window and no limit holds back what a person sends to one customer.

    Raises:
        LookupError: No such customer of this merchant.
        NoMail: The customer has no mail address.
        Invalid: The words are too long.
    """
    if problems := too_long("note", note, LETTER):
        raise Invalid(problems)
    now, link_id, delivery_id = hub.clock(), hub.random_text(26, ALPHABET), hub.fresh_id()

    def write(tx: Tx) -> SentStatement:
        customer = customer_of(tx, merchant, customer_id)
        if not customer.email:
            raise NoMail(customer.name)
        about = About(customer.id, merchant.id, merchant.mode)
        link = link_to(tx, hub, LinkKind.STATEMENT, about, now, fresh_id=link_id)
        details = {"link": link.id, "note": mask_card_numbers(note), **({"by": by} if by else {})}
        tx.deliveries.add(owed_mail(delivery_id, DeliveryKind.STATEMENT, customer.email, about, now, details=details))
        tx.after_commit(hub.wake)
        return SentStatement(delivery_id=delivery_id, recipient=customer.email, expires_at=link.expires_at.isoformat())

    return await hub.store.write(write)


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


async def send_again(hub: Hub, link: Link) -> None:
    """The customer's link is over: mail a new one to the address on file, without showing it."""
    found = await hub.store.read(lambda tx: (tx.merchants.get(link.merchant_id), tx.customers.get(link.target)))
    merchant, customer = found
    if merchant and customer and customer.email and merchant.mode is link.mode:
        await send_statement(hub, merchant, customer.id)


async def copy_link(hub: Hub, merchant: Merchant, customer_id: str) -> str:
    """The address of the customer's statement, for "Copiar enlace".

    Raises:
        LookupError: No such customer of this merchant.
    """
    now, link_id = hub.clock(), hub.random_text(26, ALPHABET)

    def write(tx: Tx) -> str:
        customer = customer_of(tx, merchant, customer_id)
        about = About(customer.id, merchant.id, merchant.mode)
        link = link_to(tx, hub, LinkKind.STATEMENT, about, now, fresh_id=link_id)
        return url_of(hub, link)

    return await hub.store.write(write)


async def revoke_link(hub: Hub, merchant: Merchant, customer_id: str) -> bool:
    """Make every mailed statement link of a customer dead; False when there was none."""
    now = hub.clock()

    def write(tx: Tx) -> bool:
        customer_of(tx, merchant, customer_id)
        found = False
        while link := tx.links.find(LinkKind.STATEMENT, customer_id, merchant.mode, now):
            tx.links.save(revoked(link, now))
            found = True
        return found

    return await hub.store.write(write)
