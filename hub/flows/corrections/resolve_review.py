"""Resolve a review: a person says what became of it; it locked nothing, and its resolution frees nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hub.domain.decision import Decision, DecisionKind, Signed, named, proposal
from hub.domain.message import Review
from hub.domain.review_causes import needs_answer
from hub.domain.text import Text
from hub.flows.ground.open_review import close_review
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.decide import NotAllowed, decide
from hub.flows.payments.open_dispute import CAUSE
from hub_hookspecs.identity import EMPTY


async def resolve_review(hub: Hub, review_id: str, *, signed: Signed) -> Decision:
    """Close an open review, or propose so where two people are wanted.

    Raises:
        LookupError: No such review.
        NotAllowed: It is resolved already, needs an answer, its dispute is still open, or a second person is wanted.
    """
    now, decision_id = hub.clock(), hub.fresh_id()

    def resolve(tx: Tx) -> Decision:
        review = open_one(tx, review_id)
        if needs_answer(review.cause):
            raise NotAllowed("answer", Text("review.answer_needed"))
        _refuse_open_dispute(tx, review)
        made = decide(tx, hub, resolving(tx, decision_id, review, signed, now), now=now)
        if made.is_done:
            close_review(tx, review, made.why, now, made.people)
        return made

    return await hub.store.write(resolve)


def open_one(tx: Tx, review_id: str) -> Review:
    """A review that waits for a person.

    Raises:
        LookupError: No such review.
        NotAllowed: It is resolved already.
    """
    review = tx.reviews.get(review_id)
    if review is None:
        raise LookupError(f"no review {review_id}")
    if review.resolved_at is not None:
        by = named(review.resolved_by) or Text("review.somebody")
        raise NotAllowed("resolved", Text("review.resolved", by=by, resolution=review.resolution))
    return review


def resolving(
    tx: Tx, decision_id: str, review: Review, signed: Signed, now: datetime, content: Mapping[str, str] = EMPTY
) -> Decision:
    """What is decided of a review; two people may be wanted for it, as its payment's amount says."""
    payment = tx.payments.get(review.payment_id) if review.payment_id else None
    return proposal(
        *(decision_id, DecisionKind.RESOLVE, review, signed, now),
        payment_id=review.payment_id,
        amount=payment.amount if payment else None,
        content=content,
    )


def _refuse_open_dispute(tx: Tx, review: Review) -> None:
    """A dispute is not over because somebody closes its review."""
    disputes = tx.disputes.of_payments([review.payment_id]) if review.cause == CAUSE and review.payment_id else ()
    if any(dispute.is_open and dispute.case == review.subject for dispute in disputes):
        raise NotAllowed("dispute_open", Text("review.dispute_open", case=review.subject))


async def find_review(hub: Hub, beginning: str) -> tuple[Review, ...]:
    """Reviews whose id begins so."""
    return await hub.store.read(lambda tx: tx.reviews.named(beginning.strip().lower()))
