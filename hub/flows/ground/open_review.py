"""Open and close reviews: exceptions that wait for a person. Each is logged once, by its id."""

from __future__ import annotations

from datetime import datetime

from hub.domain.message import Review

from .ports import Tx
from .tell import tell, warn


def open_review(tx: Tx, review: Review) -> bool:
    """Let a person look; False when this cause is open already, or this very review was resolved."""
    is_new = tx.reviews.open(review)
    if is_new:
        warn(
            tx,
            "review_opened",
            review=review.id,
            merchant=review.merchant_id,
            cause=review.cause,
            payment=review.payment_id,
        )
    return is_new


def close_review(tx: Tx, review: Review, resolution: str, now: datetime, by: str = "") -> None:
    """Nobody has to look any more."""
    tx.reviews.resolve(review.id, resolution, now, by)
    tell(
        tx,
        "review_resolved",
        review=review.id,
        merchant=review.merchant_id,
        cause=review.cause,
        payment=review.payment_id,
    )
