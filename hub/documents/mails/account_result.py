"""What the validation of a connection said, for the merchant."""

from __future__ import annotations

from hub.documents.parts import (
    Button,
    Cell,
    Code,
    Facts,
    Heading,
    MailContent,
    Notice,
    Paragraph,
    Part,
    Rows,
    Title,
    Tone,
)
from hub.documents.shown import Reader
from hub.domain.account import AccountStatus
from hub.domain.papers import AccountResultMail
from hub_hookspecs import Credentials, FieldMatch, Match


def says(value: AccountResultMail, reader: Reader) -> MailContent:
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
        heard = "result.unproven" if value.proves_nothing else "result.not_heard"
        parts.append(Paragraph(t(heard, provider=value.provider)))
    if value.notification_address:
        parts += [Paragraph(t("result.address", provider=value.provider)), Code(value.notification_address)]
    if value.status is AccountStatus.ACTIVE:
        channels = ", ".join(reader.told(channel) for channel in value.channels)
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


def _field_row(field: FieldMatch, reader: Reader) -> tuple[Cell, ...]:
    tone = {Match.EQUAL: Tone.GOOD, Match.DIFFERENT: Tone.BAD}.get(field.match, Tone.WARNING)
    verdict = reader.t(f"match.{field.match.value}")
    return (
        Cell(reader.t(f"field.{field.field}"), verdict, tone),
        Cell(field.ours or "—"),
        Cell(field.theirs or "—"),
    )
