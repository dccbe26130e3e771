"""Rows of payments, as the lists of a merchant's pages have them."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from hub.domain.held import Held, held_as
from hub.domain.merchant import Customer
from hub.domain.payment import Payment, Status
from hub.domain.receipt import CashReceipt
from hub.flows.books.read_intakes import is_unrecorded
from hub.flows.ground.ports import Tx
from hub.flows.ground.read_held import held_of_many
from hub_hookspecs import Money

LISTED = 200
"""Rows of one list; a search narrows it."""
PAGE = 50
"""Rows of a page of a list that goes on."""


@attrs.frozen(kw_only=True)
class PaymentRow:
    """One payment in a list.

    Attributes:
        receipts: Its cash receipts that stand, one a movement; nearly always one.
        is_unrecorded: Money of it is here, and its cash receipt is still missing.
        held: What the books hold of it, a record a currency; empty while nothing is proven.
    """

    payment: Payment
    customer: Customer
    receipts: tuple[CashReceipt, ...]
    is_unrecorded: bool
    held: tuple[Held, ...] = ()

    @property
    def amount(self) -> Money:
        """What came, as people corrected it; else what was asked for."""
        came = held_as(self.held, self.payment.amount.currency)
        return came.money(came.came) if self.held else self.payment.amount

    @property
    def remains(self) -> Money | None:
        """What is left of it, where something went back."""
        came = held_as(self.held, self.payment.amount.currency)
        return came.money(came.left) if came.gone else None


def payment_rows(tx: Tx, payments: Iterable[Payment]) -> tuple[PaymentRow, ...]:
    customers: dict[str, Customer] = {}
    rows, payments = [], tuple(payments)
    held = held_of_many(tx, [payment.id for payment in payments if payment.status is Status.PAID])
    for payment in payments:
        customer = customers.get(payment.customer_id) or tx.customers.get(payment.customer_id)
        if customer is None:
            continue
        customers[customer.id] = customer
        paid = payment.status is Status.PAID
        receipts = tx.receipts.standing(payment.id) if paid else ()
        rows.append(
            PaymentRow(
                payment=payment,
                customer=customer,
                receipts=receipts,
                is_unrecorded=is_unrecorded(tx, payment, receipts),
                held=held.get(payment.id, ()),
            )
        )
    return tuple(rows)


def payment_row(tx: Tx, payment_id: str | None) -> PaymentRow | None:
    payment = tx.payments.get(payment_id) if payment_id else None
    rows = payment_rows(tx, [payment]) if payment else ()
    return rows[0] if rows else None
