"""A cash receipt is void: its customer is told why, in the company's words, and what that means."""

from __future__ import annotations

from hub.documents.content.cash_receipt_void import mail
from hub.documents.mails import cash_receipt
from hub.documents.mails.kind import MailKind
from hub.domain.message import DeliveryKind
from hub.domain.text import Text

MAIL = MailKind(
    kind=DeliveryKind.CASH_RECEIPT_VOID,
    name=Text("mail_kind.cash_receipt_void"),
    gather=cash_receipt.gather_void,
    says=mail,
    attached=cash_receipt.attached_void,
)
