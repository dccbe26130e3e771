"""The disbursement (comprobante de egreso): a customer's credit that was paid out, a mail and a PDF."""

from __future__ import annotations

from hub.documents.content.phrases import greeting, voided
from hub.documents.document import MailContent, PdfContent
from hub.documents.parts import Facts, Figure, Paragraph, Part, Signature, Title
from hub.documents.shown import DocumentReader
from hub.domain.decision import named
from hub.domain.disbursement_document import DisbursementDocument


def mail(made: DisbursementDocument, reader: DocumentReader) -> MailContent:
    """What was paid out of the customer's credit; the document itself goes with it."""
    t = reader.t
    parts: list[Part] = [
        Title(t("disbursement.title", number=made.number)),
        greeting(made.customer, reader),
        Paragraph(t("disbursement.intro_void" if made.void_reason else "disbursement.intro")),
        Figure(t("disbursement.paid"), reader.money(made.amount), made.words.upper()),
        *voided(made.issued_at, made.voided_at, made.void_reason, reader),
        Facts(((t("label.date"), reader.day(made.paid_on)), *_how(made, reader))),
        Paragraph(t("disbursement.ask"), small=True),
    ]
    return MailContent(
        subject=t("disbursement.subject_void" if made.void_reason else "disbursement.subject", number=made.number),
        preview=t("disbursement.preview", amount=reader.money(made.amount)),
        parts=tuple(parts),
        footer=t("mail.why.customer"),
    )


def pdf(made: DisbursementDocument, reader: DocumentReader) -> PdfContent:
    """The document as the books need it, to be signed by whoever received the money."""
    t = reader.t
    title = f"{t('disbursement.kind')} {made.number}"
    words = f"{made.words[:1].upper()}{made.words[1:]}"
    return PdfContent(
        kind=t("disbursement.kind"),
        below=made.number,
        running=title,
        title=title,
        file=t("file.disbursement", number=made.number),
        made_at=made.voided_at or made.issued_at,
        parts=(
            *voided(made.issued_at, made.voided_at, made.void_reason, reader),
            Facts(
                (
                    (t("label.date"), reader.day(made.paid_on)),
                    (t("label.city"), made.city),
                    (t("disbursement.paid_to"), made.customer),
                    (t("label.identity"), made.customer_identity),
                    (t("label.mail_address"), made.customer_address),
                )
            ),
            Figure(t("disbursement.paid"), reader.money(made.amount), f"{t('cash.amount')} {words}"),
            Facts(_how(made, reader)),
            Signature(t("disbursement.signature")),
        ),
        void=t("cash.void") if made.void_reason else "",
        notes=(t("cash.issued", moment=reader.moment(made.issued_at), name=reader.say(named(made.issued_by))),),
    )


def _how(made: DisbursementDocument, reader: DocumentReader) -> tuple[tuple[str, str], ...]:
    t = reader.t
    return (
        (t("label.concept"), t("disbursement.concept")),
        (t("cash.means"), reader.say(made.means)),
        (t("label.reference"), made.reference),
        (t("disbursement.why"), made.why),
    )
