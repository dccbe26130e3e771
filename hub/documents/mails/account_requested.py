"""A merchant waits for credentials that the operator puts in."""

from __future__ import annotations

from hub.documents.parts import Button, Code, Facts, MailContent, Paragraph, Part, Title
from hub.documents.shown import Reader
from hub.domain.papers import AccountRequestedMail


def says(value: AccountRequestedMail, reader: Reader) -> MailContent:
    """What the operator must put in, and how."""
    t = reader.t
    company = reader.letterhead
    intro = t("requested.intro", provider=value.provider)
    parts: list[Part] = [
        Title(t("requested.title")),
        Paragraph(intro),
        Facts(
            (
                (t("label.provider"), value.provider),
                (t("label.company"), company.legal_name or company.name),
                (t("label.identity"), company.identity),
                (t("label.requested_by"), value.requested_by),
                (t("label.requested_at"), reader.moment(value.requested_at)),
                (t("requested.missing"), ", ".join(value.missing)),
            )
        ),
        Paragraph(t("requested.command")),
        Code(value.command),
        Paragraph(t("requested.then"), small=True),
    ]
    if value.url:
        parts.append(Button(label=t("result.open"), url=value.url))
    return MailContent(
        subject=t("requested.subject", provider=value.provider),
        preview=intro,
        parts=tuple(parts),
        footer=t("mail.why.operator"),
        answers=False,
    )
