"""What goes over the wire; a field that is not declared is refused."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from hub.domain.mail_address import MAX_ADDRESS_LENGTH
from hub_hookspecs import EXPONENTS

ONE_LINE: Final = r"^[^\x00-\x1f\x7f-\x9f]*$"
VISIBLE: Final = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f\ufeff][^\x00-\x1f\x7f-\x9f]*$"
DOTTED: Final = r"^(?:(?:[^\"@=]|=+[^\"@=?])+=*|=+)@[^\[@]+\.[^\]@]+$"  # no =? before the @: it begins a coded word
"""What the flows judge with words of their own, as the description says it;
in every dialect of patterns the same."""

ORDER_ID: Final = "^ord_[0-9A-Za-z]{26}$"
MINOR = "whole minor units of the currency: 1825075 CRC is 18 250.75 colones"


Currency: TypeAlias = Annotated[str, Meta(extra_json_schema={"enum": sorted(EXPONENTS)})]
OrderId: TypeAlias = Annotated[str, Meta(extra_json_schema={"pattern": ORDER_ID})]
Moment: TypeAlias = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Progress: TypeAlias = Literal[
    "open",
    "in_process",
    "paid",
    "partly_refunded",
    "refunded",
    "partly_charged_back",
    "charged_back",
    "expired",
]

Stage: TypeAlias = Literal["inquiry", "chargeback", "pre_arbitration", "arbitration"]
Outcome: TypeAlias = Literal["won", "partly_won", "lost", "accepted"]


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One position of a cart."""

    description: Annotated[str, Meta(min_length=1, max_length=200, extra_json_schema={"pattern": ONE_LINE})]
    quantity: Annotated[int, Meta(ge=1, le=100_000)]
    price: Annotated[int, Meta(ge=0, le=10**12, description=f"Of one unit, in {MINOR}.")]
    sku: Annotated[str, Meta(max_length=60, extra_json_schema={"pattern": ONE_LINE})] = ""


class Shopper(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who buys; the mail of the order and the receipt go there."""

    email: Annotated[
        str,
        Meta(
            min_length=3,
            max_length=MAX_ADDRESS_LENGTH,
            description="A domain with other than English letters in its ASCII form, xn--…",
            extra_json_schema={"format": "email", "pattern": DOTTED},
        ),
    ]
    name: Annotated[str, Meta(max_length=200, extra_json_schema={"pattern": ONE_LINE})] = ""
    phone: Annotated[str, Meta(max_length=40, extra_json_schema={"pattern": ONE_LINE})] = ""


class NewOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order to place."""

    number: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=60,
            description="The shop's own, unique for the merchant.",
            extra_json_schema={"pattern": VISIBLE},
        ),
    ]
    currency: Currency
    items: Annotated[
        list[Item],
        Meta(
            min_length=1,
            max_length=200,
            description="At least one of them has a price.",
            extra_json_schema={"contains": {"type": "object", "properties": {"price": {"minimum": 1}}}},
        ),
    ]
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
    currency: Currency


class PlacedOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order that was placed; ``page`` is where the shopper pays."""

    id: OrderId
    number: str
    total: Amount
    hold_until: Moment
    page: Annotated[str, Meta(extra_json_schema={"format": "uri"})]


class OrderDispute(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bank that wants money of the order back."""

    case: Annotated[str, Meta(description="As the provider or the bank names it.")]
    amount: Amount
    stage: Annotated[Stage, Meta(description="From chargeback on the bank has taken the money.")]
    respond_by: Annotated[Moment | None, Meta(description="Until when the merchant may answer, where it is known.")]
    outcome: Annotated[Outcome | None, Meta(description="How it ended; null while it is open.")]
    won: Annotated[Amount | None, Meta(description="What the bank gave again, of one that was partly_won.")]


class OrderConversion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Money that came for the order in another currency, as a person of the merchant converted it."""

    came: Amount
    settles: Annotated[Amount, Meta(description="What it counts for; it is not in received.")]
    rate: Annotated[str, Meta(description="One unit of base in units of quote, such as 520.25.")]
    base: Currency
    quote: Currency
    source: Annotated[str, Meta(description="Who says so.")]
    rate_on: Annotated[str, Meta(description="The day of the rate.", extra_json_schema={"format": "date"})]
    value_on: Annotated[str, Meta(description="The day it counts for.", extra_json_schema={"format": "date"})]
    void_reason: Annotated[str | None, Meta(description="Why it was voided; null while it counts.")]


class OrderDisbursement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Credit of the order's money that the merchant paid out to the shopper by hand."""

    number: Annotated[str, Meta(description="Of the merchant's document, such as CE-000042.")]
    amount: Annotated[Amount, Meta(description="What of it was the order's money; the document may be of more.")]
    paid_on: Annotated[str, Meta(description="The day.", extra_json_schema={"format": "date"})]
    void_reason: Annotated[str | None, Meta(description="Why it was voided; null while it counts.")]


class OrderDebitNote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the shopper owes the merchant: money of the order went back that had been paid out before."""

    number: Annotated[str, Meta(description="Of the merchant's document, such as ND-000001.")]
    amount: Amount
    due: Annotated[Amount, Meta(description="What of it is still owed.")]


class OrderState(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an order stands."""

    id: OrderId
    number: str
    status: Annotated[Progress, Meta(description="Only paid means that all of the money is there.")]
    total: Amount
    due: Amount
    received: Annotated[Amount, Meta(description="What came for it, as corrected since.")]
    returned: Annotated[Amount, Meta(description="What of that was given back to the payer.")]
    charged_back: Annotated[Amount, Meta(description="What of that the payer's bank took back and did not give again.")]
    remaining: Annotated[Amount, Meta(description="What of it is left: received less returned less charged_back.")]
    credit: Annotated[Amount, Meta(description="What of its money is the shopper's credit, since it was not needed.")]
    disbursements: Annotated[list[OrderDisbursement], Meta(description="Of its money; it is not in returned.")]
    debit_notes: Annotated[list[OrderDebitNote], Meta(description="What the shopper owes back.")]
    conversions: Annotated[list[OrderConversion], Meta(description="Of money that came in another currency.")]
    disputes: Annotated[list[OrderDispute], Meta(description="Do not give goods out while one is open.")]
    hold_until: Moment
    paid_at: Annotated[
        Moment | None,
        Meta(description="As the provider says; where it does not say, when the hub learnt of it."),
    ] = None
    provider: str | None = None
    provider_reference: str | None = None
    authorisation: str | None = None
    reference: str | None = None
    page: Annotated[str, Meta(description="Where the shopper pays; empty once it is closed.")] = ""


class Problem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is wrong with a request (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str = ""
