"""A refund bounced, and its money is at the company again: for its payer, and for the merchant."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.documents.content.phrases import greeting
from hub.documents.document import MailContent
from hub.documents.mails.gathering import head_for, payer_of, view_for_merchant, view_for_payer
from hub.documents.mails.kind import MailKind
from hub.documents.parts import Button, Facts, Figure, Notice, Paragraph, Part, Title, Tone
from hub.documents.shown import DocumentReader
from hub.domain.letterhead import Letterhead
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Money


@attrs.frozen(kw_only=True)
class ReturnBouncedMail:
    """A refund that came back.

    Attributes:
        amount: What the refund was of.
        credit: What of the payment is its customer's credit now.
        to_merchant: The mail is for the merchant, not for the payer.
    """

    kind = DeliveryKind.RETURN_BOUNCED

    letterhead: Letterhead
    payer: str
    amount: Money
    numbers: tuple[str, ...]
    is_order: bool = False
    provider: str
    reference: str
    credit: Money | None = None
    to_merchant: bool = False
    url: str


def gather(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[ReturnBouncedMail, str]:
    """The payment as it stands now, and the refund of that day."""
    to_merchant = delivery.details.get("to") == "merchant"
    view, locale = (view_for_merchant if to_merchant else view_for_payer)(tx, hub, delivery, now)
    value = ReturnBouncedMail(
        letterhead=head_for(tx, hub, delivery),
        payer=payer_of(view),
        amount=Money(int(delivery.details["minor"]), delivery.details["currency"]),
        numbers=tuple(line.number for line in view.lines),
        is_order=view.is_order,
        provider=view.provider_name,
        reference=view.payment.reference,
        credit=view.credit,
        to_merchant=to_merchant,
        url=f"{hub.base_url}/m/payments/{view.payment.id}" if to_merchant else view.url,
    )
    return value, locale


def says(value: ReturnBouncedMail, reader: DocumentReader) -> MailContent:
    """What came back, and where it is."""
    t, amount = reader.t, reader.money(value.amount)
    merchant = ".merchant" if value.to_merchant else ""
    intro = t(f"bounced.intro{merchant}", amount=amount, customer=value.payer, company=value.letterhead.name)
    parts: list[Part] = [Title(t("bounced.title")), greeting("" if merchant else value.payer, reader)]
    parts += [Paragraph(intro), Figure(t("bounced.came_back"), amount)]
    if value.credit:
        credit = reader.money(value.credit)
        parts.append(Notice(t("received.credit" if merchant else "receipt.credit", amount=credit), Tone.GOOD))
    parts += [
        Facts(
            (
                (t("label.order" if value.is_order else "label.invoices"), ", ".join(value.numbers)),
                (t("label.method"), value.provider),
                (t("label.reference"), value.reference),
            )
        ),
        Paragraph(t(f"bounced.next{merchant}", company=value.letterhead.name)),
        Button(label=t("payment.view"), url=value.url),
    ]
    return MailContent(
        subject=t(f"bounced.subject{merchant}", amount=amount, customer=value.payer),
        preview=intro,
        parts=tuple(parts),
        footer=t("mail.why.merchant" if merchant else "mail.why.customer"),
        answers=not merchant,
    )


MAIL = MailKind(
    kind=DeliveryKind.RETURN_BOUNCED,
    name=Text("mail_kind.return_bounced"),
    gather=gather,
    says=says,
    is_about_payment=True,
)
