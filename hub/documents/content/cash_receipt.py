"""The cash receipt (recibo de caja): the merchant's numbered document, a mail and a PDF."""

from __future__ import annotations

import attrs

from hub.documents.content.phrases import both, greeting, voided
from hub.documents.document import MailContent, PdfContent
from hub.documents.parts import (
    Button,
    Cell,
    ColumnHead,
    Facts,
    Figure,
    Heading,
    Notice,
    Paragraph,
    Part,
    Rows,
    ScanLink,
    Signature,
    Title,
    Tone,
)
from hub.documents.shown import DocumentReader
from hub.domain.cash_receipt_document import CashReceiptDocument, SettledLine
from hub.domain.decision import named


def mail(receipt: CashReceiptDocument, reader: DocumentReader) -> MailContent:
    """How much was received and what for; where it is checked; what only the books need stands last."""
    t = reader.t
    rows = tuple((Cell(line.number, _less(line, reader)), Cell(reader.money(line.applied))) for line in receipt.lines)
    parts: list[Part] = [
        Title(t("cashmail.title", number=receipt.number)),
        greeting(receipt.customer, reader),
        Figure(t("cashmail.received"), reader.money(receipt.cash), reader.say(receipt.concept), Tone.GOOD),
    ]
    if receipt.void_reason:
        parts.append(Notice(t("cashmail.void", reason=receipt.void_reason), Tone.BAD))
    parts.append(Paragraph(t("cashmail.intro", number=receipt.number)))
    if rows:
        parts += [Heading(t("receipt.applied")), Rows((reader.what(receipt.lines), t("label.amount")), rows)]
    if receipt.advance:
        parts.append(Notice(t("receipt.credit", amount=reader.money(receipt.advance)), Tone.GOOD))
    parts.append(
        Facts(
            (
                (t("label.date"), reader.day(receipt.received_on)),
                (t("label.method"), both(reader.say(receipt.means), receipt.provider)),
                (t("label.note"), receipt.note),
                *_came(receipt, reader),
            )
        )
    )
    if receipt.verify_url:
        parts.append(Button(label=t("cash.verify"), url=receipt.verify_url))
    parts += [
        Heading(t("cashmail.technical"), level=3, small=True),
        Facts(
            (
                (t("cash.amount"), receipt.words.upper()),
                (t("label.authorisation"), receipt.authorisation),
                (t("label.provider_reference", provider=receipt.provider), receipt.provider_reference),
                (t("label.reference"), receipt.reference),
                (t("label.bank_account"), receipt.bank_account),
                (t("label.bank_reference"), receipt.bank_reference),
                (t("cash.fingerprint"), receipt.fingerprint),
            )
        ),
        Paragraph(t("cashmail.no_invoice"), small=True),
    ]
    return MailContent(
        subject=t("cashmail.subject", number=receipt.number),
        preview=t("cashmail.preview", amount=reader.money(receipt.cash), concept=reader.say(receipt.concept)),
        parts=tuple(parts),
        footer=t("mail.why.customer"),
    )


def _less(line: SettledLine, reader: DocumentReader) -> str:
    """What is left of a line, and what settled it beside the money."""
    left = reader.t("receipt.line.left", amount=reader.money(line.after)) if line.after else reader.settled(line)
    return "; ".join((left, *(f"{reader.say(name)} {reader.money(amount)}" for name, amount in line.less)))


def pdf(receipt: CashReceiptDocument, reader: DocumentReader) -> PdfContent:
    """The document as the books need it, to be signed."""
    t = reader.t
    title = f"{t('cash.title')} {receipt.number}"
    return PdfContent(
        kind=t("cash.title"),
        below=receipt.number,
        running=title,
        title=title,
        file=t("file.cash", number=receipt.number),
        made_at=receipt.voided_at or receipt.issued_at,
        parts=(
            *voided(receipt.issued_at, receipt.voided_at, receipt.void_reason, reader),
            _received_from(receipt, reader),
            _figure(receipt, reader),
            _received_how(receipt, reader),
            _settled(receipt, reader),
            Paragraph(t(f"cash.clause.{receipt.clause}"), strong=True),
            *_check(receipt, reader),
            Signature(t("cash.signature")),
        ),
        void=t("cash.void") if receipt.void_reason else "",
        notes=(t("cash.issued", moment=reader.moment(receipt.issued_at), name=reader.say(named(receipt.issued_by))),),
    )


