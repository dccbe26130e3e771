"""View the exceptions of a merchant, each with its payment, its files and the line that it is about."""

from __future__ import annotations

from collections.abc import Mapping

from hub.domain.merchant import Merchant
from hub.domain.message import Review
from hub.domain.settlement import Difference
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import SettlementLine

from .payment_rows import PaymentRow, payment_row


async def list_reviews(hub: Hub, merchant: Merchant) -> tuple[tuple[Review, PaymentRow | None], ...]:
    """Exceptions, those that wait for a person and those that were closed; newest first, each with its payment."""

    def read(tx: Tx) -> tuple[tuple[Review, PaymentRow | None], ...]:
        every = (*tx.reviews.of(merchant_id=merchant.id), *tx.reviews.resolved(merchant_id=merchant.id))
        reviews = [review for review in every if review.mode is merchant.mode]
        reviews.sort(key=lambda review: review.opened_at, reverse=True)
        return tuple((review, payment_row(tx, review.payment_id)) for review in reviews)

    return await hub.store.read(read)


async def list_proofs(hub: Hub, merchant: Merchant) -> frozenset[str]:
    """Ids of the reviews for which a customer handed a file in."""

    def read(tx: Tx) -> frozenset[str]:
        reviews = tx.reviews.of(merchant_id=merchant.id)
        return frozenset(review.id for review in reviews if tx.attachments.of_review(review.id))

    return await hub.store.read(read)


async def list_settled_lines(hub: Hub, merchant: Merchant) -> Mapping[str, SettlementLine]:
    """The lines of providers' files that exceptions are about, by the exception's id."""

    def read(tx: Tx) -> Mapping[str, SettlementLine]:
        found = {}
        for review in tx.reviews.of(merchant_id=merchant.id):
            account_id, _, line_id = review.subject.partition(":")
            stored = tx.settlements.get(account_id, line_id) if review.cause in set(Difference) else None
            if stored:
                found[review.id] = stored.line
        return found

    return await hub.store.read(read)
