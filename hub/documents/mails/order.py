"""A store order, placed or paid."""

from __future__ import annotations

from hub.documents.content.phrases import greeting, pay_bar, went_back
from hub.documents.parts import (
    Button,
    Cell,
    Facts,
    Figure,
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
from hub.domain.papers import OrderMail


def says(value: OrderMail, reader: Reader) -> MailContent:
    """What was ordered, and the buttons or the proof of its payment."""
    t = reader.t
    paid = ".paid" if value.paid else ""
    parts: list[Part] = [
        Title(t("order.title", number=value.number)),
        greeting(value.customer, reader),
        Paragraph(t(f"order.intro{paid}")),
        Figure(
            t("label.paid") if value.paid else t("label.total"),
            reader.money(value.total),
            reader.paid_caption(value.paid_at or value.placed_at, is_learnt=value.is_learnt),
            Tone.GOOD if value.paid else Tone.PLAIN,
        ),
    ]
    parts += went_back(value.back, reader)
    if not value.paid and (value.buttons or not value.back):
        if value.hold_until:
            parts.append(Notice(t("order.hold", moment=reader.moment(value.hold_until))))
        parts.append(pay_bar(t("statement.bar"), value.buttons, value.not_offered, reader))
    parts += [
        Heading(t("order.items")),
        Rows(
            (t("label.item"), t("label.amount")),
            tuple(
                (
                    Cell(item.description, f"{item.quantity} × {reader.money(item.price)}"),
                    Cell(reader.money(item.amount)),
                )
                for item in value.items
            ),
            (t("label.total"), reader.money(value.total)),
        ),
    ]
    if value.paid:
        parts += [
            Facts(
                (
                    (t("label.provider"), value.provider),
                    (t("label.instrument"), value.instrument),
                    (t("label.provider_reference", provider=value.provider), value.provider_reference),
                    (t("label.authorisation"), value.authorisation),
                    (t("label.reference"), value.reference),
                )
            ),
            Paragraph(t("receipt.no_invoice"), small=True),
        ]
    parts.append(Button(label=t("order.view"), url=value.url))
    return MailContent(
        subject=t(f"order.subject{paid}", number=value.number),
        preview=t(f"order.intro{paid}"),
        parts=tuple(parts),
        footer=t("mail.why.customer"),
    )
