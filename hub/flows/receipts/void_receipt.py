"""Void a cash receipt: it keeps its number, what it declared is corrected, money that a person booked is taken back.

Money that a provider proved stays booked: voiding the receipt does not undo the payment.
"""

from __future__ import annotations

from datetime import datetime

from hub.domain.acts import Act
from hub.domain.identity import FieldError, Invalid
from hub.domain.ids import derived_id
from hub.domain.lengths import stated_reason
from hub.domain.merchant import Merchant
from hub.domain.message import DeliveryKind, owed_mail
from hub.domain.receipt import CashReceipt
from hub.domain.refusals import PAID_OUT
from hub.domain.reported import REPORTED
from hub.domain.text import Text
from hub.flows.books.reverse_entry import fixes_of, reverse
from hub.flows.books.use_held import keeping_held
from hub.flows.ground.open_review import reopen_review
from hub.flows.ground.ports import Conflict, Hub, Tx
from hub.flows.ground.refuse_while import refuse_while
from hub.flows.ground.tell import tell


async def void_receipt(
    hub: Hub, merchant: Merchant, receipt_id: str, *, reason: str, by: str, is_told: bool = True
) -> CashReceipt:
    """Void a receipt; one that is void already comes back as it is.

    Args:
        reason: Its customer reads it, too.
        is_told: The customer, and whoever got the receipt by mail, is told.

    Raises:
        LookupError: No such receipt of this merchant.
        Invalid: No reason was given, it is of a conversion and void with that alone, its credit was paid out, a live
            payment holds credit that this money is, or the table of acts refuses it now.
    """
    now = hub.clock()
    why = stated_reason(reason, Text("receipt.void_reason_missing"))

    def write(tx: Tx) -> CashReceipt:
        receipt = tx.receipts.get(receipt_id)
        if receipt is None or receipt.merchant_id != merchant.id or receipt.mode is not merchant.mode:
            raise LookupError(receipt_id)
        if receipt.voided_at is None:
            if receipt.came:
                raise Invalid((FieldError("receipt", Text("receipt.of_conversion", receipt=receipt.label)),))
            refuse_while(tx, Act.VOID_RECEIPT, now, payables=[line.payable_id for line in receipt.lines])
            note = f"{receipt.label} voided by {by}: {why}"
            _correct_declared(tx, receipt, now, note)
            if receipt.payment_id is None:
                with keeping_held(tx, receipt.customer_id, receipt.mode, field="receipt"):
                    _take_back(tx, receipt, now, note)
                _ask_again(tx, receipt)
            tx.receipts.void(receipt.id, why, now, by=by)
            if is_told:
                _tell_customer(tx, hub, receipt, now)
            tell(tx, "cash_receipt_voided", receipt=receipt.id, merchant=merchant.id, payment=receipt.payment_id)
        return tx.receipts.get(receipt_id) or receipt

    try:
        return await hub.store.write(write)
    except Conflict as conflict:
        if conflict.rule not in PAID_OUT:
            raise
        raise Invalid((FieldError("reason", Text("receipt.paid_out")),)) from conflict


def _tell_customer(tx: Tx, hub: Hub, receipt: CashReceipt, now: datetime) -> None:
    """Whoever got the receipt by mail hears that it is void, and its customer; each address once."""
    customer = tx.customers.get(receipt.customer_id)
    mails = tx.deliveries.of(merchant_id=receipt.merchant_id, subject_id=receipt.id)
    got = [mail.recipient for mail in mails if mail.kind == DeliveryKind.CASH_RECEIPT]
    addresses = dict.fromkeys(address for address in (customer.email if customer else "", *got) if address)
    for address in addresses:
        mail_id = derived_id("receipt-void", receipt.id, address)
        tx.deliveries.add(owed_mail(mail_id, DeliveryKind.CASH_RECEIPT_VOID, address, receipt, now))
    if addresses:
        tx.after_commit(hub.wake)


def _ask_again(tx: Tx, receipt: CashReceipt) -> None:
    """What a customer reported and this receipt recorded waits for a person again: the customer's word is not lost."""
    for review in tx.reviews.resolved_with(receipt.merchant_id, receipt.mode, REPORTED, receipt.label):
        reported = tx.reported.of_review(review.id)
        if reported and reported.customer_id == receipt.customer_id:
            reopen_review(tx, review)


def _correct_declared(tx: Tx, receipt: CashReceipt, now: datetime, note: str) -> None:
    """Withholdings and discounts that the receipt declared were never there."""
    for kind in ("withheld", "discount"):
        for entry in tx.ledger.keyed(receipt.merchant_id, receipt.mode, f"{kind}:{receipt.id}"):
            reverse(tx, entry, at=now, note=note)


def _take_back(tx: Tx, receipt: CashReceipt, now: datetime, note: str) -> None:
    """What a person booked is reversed, its corrections first; bills that it settled are due again."""
    key = f"manual:{receipt.id}"
    for entry in tx.ledger.keyed(receipt.merchant_id, receipt.mode, key):
        for fix in reversed(fixes_of(tx, entry)):
            reverse(tx, fix, at=now, note=note)
        reverse(tx, entry, at=now, note=note)
