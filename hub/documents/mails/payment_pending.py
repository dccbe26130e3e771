"""A payment is not confirmed yet: its payer waits, or pays it elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import attrs

from hub.documents.content.phrases import greeting
from hub.documents.content.voucher import how_to_pay
from hub.documents.document import MailContent
from hub.documents.mails.gathering import head_for, payer_of, view_for_payer
from hub.documents.mails.kind import MailKind
from hub.documents.parts import Button, Code, Facts, Figure, Notice, Paragraph, Part, Title, Tone
from hub.documents.shown import DocumentReader
from hub.domain.letterhead import Letterhead
from hub.domain.mail import NothingToSay
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.owed_mail import OwedMail, PaymentChange
from hub.domain.payment import Status
from hub.domain.text import Text
from hub.domain.voucher_document import VoucherDocument
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.payment_view import Shown
from hub.flows.views.print_voucher import voucher_of
from hub_hookspecs import Money, ShowQr, ShowReference


@attrs.frozen(kw_only=True)
class PaymentPendingMail:
    """A payment that is not confirmed yet.

    Attributes:
        unknown: We do not know what became of it: do not pay again. Else the payer or the bank must still act.
        expires_at: Until when the payer can act, where known.
        voucher: What is taken to the place where it is paid.
        key, copyable: What is typed or copied in the bank's app instead of scanning a code.
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
    voucher: VoucherDocument | None = None
    key: str = ""
    copyable: str = ""


ELSEWHERE: Final = "elsewhere"
"""Occasion and detail of the mail that says how to pay."""

LASTS: Final = timedelta(hours=1)
"""What can be paid at least as long is told by mail: whoever must act sooner is still on the page."""


def after_payment(change: PaymentChange) -> Iterable[OwedMail]:
    """The payer, where nobody knows what became of it, and where it is paid elsewhere and there is time for that."""
    payment = change.payment
    if payment.status is Status.UNKNOWN and payment.ended_at:
        return [OwedMail(recipient=change.payer)]
    is_elsewhere = payment.status is Status.PENDING and isinstance(payment.action, ShowReference | ShowQr)
    lasts = payment.expires_at is None or payment.expires_at - payment.created_at >= LASTS
    how = OwedMail(recipient=change.payer, occasion=ELSEWHERE, details={ELSEWHERE: "1"})
    return [how] if is_elsewhere and lasts else []


def gather(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[PaymentPendingMail, str]:
    """The payment while it is live."""
    view, locale = view_for_payer(tx, hub, delivery, now)
    payment = view.payment
    if not payment.is_live:
        raise NothingToSay("the payment is under way no longer")
    voucher = voucher_of(hub, view)
    code = payment.action if view.shown is Shown.QR and isinstance(payment.action, ShowQr) else None
    if ELSEWHERE in delivery.details and not (voucher or code):
        raise NothingToSay("it can be paid there no longer")
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
        expires_at=None if view.hold else payment.expires_at,
        voucher=voucher,
        key=code.key if code else "",
        copyable=(code.copyable or code.payload) if code else "",
    )
    return value, locale


def says(value: PaymentPendingMail, reader: DocumentReader) -> MailContent:
    """How it is paid elsewhere; else that it is not confirmed, and where the outcome is unknown not to pay again."""
    return _how_to_pay(value, reader) if value.voucher or value.key or value.copyable else _waits(value, reader)


def _how_to_pay(value: PaymentPendingMail, reader: DocumentReader) -> MailContent:
    t, intro = reader.t, reader.t("voucher.mail_intro", provider=value.provider)
    parts: list[Part] = [Title(t("voucher.mail_title")), greeting(value.payer, reader), Paragraph(intro)]
    if value.voucher:
        places = ", ".join(value.voucher.places)
        parts += [*how_to_pay(value.voucher, reader), Facts(((t("voucher.places"), places),))]
    else:
        parts.append(Figure(t("voucher.exactly"), reader.money(value.amount)))
        if value.expires_at:
            parts.append(Notice(t("pending.act", moment=reader.moment(value.expires_at)), Tone.WARNING))
    for label, text in ((t("voucher.key"), value.key), (t("voucher.copy"), value.copyable)):
        if text:
            parts += [Paragraph(label, small=True), Code(text)]
    parts += [
        Facts(((t("label.order" if value.is_order else "label.invoices"), ", ".join(value.numbers)),)),
        Button(label=t("payment.view"), url=value.url),
        Paragraph(t("voucher.not_receipt") if value.voucher else t("pending.not_receipt"), small=True),
    ]
    return MailContent(
        subject=t("voucher.mail_subject"), preview=intro, parts=tuple(parts), footer=t("mail.why.customer")
    )


def _waits(value: PaymentPendingMail, reader: DocumentReader) -> MailContent:
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
    attached=lambda _tx, _hub, _delivery, value, _now: value.voucher,
    is_about_payment=True,
)
