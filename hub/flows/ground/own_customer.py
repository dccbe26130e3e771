"""A customer is shown and changed only by the merchant whose customer it is."""

from __future__ import annotations

from hub.domain.merchant import Customer, Merchant

from .ports import Tx


def customer_of(tx: Tx, merchant: Merchant, customer_id: str) -> Customer:
    """A customer of this merchant.

    Raises:
        LookupError: Unknown, or another merchant's.
    """
    customer = tx.customers.get(customer_id)
    if customer is None or customer.merchant_id != merchant.id:
        raise LookupError(customer_id)
    return customer
