"""A connection no longer works, or seems not to: its merchant mends it."""

from __future__ import annotations

from hub.documents.parts import Button, Facts, MailContent, Notice, Paragraph, Part, Quote, Title, Tone
from hub.documents.shown import Reader
from hub.domain.papers import AccountAttentionMail


def says(value: AccountAttentionMail, reader: Reader) -> MailContent:
    """Why a connection stopped working, and where to mend it."""
    t = reader.t
    said = t(f"attention.{value.cause.value}", provider=value.provider)
    parts: list[Part] = [Title(t("attention.title")), Notice(said, Tone.WARNING)]
    if value.details:
        parts.append(Quote(value.details))
    parts.append(
        Facts(
            (
                (t("label.provider"), value.provider),
                (t("label.changed"), ", ".join(t(f"field.{name}") for name in value.changed)),
                (t("label.moment"), reader.moment(value.at)),
            )
        )
    )
    if value.buttons_hidden:
        parts.append(Paragraph(t("attention.hidden", provider=value.provider)))
    parts.append(Button(label=t("attention.open"), url=value.url))
    return MailContent(
        subject=t("attention.subject", provider=value.provider),
        preview=said,
        parts=tuple(parts),
        footer=t("mail.why.merchant"),
        answers=False,
    )
