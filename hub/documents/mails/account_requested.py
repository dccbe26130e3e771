"""A merchant waits for credentials that the operator puts in."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.documents.document import MailContent
from hub.documents.mails.gathering import connection_of, head_for, language_of, merchant_of
from hub.documents.mails.kind import MailKind
from hub.documents.parts import Button, Code, Facts, Paragraph, Part, Title
from hub.documents.shown import DocumentReader
from hub.domain.account import with_defaults
from hub.domain.letterhead import Letterhead
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx


@attrs.frozen(kw_only=True)
class AccountRequestedMail:
    """A merchant asked for a provider whose credentials the operator puts in.

    Attributes:
        missing: Labels of the operator settings that are not there yet.
        command: What the operator types.
    """

    kind = DeliveryKind.ACCOUNT_REQUESTED

    letterhead: Letterhead
    provider: str
    requested_by: str
    requested_at: datetime
    missing: tuple[str, ...]
    command: str
    url: str = ""


def gather(tx: Tx, hub: Hub, delivery: Delivery, _now: datetime) -> tuple[AccountRequestedMail, str]:
    """What is missing of an account, and what the operator types."""
    merchant, locale = merchant_of(tx, delivery), language_of(tx, delivery)
    account, info = connection_of(tx, hub, delivery, locale)
    given = with_defaults(info, {**account.settings, **dict.fromkeys(account.secret_names, "x")})
    value = AccountRequestedMail(
        letterhead=head_for(tx, hub, delivery),
        provider=info.name,
        requested_by=merchant.company.name,
        requested_at=delivery.created_at,
        missing=tuple(
            setting.label
            for setting in info.settings
            if setting.entered_by == "operator" and not setting.optional and setting.name not in given
        ),
        command=f"payment-hub account provision {info.code} --company {merchant.slug}",
    )
    return value, locale


def says(value: AccountRequestedMail, reader: DocumentReader) -> MailContent:
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


MAIL = MailKind(
    kind=DeliveryKind.ACCOUNT_REQUESTED,
    name=Text("mail_kind.account_requested"),
    gather=gather,
    says=says,
    is_private=True,
)
