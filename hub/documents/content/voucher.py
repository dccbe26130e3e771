"""The payment slip: reference, barcode and steps, with the amount; never to be taken for a receipt."""

from __future__ import annotations

from hub.documents.content.phrases import questions
from hub.documents.document import PdfContent
from hub.documents.parts import Bars, Facts, Figure, Heading, Notice, Part, ScanLink, Steps, Tone
from hub.documents.shown import DocumentReader
from hub.domain.voucher_document import VoucherDocument


def pdf(value: VoucherDocument, reader: DocumentReader) -> PdfContent:
    """What is taken to the place where it is paid."""
    t = reader.t
    return PdfContent(
        kind=t("voucher.title"),
        below=value.reference,
        running=f"{t('voucher.title')} · {value.reference}",
        file=t("file.voucher", reference=value.ours),
        made_at=value.made_at,
        parts=(*how_to_pay(value, reader), *_facts(value, reader)),
        notes=(t("voucher.not_receipt"), *questions(reader)),
    )


def how_to_pay(value: VoucherDocument, reader: DocumentReader) -> tuple[Part, ...]:
    """What is named where it is paid, and how: the same in the mail."""
    t = reader.t
    until = t("voucher.until", moment=reader.moment(value.expires_at)) if value.expires_at else ""
    parts: list[Part] = [
        Notice(t("voucher.unpaid"), Tone.WARNING),
        Figure(t("voucher.exactly"), reader.money(value.amount), until, Tone.WARNING if until else Tone.PLAIN),
        Figure(value.label or t("voucher.reference"), value.reference),
    ]
    if value.barcode:
        parts.append(Bars(value.barcode, t("voucher.bars", digits=value.barcode.payload)))
    if value.steps:
        parts += [Heading(t("voucher.how")), Steps(value.steps)]
    return tuple(parts)


def _facts(value: VoucherDocument, reader: DocumentReader) -> tuple[Part, ...]:
    t, state = reader.t, reader.t("payment.view")
    return (
        Facts(
            (
                (t("voucher.places"), ", ".join(value.places)),
                (t("label.customer"), value.payer),
                (t("label.order" if value.is_order else "label.invoices"), ", ".join(value.numbers)),
                (t("label.provider"), value.provider),
                (t("label.reference"), value.ours),
            )
        ),
        ScanLink(state, value.url, hint=t("voucher.state"), accessible=state),
    )
