"""What holds for disbursements."""

from __future__ import annotations

from collections.abc import Iterator

from hub.storage.guards import RowEvent, RowRefusal, Trigger, fixed, guard, never_deleted, row_in, rows_of
from hub.storage.schema import customer, disbursement


def disbursement_triggers() -> Iterator[Trigger]:
    """The triggers of disbursements."""
    new, old = rows_of(disbursement)
    yield guard(
        "disbursement_fits",
        RowEvent("INSERT", disbursement),
        RowRefusal(
            "walls", "the customer is of the same merchant", ~row_in(customer, id=new.customer, merchant=new.merchant)
        ),
    )
    yield fixed(
        disbursement,
        *("id", "merchant", "mode", "series", "number", "customer", "paid_on", "means", "reference", "currency"),
        *("amount", "words", "why", "issued_at", "issued_by", "issuer", "paid_to"),
    )
    yield guard(
        "disbursement_void_once",
        RowEvent("UPDATE", disbursement, ("void_reason", "voided_at"), old.voided_at.is_not(None)),
        RowRefusal("append_only", "a disbursement is voided once"),
    )
    yield never_deleted(disbursement)
