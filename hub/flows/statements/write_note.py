"""Write to the merchant from a statement: stored as a review, and mailed to whoever is notified of payments."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.domain.card_numbers import mask_card_numbers
from hub.domain.lengths import LETTER
from hub.domain.merchant import Customer, Link, LinkKind, Parties
from hub.domain.message import DeliveryKind, Review, owed_mail
from hub.flows.ground.keyed_id import keyed_id
from hub.flows.ground.open_link import open_link
from hub.flows.ground.open_review import open_review
from hub.flows.ground.ports import Hub, Tx

NOTE = "customer_note"


async def write_note(hub: Hub, token: str, text: str) -> None:
    """Hand a customer's words to the merchant.

    Raises:
        LinkClosed: The statement's link is unknown, expired or revoked.
        ValueError: No words, or too many.
    """
    words = mask_card_numbers(text.strip())
    if not words or len(text.strip()) > LETTER:
        raise ValueError("no words, or too many")
    now, note_id = hub.clock(), hub.fresh_id()

    def write(tx: Tx) -> None:
        link = open_link(tx, hub, LinkKind.STATEMENT, token, now)
        notify_merchant(tx, hub, parties_of(tx, link), link, CustomerMessage(NOTE, note_id, words, now))

    await hub.store.write(write)


@attrs.frozen
class CustomerMessage:
    """What a customer wrote to the merchant, and the review that it becomes."""

    cause: str
    review_id: str
    words: str
    at: datetime


def parties_of(tx: Tx, link: Link) -> Parties:
    """Merchant and customer of a statement's link."""
    merchant, customer = tx.merchants.get(link.merchant_id), tx.customers.get(link.target)
    if merchant is None or customer is None:
        raise LookupError(link.target)
    return Parties(merchant, customer)


def notify_merchant(
    tx: Tx,
    hub: Hub,
    parties: Parties,
    link: Link,
    message: CustomerMessage,
) -> None:
    """Open a review of what a customer wrote, and owe the mails about it; its subject begins with the customer's id."""
    review = Review(
        id=message.review_id,
        merchant_id=parties.merchant.id,
        mode=link.mode,
        cause=message.cause,
        payment_id=None,
        subject=f"{parties.customer.id}:{message.review_id}",
        details=message.words,
        opened_at=message.at,
    )
    open_review(tx, review)
    for address in parties.merchant.notify:
        mail_id = keyed_id(hub, "delivery", DeliveryKind.REVIEW, message.review_id, address)
        tx.deliveries.add(owed_mail(mail_id, DeliveryKind.REVIEW, address, review, message.at))
    tx.after_commit(hub.wake)


def author_of(tx: Tx, review: Review) -> Customer | None:
    """The customer who wrote what a review is about; None for other reviews."""
    return tx.customers.get(review.subject.partition(":")[0]) if ":" in review.subject else None
