"""A payment that a customer reported becomes a cash receipt, and its review is resolved with the receipt's number."""

from __future__ import annotations

from datetime import datetime

from hub.domain.decision import named
from hub.domain.identity import FieldError, Invalid
from hub.domain.merchant import Merchant
from hub.domain.message import Review
from hub.domain.receipt import CashReceipt
from hub.domain.reported import ReportedPayment
from hub.domain.text import Text
from hub.flows.ground.open_review import close_review
from hub.flows.ground.ports import Hub, Tx


async def view_report(hub: Hub, merchant: Merchant, review_id: str) -> ReportedPayment:
    """What was reported, for the form that records it.

    Raises:
        LookupError: No such report of this merchant, or somebody resolved it already.
    """

    def read(tx: Tx) -> ReportedPayment:
        review, reported = tx.reviews.get(review_id), tx.reported.of_review(review_id)
        if review is None or reported is None or review.resolved_at is not None or not _is_of(reported, merchant):
            raise LookupError(review_id)
        return reported

    return await hub.store.read(read)


def open_report(tx: Tx, merchant: Merchant, review_id: str, customer_id: str) -> Review:
    """The review of a report that a receipt of this customer is about to resolve.

    Raises:
        Invalid: There is none, or somebody resolved it: then its money may be recorded already.
    """
    review, reported = tx.reviews.get(review_id), tx.reported.of_review(review_id)
    if review is None or reported is None or not _is_of(reported, merchant) or reported.customer_id != customer_id:
        raise Invalid((FieldError("report", Text("report.unknown")),))
    if review.resolved_at is not None:
        by = named(review.resolved_by) or Text("review.somebody")
        raise Invalid((FieldError("report", Text("review.resolved", by=by, resolution=review.resolution)),))
    return review


def resolve_report(tx: Tx, review: Review, receipt: CashReceipt, now: datetime) -> None:
    """What was reported is recorded: the review says with which receipt."""
    close_review(tx, review, receipt.label, now, receipt.issued_by)


def _is_of(reported: ReportedPayment, merchant: Merchant) -> bool:
    return (reported.merchant_id, reported.mode) == (merchant.id, merchant.mode)
