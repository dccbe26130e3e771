"""A payment is not confirmed yet: its payer waits, or must act."""

from __future__ import annotations

from hub.documents.content.phrases import greeting
from hub.documents.parts import Button, Facts, MailContent, Notice, Paragraph, Part, Title, Tone
from hub.documents.shown import Reader
from hub.domain.papers import PaymentPendingMail


def says(value: PaymentPendingMail, reader: Reader) -> MailContent:
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
