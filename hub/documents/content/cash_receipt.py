"""The cash receipt (recibo de caja): the merchant's numbered document, a mail and a PDF."""

from __future__ import annotations

from hub.documents.content.phrases import both, greeting
from hub.documents.document import MailContent, PdfContent
from hub.documents.parts import (
    Cell,
    ColumnHead,
    Facts,
    Figure,
    Heading,
    Notice,
    Paragraph,
    Part,
    Rows,
    Signature,
    Title,
    Tone,
)
from hub.documents.shown import DocumentReader
from hub.domain.cash_receipt_document import CashReceiptPaper, SettledLine


def mail(paper: CashReceiptPaper, reader: DocumentReader) -> MailContent:
    """What was received, and what it settled; the document itself goes with it."""
    t = reader.t
    rows = tuple((Cell(line.number, _less(line, reader)), Cell(reader.money(line.applied))) for line in paper.lines)
    parts: list[Part] = [
        Title(t("cashmail.title", number=paper.number)),
        greeting(paper.customer, reader),
        Paragraph(t("cashmail.intro", number=paper.number)),
        Figure(t("cashmail.received"), reader.money(paper.cash), paper.words.upper(), Tone.GOOD),
    ]
    if paper.void_reason:
        parts.append(Notice(t("cashmail.void", reason=paper.void_reason), Tone.BAD))
    if rows:
        parts += [Heading(t("receipt.applied")), Rows((reader.what(paper.lines), t("label.amount")), rows)]
    if paper.advance:
        parts.append(Notice(t("receipt.credit", amount=reader.money(paper.advance)), Tone.GOOD))
    parts += [
        Facts(
            (
                (t("label.date"), reader.day(paper.received_on)),
                (t("label.concept"), reader.say(paper.concept)),
                (t("label.method"), both(reader.say(paper.means), paper.provider)),
                (t("label.authorisation"), paper.authorisation),
                *_references(paper, reader),
            )
        ),
        Paragraph(t("cashmail.no_invoice"), small=True),
    ]
    return MailContent(
        subject=t("cashmail.subject", number=paper.number),
        preview=t("cashmail.preview", amount=reader.money(paper.cash), concept=reader.say(paper.concept)),
        parts=tuple(parts),
        footer=t("mail.why.customer"),
    )


def _less(line: SettledLine, reader: DocumentReader) -> str:
    """What is left of a line, and what settled it beside the money."""
    left = reader.t("receipt.line.left", amount=reader.money(line.after)) if line.after else reader.settled(line)
    return "; ".join((left, *(f"{reader.say(name)} {reader.money(amount)}" for name, amount in line.less)))


def pdf(paper: CashReceiptPaper, reader: DocumentReader) -> PdfContent:
    """The document as the books need it, to be signed."""
    t = reader.t
    title = f"{t('cash.title')} {paper.number}"
    return PdfContent(
        kind=t("cash.title"),
        below=paper.number,
        running=title,
        title=title,
        file=t("file.cash", number=paper.number),
        made_at=paper.voided_at or paper.issued_at,
        parts=(
            *_voided(paper, reader),
            _received_from(paper, reader),
            _figure(paper, reader),
            _received_how(paper, reader),
            _settled(paper, reader),
            Paragraph(t(f"cash.clause.{paper.clause}"), strong=True),
            Signature(t("cash.signature")),
        ),
        void=t("cash.void") if paper.void_reason else "",
        notes=(t("cash.issued", moment=reader.moment(paper.issued_at), name=paper.issued_by),),
    )


def _voided(paper: CashReceiptPaper, reader: DocumentReader) -> list[Part]:
    if not paper.void_reason:
        return []
    moment = reader.moment(paper.voided_at or paper.issued_at)
    voided = reader.t("cash.voided", moment=moment, reason=paper.void_reason)
    return [Notice(f"{reader.t('cash.void')}. {voided}", Tone.BAD)]


def _received_from(paper: CashReceiptPaper, reader: DocumentReader) -> Facts:
    t = reader.t
    return Facts(
        (
            (t("label.date"), reader.day(paper.received_on)),
            (t("label.city"), paper.city),
            (t("cash.received_from"), paper.customer),
            (t("label.identity"), paper.customer_identity),
            (t("label.mail_address"), paper.customer_address),
        )
    )


def _figure(paper: CashReceiptPaper, reader: DocumentReader) -> Figure:
    words = f"{paper.words[:1].upper()}{paper.words[1:]}"
    return Figure(reader.t("cash.received"), reader.money(paper.cash), f"{reader.t('cash.amount')} {words}")


def _received_how(paper: CashReceiptPaper, reader: DocumentReader) -> Facts:
    t = reader.t
    means = reader.say(paper.means)
    return Facts(
        (
            (t("label.concept"), reader.say(paper.concept)),
            (t("cash.means"), t("cash.means_by", means=means, provider=paper.provider) if paper.provider else means),
            (t("label.provider_reference", provider=paper.provider), paper.provider_reference),
            (t("label.authorisation"), paper.authorisation),
            *_references(paper, reader),
        )
    )


def _references(paper: CashReceiptPaper, reader: DocumentReader) -> tuple[tuple[str, str], ...]:
    t = reader.t
    return (
        (t("label.reference"), paper.reference),
        (t("label.bank_account"), paper.bank_account),
        (t("label.note"), paper.note),
    )


def _settled(paper: CashReceiptPaper, reader: DocumentReader) -> Rows:
    """What was owed before, what the money settled, and what is left."""
    t, money = reader.t, reader.money
    has_less = any(line.less for line in paper.lines)
    head = (
        ColumnHead(reader.what(paper.lines), width=1),
        ColumnHead(t("cash.before"), right=True),
        ColumnHead(t("cash.applied"), right=True, strong=True),
        *((ColumnHead(t("cash.less"), right=True),) if has_less else ()),
        ColumnHead(t("cash.after"), right=True),
    )
    rows = [_columns(line, reader, has_less=has_less) for line in paper.lines]
    if paper.advance:
        empty = (Cell(""),) * (2 if has_less else 1)
        rows.append((Cell(t("cash.advance")), Cell(""), Cell(money(paper.advance)), *empty))
    if not rows:
        rows.append((Cell(t("cash.none"), span=len(head), small=True),))
    return Rows(head, tuple(rows), (t("cash.received"), money(paper.cash)), total_in=2)


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
