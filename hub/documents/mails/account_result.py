"""What the validation of a connection said, for the merchant."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.documents.document import MailContent
from hub.documents.mails.gathering import connection_of, head_for, language_of, merchant_of
from hub.documents.mails.kind import MailKind
from hub.documents.parts import Button, Cell, Code, Facts, Heading, Notice, Paragraph, Part, Rows, Title, Tone
from hub.documents.shown import DocumentReader
from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.letterhead import Letterhead
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.operations.view_received import received_from
from hub_hookspecs import Channel, Country, Credentials, FieldMatch, Match, ProviderInfo

CHANNELS = {Channel.STATEMENT: Text("channel.statement"), Channel.CHECKOUT: Text("channel.checkout")}


@attrs.frozen(kw_only=True)
class AccountResultMail:
    """What a validation said, in three parts: credentials, identity, notifications.

    Attributes:
        status: ``active``, ``needs_confirmation`` or ``failed``.
        culprits: Labels of the settings that the provider did not accept, of those that the merchant enters.
        asked: The merchant enters settings; else the operator alone does.
        code: The provider's own short text for a refusal.
        fields: Verified company fields, ours and theirs side by side, masked.
        confirmed_by: Who confirmed by hand what could not be compared.
        notification_address: Our address where the merchant must tell it to the provider; else empty.
        last_heard_at: The last genuine notification.
        proves_nothing: Notifications came, and none had a proof.
        checked_by: Who asked for the validation.
        buttons: Labels that customers now see.
        channels: Where they see them.
    """

    kind = DeliveryKind.ACCOUNT_RESULT

    letterhead: Letterhead
    provider: str
    status: AccountStatus
    checked_at: datetime
    checked_by: str = ""
    credentials: Credentials
    culprits: tuple[str, ...] = ()
    asked: bool = True
    code: str = ""
    fields: tuple[FieldMatch, ...] = ()
    confirmed_by: str = ""
    notification_address: str = ""
    last_heard_at: datetime | None = None
    proves_nothing: bool = False
    buttons: tuple[str, ...] = ()
    channels: tuple[Text, ...] = ()
    url: str


def gather(tx: Tx, hub: Hub, delivery: Delivery, _now: datetime) -> tuple[AccountResultMail, str]:
    """The account's last report, and what follows from it."""
    merchant, locale = merchant_of(tx, delivery), language_of(tx, delivery)
    account, info = connection_of(tx, hub, delivery, locale)
    report = account.report
    asked = {setting.name: setting.label for setting in info.settings if setting.entered_by == "merchant"}
    country = hub.countries[merchant.company.country]
    value = AccountResultMail(
        letterhead=head_for(tx, hub, delivery),
        provider=info.name,
        status=account.status,
        checked_at=account.updated_at,
        checked_by=account.confirmed_by,
        credentials=report.credentials if report else Credentials.UNCLEAR,
        culprits=tuple(asked[name] for name in report.culprits if name in asked) if report else (),
        asked=bool(asked),
        code=(report.code or "") if report else "",
        fields=tuple(_by_name(country, field) for field in report.fields) if report else (),
        confirmed_by=account.confirmed_by,
        notification_address=_notification_address(hub, account, info),
        last_heard_at=account.last_heard_at,
        proves_nothing=received_from(tx, account).proves_nothing,
        buttons=(info.name,) if account.status == "active" else (),
        channels=tuple(CHANNELS[channel] for channel in sorted(account.channels)),
        url=f"{hub.base_url}/m/integrations/{account.provider}",
    )
    return value, locale


def _notification_address(hub: Hub, account: ProviderAccount, info: ProviderInfo) -> str:
    """Where the merchant must tell it to the provider."""
    return f"{hub.base_url}/n/{account.provider}/{account.path_token}" if info.notification_setup else ""


def _by_name(country: Country, field: FieldMatch) -> FieldMatch:
    """A comparison in which types of identity documents stand by their names, not their codes."""
    if field.field != "identity_type":
        return field
    names = {kind.code: kind.label for kind in country.identity_types}
    return attrs.evolve(field, ours=names.get(field.ours, field.ours), theirs=names.get(field.theirs, field.theirs))


def says(value: AccountResultMail, reader: DocumentReader) -> MailContent:
    """What a validation said of credentials, identity and notifications."""
    t = reader.t
    name, tone = {
        AccountStatus.ACTIVE: ("active", Tone.GOOD),
        AccountStatus.NEEDS_CONFIRMATION: ("confirm", Tone.WARNING),
    }.get(value.status, ("failed", Tone.BAD))
    summary = t(f"result.{name}", provider=value.provider)
    parts: list[Part] = [
        Title(t("result.title")),
        Notice(summary, tone),
        Facts(
            (
                (t("label.provider"), value.provider),
                (t("label.checked_at"), reader.moment(value.checked_at)),
                (t("label.checked_by"), value.checked_by),
            )
        ),
        Heading(t("result.credentials")),
        Paragraph(t(f"result.credentials.{value.credentials.value}", provider=value.provider)),
    ]
    if value.culprits:
        parts.append(Paragraph(t("result.culprits", names=", ".join(value.culprits))))
    elif value.credentials is Credentials.REFUSED and not value.asked:
        parts.append(Paragraph(t("result.operator")))
    if value.code:
        parts.append(Paragraph(t("result.code", code=value.code)))
    parts.append(Heading(t("result.identity")))
    if value.fields:
        head = ("", t("field.ours"), t("field.theirs", provider=value.provider))
        parts.append(Rows(head, tuple(_field_row(field, reader) for field in value.fields)))
    else:
        parts.append(Paragraph(t("result.identity.none", provider=value.provider)))
    if value.confirmed_by:
        parts.append(Paragraph(t("result.confirmed_by", name=value.confirmed_by)))
    parts.append(Heading(t("result.notifications")))
    if value.last_heard_at:
        moment = reader.moment(value.last_heard_at)
        parts.append(Paragraph(t("result.heard", provider=value.provider, moment=moment)))
    else:
        text_id = "result.unproven" if value.proves_nothing else "result.not_heard"
        parts.append(Paragraph(t(text_id, provider=value.provider)))
    if value.notification_address:
        parts += [Paragraph(t("result.address", provider=value.provider)), Code(value.notification_address)]
    if value.status is AccountStatus.ACTIVE:
        channels = ", ".join(map(reader.words, value.channels))
        parts += [Paragraph(t("result.seen", button=button, channels=channels)) for button in value.buttons]
        parts.append(Paragraph(t("result.deactivate"), small=True))
    parts.append(Button(label=t("result.open"), url=value.url))
    return MailContent(
        subject=t(f"result.subject.{name}", provider=value.provider),
        preview=summary,
        parts=tuple(parts),
        footer=t("mail.why.merchant"),
        answers=False,
    )


def _field_row(field: FieldMatch, reader: DocumentReader) -> tuple[Cell, ...]:
    tone = {Match.EQUAL: Tone.GOOD, Match.DIFFERENT: Tone.BAD}.get(field.match, Tone.WARNING)
    verdict = reader.t(f"match.{field.match.value}")
    return (
        Cell(reader.t(f"field.{field.field}"), verdict, tone),
        Cell(field.ours or "—"),
        Cell(field.theirs or "—"),
    )


MAIL = MailKind(
    kind=DeliveryKind.ACCOUNT_RESULT,
    name=Text("mail_kind.account_result"),
    gather=gather,
    says=says,
)
