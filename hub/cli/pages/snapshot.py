"""What every page needs of the hub."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import attrs

from hub.cli.printing import local
from hub.cli.standing import standing
from hub.domain.merchant import Customer, Merchant
from hub.domain.payment import Payment
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.read_held import held_of
from hub_hookspecs import Mode

from .page import NextStep, key_of, money


@attrs.frozen
class Snapshot:
    """The hub as all pages of one answer see it: in one transaction, at one moment."""

    tx: Tx
    hub: Hub
    now: datetime

    def merchant(self, merchant_id: str) -> Merchant:
        """The company of something that is here."""
        merchant = self.tx.merchants.get(merchant_id)
        assert merchant is not None
        return merchant

    def customer(self, customer_id: str) -> Customer:
        """The customer of something that is here."""
        customer = self.tx.customers.get(customer_id)
        assert customer is not None
        return customer

    def status(self, payment: Payment) -> str:
        """How a payment stands, in words."""
        return standing(payment, held_of(self.tx, payment))

    def payment_line(self, payment: Payment, merchant: Merchant) -> str:
        """A payment in a line of another page."""
        at, amount = local(payment.created_at, merchant.company.zone), money(payment.amount, merchant)
        return f"{payment.reference}, {amount}, {self.status(payment)}, {payment.provider}, {at}"


def statement_choices(customer: Customer, merchant: Merchant) -> Iterator[NextStep]:
    """What may be done with the statement of a customer who owes."""
    key, of = key_of(customer), ("--company", merchant.slug)
    yield "see the statement, and which buttons are on it", ("statement", "show", key, *of)
    if customer.email:
        yield f"mail the statement to {customer.email}", ("statement", "send", key, *of)
    yield "hand the statement's link over", ("statement", "link", key, *of)


def other_mode(merchant: Merchant, mode: Mode) -> tuple[str, str]:
    """A note where commands about what is owed do not reach a thing,
    since the company works in its other mode."""
    other = f"{merchant.slug} works in {merchant.mode.value} mode, so commands about what is owed do not reach this"
    return "note", "" if mode is merchant.mode else other
