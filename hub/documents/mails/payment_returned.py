"""Money went back: for its payer, or for the merchant."""

from __future__ import annotations

from hub.documents.content.phrases import greeting
from hub.documents.parts import Button, Facts, Figure, MailContent, Notice, Paragraph, Part, Title, Tone
from hub.documents.shown import Reader
from hub.domain.papers import PaymentReturnedMail


def says(value: PaymentReturnedMail, reader: Reader) -> MailContent:
    """What went back, to the payer or to the merchant."""
    t = reader.t
    amount = reader.money(value.amount)
    merchant = ".merchant" if value.to_merchant else ""
    back = ".charged_back" if value.charged_back else ""
    intro = t(
        f"returned.intro{merchant}{back}",
        amount=amount,
        paid=reader.money(value.paid),
        provider=value.provider,
        customer=value.payer,
    )
    part = ".part" if value.remains else ""
    parts: list[Part] = [Title(t(f"returned.title{back}{part}")), greeting("" if merchant else value.payer, reader)]
    parts += [
        Paragraph(intro),
        Figure(t("label.returned"), amount, reader.moment(value.returned_at)),
        Facts(
            (
                (t("label.order" if value.is_order else "label.invoices"), ", ".join(value.numbers)),
                (t("label.instrument"), value.instrument),
                (t("label.provider_reference", provider=value.provider), value.provider_reference),
                (t("label.reference"), value.reference),
            )
        ),
    ]
    if value.remains:
        parts.append(Paragraph(t("returned.remains", amount=reader.money(value.remains))))
    if value.left:
        left = t(f"returned.left{merchant}", amount=reader.sums(value.left), customer=value.payer)
        parts.append(Notice(left, Tone.WARNING))
    if not merchant and not back:
        parts.append(Paragraph(t("returned.wait")))
    parts.append(Button(label=t("payment.view"), url=value.url))
    subject = t("returned.subject")
    if merchant:
        subject = t(f"returned.subject{back or merchant}", customer=value.payer, amount=amount)
    return MailContent(
        subject=subject,
        preview=intro,
        parts=tuple(parts),
        footer=t("mail.why.merchant" if merchant else "mail.why.customer"),
        answers=not merchant,
    )
