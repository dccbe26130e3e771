"""What can be drawn as a PDF, and the file that it becomes.

| record              | goes to    | about                                                           |
|---------------------|------------|-----------------------------------------------------------------|
| StatementPaper   | customer       | what is owed, with the pay buttons: mail and PDF                |
| ReceiptMail      | payer          | the proof of one payment (soporte), on approval only: mail, PDF |
| CashReceiptPaper | customer       | the merchant's numbered cash receipt: mail, PDF                 |
| ActivityPaper    | PDF            | how what is owed moved in a period                              |
| PaymentsPaper    | PDF            | what moved in a period, per provider and currency               |

What a mail alone says stands in its module of ``hub.documents.mails``.
"""

from __future__ import annotations

from typing import TypeAlias

import attrs

from hub.domain.cash_receipt_document import CashReceiptPaper
from hub.domain.payments_document import PaymentsPaper
from hub.domain.receipt_document import ReceiptMail
from hub.domain.statement_document import ActivityPaper, StatementPaper

Paper: TypeAlias = StatementPaper | ActivityPaper | ReceiptMail | CashReceiptPaper | PaymentsPaper
"""Everything that can be drawn as a PDF."""


@attrs.frozen
class PaperFile:
    """A drawn PDF and the name under which people save it."""

    name: str
    content: bytes = attrs.field(repr=False)


class PapersMissing(Exception):
    """Nothing that draws PDFs is installed; the extra ``payment-hub[pdf]`` brings it."""
