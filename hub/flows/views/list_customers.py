"""List the customers of a merchant, a page at a time: by name, by what they owe, by how long they have owed it."""

from __future__ import annotations

import enum
from datetime import date
from zoneinfo import ZoneInfo

import attrs

from hub.domain.merchant import Customer, Merchant
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Money

from .payment_rows import LISTED


class CustomerOrder(enum.StrEnum):
    """By what customers are sorted."""

    NAME = "name"
    DEBT = "debt"
    OVERDUE = "overdue"


@attrs.frozen(kw_only=True)
class ListedCustomer:
    """One customer in a list, with what is owed per currency.

    Attributes:
        invoices: How many are open.
        days_overdue: Of the oldest invoice or instalment; 0 where nothing is overdue.
    """

    customer: Customer
    owed: tuple[Money, ...] = ()
    invoices: int = 0
    days_overdue: int = 0


@attrs.frozen(kw_only=True)
class CustomerPage:
    """A page of the list.

    Attributes:
        after: Where the next page begins: behind the customer with this id; empty on the last one.
    """

    rows: tuple[ListedCustomer, ...]
    after: str = ""


async def list_customers(
    hub: Hub,
    merchant: Merchant,
    search: str = "",
    *,
    order: CustomerOrder = CustomerOrder.NAME,
    currency: str = "",
    after: str = "",
    limit: int = LISTED,
) -> CustomerPage:
    """Customers whose name, number, mail or phone matches, without the store's shoppers.

    Args:
        order: By debt there are those who owe in the currency, by overdue those who owe it too long already.
        after: Id of the last customer of the page before.
    """
    today = hub.clock().astimezone(ZoneInfo(merchant.company.zone)).date()
    currency = currency or hub.countries[merchant.company.country].currencies[0]

    def read(tx: Tx) -> CustomerPage:
        ids = _ids(tx, merchant, search, order, currency=currency, after=after, today=today, limit=limit + 1)
        shown, debts = ids[:limit], tx.debts.of(ids[:limit], merchant.mode)
        customers = tx.customers.many(shown)
        return CustomerPage(
            rows=tuple(
                ListedCustomer(
                    customer=customer,
                    owed=tuple(Money(debt.due, debt.currency) for debt in debts.get(customer.id, ())),
                    invoices=sum(debt.bills for debt in debts.get(customer.id, ())),
                    days_overdue=max(
                        (max(0, (today - debt.oldest).days) for debt in debts.get(customer.id, ()) if debt.oldest),
                        default=0,
                    ),
                )
                for customer in customers
            ),
            after=shown[-1] if len(ids) > limit else "",
        )

    return await hub.store.read(read)


def _ids(
    tx: Tx,
    merchant: Merchant,
    search: str,
    order: CustomerOrder,
    *,
    currency: str,
    after: str,
    today: date,
    limit: int,
) -> tuple[str, ...]:
    if order is CustomerOrder.DEBT:
        return tx.debts.by_due(merchant.id, merchant.mode, currency, search=search, after=after, limit=limit)
    if order is CustomerOrder.OVERDUE:
        return tx.debts.by_age(
            merchant.id, merchant.mode, currency, today=today, search=search, after=after, limit=limit
        )
    return tx.debts.by_name(merchant.id, search=search, after=after, limit=limit)
