"""The money of a day, for the merchant: every transaction, short, and the seal of the books."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

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
from hub.domain.merchant import LinkKind
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.payments_document import PaymentsDocument, ReportMovement, Seal
from hub.domain.text import Text
from hub.flows.ground.open_link import url_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.mails.owe_digests import window_of
from hub.flows.payments.view_payment import in_language, view_of
from hub.flows.views.print_payments import came_in, payments_document, seal_of
from hub_hookspecs import Mode, Money

MAX_DETAILED = 15
"""Transactions that are shown with all that is known of them: mail programs fold what is over about 100 KB. Of more,
each has one line and the way to its cash receipt."""

MAX_LINES = 6
"""Invoices that are named of one transaction."""

MAX_CUSTOMER_LENGTH = 120


@attrs.frozen(kw_only=True)
class DigestLine:
    """One transaction, short.

    Attributes:
        record_url: Where its cash receipt is added; empty where it has one.
    """

    movement: ReportMovement
    record_url: str = ""


@attrs.frozen(kw_only=True)
class PaymentDigestMail:
    """The mail "Pagos recibidos" of a whole day.

    Attributes:
        first, day: The days that it is about, where the merchant is; mostly one.
        transactions: With all that is known; empty where there are too many.
        lines: Every one of them, where there are too many.
        count: Of all days.
        received: Of all days, one sum a currency.
        url: The list of payments.
    """

    kind = DeliveryKind.PAYMENT_DIGEST

    letterhead: Letterhead
    first: date
    day: date
    transactions: tuple[ReceivedTransaction, ...] = ()
    lines: tuple[DigestLine, ...] = ()
    count: int
    received: tuple[Money, ...]
    seal: Seal
    url: str


def gather(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[PaymentDigestMail, str]:
    """What became known in some day to have come, and the head of the books."""
    merchant, locale = merchant_of(tx, delivery), language_of(tx, delivery)
    by_payment = _came_in(tx, hub, delivery)
    if not by_payment:
        raise NothingToSay("no money came that day")
    is_detailed, window = len(by_payment) <= MAX_DETAILED, window_of(delivery)
    first = window.since.astimezone(ZoneInfo(merchant.company.zone)).date()
    value = PaymentDigestMail(
        letterhead=head_for(tx, hub, delivery),
        first=first,
        day=window.day,
        transactions=_detailed(tx, hub, by_payment, now, locale) if is_detailed else (),
        lines=() if is_detailed else _lines(tx, hub, delivery.mode, by_payment, now),
        count=len(by_payment),
        received=_sums(item.amount for items in by_payment.values() for item in items),
        seal=seal_of(tx, merchant, delivery.mode, now),
        url=f"{hub.base_url}/m/payments?since={first.isoformat()}",
    )
    return value, locale


def _detailed(
    tx: Tx, hub: Hub, by_payment: Mapping[str, list[ReportMovement]], now: datetime, locale: str
) -> tuple[ReceivedTransaction, ...]:
    found = []
    for payment_id, movements in by_payment.items():
        payment = tx.payments.get(payment_id)
        assert payment is not None
        view = in_language(hub, view_of(tx, hub, payment, now), locale)
        gross = _sums(item.amount for item in movements)[0]
        found.append(attrs.evolve(transaction_of(tx, hub, view, now), gross=gross))
    return tuple(found)


def _lines(
    tx: Tx, hub: Hub, mode: Mode, by_payment: Mapping[str, list[ReportMovement]], now: datetime
) -> tuple[DigestLine, ...]:
    """Every movement of every payment; its cash receipt, or the way to add one."""
    found = []
    for payment_id, movements in by_payment.items():
        link = tx.links.find(LinkKind.RECEIPT, payment_id, mode, now)
        form = url_of(hub, link) if link else f"{hub.base_url}/m/payments/{payment_id}/receipt"
        found += [DigestLine(movement=item, record_url="" if item.cash_receipt else form) for item in movements]
    return tuple(found)


def _came_in(tx: Tx, hub: Hub, delivery: Delivery) -> dict[str, list[ReportMovement]]:
    """The money that it is about, by payment."""
    window = window_of(delivery)
    return came_in(tx, hub, merchant_of(tx, delivery), delivery.mode, window.since, window.until)


def _sums(amounts: Iterable[Money]) -> tuple[Money, ...]:
    sums: dict[str, Money] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, Money(0, amount.currency)) + amount
    return tuple(sums.values())


def attached(tx: Tx, hub: Hub, delivery: Delivery, value: PaymentDigestMail, now: datetime) -> PaymentsDocument:
    """The report of the same movements."""
    movements = [item for items in _came_in(tx, hub, delivery).values() for item in items]
    merchant = merchant_of(tx, delivery)
    return payments_document(tx, hub, merchant, delivery.mode, value.first, value.day, movements, now)


def recordable(tx: Tx, hub: Hub, delivery: Delivery) -> Sequence[str]:
    """The payments that have no cash receipt yet."""
    found = _came_in(tx, hub, delivery)
    return [key for key, movements in found.items() if not all(item.cash_receipt for item in movements)]


def says(value: PaymentDigestMail, reader: DocumentReader) -> MailContent:
    """All transactions of a day, short, and for each the way to its cash receipt; the seal of the books at the end."""
    t = reader.t
    date = reader.day(value.day)
    number = "one" if value.count == 1 else "other"
    received = reader.sums(value.received)
    title = t("digest.title", date=date)
    subject = t(f"digest.subject.{number}", date=date, count=value.count)
    if value.first != value.day:
        title = t("digest.title.days", first=reader.day(value.first), date=date)
        subject = t("digest.subject.days", first=reader.day(value.first), date=date, count=value.count)
    parts: list[Part] = [
        Title(title),
        Paragraph(t("digest.intro")),
        Figure(t("digest.sum"), received, t(f"digest.count.{number}", count=value.count)),
    ]
    for transaction in value.transactions:
        parts += [Divider(), *_transaction_summary(transaction, reader)]
    for line in value.lines:
        parts += _line(line, reader)
    if any(item.record_url for item in value.transactions) or any(item.record_url for item in value.lines):
        parts.append(Paragraph(t("received.add.hint"), small=True))
    parts += [
        Button(label=t("digest.list"), url=value.url),
        Heading(t("digest.seal")),
        Code(value.seal.hash),
        Paragraph(t("digest.seal.what", count=value.seal.number, moment=reader.moment(value.seal.at)), small=True),
    ]
    return MailContent(
        subject=subject,
        preview=f"{t('digest.sum')}: {received}",
        parts=tuple(parts),
        footer=t("mail.why.merchant"),
        answers=False,
    )


def _line(line: DigestLine, reader: DocumentReader) -> list[Part]:
    """A transaction of a busy day: how much and whose, when and how, and its cash receipt."""
    t, item = reader.t, line.movement
    numbers = ", ".join(item.numbers[:MAX_LINES])
    if len(item.numbers) > MAX_LINES:
        numbers += f" {t('digest.lines.more', count=len(item.numbers) - MAX_LINES)}"
    authorisation = t("report.authorisation", code=item.authorisation) if item.authorisation else ""
    told = (
        *(reader.moment(item.at), both(reader.say(item.provider), reader.say(item.instrument)), numbers),
        *(item.provider_reference, authorisation, item.reference),
    )
    parts: list[Part] = [
        Paragraph(f"{reader.money(item.amount)} · {item.customer[:MAX_CUSTOMER_LENGTH]}", strong=True),
        Paragraph(" · ".join(filter(None, told)), small=True),
    ]
    if line.record_url:
        parts.append(Button(label=t("received.add"), url=line.record_url, background="none"))
    else:
        parts.append(Paragraph(f"{t('label.cash_receipt')}: {item.cash_receipt}", small=True))
    return parts


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
