"""What goes over the wire; a field that is not declared is refused."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

SHORT = Meta(max_length=200)
MINOR = "whole minor units of the currency: 1825075 CRC is 18 250.75 colones"


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One position of a cart."""

    description: Annotated[str, Meta(min_length=1, max_length=200)]
    quantity: Annotated[int, Meta(ge=1, le=100_000)]
    price: Annotated[int, Meta(ge=0, le=10**12, description=f"Of one unit, in {MINOR}.")]
    sku: Annotated[str, Meta(max_length=60)] = ""


class Shopper(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who buys; the mail of the order and the receipt go there."""

    email: Annotated[str, Meta(min_length=3, max_length=200)]
    name: Annotated[str, SHORT] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""


class NewOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order to place."""

    number: Annotated[str, Meta(min_length=1, max_length=60, description="The shop's own, unique for the merchant.")]
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]
    items: Annotated[list[Item], Meta(min_length=1, max_length=200)]
    customer: Shopper
    hold_minutes: Annotated[int, Meta(ge=1, le=10_080, description="How long the stock is kept.")] = 60
    return_url: Annotated[
        str, Meta(max_length=500, description="Where the shopper goes back to: an address of a registered shop.")
    ] = ""
    language: Annotated[
        Literal["", "es", "en"],
        Meta(description="Of the order's mails and page; empty for the customer's own, else the merchant's Spanish."),
    ] = ""


class Amount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Money."""

    minor: Annotated[int, Meta(description=MINOR.capitalize() + ".")]
    currency: str


class PlacedOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order that was placed; ``page`` is where the shopper pays."""

    id: str
    number: str
    total: Amount
    hold_until: str
    page: str


class OrderState(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an order stands.

    ``status`` is ``open``, ``in_process``, ``paid``, ``expired`` or ``cancelled``; only ``paid`` means that the money
    is there.
    """

    id: str
    number: str
    status: str
    total: Amount
    due: Amount
    hold_until: str
    paid_at: str | None = None
    provider: str | None = None
    provider_reference: str | None = None
    authorisation: str | None = None
    reference: str | None = None
    page: str = ""


class Problem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is wrong with a request (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str = ""
