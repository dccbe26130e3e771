"""A payment was refused: its payer reads why, and tries again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from hub.documents.content.phrases import greeting
from hub.documents.document import MailContent
from hub.documents.mails.gathering import head_for, payer_of, view_for_payer
from hub.documents.mails.kind import MailKind
from hub.documents.parts import Button, Facts, Notice, Paragraph, Part, Title, Tone
from hub.documents.shown import DocumentReader
from hub.domain.letterhead import Letterhead
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.observation import ObservedBy
from hub.domain.owed_mail import OwedMail, PaymentChange
from hub.domain.payment import Status
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.pay_again import pay_again_url
from hub_hookspecs import Kind, Money, Reason, ReasonKind


@attrs.frozen(kw_only=True)
class PaymentDeclinedMail:
    """A refused payment, in the payer's words.

    Attributes:
        not_charged: The provider proved that no money was taken; only then the mail says so.
        url: Where the same is tried again.
    """

    kind = DeliveryKind.PAYMENT_DECLINED

    letterhead: Letterhead
    payer: str
    amount: Money
    numbers: tuple[str, ...]
    is_order: bool = False
    provider: str
    at: datetime
    reason: ReasonKind
    not_charged: bool
    reference: str
    url: str


def after_payment(change: PaymentChange) -> Iterable[OwedMail]:
    """The payer, where the refusal did not come in the direct answer: the page may have been left."""
    payment = change.payment
    is_declined = payment.status is Status.CLOSED and payment.reason == Kind.DECLINED
    came_later = any(
        item.observation.kind is Kind.DECLINED and item.source is not ObservedBy.ANSWER for item in change.seen
    )
    return [OwedMail(recipient=change.payer)] if is_declined and came_later else []


def gather(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[PaymentDeclinedMail, str]:
    """The payment, why it was refused, and where to try again."""
    view, locale = view_for_payer(tx, hub, delivery, now)
    value = PaymentDeclinedMail(
        letterhead=head_for(tx, hub, delivery),
        payer=payer_of(view),
        amount=view.amount,
        provider=view.provider_name,
        reference=view.payment.reference,
        url=pay_again_url(view) or view.back_url or view.url,
        numbers=tuple(line.number for line in view.lines),
        is_order=view.is_order,
        at=view.seen[-1].seen_at if view.seen else now,
        reason=(view.reason or Reason(ReasonKind.OTHER)).kind,
        not_charged=not view.payment.is_unproven,
    )
    return value, locale


def says(value: PaymentDeclinedMail, reader: DocumentReader) -> MailContent:
    """Why a payment was refused, and the way to try again."""
    t = reader.t
    reason = reader.reason(value.reason)
    parts: list[Part] = [
        Title(t("declined.title")),
        greeting(value.payer, reader),
        Notice(reason, Tone.WARNING),
        *([Paragraph(t("declined.not_charged"), strong=True)] if value.not_charged else []),
        Facts(
            (
                (t("label.amount"), reader.money(value.amount)),
                (t("label.order" if value.is_order else "label.invoices"), ", ".join(value.numbers)),
                (t("label.provider"), value.provider),
            )
        ),
        Button(label=t("declined.again"), url=value.url),
        Paragraph(f"{t('label.reference')}: {value.reference} · {reader.moment(value.at)}", small=True),
    ]
    return MailContent(subject=t("declined.subject"), preview=reason, parts=tuple(parts), footer=t("mail.why.customer"))


MAIL = MailKind(
    kind=DeliveryKind.PAYMENT_DECLINED,
    name=Text("mail_kind.payment_declined"),
    after_payment=after_payment,
    gather=gather,
    says=says,
    is_about_payment=True,
)
