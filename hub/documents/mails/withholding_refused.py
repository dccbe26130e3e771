"""The merchant refused what a payer declared to withhold above the cap: that part of the invoice is owed."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.documents.content.phrases import greeting
from hub.documents.document import MailContent
from hub.documents.mails.gathering import head_for, payer_of, view_for_payer
from hub.documents.mails.kind import MailKind
from hub.documents.parts import Button, Facts, Figure, Paragraph, Part, Title
from hub.documents.shown import DocumentReader
from hub.domain.letterhead import Letterhead
from hub.domain.mail import NothingToSay
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.text import Text
from hub.flows.books.withheld_waits import waiting_minor
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Money


@attrs.frozen(kw_only=True)
class WithholdingRefusedMail:
    """What was refused.

    Attributes:
        withheld: What the payer declared of the invoice.
        due: What the invoice owes now.
        why: What the merchant wrote about it.
    """

    kind = DeliveryKind.WITHHOLDING_REFUSED

    letterhead: Letterhead
    payer: str
    number: str
    withheld: Money
    due: Money
    why: str
    reference: str
    url: str


def gather(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[WithholdingRefusedMail, str]:
    """The invoice as it stands now, and what was decided."""
    view, locale = view_for_payer(tx, hub, delivery, now)
    payable_id, decision_id = delivery.details["payable"], delivery.details["decision"]
    payable = tx.payables.get(payable_id)
    line = next((line for line in view.payment.lines if line.payable_id == payable_id), None)
    if payable is None or line is None or not payable.due:
        raise NothingToSay("the invoice owes nothing any more")
    made = next((made for made in tx.decisions.of(view.payment.id) if made.id == decision_id), None)
    value = WithholdingRefusedMail(
        letterhead=head_for(tx, hub, delivery),
        payer=payer_of(view),
        number=payable.number,
        withheld=Money(waiting_minor(line), payable.currency),
        due=payable.balance,
        why=made.why if made else "",
        reference=view.payment.reference,
        url=view.url,
    )
    return value, locale


def says(value: WithholdingRefusedMail, reader: DocumentReader) -> MailContent:
    """What was refused, why, and what is owed."""
    t, due = reader.t, reader.money(value.due)
    intro = t("withheld_refused.intro", company=value.letterhead.name, number=value.number)
    facts = [
        (t("label.invoices"), value.number),
        (t("label.withheld"), reader.money(value.withheld)),
        *([(t("withheld_refused.why"), value.why)] if value.why else []),
        (t("label.reference"), value.reference),
    ]
    parts: list[Part] = [
        Title(t("withheld_refused.title")),
        greeting(value.payer, reader),
        Paragraph(intro),
        Figure(t("withheld_refused.due", number=value.number), due),
        Facts(tuple(facts)),
        Paragraph(t("withheld_refused.next", company=value.letterhead.name)),
        Button(label=t("payment.view"), url=value.url),
    ]
    return MailContent(
        subject=t("withheld_refused.subject", number=value.number, due=due),
        preview=intro,
        parts=tuple(parts),
        footer=t("mail.why.customer"),
        answers=True,
    )


MAIL = MailKind(
    kind=DeliveryKind.WITHHOLDING_REFUSED,
    name=Text("mail_kind.withholding_refused"),
    gather=gather,
    says=says,
    is_about_payment=True,
)
