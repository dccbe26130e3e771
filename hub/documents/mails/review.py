"""An exception waits for a person."""

from __future__ import annotations

from hub.documents.parts import Button, Facts, MailContent, Notice, Paragraph, Part, Quote, Title, Tone
from hub.documents.shown import Reader
from hub.domain.papers import ReviewMail


def says(value: ReviewMail, reader: Reader) -> MailContent:
    """An exception, what is known of it, and what to do."""
    t = reader.t
    cause = reader.cause(value.cause)
    told = f"{cause[:1].upper()}{cause[1:]}"
    parts: list[Part] = (
        [Title(told), Paragraph(t("note.intro", customer=value.customer))]
        if value.written
        else [Title(t("review.title")), Notice(told, Tone.WARNING), Paragraph(t("review.intro"))]
    )
    parts += [Quote(words) for words in (value.details, value.advice) if words]
    parts.append(
        Facts(
            (
                (t("label.customer"), value.customer),
                (t("label.amount"), reader.money(value.amount) if value.amount is not None else ""),
                (t("label.provider"), value.provider),
                (t("label.provider_reference", provider=value.provider), value.provider_reference),
                (t("label.reference"), value.reference),
                (t("label.opened_at"), reader.moment(value.opened_at)),
            )
        )
    )
    if value.url:
        parts.append(Button(label=t("review.open"), url=value.url))
    return MailContent(
        subject=t("note.subject", cause=told, customer=value.customer)
        if value.written
        else t("review.subject", cause=cause),
        preview=cause,
        parts=tuple(parts),
        footer=t("mail.why.merchant"),
        answers=False,
    )
