"""A store order: what a cart becomes before it is paid."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub_hookspecs import Mode, Money


@attrs.frozen(kw_only=True)
class OrderItem:
    """One position of a cart; ``price`` is of one unit, minor units."""

    sku: str
    description: str
    quantity: int
    price: int


@attrs.frozen(kw_only=True)
class StoreOrder:
    """An order placed by a shop; its payable has the same id.

    Attributes:
        hold_until: Until then the shop keeps the stock; afterwards the order is no longer offered.
        return_url: Registered address of the shop where the shopper goes back to; may be empty.
    """

    id: str
    merchant_id: str
    mode: Mode
    number: str
    customer_id: str
    items: tuple[OrderItem, ...]
    total: Money
    hold_until: datetime
    return_url: str = ""
    created_at: datetime
