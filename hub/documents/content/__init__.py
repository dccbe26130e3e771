"""What documents say, one module a document: from its record and its reader to the parts that the renderers draw.

A document that is mailed and printed (statement, receipt, cash receipt, disbursement) says both in one module.
"""

from __future__ import annotations

from typing import assert_never

from hub.documents.content import activity, cash_receipt, disbursement, payments, receipt, statement, voucher
from hub.documents.document import PdfContent
from hub.documents.shown import DocumentReader
from hub.domain.cash_receipt_document import CashReceiptDocument
from hub.domain.disbursement_document import DisbursementDocument
from hub.domain.payments_document import PaymentsDocument
from hub.domain.pdf import PdfDocument
from hub.domain.receipt_document import ReceiptDocument
from hub.domain.statement_document import ActivityDocument, StatementDocument
from hub.domain.voucher_document import VoucherDocument


def pdf_content(document: PdfDocument, reader: DocumentReader) -> PdfContent:
    """What a document says."""
    match document:
        case StatementDocument():
            return statement.pdf(document, reader)
        case ActivityDocument():
            return activity.pdf(document, reader)
        case ReceiptDocument():
            return receipt.pdf(document, reader)
        case CashReceiptDocument():
            return cash_receipt.pdf(document, reader)
        case DisbursementDocument():
            return disbursement.pdf(document, reader)
        case PaymentsDocument():
            return payments.pdf(document, reader)
        case VoucherDocument():
            return voucher.pdf(document, reader)
    assert_never(document)
