"""Promise a payment: reminders of an invoice wait until the day of the word; nothing that is due changes by it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from hub.domain.identity import FieldError, Invalid
from hub.domain.merchant import Customer, LinkKind, Merchant
from hub.domain.reminder import MAX_PROMISE_DAYS, Promise
from hub.domain.text import Text
from hub.flows.ground.open_link import open_link
from hub.flows.ground.own_customer import customer_of, invoices_of
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell

from .dunning import calendar_of
from .write_note import parties_of


async def record_promise(
    hub: Hub, merchant: Merchant, customer_id: str, payable_ids: Collection[str], until: date, *, by: str
) -> None:
    """Record what a customer told a person of the company.

    Raises:
        LookupError: No such customer of this merchant.
        Invalid: No invoice, another customer's, or a day that is none of the next thirty.
    """
    now, fresh = hub.clock(), [hub.fresh_id() for _ in payable_ids]

    def write(tx: Tx) -> None:
        customer = customer_of(tx, merchant, customer_id)
        invoices_of(tx, merchant, customer.id, payable_ids)
        _add(tx, hub, merchant, customer, list(zip(payable_ids, fresh, strict=True)), until, now, by=by)

    await hub.store.write(write)


async def give_promise(hub: Hub, token: str, payable_ids: Collection[str], until: date) -> None:
    """Take a payer's own word from the statement: once an invoice, and not again when it was not kept.

    Raises:
        LinkClosed: The statement's link is unknown, expired or revoked.
        Invalid: No invoice, one that was promised before, or a day that is none of the next thirty.
    """
    now, fresh = hub.clock(), [hub.fresh_id() for _ in payable_ids]

    def write(tx: Tx) -> None:
        link = open_link(tx, hub, LinkKind.STATEMENT, token, now)
        parties = parties_of(tx, link)
        merchant, customer = parties.merchant, parties.customer
        invoices_of(tx, merchant, customer.id, payable_ids)
        if tx.promises.of_payables(payable_ids):
            raise Invalid((FieldError("invoice", Text("promise.given_before")),))
        _add(tx, hub, merchant, customer, list(zip(payable_ids, fresh, strict=True)), until, now)

    await hub.store.write(write)


def _add(
    tx: Tx,
    hub: Hub,
    merchant: Merchant,
    customer: Customer,
    promised: list[tuple[str, str]],
    until: date,
    now: datetime,
    *,
    by: str = "",
) -> None:
    today = calendar_of(hub, merchant).day(now)
    if not promised:
        raise Invalid((FieldError("invoice", Text("promise.no_invoice")),))
    if not today <= until <= today + timedelta(days=MAX_PROMISE_DAYS):
        raise Invalid((FieldError("until", Text("promise.day", limit=MAX_PROMISE_DAYS)),))
    for payable_id, promise_id in promised:
        tx.promises.add(
            Promise(
                id=promise_id,
                merchant_id=merchant.id,
                mode=merchant.mode,
                customer_id=customer.id,
                payable_id=payable_id,
                until=until,
                by=by,
                is_payers=not by,
                made_at=now,
            )
        )
    tell(tx, "payment_promised", merchant=merchant.id, customer=customer.id, invoices=len(promised))


async def withdraw_promise(hub: Hub, merchant: Merchant, promise_id: str, *, by: str) -> str:
    """It holds no more, since a person of the company says so; the id of its customer.

    Raises:
        LookupError: No such promise of this merchant, or none that holds.
    """
    now = hub.clock()

    def write(tx: Tx) -> str:
        there = own_record(tx.promises.get(promise_id), merchant, promise_id)
        tx.promises.withdraw(there.id, now, by)
        tell(tx, "promise_withdrawn", merchant=merchant.id, customer=there.customer_id)
        return there.customer_id

    return await hub.store.write(write)
