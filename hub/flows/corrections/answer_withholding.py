"""Answer what a payer declared to withhold above the cap: it settles its invoice, or is owed and the payer is told."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import attrs

from hub.domain.acts import Act
from hub.domain.decision import Decision, DecisionKind, Signed, proposal
from hub.domain.ids import derived_id
from hub.domain.ledger import When
from hub.domain.merchant import Merchant
from hub.domain.message import DeliveryKind, Review, owed_mail
from hub.domain.payable import Payable
from hub.domain.payment import Payment
from hub.domain.text import Text
from hub.flows.books.book_withheld import book_withheld
from hub.flows.books.withheld_waits import ANSWER, WITHHOLDING_WAITS, WithheldAnswer, waiting_minor
from hub.flows.ground.open_review import close_review
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.refuse_while import refuse_while
from hub.flows.payments.decide import NotAllowed, decide
from hub_hookspecs import Money

from .resolve_review import open_one


@attrs.frozen(kw_only=True)
class _Asked:
    review: Review
    payment: Payment
    payable: Payable
    amount: Money


async def answer_withholding(
    hub: Hub, merchant: Merchant, review_id: str, answer: WithheldAnswer, *, signed: Signed
) -> Decision:
    """Accept what waits, which then settles its invoice as far as that still owes; or refuse it, which moves nothing.

    Where a second person is wanted nothing is booked before that one says the same.

    Raises:
        LookupError: No such question of this merchant.
        Invalid: The table of acts refuses it now, such as while a payment of the invoice is under way.
        NotAllowed: It was answered already, nobody signed it, or nothing of it can settle the invoice any more.
    """
    now, decision_id = hub.clock(), hub.fresh_id()

    def write(tx: Tx) -> Decision:
        asked = _asked_about(tx, merchant, review_id)
        if answer is WithheldAnswer.ACCEPT:
            refuse_while(tx, Act.DEDUCT, now, payables=[asked.payable.id])
        wanted = proposal(
            *(decision_id, DecisionKind.RESOLVE, asked.review, signed, now),
            payment_id=asked.payment.id,
            amount=asked.amount,
            content={ANSWER: answer.value},
        )
        made = decide(tx, hub, wanted, now=now)
        if not made.is_done:
            return made
        close_review(tx, asked.review, f"{answer.value}: {made.reasons}", now, made.people)
        if answer is WithheldAnswer.ACCEPT:
            _settle(tx, merchant, asked, now)
        else:
            _tell(tx, hub, asked, made, now)
        return made

    return await hub.store.write(write)


def answer_in(decision: Decision) -> WithheldAnswer | None:
    """What was proposed, where a decision answers such a question."""
    return WithheldAnswer(decision.content[ANSWER]) if ANSWER in decision.content else None


def _asked_about(tx: Tx, merchant: Merchant, review_id: str) -> _Asked:
    review = tx.reviews.get(review_id)
    if review is None or review.cause != WITHHOLDING_WAITS or review.merchant_id != merchant.id:
        raise LookupError(f"no withholding waits as {review_id}")
    payment = tx.payments.get(review.payment_id) if review.payment_id else None
    payable = tx.payables.get(review.subject)
    if payment is None or payable is None:
        raise LookupError(review_id)
    open_one(tx, review_id)
    line = next(line for line in payment.lines if line.payable_id == payable.id)
    amount = Money(waiting_minor(line), payment.amount.currency)
    return _Asked(review=review, payment=payment, payable=payable, amount=amount)


def _settle(tx: Tx, merchant: Merchant, asked: _Asked, now: datetime) -> None:
    book_withheld(tx, asked.payment, When(now, ZoneInfo(merchant.company.zone)))
    (after,) = tx.payables.many([asked.payable.id])
    if after.withheld == asked.payable.withheld:
        raise NotAllowed(
            "settles_nothing", Text("withheld.settles_nothing", number=after.number, balance=after.balance)
        )


def _tell(tx: Tx, hub: Hub, asked: _Asked, made: Decision, now: datetime) -> None:
    """The payer hears that it is owed; not where the invoice owes nothing any more."""
    customer = tx.customers.get(asked.payment.customer_id)
    address = asked.payment.payer.email or (customer.email if customer else "")
    if not address or asked.payable.due <= 0:
        return
    kind = DeliveryKind.WITHHOLDING_REFUSED
    details = {"payable": asked.payable.id, "decision": made.id}
    mail_id = derived_id("delivery", kind, made.id, address)
    tx.deliveries.add(owed_mail(mail_id, kind, address, asked.payment, now, details=details))
    tx.after_commit(hub.wake)
