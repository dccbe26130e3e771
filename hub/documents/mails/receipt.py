"""The receipt (soporte) of a payment, for its payer; what it says stands with its PDF."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hub.documents.content.receipt import mail
from hub.documents.mails.gathering import view_for_payer
from hub.documents.mails.kind import MailKind
from hub.documents.mails.payment_received import captures_of
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.owed_mail import OwedMail, PaymentChange
from hub.domain.receipt_document import ReceiptDocument
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.views.print_receipt import proof_of


def after_payment(change: PaymentChange) -> Iterable[OwedMail]:
    """The payer, once a capture of a payment that stays paid."""
    return [
        OwedMail(recipient=change.payer, occasion=occasion, details=details)
        for occasion, details in captures_of(change)
    ]


def gather(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[ReceiptDocument, str]:
    """The proof of one movement."""
    view, locale = view_for_payer(tx, hub, delivery, now, one_movement=True)
    return proof_of(tx, hub, view), locale


MAIL = MailKind(
    kind=DeliveryKind.RECEIPT,
    name=Text("mail_kind.receipt"),
    after_payment=after_payment,
    gather=gather,
    says=mail,
    attached=lambda _tx, _hub, _delivery, value, _now: value,
    is_about_payment=True,
)
