"""Mail a cash receipt to its customer."""

from __future__ import annotations

from hub.domain.merchant import Merchant
from hub.domain.message import Delivery, DeliveryKind, owed_mail
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
        made = owed_mail(fresh, DeliveryKind.CASH_RECEIPT, customer.email, receipt, now)
        tx.deliveries.add(made)
        tx.after_commit(hub.wake)
        return made

    return await hub.store.write(write)
