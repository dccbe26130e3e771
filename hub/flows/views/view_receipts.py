"""View the cash receipts of a merchant: the list, and one with the names that stand on it."""

from __future__ import annotations

import attrs

from hub.domain.merchant import Customer, Merchant
from hub.domain.payment import Payment
from hub.domain.receipt import CashReceipt
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, Tx

from .payment_rows import LISTED


@attrs.frozen(kw_only=True)
class ReceiptView:
    """One cash receipt with the names that stand on it."""

    receipt: CashReceipt
    customer: Customer
    payment: Payment | None


async def list_receipts(hub: Hub, merchant: Merchant, search: str = "") -> tuple[ReceiptView, ...]:
    """Cash receipts whose number, customer, invoice or reference, the bank's too, matches, the newest number first."""
    wanted = search.casefold()

    def read(tx: Tx) -> tuple[ReceiptView, ...]:
        receipts = sorted(tx.receipts.of(merchant.id, merchant.mode), key=lambda item: item.number, reverse=True)
        named = {customer.id for customer in tx.customers.of(merchant.id, search, shoppers=True)} if wanted else set()
        found = [item for item in receipts if not wanted or item.customer_id in named or _matches(item, wanted)]
        return tuple(_receipt(tx, receipt) for receipt in found[:LISTED])

    return await hub.store.read(read)


def _matches(receipt: CashReceipt, wanted: str) -> bool:
    texts = (
        *(receipt.label, receipt.provider_reference, receipt.authorisation, receipt.bank_reference),
        receipt.received_from.name,
        *(line.number for line in receipt.lines),
    )
    return any(wanted in text.casefold() for text in texts)


async def view_receipt(hub: Hub, merchant: Merchant, receipt_id: str) -> ReceiptView:
    """One cash receipt of this merchant.

    Raises:
        LookupError: No such receipt of this merchant.
    """

    def read(tx: Tx) -> ReceiptView:
        return _receipt(tx, own_record(tx.receipts.get(receipt_id), merchant, receipt_id))

    return await hub.store.read(read)


def _receipt(tx: Tx, receipt: CashReceipt) -> ReceiptView:
    customer = tx.customers.get(receipt.customer_id)
    if customer is None:
        raise LookupError(receipt.customer_id)
    payment = tx.payments.get(receipt.payment_id) if receipt.payment_id else None
    return ReceiptView(receipt=receipt, customer=customer, payment=payment)
