"""The merchant's numbered cash receipt (recibo de caja), for its customer; what it says stands with its PDF."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.documents.content.cash_receipt import mail
from hub.documents.mails.gathering import head_for, merchant_of
from hub.documents.mails.kind import MailKind
from hub.domain.cash_receipt_document import CashReceiptDocument, VoidedReceipt
from hub.domain.mail import NothingToSay
from hub.domain.merchant import Customer, locale_for
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.views.print_cash_receipt import cash_receipt_document


def gather(tx: Tx, hub: Hub, delivery: Delivery, _now: datetime) -> tuple[CashReceiptDocument, str]:
    """The receipt as it was issued, under a letterhead by which whoever answers reaches somebody today."""
    document, customer = _issued(tx, hub, delivery)
    today = head_for(tx, hub, delivery)
    head = attrs.evolve(document.letterhead, phone=today.phone, email=today.email)
    return attrs.evolve(document, letterhead=head), locale_for(merchant_of(tx, delivery), customer)


def attached(tx: Tx, hub: Hub, delivery: Delivery, _value: CashReceiptDocument, _now: datetime) -> CashReceiptDocument:
    """The receipt, all of it as it was issued."""
    return _issued(tx, hub, delivery)[0]


def gather_void(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[VoidedReceipt, str]:
    """The receipt that is void, under today's letterhead."""
    document, locale = gather(tx, hub, delivery, now)
    receipt = tx.receipts.get(delivery.subject_id)
    if not document.void_reason or receipt is None:
        raise NothingToSay("the cash receipt is gone")
    is_of_payment = receipt.payment_id is not None
    return VoidedReceipt(letterhead=document.letterhead, receipt=document, is_of_payment=is_of_payment), locale


def attached_void(tx: Tx, hub: Hub, delivery: Delivery, _value: VoidedReceipt, _now: datetime) -> CashReceiptDocument:
    """The receipt, marked as void."""
    return _issued(tx, hub, delivery)[0]


def _issued(tx: Tx, hub: Hub, delivery: Delivery) -> tuple[CashReceiptDocument, Customer]:
    merchant = merchant_of(tx, delivery)
    receipt = tx.receipts.get(delivery.subject_id)
    customer = tx.customers.get(receipt.customer_id) if receipt else None
    if receipt is None or customer is None or receipt.merchant_id != merchant.id:
        raise NothingToSay("the cash receipt is gone")
    payment = tx.payments.get(receipt.payment_id) if receipt.payment_id else None
    return cash_receipt_document(hub, merchant, receipt, payment), customer


MAIL = MailKind(
    kind=DeliveryKind.CASH_RECEIPT,
    name=Text("mail_kind.cash_receipt"),
    gather=gather,
    says=mail,
    attached=attached,
)
