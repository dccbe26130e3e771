"""A payment is not confirmed yet: its payer waits, or must act."""

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
from hub.domain.mail import NothingToSay
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.owed_mail import OwedMail, PaymentChange
from hub.domain.payment import Status
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Money


@attrs.frozen(kw_only=True)
class PaymentPendingMail:
    """A payment that is not confirmed yet.

    Attributes:
        unknown: We do not know what became of it: do not pay again. Else the payer or the bank must still act.
        expires_at: Until when the payer can act, where known.
    """

    kind = DeliveryKind.PAYMENT_PENDING

    letterhead: Letterhead
    payer: str
    amount: Money
    numbers: tuple[str, ...]
    is_order: bool = False
    provider: str
    started_at: datetime
    reference: str
    unknown: bool
    expires_at: datetime | None = None
    url: str


def after_payment(change: PaymentChange) -> Iterable[OwedMail]:
    """The payer, where nobody knows what became of it."""
    is_unknown = change.payment.status is Status.UNKNOWN and change.payment.ended_at
    return [OwedMail(recipient=change.payer)] if is_unknown else []


def gather(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[PaymentPendingMail, str]:
    """The payment while it is live."""
    view, locale = view_for_payer(tx, hub, delivery, now)
    payment = view.payment
    if not payment.is_live:
        raise NothingToSay("the payment is under way no longer")
    value = PaymentPendingMail(
        letterhead=head_for(tx, hub, delivery),
        payer=payer_of(view),
        amount=view.amount,
        provider=view.provider_name,
        reference=payment.reference,
        url=view.url,
        numbers=tuple(line.number for line in view.lines),
        is_order=view.is_order,
        started_at=payment.created_at,
        unknown=payment.status is Status.UNKNOWN,
        expires_at=payment.expires_at,
    )
    return value, locale


def says(value: PaymentPendingMail, reader: DocumentReader) -> MailContent:
    """A payment that is not confirmed; where the outcome is unknown it says not to pay again."""
    t = reader.t
    act = t("pending.act", moment=reader.moment(value.expires_at)) if value.expires_at else t("pending.wait")
    parts: list[Part] = [
        Title(t("pending.title")),
        greeting(value.payer, reader),
        Paragraph(t("pending.intro", provider=value.provider)),
        Notice(t("pending.unknown") if value.unknown else act, Tone.WARNING),
        Facts(
            (
                (t("label.amount"), reader.money(value.amount)),
                (t("label.order" if value.is_order else "label.invoices"), ", ".join(value.numbers)),
                (t("label.started_at"), reader.moment(value.started_at)),
                (t("label.reference"), value.reference),
            )
        ),
        Button(label=t("payment.view"), url=value.url),
        Paragraph(t("pending.not_receipt"), small=True),
    ]
    return MailContent(
        subject=t("pending.subject"),
        preview=t("pending.intro", provider=value.provider),
        parts=tuple(parts),
        footer=t("mail.why.customer"),
    )


MAIL = MailKind(
    kind=DeliveryKind.PAYMENT_PENDING,
    name=Text("mail_kind.payment_pending"),
    after_payment=after_payment,
    gather=gather,
    says=says,
    is_about_payment=True,
)
