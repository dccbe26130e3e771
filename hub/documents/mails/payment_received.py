"""Money came in: the merchant reads every transaction, and for each the way to its cash receipt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import attrs

from hub.documents.content.phrases import both, text_link, went_back
from hub.documents.content.receipt import applied
from hub.documents.document import MailContent
from hub.documents.mails.gathering import head_for, merchant_of, view_for_merchant
from hub.documents.mails.kind import MailKind
from hub.documents.parts import Button, Divider, Facts, Figure, Heading, Notice, Paragraph, Part, Title, Tone
from hub.documents.shown import DocumentReader
from hub.domain.cash_receipt_document import CashReceiptDocument
from hub.domain.letterhead import Letterhead
from hub.domain.merchant import LinkKind
from hub.domain.message import MOVEMENT, Delivery, DeliveryKind
from hub.domain.owed_mail import OwedMail, PaymentChange
from hub.domain.payment import Flag
from hub.domain.receipt_document import MoneyBack, PaidLine
from hub.domain.text import Text
from hub.flows.ground.open_link import url_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.payment_view import PaymentView
from hub.flows.views.print_cash_receipt import cash_receipt_document
from hub.flows.views.print_document import identity_of
from hub.flows.views.print_receipt import back_of, paid_lines
from hub_hookspecs import Money


@attrs.frozen(kw_only=True)
class ReceivedTransaction:
    """One transaction as the merchant reads it.

    Attributes:
        paid_at: As the provider says; where it does not, when we learnt of it, and ``is_learnt``.
        fee, withheld: Of the provider, where known; a fee as it was told, which is booked with its settlement line.
        sender: Who really paid, where the provider says so.
        settled: What reaches the merchant in another currency, and the rate as it was told.
        status: What became of it: approved.
        back: What became of it, where something went back.
        remarks: Further sentences: paid twice, late, another amount than asked.
        provider: Its name for people, where a mail is about several.
        cash_receipt: Label of the cash receipt that is already recorded: ``RC-000012``.
        record_url: The signed single-purpose link "Agregar recibo de caja"; empty where one is recorded.
        receipt_url: The recorded cash receipt's page.
        url: The payment's page.
    """

    customer: str
    customer_identity: str = ""
    paid_at: datetime
    is_learnt: bool = False
    method: Text | str = ""
    instrument: str = ""
    gross: Money
    fee: Money | None = None
    withheld: Money | None = None
    sender: str = ""
    settled: Money | None = None
    rate: str = ""
    provider_reference: str = ""
    authorisation: str = ""
    reference: str
    lines: tuple[PaidLine, ...]
    credit: Money | None = None
    status: Text
    back: MoneyBack | None = None
    remarks: tuple[Text, ...] = ()
    cash_receipt: str = ""
    record_url: str = ""
    receipt_url: str = ""
    url: str = ""
    provider: str = ""


@attrs.frozen(kw_only=True)
class PaymentReceivedMail:
    """The mail "Pagos recibidos": every transaction detailed, each with the way to its cash receipt.

    Attributes:
        automatic: The merchant lets cash receipts be recorded automatically.
    """

    kind = DeliveryKind.PAYMENT_RECEIVED

    letterhead: Letterhead
    provider: str
    transactions: tuple[ReceivedTransaction, ...]
    automatic: bool = False


REMARKS = {
    Flag.DUPLICATE_CHARGE: Text("remark.duplicate_charge"),
    Flag.LATE: Text("remark.late"),
    Flag.AMOUNT_MISMATCH: Text("remark.amount_mismatch"),
    Flag.CURRENCY_MISMATCH: Text("remark.currency_mismatch"),
    Flag.CONFLICT: Text("remark.conflict"),
}


def after_payment(change: PaymentChange) -> Iterable[OwedMail]:
    """Everybody whom the merchant named, once a capture of a payment that stays paid."""
    for occasion, details in captures_of(change):
        for address in change.merchant.notify:
            yield OwedMail(recipient=address, occasion=occasion, details=details)


def captures_of(change: PaymentChange) -> Iterable[tuple[str, dict[str, str]]]:
    """Each capture of a payment that stays paid: what sets its mails apart from the first, and which it was."""
    for at, taken in enumerate(change.captures):
        yield (taken.movement, {MOVEMENT: taken.movement}) if at and taken.movement else ("", {})


def gather(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[PaymentReceivedMail, str]:
    """The payment of one movement, with the link to its cash receipt."""
    view, locale = view_for_merchant(tx, hub, delivery, now, one_movement=True)
    value = PaymentReceivedMail(
        letterhead=head_for(tx, hub, delivery),
        provider=view.provider_name,
        transactions=(transaction_of(tx, hub, view, now),),
        automatic=view.merchant.options.auto_record,
    )
    return value, locale


def transaction_of(tx: Tx, hub: Hub, view: PaymentView, now: datetime) -> ReceivedTransaction:
    """A payment as its merchant reads it."""
    payment = view.payment
    link = tx.links.find(LinkKind.RECEIPT, payment.id, payment.mode, now)
    recorded = () if view.is_unrecorded else view.cash_receipts
    return ReceivedTransaction(
        customer=view.customer.name,
        customer_identity=identity_of(hub, view.merchant, view.customer),
        paid_at=view.paid_at or payment.created_at,
        is_learnt=view.is_learnt,
        method=view.method,
        instrument=view.instrument.label if view.instrument else "",
        gross=view.amount,
        fee=view.told.keeps_of(view.amount),
        sender=" · ".join(view.told.sent_by),
        settled=view.told.settled,
        rate=view.told.rate or "",
        provider_reference=payment.provider_reference or "",
        authorisation=view.authorisation,
        reference=payment.reference,
        lines=paid_lines(view),
        credit=view.credit,
        status=Text("received.approved"),
        back=back_of(view),
        remarks=tuple(REMARKS[flag] for flag in sorted(payment.flags) if flag in REMARKS),
        cash_receipt=", ".join(receipt.label for receipt in recorded),
        record_url=url_of(hub, link) if link and not recorded else "",
        receipt_url=url_of(hub, link) if link and recorded else "",
        url=f"{hub.base_url}/m/payments/{payment.id}",
        provider=view.provider_name,
    )


def attached(
    tx: Tx, hub: Hub, delivery: Delivery, _value: PaymentReceivedMail, now: datetime
) -> CashReceiptDocument | None:
    """The cash receipt, where one is recorded."""
    view, _locale = view_for_merchant(tx, hub, delivery, now, one_movement=True)
    if view.cash_receipt is None:
        return None
    return cash_receipt_document(hub, merchant_of(tx, delivery), view.cash_receipt, view.payment)


def says(value: PaymentReceivedMail, reader: DocumentReader) -> MailContent:
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
        parts += _transaction_parts(transaction, value.provider, reader)
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


def _sum_of(transactions: Sequence[ReceivedTransaction], reader: DocumentReader) -> str:
    sums: dict[str, Money] = {}
    for item in transactions:
        known = sums.get(item.gross.currency)
        sums[item.gross.currency] = item.gross if known is None else known + item.gross
    return reader.sums(tuple(sums.values()))


def _transaction_parts(item: ReceivedTransaction, provider: str, reader: DocumentReader) -> list[Part]:
    """How much, from whom and what for; its cash receipt; what it cost; and last what only the books need."""
    t = reader.t
    parts: list[Part] = [
        Figure(
            reader.became(item.back) if item.back else reader.words(item.status),
            reader.money(item.gross),
            item.customer,
            Tone.WARNING if item.back else Tone.GOOD,
        ),
        *went_back(item.back, reader),
        *(Notice(reader.words(remark), Tone.WARNING) for remark in item.remarks),
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
    parts.append(Facts(_what_it_cost(item, reader)))
    if item.url:
        parts.append(text_link(t("received.view"), item.url))
    technical = Facts(
        (
            (t("label.customer"), item.customer),
            (t("label.identity"), item.customer_identity),
            (t("label.sender"), item.sender),
            (t("label.provider_reference", provider=provider), item.provider_reference),
            (t("label.authorisation"), item.authorisation),
            (t("label.reference"), item.reference),
        )
    )
    return [*parts, Heading(t("cashmail.technical"), level=3, small=True), technical]


def _what_it_cost(item: ReceivedTransaction, reader: DocumentReader) -> tuple[tuple[str, str], ...]:
    """When and how it came, and what of it reaches the merchant."""
    t, net = reader.t, None
    if item.fee is not None:
        net = item.gross - item.fee if item.withheld is None else item.gross - item.fee - item.withheld
    return (
        reader.paid_fact(item.paid_at, is_learnt=item.is_learnt),
        (t("label.method"), both(reader.say(item.method), item.instrument)),
        (t("label.gross"), reader.money(item.gross)),
        (t("label.fee"), reader.money(item.fee) if item.fee is not None else ""),
        (t("label.withheld"), reader.money(item.withheld) if item.withheld is not None else ""),
        (t("label.net"), reader.money(net) if net is not None else ""),
        (t("label.settled"), _settled(item, reader)),
    )


def _settled(item: ReceivedTransaction, reader: DocumentReader) -> str:
    if item.settled is None:
        return ""
    amount = reader.money(item.settled)
    return reader.t("received.at_rate", amount=amount, rate=item.rate) if item.rate else amount


MAIL = MailKind(
    kind=DeliveryKind.PAYMENT_RECEIVED,
    name=Text("mail_kind.payment_received"),
    after_payment=after_payment,
    gather=gather,
    says=says,
    attached=attached,
    recordable=lambda _tx, _hub, delivery: (delivery.subject_id,),
    is_about_payment=True,
)
