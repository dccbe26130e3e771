"""View the exceptions of a merchant, each with its payment, its files, the line that it is about, and the ways out."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from hub.domain.merchant import Customer, Merchant
from hub.domain.message import Review
from hub.domain.payable import Payable, PayableKind
from hub.domain.payment import Payment
from hub.domain.reported import ReportedPayment
from hub.domain.review_causes import RESOLVE, WayOut, ways_of
from hub.domain.settlement import Difference
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.read_drawn import Subject, state_of
from hub_hookspecs import SettlementLine

from .payment_rows import PaymentRow, payment_row
from .view_record import refund_offered, release_from


@attrs.frozen(kw_only=True)
class ReportedView:
    """A payment that a customer reported, with the names that stand beside it."""

    reported: ReportedPayment
    customer: Customer
    payables: tuple[Payable, ...]


async def list_reviews(hub: Hub, merchant: Merchant) -> tuple[tuple[Review, PaymentRow | None], ...]:
    """Exceptions, those that wait for a person and those that were closed; newest first, each with its payment."""

    def read(tx: Tx) -> tuple[tuple[Review, PaymentRow | None], ...]:
        every = (*tx.reviews.of(merchant_id=merchant.id), *tx.reviews.resolved_of(merchant.id, merchant.mode))
        reviews = [review for review in every if review.mode is merchant.mode]
        reviews.sort(key=lambda review: review.opened_at, reverse=True)
        return tuple((review, payment_row(tx, review.payment_id)) for review in reviews)

    return await hub.store.read(read)


async def drawn_of_reviews(hub: Hub, merchant: Merchant) -> Mapping[str, str]:
    """What the form of each open exception carries, by the exception's id; asked before what the page shows is read."""

    def read(tx: Tx) -> Mapping[str, str]:
        open_ones = tx.reviews.of(merchant_id=merchant.id)
        return {review.id: state_of(Subject.REVIEW, review.id, review.mode)(tx).mark for review in open_ones}

    return await hub.store.read(read)


def ways_out(tx: Tx, hub: Hub, review: Review, *, company: str = "") -> tuple[tuple[WayOut, Mapping[str, str]], ...]:
    """What may be done about a review, each with what fills its page and its command."""
    payment = tx.payments.get(review.payment_id) if review.payment_id else None
    first, _, _ = review.subject.partition(":")
    customer = tx.customers.get(payment.customer_id if payment else first)
    account = tx.accounts.get(payment.account_id if payment else first)
    bill = tx.payables.by_number(review.merchant_id, review.mode, PayableKind.INVOICE, review.subject)
    values = {
        "review": review.id[:10],
        "company": company,
        "payment": payment.id if payment else "",
        "reference": payment.reference if payment else "",
        "customer": customer.id if customer else "",
        "customer_name": customer.name if customer else "",
        "invoice": bill.id if bill else "",
        "invoice_number": bill.number if bill else "",
        "owed": bill.number if bill and bill.due else "",
        **_offered(tx, hub, review, payment),
        "provider": account.provider if account else "",
        "message": review.subject.removeprefix("message ") if review.subject.startswith("message ") else "",
    }
    return tuple((way, values) for way in ways_of(review.cause))


def _offered(tx: Tx, hub: Hub, review: Review, payment: Payment | None) -> Mapping[str, str]:
    """What the payment's page offers now of what this review leads to; only that is looked for."""
    wanted = {way.needs for way in ways_of(review.cause)}
    if payment is None:
        return {}
    return {
        "refundable": payment.id if "refundable" in wanted and refund_offered(tx, hub, payment)[0] else "",
        "releasable": payment.id if "releasable" in wanted and release_from(hub, payment) else "",
    }


async def list_ways(
    hub: Hub, merchant: Merchant, *, payment_id: str | None = None, is_owner: bool = False
) -> Mapping[str, tuple[tuple[Text, str], ...]]:
    """What each open exception, of one payment or of all, may be led to: label and page, by the exception's id.

    Args:
        is_owner: Who reads may do what is an owner's; else it is no way.
    """

    def read(tx: Tx) -> Mapping[str, tuple[tuple[Text, str], ...]]:
        found = {}
        for review in tx.reviews.of(merchant_id=merchant.id, payment_id=payment_id):
            ways = [(way, values) for way, values in ways_out(tx, hub, review) if way is not RESOLVE]
            own = ((way.label, way.page_for(values)) for way, values in ways if is_owner or not way.is_owners)
            found[review.id] = tuple((label, page) for label, page in own if page)
        return found

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


async def list_reported(hub: Hub, merchant: Merchant) -> Mapping[str, ReportedView]:
    """What customers reported, by the review that waits for a person."""

    def read(tx: Tx) -> Mapping[str, ReportedView]:
        found = {}
        for review in tx.reviews.of(merchant_id=merchant.id):
            reported = tx.reported.of_review(review.id)
            customer = tx.customers.get(reported.customer_id) if reported else None
            if reported and customer:
                payables = {payable.id: payable for payable in tx.payables.many(reported.payable_ids)}
                own = tuple(payables[key] for key in reported.payable_ids if key in payables)
                found[review.id] = ReportedView(reported=reported, customer=customer, payables=own)
        return found

    return await hub.store.read(read)
