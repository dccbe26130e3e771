"""The mails, one module a kind; this table is where a new one is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from hub.documents.content import cash_receipt, receipt, statement
from hub.documents.mails import (
    account_attention,
    account_requested,
    account_result,
    order,
    payment_declined,
    payment_digest,
    payment_pending,
    payment_received,
    payment_returned,
    review,
    sign_in,
)
from hub.documents.parts import MailContent
from hub.documents.shown import Reader
from hub.domain.message import DeliveryKind

SAYS: Final[Mapping[DeliveryKind, Callable[[Any, Reader], MailContent]]] = {
    DeliveryKind.STATEMENT: statement.mail,
    DeliveryKind.RECEIPT: receipt.mail,
    DeliveryKind.CASH_RECEIPT: cash_receipt.mail,
    DeliveryKind.PAYMENT_RECEIVED: payment_received.says,
    DeliveryKind.PAYMENT_DIGEST: payment_digest.says,
    DeliveryKind.PAYMENT_DECLINED: payment_declined.says,
    DeliveryKind.PAYMENT_PENDING: payment_pending.says,
    DeliveryKind.PAYMENT_RETURNED: payment_returned.says,
    DeliveryKind.ACCOUNT_RESULT: account_result.says,
    DeliveryKind.ACCOUNT_REQUESTED: account_requested.says,
    DeliveryKind.ACCOUNT_ATTENTION: account_attention.says,
    DeliveryKind.SIGN_IN: sign_in.says,
    DeliveryKind.ORDER: order.says,
    DeliveryKind.REVIEW: review.says,
}
