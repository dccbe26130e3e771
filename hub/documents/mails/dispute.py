"""A payer's bank wants a payment's money back: its merchant may answer until a day."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.documents.document import MailContent
from hub.documents.mails.gathering import head_for, view_for_merchant
from hub.documents.mails.kind import MailKind
from hub.documents.parts import Button, Facts, Figure, Notice, Paragraph, Part, Quote, Title, Tone
from hub.documents.shown import DocumentReader
from hub.domain.dispute import REMINDED, DisputeStage
from hub.domain.letterhead import Letterhead
from hub.domain.mail import NothingToSay
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Money


@attrs.frozen(kw_only=True)
class DisputeMail:
    """A dispute of a payment, for the merchant.

    Attributes:
        case, reason: As the provider or the bank words them.
        reminder: The merchant was told of it before, and its last day is near.
    """

    kind = DeliveryKind.DISPUTE

    letterhead: Letterhead
    customer: str
    amount: Money
    paid: Money
    stage: DisputeStage
    case: str
    reason: str = ""
    respond_by: datetime | None = None
    reminder: bool = False
    opened_at: datetime
    numbers: tuple[str, ...]
    is_order: bool = False
    provider: str
    provider_reference: str = ""
    reference: str
    url: str


def gather(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[DisputeMail, str]:
    """The dispute as it stands now, and its payment."""
    dispute = tx.disputes.get(delivery.details["dispute"])
    if dispute is None:
        raise NothingToSay("the dispute is gone")
    reminder = delivery.details["occasion"].startswith(REMINDED)
    if reminder and not dispute.is_open:
        raise NothingToSay("the dispute ended")
    view, locale = view_for_merchant(tx, hub, delivery, now)
    value = DisputeMail(
        letterhead=head_for(tx, hub, delivery),
        customer=view.customer.name,
        amount=dispute.amount,
        paid=view.amount,
        stage=dispute.stage,
        case=dispute.case,
        reason=dispute.reason,
        respond_by=dispute.respond_by,
        reminder=reminder,
        opened_at=dispute.opened_at,
        numbers=tuple(line.number for line in view.lines),
        is_order=view.is_order,
        provider=view.provider_name,
        provider_reference=view.payment.provider_reference or "",
        reference=view.payment.reference,
        url=f"{hub.base_url}/m/payments/{view.payment.id}",
    )
    return value, locale


def says(value: DisputeMail, reader: DocumentReader) -> MailContent:
    """What is disputed, until when the merchant may answer, and with what."""
    t = reader.t
    amount, paid = reader.money(value.amount), reader.money(value.paid)
    taken = ".taken" if value.stage.has_taken else ".asked"
    intro = t(f"dispute.intro{taken}", customer=value.customer, amount=amount, paid=paid, provider=value.provider)
    until = reader.moment(value.respond_by) if value.respond_by else ""
    deadline = t("dispute.until", moment=until) if until else t("dispute.no_last_day", provider=value.provider)
    parts: list[Part] = [Title(t("dispute.title")), Paragraph(intro), Notice(deadline, Tone.WARNING)]
    parts.append(Figure(t("label.disputed"), amount, reader.moment(value.opened_at)))
    parts += [Quote(value.reason)] if value.reason else []
    parts += [
        Facts(
            (
                (t("label.stage"), t(f"dispute.stage.{value.stage.value}")),
                (t("label.case"), value.case),
                (t("label.respond_by"), until),
                (t("label.order" if value.is_order else "label.invoices"), ", ".join(value.numbers)),
                (t("label.provider_reference", provider=value.provider), value.provider_reference),
                (t("label.reference"), value.reference),
            )
        ),
        Paragraph(t("dispute.answer", provider=value.provider)),
        Button(label=t("dispute.open"), url=value.url),
    ]
    again = ".reminder" if value.reminder and until else ""
    return MailContent(
        subject=t(f"dispute.subject{again}", customer=value.customer, amount=amount, moment=until),
        preview=deadline if again else intro,
        parts=tuple(parts),
        footer=t("mail.why.merchant"),
        answers=False,
    )


MAIL = MailKind(
    kind=DeliveryKind.DISPUTE,
    name=Text("mail_kind.dispute"),
    gather=gather,
    says=says,
    is_about_payment=True,
)
