"""That a cash receipt is void: why, what it means for what is owed, and where anybody sees that it is."""

from __future__ import annotations

from hub.documents.content.phrases import greeting
from hub.documents.document import MailContent
from hub.documents.parts import Button, Facts, Figure, Heading, Paragraph, Part, Quote, Title, Tone
from hub.documents.shown import DocumentReader
from hub.domain.cash_receipt_document import VoidedReceipt


def mail(value: VoidedReceipt, reader: DocumentReader) -> MailContent:
    """Which receipt, why, and what it means."""
    t, receipt = reader.t, value.receipt
    parts: list[Part] = [
        Title(t("voidmail.title", number=receipt.number)),
        greeting(receipt.customer, reader),
        Figure(t("voidmail.was"), reader.money(receipt.cash), t("voidmail.void"), Tone.WARNING),
        Paragraph(t("voidmail.why")),
        Quote(receipt.void_reason),
        Heading(t("voidmail.means")),
        *(Paragraph(words) for words in _meaning(value, reader)),
    ]
    if receipt.verify_url:
        parts.append(Button(label=t("voidmail.see"), url=receipt.verify_url))
    parts.append(
        Facts(
            (
                (t("label.date"), reader.day(receipt.received_on)),
                (t("label.concept"), reader.say(receipt.concept)),
                (t("label.reference"), receipt.reference),
            )
        )
    )
    return MailContent(
        subject=t("voidmail.subject", number=receipt.number),
        preview=receipt.void_reason,
        parts=tuple(parts),
        footer=t("mail.why.customer"),
    )


def _meaning(value: VoidedReceipt, reader: DocumentReader) -> list[str]:
    """What the customer keeps, owes again, or has to do."""
    t = reader.t
    said = [t("voidmail.paper")]
    if value.is_of_payment:
        said.append(t("voidmail.payment_stays"))
    elif value.receipt.lines:
        said.append(t("voidmail.owed_again", numbers=", ".join(line.number for line in value.receipt.lines)))
    else:
        said.append(t("voidmail.credit_gone"))
    return said
