"""Money went back: for its payer, or for the merchant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from hub.documents.content.phrases import greeting
from hub.documents.document import MailContent
from hub.documents.mails.gathering import head_for, payer_of, view_for_merchant, view_for_payer
from hub.documents.mails.kind import MailKind
from hub.documents.parts import Button, Facts, Figure, Notice, Paragraph, Part, Title, Tone
from hub.documents.shown import DocumentReader
from hub.domain.letterhead import Letterhead
from hub.domain.mail import NothingToSay
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.owed_mail import OwedMail, PaymentChange
from hub.domain.returns import returns_in
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.payment_view import PaymentView
from hub.flows.views.print_receipt import still_owed, unclear_of
from hub_hookspecs import Kind, Money


@attrs.frozen(kw_only=True)
class PaymentReturnedMail:
    """Money that went back.

    Attributes:
        amount: What went back of ``paid``.
        remains: What is left of it.
        charged_back: The payer's bank took it back; else a refund or reversal.
        to_merchant: The mail is for the merchant, not for the payer.
        left: What the customer is asked for now, per currency.
        in_clarification: Numbers of what is not asked for, until somebody says whether it is still owed.
    """

    kind = DeliveryKind.PAYMENT_RETURNED

    letterhead: Letterhead
    payer: str
    amount: Money
    paid: Money
    remains: Money | None = None
    numbers: tuple[str, ...]
    is_order: bool = False
    provider: str
    instrument: str = ""
    provider_reference: str = ""
    returned_at: datetime
    reference: str
    charged_back: bool = False
    to_merchant: bool = False
    left: tuple[Money, ...] = ()
    in_clarification: tuple[str, ...] = ()
    url: str


TO = "to"
MERCHANT = {TO: "merchant"}
"""The details of the mail to the merchant."""


def after_payment(change: PaymentChange) -> Iterable[OwedMail]:
    """The payer, once a return; and whomever the merchant named, where no refund of ours brought it about."""
    returned = [back for back in returns_in(change.seen) if back.kind is Kind.RETURNED]
    for number, back in enumerate(returned):
        occasion = str(number or "")
        yield OwedMail(recipient=change.payer, occasion=occasion)
        for address in () if back.is_ours else change.merchant.notify:
            yield OwedMail(recipient=address, occasion=occasion, details=MERCHANT)


def gather(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[PaymentReturnedMail, str]:
    """What went back, and what is owed again."""
    to_merchant = delivery.details.get(TO) == MERCHANT[TO]
    view, locale = (view_for_merchant if to_merchant else view_for_payer)(tx, hub, delivery, now)
    amount, remains = _returned(view)
    value = PaymentReturnedMail(
        letterhead=head_for(tx, hub, delivery),
        payer=payer_of(view),
        amount=amount,
        remains=remains,
        provider=view.provider_name,
        reference=view.payment.reference,
        url=f"{hub.base_url}/m/payments/{view.payment.id}" if to_merchant else view.url,
        paid=view.amount,
        numbers=tuple(line.number for line in view.lines),
        is_order=view.is_order,
        provider_reference=view.payment.provider_reference or "",
        returned_at=_returned_at(view) or now,
        to_merchant=to_merchant,
        left=still_owed(tx, view),
        in_clarification=unclear_of(tx, view),
    )
    return value, locale


def _returned(view: PaymentView) -> tuple[Money, Money | None]:
    """What went back to the payer, and what of the payment remains; as reported while no money is known to have come.

    Raises:
        NothingToSay: It did not go back after all.
    """
    if view.held:
        if view.money.returned <= 0:
            raise NothingToSay("the return was corrected")
        return view.money.money(view.money.returned), view.remains or None
    asked = view.payment.amount
    returned = [back.amount for back in returns_in(view.seen) if back.kind is Kind.RETURNED]
    reported = sum((asked if amount is None else amount).minor for amount in returned)
    return Money(min(reported, asked.minor), asked.currency), None


def _returned_at(view: PaymentView) -> datetime | None:
    return max((item.seen_at for item in view.seen if item.observation.kind is Kind.RETURNED), default=None)


def says(value: PaymentReturnedMail, reader: DocumentReader) -> MailContent:
    """What went back, to the payer or to the merchant."""
    t = reader.t
    amount = reader.money(value.amount)
    merchant = ".merchant" if value.to_merchant else ""
    back = ".charged_back" if value.charged_back else ""
    intro = t(
        f"returned.intro{merchant}{back}",
        amount=amount,
        paid=reader.money(value.paid),
        provider=value.provider,
        customer=value.payer,
    )
    part = ".part" if value.remains else ""
    parts: list[Part] = [Title(t(f"returned.title{back}{part}")), greeting("" if merchant else value.payer, reader)]
    parts += [
        Paragraph(intro),
        Figure(t("label.returned"), amount, reader.moment(value.returned_at)),
        Facts(
            (
                (t("label.order" if value.is_order else "label.invoices"), ", ".join(value.numbers)),
                (t("label.instrument"), value.instrument),
                (t("label.provider_reference", provider=value.provider), value.provider_reference),
                (t("label.reference"), value.reference),
            )
        ),
    ]
    if value.remains:
        parts.append(Paragraph(t("returned.remains", amount=reader.money(value.remains))))
    if value.left:
        left = t(f"returned.left{merchant}", amount=reader.sums(value.left), customer=value.payer)
        parts.append(Notice(left, Tone.WARNING))
    if value.in_clarification and not merchant:
        parts.append(Notice(t("receipt.in_clarification", numbers=", ".join(value.in_clarification))))
    if not merchant and not back:
        parts.append(Paragraph(t("returned.wait")))
    parts.append(Button(label=t("payment.view"), url=value.url))
    subject = t("returned.subject")
    if merchant:
        subject = t(f"returned.subject{back or merchant}", customer=value.payer, amount=amount)
    return MailContent(
        subject=subject,
        preview=intro,
        parts=tuple(parts),
        footer=t("mail.why.merchant" if merchant else "mail.why.customer"),
        answers=not merchant,
    )


MAIL = MailKind(
    kind=DeliveryKind.PAYMENT_RETURNED,
    name=Text("mail_kind.payment_returned"),
    after_payment=after_payment,
    gather=gather,
    says=says,
    is_about_payment=True,
)
