"""Mail a cash receipt to its customer."""

from __future__ import annotations

from collections.abc import Sequence

from hub.domain.ids import derived_id
from hub.domain.merchant import Customer, Merchant
from hub.domain.message import Delivery, DeliveryKind, owed_mail
from hub.flows.ground.ports import Hub, Tx
from hub.flows.statements.send_statement import NoMail


def addresses_of(customer: Customer) -> tuple[str, ...]:
    """Where a customer's receipts may be mailed to, the usual address first."""
    return tuple(dict.fromkeys(address for address in (customer.email, *customer.other_emails) if address))


async def mail_cash_receipt(
    hub: Hub, merchant: Merchant, receipt_id: str, to: Sequence[str] = ()
) -> tuple[Delivery, ...]:
    """Owe the customer a mail with a cash receipt, as PDF too where papers are drawn.

    Args:
        to: Of the customer's addresses; the usual one where nobody chose.

    Raises:
        LookupError: No such receipt of this merchant, or an address that is not its customer's.
        NoMail: The customer has no mail address.
    """
    now, fresh = hub.clock(), hub.fresh_id()

    def write(tx: Tx) -> tuple[Delivery, ...]:
        receipt = tx.receipts.get(receipt_id)
        customer = tx.customers.get(receipt.customer_id) if receipt else None
        if receipt is None or customer is None or receipt.merchant_id != merchant.id:
            raise LookupError(receipt_id)
        known = addresses_of(customer)
        if not known:
            raise NoMail(customer.name)
        if not set(to) <= set(known):
            raise LookupError(receipt_id)
        made = tuple(
            owed_mail(derived_id(fresh, address), DeliveryKind.CASH_RECEIPT, address, receipt, now)
            for address in dict.fromkeys(to or known[:1])
        )
        for mail in made:
            tx.deliveries.add(mail)
        tx.after_commit(hub.wake)
        return made

    return await hub.store.write(write)