def _check(receipt: CashReceiptDocument, reader: DocumentReader) -> list[Part]:
    """The code by which whoever holds it checks it, and what that page shows too."""
    if not receipt.verify_url:
        return []
    label, hint = reader.t("cash.verify"), reader.t("cash.verify.how", fingerprint=receipt.fingerprint)
    return [ScanLink(label, receipt.verify_url, hint=hint, accessible=label)]


def _received_from(receipt: CashReceiptDocument, reader: DocumentReader) -> Facts:
    t = reader.t
    return Facts(
        (
            (t("label.date"), reader.day(receipt.received_on)),
            (t("label.city"), receipt.city),
            (t("cash.received_from"), receipt.customer),
            (t("label.identity"), receipt.customer_identity),
            (t("label.mail_address"), receipt.customer_address),
        )
    )


def _figure(receipt: CashReceiptDocument, reader: DocumentReader) -> Figure:
    words = f"{receipt.words[:1].upper()}{receipt.words[1:]}"
    return Figure(reader.t("cash.received"), reader.money(receipt.cash), f"{reader.t('cash.amount')} {words}")


def _received_how(receipt: CashReceiptDocument, reader: DocumentReader) -> Facts:
    t = reader.t
    means = reader.say(receipt.means)
    if receipt.provider:
        means = t("cash.means_by", means=means, provider=receipt.provider)
    return Facts(
        (
            (t("label.concept"), reader.say(receipt.concept)),
            (t("cash.means"), means),
            (t("label.provider_reference", provider=receipt.provider), receipt.provider_reference),
            (t("label.authorisation"), receipt.authorisation),
            *_references(receipt, reader),
            *_came(receipt, reader),
        )
    )


def _references(receipt: CashReceiptDocument, reader: DocumentReader) -> tuple[tuple[str, str], ...]:
    t = reader.t
    return (
        (t("label.reference"), receipt.reference),
        (t("label.bank_account"), receipt.bank_account),
        (t("label.bank_reference"), receipt.bank_reference),
        (t("label.note"), receipt.note),
    )


def _came(receipt: CashReceiptDocument, reader: DocumentReader) -> tuple[tuple[str, str], ...]:
    """What came in another currency, and the rate with who says so; nothing where it came in the receipt's own."""
    came, t = receipt.came, reader.t
    if came is None:
        return ()
    return (
        (t("conversion.came"), attrs.evolve(reader, codes=True).money(came.money)),
        (t("conversion.rate"), reader.rate(came.rate)),
        (t("conversion.source"), came.rate.source),
        (t("conversion.rate_on"), reader.day(came.rate.on)),
    )


def _settled(receipt: CashReceiptDocument, reader: DocumentReader) -> Rows:
    """What was owed before, what the money settled, and what is left."""
    t, money = reader.t, reader.money
    has_less = any(line.less for line in receipt.lines)
    head = (
        ColumnHead(reader.what(receipt.lines), width=1),
        ColumnHead(t("cash.before"), right=True),
        ColumnHead(t("cash.applied"), right=True, strong=True),
        *((ColumnHead(t("cash.less"), right=True),) if has_less else ()),
        ColumnHead(t("cash.after"), right=True),
    )
    rows = [_columns(line, reader, has_less=has_less) for line in receipt.lines]
    if receipt.advance:
        empty = (Cell(""),) * (2 if has_less else 1)
        rows.append((Cell(t("cash.advance")), Cell(""), Cell(money(receipt.advance)), *empty))
    if not rows:
        rows.append((Cell(t("cash.none"), span=len(head), small=True),))
    return Rows(head, tuple(rows), (t("cash.received"), money(receipt.cash)), total_in=2)


def _columns(line: SettledLine, reader: DocumentReader, *, has_less: bool) -> tuple[Cell, ...]:
    money = reader.money
    less = "\n".join(f"{reader.say(name)} {money(amount)}" for name, amount in line.less)
    return (
        Cell(line.number),
        Cell(money(line.before)),
        Cell(money(line.applied)),
        *((Cell(less),) if has_less else ()),
        Cell(money(line.after)),
    )
