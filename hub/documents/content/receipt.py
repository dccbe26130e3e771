"""The receipt (soporte): the payer's proof of one payment, a mail and a PDF."""

from __future__ import annotations

from collections.abc import Sequence

from hub.documents.content.phrases import both, greeting, questions, went_back
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
    Title,
    Tone,
)
from hub.documents.shown import DocumentReader
from hub.domain.receipt_document import PaidLine, ReceiptDocument

Pairs = tuple[tuple[str, str], ...]


def mail(value: ReceiptDocument, reader: DocumentReader) -> MailContent:
    """What was paid, what it settled, and the link to its page."""
    t = reader.t
    parts: list[Part] = [
        Title(t("receipt.title")),
        greeting(value.payer, reader),
        Paragraph(t("receipt.intro")),
        _figure(value, reader),
        *_notices(value, reader),
    ]
    if value.lines:
        parts += [Heading(t("receipt.applied")), applied(value.lines, reader)]
    parts += [
        *_credit(value, reader),
        Facts(_facts(value, reader)),
        Paragraph(_left(value, reader)),
        Button(label=t("receipt.view"), url=value.url),
        Paragraph(t("receipt.no_invoice"), small=True),
        *_technical(value, reader),
        *_verification(value, reader),
    ]
    return MailContent(
        subject=t("receipt.subject"),
        preview=t("receipt.preview", amount=reader.money(value.amount), provider=value.provider),
        parts=tuple(parts),
        footer=t("mail.why.customer"),
    )


def pdf(value: ReceiptDocument, reader: DocumentReader) -> PdfContent:
    """The same to be stored and shown, with the code by which a third party checks it."""
    t = reader.t
    status = (t("label.status"), reader.became(value.back) if value.back else t("paper.approved"))
    parts: list[Part] = [_figure(value, reader), *_notices(value, reader)]
    if value.lines:
        parts += [Heading(t("receipt.applied")), _applied_columns(value.lines, reader)]
    parts += [
        *_credit(value, reader),
        Facts((status, *_facts(value, reader))),
        Paragraph(_left(value, reader), strong=True),
        *_verification(value, reader),
        *_technical(value, reader),
    ]
    return PdfContent(
        kind=t("receipt.title"),
        below=value.reference,
        running=f"{t('receipt.title')} · {value.reference}",
        file=t("file.receipt", reference=value.reference),
        made_at=value.paid_at,
        parts=tuple(parts),
        notes=(t("receipt.no_invoice"), *questions(reader)),
    )


def _figure(value: ReceiptDocument, reader: DocumentReader) -> Figure:
    return Figure(
        reader.became(value.back),
        reader.money(value.amount),
        reader.paid_caption(value.paid_at, is_learnt=value.is_learnt),
        Tone.WARNING if value.back else Tone.GOOD,
    )


def _notices(value: ReceiptDocument, reader: DocumentReader) -> list[Part]:
    """What became of the money since, and what is odd about the payment."""
    t = reader.t
    parts = went_back(value.back, reader)
    if value.stated is not None:
        corrected = t("money.corrected", stated=reader.money(value.stated), amount=reader.money(value.amount))
        parts.append(Notice(corrected, Tone.WARNING))
    if value.asked is not None and value.asked != value.amount:
        asked = t("receipt.asked", asked=reader.money(value.asked), amount=reader.money(value.amount))
        parts.append(Notice(asked, Tone.WARNING))
    if value.duplicate:
        parts.append(Notice(t("receipt.duplicate"), Tone.WARNING))
    elif value.late:
        parts.append(Notice(t("receipt.late")))
    return parts


def _credit(value: ReceiptDocument, reader: DocumentReader) -> list[Part]:
    if not value.credit:
        return []
    return [Notice(reader.t("receipt.credit", amount=reader.money(value.credit)), Tone.GOOD)]


def _facts(value: ReceiptDocument, reader: DocumentReader) -> Pairs:
    """Who paid, how and when, and the code by which a bank finds it."""
    t = reader.t
    return (
        (t("label.payer"), value.payer),
        (t("label.provider"), value.provider),
        (t("label.instrument"), both(reader.say(value.method), value.instrument)),
        (t("label.authorisation"), value.authorisation),
        reader.paid_fact(value.paid_at, is_learnt=value.is_learnt),
    )


def _technical(value: ReceiptDocument, reader: DocumentReader) -> list[Part]:
    """What is asked for only where something must be looked up: small, and last."""
    t = reader.t
    pairs = (
        (t("label.identity"), value.payer_identity),
        (t("label.mail"), value.payer_email),
        (t("label.reference"), value.reference),
        (t("label.provider_reference", provider=value.provider), value.provider_reference),
    )
    said = [f"{label}: {text}" for label, text in pairs if text]
    return [Heading(t("receipt.technical"), 3, small=True), *(Paragraph(line, small=True) for line in said)]


def _left(value: ReceiptDocument, reader: DocumentReader) -> str:
    """What the customer still owes, and what of it is not asked for."""
    t = reader.t
    said = [t("receipt.left", amount=reader.sums(value.left))] if value.left else []
    if value.in_clarification:
        said.append(t("receipt.in_clarification", numbers=", ".join(value.in_clarification)))
    return " ".join(said) or t("receipt.nothing_left")


def _verification(value: ReceiptDocument, reader: DocumentReader) -> list[Part]:
    if not value.verify_url:
        return []
    label = reader.t("label.verify")
    return [ScanLink(label, value.verify_url, hint=reader.t("paper.verify"), accessible=label)]


def applied(lines: Sequence[PaidLine], reader: DocumentReader) -> Rows:
    """Which invoices a payment settled, how much of each, and what is left of it, as mails have room for."""
    rows = tuple((Cell(line.number, _what_is_left(line, reader)), Cell(reader.money(line.applied))) for line in lines)
    return Rows((reader.what(lines), reader.t("label.amount")), rows)


def _what_is_left(line: PaidLine, reader: DocumentReader) -> str:
    t = reader.t
    words = t("receipt.line.left", amount=reader.money(line.left)) if line.left else reader.settled(line)
    if line.withheld:
        words = t("receipt.line.withheld", words=words, amount=reader.money(line.withheld))
    return _besides(words, line, reader)


def _besides(words: str, line: PaidLine, reader: DocumentReader) -> str:
    """With the credit that was used, and what was let off."""
    if line.credit:
        words = reader.t("receipt.line.credit", words=words, amount=reader.money(line.credit))
    if not line.discount:
        return words
    return reader.t("receipt.line.discount", words=words, amount=reader.money(line.discount))


def _applied_columns(lines: Sequence[PaidLine], reader: DocumentReader) -> Rows:
    """The same in columns, as a PDF has room for."""
    t = reader.t
    withheld = any(line.withheld for line in lines)
    head = (
        ColumnHead(reader.what(lines), width=1),
        ColumnHead(t("label.paid"), right=True, strong=True),
        *((ColumnHead(t("label.withheld"), right=True),) if withheld else ()),
        ColumnHead(t("paper.left"), right=True),
    )
    return Rows(head, tuple(_columns(line, reader, withheld=withheld) for line in lines))


def _columns(line: PaidLine, reader: DocumentReader, *, withheld: bool) -> tuple[Cell, ...]:
    left = reader.money(line.left) if line.left else reader.settled(line)
    withheld_cell = (Cell(reader.money(line.withheld) if line.withheld else ""),) if withheld else ()
    return (
        Cell(line.number),
        Cell(reader.money(line.applied)),
        *withheld_cell,
        Cell(_besides(left, line, reader)),
    )
