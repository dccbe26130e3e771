"""What holds for conversions."""

from __future__ import annotations

from collections.abc import Iterator

from hub.storage.guards import RowEvent, RowRefusal, Trigger, fixed, guard, never_deleted, row_in, rows_of
from hub.storage.schema import conversion, customer


def conversion_triggers() -> Iterator[Trigger]:
    """The triggers of conversions."""
    new, old = rows_of(conversion)
    yield guard(
        "conversion_fits",
        RowEvent("INSERT", conversion),
        RowRefusal(
            "walls", "the customer is of the same merchant", ~row_in(customer, id=new.customer, merchant=new.merchant)
        ),
    )
    yield fixed(
        conversion,
        *("id", "form", "merchant", "mode", "customer", "payment", "account", "came_currency", "came"),
        *("settles_currency", "settles", "base", "quote", "rate", "source", "rate_on", "means", "value_on"),
        *("by", "why", "at"),
    )
    yield guard(
        "conversion_void_once",
        RowEvent("UPDATE", conversion, ("void_reason", "voided_at"), old.voided_at.is_not(None)),
        RowRefusal("append_only", "a conversion is voided once"),
    )
    yield never_deleted(conversion)
