"""Send a mail again: one that was given up is due now,
one that was sent goes out once more under a new Message-ID."""

from __future__ import annotations

from typing import Final

import attrs

from hub.domain.customer_edit import CustomerField
from hub.domain.merchant import Merchant
from hub.domain.message import Delivery, DeliveryKind, DeliveryState
from hub.domain.reminder import REMINDER
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.statements.send_statement import NoMail, send_statement

from .deliver import private_kinds

TO_CUSTOMERS: Final = frozenset(
    {
        DeliveryKind.RECEIPT,
        DeliveryKind.CASH_RECEIPT,
        DeliveryKind.DISBURSEMENT,
        DeliveryKind.CONVERSION,
        DeliveryKind.PAYMENT_DECLINED,
        DeliveryKind.PAYMENT_PENDING,
        DeliveryKind.PAYMENT_RETURNED,
        DeliveryKind.RETURN_BOUNCED,
    }
)
"""What tells of a customer's money."""


class NotAgain(Exception):
    """This mail cannot be sent again from here; the text says why."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message


async def resend_mail(hub: Hub, merchant: Merchant, delivery_id: str) -> Delivery:
    """Owe a mail again, to the same address; a statement goes to the customer's address of today.

    Raises:
        LookupError: No such mail of this merchant.
        NotAgain: It waits already, or it is none that may be repeated.
    """
    now, fresh = hub.clock(), hub.fresh_id()
    there = await hub.store.read(lambda tx: tx.deliveries.get(delivery_id))
    if there is None or there.merchant_id != merchant.id or there.mode is not merchant.mode:
        raise LookupError(delivery_id)
    if there.kind in private_kinds(hub):
        raise NotAgain(Text("mail.not_repeatable"))
    if there.state is DeliveryState.DUE:
        raise NotAgain(Text("mail.still_due"))
    if there.kind in (DeliveryKind.STATEMENT, REMINDER):
        return await _statement_again(hub, merchant, there)
    if await hub.store.read(lambda tx: _is_replaced(tx, there)):
        raise NotAgain(Text("mail.address_replaced", address=there.recipient))

    def write(tx: Tx) -> Delivery:
        again = attrs.evolve(
            there, state=DeliveryState.DUE, due_at=now, tries=0, last_error="", sent_at=None, created_at=now
        )
        if there.state is DeliveryState.DEAD:
            again = attrs.evolve(again, created_at=there.created_at)
            tx.deliveries.save(again)
        else:
            again = attrs.evolve(again, id=fresh)
            tx.deliveries.add(again)
        tx.after_commit(hub.wake)
        return again

    return await hub.store.write(write)


def _is_replaced(tx: Tx, there: Delivery) -> bool:
    """Whether a person put another address in the place of this one since the mail was owed: its reader may be a
    stranger by now, or may always have been one."""
    if there.kind not in TO_CUSTOMERS:
        return False
    text = there.recipient.lower()
    customers = tx.customer_edits.formerly(there.merchant_id, CustomerField.EMAIL, {text}).get(text, frozenset())
    found = filter(None, map(tx.customers.get, customers))
    changed = (customer.id for customer in found if text not in (customer.email, *customer.other_emails))
    return any(
        (since := tx.customer_edits.who_it_is_since(customer_id)) and since >= there.created_at
        for customer_id in changed
    )


async def _statement_again(hub: Hub, merchant: Merchant, there: Delivery) -> Delivery:
    """A fresh statement: its link may be revoked, and the customer's address may have been corrected."""
    try:
        sent = await send_statement(hub, merchant, there.subject_id, note=there.details.get("note", ""))
    except NoMail as error:
        raise NotAgain(Text("mail.no_address")) from error
    found = await hub.store.read(lambda tx: tx.deliveries.get(sent.delivery_id))
    return found or there
