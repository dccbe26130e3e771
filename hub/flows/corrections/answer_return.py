"""Answer what became of a bill whose money was returned: still owed, given up by a credit note, or never due."""

from __future__ import annotations

import enum
from datetime import datetime

import attrs

from hub.domain.acts import Act
from hub.domain.decision import Decision, Signed
from hub.domain.flags import RETURNED_BILL
from hub.domain.merchant import Merchant
from hub.domain.message import Review
from hub.domain.payable import Payable
from hub.domain.text import Text
from hub.flows.books.settle_bill import CreditNote, book_credit_note, unbooked_note
from hub.flows.ground.open_review import close_review
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.refuse_while import refuse_while
from hub.flows.payments.decide import NotAllowed, decide
from hub_hookspecs import Money

from .resolve_review import open_one, resolving


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
    """Close the review; with a credit note together with it, as never due once the bill owes nothing any more.

    Where a second person is wanted nothing is booked before that one says the same: all is checked anew then.

    Args:
        note_number, amount: Of the credit note; the same one again is booked once.

    Raises:
        LookupError: No such question of this merchant.
        Invalid: The credit note cannot be booked, or the table of acts refuses the answer now.
        NotAllowed: It was answered already, nobody signed it, the bill still owes something, or the credit note is
            above what it owes.
    """
    now, decision_id = hub.clock(), hub.fresh_id()

    def write(tx: Tx) -> Decision:
        payable = _asked_about(tx, merchant, review_id)
        review = open_one(tx, review_id)
        wanted = payable.balance if amount is None else amount
        note = CreditNote(number=note_number.strip(), amount=wanted)
        content = {"answer": answer.value}
        if answer is ReturnedBill.CREDIT_NOTE:
            content |= {"note": note.number, "minor": str(wanted.minor), "currency": wanted.currency}
        if signed.why.strip():
            _check(tx, merchant, review, payable, answer, note, now)
        made = decide(tx, hub, resolving(tx, decision_id, review, signed, now, content), now=now)
        if made.is_done:
            said = answer.value
            if answer is ReturnedBill.CREDIT_NOTE:
                said = f"{said} {note.number}"
                signed_note = attrs.evolve(note, note=f"{made.people}: {made.reasons}")
                book_credit_note(tx, merchant, payable.number, signed_note, now)
            close_review(tx, review, f"{said}: {made.reasons}", now, made.people)
        return made

    return await hub.store.write(write)


def answer_in(decision: Decision) -> tuple[ReturnedBill, str, Money | None] | None:
    """What was proposed, where a decision answers such a question: with number and amount of its credit note."""
    said = decision.content
    if "answer" not in said:
        return None
    amount = Money(int(said["minor"]), said["currency"]) if "minor" in said else None
    return ReturnedBill(said["answer"]), said.get("note", ""), amount


def _asked_about(tx: Tx, merchant: Merchant, review_id: str) -> Payable:
    review = tx.reviews.get(review_id)
    payable = tx.payables.get(review.subject) if review and review.cause == RETURNED_BILL else None
    if review is None or payable is None or review.merchant_id != merchant.id:
        raise LookupError(f"no bill whose money was returned waits as {review_id}")
    return payable


def _check(
    tx: Tx,
    merchant: Merchant,
    review: Review,
    payable: Payable,
    answer: ReturnedBill,
    note: CreditNote,
    now: datetime,
) -> None:
    """Whether the answer holds as things stand now; that it is still owed changes nothing."""
    if answer is ReturnedBill.STILL_OWED:
        return
    payment = tx.payments.get(review.payment_id) if review.payment_id else None
    refuse_while(tx, Act.ANSWER_RETURN, now, payables=[payable.id], payments=[payment] if payment else [])
    if answer is ReturnedBill.NOT_DUE and payable.due:
        raise NotAllowed("still_due", Text("returned_bill.still_due", number=payable.number, balance=payable.balance))
    if answer is not ReturnedBill.CREDIT_NOTE or unbooked_note(tx, merchant, payable.number, note, now) is None:
        return
    if note.amount.minor > payable.due:
        raise NotAllowed("owes_less", Text("returned_bill.owes_less", number=payable.number, balance=payable.balance))
