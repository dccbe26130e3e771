"""View one of a merchant's customers, with everything that is theirs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs

from hub.domain.conversion import Conversion
from hub.domain.customer_edit import CustomerEdit
from hub.domain.decision import Decision, DecisionKind
from hub.domain.disbursement import Disbursement
from hub.domain.merchant import Customer, Link, LinkKind, Merchant
from hub.domain.message import Delivery
from hub.domain.receipt import CashReceipt
from hub.flows.ground.free_credit import free_sums
from hub.flows.ground.open_link import url_of
from hub.flows.ground.own_customer import customer_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.statements.view_statement import StatementView, statement_of
from hub_hookspecs import Money

from .payment_rows import PaymentRow, payment_rows

LAST: Final = 20
"""Cash receipts that a customer's page shows."""


@attrs.frozen(kw_only=True)
class CustomerView:
    """One customer.

    Attributes:
        statement: What the customer would see now.
        link, url: The open link to the statement, if there is one.
        deliveries: Statements mailed, newest first.
        receipts: The last cash receipts, newest first.
        free: Credit that may be paid out, one sum a currency.
        disbursements: Credit that was paid out, the last number first.
        proposed: Payments out of credit that wait for a second person.
        conversions: Money that came in another currency, newest first.
        shoppers: Who bought in the store and is this customer, as the merchant says.
        joined: The customer who this shopper is, as the merchant says.
        edits: What people changed of it by hand, the newest first.
    """

    customer: Customer
    statement: StatementView
    link: Link | None
    url: str
    deliveries: tuple[Delivery, ...]
    payments: tuple[PaymentRow, ...]
    receipts: tuple[CashReceipt, ...]
    free: tuple[Money, ...]
    disbursements: tuple[Disbursement, ...]
    proposed: tuple[Decision, ...]
    conversions: tuple[Conversion, ...]
    shoppers: tuple[Customer, ...] = ()
    joined: Customer | None = None
    edits: tuple[CustomerEdit, ...] = ()


async def customer_to_edit(hub: Hub, merchant: Merchant, customer_id: str) -> Customer:
    """A customer of this merchant as it is now.

    Raises:
        LookupError: No such customer of this merchant; a shopper of the store is none.
    """
    customer = await hub.store.read(lambda tx: customer_of(tx, merchant, customer_id))
    if customer.is_shopper:
        raise LookupError(customer_id)
    return customer


async def view_customer(hub: Hub, merchant: Merchant, customer_id: str) -> CustomerView:
    """One customer of this merchant.

    Raises:
        LookupError: No such customer of this merchant.
    """
    now = hub.clock()

    def read(tx: Tx) -> CustomerView:
        customer = customer_of(tx, merchant, customer_id)
        link = tx.links.find(LinkKind.STATEMENT, customer.id, merchant.mode, now)
        return CustomerView(
            customer=customer,
            statement=statement_of(tx, hub, customer.id, merchant.mode, now),
            link=link,
            url=url_of(hub, link) if link else "",
            deliveries=_newest(tx.deliveries.of(merchant_id=merchant.id, subject_id=customer.id), merchant),
            payments=payment_rows(tx, tx.payments.of_customer(customer.id, merchant.mode)),
            receipts=tx.receipts.of_customer(customer.id, merchant.mode, limit=LAST),
            free=free_sums(tx, customer.id, merchant.mode),
            disbursements=tx.disbursements.of_customer(customer.id, merchant.mode),
            proposed=_proposed(tx, customer, merchant),
            conversions=tx.conversions.of_customer(customer.id, merchant.mode),
            shoppers=tx.customers.joined_to(customer.id),
            joined=tx.customers.get(customer.joined_to) if customer.joined_to else None,
            edits=tx.customer_edits.of(customer.id),
        )

    return await hub.store.read(read)


def _proposed(tx: Tx, customer: Customer, merchant: Merchant) -> tuple[Decision, ...]:
    waiting = tx.decisions.waiting_for(DecisionKind.DISBURSE, customer.id)
    return (waiting,) if waiting and waiting.mode is merchant.mode else ()


def _newest(deliveries: Iterable[Delivery], merchant: Merchant) -> tuple[Delivery, ...]:
    own = (delivery for delivery in deliveries if delivery.mode is merchant.mode)
    return tuple(sorted(own, key=lambda delivery: delivery.created_at, reverse=True))
