"""The link that signs a member in, once."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.documents.document import MailContent
from hub.documents.mails.gathering import head_for, language_of
from hub.documents.mails.kind import MailKind
from hub.documents.parts import Button, Facts, Paragraph, Title
from hub.documents.shown import DocumentReader
from hub.domain.letterhead import Letterhead
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.merchants.sign_in import sign_in_token


@attrs.frozen(kw_only=True)
class SignInMail:
    """The link that signs a member in, once."""

    kind = DeliveryKind.SIGN_IN

    letterhead: Letterhead
    url: str
    expires_at: datetime
    requested_at: datetime


def gather(tx: Tx, hub: Hub, delivery: Delivery, _now: datetime) -> tuple[SignInMail, str]:
    """The link; its token is computed here and stored nowhere."""
    value = SignInMail(
        letterhead=head_for(tx, hub, delivery),
        url=f"{hub.base_url}/m/sign-in/{sign_in_token(hub, delivery.id)}",
        expires_at=datetime.fromisoformat(delivery.details["expires_at"]),
        requested_at=delivery.created_at,
    )
    return value, language_of(tx, delivery)


def says(value: SignInMail, reader: DocumentReader) -> MailContent:
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


MAIL = MailKind(
    kind=DeliveryKind.SIGN_IN,
    name=Text("mail_kind.sign_in"),
    gather=gather,
    says=says,
    is_private=True,
    is_awaited=True,
)
