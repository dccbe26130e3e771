"""What holds for what people changed of customers."""

from __future__ import annotations

from collections.abc import Iterator

from hub.storage.guards import RowEvent, RowRefusal, Trigger, append_only, guard, row_in, rows_of
from hub.storage.schema import customer, customer_edit


def customer_triggers() -> Iterator[Trigger]:
    """Who changed what stays as it was written, and is of the customer's own merchant."""
    new, _ = rows_of(customer_edit)
    yield from append_only(customer_edit)
    yield guard(
        "customer_edit_fits",
        RowEvent("INSERT", customer_edit),
        RowRefusal(
            "walls",
            "edit and customer are of one merchant",
            ~row_in(customer, id=new.customer, merchant=new.merchant),
        ),
    )
