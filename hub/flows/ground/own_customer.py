"""A customer is shown and changed only by the merchant whose customer it is."""

from __future__ import annotations

from collections.abc import Collection

from hub.domain.identity import FieldError, Invalid, numbers_for
from hub.domain.merchant import Customer, Merchant
from hub.domain.payable import Payable, PayableKind
from hub.domain.text import Text
from hub_hookspecs import Country

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


def customer_named(tx: Tx, merchant: Merchant, country: Country, key: str) -> str | None:
    """The one customer that a file's key names; None for nobody or for several."""
    if "@" in key:
        found = {customer.id for customer in tx.customers.find(merchant.id, email=key)}
    else:
        found = {
            customer.id
            for number in numbers_for(country, key)
            for customer in tx.customers.find(merchant.id, number=number)
        }
    return found.pop() if len(found) == 1 else None


def invoices_of(
    tx: Tx, merchant: Merchant, customer_id: str, payable_ids: Collection[str], *, field: str = "invoices"
) -> tuple[Payable, ...]:
    """What a person may settle by hand: invoices of this customer; as ``payables.many`` gives them.

    Raises:
        Invalid: One is somebody else's, or an order: that is billed with its payment alone.
    """
    payables = tx.payables.many(payable_ids)
    whose = {(payable.merchant_id, payable.customer_id, payable.mode) for payable in payables}
    if len(payables) < len(set(payable_ids)) or whose - {(merchant.id, customer_id, merchant.mode)}:
        raise Invalid((FieldError(field, Text("bill.of_other_customer")),))
    refuse_orders(payables, field)
    return payables


def refuse_orders(payables: Collection[Payable], field: str) -> None:
    """Refuse to settle a store order by hand.

    Raises:
        Invalid: One is an order; it says which.
    """
    numbers = [payable.number for payable in payables if payable.kind is PayableKind.ORDER]
    if numbers:
        raise Invalid((FieldError(field, Text("bill.is_order", number=", ".join(numbers))),))
