"""An exception waits for a person."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.documents.document import MailContent
from hub.documents.mails.gathering import head_for, language_of
from hub.documents.mails.kind import MailKind
from hub.documents.parts import Button, Facts, Notice, Paragraph, Part, Quote, Title, Tone
from hub.documents.shown import DocumentReader
from hub.domain.letterhead import Letterhead
from hub.domain.mail import NothingToSay
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.payment import Payment
from hub.domain.reported import ReportedPayment
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.statements.write_note import author_of
from hub_hookspecs import Money


@attrs.frozen(kw_only=True)
class ReviewMail:
    """An exception that waits for a person.

    Attributes:
        cause: Of the review; a known one is explained in words.
        advice: What to do, in words.
        bank_reference: Of a payment that a customer reported.
        records: The link leads to the receipt that records it.
        written: The details are a customer's own words, from the statement.
    """

    kind = DeliveryKind.REVIEW

    letterhead: Letterhead
    cause: str
    details: str = ""
    advice: str = ""
    written: bool = False
    bank_reference: str = ""
    records: bool = False
    opened_at: datetime
    customer: str = ""
    amount: Money | None = None
    provider: str = ""
    reference: str = ""
    provider_reference: str = ""
    url: str = ""


def gather(tx: Tx, hub: Hub, delivery: Delivery, _now: datetime) -> tuple[ReviewMail, str]:
    """The review, and the payment that it is about or the customer who wrote."""
    reviews = [item for item in tx.reviews.of(merchant_id=delivery.merchant_id) if item.id == delivery.subject_id]
    if not reviews:
        raise NothingToSay("the review is gone")
    review = reviews[0]
    payment = tx.payments.get(review.payment_id) if review.payment_id else None
    writer = None if payment else author_of(tx, review)
    customer = tx.customers.get(payment.customer_id) if payment else writer
    reported = tx.reported.of_review(review.id)
    value = ReviewMail(
        letterhead=head_for(tx, hub, delivery),
        cause=review.cause,
        details=review.details,
        opened_at=review.opened_at,
        customer=customer.name if customer else "",
        amount=payment.amount if payment else reported.amount if reported else None,
        bank_reference=reported.bank_reference if reported else "",
        records=reported is not None,
        provider=payment.provider if payment else "",
        reference=payment.reference if payment else "",
        provider_reference=(payment.provider_reference or "") if payment else "",
        written=writer is not None,
        url=_url(hub, payment, reported, is_written=writer is not None),
    )
    return value, language_of(tx, delivery)


def _url(hub: Hub, payment: Payment | None, reported: ReportedPayment | None, *, is_written: bool) -> str:
    """Where whoever reads the mail goes on: the payment, the receipt of what was reported, or the exceptions."""
    if payment:
        return f"{hub.base_url}/m/payments/{payment.id}"
    if reported:
        return f"{hub.base_url}/m/customers/{reported.customer_id}/receipt?report={reported.review_id}"
    return f"{hub.base_url}/m/reviews" if is_written else ""


def says(value: ReviewMail, reader: DocumentReader) -> MailContent:
    """An exception, what is known of it, and what to do."""
    t = reader.t
    cause = reader.cause(value.cause)
    title = f"{cause[:1].upper()}{cause[1:]}"
    parts: list[Part] = (
        [Title(title), Paragraph(t("note.intro", customer=value.customer))]
        if value.written
        else [Title(t("review.title")), Notice(title, Tone.WARNING), Paragraph(t("review.intro"))]
    )
    parts += [Quote(words) for words in (value.details, value.advice) if words]
    parts.append(
        Facts(
            (
                (t("label.customer"), value.customer),
                (t("label.amount"), reader.money(value.amount) if value.amount is not None else ""),
                (t("label.bank_reference"), value.bank_reference),
                (t("label.provider"), value.provider),
                (t("label.provider_reference", provider=value.provider), value.provider_reference),
                (t("label.reference"), value.reference),
                (t("label.opened_at"), reader.moment(value.opened_at)),
            )
        )
    )
    if value.url:
        parts.append(Button(label=t("review.record" if value.records else "review.open"), url=value.url))
    return MailContent(
        subject=t("note.subject", cause=title, customer=value.customer)
        if value.written
        else t("review.subject", cause=cause),
        preview=cause,
        parts=tuple(parts),
        footer=t("mail.why.merchant"),
        answers=False,
    )


MAIL = MailKind(
    kind=DeliveryKind.REVIEW,
    name=Text("mail_kind.review"),
    gather=gather,
    says=says,
)
