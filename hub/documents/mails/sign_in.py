"""The link that signs a member in, once."""

from __future__ import annotations

from hub.documents.parts import Button, Facts, MailContent, Paragraph, Title
from hub.documents.shown import Reader
from hub.domain.papers import SignInMail


def says(value: SignInMail, reader: Reader) -> MailContent:
    """The link that signs a member in."""
    t = reader.t
    return MailContent(
        subject=t("sign_in.subject"),
        preview=t("sign_in.intro"),
        parts=(
            Title(t("sign_in.title")),
            Paragraph(t("sign_in.intro")),
            Button(label=t("sign_in.button"), url=value.url),
            Paragraph(t("sign_in.expires", moment=reader.moment(value.expires_at)), small=True),
            Facts(((t("label.requested_at"), reader.moment(value.requested_at)),)),
        ),
        footer=t("mail.why.merchant"),
        answers=False,
    )
