"""A connection no longer works, or seems not to: its merchant mends it."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.documents.document import MailContent
from hub.documents.mails.gathering import connection_of, head_for, language_of
from hub.documents.mails.kind import MailKind
from hub.documents.parts import Button, Facts, Notice, Paragraph, Part, Quote, Title, Tone
from hub.documents.shown import DocumentReader
from hub.domain.account import Attention
from hub.domain.letterhead import Letterhead
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx


@attrs.frozen(kw_only=True)
class AccountAttentionMail:
    """A connection no longer works, or seems not to.

    Attributes:
        changed: Names of company fields that were changed: ``identity_number``.
        buttons_hidden: Customers no longer see its buttons.
        details: Further words for people.
    """

    kind = DeliveryKind.ACCOUNT_ATTENTION

    letterhead: Letterhead
    provider: str
    cause: Attention
    changed: tuple[str, ...] = ()
    buttons_hidden: bool = True
    details: str = ""
    at: datetime
    url: str


def gather(tx: Tx, hub: Hub, delivery: Delivery, _now: datetime) -> tuple[AccountAttentionMail, str]:
    """What happened to an account, as its delivery says."""
    locale = language_of(tx, delivery)
    account, info = connection_of(tx, hub, delivery, locale)
    value = AccountAttentionMail(
        letterhead=head_for(tx, hub, delivery),
        provider=info.name,
        cause=Attention(delivery.details.get("cause", Attention.SUSPENDED)),
        changed=tuple(filter(None, delivery.details.get("changed", "").split(","))),
        at=delivery.created_at,
        url=f"{hub.base_url}/m/integrations/{account.provider}",
    )
    return value, locale


def says(value: AccountAttentionMail, reader: DocumentReader) -> MailContent:
    """Why a connection stopped working, and where to mend it."""
    t = reader.t
    text = t(f"attention.{value.cause.value}", provider=value.provider)
    parts: list[Part] = [Title(t("attention.title")), Notice(text, Tone.WARNING)]
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
        preview=text,
        parts=tuple(parts),
        footer=t("mail.why.merchant"),
        answers=False,
    )


MAIL = MailKind(
    kind=DeliveryKind.ACCOUNT_ATTENTION,
    name=Text("mail_kind.account_attention"),
    gather=gather,
    says=says,
)
