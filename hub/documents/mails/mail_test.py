"""The mail that a member sends to himself, to see that mails go out."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.documents.document import MailContent
from hub.documents.mails.gathering import head_for, language_of
from hub.documents.mails.kind import MailKind
from hub.documents.parts import Facts, Paragraph, Title
from hub.documents.shown import DocumentReader
from hub.domain.letterhead import Letterhead
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx


@attrs.frozen(kw_only=True)
class MailTest:
    """Nothing but that it arrived, and when it was asked for."""

    kind = DeliveryKind.MAIL_TEST

    letterhead: Letterhead
    requested_at: datetime


def gather(tx: Tx, hub: Hub, delivery: Delivery, _now: datetime) -> tuple[MailTest, str]:
    """When it was asked for."""
    value = MailTest(letterhead=head_for(tx, hub, delivery), requested_at=delivery.created_at)
    return value, language_of(tx, delivery)


def says(value: MailTest, reader: DocumentReader) -> MailContent:
    """That it arrived."""
    t = reader.t
    return MailContent(
        subject=t("mail_test.subject"),
        preview=t("mail_test.intro"),
        parts=(
            Title(t("mail_test.title")),
            Paragraph(t("mail_test.intro")),
            Paragraph(t("mail_test.spam"), small=True),
            Facts(((t("label.requested_at"), reader.moment(value.requested_at)),)),
        ),
        footer=t("mail.why.merchant"),
        answers=False,
    )


MAIL = MailKind(
    kind=DeliveryKind.MAIL_TEST,
    name=Text("mail_kind.mail_test"),
    gather=gather,
    says=says,
    is_awaited=True,
)
