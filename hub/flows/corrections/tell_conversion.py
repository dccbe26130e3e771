"""Tell whose money it was, and the company, that it was converted, or that this is void."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from hub.domain.conversion import Conversion
from hub.domain.ids import derived_id
from hub.domain.message import DeliveryKind, owed_mail
from hub.flows.ground.ports import Hub, Tx

TO_MERCHANT: Final = {"to": "merchant"}
"""The details of a mail to somebody of the company."""


def tell_conversion(tx: Tx, hub: Hub, made: Conversion, now: datetime, occasion: str) -> None:
    """Owe the customer and everybody whom the company wants told a mail, once an occasion: made, or voided."""
    kind = DeliveryKind.CONVERSION
    customer, merchant = tx.customers.get(made.customer_id), tx.merchants.get(made.merchant_id)
    if customer and customer.email:
        mail_id = derived_id("delivery", kind, made.id, customer.email, occasion)
        tx.deliveries.add(owed_mail(mail_id, kind, customer.email, made, now))
    for address in merchant.notify if merchant else ():
        mail_id = derived_id("delivery", kind, made.id, "merchant", address, occasion)
        tx.deliveries.add(owed_mail(mail_id, kind, address, made, now, details=TO_MERCHANT))
    tx.after_commit(hub.wake)
