"""Mail a cash receipt to its customer."""

from __future__ import annotations

from hub.domain.merchant import Merchant
from hub.domain.message import Delivery, DeliveryKind, DeliveryState
from hub.flows.ground.ports import Hub, Tx
from hub.flows.statements.send_statement import NoMail


async def mail_cash_receipt(hub: Hub, merchant: Merchant, receipt_id: str) -> Delivery:
    """Owe the customer a mail with a cash receipt, as PDF too where papers are drawn.

    Raises:
        LookupError: No such receipt of this merchant.
        NoMail: The customer has no mail address.
    """
    now, fresh = hub.clock(), hub.fresh_id()

    def write(tx: Tx) -> Delivery:
        receipt = tx.receipts.get(receipt_id)
        customer = tx.customers.get(receipt.customer_id) if receipt else None
        if receipt is None or customer is None or receipt.merchant_id != merchant.id:
            raise LookupError(receipt_id)
        if not customer.email:
            raise NoMail(customer.name)
        made = Delivery(
            id=fresh,
            merchant_id=merchant.id,
            mode=receipt.mode,
            kind=DeliveryKind.CASH_RECEIPT,
            recipient=customer.email,
            subject_id=receipt.id,
            details={},
            state=DeliveryState.DUE,
            due_at=now,
            created_at=now,
        )
        tx.deliveries.add(made)
        tx.after_commit(hub.wake)
        return made

    return await hub.store.write(write)
