"""Answer what became of a bill whose money was returned: still owed, given up by a credit note, or never due."""

from __future__ import annotations

import enum

import attrs

from hub.domain.decision import Decision, Signed
from hub.domain.flags import RETURNED_BILL
from hub.domain.merchant import Merchant
from hub.domain.message import Review
from hub.domain.payable import Payable
from hub.domain.text import Text
from hub.flows.books.settle_bill import credit_bill
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.decide import NotAllowed
from hub_hookspecs import Money

from .resolve_review import resolve_review


class ReturnedBill(enum.StrEnum):
    """What a person says of a bill whose money went back; until then its customer is not reminded of it."""

    STILL_OWED = "still_owed"
    CREDIT_NOTE = "credit_note"
    NOT_DUE = "not_due"


async def answer_return(
    hub: Hub,
    merchant: Merchant,
    review_id: str,
    answer: ReturnedBill,
    *,
    signed: Signed,
    note_number: str = "",
    amount: Money | None = None,
) -> Decision:
    """Close the review; with a credit note once that is booked, as never due once the bill owes nothing any more.

    Args:
        note_number, amount: Of the credit note; the same one again is booked once.

    Raises:
        LookupError: No such question of this merchant.
        Invalid: The credit note cannot be booked.
        NotAllowed: It was answered already, nobody signed it, or the bill still owes something.
    """

    def read(tx: Tx) -> tuple[Review, Payable]:
        review = tx.reviews.get(review_id)
        payable = tx.payables.get(review.subject) if review and review.cause == RETURNED_BILL else None
        if review is None or payable is None or review.merchant_id != merchant.id:
            raise LookupError(f"no bill whose money was returned waits as {review_id}")
        return review, payable

    review, payable = await hub.store.read(read)
    said = answer.value
    if not signed.why.strip():
        raise NotAllowed("nobody", Text("decision.who_and_why"))
    if answer is ReturnedBill.NOT_DUE and payable.due:
        raise NotAllowed("still_due", Text("returned_bill.still_due", number=payable.number, balance=payable.balance))
    if answer is ReturnedBill.CREDIT_NOTE and review.resolved_at is None:
        wanted = payable.balance if amount is None else amount
        number = payable.number
        await credit_bill(
            hub, merchant, number, note_number=note_number, amount=wanted, by=signed.by, reason=signed.why
        )
        said = f"{said} {note_number.strip()}"
    return await resolve_review(hub, review_id, signed=attrs.evolve(signed, why=f"{said}: {signed.why}"), answers=True)
