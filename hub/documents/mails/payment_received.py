"""Money came in: the merchant reads every transaction, and for each the way to its cash receipt."""

from __future__ import annotations

from collections.abc import Sequence

from hub.documents.content.phrases import both, text_link, went_back
from hub.documents.content.receipt import applied
from hub.documents.parts import (
    Button,
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
from hub.domain.papers import PaymentReceivedMail, ReceivedTransaction
from hub_hookspecs import Money


def says(value: PaymentReceivedMail, reader: Reader) -> MailContent:
    """Every transaction, and for each the way to its cash receipt."""
    t = reader.t
    count = len(value.transactions)
    number = "one" if count == 1 else "other"
    first = value.transactions[0]
    parts: list[Part] = [
        Title(t(f"received.title.{number}")),
        Paragraph(t(f"received.intro.{number}", provider=value.provider)),
    ]
    if count > 1:
        parts.append(Figure(t("received.sum"), _sum_of(value.transactions, reader)))
    for place, transaction in enumerate(value.transactions, start=1):
        if count > 1:
            parts += [Divider(), Heading(t("received.transaction", number=place, count=count))]
        parts += _transaction(transaction, value.provider, reader)
    if value.automatic:
        parts.append(Paragraph(t("received.automatic"), small=True))
    if any(item.record_url for item in value.transactions):
        parts.append(Paragraph(t("received.add.hint"), small=True))
    subject = t(
        f"received.subject.{number}",
        provider=value.provider,
        amount=reader.money(first.gross),
        customer=first.customer,
        count=count,
    )
    return MailContent(
        subject=subject,
        preview=t(f"received.intro.{number}", provider=value.provider),
        parts=tuple(parts),
        footer=t("mail.why.merchant"),
        answers=False,
    )


def _sum_of(transactions: Sequence[ReceivedTransaction], reader: Reader) -> str:
    sums: dict[str, Money] = {}
    for item in transactions:
        known = sums.get(item.gross.currency)
        sums[item.gross.currency] = item.gross if known is None else known + item.gross
    return reader.sums(tuple(sums.values()))


def _transaction(item: ReceivedTransaction, provider: str, reader: Reader) -> list[Part]:
    t = reader.t
    net = None
    if item.fee is not None:
        net = item.gross - item.fee if item.withheld is None else item.gross - item.fee - item.withheld
    parts: list[Part] = [
        Figure(
            reader.became(item.back) if item.back else item.status,
            reader.money(item.gross),
            item.customer,
            Tone.WARNING if item.back else Tone.GOOD,
        ),
        *went_back(item.back, reader),
        *(Notice(reader.told(remark), Tone.WARNING) for remark in item.remarks),
        Facts(
            (
                (t("label.customer"), item.customer),
                (t("label.identity"), item.customer_identity),
                reader.paid_fact(item.paid_at, is_learnt=item.is_learnt),
                (t("label.method"), both(reader.told(item.method), item.instrument)),
                (t("label.gross"), reader.money(item.gross)),
                (t("label.fee"), reader.money(item.fee) if item.fee is not None else ""),
                (t("label.withheld"), reader.money(item.withheld) if item.withheld is not None else ""),
                (t("label.net"), reader.money(net) if net is not None else ""),
                (t("label.provider_reference", provider=provider), item.provider_reference),
                (t("label.authorisation"), item.authorisation),
                (t("label.reference"), item.reference),
            )
        ),
    ]
    if item.lines:
        parts += [Heading(t("received.applied")), applied(item.lines, reader)]
    else:
        parts.append(Paragraph(t("received.nothing_applied")))
    if item.credit:
        parts.append(Notice(t("received.credit", amount=reader.money(item.credit))))
    if item.cash_receipt:
        parts.append(Notice(t("received.recorded", label=item.cash_receipt), Tone.GOOD))
        if item.receipt_url:
            parts.append(Button(label=t("received.view_receipt"), url=item.receipt_url))
    elif item.record_url:
        parts.append(Button(label=t("received.add"), url=item.record_url))
    if item.url:
        parts.append(text_link(t("received.view"), item.url))
    return parts
