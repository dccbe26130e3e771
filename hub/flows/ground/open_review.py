"""Open and close reviews: exceptions that wait for a person. Each is logged once, by its id."""

from __future__ import annotations

from datetime import datetime

from hub.domain.message import Review
from hub.domain.review_causes import CAUSES

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


def close_by_fact(tx: Tx, review: Review, fact: str, now: datetime) -> None:
    """What was asked is answered by this fact, which is the resolution; what only a person closes stays open."""
    cause = CAUSES.get(review.cause)
    if cause and cause.closed_by and review.resolved_at is None:
        close_review(tx, review, fact, now)


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


def reopen_review(tx: Tx, review: Review) -> None:
    """A person has to look once more, since what resolved it is gone."""
    tx.reviews.reopen(review.id)
    warn(
        tx,
        "review_reopened",
        review=review.id,
        merchant=review.merchant_id,
        cause=review.cause,
        payment=review.payment_id,
    )
