"""The mail to somebody who may sign in from now on, with a link that does it the first time."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.documents.document import MailContent
from hub.documents.mails.gathering import head_for, language_of
from hub.documents.mails.kind import MailKind
from hub.documents.parts import Button, Facts, Paragraph, Title
from hub.documents.shown import DocumentReader
from hub.domain.letterhead import Letterhead
from hub.domain.mail import NothingToSay
from hub.domain.merchant import Role
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.merchants.sign_in import member_of, sign_in_token

ROLES = {
    Role.OWNER: Text("role.owner"),
    Role.ACCOUNTANT: Text("role.accountant"),
    Role.OPERATOR: Text("role.operator"),
}


@attrs.frozen(kw_only=True)
class InvitationMail:
    """Who gave access, to do what, and the link that signs in the first time.

    Attributes:
        by: The mail address of the member who did; empty where it was the operator.
    """

    kind = DeliveryKind.INVITATION

    letterhead: Letterhead
    by: str
    role: Role
    url: str
    sign_in_url: str
    expires_at: datetime


def gather(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[InvitationMail, str]:
    """The invitation as long as it is one; its token is computed here and stored nowhere.

    Raises:
        NothingToSay: Who was invited may sign in no more, or the link is over.
    """
    member = member_of(tx, delivery.merchant_id, delivery.recipient)
    expires_at = datetime.fromisoformat(delivery.details["expires_at"])
    if member is None or expires_at <= now:
        raise NothingToSay("the invitation is over")
    value = InvitationMail(
        letterhead=head_for(tx, hub, delivery),
        by=delivery.details["by"],
        role=member.role,
        url=f"{hub.base_url}/m/sign-in/{sign_in_token(hub, delivery.id)}",
        sign_in_url=f"{hub.base_url}/m/sign-in",
        expires_at=expires_at,
    )
    return value, language_of(tx, delivery)


def says(value: InvitationMail, reader: DocumentReader) -> MailContent:
    """Who gave access, to do what, and the button."""
    t = reader.t
    return MailContent(
        subject=t("invitation.subject"),
        preview=t("invitation.intro"),
        parts=(
            Title(t("invitation.title")),
            Paragraph(t("invitation.intro")),
            Facts(((t("invitation.by"), value.by), (t("invitation.role"), reader.words(ROLES[value.role])))),
            Button(label=t("invitation.button"), url=value.url),
            Paragraph(
                t("invitation.expires", moment=reader.moment(value.expires_at), url=value.sign_in_url), small=True
            ),
            Paragraph(t("invitation.unknown"), small=True),
        ),
        footer=t("mail.why.merchant"),
        answers=False,
    )


MAIL = MailKind(
    kind=DeliveryKind.INVITATION,
    name=Text("mail_kind.invitation"),
    gather=gather,
    says=says,
    is_private=True,
    is_awaited=True,
)
