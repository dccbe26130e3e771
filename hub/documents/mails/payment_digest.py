"""The money of a day, for the merchant: every transaction, short, and the seal of the books."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import attrs

from hub.documents.content.phrases import both, went_back
from hub.documents.document import MailContent
from hub.documents.mails.gathering import head_for, language_of, merchant_of
from hub.documents.mails.kind import MailKind
from hub.documents.mails.payment_received import ReceivedTransaction, transaction_of
from hub.documents.parts import Button, Code, Divider, Facts, Figure, Heading, Notice, Paragraph, Part, Title, Tone
from hub.documents.shown import DocumentReader
from hub.domain.letterhead import Letterhead
from hub.domain.mail import NothingToSay
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.payments_document import PaymentsDocument, ReportMovement, Seal
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.view_payment import in_language, view_of
from hub.flows.views.print_payments import came_in, payments_document, seal_of
from hub_hookspecs import Money

MAX_SHOWN = 15
"""Transactions that are shown one by one; mail programs cut a mail of more than about 100 KB."""

MAX_LINES = 6
"""Invoices that are named of one transaction."""

MAX_CUSTOMER_LENGTH = 120


@attrs.frozen(kw_only=True)
class PaymentDigestMail:
    """The mail "Pagos recibidos" of a whole day.

    Attributes:
        day: Where the merchant is.
        transactions: Shown one by one.
        count: Of the whole day, also those that are only in the list.
        received: Of the whole day, one sum a currency.
        rest: Sums of those that are only in the list.
        url: The list of payments.
    """

    kind = DeliveryKind.PAYMENT_DIGEST

    letterhead: Letterhead
    day: date
    transactions: tuple[ReceivedTransaction, ...]
    count: int
    received: tuple[Money, ...]
    rest: tuple[Money, ...] = ()
    seal: Seal
    url: str


def gather(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[PaymentDigestMail, str]:
    """What became known on a day to have come, and the head of the books."""
    merchant, locale = merchant_of(tx, delivery), language_of(tx, delivery)
    by_payment = _came_in(tx, hub, delivery)
    if not by_payment:
        raise NothingToSay("no money came that day")
    shown = list(by_payment)[:MAX_SHOWN]
    transactions = []
    for payment_id in shown:
        payment = tx.payments.get(payment_id)
        assert payment is not None
        amounts = [item.amount for item in by_payment[payment_id]]
        view = in_language(hub, view_of(tx, hub, payment, now), locale)
        transactions.append(attrs.evolve(transaction_of(tx, hub, view, now), gross=_sums(amounts)[0]))
    day = date.fromisoformat(delivery.details["day"])
    value = PaymentDigestMail(
        letterhead=head_for(tx, hub, delivery),
        day=day,
        transactions=tuple(transactions),
        count=len(by_payment),
        received=_sums(item.amount for items in by_payment.values() for item in items),
        rest=_sums(item.amount for key, items in by_payment.items() if key not in shown for item in items),
        seal=seal_of(tx, merchant, delivery.mode, now),
        url=f"{hub.base_url}/m/payments?since={day.isoformat()}",
    )
    return value, locale


def _came_in(tx: Tx, hub: Hub, delivery: Delivery) -> dict[str, list[ReportMovement]]:
    """The money that it is about, by payment."""
    day = date.fromisoformat(delivery.details["day"])
    return came_in(tx, hub, merchant_of(tx, delivery), delivery.mode, day)


def _sums(amounts: Iterable[Money]) -> tuple[Money, ...]:
    sums: dict[str, Money] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, Money(0, amount.currency)) + amount
    return tuple(sums.values())


def attached(tx: Tx, hub: Hub, delivery: Delivery, value: PaymentDigestMail, now: datetime) -> PaymentsDocument:
    """The report of the same movements."""
    movements = [item for items in _came_in(tx, hub, delivery).values() for item in items]
    merchant = merchant_of(tx, delivery)
    return payments_document(tx, hub, merchant, delivery.mode, value.day, value.day, movements, now)


def recordable(tx: Tx, hub: Hub, delivery: Delivery) -> Sequence[str]:
    """The payments that are shown one by one."""
    return list(_came_in(tx, hub, delivery))[:MAX_SHOWN]


def says(value: PaymentDigestMail, reader: DocumentReader) -> MailContent:
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
        parts += [Divider(), *_transaction_summary(transaction, reader)]
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


def _transaction_summary(item: ReceivedTransaction, reader: DocumentReader) -> list[Part]:
    t = reader.t
    lines = [
        t(
            "digest.line.left" if line.left else "digest.line",
            number=line.number,
            amount=reader.money(line.applied),
            left=reader.money(line.left),
        )
        for line in item.lines[:MAX_LINES]
    ]
    if more := len(item.lines) - len(lines):
        lines.append(t("digest.lines.more", count=more))
    authorisation = t("report.authorisation", code=item.authorisation) if item.authorisation else ""
    parts: list[Part] = [Heading(f"{reader.money(item.gross)} · {item.customer[:MAX_CUSTOMER_LENGTH]}")]
    parts += went_back(item.back, reader)
    if item.remarks:
        parts.append(Notice(" ".join(map(reader.words, item.remarks)), Tone.WARNING))
    parts.append(
        Facts(
            (
                (t("label.identity"), item.customer_identity),
                reader.paid_fact(item.paid_at, is_learnt=item.is_learnt),
                (t("label.method"), both(both(item.provider, reader.say(item.method)), item.instrument)),
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


MAIL = MailKind(
    kind=DeliveryKind.PAYMENT_DIGEST,
    name=Text("mail_kind.payment_digest"),
    gather=gather,
    says=says,
    attached=attached,
    recordable=recordable,
)
