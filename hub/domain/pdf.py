"""What can be drawn as a PDF, and the file that it becomes.

| record               | goes to  | about                                                           |
|----------------------|----------|-----------------------------------------------------------------|
| StatementDocument    | customer | what is owed, with the pay buttons: mail and PDF                |
| ReceiptDocument      | payer    | the proof of one payment (soporte), on approval only: mail, PDF |
| CashReceiptDocument  | customer | the merchant's numbered cash receipt: mail, PDF                 |
| DisbursementDocument | customer | credit that was paid out (comprobante de egreso): mail, PDF     |
| ActivityDocument     | PDF      | how what is owed moved in a period                              |
| VoucherDocument      | payer    | what is taken to the place where a reference is paid: PDF       |
| PaymentsDocument     | PDF      | what moved in a period, per provider and currency               |

What a mail alone says stands in its module of ``hub.documents.mails``.
"""

from __future__ import annotations

from typing import TypeAlias

import attrs

from hub.domain.cash_receipt_document import CashReceiptDocument
from hub.domain.disbursement_document import DisbursementDocument
from hub.domain.payments_document import PaymentsDocument
from hub.domain.receipt_document import ReceiptDocument
from hub.domain.statement_document import ActivityDocument, StatementDocument
from hub.domain.voucher_document import VoucherDocument

PdfDocument: TypeAlias = (
    StatementDocument
    | ActivityDocument
    | ReceiptDocument
    | CashReceiptDocument
    | DisbursementDocument
    | PaymentsDocument
    | VoucherDocument
)
"""Everything that can be drawn as a PDF."""


@attrs.frozen
class PdfFile:
    """A drawn PDF and the name under which people save it."""

    name: str
    content: bytes = attrs.field(repr=False)


class PdfMissing(Exception):
    """Nothing that draws PDFs is installed; the extra ``payment-hub[pdf]`` brings it."""
