"""What documents say, one module a document: from its record and its reader to the parts that the renderers draw.

A document that is mailed and printed (statement, receipt, cash receipt) says both in one module.
"""

from __future__ import annotations

from typing import assert_never

from hub.documents.content import activity, cash_receipt, payments, receipt, statement
from hub.documents.document import PdfContent
from hub.documents.shown import DocumentReader
from hub.domain.cash_receipt_document import CashReceiptPaper
from hub.domain.payments_document import PaymentsPaper
from hub.domain.pdf import Paper
from hub.domain.receipt_document import ReceiptMail
from hub.domain.statement_document import ActivityPaper, StatementPaper


def pdf_content(paper: Paper, reader: DocumentReader) -> PdfContent:
    """What a paper says."""
    match paper:
        case StatementPaper():
            return statement.pdf(paper, reader)
        case ActivityPaper():
            return activity.pdf(paper, reader)
        case ReceiptMail():
            return receipt.pdf(paper, reader)
        case CashReceiptPaper():
            return cash_receipt.pdf(paper, reader)
        case PaymentsPaper():
            return payments.pdf(paper, reader)
    assert_never(paper)
