"""The money of a day, for the merchant: every transaction, short, and the seal of the books."""

from __future__ import annotations

from hub.documents.content.phrases import both, went_back
from hub.documents.parts import (
    Button,
    Code,
    Divider,
    Facts,
    Figure,
    Heading,
    MailContent,
    Notice,
    Paragraph,
    Part,
    Title,
    Tone,
)
from hub.documents.shown import Reader
from hub.domain.papers import PaymentDigestMail, ReceivedTransaction

MOST_LINES = 6
"""Invoices that a digest names of one transaction."""

LONGEST_CUSTOMER = 120


def says(value: PaymentDigestMail, reader: Reader) -> MailContent:
    """All transactions of a day, short, and for each the way to its cash receipt; the seal of the books at the end."""
    t = reader.t
    date = reader.day(value.day)
    number = "one" if value.count == 1 else "other"
    received = reader.sums(value.received)
    parts: list[Part] = [
        Title(t("digest.title", date=date)),
        Paragraph(t("digest.intro")),
        Figure(t("digest.sum"), received, t(f"digest.count.{number}", count=value.count)),
    ]
    for transaction in value.transactions:
        parts += [Divider(), *_told_shortly(transaction, reader)]
    if any(item.record_url for item in value.transactions):
        parts.append(Paragraph(t("received.add.hint"), small=True))
    if rest := value.count - len(value.transactions):
        parts += [Divider(), Paragraph(t("digest.rest", count=rest, amount=reader.sums(value.rest)))]
    parts += [
        Button(label=t("digest.list"), url=value.url),
        Heading(t("digest.seal")),
        Code(value.seal.hash),
        Paragraph(t("digest.seal.what", count=value.seal.number, moment=reader.moment(value.seal.at)), small=True),
    ]
    return MailContent(
        subject=t(f"digest.subject.{number}", date=date, count=value.count),
        preview=f"{t('digest.sum')}: {received}",
        parts=tuple(parts),
        footer=t("mail.why.merchant"),
        answers=False,
    )


def _told_shortly(item: ReceivedTransaction, reader: Reader) -> list[Part]:
    t = reader.t
    lines = [
        t(
            "digest.line.left" if line.left else "digest.line",
            number=line.number,
            amount=reader.money(line.applied),
            left=reader.money(line.left),
        )
        for line in item.lines[:MOST_LINES]
    ]
    if more := len(item.lines) - len(lines):
        lines.append(t("digest.lines.more", count=more))
    authorisation = t("report.authorisation", code=item.authorisation) if item.authorisation else ""
    parts: list[Part] = [Heading(f"{reader.money(item.gross)} · {item.customer[:LONGEST_CUSTOMER]}")]
    parts += went_back(item.back, reader)
    if item.remarks:
        parts.append(Notice(" ".join(reader.told(remark) for remark in item.remarks), Tone.WARNING))
    parts.append(
        Facts(
            (
                (t("label.identity"), item.customer_identity),
                reader.paid_fact(item.paid_at, is_learnt=item.is_learnt),
                (t("label.method"), both(both(item.provider, reader.told(item.method)), item.instrument)),
                (
                    t("label.provider_reference", provider=item.provider),
                    both(item.provider_reference, authorisation),
                ),
                (t("label.reference"), item.reference),
                (t("received.applied"), "; ".join(lines) or t("received.nothing_applied")),
                (t("paper.credit"), reader.money(item.credit) if item.credit else ""),
                (t("label.cash_receipt"), item.cash_receipt),
            )
        )
    )
    if item.record_url and not item.cash_receipt:
        parts.append(Button(label=t("received.add"), url=item.record_url))
    return parts
