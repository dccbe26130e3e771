"""Money that came in one currency and settles in another: for whose it is, and for the company."""

from __future__ import annotations

from datetime import date, datetime

import attrs

from hub.documents.content.phrases import greeting
from hub.documents.document import MailContent
from hub.documents.mails.gathering import head_for, language_of, merchant_of
from hub.documents.mails.kind import MailKind
from hub.documents.parts import Cell, Facts, Figure, Heading, Notice, Paragraph, Part, Rows, Title, Tone
from hub.documents.shown import DocumentReader
from hub.domain.cash_receipt_document import CashReceiptDocument
from hub.domain.conversion import Conversion, Rate
from hub.domain.letterhead import Letterhead
from hub.domain.mail import NothingToSay
from hub.domain.merchant import locale_for
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.receipt import means_name
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.views.print_cash_receipt import cash_receipt_document
from hub_hookspecs import Money


@attrs.frozen(kw_only=True)
class ConversionMail:
    """A conversion, with both amounts and the rate that a person stated.

    Attributes:
        receipt: Number of its cash receipt, which goes with it.
        means: How the money came; empty where it waited with a payment.
        lines: What it settles, by number; ``credit`` is what is left of it.
        void_reason: Why it was voided; then it counts no more.
        to_merchant: It is for the company, and not for whose money it is.
    """

    kind = DeliveryKind.CONVERSION

    letterhead: Letterhead
    customer: str
    came: Money
    settles: Money
    rate: Rate
    value_on: date
    receipt: str = ""
    means: Text | str = ""
    reference: str = ""
    lines: tuple[tuple[str, Money], ...] = ()
    credit: Money | None = None
    void_reason: str = ""
    to_merchant: bool = False


def gather(tx: Tx, hub: Hub, delivery: Delivery, _now: datetime) -> tuple[ConversionMail, str]:
    """The conversion as it stands now."""
    merchant, made = merchant_of(tx, delivery), tx.conversions.get(delivery.subject_id)
    customer = tx.customers.get(made.customer_id) if made else None
    if made is None or customer is None or made.merchant_id != merchant.id:
        raise NothingToSay("the conversion is gone")
    payment = tx.payments.get(made.payment_id) if made.payment_id else None
    to_merchant = delivery.details.get("to") == "merchant"
    lines, credit = _settled(tx, made)
    receipt = tx.receipts.get(made.id)
    value = ConversionMail(
        letterhead=head_for(tx, hub, delivery),
        customer=customer.name,
        came=made.came,
        settles=made.settles,
        rate=made.rate,
        value_on=made.value_on,
        receipt=receipt.label if receipt else "",
        means="" if payment else means_name(made.means, hub.countries[merchant.company.country]),
        reference=payment.reference if payment else "",
        lines=lines,
        credit=credit,
        void_reason=made.void_reason,
        to_merchant=to_merchant,
    )
    return value, language_of(tx, delivery) if to_merchant else locale_for(merchant, customer)


def attached(
    tx: Tx, hub: Hub, delivery: Delivery, _value: ConversionMail, _now: datetime
) -> CashReceiptDocument | None:
    """Its cash receipt, marked where it is void."""
    receipt = tx.receipts.get(delivery.subject_id)
    if receipt is None:
        return None
    payment = tx.payments.get(receipt.payment_id) if receipt.payment_id else None
    return cash_receipt_document(hub, merchant_of(tx, delivery), receipt, payment)


def _settled(tx: Tx, made: Conversion) -> tuple[tuple[tuple[str, Money], ...], Money | None]:
    """What it settles now, and what of it is credit."""
    intake = tx.ledger.intake(made.merchant_id, made.mode, made.keys[1])
    if intake is None or made.voided_at:
        return (), None
    numbers = {item.id: item.number for item in tx.payables.many([share.payable_id for share in intake.shares])}
    currency = made.settles.currency
    lines = tuple((numbers[share.payable_id], Money(share.amount, currency)) for share in intake.shares if share.amount)
    return lines, Money(intake.unapplied, currency) if intake.unapplied else None


def says(value: ConversionMail, reader: DocumentReader) -> MailContent:
    """Both amounts with their currencies, the rate, who says so, and what it settles."""
    t, codes = reader.t, attrs.evolve(reader, codes=True)
    came, settles = codes.money(value.came), codes.money(value.settles)
    whose = ".merchant" if value.to_merchant else ""
    void = ".void" if value.void_reason else ""
    intro = t(f"conversion.intro{void}{whose}", customer=value.customer, came=came, settles=settles)
    parts: list[Part] = [Title(t(f"conversion.title{void}"))]
    if not value.to_merchant:
        parts.append(greeting(value.customer, reader))
    parts.append(Paragraph(intro))
    if value.void_reason:
        parts.append(Notice(t("conversion.voided", reason=value.void_reason), Tone.BAD))
    below = t("conversion.settles", amount=settles)
    parts.append(Figure(t("conversion.came"), came, below, Tone.PLAIN if void else Tone.GOOD))
    if value.lines:
        rows = tuple((Cell(number), Cell(codes.money(amount))) for number, amount in value.lines)
        parts += [Heading(t("receipt.applied")), Rows((t("label.invoice"), t("label.amount")), rows)]
    if value.credit:
        credit = codes.money(value.credit)
        text = t("received.credit" if value.to_merchant else "receipt.credit", amount=credit)
        parts.append(Notice(text, Tone.GOOD))
    parts.append(
        Facts(
            (
                (t("label.customer"), value.customer if value.to_merchant else ""),
                (t("mail_kind.cash_receipt"), value.receipt),
                (t("label.date"), reader.day(value.value_on)),
                (t("label.method"), reader.say(value.means)),
                (t("conversion.rate"), reader.rate(value.rate)),
                (t("conversion.source"), value.rate.source),
                (t("conversion.rate_on"), reader.day(value.rate.on)),
                (t("label.reference"), value.reference),
            )
        )
    )
    return MailContent(
        subject=t(f"conversion.subject{void}", came=came, settles=settles),
        preview=intro,
        parts=tuple(parts),
        footer=t("mail.why.merchant" if value.to_merchant else "mail.why.customer"),
        answers=not value.to_merchant,
    )


MAIL = MailKind(
    kind=DeliveryKind.CONVERSION, name=Text("mail_kind.conversion"), gather=gather, says=says, attached=attached
)
