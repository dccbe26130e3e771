"""A payment was refused: its payer reads why, and tries again."""

from __future__ import annotations

from hub.documents.content.phrases import greeting
from hub.documents.parts import Button, Facts, MailContent, Notice, Paragraph, Part, Title, Tone
from hub.documents.shown import Reader
from hub.domain.papers import PaymentDeclinedMail


def says(value: PaymentDeclinedMail, reader: Reader) -> MailContent:
    """Why a payment was refused, and the way to try again."""
    t = reader.t
    reason = reader.reason(value.reason)
    parts: list[Part] = [
        Title(t("declined.title")),
        greeting(value.payer, reader),
        Paragraph(t("declined.intro", provider=value.provider)),
        Notice(reason, Tone.BAD),
    ]
    if value.not_charged:
        parts.append(Paragraph(t("declined.not_charged")))
    parts += [
        Facts(
            (
                (t("label.amount"), reader.money(value.amount)),
                (t("label.order" if value.is_order else "label.invoices"), ", ".join(value.numbers)),
                (t("label.moment"), reader.moment(value.at)),
                (t("label.reference"), value.reference),
            )
        ),
        Button(label=t("declined.again"), url=value.url),
    ]
    return MailContent(subject=t("declined.subject"), preview=reason, parts=tuple(parts), footer=t("mail.why.customer"))
